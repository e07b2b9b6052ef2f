"""Questions with answers that the owner approved: served word for word, before any engine is asked.

A question is known by its words without those that every question has, so "What are your opening hours?" and
"your opening hours please" are one. What stayed without an answer in public is proposed to the owner with how
often it was asked; proposals are strangers' words, so they are dropped when nobody takes them up.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert  # compiles on SQLite as it is

from weft.ai.knowledge.tables import ai_answers
from weft.ai.knowledge.words import informative, plain, tokens
from weft.ai.model import Ai
from weft.kernel.clock import DAY
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.tokens import storable

State = Literal["proposed", "approved", "rejected"]

QUESTION_MAX = 500
ANSWER_MAX = 2_000
"""As long as what an AI says."""
MOST = 1_000
"""Approved answers of one AI."""
PROPOSED_MOST = 200
"""Of one AI: as many as somebody would read."""
PROPOSED_FOR = 30 * DAY

# Words that turn a question round, or say what it asks for.
_TELLING = frozenset({"not", "no", "never", "without", "who", "when", "where", "why"})

_ai = sa.bindparam("ai", type_=sa.BigInteger)


class Known(Struct, frozen=True):
    """Field for field the columns of ``ai_answers``, in their order. Times in ms."""

    id: int
    ai_id: int
    question: str
    key: str
    answer: str
    language: str | None
    state: State
    asked: int
    approved_by: int | None
    created_at: int
    updated_at: int


COLUMNS = tuple(ai_answers.c[field] for field in Known.__struct_fields__)
_EXACT = sa.select(*COLUMNS).where(
    ai_answers.c.ai_id == _ai,
    ai_answers.c.key == sa.bindparam("key"),
    ai_answers.c.state == "approved",
)
_BY_ID = sa.select(*COLUMNS).where(ai_answers.c.id == sa.bindparam("id"), ai_answers.c.ai_id == _ai)
_BY_KEY = sa.select(*COLUMNS).where(
    ai_answers.c.key == sa.bindparam("key"), ai_answers.c.ai_id == _ai
)
_LIST = (
    sa.select(*COLUMNS)
    .where(ai_answers.c.ai_id == _ai, ai_answers.c.state == sa.bindparam("state"))
    .order_by(ai_answers.c.asked.desc(), ai_answers.c.id)
    .limit(MOST)
)
_COUNT = sa.select(sa.func.count()).where(
    ai_answers.c.ai_id == _ai, ai_answers.c.state == sa.bindparam("state")
)
_new = insert(ai_answers)
_PROPOSE = _new.on_conflict_do_update(
    index_elements=["ai_id", "key"],
    set_={"asked": ai_answers.c.asked + 1, "updated_at": _new.excluded.updated_at},
)
_SET = (
    ai_answers.update()
    .where(ai_answers.c.id == sa.bindparam("which"))
    .values(
        question=sa.bindparam("asks"),
        key=sa.bindparam("known_by"),
        answer=sa.bindparam("says"),
        state=sa.bindparam("is_now"),
        approved_by=sa.bindparam("by", type_=sa.BigInteger),
        language=sa.bindparam("in_language"),
        updated_at=sa.bindparam("at"),
    )
)
_DROP = ai_answers.delete().where(ai_answers.c.id == sa.bindparam("id"))
_PRUNE = ai_answers.delete().where(
    ai_answers.c.state == "proposed", ai_answers.c.updated_at < sa.bindparam("before")
)


def key_of(question: str) -> str:
    """Equal for questions that are the same but for filler words and their order; "" for none."""
    words = set(informative(question)) | (_TELLING & set(plain(question).split()))
    told = sorted(words or tokens(question))
    return hashlib.sha256(" ".join(told).encode(errors="replace")).hexdigest() if told else ""


def exact(tx: Tx, ai: Ai, question: str) -> Known | None:
    """The approved answer to this very question, if there is one."""
    key = key_of(question[:QUESTION_MAX]) if len(question) <= QUESTION_MAX else ""
    row = tx.row(_EXACT, ai=ai.account_id, key=key) if key else None
    return Known(*row) if row is not None else None


def propose(tx: Tx, ai_id: int, question: str) -> None:
    """A question stayed without an answer where everybody could read it: count it for the owner. What was
    rejected stays so; beyond `PROPOSED_MOST` nothing new is taken.
    """
    question = " ".join(question.split())
    key = key_of(question)
    if not key or len(question) > QUESTION_MAX:
        return
    full = int(tx.scalar(_COUNT, ai=ai_id, state="proposed")) >= PROPOSED_MOST
    if full and tx.row(_BY_KEY, ai=ai_id, key=key) is None:
        return
    tx.run(_PROPOSE, _row(tx, ai_id, question, key, "", "proposed", None, None))


def add(
    tx: Tx, by: Account, ai_id: int, question: str, answer: str, language: str | None = None
) -> Known:
    """Approve an answer to a question, proposed or new. Errors: Invalid."""
    question, answer = _checked(question, answer)
    key = key_of(question)
    if not key:
        raise Invalid("Validation failed: Question can't be blank")
    found = tx.row(_BY_KEY, ai=ai_id, key=key)
    if found is not None:
        return _set(tx, Known(*found), question, answer, "approved", by.id, language)
    if int(tx.scalar(_COUNT, ai=ai_id, state="approved")) >= MOST:
        raise Invalid(f"Validation failed: An AI has at most {MOST} approved answers")
    row = _row(tx, ai_id, question, key, answer, "approved", by.id, language)
    tx.run(ai_answers.insert(), row)
    return Known(**row)


def approve(
    tx: Tx, by: Account, ai_id: int, answer_id: int, answer: str = "", question: str = ""
) -> Known:
    """Let it be said; with another text, if one is given. Errors: NotFound, Invalid (no text yet)."""
    found = get(tx, ai_id, answer_id)
    question, answer = _checked(question or found.question, answer or found.answer)
    return _set(tx, found, question, answer, "approved", by.id, found.language)


def reject(tx: Tx, by: Account, ai_id: int, answer_id: int) -> Known:
    """It is not said, and not proposed again. Errors: NotFound."""
    found = get(tx, ai_id, answer_id)
    return _set(tx, found, found.question, "", "rejected", by.id, found.language)


def remove(tx: Tx, ai_id: int, answer_id: int) -> None:
    """As if it had never been there. Errors: NotFound."""
    get(tx, ai_id, answer_id)
    with tx.engine.shredding(tx.connection):
        tx.run(_DROP, id=answer_id)


def get(tx: Tx, ai_id: int, answer_id: int) -> Known:
    """Errors: NotFound."""
    row = tx.row(_BY_ID, id=answer_id, ai=ai_id)
    if row is None:
        raise NotFound("There is no such answer")
    return Known(*row)


def of(tx: Tx, ai_id: int, state: State) -> list[Known]:
    """Those in this state, what was asked most often first."""
    return [Known(*row) for row in tx.rows(_LIST, ai=ai_id, state=state)]


def prune(tx: Tx) -> None:
    """Drop proposals that nobody took up."""
    with tx.engine.shredding(tx.connection):
        tx.run(_PRUNE, before=tx.now - PROPOSED_FOR)


def _checked(question: str, answer: str) -> tuple[str, str]:
    question, answer = " ".join(storable(question).split()), storable(answer).strip()
    if not question or len(question) > QUESTION_MAX:
        raise Invalid(f"Validation failed: Question must have 1 to {QUESTION_MAX} characters")
    if not answer or len(answer) > ANSWER_MAX:
        raise Invalid(f"Validation failed: Answer must have 1 to {ANSWER_MAX} characters")
    return question, answer


def _row(
    tx: Tx,
    ai_id: int,
    question: str,
    key: str,
    answer: str,
    state: State,
    by: int | None,
    language: str | None,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "ai_id": ai_id,
        "question": question,
        "key": key,
        "answer": answer,
        "language": language,
        "state": state,
        "asked": 1 if state == "proposed" else 0,
        "approved_by": by,
        "created_at": tx.now,
        "updated_at": tx.now,
    }


def _set(
    tx: Tx,
    known: Known,
    question: str,
    answer: str,
    state: State,
    by: int,
    language: str | None,
) -> Known:
    key = key_of(question) or known.key
    if key != known.key and tx.row(_BY_KEY, ai=known.ai_id, key=key) is not None:
        raise Invalid("Validation failed: Question has an answer already")
    tx.run(
        _SET,
        which=known.id,
        asks=question,
        known_by=key,
        says=answer,
        is_now=state,
        by=by,
        in_language=language,
        at=tx.now,
    )
    return get(tx, known.ai_id, known.id)
