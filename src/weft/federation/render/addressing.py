"""Whom an activity is for."""

from __future__ import annotations

from msgspec import Struct

from weft.federation.vocabulary import PUBLIC, Json
from weft.people.model import Account
from weft.threads.model import Post, Visibility


class Addressing(Struct, frozen=True):
    """Whom an activity is for, as addresses of actors and collections."""

    to: list[str]
    cc: list[str]

    @property
    def json(self) -> Json:
        return {"to": self.to, "cc": self.cc}


def addressing(
    post: Post, author: Account, answered: Account | None = None, group: Account | None = None
) -> Addressing:
    """Whom a post is for. A public reply also goes to whom it answers, mentioned or not: their
    server takes it for that alone; and to the group that it was written to.
    """
    named = [mention["uri"] for mention in post.mentions]
    listed = post.visibility in ("public", "unlisted")
    if listed and answered is not None and answered.id != author.id:
        named.append(answered.uri)
    if listed and group is not None:
        named.append(group.uri)
    return address(post.visibility, author.followers_uri, list(dict.fromkeys(named)))


def address(visibility: Visibility, followers: str, named: list[str]) -> Addressing:
    """As Mastodon reads visibility back from ``to`` and ``cc``."""
    if visibility == "public":
        return Addressing([PUBLIC], [followers, *named])
    if visibility == "unlisted":
        return Addressing([followers], [PUBLIC, *named])
    if visibility == "private":
        return Addressing([followers], named)
    return Addressing(named, [])
