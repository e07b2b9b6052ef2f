"""64-bit ids that sort by time, so that clients can page by them (as Mastodon's do).

48 bits of milliseconds, then 16 bits that keep ids of one millisecond apart.
"""

from __future__ import annotations

import secrets
import threading

from weft.kernel.clock import SECOND, now_ms

_TAIL_BITS = 16
_TAIL = 1 << _TAIL_BITS


class IdMaker:
    """Gives strictly increasing ids within a process; across processes the random start of each
    millisecond's tail keeps them apart (and a primary key catches the rest).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        with self._lock:
            fresh = (now_ms() << _TAIL_BITS) | secrets.randbelow(_TAIL // 2)
            self._last = fresh if fresh > self._last else self._last + 1
            return self._last


_maker = IdMaker()


def new_id() -> int:
    return _maker.next()


def id_at(ms: int) -> int:
    """An id that sorts as if made at ``ms``: for posts that were published elsewhere, earlier.

    Most servers tell whole seconds only; within such a second the id is drawn from all of it,
    so that posts of one busy second do not draw the same.
    """
    if ms % SECOND == 0:
        ms += secrets.randbelow(SECOND)
    return (ms << _TAIL_BITS) | secrets.randbelow(_TAIL)


def made_at(an_id: int) -> int:
    """The millisecond in which an id was made."""
    return an_id >> _TAIL_BITS


def floor_at(ms: int) -> int:
    """The smallest id of that millisecond."""
    return ms << _TAIL_BITS


MAX_ID = (1 << 63) - 1


def parse_id(text: str) -> int | None:
    """The number in an id that came from a client; None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    value = int(text)
    return value if value <= MAX_ID else None
