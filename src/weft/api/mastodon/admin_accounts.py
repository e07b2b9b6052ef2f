"""Admins and accounts: https://docs.joinmastodon.org/methods/admin/accounts/"""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from weft.api.auth import admin, scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import id_of, rows_page
from weft.api.mastodon.entities_admin import AdminAccount, admin_account
from weft.moderation import actions, members, sign_ups
from weft.moderation.members import Member, State, Wanted
from weft.store.database import Database, Tx
from weft.store.page import Page

USUAL, MOST = 100, 200
"""https://docs.joinmastodon.org/methods/admin/accounts/#v2"""
ROLES = {"3": "admin", "-99": "user"}
"""Ids of roles as clients know them."""
_READ = [scope("admin:read:accounts"), admin]
_WRITE = [scope("admin:write:accounts"), admin]
_ONE = "/api/v1/admin/accounts/{account_id:str}"
_RoleIds = Annotated[list[str] | None, QueryParameter(name="role_ids")]


class Acting(Struct, frozen=True):
    """``warning_preset_id`` and ``send_email_notification`` are accepted: there are no presets,
    and no mail; the account is told by a notification.
    """

    type: str = ""
    report_id: str | int | None = None
    warning_preset_id: str | int | None = None
    text: str | None = None
    send_email_notification: bool = False


async def _answer(
    request: Request[Any, Any, Any], db: Database, page: Page, wanted: Wanted | None
) -> Response[list[AdminAccount]]:
    found = await db.read(lambda tx: members.listed(tx, page, wanted)) if wanted else []
    return rows_page(
        request,
        db.site,
        found,
        lambda one: admin_account(db.site, one),
        lambda one: one.account.id,
    )


@get("/api/v1/admin/accounts", guards=_READ, dependencies=paging(USUAL, MOST))
async def v1(
    request: Request[Any, Any, Any],
    db: Db,
    page: Turned,
    local: FromQuery[bool] = False,
    remote: FromQuery[bool] = False,
    active: FromQuery[bool] = False,
    pending: FromQuery[bool] = False,
    disabled: FromQuery[bool] = False,
    silenced: FromQuery[bool] = False,
    suspended: FromQuery[bool] = False,
    sensitized: FromQuery[bool] = False,
    staff: FromQuery[bool] = False,
    username: FromQuery[str | None] = None,
    display_name: FromQuery[str | None] = None,
    by_domain: FromQuery[str | None] = None,
    email: FromQuery[str | None] = None,
    ip: FromQuery[str | None] = None,
) -> Response[list[AdminAccount]]:
    """Accounts that match, newest first."""
    asked: dict[State, bool] = {
        "active": active,
        "pending": pending,
        "disabled": disabled,
        "silenced": silenced,
        "suspended": suspended,
        "sensitized": sensitized,
    }
    wanted = Wanted(
        local=local if local != remote else None,
        states=frozenset(state for state, is_asked in asked.items() if is_asked),
        staff=staff,
        username=username,
        name=display_name,
        domain=by_domain,
        email=email,
        ip=ip,
    )
    return await _answer(request, db, page, wanted)


@get("/api/v2/admin/accounts", guards=_READ, dependencies=paging(USUAL, MOST))
async def v2(
    request: Request[Any, Any, Any],
    db: Db,
    page: Turned,
    origin: FromQuery[str | None] = None,
    status: FromQuery[str | None] = None,
    permissions: FromQuery[str | None] = None,
    role_ids: _RoleIds = None,
    invited_by: FromQuery[str | None] = None,
    username: FromQuery[str | None] = None,
    display_name: FromQuery[str | None] = None,
    by_domain: FromQuery[str | None] = None,
    email: FromQuery[str | None] = None,
    ip: FromQuery[str | None] = None,
) -> Response[list[AdminAccount]]:
    """Accounts that match, newest first. Nobody is invited here: whom somebody invited is
    nobody.
    """
    states: dict[str, State] = {
        name: name
        for name in ("active", "pending", "disabled", "silenced", "suspended", "sensitized")
    }
    wanted = Wanted(
        local={"local": True, "remote": False}.get(origin or ""),
        states=frozenset({states[status]}) if status in states else frozenset(),
        staff=permissions == "staff",
        roles=tuple(sorted({ROLES.get(one, "") for one in role_ids or ()})),
        username=username,
        name=display_name,
        domain=by_domain,
        email=email,
        ip=ip,
    )
    return await _answer(request, db, page, None if invited_by else wanted)


