"""Time, as whole milliseconds since 1970 (UTC), and its two spellings on the wire."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@lru_cache(maxsize=8_192)  # the same posts and people are shown again and again
def iso(ms: int) -> str:
    """``2026-11-22T10:00:00.000Z``: the form Mastodon's clients parse."""
    return (
        datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"
    )


def day(ms: int) -> str:
    """``2026-11-22``: Mastodon gives ``last_status_at`` without a time."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def parse_iso(text: str) -> int | None:
    """Milliseconds of an ISO 8601 date with any offset spelling peers use (``Z``, ``+00:00``,
    ``+0000``); None when it is no date. A date without an offset is read as UTC.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        # In UTC: at the edge of year 9999 an offset leads to a moment that ``iso`` cannot write.
        return int(moment.astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
