"""What a new post, or a follow, does to lists and to what followed tags bring: reactions, in the
same transaction.
"""

from __future__ import annotations

from weft.reading import list_members, lists, tags
from weft.store.database import Database, Tx
from weft.threads import posts
from weft.work.events import Event


def react(db: Database) -> None:
    """Register the reactions, after those of ``threads.relations``: an exclusive list takes out
    of a home timeline what a follow brought in.
    """
    db.react("post.created", created)
    db.react("follow.accepted", accepted)
    db.react("follow.rejected", ended)
    db.react("follow.removed", ended)
    db.react("follow.moved", moved)


def created(tx: Tx, event: Event) -> None:
    post = posts.of(tx, event)
    if post is not None:
        tags.enter(tx, post)
        lists.enter(tx, post)


def accepted(tx: Tx, event: Event) -> None:
    lists.joined(tx, event.actor_id or 0, event.subject_id or 0)


def moved(tx: Tx, event: Event) -> None:
    list_members.replace(tx, event.actor_id or 0, event.subject_id or 0, event.data["target"])


def ended(tx: Tx, event: Event) -> None:
    lists.parted(tx, event.actor_id or 0, event.subject_id or 0)
