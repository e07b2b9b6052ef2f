"""What a follow or a block does to home timelines, notifications and quotes: reactions, in the same
transaction, to what ``people.follows`` and ``people.blocks`` write in the event log.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.people import collections
from weft.people.tables import accounts, follows
from weft.store.database import Database, Tx
from weft.threads import features, quoting, requests
from weft.threads.homes import understood
from weft.threads.notifications import notify, untell
from weft.threads.tables import home, notifications, posts
from weft.work.events import Event

BACKFILL = 40
"""Posts of a newly followed account that enter the home timeline at once: one page of it."""

_reader = sa.bindparam("reader", type_=sa.BigInteger)
_author = sa.bindparam("author", type_=sa.BigInteger)
_parents = follows.alias("parents")
_how = follows.alias("how")
_original = posts.alias("original")
_latest = (
    sa.select(posts.c.id)
    .where(
        posts.c.author_id == _author,
        posts.c.visibility.in_(("public", "unlisted", "private")),
        # The rules by which a new post enters (threads.homes.enter_homes).
        sa.or_(posts.c.boost_of_id.is_(None), sa.bindparam("reblogs", type_=sa.Boolean)),
        sa.or_(
            posts.c.reply_to_uri.is_(None),
            posts.c.reply_to_author_id.in_((_author, _reader)),
            sa.exists().where(
                _parents.c.follower_id == _reader,
                _parents.c.target_id == posts.c.reply_to_author_id,
                _parents.c.accepted.is_(True),
            ),
        ),
        sa.exists().where(
            _how.c.follower_id == _reader,
            _how.c.target_id == _author,
            understood(
                _how,
                sa.func.coalesce(
                    posts.c.language,
                    sa.select(_original.c.language)
                    .where(_original.c.id == posts.c.boost_of_id)
                    .scalar_subquery(),
                ),
            ),
        ),
    )
    .order_by(posts.c.id.desc())
    .limit(BACKFILL)
)
_FILL = (
    insert(home)
    .from_select(
        ["account_id", "post_id", "author_id"],
        sa.select(_reader, posts.c.id, _author).where(posts.c.id.in_(_latest)),
    )
    .on_conflict_do_nothing()
)
_READS_HERE = (
    sa.select(follows.c.reblogs)
    .join_from(follows, accounts, accounts.c.id == follows.c.follower_id)
    .where(
        follows.c.follower_id == _reader,
        follows.c.target_id == _author,
        follows.c.accepted.is_(True),
        accounts.c.domain == "",
        accounts.c.kind == "person",
    )
)
_CLEAR = home.delete().where(home.c.account_id == _reader, home.c.author_id == _author)
_FORGET = notifications.delete().where(
    notifications.c.account_id == _reader, notifications.c.from_id == _author
)
_FORGET_CHANGE = _FORGET.where(notifications.c.kind == "collection_update")
_of_server = sa.select(accounts.c.id).where(accounts.c.domain == sa.bindparam("domain"))
_FORGET_SERVER = notifications.delete().where(
    notifications.c.account_id == _reader, notifications.c.from_id.in_(_of_server)
)
_CLEAR_SERVER = home.delete().where(home.c.account_id == _reader, home.c.author_id.in_(_of_server))


def react(db: Database) -> None:
    """Register the reactions; once, when the house is put together."""
    db.react("follow.requested", requested)
    db.react("follow.accepted", accepted)
    db.react("follow.rejected", ended)
    db.react("follow.removed", ended)
    db.react("block.created", blocked)
    db.react("domain.muted", domain_muted)
    db.react("collection.item_added", collected)
    db.react("collection.updated", collection_changed)


def requested(tx: Tx, event: Event) -> None:
    follower, target = _pair(event)
    notify(tx, target, "follow_request", follower)


def accepted(tx: Tx, event: Event) -> None:
    follower, target = _pair(event)
    untell(tx, target, "follow_request", follower)
    notify(tx, target, "follow", follower)
    fill_home(tx, follower, target)


def ended(tx: Tx, event: Event) -> None:
    follower, target = _pair(event)
    for kind in ("follow", "follow_request"):
        untell(tx, target, kind, follower)
    clear_home(tx, follower, target)


def fill_home(tx: Tx, reader: int, author: int) -> None:
    """The author's latest posts enter the reader's home timeline, if they follow and read here."""
    row = tx.row(_READS_HERE, reader=reader, author=author)
    if row is not None:
        tx.run(_FILL, reader=reader, author=author, reblogs=row.reblogs)


def clear_home(tx: Tx, reader: int, author: int) -> None:
    """Take what the author said out of the reader's home timeline."""
    tx.run(_CLEAR, reader=reader, author=author)


def blocked(tx: Tx, event: Event) -> None:
    for reader, author in (_pair(event), _pair(event)[::-1]):
        clear_home(tx, reader, author)
        tx.run(_FORGET, reader=reader, author=author)
        requests.forget(tx, reader, author)
    quoting.part(tx, *_pair(event))
    features.part(tx, *_pair(event))


def domain_muted(tx: Tx, event: Event) -> None:
    member, domain = event.actor_id or 0, event.data["domain"]
    tx.run(_CLEAR_SERVER, reader=member, domain=domain)
    tx.run(_FORGET_SERVER, reader=member, domain=domain)
    ended = {name: event.data[name] for name in ("followers_count", "following_count")}
    if any(ended.values()):
        data = {"type": "user_domain_block", "target_name": domain, **ended}
        notify(tx, member, "severed_relationships", member, data=data)


def collected(tx: Tx, event: Event) -> None:
    owner, account = _pair(event)
    notify(tx, account, "added_to_collection", owner, data=event.data)


def collection_changed(tx: Tx, event: Event) -> None:
    owner, which = _pair(event)
    for item in collections.get(tx, owner, which).items:
        # Only the last change is kept: nobody reads ten.
        tx.run(_FORGET_CHANGE, reader=item.account_id, author=owner)
        data = {"collection_id": str(which)}
        notify(tx, item.account_id, "collection_update", owner, data=data)


def _pair(event: Event) -> tuple[int, int]:
    # These events always name both; the log's columns are nullable for other kinds.
    return event.actor_id or 0, event.subject_id or 0
