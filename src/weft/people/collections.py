"""Accounts that a member shows others, under a name: https://docs.joinmastodon.org/methods/collections/

Who is shown agreed to it: accounts of this server that may be discovered are taken in at once (by
their followers alone, where they approve those), and may leave for good; others cannot be added.
Accounts elsewhere cannot be asked yet, so they are not added either. Members are shown in collections
elsewhere by the same rule: ``collections_elsewhere``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.people.tables import accounts, blocks, follows
from weft.people.tables import collection_items as item_table
from weft.people.tables import collections as table
from weft.store.among import among
from weft.store.database import Tx
from weft.work import events

NAME_CHARS = 40
DESCRIPTION_CHARS = 100
ITEMS_MAX = 25
"""A list that somebody reads before they follow: Mastodon's limit."""
COLLECTIONS_MAX = 10
"""Of one account: Mastodon's usual ``collection_limit`` of a role."""


class Item(Struct, frozen=True):
    id: int
    collection_id: int
    account_id: int
    state: str
    created_at: int


class Collection(Struct, frozen=True):
    """Field for field the columns of ``collections``, and what of its items the viewer sees."""

    id: int
    account_id: int
    name: str
    description: str
    language: str | None
    sensitive: bool
    discoverable: bool
    tag: str | None
    created_at: int
    updated_at: int
    uri: str | None = None
    """Of one elsewhere."""
    items: list[Item] = []


class Changes(Struct, frozen=True):
    """What is to change; None stays as it is, "" is no language and no tag."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None
    tag: str | None = None


class Refused(Invalid):
    """A value that breaks a rule; ``details`` says which, as Mastodon does."""

    def __init__(self, field: str, code: str, description: str) -> None:
        super().__init__(f"Validation failed: {field.capitalize()} {description}")
        self.details = {field: [{"error": code, "description": description}]}


_COLUMNS = tuple(table.c[name] for name in Collection.__struct_fields__ if name != "items")
_ITEM_COLUMNS = tuple(item_table.c[name] for name in Item.__struct_fields__)
_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_owner = sa.bindparam("owner", type_=sa.BigInteger)
_which = sa.bindparam("which", type_=sa.BigInteger)
_account = sa.bindparam("account", type_=sa.BigInteger)


def _block_between(
    one: sa.ColumnElement[int], other: sa.ColumnElement[int]
) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        sa.or_(
            sa.and_(blocks.c.blocker_id == one, blocks.c.target_id == other),
            sa.and_(blocks.c.blocker_id == other, blocks.c.target_id == one),
        )
    )


_standing = sa.exists().where(
    accounts.c.id == table.c.account_id, accounts.c.suspended_at.is_(None)
)
_open = sa.and_(_standing, ~_block_between(table.c.account_id, _viewer))
_SEEN = sa.select(*_COLUMNS).where(among(table.c.id, "ids"), _open)
_OF = (
    sa.select(table.c.id)
    .where(table.c.account_id == _owner, sa.or_(table.c.discoverable.is_(True), _owner == _viewer))
    .order_by(table.c.id.desc())
    .limit(sa.bindparam("most"))
    .offset(sa.bindparam("skip"))
)
_WITH = (
    sa.select(item_table.c.collection_id)
    .where(item_table.c.account_id == _owner, item_table.c.state == "accepted")
    .order_by(item_table.c.id.desc())
    .limit(sa.bindparam("most"))
    .offset(sa.bindparam("skip"))
)
# Whoever does not want to be discovered any more is not shown either, whatever they once agreed to.
_ITEMS = (
    sa.select(*_ITEM_COLUMNS)
    .join_from(item_table, accounts, accounts.c.id == item_table.c.account_id)
    .where(
        among(item_table.c.collection_id, "ids"),
        item_table.c.state == "accepted",
        accounts.c.suspended_at.is_(None),
        accounts.c.silenced_at.is_(None),
        accounts.c.discoverable.is_(True),
        ~_block_between(item_table.c.account_id, _viewer),
    )
    .order_by(item_table.c.id)
)
_COUNT = sa.select(sa.func.count()).where(table.c.account_id == _owner)
_COUNT_ITEMS = sa.select(sa.func.count()).where(
    item_table.c.collection_id == _which, item_table.c.state == "accepted"
)
_MINE = sa.select(*_COLUMNS).where(table.c.id == _which)
_ITEM = sa.select(*_ITEM_COLUMNS).where(
    item_table.c.collection_id == _which, item_table.c.id == sa.bindparam("item")
)
_HELD = sa.select(*_ITEM_COLUMNS).where(
    item_table.c.collection_id == _which, item_table.c.account_id == _account
)
_FOLLOWS = sa.select(follows.c.id).where(
    follows.c.follower_id == _owner,
    follows.c.target_id == _account,
    follows.c.accepted.is_(True),
)
_APART = sa.select(accounts.c.id).where(accounts.c.id == _account, _block_between(_account, _owner))
_DROP = table.delete().where(table.c.id == _which)
_DROP_ITEM = item_table.delete().where(item_table.c.id == sa.bindparam("item"))
_LEAVE = (
    item_table.update()
    .where(item_table.c.id == sa.bindparam("item"))
    .values(state=sa.bindparam("how", type_=sa.String))
)
_TOUCH = table.update().where(table.c.id == _which).values(updated_at=sa.bindparam("at"))
_PART = item_table.delete().where(
    item_table.c.account_id == _account,
    item_table.c.collection_id.in_(sa.select(table.c.id).where(table.c.account_id == _owner)),
)


# -- reading ----------------------------------------------------------------------------------


def shown(tx: Tx, viewer_id: int | None, ids: Iterable[int]) -> dict[int, Collection]:
    """Those of these that the viewer (None: anyone) may see, with their items: two reads."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    who = {"ids": wanted, "viewer": viewer_id or 0}  # 0 is nobody's id
    rows = tx.rows(_SEEN, **who)
    items: dict[int, list[Item]] = {row[0]: [] for row in rows}
    for row in tx.rows(_ITEMS, **who) if rows else ():
        item = Item(*row)
        if item.collection_id in items:
            items[item.collection_id].append(item)
    return {row[0]: Collection(*row, items=items[row[0]]) for row in rows}


