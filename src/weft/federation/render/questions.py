"""A poll as what makes a note a ``Question``: https://docs.joinmastodon.org/spec/activitypub/#Question."""

from __future__ import annotations

from weft.federation.vocabulary import Json
from weft.kernel.clock import iso
from weft.threads.polls import Poll


def question(poll: Poll, now: int) -> Json:
    """Members of the document. While the totals are hidden nothing is counted in it."""
    ended = poll.ended(now)
    told = ended or not poll.hide_totals
    document: Json = {
        "type": "Question",
        "anyOf" if poll.multiple else "oneOf": [
            _option(name, count if told else None)
            for name, count in zip(poll.options, poll.votes, strict=True)
        ],
    }
    if told:
        document["votersCount"] = poll.voters_count
    if poll.expires_at is not None:
        document["endTime"] = iso(poll.expires_at)
        if ended:
            document["closed"] = iso(poll.expires_at)
    return document


def _option(name: str, count: int | None) -> Json:
    replies: Json = {"type": "Collection"} | ({} if count is None else {"totalItems": count})
    return {"type": "Note", "name": name, "replies": replies}


def vote(uri: str, voter: str, name: str, question_uri: str, asker: str) -> Json:
    """A vote for one option, as FEP-9967 has it: for who asked, and nobody else."""
    return {
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": voter,
        "to": [asker],
        "cc": [],
        "object": {
            "id": uri,
            "type": "Note",
            "attributedTo": voter,
            "to": [asker],
            "inReplyTo": question_uri,
            "name": name,
        },
    }
