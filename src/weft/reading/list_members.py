"""Who is in a member's lists: whom they follow or asked to, or themselves."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid, NotFound
from weft.people.accounts import COLUMNS as ACCOUNT
from weft.people.model import Account
from weft.people.tables import accounts, follows
from weft.reading.lists import containing, fill, get, joined, leave, settle_home
from weft.reading.tables import list_members
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, paged

MEMBERS_AT_ONCE = 500
"""Accounts added or taken out by one request: each brings its latest posts along."""

_owner = sa.bindparam("owner", type_=sa.BigInteger)
_list = sa.bindparam("list", type_=sa.BigInteger)

_MEMBERS_SELECT = (
    sa.select(*ACCOUNT)
    .join_from(list_members, accounts, accounts.c.id == list_members.c.account_id)
    .where(list_members.c.list_id == _list, accounts.c.suspended_at.is_(None))
)
_MEMBERS = paged(_MEMBERS_SELECT, list_members.c.account_id)
_ALL_MEMBERS = _MEMBERS_SELECT.order_by(list_members.c.account_id.desc())
_FOLLOWED = sa.select(follows.c.target_id).where(
    follows.c.follower_id == _owner, among(follows.c.target_id, "ids")
)
_ENTER = insert(list_members).on_conflict_do_nothing().returning(list_members.c.account_id)


def members(tx: Tx, owner: int, list_id: int, page: Page | None) -> list[Account]:
    """Who is in it, by account id, the highest first; ``page`` None: all of them (no more than
    one may follow). Errors: NotFound.
    """
    get(tx, owner, list_id)
    if page is None:
        return [Account(*row) for row in tx.rows(_ALL_MEMBERS, list=list_id)]
    return [Account(*row) for row in _MEMBERS.rows(tx, page, list=list_id)]


def add(tx: Tx, owner: int, list_id: int, ids: Sequence[int]) -> None:
    """Put accounts in; their latest posts come along. All or none.

    Errors: NotFound (the list, or an account that the owner neither follows nor asked to), Invalid
    (in it already, too many at once).
    """
    found = get(tx, owner, list_id)
    wanted = _at_once(ids)
    known = {row[0] for row in tx.rows(_FOLLOWED, owner=owner, ids=wanted)} | {owner}
    if any(one not in known for one in wanted):
        raise NotFound
    for one in wanted:
        if tx.row(_ENTER, list_id=list_id, account_id=one, created_at=tx.now) is None:
            raise Invalid("Validation failed: Account has already been taken")
    for one in wanted:  # after all are in: replies among them belong
        fill(tx, list_id, one)
        if found.exclusive:
            settle_home(tx, owner, one)


def remove(tx: Tx, owner: int, list_id: int, ids: Sequence[int]) -> None:
    """Take accounts out, and what they said with them. Errors: NotFound (the list)."""
    found = get(tx, owner, list_id)
    for one in _at_once(ids):
        if leave(tx, list_id, one) and found.exclusive:
            settle_home(tx, owner, one)


def replace(tx: Tx, owner: int, old: int, new: int) -> None:
    """Whoever moved is followed by the lists that they were in; their old account leaves when it is
    no longer followed.
    """
    for one in containing(tx, owner, old):
        tx.run(_ENTER, list_id=one.id, account_id=new, created_at=tx.now)
    joined(tx, owner, new)


def _at_once(ids: Sequence[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MEMBERS_AT_ONCE:
        raise Invalid(f"Validation failed: At most {MEMBERS_AT_ONCE} accounts at once")
    return wanted
