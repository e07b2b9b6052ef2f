"""A poll in a ``Question``: https://docs.joinmastodon.org/spec/activitypub/#Question, FEP-9967."""

from __future__ import annotations

from typing import Any

from weft.federation import limits, plain
from weft.federation.plain import Json
from weft.threads.model import GivenPoll
from weft.threads.sanitize import clean_name

_MOST = 2**31 - 1  # what a client's integer holds; a larger count is not believed


def read_poll(document: Json, now: int) -> GivenPoll | None:
    """The poll of a Question; None where it has no options. ``now`` (ms): when it ended, of one that
    only says that it did.

    An option is named once: it is by their names that servers vote. Who does not count voters
    (Misskey) has as many as its most chosen option at least.
    """
    multiple = "anyOf" in document and not document.get("oneOf")
    votes: dict[str, int] = {}
    for choice in options_of(document)[: limits.POLL_OPTIONS]:
        name = clean_name(plain.text(choice.get("name")), limits.POLL_OPTION_CHARS)
        if name and name not in votes:
            votes[name] = _count_of(choice)
    if not votes:
        return None
    counts = list(votes.values())
    voters = _number(document.get("votersCount", document.get("toot:votersCount")))
    if voters is None:
        voters = max(counts) if multiple else min(sum(counts), _MOST)
    return GivenPoll(list(votes), counts, voters, multiple, _end(document, now))


def options_of(document: Json) -> list[Json]:
    given = document.get("oneOf") or document.get("anyOf")
    return plain.entries(given, limits.POLL_OPTIONS + 1)


def _count_of(choice: Json) -> int:
    replies = plain.first(choice.get("replies"))
    told = replies.get("totalItems") if isinstance(replies, dict) else None
    return _number(told) or _number(choice.get("_misskey_votes")) or 0


def _number(value: Any) -> int | None:
    found = plain.number(plain.first(value), 0, _MOST)
    return None if found is None else int(found)


def _end(document: Json, now: int) -> int | None:
    """When it ends or ended: the earlier of ``endTime`` and ``closed``, which is a date, or true."""
    planned, closed = plain.date(document.get("endTime")), plain.date(document.get("closed"))
    if closed is None and plain.flag(document.get("closed")):
        closed = now
    moments = [moment for moment in (planned, closed) if moment is not None]
    return min(moments) if moments else None
