"""Reactions with an emoji to what was written elsewhere.

They are told as likes with something in them, and a server that does not know reactions keeps one
like per account and post. When one of several is taken back, it drops that one; so what is left is
told once more, by the same activity, which those who have it already pass over.
"""

from __future__ import annotations

from weft.federation import audience, render
from weft.federation.outbox.sending import Reactions, local_post, send
from weft.federation.vocabulary import Json
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import emoji_reactions, react
from weft.threads.model import Post
from weft.work.events import Event


def created(tx: Tx, event: Event) -> None:
    by, post, author = _concerned(tx, event)
    if by is not None and post is not None and author is not None:
        _send(tx, by, post, author, _told(tx, by, post, author, event.data))


def removed(tx: Tx, event: Event) -> None:
    by, post, author = _concerned(tx, event)
    if by is None or post is None or author is None:
        return
    _send(tx, by, post, author, render.undo(_told(tx, by, post, author, event.data)))
    liked = react.like_of(tx, by.id, post.id)
    if liked is not None:
        _send(tx, by, post, author, render.act("Like", liked, by.uri, post.uri, author.uri))
    else:
        _again(tx, by, post, author)


def like_removed(tx: Tx, event: Event) -> None:
    """`outbox.likes` has told it."""
    by, post, author = _concerned(tx, event)
    if by is not None and post is not None and author is not None and post.reactions_count:
        _again(tx, by, post, author)


def _again(tx: Tx, by: Account, post: Post, author: Account) -> None:
    for left in emoji_reactions.own(tx, by.id, post.id)[:1]:
        told = {"name": left.name, "url": left.url, "uri": left.uri}
        _send(tx, by, post, author, _told(tx, by, post, author, told))


def _concerned(tx: Tx, event: Event) -> tuple[Account | None, Post | None, Account | None]:
    """(the member, the post, its author elsewhere)."""
    by, post = local_post(tx, event)
    author = accounts.by_id(tx, post.author_id) if by is not None and post is not None else None
    return by, post, author if author is not None and not author.local else None


def _told(tx: Tx, by: Account, post: Post, author: Account, data: Json) -> Json:
    return render.reaction(
        tx.site,
        data["uri"],
        by.uri,
        post.uri,
        author.uri,
        name=data["name"],
        url=data["url"],
    )


def _send(tx: Tx, by: Account, post: Post, author: Account, activity: Json) -> None:
    # About the post: what is done and taken back arrives in its order.
    send(tx, by, activity, post.uri, audience.of(tx, [author.id]), followers=False)


REACTIONS: Reactions = {
    "reaction.created": created,
    "reaction.removed": removed,
    "like.removed": like_removed,
}
