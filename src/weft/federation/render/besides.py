"""What few notes and accounts say: further languages, opt-outs (FEP-5e53), when they are to go."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from weft.federation.vocabulary import Json
from weft.kernel.clock import iso
from weft.threads import signals


def languages(content_map: dict[str, Any]) -> Json:
    """``contentMap`` and ``summaryMap`` of all languages but the original."""
    told: Json = {"contentMap": {tag: one["html"] for tag, one in content_map.items()}}
    summaries = {tag: one["spoiler"] for tag, one in content_map.items() if one.get("spoiler")}
    return told | ({"summaryMap": summaries} if summaries else {})


def opt_outs(asked: Collection[str]) -> Json:
    told: Json = {}
    robots = sorted(word for word in asked if word != signals.GPC)
    if robots:
        told["xRobotsTag"] = ", ".join(robots)
    if signals.GPC in asked:
        told["secGPC"] = 1
    return told


def end(expires_at: int, *, question: bool) -> Json:
    """``endTime`` of a Question is its poll's."""
    at = iso(expires_at)
    return {"expiry": at} if question else {"expiry": at, "endTime": at}


def add(document: Json, more: Json) -> None:
    """Put ``more`` into a document; what both have by language is put together."""
    for key, value in more.items():
        known: Any = document.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        document[key] = known | value if both else value
