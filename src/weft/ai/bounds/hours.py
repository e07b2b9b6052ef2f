"""An AI's opening hours: whether it answers now, since when not, and when it is back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from weft.ai.bounds.model import Hours

_WEEK = 8
"""Days to look ahead and back: the same hour next week, whatever the clock changes do."""


def is_open(hours: Hours, now: int) -> bool:
    """``now`` in ms."""
    at = _at(now)
    return any(start <= at < end for start, end in _spans(hours, at))


def opens(hours: Hours, now: int) -> datetime | None:
    """When it is back, in its own zone; None when it never is."""
    at = _at(now)
    coming = [start for start, _ in _spans(hours, at) if start > at]
    return min(coming).astimezone(ZoneInfo(hours.zone)) if coming else None


def closed_since(hours: Hours, now: int) -> int:
    """When it last closed, in ms; a week ago when it was never open since."""
    at = _at(now)
    gone = [end for _, end in _spans(hours, at) if end <= at]
    since = max(gone) if gone else at - timedelta(days=_WEEK)
    return round(since.timestamp() * 1000)


def _at(now: int) -> datetime:
    return datetime.fromtimestamp(now / 1000, UTC)


def _spans(hours: Hours, at: datetime) -> list[tuple[datetime, datetime]]:
    """The times that it is open, around a moment; in UTC, where they can be compared."""
    zone = ZoneInfo(hours.zone)
    today = at.astimezone(zone).date()
    spans: list[tuple[datetime, datetime]] = []
    for offset in range(-_WEEK, _WEEK + 1):
        day = today + timedelta(days=offset)
        for opening in hours.open:
            if day.weekday() not in opening.days:
                continue
            start, end = time.fromisoformat(opening.start), time.fromisoformat(opening.end)
            last = day if end > start else day + timedelta(days=1)
            spans.append(
                (
                    datetime.combine(day, start, zone).astimezone(UTC),
                    datetime.combine(last, end, zone).astimezone(UTC),
                )
            )
    return spans
