"""Hearing in rooms: what every AI of a room does about every line that is said there.

A reaction to ``room.line``, in the transaction of the line itself, as in threads (`weft.ai.hear`).
A room without AIs costs one read; one whose AIs speak only when called is not judged at all.
"""

from __future__ import annotations

import contextlib

import sqlalchemy as sa

from weft.ai import company, hindsight, hourly
from weft.ai.company import Company, Present
from weft.ai.model import Reason, Trigger
from weft.ai.tables import ai_turns
from weft.ai.turns import (
    clocks,
    decide,
    kept,
    listening,
    open_floor,
    opening,
    record,
    room_lines,
    standing,
    thread_lines,
)
from weft.ai.turns.gate import Scores
from weft.ai.turns.setting import Candidate, Decision, Setting
from weft.ai.turns.tail import Tail
from weft.kernel.clock import MINUTE, SECOND
from weft.kernel.errors import WeftError
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.rooms import lines, reactions, rooms
from weft.rooms.model import RoomLine
from weft.store.database import Tx
from weft.work import jobs
from weft.work.events import Event
from weft.work.jobs import Job

THANKED = "❤️"
"""What a line that only thanks gets: no words, which would ask for words again."""
PAIR_EVERY = MINUTE
"""Two machines answer each other at most so often."""
SCENE_PACE = 3 * SECOND
"""Between two machines in a Scene, so that people can read along and stop it."""

_PENDING = sa.select(ai_turns.c.ai_id, ai_turns.c.trigger_id).where(
    ai_turns.c.place_id == sa.bindparam("room"), ai_turns.c.outcome == "heard"
)
_HUSH = (
    ai_turns.update()
    .where(ai_turns.c.place_id == sa.bindparam("room"), ai_turns.c.outcome == "heard")
    .values(outcome="silent", reason="hushed", finished_at=sa.bindparam("at"))
)


class Ears:
    """Listens to rooms. One for each database: it keeps what it knows of the last rooms."""

    def __init__(self) -> None:
        self._places = kept.Places(room_lines.Rooms())

    def hear(self, tx: Tx, event: Event) -> None:
        """React to ``room.line``: decide for every AI of the room but its author."""
        line = _line(tx, event)
        if line is None or line.author_id is None:
            return
        here = company.of(tx, line.room_id, line.author_id)
        if here is None:
            return
        author = accounts.get(tx, line.author_id)
        machine = author.kind != "person" or line.ai is not None
        calls = company.calls(here, line, machine=machine)
        listening_ais = [one for one in here.ais if one.ai.account_id != author.id]
        ids = [one.ai.account_id for one in listening_ais]
        # Of those that nobody called it matters only if one of them would speak.
        apart = company.apart(tx, author.id, ids) if calls else set[int]()
        piece = room_lines.piece(line, author, calls)
        tail: Tail | None = None
        if here.room.mode == "called" and not machine:
            ais = [_candidate(tx, one, line, author, calls, apart) for one in listening_ais]
            setting = _setting(tx, here, machine=False)
            made = decide.decide(setting, None, thread_lines.plain(piece), ais)
        else:
            state, heard, tail = self._places.push(tx, line.room_id, piece, here.names)
            ais = [
                _candidate(tx, one, line, author, calls, apart, tail if machine else None)
                for one in listening_ais
            ]
            setting = _setting(
                tx,
                here,
                machine=machine,
                chain=tail.chain(),
                to_person=piece.said.to_person(here.ids),
            )
            taken = {one.ai.account_id: one.standing for one in here.ais}
            scores: dict[str, Scores] = {}
            made = listening.decided(
                tx, setting, state, heard, tail, ais, line.room_id, taken,
                here.tuning.weights, scores, lambda: company.apart(tx, author.id, ids),
            )  # fmt: skip
            if not machine:
                hindsight.learn(tx, here, heard, line, author, scores, calls)
                hindsight.settle(tx, here, tail)
                open_floor.answered(tx, here.room, heard, line, here.ids)
        record.put(tx, "room", line.room_id, line.id, made)
        for decision in made:
            _act(tx, here, line, author, decision, 0 if tail is None else tail.chain())

    def changed(self, tx: Tx, event: Event) -> None:
        """React to ``room.changed``: a hush takes back what was on its way."""
        room = rooms.by_id(tx, event.subject_id or 0)
        if room is None or (room.hushed_until or 0) <= tx.now:
            return
        for ai_id, line_id in tx.rows(_PENDING, room=room.id):
            jobs.drop(tx, opening.key(ai_id, line_id))
        tx.run(_HUSH, room=room.id, at=tx.now)
        here = company.of(tx, room.id, 0)
        if here is not None:
            open_floor.drop_all(tx, room.id, here.ids, "hushed")
            hindsight.hushed(tx, self._places.tail(tx, room.id, here.names, new_id()))

    def due(self, tx: Tx, job: Job) -> None:
        """An open question has waited for people: speak now, if nobody did and it is still wanted.
        Finishes the job (``ai.wait``).
        """
        jobs.finish(tx, job)
        ai_id, line_id = int(job.payload["ai"]), int(job.payload["line"])
        waited = record.of(tx, ai_id, line_id)
        line = lines.by_id(tx, line_id)
        if waited is None or waited.outcome != "waiting" or line is None:
            return
        here = company.of(tx, line.room_id, line.author_id or 0)
        code = "gone" if here is None or line.deleted_at else self._too_late(tx, here, waited, line)
        if code:
            record.end(tx, waited, "dropped", code)
            return
        seconds = (tx.now - line.created_at) / SECOND
        record.end(tx, waited, "due", "open_for", round(seconds))
        heard = opening.Heard(ai_id, line_id, "room", line.room_id, line.author_id or 0, "unasked")
        opening.write(tx, heard, speaks=True)

    def _too_late(self, tx: Tx, here: Company, waited: record.Kept, line: RoomLine) -> str:
        """Why what waited is not said any more."""
        setting = _setting(tx, here, machine=False)
        one = next((one for one in here.ais if one.ai.account_id == waited.ai_id), None)
        rules = (
            ("gone", one is None or one.muted or one.ai.state == "paused"),
            ("late", tx.now - waited.created_at > here.tuning.wait + open_floor.BELATED),
            ("mode_called", not decide.LIMITS[here.room.mode].waits),
            ("hushed", setting.hushed),
            ("quiet_hours", setting.quiet),
            ("only_when_called", setting.only_when_called),
            ("answered", open_floor.has_answer(tx, line)),
        )
        if code := next((code for code, holds in rules if holds), ""):
            return code
        tail = self._places.tail(tx, line.room_id, here.names, new_id())
        taken = one.standing if one is not None else standing.Standing()
        return listening.spent(tx, setting, tail, waited.ai_id, line.room_id, here.ids, taken)


