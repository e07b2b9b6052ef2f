"""When something that could not be delivered is tried again: pure functions, numbers with reasons.

One message is retried soon, then ever more slowly. A host that fails again and again is *open*:
everything for it is held, and only one probe at a time goes out. Held messages cost a row each
and no work. After ``HORIZON`` a message is given up, so that a host that died keeps nothing alive.
"""

from __future__ import annotations

import enum
from email.utils import parsedate_to_datetime

from weft.kernel.clock import DAY, HOUR, MINUTE, SECOND

HORIZON = 14 * DAY
"""Twice what Mastodon and Misskey wait: a small server's owner may be on holiday. See
docs/decisions/0018-two-weeks.md.
"""
FIRST = 5 * SECOND
"""A restart of the peer takes about this long."""
SLOWEST = 4 * HOUR
"""So that a host that is back is noticed within half a day, if it does not speak up itself."""
OPEN_AFTER = 5
"""Failures in a row before a host counts as down: about seven minutes of trying."""
FIRST_PROBE = 10 * MINUTE
PROBE_LEASE = 1 * MINUTE
"""One probe at a time: longer than a request may take."""
DOUBT_TRIES = 3
"""A 401 may only mean that the peer could not fetch our key just then."""
FAULT_TRIES = 3
"""A 500 may be this one message's fault: after these tries it no longer holds up the others."""
AFTER_MOST = 1 * DAY
"""The longest ``Retry-After`` that is honoured: a peer cannot silence us for good."""
SPREAD = 0.2
"""Delays vary by this share, so that what failed together does not come back together."""


class Verdict(enum.Enum):
    """What an answer to a delivery means."""

    DONE = enum.auto()
    GONE = enum.auto()  # 410: this inbox will never be there again
    REFUSED = enum.auto()  # this message will never be taken
    DOUBT = enum.auto()  # 401: perhaps later
    LATER = enum.auto()  # alive, but busy
    FAULT = enum.auto()  # alive, but stumbled over it
    DOWN = enum.auto()  # nobody there


def judge(status: int) -> Verdict:
    """By the HTTP status. 502 to 504 and Cloudflare's 52x come from what stands before a server
    that is down.
    """
    if 200 <= status < 300:
        return Verdict.DONE
    if status == 410:
        return Verdict.GONE
    if status == 401:
        return Verdict.DOUBT
    if status in (408, 425, 429):
        return Verdict.LATER
    if status < 500:
        return Verdict.REFUSED
    if status in (502, 503, 504) or 520 <= status <= 530:
        return Verdict.DOWN
    return Verdict.FAULT


def retry_delay(attempts: int, age: int, dice: float = 0.5) -> int | None:
    """Milliseconds until the next try after ``attempts`` of them; None: give up.

    5 s, 20 s, 80 s, 5 min, 21 min, 85 min, then every 4 hours. ``age`` ms of the message; ``dice``
    in [0, 1) spreads by ±20 %.
    """
    if age >= HORIZON:
        return None
    base = min(FIRST * 4 ** min(attempts - 1, 10), SLOWEST)
    return int(base * (1 + SPREAD * (2 * dice - 1)))


def probe_delay(failures: int) -> int:
    """Milliseconds until an open host is probed: 10 min, 20, 40, … 4 hours."""
    return min(FIRST_PROBE * 2 ** min(max(failures - OPEN_AFTER, 0), 10), SLOWEST)


def retry_after(value: str | None, now: int) -> int | None:
    """Milliseconds that a ``Retry-After`` header asks for (seconds or a date, RFC 9110 10.2.3)."""
    if not value:
        return None
    if value.isascii() and value.strip().isdecimal():
        wait = int(value.strip()[:9]) * SECOND
    else:
        try:
            wait = int(parsedate_to_datetime(value).timestamp() * 1000) - now
        except (ValueError, OverflowError):
            return None
    return min(max(wait, SECOND), AFTER_MOST)
