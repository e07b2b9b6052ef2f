"""What an AI hands over to a person: a row, and a direct notice that holds nobody's words.

Who is told and when is its owner's bound, and never read from what an engine wrote. The notice says
where, as far as whoever is told may see that place; of what is private it says only that it is.
"""

from __future__ import annotations

import contextlib
import re
from typing import Literal

import sqlalchemy as sa
from msgspec import Struct

from weft.ai.bounds import model as bounds
from weft.ai.bounds.fold import skeleton
from weft.ai.bounds.topics import touched
from weft.ai.brains.port import Persona
from weft.ai.model import Ai, Turn
from weft.ai.safety.capabilities import HAND_OVER, Permit
from weft.ai.safety.tables import ai_handoffs
from weft.ai.said import HandOver, Said
from weft.kernel.errors import NotFound, WeftError
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.rooms import members as room_members
from weft.rooms import rooms
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Draft
from weft.threads.publish import publish

LISTED = 100
"""Of an AI, the newest."""

_ASKS = re.compile(
    r"""\b(?:talk|speak|chat|connect|transfer|put|get|pass|escalate|hand)\b[^.!?]{0,24}\b(?:human|person|people|agent|someone\ real
        |staff|manager|representative|somebody\ real|real\ one|employee|owner)\b
      |\b(?:human|real\ person|live\ agent|customer\ service|support\ agent)\b[^.!?]{0,12}\bplease\b
      |\b(?:i\ (?:want|need)|give\ me|can\ i\ have)\ (?:a\ |an\ |to\ (?:talk|speak)\ to\ a\ )?(?:real\ |actual\ |live\ )?(?:human|person|agent)\b
      |\b(?:mit\ einem?|einen)\ (?:echten\ |richtigen\ )?(?:menschen|mitarbeiter)\b|\bmit\ jemandem\ (?:echten\ )?sprechen
      |\bparler\ (?:a|avec)\ (?:un\ humain|une\ (?:vraie\ )?personne|quelqu'un|un\ conseiller)
      |\bhablar\ con\ (?:un\ humano|una\ persona|alguien|un\ agente)
      |\bparlare\ con\ (?:una\ persona|un\ umano|un\ operatore|qualcuno)|\bfalar\ com\ (?:uma\ pessoa|um\ humano|um\ atendente|alguem)
      |\bmet\ een\ (?:echt\ )?(?:mens|persoon|medewerker)\ (?:praten|spreken)|\bz\ (?:czlowiekiem|konsultantem)\b
      |(?:с|со)\ (?:живым\ )?(?:человеком|оператором)
    """,
    re.VERBOSE,
)


class Handoff(Struct, frozen=True):
    """Field for field the columns of ``ai_handoffs``, in their order. Times in ms."""

    id: int
    ai_id: int
    turn_id: int | None
    place_id: int
    line_id: int
    asker_id: int
    to_id: int
    reason: str
    state: Literal["open", "done"]
    created_at: int
    done_at: int | None


COLUMNS = tuple(ai_handoffs.c[field] for field in Handoff.__struct_fields__)
_LIST = (
    sa.select(*COLUMNS)
    .where(ai_handoffs.c.ai_id == sa.bindparam("ai"))
    .order_by(ai_handoffs.c.id.desc())
    .limit(LISTED)
)
_WAITS = sa.select(ai_handoffs.c.id).where(
    ai_handoffs.c.to_id == sa.bindparam("to"),
    ai_handoffs.c.state == "open",
    ai_handoffs.c.ai_id == sa.bindparam("ai"),
    ai_handoffs.c.asker_id == sa.bindparam("asker"),
    ai_handoffs.c.place_id == sa.bindparam("place"),
)
_ONE = sa.select(*COLUMNS).where(
    ai_handoffs.c.id == sa.bindparam("id"), ai_handoffs.c.ai_id == sa.bindparam("ai")
)
_DONE = (
    ai_handoffs.update()
    .where(ai_handoffs.c.id == sa.bindparam("which"))
    .values(state="done", done_at=sa.bindparam("at"))
)