def get(tx: Tx, viewer_id: int | None, collection_id: int) -> Collection:
    """Errors: NotFound, also for one whose owner blocks the viewer."""
    found = shown(tx, viewer_id, [collection_id]).get(collection_id)
    if found is None:
        raise NotFound
    return found


def of(
    tx: Tx, viewer_id: int | None, owner_id: int, *, limit: int, offset: int
) -> list[Collection]:
    """Those of an account, newest first; what it shows nobody only for itself."""
    page = {"most": limit, "skip": offset, "owner": owner_id, "viewer": viewer_id or 0}
    return _in_order(tx, viewer_id, [row[0] for row in tx.rows(_OF, **page)])


def featuring(tx: Tx, account_id: int, *, limit: int, offset: int) -> list[Collection]:
    """Those in which an account is, as it sees them, last added first."""
    page = {"most": limit, "skip": offset, "owner": account_id}
    return _in_order(tx, account_id, [row[0] for row in tx.rows(_WITH, **page)])


def _in_order(tx: Tx, viewer_id: int | None, ids: list[int]) -> list[Collection]:
    found = shown(tx, viewer_id, ids)
    return [found[one] for one in ids if one in found]


# -- changing ---------------------------------------------------------------------------------


def create(tx: Tx, owner: Account, given: Changes, account_ids: Iterable[Account]) -> Collection:
    """Errors: Refused, Invalid (too many; an account that cannot be added: nothing is made)."""
    if int(tx.scalar(_COUNT, owner=owner.id)) >= COLLECTIONS_MAX:
        raise Invalid(f"Validation failed: You cannot have more than {COLLECTIONS_MAX} collections")
    values = {"description": "", "sensitive": False, "discoverable": True, **_checked(given)}
    if "name" not in values:
        raise Refused("name", "ERR_BLANK", "can't be blank")
    made = new_id()
    values |= {"id": made, "account_id": owner.id, "created_at": tx.now, "updated_at": tx.now}
    tx.run(table.insert().values(**values))
    for account in {one.id: one for one in account_ids}.values():
        put_in(tx, owner, made, account)
    return get(tx, owner.id, made)


def update(tx: Tx, owner: Account, collection_id: int, given: Changes) -> Collection:
    """Event: collection.updated, when something did change. Errors: NotFound, Forbidden (another's),
    Refused.
    """
    before = _own(tx, owner, collection_id)
    values = {name: v for name, v in _checked(given).items() if getattr(before, name) != v}
    if values:
        changed = table.update().where(table.c.id == collection_id)
        tx.run(changed.values(updated_at=tx.now, **values))
        events.append(tx, "collection.updated", actor_id=owner.id, subject_id=collection_id)
    return get(tx, owner.id, collection_id)


def drop(tx: Tx, owner: Account, collection_id: int) -> None:
    """Errors: NotFound, Forbidden (another's)."""
    _own(tx, owner, collection_id)
    tx.run(_DROP, which=collection_id)


