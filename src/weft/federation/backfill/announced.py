"""What a group showed lately (FEP-1b12), of its outbox: a community that nobody here followed yet has
a profile to look at. Each post is fetched from its own server; answers are left to their threads.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from weft.federation import plain, seen
from weft.federation.backfill.listing import Listing
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts, react


class Announced(NamedTuple):
    """``uri`` of the Announce, ``post`` of what it shows; ``at`` (ms): when, if it says so."""

    uri: str
    post: str
    at: int | None


def read(outbox: Listing, group: Account, most: int) -> list[Announced]:
    """The latest posts that a group announced, at most so many, each once."""
    found: dict[str, Announced] = {}
    for item in plain.entries(outbox.items, len(outbox.items)):
        uri, inner = plain.uri(item), plain.first(item.get("object"))
        if plain.kind(item) != "Announce" or not plain.same_origin(uri, group.uri):
            continue
        if plain.kind(inner) == "Create":
            inner = plain.first(inner.get("object"))
        if _is_answer(inner) or not (post := plain.uri(inner)):
            continue
        found.setdefault(post, Announced(uri, post, plain.date(item.get("published"))))
    return list(found.values())[:most]


def _is_answer(inner: Any) -> bool:
    return isinstance(inner, dict) and bool(plain.uri(inner.get("inReplyTo")))


def show(tx: Tx, group: Account, announced: Announced, quiet_before: int) -> None:
    """The group shows a post that is here now; one from before ``quiet_before`` in silence.

    Errors: those of `react.boost`.
    """
    post = posts.by_uri(tx, announced.post)
    if post is None or post.reply_to_uri is not None or posts.is_gone(tx, announced.uri):
        return
    if seen.deleted_early(tx, group.uri, post.uri):
        return  # its moderators took it out
    at = announced.at or post.created_at
    react.boost(tx, group, post.id, uri=announced.uri, at=at, quiet=at < quiet_before)
