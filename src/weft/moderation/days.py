"""Days and months in UTC, for figures over time."""

from __future__ import annotations

from datetime import UTC, datetime

from weft.kernel.clock import DAY, parse_iso

DAYS_MAX = 366
"""Days in one question: each is a line of the answer, and what was before is counted as well."""


def span(start: str | None, end: str | None) -> range | None:
    """The days (numbers since 1970) of a period that a client named by two dates; None when either
    is missing or no date, or the end lies before the start. Of a long one, the last days.
    """
    first, last = (parse_iso(text) if text else None for text in (start, end))
    if first is None or last is None:
        return None
    days = range(first // DAY, last // DAY + 1)
    return days[-DAYS_MAX:] if days and days[0] >= 0 else None


def month_of(day: int) -> int:
    """The first day of a day's month."""
    moment = datetime.fromtimestamp(day * DAY / 1000, UTC)
    return int(moment.replace(day=1).timestamp() * 1000) // DAY


def midnight(day: int) -> str:
    """``2022-09-14T00:00:00.000Z``"""
    return datetime.fromtimestamp(day * DAY / 1000, UTC).strftime("%Y-%m-%dT00:00:00.000Z")
