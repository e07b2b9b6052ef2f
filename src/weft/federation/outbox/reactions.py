"""Reactions with an emoji to what was written elsewhere.

They are told as likes with something in them, and a server that does not know reactions keeps one
like per account and post. When one of several is taken back, it drops that one; so what is left is
told once more, by the same activity, which those who have it already pass over.
"""

from __future__ import annotations

from weft.federation import render
from weft.federation.outbox.likes import Liking, liking, tell
from weft.federation.outbox.sending import Reactions
from weft.federation.vocabulary import Json
from weft.store.database import Tx
from weft.threads import emoji_reactions, react
from weft.work.events import Event


def created(tx: Tx, event: Event) -> None:
    it = liking(tx, event)
    if it is not None:
        tell(tx, it, _told(tx, it, event.data))


def removed(tx: Tx, event: Event) -> None:
    it = liking(tx, event)
    if it is None:
        return
    tell(tx, it, render.undo(_told(tx, it, event.data)))
    liked = react.like_of(tx, it.by.id, it.post.id)
    if liked is not None:
        tell(tx, it, it.like(liked))
    else:
        _again(tx, it)


def like_removed(tx: Tx, event: Event) -> None:
    """`outbox.likes` has told it."""
    it = liking(tx, event)
    if it is not None and it.post.reactions_count:
        _again(tx, it)


def _again(tx: Tx, it: Liking) -> None:
    for left in emoji_reactions.own(tx, it.by.id, it.post.id)[:1]:
        tell(tx, it, _told(tx, it, {"name": left.name, "url": left.url, "uri": left.uri}))


def _told(tx: Tx, it: Liking, data: Json) -> Json:
    return render.reaction(tx.site, it.like(data["uri"]), name=data["name"], url=data["url"])


REACTIONS: Reactions = {
    "reaction.created": created,
    "reaction.removed": removed,
    "like.removed": like_removed,
}
