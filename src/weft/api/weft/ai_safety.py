"""An AI's bounds, usage, drafts, hand-overs and report cards, for its owner; and the kill switch, for
admins.
"""

from datetime import date, timedelta
from typing import Any

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from weft.ai import approving, members
from weft.ai.bounds import model as bounds
from weft.ai.safety import approvals, budgets, handoffs, redteam, switch
from weft.ai.safety.approvals import Approval
from weft.ai.safety.handoffs import Handoff
from weft.ai.safety.redteam import Finding
from weft.api.auth import admin, scope
from weft.api.given import Db, Me
from weft.api.mastodon.answers import id_of
from weft.kernel.clock import iso
from weft.store.database import Tx

_READ = [scope("read:accounts")]
_WRITE = [scope("write:accounts")]
_ADMIN = [scope("admin:write:accounts"), admin]
_AI = "/api/weft/v1/ais/{ai_id:str}"
_DRAFT = f"{_AI}/approvals/{{approval_id:str}}"
DAYS_MAX = 400
MILLION = 1_000_000


class AiUsage(Struct, frozen=True):
    """Of one day in UTC. ``cost`` in the operator's currency."""

    day: str
    turns: int
    tokens: int
    cost: float


class AiApproval(Struct, frozen=True):
    """A draft. ``why``: always, first or unsure. ``state``: waiting, sent, edited, rejected or late;
    ``text`` is empty once it is decided.
    """

    id: str
    text: str
    why: str
    state: str
    created_at: str
    due_at: str
    decided_at: str | None


class AiHandoff(Struct, frozen=True):
    """``reason``: asked, words, unsure or crisis. No text of anybody."""

    id: str
    asker_id: str
    to_id: str
    reason: str
    state: str
    created_at: str
    done_at: str | None


class AiReportCard(Struct, frozen=True):
    """``version``: of the AI that was tried."""

    id: str
    version: int
    suite: str
    model: str
    asked: int
    failed: int
    findings: list[Finding]
    created_at: str


class Words(Struct):
    """``text``: what is said instead of the draft; null: the draft."""

    text: str | None = None


class AisState(Struct, frozen=True):
    """``stopped_at``: since when all AIs are silent; null while they run."""

    stopped_at: str | None


@get(f"{_AI}/bounds", guards=_READ)
async def show_bounds(db: Db, me: Me, ai_id: FromPath[str]) -> dict[str, Any]:
    """What its owner set; what is left out bounds nothing."""
    number = id_of(ai_id)
    return await db.read(
        lambda tx: bounds.plainly(bounds.of(members.owned(tx, me, number)[1].bounds))
    )


@put(f"{_AI}/bounds", guards=_WRITE)
async def set_bounds(
    db: Db, me: Me, ai_id: FromPath[str], data: JSONBody[dict[str, Any]]
) -> dict[str, Any]:
    """Replace all of them."""
    number = id_of(ai_id)
    return bounds.plainly(await db.write(lambda tx: members.bound(tx, me, number, data)))


@get(f"{_AI}/usage", guards=_READ)
async def show_usage(
    db: Db, me: Me, ai_id: FromPath[str], days: FromQuery[int] = 30
) -> list[AiUsage]:
    """The newest day first; days without any are left out."""
    number, last = id_of(ai_id), min(max(days, 1), DAYS_MAX)

    def read(tx: Tx) -> list[budgets.Used]:
        members.owned(tx, me, number)
        return budgets.used(tx, "ai", str(number), last)

    first = date(1970, 1, 1)
    return [
        AiUsage((first + timedelta(one.day)).isoformat(), one.turns, one.tokens, one.cost / MILLION)
        for one in await db.read(read)
    ]


@get(f"{_AI}/approvals", guards=_READ)
async def list_approvals(db: Db, me: Me, ai_id: FromPath[str]) -> list[AiApproval]:
    """The drafts that wait, the newest first."""
    number = id_of(ai_id)

    def read(tx: Tx) -> list[Approval]:
        members.owned(tx, me, number)
        return approvals.of(tx, number)

    return [_approval(one) for one in await db.read(read)]