def add(tx: Tx, owner: Account, collection_id: int, account: Account) -> Item:
    """Event: collection.item_added, the first time. Errors: NotFound, Forbidden (another's),
    Invalid (it cannot be added, is there already, or there are too many).
    """
    _own(tx, owner, collection_id)
    item = put_in(tx, owner, collection_id, account)
    tx.run(_TOUCH, which=collection_id, at=tx.now)
    return item


def put_in(tx: Tx, owner: Account, collection_id: int, account: Account) -> Item:
    """The same of a collection that is ``owner``'s. What is refused changed nothing."""
    held = tx.row(_HELD, which=collection_id, account=account.id)
    if held is not None and held.state == "accepted":
        raise Refused("account", "ERR_TAKEN", "has already been taken")
    # One answer for all reasons: a block is not told of.
    if (held is not None and held.state == "revoked") or not _agrees(tx, owner, account):
        raise Invalid("Validation failed: This account cannot be added to a collection")
    if int(tx.scalar(_COUNT_ITEMS, which=collection_id)) >= ITEMS_MAX:
        raise Invalid(f"Validation failed: A collection holds at most {ITEMS_MAX} accounts")
    if held is not None:
        tx.run(_DROP_ITEM, item=held.id)  # it comes last again, under a new id
    item = Item(new_id(), collection_id, account.id, "accepted", tx.now)
    tx.run(
        item_table.insert(),
        id=item.id,
        collection_id=collection_id,
        account_id=account.id,
        state=item.state,
        created_at=tx.now,
    )
    if held is None:
        events.append(
            tx,
            "collection.item_added",
            actor_id=owner.id,
            subject_id=account.id,
            data={"collection_id": str(collection_id)},
        )
    return item


def _agrees(tx: Tx, owner: Account, account: Account) -> bool:
    return (
        account.local
        and account.kind != "application"
        and account.discoverable
        and account.suspended_at is None
        and account.silenced_at is None
        and tx.row(_APART, account=account.id, owner=owner.id) is None
        and (not account.locked or _follows(tx, owner, account))
    )


def _follows(tx: Tx, owner: Account, account: Account) -> bool:
    return (
        owner.id == account.id or tx.row(_FOLLOWS, account=account.id, owner=owner.id) is not None
    )


def remove(tx: Tx, owner: Account, collection_id: int, item_id: int) -> None:
    """Take an account out. Its row stays, so that it is told only once that it was added. Errors:
    NotFound, Forbidden (another's collection).
    """
    _own(tx, owner, collection_id)
    item = _item(tx, collection_id, item_id)
    tx.run(_LEAVE, item=item.id, how="removed")
    tx.run(_TOUCH, which=collection_id, at=tx.now)


def revoke(tx: Tx, by: Account, collection_id: int, item_id: int) -> Collection:
    """Leave somebody's collection; they cannot add one again. Gives the collection. Errors: NotFound,
    Forbidden (it is another account that is shown).
    """
    item = _item(tx, collection_id, item_id)
    if item.account_id != by.id:
        raise Forbidden
    tx.run(_LEAVE, item=item.id, how="revoked")
    return Collection(*tx.run(_MINE, which=collection_id).one())


def part(tx: Tx, one_id: int, other_id: int) -> None:
    """Neither of two shows the other any more."""
    tx.run(_PART, account=one_id, owner=other_id)
    tx.run(_PART, account=other_id, owner=one_id)


def _own(tx: Tx, owner: Account, collection_id: int) -> Collection:
    row = tx.row(_MINE, which=collection_id)
    if row is None:
        raise NotFound
    if row.account_id != owner.id:
        get(tx, owner.id, collection_id)  # what one may not see is not there
        raise Forbidden
    return Collection(*row)


def _item(tx: Tx, collection_id: int, item_id: int) -> Item:
    row = tx.row(_ITEM, which=collection_id, item=item_id)
    if row is None or row.state != "accepted":
        raise NotFound
    return Item(*row)


def _checked(given: Changes) -> dict[str, Any]:
    """What is to be written. Errors: Refused."""
    values: dict[str, Any] = {}
    for name, most in (("name", NAME_CHARS), ("description", DESCRIPTION_CHARS)):
        text = getattr(given, name)
        if text is None:
            continue
        if len(text) > most:
            raise Refused(name, "ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
        values[name] = text
    if given.name == "":
        raise Refused("name", "ERR_BLANK", "can't be blank")
    for name in ("sensitive", "discoverable"):
        if getattr(given, name) is not None:
            values[name] = getattr(given, name)
    for name in ("language", "tag"):
        if getattr(given, name) is not None:
            values[name] = getattr(given, name) or None
    return values
