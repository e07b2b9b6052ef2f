"""The last lines of a place by who said them: what budgets and the hop count are taken from.

No text. A `Tail` is kept as long as the room's state and grows with it, line by line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

from msgspec import Struct

from weft.ai.turns.setting import Unasked

TAIL_MAX = 400
"""Lines looked back on: in a quiet room an AI that is ignored may say one unasked line in so many."""
LAST = 20
NEVER = 1_000_000
CHAIN_MAX = 50
"""Lines looked back on for who was asked to talk to whom."""


class Said(Struct, frozen=True):
    """One line. ``calls``: accounts that it names or replies to. ``unasked``: of an AI, that nobody
    had called; ``meant``: the line it answered was most likely for it.
    """

    id: int
    at: int
    author: int
    machine: bool
    calls: frozenset[int] = frozenset()
    unasked: bool = False
    meant: bool = False
    answers: int = 0
    """The author of what it answers."""

    def to_person(self, ais: Collection[int]) -> bool:
        """Whether it calls somebody who is neither its author nor one of these AIs."""
        return any(one not in ais and one not in (0, self.author) for one in self.calls)


class Tail:
    """The last lines, oldest first."""

    def __init__(self, lines: Iterable[Said] = ()) -> None:
        self.lines: deque[Said] = deque(lines, TAIL_MAX)

    def chain(self) -> int:
        """Lines of machines in a row at the end."""
        count = 0
        for line in reversed(self.lines):
            if not line.machine:
                break
            count += 1
        return count

    def asked_both(self, one: int, other: int) -> bool:
        """Whether one person called both accounts lately."""
        by_one: set[int] = set()
        by_other: set[int] = set()
        for line in list(self.lines)[-CHAIN_MAX:]:
            if line.machine:
                continue
            if one in line.calls:
                by_one.add(line.author)
            if other in line.calls:
                by_other.add(line.author)
        return not by_one.isdisjoint(by_other)

    def answered_since(self, ai: int, other: int, since: int) -> bool:
        """Whether an AI answered an account at or after ``since`` (ms)."""
        for line in reversed(self.lines):
            if line.at < since:
                return False
            if line.author == ai and line.answers == other:
                return True
        return False

    def of(self, author: int, last: int = 40) -> int:
        """Lines of an account among the last ones."""
        lines = list(self.lines)[-last:]
        return sum(line.author == author for line in lines)

    def unasked(self) -> Unasked:
        """What AIs said here that nobody had called for, up to now."""
        people = per_hundred = last_19 = meant_19 = 0
        since: int | None = None
        last: Said | None = None
        called: set[int] = set()
        for back, line in enumerate(reversed(self.lines)):
            if not line.machine:
                people += 1
                if last is None:
                    called |= line.calls
                continue
            last = last or line
            if back < LAST - 1:
                last_19 += line.unasked and not line.meant
                meant_19 += line.meant
            if line.unasked and not line.meant:
                per_hundred += people < 100
                since = people if since is None else since
            if people >= 100 and since is not None:
                break
        ignored = last is not None and last.unasked and not last.meant
        return Unasked(
            per_hundred=per_hundred,
            since=NEVER if since is None else since,
            of_last_20=last_19,
            meant_of_last_20=meant_19,
            untaken=ignored and last is not None and last.author not in called,
        )
