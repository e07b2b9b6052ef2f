"""What is known of each place from one line to the next: its state for the gate, and its tail.

A line costs one step, not a reading of all that came before it. What is kept is used only if it ends
with exactly the line before this one, and nothing among the lines it was made from has changed; else
it is made anew from the last lines. So another process, a transaction that was rolled back, an edit
or a deletion need not tell anybody.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from weft.ai.turns.lines import Line
from weft.ai.turns.room_state import Heard, RoomState
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


class Source(Protocol):
    """Where the lines of a place come from."""

    def mark(self, tx: Tx, place_id: int, before: int) -> tuple[int, int, int]:
        """Of the last `STATE_LINES` lines before this one: the last id, the first id, and when one
        of them was last changed. Zeros where there is none.
        """
        ...

    def read(self, tx: Tx, place_id: int, before: int, most: int) -> Sequence[Piece]:
        """The last lines before this one, oldest first."""
        ...


class _Kept:
    def __init__(self, names: tuple[str, ...], state: RoomState, tail: Tail) -> None:
        self.names = names
        self.state = state
        self.tail = tail
        self.changed = 0

    def holds(self, names: tuple[str, ...], mark: tuple[int, int, int]) -> bool:
        ids = self.tail.lines
        if names != self.names or mark[2] != self.changed:
            return False
        if not ids:
            return mark == (0, 0, 0)
        first = ids[-STATE_LINES].id if len(ids) >= STATE_LINES else ids[0].id
        return mark[:2] == (ids[-1].id, first)


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
        kept.changed = mark[2]
        pieces = self._source.read(tx, place_id, before, TAIL_MAX)
        for piece in pieces[-STATE_LINES:]:
            if piece.line is not None:
                kept.state.push(piece.line)
        kept.tail.lines.extend(piece.said for piece in pieces)
        self._kept.move_to_end(place_id)
        if len(self._kept) > PLACES_MAX:
            self._kept.popitem(last=False)
        return kept
