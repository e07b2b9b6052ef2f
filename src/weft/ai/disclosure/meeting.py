"""That an AI is one, said to each person before it first answers them, and again where it must be.

Said in the same transaction as the answer, and kept with when and where, so that it can be shown to
have been said (EU AI Act, Article 50(1) and (5): at the latest at the first interaction). New York wants
it again at the start of a talk, though not more than once a day, and every three hours while it goes
on (General Business Law, Article 47, in force since 5 November 2025); California every three hours for
minors, with a reminder to take a break (SB 243, since 1 January 2026).
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

from weft.ai import bounds, context
from weft.ai.bounds import model
from weft.ai.disclosure import words
from weft.ai.disclosure.tables import ai_disclosures
from weft.ai.model import Ai, Where
from weft.kernel.clock import DAY, HOUR
from weft.people import accounts, ai_choices
from weft.people.model import Account
from weft.store import facts
from weft.store.database import Tx
from weft.work import events

AGAIN = 3 * HOUR
PAUSE = HOUR
"""A silence after which a talk has ended; what is said later begins a new one."""

REMINDERS = "ai_reminders"
Reminders = Literal["off", "minors", "everyone"]

_KNOWN = sa.select(
    ai_disclosures.c.again_at, ai_disclosures.c.talked_since, ai_disclosures.c.talked_at
).where(
    ai_disclosures.c.ai_id == sa.bindparam("ai"),
    ai_disclosures.c.account_id == sa.bindparam("who"),
)
_MET = ai_disclosures.insert()
_TALKED = (
    ai_disclosures.update()
    .where(
        ai_disclosures.c.ai_id == sa.bindparam("ai"),
        ai_disclosures.c.account_id == sa.bindparam("who"),
    )
    .values(
        again_at=sa.bindparam("again"),
        talked_since=sa.bindparam("since"),
        talked_at=sa.bindparam("at"),
    )
)


def remind(tx: Tx, whom: Reminders) -> None:
    """Who is told again: a setting, which verbs cannot see."""
    if facts.read(tx, REMINDERS) != whom:
        facts.write(tx, REMINDERS, whom)


def notice(
    tx: Tx, ai: Ai, asker: Account, place: Where, place_id: int, language: str | None
) -> str:
    """What an answer begins with, as plain text; "" where nothing is due. The caller says it, in this
    transaction. ``language``: of the question. Event, at the first meeting: ai.met.

    Machines are told nothing: they read the label.
    """
    if asker.bot:
        return ""
    row = tx.row(_KNOWN, ai=ai.account_id, who=asker.id)
    if row is None:
        _meet(tx, ai, asker, place, place_id)
        return _introduction(tx, ai, language)
    again_at, since, last = row
    goes_on = tx.now - last <= PAUSE
    due = tx.now - max(again_at, since) >= AGAIN if goes_on else tx.now - again_at >= DAY
    told = _reminder(tx, ai, asker, language, goes_on=goes_on) if due else ""
    tx.run(
        _TALKED,
        ai=ai.account_id,
        who=asker.id,
        again=tx.now if told else again_at,
        since=since if goes_on else tx.now,
        at=tx.now,
    )
    return told


def _meet(tx: Tx, ai: Ai, asker: Account, place: Where, place_id: int) -> None:
    at = dict.fromkeys(("told_at", "again_at", "talked_since", "talked_at"), tx.now)
    where: dict[str, Any] = {"place": place, "place_id": place_id}
    tx.run(_MET, ai_id=ai.account_id, account_id=asker.id, **where, **at)
    events.append(tx, "ai.met", actor_id=ai.account_id, subject_id=asker.id, data=where)


def _introduction(tx: Tx, ai: Ai, language: str | None) -> str:
    owner = accounts.get(tx, ai.owner_id).acct
    # Its owner is named, not called: they would be told, and a direct answer theirs to read.
    own = model.of(ai.bounds).notice
    said = own.replace("{owner}", owner) if own else ""
    return bounds.without_pings(said or words.said("met", _languages(ai, language), owner=owner))


def _reminder(tx: Tx, ai: Ai, asker: Account, language: str | None, *, goes_on: bool) -> str:
    whom = facts.read(tx, REMINDERS) or "everyone"
    minor = whom != "off" and ai_choices.of(tx, asker.id).minor
    if whom == "off" or (whom == "minors" and not minor):
        return ""
    languages = _languages(ai, language)
    again = words.said("again", languages)
    return f"{again} {words.said('pause', languages)}" if minor and goes_on else again


def _languages(ai: Ai, language: str | None) -> list[str]:
    answered = context.answered_in(ai, language)
    return [answered] if answered else list(ai.languages[:1])
