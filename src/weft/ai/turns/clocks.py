"""Quiet hours: the times of day at which nobody wants to be spoken to unasked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def is_quiet(hours: Mapping[str, str] | None, now: int) -> bool:
    """Whether ``now`` (ms) lies within {from, to: "HH:MM", zone}, which may go over midnight. The
    first minute belongs to it, the last does not. A zone that this machine does not know: as UTC.
    """
    if not hours:
        return False
    moment = datetime.fromtimestamp(now / 1000, UTC).astimezone(_zone(hours["zone"]))
    at = moment.strftime("%H:%M")
    start, end = hours["from"], hours["to"]
    if start <= end:
        return start <= at < end
    return at >= start or at < end


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
