"""Direct threads, as each member who is in them reads them: reactions to posts, and a list.

https://docs.joinmastodon.org/methods/conversations/. There is a row for each local member and
thread. Who is mentioned has one when they were told of it: not when they blocked or muted the
author, or the thread, nor while their policy keeps it aside (``threads.requests``).
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import NotFound
from weft.kernel.ids import new_id
from weft.reading.tables import conversations
from weft.store.among import among
from weft.store.database import Database, Tx
from weft.store.page import Page, paged
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.tables import notifications, post_mentions
from weft.threads.tables import posts as post_table
from weft.work import events
from weft.work.events import Event


class Conversation(Struct, frozen=True):
    """``members``: ids of the others in its last post, as strings; none: a note to oneself."""

    id: int
    account_id: int
    thread_id: int
    members: list[str]
    last_post_id: int
    unread: bool


_COLUMNS = tuple(conversations.c[field] for field in Conversation.__struct_fields__)
_owner = sa.bindparam("owner", type_=sa.BigInteger)
_post = sa.bindparam("post", type_=sa.BigInteger)
_thread = sa.bindparam("thread", type_=sa.BigInteger)
_MINE = sa.select(*_COLUMNS).where(conversations.c.account_id == _owner)
_LIST = paged(_MINE, conversations.c.last_post_id)
_THESE = _MINE.where(among(conversations.c.id, "ids"))
_MARK = (
    conversations.update()
    .where(conversations.c.account_id == _owner, conversations.c.id == sa.bindparam("which"))
    .values(unread=sa.bindparam("is_unread", type_=sa.Boolean))
    .returning(conversations.c.id)
)
_DROP = (
    conversations.delete()
    .where(conversations.c.account_id == _owner, conversations.c.id == sa.bindparam("which"))
    .returning(conversations.c.id)
)
_SEVER = conversations.delete().where(
    conversations.c.account_id == _owner,
    sa.cast(conversations.c.members, sa.Text).like(sa.bindparam("named")),
)
_TOLD = sa.select(notifications.c.account_id).where(
    notifications.c.post_id == _post,
    notifications.c.kind == "mention",
    notifications.c.filtered.is_(False),
)
_put = insert(conversations)
_is_newer = _put.excluded.last_post_id > conversations.c.last_post_id
_ENTER = _put.on_conflict_do_update(
    index_elements=["account_id", "thread_id"],
    set_={
        # A post from elsewhere may arrive after one that was written later.
        "last_post_id": sa.case(
            (_is_newer, _put.excluded.last_post_id), else_=conversations.c.last_post_id
        ),
        "members": sa.case((_is_newer, _put.excluded.members), else_=conversations.c.members),
        "unread": _put.excluded.unread,
    },
).returning(conversations.c.id)
_ENTER_ONCE = _put.on_conflict_do_nothing().returning(conversations.c.id)
_LASTING = sa.select(conversations.c.id, conversations.c.account_id).where(
    conversations.c.thread_id == _thread,
    conversations.c.last_post_id == _post,
    among(conversations.c.account_id, "people"),
)
_BEFORE = (
    sa.select(post_table.c.id)
    .where(
        post_table.c.thread_id == _thread,
        post_table.c.visibility == "direct",
        sa.or_(
            post_table.c.author_id == _owner,
            sa.exists().where(
                post_mentions.c.post_id == post_table.c.id, post_mentions.c.account_id == _owner
            ),
        ),
    )
    .order_by(post_table.c.id.desc())
    .limit(1)
)
_GO_BACK = (
    conversations.update()
    .where(conversations.c.id == sa.bindparam("which"))
    .values(last_post_id=_post, members=sa.bindparam("others", type_=conversations.c.members.type))
)
_LET_IN = (
    sa.select(sa.func.max(post_table.c.id))
    .join_from(notifications, post_table, post_table.c.id == notifications.c.post_id)
    .where(
        notifications.c.account_id == _owner,
        notifications.c.kind == "mention",
        among(notifications.c.from_id, "people"),
        notifications.c.filtered.is_(False),
        post_table.c.visibility == "direct",
    )
    .group_by(post_table.c.thread_id)
)


# -- reactions --------------------------------------------------------------------------------


def react(db: Database) -> None:
    """Register the reactions; once, when the house is put together."""
    db.react("post.created", created)
    db.react("post.edited", edited)
    db.react("post.deleted", deleted)
    db.react("notifications.merged", merged)
    db.react("block.created", blocked)


def created(tx: Tx, event: Event) -> None:
    post = posts.of(tx, event)
    if post is not None and post.visibility == "direct":
        if post.local:
            _enter(tx, post, post.author_id)
        for row in tx.rows(_TOLD, post=post.id):
            _enter(tx, post, row[0])


def edited(tx: Tx, event: Event) -> None:
    """Who is mentioned only now is in it from now on; for the others nothing happened."""
    post = posts.of(tx, event)
    if post is not None and post.visibility == "direct":
        for row in tx.rows(_TOLD, post=post.id):
            _enter(tx, post, row[0], statement=_ENTER_ONCE)


def deleted(tx: Tx, event: Event) -> None:
    """The post before it is the last one then; without one the conversation is over."""
    if event.data["visibility"] != "direct":
        return
    thread_id = event.data["thread_id"]
    people = [event.actor_id or 0, *event.data["mentions"]]
    for id_, owner in tx.rows(
        _LASTING, thread=thread_id, post=event.subject_id or 0, people=people
    ):
        before = posts.by_id(tx, tx.scalar(_BEFORE, thread=thread_id, owner=owner) or 0)
        if before is None:
            tx.run(_DROP, owner=owner, which=id_)
        else:
            tx.run(_GO_BACK, which=id_, post=before.id, others=_others(before, owner))


def merged(tx: Tx, event: Event) -> None:
    """What the member let in are conversations now."""
    owner = event.actor_id or 0
    people = [int(one) for one in event.data["from_ids"]]
    last = [row[0] for row in tx.rows(_LET_IN, owner=owner, people=people)]
    for post in posts.by_ids(tx, last).values():
        _enter(tx, post, owner)


def blocked(tx: Tx, event: Event) -> None:
    """Whom one blocks is in none of one's conversations, nor what they wrote there."""
    named = f'%"{event.subject_id}"%'
    tx.run(_SEVER, owner=event.actor_id or 0, named=named)