_WHY: dict[str, str] = {
    "asked": "Somebody asked me for a person",
    "words": "Something came up that you wanted to be told of",
    "unsure": "I was asked something that I have no answer to",
    "crisis": "Somebody may be in distress; I said where there is help and nothing else",
}


def wanted(ai: Ai, question: str) -> HandOver:
    """Whether a question is for a person, by its owner's bounds; "" when not."""
    rule = bounds.of(ai.bounds).escalation
    if rule is None:
        return ""
    flat = " ".join(skeleton(question).split())
    if rule.words and touched(rule.words, question):
        return "words"
    return "asked" if rule.asked and _ASKS.search(flat) else ""


def when_unsure(persona: Persona, said: Said) -> bool:
    """Whether its owner wants to hear of what it had no answer to."""
    rule = persona.bounds.escalation
    return rule is not None and rule.unsure and said.reason == "declined"


def to_whom(tx: Tx, ai: Ai) -> Account | None:
    """The person whom its owner named, else the owner."""
    rule = bounds.of(ai.bounds).escalation
    named = accounts.by_handle(tx, rule.to.lstrip("@")) if rule is not None and rule.to else None
    if named is not None and named.local and named.kind == "person":
        return named
    return accounts.by_id(tx, ai.owner_id)


def open_one(tx: Tx, permit: Permit, ai: Ai, turn: Turn, reason: HandOver) -> None:
    """Hand what a turn heard over to a person, and tell them. One at a time for each who asks in a
    place: who asks again is waited for already.
    """
    permit.to(HAND_OVER)
    to = to_whom(tx, ai)
    if to is None or tx.row(
        _WAITS, to=to.id, ai=ai.account_id, asker=turn.asker_id, place=turn.place_id
    ):
        return
    tx.run(
        ai_handoffs.insert(),
        id=new_id(),
        ai_id=ai.account_id,
        turn_id=turn.id,
        place_id=turn.place_id,
        line_id=turn.trigger_id,
        asker_id=turn.asker_id,
        to_id=to.id,
        reason=reason,
        state="open",
        created_at=tx.now,
        done_at=None,
    )
    tell(tx, ai, to, f"{_WHY[reason]}, {_where(tx, to, turn)}.", turn.trigger_id)


def tell(tx: Tx, ai: Ai, to: Account, text: str, about: int) -> None:
    """A direct notice from an AI to the person who answers for it."""
    with contextlib.suppress(WeftError):  # who blocks the AI, or moved away, is not told
        publish(
            tx,
            accounts.get(tx, ai.account_id),
            Draft(
                text=f"@{to.acct} {text}",
                language="en",
                visibility="direct",
                ai={"sources": [], "model": None, "trigger": str(about), "hops": 0, "notice": True},
            ),
        )


def of(tx: Tx, ai_id: int) -> list[Handoff]:
    """The newest first."""
    return [Handoff(*row) for row in tx.rows(_LIST, ai=ai_id)]


def done(tx: Tx, ai_id: int, handoff_id: int) -> Handoff:
    """A person has seen to it. Errors: NotFound."""
    if tx.row(_ONE, id=handoff_id, ai=ai_id) is None:
        raise NotFound("There is no such hand-over")
    tx.run(_DONE, which=handoff_id, at=tx.now)
    return Handoff(*tx.rows(_ONE, id=handoff_id, ai=ai_id)[0])


def _where(tx: Tx, to: Account, turn: Turn) -> str:
    if turn.place == "room":
        if room_members.of(tx, turn.place_id, to.id) is not None:
            return f"in the room “{rooms.get(tx, turn.place_id).name}”"
    elif (post := posts.by_id(tx, turn.trigger_id)) and posts.may_see(tx, to.id, post):
        return f"here: {post.url}"
    return "in a conversation that is not public"
