"""Why AIs spoke, or were silent; and what people say of what nobody had asked for.

Decisions hold numbers and words of ours, no text of people. Who sees a line may ask what every AI
made of it; all others get 404.
"""

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from weft.ai.model import REASONS
from weft.ai.turns import asking, feedback, learning, lessons, reasons
from weft.ai.turns.asking import Told
from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import link_header
from weft.api.mastodon.answers import id_of
from weft.api.weft.rooms import ONE, READ, WRITE
from weft.kernel.clock import iso
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.rooms import lines
from weft.store.database import Tx

LISTED = 40
LISTED_MAX = 200
_POST = "/api/weft/v1/statuses/{post_id:str}"


class DecisionReason(Struct, frozen=True):
    """``weight``: a chance, a count, or 1 where it simply held. ``text``: the code in words."""

    code: str
    weight: float
    text: str


class DecisionTurn(Struct, frozen=True):
    """What became of it. ``text``: the reason in words. ``answer_id``: of the line or post."""

    outcome: str
    reason: str
    text: str
    answer_id: str | None


class Decision(Struct, frozen=True):
    """What one AI did about one line or post: ``decision`` speak, react, silent or wait; ``stage``
    which step decided. ``addressed`` and ``join``: chances from 0 to 1 that it was for the AI, and
    that one like it would answer. ``outcome`` of a wait: waiting, dropped or due.
    """

    id: str
    account_id: str
    line_id: str
    decision: str
    stage: str
    addressed: float
    join: float
    reasons: list[DecisionReason]
    outcome: str
    created_at: str
    turn: DecisionTurn | None


class Feedback(Struct):
    """``verdict``: good, not_for_me or not_now."""

    verdict: str


@get(f"{ONE}/decisions", guards=READ)
async def of_room(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    room_id: FromPath[str],
    max_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[Decision]]:
    """About the lines of a room that one sees, newest first. A page may be short, or empty, and
    still have a next one.
    """
    number = id_of(room_id)
    below = parse_id(max_id) if max_id else None
    most = max(1, min(limit or LISTED, LISTED_MAX))
    found, last = await db.read(lambda tx: asking.of_room(tx, me.id, number, most, below=below))
    headers = link_header(request, db.site, [last]) if last is not None else {}
    return Response([_shown(one) for one in found], headers=headers)


@get(f"{ONE}/lines/{{line_id:str}}/decisions", guards=READ)
async def of_line(db: Db, me: Me, room_id: FromPath[str], line_id: FromPath[str]) -> list[Decision]:
    """What every AI of the room did about a line."""
    room, line = id_of(room_id), id_of(line_id)

    def read(tx: Tx) -> list[Decision]:
        _in(tx, room, line)
        return [_shown(one) for one in asking.of_line(tx, me.id, line)]

    return await db.read(read)


@get(f"{_POST}/decisions", guards=[scope("read:statuses")])
async def of_post(db: Db, me: Me, post_id: FromPath[str]) -> list[Decision]:
    """What every AI that heard a post did about it."""
    number = id_of(post_id)
    found = await db.read(lambda tx: asking.of_post(tx, me.id, number))
    return [_shown(one) for one in found]


@post(f"{ONE}/lines/{{line_id:str}}/feedback", status_code=200, guards=WRITE)
async def about_line(
    db: Db, me: Me, room_id: FromPath[str], line_id: FromPath[str], data: JSONBody[Feedback]
) -> dict[str, str]:
    """About a line of an AI that nobody had called; said again, it replaces what was said."""
    room, line = id_of(room_id), id_of(line_id)

    def work(tx: Tx) -> None:
        _in(tx, room, line)
        feedback.give_room(tx, me, line, data.verdict)

    await db.write(work)
    return {"verdict": data.verdict}


@post(f"{_POST}/feedback", status_code=200, guards=[scope("write:statuses")])
async def about_post(
    db: Db, me: Me, post_id: FromPath[str], data: JSONBody[Feedback]
) -> dict[str, str]:
    """The same of an AI's post."""
    number = id_of(post_id)
    await db.write(lambda tx: feedback.give_post(tx, me, number, data.verdict))
    return {"verdict": data.verdict}


@delete(f"{ONE}/learned", status_code=200, guards=WRITE)
async def unlearn(db: Db, me: Me, room_id: FromPath[str]) -> dict[str, str]:
    """Forget all that a room taught its AIs, as its owner or a moderator."""
    number = id_of(room_id)
    await db.write(lambda tx: learning.reset(tx, me, number))
    return {}


@delete("/api/weft/v1/learned", status_code=200, guards=WRITE)
async def unlearn_me(db: Db, me: Me) -> dict[str, str]:
    """Delete all that was learned from one's own lines, in all rooms."""
    await db.write(lambda tx: lessons.forget_author(tx, me.id))
    return {}


def _in(tx: Tx, room_id: int, line_id: int) -> None:
    """Errors: NotFound, for a line of another room."""
    line = lines.by_id(tx, line_id)
    if line is None or line.room_id != room_id:
        raise NotFound


def _shown(told: Told) -> Decision:
    one, turn = told.decision, told.turn
    return Decision(
        id=str(one.id),
        account_id=str(one.ai_id),
        line_id=str(one.line_id),
        decision=one.decision,
        stage=one.stage,
        addressed=one.addressed,
        join=one.join,
        reasons=[DecisionReason(code, weight, reasons.words(code)) for code, weight in one.reasons],
        outcome=one.outcome,
        created_at=iso(one.created_at),
        turn=DecisionTurn(
            turn.outcome,
            turn.reason,
            REASONS.get(turn.reason, ""),
            str(turn.answer_id) if turn.answer_id is not None else None,
        )
        if turn is not None
        else None,
    )


ROUTES = [of_room, of_line, of_post, about_line, about_post, unlearn, unlearn_me]