@get(_ONE, guards=_READ)
async def show(db: Db, account_id: FromPath[str]) -> AdminAccount:
    """One account, whatever its state."""
    wanted = id_of(account_id)
    return admin_account(db.site, await db.read(lambda tx: members.get(tx, wanted)))


@post(f"{_ONE}/action", status_code=200, guards=_WRITE)
async def action(
    db: Db, me: Me, account_id: FromPath[str], data: JSONBody[Acting | None] = None
) -> dict[str, Any]:
    """Warn, mark as sensitive, freeze, limit or suspend; the account is told."""
    wanted, asked = id_of(account_id), data or Acting()
    report = id_of(str(asked.report_id)) if asked.report_id else None

    def work(tx: Tx) -> None:
        target = members.get(tx, wanted).account
        actions.act(tx, me, target, asked.type, text=asked.text or "", report_id=report)

    await db.write(work)
    return {}


async def _do(db: Database, account_id: str, verb: Callable[[Tx, Member], None]) -> AdminAccount:
    """Run a verb on an account, and show it as it is then."""
    wanted = id_of(account_id)

    def work(tx: Tx) -> Member:
        verb(tx, members.get(tx, wanted))
        return members.get(tx, wanted)

    return admin_account(db.site, await db.write(work))


@post(f"{_ONE}/approve", status_code=200, guards=_WRITE)
async def approve(db: Db, account_id: FromPath[str]) -> AdminAccount:
    """Let somebody in who waits."""
    return await _do(db, account_id, sign_ups.approve)


@post(f"{_ONE}/reject", status_code=200, guards=_WRITE)
async def reject(db: Db, account_id: FromPath[str]) -> AdminAccount:
    """Do not let somebody in who waits; shows the account as it was."""
    wanted = id_of(account_id)

    def work(tx: Tx) -> Member:
        member = members.get(tx, wanted)
        sign_ups.reject(tx, member)
        return member

    return admin_account(db.site, await db.write(work))


@post(f"{_ONE}/enable", status_code=200, guards=_WRITE)
async def enable(db: Db, account_id: FromPath[str]) -> AdminAccount:
    """Unfreeze a login."""
    return await _do(db, account_id, lambda tx, one: actions.enable(tx, one.account))


@post(f"{_ONE}/unsilence", status_code=200, guards=_WRITE)
async def unsilence(db: Db, account_id: FromPath[str]) -> AdminAccount:
    """No longer limited."""
    return await _do(db, account_id, lambda tx, one: actions.unsilence(tx, one.account))


@post(f"{_ONE}/unsensitive", status_code=200, guards=_WRITE)
async def unsensitive(db: Db, account_id: FromPath[str]) -> AdminAccount:
    """Their media is no longer marked as sensitive."""
    return await _do(db, account_id, lambda tx, one: actions.unsensitive(tx, one.account))


@post(f"{_ONE}/unsuspend", status_code=200, guards=_WRITE)
async def unsuspend(db: Db, account_id: FromPath[str]) -> AdminAccount:
    """Back, with everything that is still there."""
    return await _do(db, account_id, lambda tx, one: actions.unsuspend(tx, one.account))


@delete(_ONE, status_code=200, guards=_WRITE)
async def remove(db: Db, account_id: FromPath[str]) -> AdminAccount:
    """Take a suspended account's data away, for good."""
    return await _do(db, account_id, lambda tx, one: actions.delete(tx, one.account))


ROUTES = [
    v1,
    v2,
    show,
    action,
    approve,
    reject,
    enable,
    unsilence,
    unsensitive,
    unsuspend,
    remove,
]
