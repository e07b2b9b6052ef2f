"""What is known of each place from one line to the next: its state for the gate, and its tail.

A line costs one step, not a reading of all that came before it. What is kept is used only if it ends
with exactly the line before this one, and holds exactly the lines that are there; else it is made anew
from the last lines. So another process, a transaction that was rolled back or a deletion need not
tell anybody. An edit changes neither who spoke nor to whom, which is what the gate goes by.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from weft.ai.turns.heard import Heard
from weft.ai.turns.lines import Line
from weft.ai.turns.room_state import RoomState
from weft.ai.turns.tail import TAIL_MAX, Said, Tail
from weft.store.database import Tx

STATE_LINES = 120
"""Lines that a state is made from: what the gate looks at lies within."""
PLACES_MAX = 64
"""Places kept, those used last: a room of a hundred people is some 100 KB."""


class Piece(Struct, frozen=True):
    """One line: for the gate, and for the tail. ``line`` None: it was taken back."""

    line: Line | None
    said: Said


def parent(line_id: int | None, author: int, parent_author: int | None) -> str | None:
    """What a line answers, for the gate. Who answers their own line goes on with it; whom they speak
    to, the rest says.
    """
    return None if line_id is None or author == parent_author else str(line_id)


class Mark(NamedTuple):
    """Which lines lie before one, of the last `STATE_LINES`: their last and first id, how many they
    are, and when one of them was last taken back (where an empty row stays).
    """

    last: int = 0
    first: int = 0
    lines: int = 0
    taken_back: int = 0


class Source(Protocol):
    """Where the lines of a place come from."""

    def mark(self, tx: Tx, place_id: int, before: int) -> Mark:
        """Of the lines before this one."""
        ...

    def read(self, tx: Tx, place_id: int, before: int, most: int) -> Sequence[Piece]:
        """The last lines before this one, oldest first."""
        ...


class _Kept:
    def __init__(self, names: tuple[str, ...], state: RoomState, tail: Tail) -> None:
        self.names = names
        self.state = state
        self.tail = tail
        self.taken_back = 0

    def holds(self, names: tuple[str, ...], mark: Mark) -> bool:
        lines = self.tail.lines
        count = min(len(lines), STATE_LINES)
        ends = (lines[-1].id, lines[-count].id) if lines else (0, 0)
        return names == self.names and mark == Mark(*ends, count, self.taken_back)


class Places:
    """The places of one source. Used by the one writer thread alone."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def push(
        self, tx: Tx, place_id: int, piece: Piece, names: tuple[str, ...]
    ) -> tuple[RoomState, Heard, Tail]:
        """Take in the next line of a place, in the transaction that writes it. ``names``: AIs that
        may be called although they have not spoken.
        """
        line = piece.line
        if line is None:
            raise ValueError("a new line was not yet taken back")
        kept = self._up_to(tx, place_id, piece.said.id, names)
        heard = kept.state.push(line)
        kept.tail.lines.append(piece.said)
        return kept.state, heard, kept.tail

    def tail(self, tx: Tx, place_id: int, names: tuple[str, ...], before: int) -> Tail:
        """Who spoke last before a line."""
        return self._up_to(tx, place_id, before, names).tail

    def _up_to(self, tx: Tx, place_id: int, before: int, names: tuple[str, ...]) -> _Kept:
        mark = self._source.mark(tx, place_id, before)
        kept = self._kept.get(place_id)
        if kept is not None and kept.holds(names, mark):
            self._kept.move_to_end(place_id)
            return kept
        kept = self._kept[place_id] = _Kept(names, RoomState(names), Tail())
        kept.taken_back = mark.taken_back
        pieces = self._source.read(tx, place_id, before, TAIL_MAX)
        for piece in pieces[-STATE_LINES:]:
            if piece.line is not None:
                kept.state.push(piece.line)
        kept.tail.lines.extend(piece.said for piece in pieces)
        self._kept.move_to_end(place_id)
        if len(self._kept) > PLACES_MAX:
            self._kept.popitem(last=False)
        return kept