@post(f"{_DRAFT}/send", status_code=200, guards=_WRITE)
async def send(
    db: Db, me: Me, ai_id: FromPath[str], approval_id: FromPath[str], data: JSONBody[Words]
) -> AiApproval:
    """Say a draft, as it is or in other words. 409 when it waits no more."""
    number, draft = id_of(ai_id), id_of(approval_id)
    return _approval(await db.write(lambda tx: approving.send(tx, me, number, draft, data.text)))


@post(f"{_DRAFT}/reject", status_code=200, guards=_WRITE)
async def reject(db: Db, me: Me, ai_id: FromPath[str], approval_id: FromPath[str]) -> AiApproval:
    """Never say it."""
    number, draft = id_of(ai_id), id_of(approval_id)
    return _approval(await db.write(lambda tx: approving.reject(tx, me, number, draft)))


@get(f"{_AI}/handoffs", guards=_READ)
async def list_handoffs(db: Db, me: Me, ai_id: FromPath[str]) -> list[AiHandoff]:
    """What it handed over to a person, the newest first."""
    number = id_of(ai_id)

    def read(tx: Tx) -> list[Handoff]:
        members.owned(tx, me, number)
        return handoffs.of(tx, number)

    return [_handoff(one) for one in await db.read(read)]


@post(f"{_AI}/handoffs/{{handoff_id:str}}/done", status_code=200, guards=_WRITE)
async def done(db: Db, me: Me, ai_id: FromPath[str], handoff_id: FromPath[str]) -> AiHandoff:
    """A person has seen to it."""
    number, which = id_of(ai_id), id_of(handoff_id)

    def work(tx: Tx) -> Handoff:
        members.owned(tx, me, number)
        return handoffs.done(tx, number, which)

    return _handoff(await db.write(work))


@get(f"{_AI}/report_cards", guards=_READ)
async def report_cards(db: Db, me: Me, ai_id: FromPath[str]) -> list[AiReportCard]:
    """What ``weft ai test`` found, the newest first."""
    number = id_of(ai_id)

    def read(tx: Tx) -> list[redteam.Card]:
        members.owned(tx, me, number)
        return redteam.of(tx, number)

    return [
        AiReportCard(
            str(one.id), one.version, one.suite, one.model, one.asked, one.failed, one.findings,
            iso(one.created_at),
        )
        for one in await db.read(read)
    ]  # fmt: skip


@post("/api/weft/v1/admin/ais/stop", status_code=200, guards=_ADMIN)
async def stop(db: Db) -> AisState:
    """Silence all AIs of this server, at once."""
    await db.write(switch.stop)
    return await _state(db)


@post("/api/weft/v1/admin/ais/start", status_code=200, guards=_ADMIN)
async def start(db: Db) -> AisState:
    """Let them speak again."""
    await db.write(switch.start)
    return await _state(db)


async def _state(db: Db) -> AisState:
    since = await db.glance(switch.stopped_at)
    return AisState(iso(since) if since is not None else None)


def _approval(one: Approval) -> AiApproval:
    decided = iso(one.decided_at) if one.decided_at is not None else None
    return AiApproval(
        str(one.id), one.text, one.why, one.state, iso(one.created_at), iso(one.due_at), decided
    )


def _handoff(one: Handoff) -> AiHandoff:
    return AiHandoff(
        str(one.id),
        str(one.asker_id),
        str(one.to_id),
        one.reason,
        one.state,
        iso(one.created_at),
        iso(one.done_at) if one.done_at is not None else None,
    )


ROUTES = [
    show_bounds, set_bounds, show_usage, list_approvals, send, reject, list_handoffs, done,
    report_cards, stop, start,
]  # fmt: skip
