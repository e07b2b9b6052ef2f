"""Likes of what was written elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from weft.federation import audience, render
from weft.federation.outbox.sending import Reactions, local_post, send
from weft.federation.vocabulary import Json
from weft.people import accounts
from weft.store.database import Tx
from weft.work.events import Event


def like_created(tx: Tx, event: Event) -> None:
    _like(tx, event, lambda activity: activity)


def like_removed(tx: Tx, event: Event) -> None:
    _like(tx, event, render.undo)


def _like(tx: Tx, event: Event, form: Callable[[Json], Json]) -> None:
    by, post = local_post(tx, event)
    if by is None or post is None:
        return
    author = accounts.by_id(tx, post.author_id)
    if author is not None and not author.local:
        like = render.act("Like", event.data["uri"], by.uri, post.uri, author.uri)
        # About the post: whoever takes a like back and gives it again means the last.
        send(tx, by, form(like), post.uri, audience.of(tx, [author.id]), followers=False)


REACTIONS: Reactions = {"like.created": like_created, "like.removed": like_removed}