def _setting(
    tx: Tx, here: Company, *, machine: bool, chain: int = 0, to_person: bool = False
) -> Setting:
    room = here.room
    return Setting(
        room.mode,
        room.liveliness,
        machine=machine,
        chain=chain,
        to_person=to_person,
        hushed=(room.hushed_until or 0) > tx.now,
        quiet=clocks.is_quiet(room.quiet_hours, tx.now),
        only_when_called=here.only_when_called,
        scene_left=(room.scene or {}).get("left", 0),
        wait=here.tuning.wait,
    )


def _candidate(
    tx: Tx,
    one: Present,
    line: RoomLine,
    author: Account,
    calls: dict[int, Trigger],
    apart: set[int],
    tail: Tail | None = None,
) -> Candidate:
    """``tail``: of a line that a machine said."""
    ai_id = one.ai.account_id
    call = calls.get(ai_id, "unasked")
    why: Reason = ""
    if ai_id in apart:
        why = "blocked"
    elif one.muted:
        why = "muted"
    elif one.ai.state == "paused":
        why = "paused"
    spent: Reason = ""
    says_why = False
    if call != "unasked" and not why:
        spent, says_why = hourly.over_budget(
            tx, one.ai, author, "room", line.room_id, machine=tail is not None
        )
    return Candidate(
        ai_id,
        one.name,
        call,
        why,
        spent,
        says_why,
        asked_both=tail is not None and tail.asked_both(ai_id, author.id),
        cooling=tail is not None and tail.answered_since(ai_id, author.id, tx.now - PAIR_EVERY),
        lines=tail.of(ai_id) if tail is not None else 0,
    )


def _act(
    tx: Tx, here: Company, line: RoomLine, author: Account, decision: Decision, chain: int
) -> None:
    ai_id = decision.ai_id
    if decision.act == "react":
        with contextlib.suppress(WeftError):  # as many reactions as there may be
            reactions.react(tx, accounts.get(tx, ai_id), line.id, THANKED)
    elif decision.act == "wait":
        open_floor.wait(tx, ai_id, line, decision.wait)
    elif decision.act == "speak" or decision.call != "unasked":
        heard = opening.Heard(
            ai_id,
            line.id,
            "room",
            here.room.id,
            author.id,
            decision.call,
            chain,
            SCENE_PACE if decision.stage == "scene" else 0,
        )
        opening.write(tx, heard, decision.why, speaks=decision.act == "speak")


def _line(tx: Tx, event: Event) -> RoomLine | None:
    if isinstance(event.subject, RoomLine):
        return event.subject
    return lines.by_id(tx, event.subject_id) if event.subject_id is not None else None
