"""Likes of what was written elsewhere, or in a group: its people see them when the group passes them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from weft.federation import audience, render
from weft.federation.outbox.sending import Reactions, local_post, send
from weft.federation.vocabulary import Json
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import groups
from weft.threads.model import Post
from weft.work.events import Event


class Liking(NamedTuple):
    """Who likes what, or reacts to it; ``group`` (an address): in which it was written, or ""."""

    by: Account
    post: Post
    author: Account
    group: str

    def like(self, uri: str) -> Json:
        return render.act("Like", uri, self.by.uri, self.post.uri, self.author.uri, self.group)


def liking(tx: Tx, event: Event) -> Liking | None:
    """Of a member; None if nobody elsewhere is to hear of it."""
    by, post = local_post(tx, event)
    author = accounts.by_id(tx, post.author_id) if by is not None and post is not None else None
    if by is None or post is None or author is None:
        return None
    if author.local and post.audience_id is None:
        return None
    return Liking(by, post, author, groups.uri_of(tx, post))


def tell(tx: Tx, it: Liking, activity: Json) -> None:
    """About the post: whoever takes a like back and gives it again means the last."""
    inboxes = audience.of(tx, [it.post.author_id, it.post.audience_id])
    send(tx, it.by, activity, it.post.uri, inboxes, followers=False)


def like_created(tx: Tx, event: Event) -> None:
    _like(tx, event, lambda activity: activity)


def like_removed(tx: Tx, event: Event) -> None:
    _like(tx, event, render.undo)


def _like(tx: Tx, event: Event, form: Callable[[Json], Json]) -> None:
    it = liking(tx, event)
    if it is not None:
        tell(tx, it, form(it.like(event.data["uri"])))


REACTIONS: Reactions = {"like.created": like_created, "like.removed": like_removed}