def _enter(tx: Tx, post: Post, owner: int, *, statement: sa.Executable = _ENTER) -> None:
    row = tx.run(
        statement,
        id=new_id(),
        account_id=owner,
        thread_id=post.thread_id,
        members=_others(post, owner),
        last_post_id=post.id,
        unread=owner != post.author_id,
    ).first()
    if row is not None:
        events.append(tx, "conversation.updated", actor_id=owner, subject_id=row[0])


def _others(post: Post, owner: int) -> list[str]:
    everyone = {str(post.author_id), *(mention["id"] for mention in post.mentions)}
    return sorted(everyone - {str(owner)}, key=int)


# -- what a member does -----------------------------------------------------------------------


def listed(tx: Tx, owner_id: int, page: Page) -> list[Conversation]:
    """By their last posts, newest first; ``last_post_id`` pages the list."""
    return [Conversation(*row) for row in _LIST.rows(tx, page, owner=owner_id)]


def by_ids(tx: Tx, owner_id: int, ids: list[int]) -> list[Conversation]:
    """Those of them that are the owner's, in the order given."""
    found = {row[0]: Conversation(*row) for row in tx.rows(_THESE, owner=owner_id, ids=ids)}
    return [found[id_] for id_ in ids if id_ in found]


def mark(tx: Tx, owner_id: int, conversation_id: int, *, unread: bool) -> None:
    """Errors: NotFound."""
    if tx.run(_MARK, owner=owner_id, which=conversation_id, is_unread=unread).first() is None:
        raise NotFound


def drop(tx: Tx, owner_id: int, conversation_id: int) -> None:
    """Take it off the owner's list; its next post brings it back. Errors: NotFound."""
    if tx.run(_DROP, owner=owner_id, which=conversation_id).first() is None:
        raise NotFound
