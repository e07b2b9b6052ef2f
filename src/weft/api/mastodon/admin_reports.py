"""Admins and reports: https://docs.joinmastodon.org/methods/admin/reports/"""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Request, Response, get, post, route
from litestar.enums import HttpMethod
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from weft.api.auth import admin, scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon import policy, serialise
from weft.api.mastodon.answers import encode, few, id_of, json_page
from weft.api.mastodon.entities_admin import AdminReport, admin_account
from weft.api.mastodon.reports import rule_ids
from weft.api.weft import rooms_entities
from weft.kernel.clock import iso
from weft.moderation import members, reports
from weft.moderation.reports import Report
from weft.rooms import lines
from weft.store.database import Database, Tx
from weft.threads import posts

USUAL, MOST = 100, 200
_READ = [scope("admin:read:reports"), admin]
_WRITE = [scope("admin:write:reports"), admin]
_ALL = "/api/v1/admin/reports"
_ONE = f"{_ALL}/{{report_id:str}}"


class Sorting(Struct, frozen=True):
    """What is left out stays as it is."""

    category: str | None = None
    rule_ids: list[str | int] | None = None


def _shown(tx: Tx, viewer: int, found: Sequence[Report]) -> list[AdminReport]:
    """Reports with all accounts, posts and rules in them, in a few reads for any number."""
    ids = {
        one
        for report in found
        for one in (report.account_id, report.target_id, report.assigned_to, report.acted_by)
        if one is not None
    }
    people = {
        one: admin_account(tx.site, member) for one, member in members.by_ids(tx, ids).items()
    }
    attached = posts.by_ids(tx, {int(one) for report in found for one in report.post_ids})
    shown = serialise.statuses(tx, viewer, list(attached.values()))
    statuses = {status.id: status for status in shown}
    said = lines.by_ids(tx, {int(one) for report in found for one in report.line_ids})
    room_lines = {line.id: line for line in rooms_entities.lines(tx, None, list(said.values()))}
    rules = {rule.id: rule for rule in policy.rules()}
    return [
        AdminReport(
            id=str(report.id),
            action_taken=report.acted_at is not None,
            action_taken_at=iso(report.acted_at) if report.acted_at is not None else None,
            category=report.category,
            comment=report.comment,
            forwarded=report.forwarded,
            created_at=iso(report.created_at),
            updated_at=iso(report.updated_at),
            account=people[report.account_id],
            target_account=people[report.target_id],
            assigned_account=people.get(report.assigned_to or 0),
            action_taken_by_account=people.get(report.acted_by or 0),
            statuses=[statuses[one] for one in report.post_ids if one in statuses],
            rules=[rules[one] for one in report.rule_ids if one in rules],
            room_lines=[room_lines[one] for one in report.line_ids if one in room_lines],
        )
        for report in found
    ]


@get(_ALL, guards=_READ, dependencies=paging(USUAL, MOST))
async def listed(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    page: Turned,
    resolved: FromQuery[bool] = False,
    account_id: FromQuery[str | None] = None,
    target_account_id: FromQuery[str | None] = None,
) -> Response[list[AdminReport]]:
    """Open reports, or those that were acted on; newest first."""
    by_id = id_of(account_id) if account_id else None
    target_id = id_of(target_account_id) if target_account_id else None

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = reports.listed(tx, page, resolved=resolved, by_id=by_id, target_id=target_id)
        return encode(_shown(tx, me.id, found)), [report.id for report in found]

    return await json_page(request, db, read)


@get(_ONE, guards=_READ)
async def show(db: Db, me: Me, report_id: FromPath[str]) -> AdminReport:
    """One report."""
    wanted = id_of(report_id)
    return await db.read(lambda tx: _shown(tx, me.id, [reports.get(tx, wanted)])[0])


async def _do(
    db: Database, viewer: int, report_id: str, verb: Callable[[Tx, Report], Report]
) -> AdminReport:
    wanted = id_of(report_id)
    return await db.write(lambda tx: _shown(tx, viewer, [verb(tx, reports.get(tx, wanted))])[0])


@route(_ONE, http_method=[HttpMethod.PUT, HttpMethod.PATCH], status_code=200, guards=_WRITE)
async def update(
    db: Db, me: Me, report_id: FromPath[str], data: JSONBody[Sorting | None] = None
) -> AdminReport:
    """Sort a report anew."""
    asked = data or Sorting()
    named = [str(one) for one in few(asked.rule_ids)] if asked.rule_ids is not None else None
    return await _do(
        db,
        me.id,
        report_id,
        lambda tx, report: reports.update(
            tx, report, category=asked.category, rule_ids=named, rules=rule_ids()
        ),
    )


@post(f"{_ONE}/assign_to_self", status_code=200, guards=_WRITE)
async def assign_to_self(db: Db, me: Me, report_id: FromPath[str]) -> AdminReport:
    """Take a report on."""
    return await _do(db, me.id, report_id, lambda tx, report: reports.assign(tx, report, me))


@post(f"{_ONE}/unassign", status_code=200, guards=_WRITE)
async def unassign(db: Db, me: Me, report_id: FromPath[str]) -> AdminReport:
    """Leave a report to others."""
    return await _do(db, me.id, report_id, lambda tx, report: reports.assign(tx, report, None))


@post(f"{_ONE}/resolve", status_code=200, guards=_WRITE)
async def resolve(db: Db, me: Me, report_id: FromPath[str]) -> AdminReport:
    """Nothing more is to be done."""
    return await _do(db, me.id, report_id, lambda tx, report: reports.resolve(tx, me, report))


@post(f"{_ONE}/reopen", status_code=200, guards=_WRITE)
async def reopen(db: Db, me: Me, report_id: FromPath[str]) -> AdminReport:
    """Look at it again."""
    return await _do(db, me.id, report_id, reports.reopen)


ROUTES = [listed, show, update, assign_to_self, unassign, resolve, reopen]
