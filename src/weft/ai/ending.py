"""The end of a turn: look again, say it or keep it back, record it, in one transaction."""

from __future__ import annotations

from msgspec import structs

from weft.ai import members, taken
from weft.ai.disclosure import meeting
from weft.ai.knowledge import answers
from weft.ai.memory import remember
from weft.ai.model import Ai, Reason, Turn
from weft.ai.places import find
from weft.ai.places.port import Place, Words
from weft.ai.safety import approvals, budgets, handoffs, switch
from weft.ai.safety.capabilities import HAND_OVER, REACT, SPEAK, Holding, Permit, permit
from weft.ai.said import Said
from weft.ai.turns import reasons, record
from weft.people import accounts
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import Job


def conclude(tx: Tx, job: Job, turn_id: int, said: Said, *, told_at: int | None = None) -> bool:
    """Say it, record it and finish the job, in this transaction. ``told_at`` (ms): False, and nothing
    happened, when who asked went on since then and the engine is to be asked again.

    Errors: LeaseLost when another worker has the job, and then nothing of this happened.
    """
    turn = taken.by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or turn.outcome != "heard" or ai is None:
        jobs.finish(tx, job)
        return True
    # What was true when the engine was asked may be so no longer.
    place = find.place(tx, turn, ai)
    why: Reason = "hidden" if place is None else switch.obstacle(tx) or place.obstacle(tx)
    if not why and place is not None and said.text:
        since = place.overtaken(tx, tx.now if told_at is None else told_at)
        if since == "answered":
            why = "answered"
        elif since == "went_on" and told_at is not None:
            return False
    jobs.finish(tx, job)
    if said.unanswered and place is not None and not why:
        answers.propose(tx, ai.account_id, said.unanswered)
    if why or place is None:
        said = structs.replace(
            said, outcome="silent", reason=why, text="", sources=(), hand_over=""
        )
    asker = accounts.by_id(tx, turn.asker_id)
    budgets.settle(tx, turn, ai, asker, said.tokens_in + said.tokens_out, said.cost)
    if place is not None and (looked_at := approvals.needed(tx, ai, said)):
        said = _kept_back(tx, turn, ai, said, looked_at)
    taken.end(tx, turn, said, _act(tx, turn, ai, place, said) if place is not None else None)
    if place is not None:
        remember.after(tx, turn, said.outcome, place.asker)
    return True


def say_approved(tx: Tx, turn_id: int, said: Said) -> Reason:
    """Say a draft that its owner approved, now. Why it is not said: what was true when it was
    asked may be so no longer.
    """
    turn = taken.by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or ai is None or turn.outcome != "waiting":
        return "hidden"
    place = find.place(tx, turn, ai)
    why: Reason = "hidden" if place is None else switch.obstacle(tx) or place.obstacle(tx)
    if why or place is None:
        taken.end(
            tx, turn, structs.replace(said, outcome="silent", reason=why, text="", sources=())
        )
        return why
    taken.end(tx, turn, said, _act(tx, turn, ai, place, said))
    remember.after(tx, turn, said.outcome, place.asker)
    return ""


def never_say(tx: Tx, turn_id: int) -> None:
    """A draft was rejected, or nobody looked at it in time."""
    turn = taken.by_id(tx, turn_id)
    if turn is not None and turn.outcome == "waiting":
        rejected = Said(
            "silent",
            "rejected",
            model=turn.model,
            tokens_in=turn.tokens_in,
            tokens_out=turn.tokens_out,
            ms=turn.ms,
            cost=turn.cost,
        )
        taken.end(tx, turn, rejected)


_HOLDS = Holding(private=True, untrusted=True)
"""The most that a turn can hold: what it may do with that, it may always do."""


def _act(tx: Tx, turn: Turn, ai: Ai, place: Place, said: Said) -> int | None:
    """Do what the turn comes to; the id of what was said."""
    answer_id: int | None = None
    if said.outcome == "reacted":
        _react(tx, permit(_HOLDS, REACT), place, said.text)
    elif said.text:
        answer_id = _say(tx, permit(_HOLDS, SPEAK), turn, ai, place, said)
    if said.hand_over:
        handoffs.open_one(tx, permit(_HOLDS, HAND_OVER), ai, turn, said.hand_over)
    return answer_id


def _kept_back(tx: Tx, turn: Turn, ai: Ai, said: Said, why: approvals.Why) -> Said:
    if turn.trigger == "unasked":  # nobody waits for it, and the moment passes
        return structs.replace(said, outcome="silent", reason="approval", text="", sources=())
    approvals.keep(tx, ai, turn, said, why)
    return structs.replace(said, outcome="waiting", reason="approval", text="", hand_over="")


def _react(tx: Tx, given: Permit, place: Place, emoji: str) -> None:
    given.to(REACT)
    place.react(tx, emoji)


def _say(tx: Tx, given: Permit, turn: Turn, ai: Ai, place: Place, said: Said) -> int:
    given.to(SPEAK)
    if said.model is not None:
        account = accounts.get(tx, ai.account_id)
        members.runs_on(tx, account, None if said.model in ("", "quotes") else said.model)
    why = (
        reasons.joined(*record.joining(tx, turn.ai_id, turn.trigger_id))
        if turn.trigger == "unasked"
        else None
    )
    told = meeting.notice(tx, ai, place.asker, turn.place, turn.place_id, place.language)
    text = f"{told}\n\n{said.text}" if told else said.text
    return place.say(tx, Words(text, said.sources, said.model, why))
