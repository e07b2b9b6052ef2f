"""Payloads that were bent: something left out, doubled, nested, of another type, huge or odd."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.federation.payloads import (
    ADA,
    PEER,
    POST,
    PUBLIC,
    Json,
    Payload,
    akkoma,
    gotosocial,
    hubzilla,
    lemmy,
    mastodon,
    misskey,
    peertube,
    pixelfed,
    threads,
    wordpress,
)

PEERS = (
    mastodon, gotosocial, misskey, akkoma, pixelfed, lemmy, peertube, wordpress, threads, hubzilla
)  # fmt: skip
ALL: list[tuple[Any, Payload]] = [
    (peer, payload) for peer in PEERS for payload in peer.PAYLOADS.values()
]
VICTIM = "https://victim.example/vic"
VICTIMS_POST = "https://victim.example/post"
_STRANGE: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 10**400, 1e308, -0.0, "", " ", "\x00", "a\x00b", "\ufeff",
    "\u202e\u2066", "\U0001f469\u200d\U0001f4bb", "e\u0301" * 300, "x" * 20_000, [], {}, [[[[]]]], [{}],
    {"@value": "v"}, {"@id": POST}, {"type": "Note"}, PUBLIC, "as:Public", PEER, ADA, POST, VICTIM,
    VICTIMS_POST, {"id": VICTIMS_POST, "type": "Note", "attributedTo": VICTIM}, "https://[::1",
    "http://peer.example:99999/", "https://xn--/", "9999-12-31T23:59:59-23:59", "0001-01-01", "2026-13-45",
    "<script>x</script>", "<a href=javascript:x>y", "&#0;&#x110000;", "Note", "Person", "Tombstone",
    "Delete", "Update", "Create", "Undo", "Move", "Question", "Group",
]  # fmt: skip
"""What stands where something else should; also the addresses of whom nobody here may touch."""
_TERMS = [
    "id",
    "type",
    "actor",
    "object",
    "target",
    "to",
    "cc",
    "content",
    "name",
    "summary",
    "attributedTo",
    "inReplyTo",
    "tag",
    "attachment",
    "url",
    "oneOf",
    "anyOf",
    "published",
    "updated",
    "endTime",
    "quote",
    "instrument",
    "result",
    "interactionPolicy",
    "contentMap",
    "proof",
    "href",
    "icon",
    "mediaType",
    "replies",
    "context",
    "sensitive",
    "expires",
    "votersCount",
    "preferredUsername",
    "inbox",
    "movedTo",
]
_BEND = st.tuples(
    st.integers(0, 10_000),
    st.sampled_from(["out", "other", "list", "twice", "inside", "moved", "more", "renamed"]),
    st.sampled_from(_STRANGE),
    st.sampled_from(_TERMS),
)
_BENDS = st.lists(_BEND, min_size=1, max_size=4)
PAYLOADS = st.tuples(st.sampled_from(ALL), _BENDS)
"""((the software, the payload), in what ways its activity is bent)."""


def bent(document: Json, ways: list[tuple[int, str, Any, str]]) -> Json:
    whole = json.loads(json.dumps(document))
    for number, how, strange, term in ways:
        found = list(_places(whole))
        if found:
            holder, key = found[number % len(found)]
            _bend(holder, key, how, json.loads(json.dumps(strange)), term)
    return whole


def _places(value: Any) -> Any:
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = list(value)
    elif isinstance(value, list):
        inner = list(range(len(value)))
    for key in inner:
        yield value, key
        yield from _places(value[key])


def _bend(holder: Any, key: Any, how: str, strange: Any, term: str) -> None:
    if how == "out":
        del holder[key]
    elif how == "list":
        holder[key] = [holder[key]]
    elif how == "twice":
        holder[key] = [holder[key], holder[key], strange]
    elif how == "inside":
        holder[key] = {term: holder[key], "id": strange}
    elif how == "more" and isinstance(holder, dict):
        holder[term] = strange
    elif how == "moved" and isinstance(holder, dict):
        holder[term] = json.loads(json.dumps(holder[key]))
    elif how == "renamed" and isinstance(holder, dict):
        holder[term] = holder.pop(key)
    else:
        holder[key] = strange
