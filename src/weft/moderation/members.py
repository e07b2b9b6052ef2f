"""Accounts as admins look for them: with their logins, whatever their state.

https://docs.joinmastodon.org/methods/admin/accounts/#v2
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.errors import NotFound
from weft.people.accounts import COLUMNS
from weft.people.credentials import Credential
from weft.people.model import Account
from weft.people.tables import accounts, credentials
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged

State = Literal["active", "pending", "disabled", "silenced", "suspended", "sensitized"]


class Member(Struct, frozen=True):
    """An account and, of those who sign in here, its login."""

    account: Account
    login: Credential | None

    @property
    def pending(self) -> bool:
        return self.login is not None and not self.login.approved

    @property
    def suspended(self) -> bool:
        """By somebody: who waits for approval is hidden in the same way, but not suspended."""
        return self.account.suspended_at is not None and not self.pending


class Wanted(Struct, frozen=True):
    """Which accounts; None: does not matter. Names and addresses match from their beginning."""

    local: bool | None = None
    states: frozenset[State] = frozenset()
    staff: bool = False
    roles: tuple[str, ...] = ()
    username: str | None = None
    name: str | None = None
    domain: str | None = None
    email: str | None = None
    ip: str | None = None


_LOGIN = tuple(credentials.c[field] for field in Credential.__struct_fields__)
_EVERYONE = sa.select(*COLUMNS, *_LOGIN).join_from(
    accounts, credentials, credentials.c.account_id == accounts.c.id, isouter=True
)
_ALL = _EVERYONE.where(accounts.c.kind != "application")
_THESE = _EVERYONE.where(among(accounts.c.id, "ids"))
_approved = credentials.c.approved.isnot(sa.false())
_STATES: dict[State, sa.ColumnElement[bool]] = {
    "active": sa.and_(
        accounts.c.suspended_at.is_(None), credentials.c.disabled_at.is_(None), _approved
    ),
    "pending": credentials.c.approved.is_(False),
    "disabled": credentials.c.disabled_at.isnot(None),
    "silenced": accounts.c.silenced_at.isnot(None),
    "suspended": sa.and_(accounts.c.suspended_at.isnot(None), _approved),
    "sensitized": accounts.c.sensitized_at.isnot(None),
}


def listed(tx: Tx, page: Page, wanted: Wanted) -> list[Member]:
    """Newest first."""
    given = {
        "username": _start(wanted.username),
        "name": _start(wanted.name),
        "domain": wanted.domain.strip().lower() if wanted.domain else None,
        "email": _start(wanted.email),
        "ip": wanted.ip,
    }
    given = {name: value for name, value in given.items() if value}
    list_ = _list(
        wanted.local, wanted.states, wanted.staff, wanted.roles or None, tuple(sorted(given))
    )
    return [_member(row) for row in list_.rows(tx, page, **given)]


@cache
def _list(
    local: bool | None,
    states: frozenset[State],
    staff: bool,
    roles: tuple[str, ...] | None,
    given: tuple[str, ...],
) -> Paged:
    parts: dict[str, sa.ColumnElement[bool]] = {
        "username": _like(accounts.c.username_fold, "username"),
        "name": _like(sa.func.lower(accounts.c.name), "name"),
        "domain": accounts.c.domain == sa.bindparam("domain"),
        "email": _like(credentials.c.email, "email"),
        "ip": sa.or_(
            credentials.c.last_ip == sa.bindparam("ip"),
            credentials.c.sign_up_ip == sa.bindparam("ip"),
        ),
    }
    conditions = [parts[name] for name in given]
    conditions += [_STATES[state] for state in sorted(states)]
    if local is not None:
        conditions.append(accounts.c.domain == "" if local else accounts.c.domain != "")
    if staff:
        conditions.append(credentials.c.role == "admin")
    if roles is not None:
        conditions.append(credentials.c.role.in_(roles))
    return paged(_ALL.where(*conditions), accounts.c.id)


def _like(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    return column.like(sa.bindparam(name), escape="\\")


def _start(text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    text = text.strip().lower()
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Member]:
    wanted = list(set(ids))
    if not wanted:
        return {}
    return {row[0]: _member(row) for row in tx.rows(_THESE, ids=wanted)}


def get(tx: Tx, account_id: int) -> Member:
    """Errors: NotFound, also for the server's own account."""
    found = by_ids(tx, [account_id])
    if account_id not in found or found[account_id].account.kind == "application":
        raise NotFound
    return found[account_id]


def _member(row: Any) -> Member:
    values = tuple(row)
    account, login = values[: len(COLUMNS)], values[len(COLUMNS) :]
    return Member(Account(*account), Credential(*login) if login[0] is not None else None)
