"""Notes as they are kept: added, changed and deleted by whom they are about, paused, forgotten.

The person a note is about reads and changes it; nobody else does, the AI's owner included. A note goes
with the last of its sources.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert  # compiles on SQLite as it is

from weft.ai.memory.model import (
    LASTS,
    NOTE_CHARS,
    NOTES_MAX,
    ROOM_SHARE,
    Found,
    Note,
    Scope,
)
from weft.ai.memory.tables import ai_memory_pauses, ai_note_sources, ai_notes
from weft.ai.tables import ais
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.rooms.tables import room_lines, room_members
from weft.store.among import among
from weft.store.database import Tx
from weft.threads.tables import posts as post_table
from weft.threads.tokens import storable

PRUNE_BATCH = 500
"""Notes taken away in one transaction."""

COLUMNS = tuple(ai_notes.c[field] for field in Note.__struct_fields__)

_ai = sa.bindparam("ai", type_=sa.BigInteger)
_about = sa.bindparam("about", type_=sa.BigInteger)
_mine = sa.and_(ai_notes.c.ai_id == _ai, ai_notes.c.about_id == _about)
_place = sa.and_(
    ai_notes.c.ai_id == _ai,
    ai_notes.c.scope == sa.bindparam("where_"),
    ai_notes.c.scope_id == sa.bindparam("place", type_=sa.BigInteger),
)
_OF = sa.select(*COLUMNS).where(_mine).order_by(ai_notes.c.id.desc())
_OF_PERSON = sa.select(*COLUMNS).where(ai_notes.c.about_id == _about).order_by(ai_notes.c.id)
_ONE = sa.select(*COLUMNS).where(_mine, ai_notes.c.id == sa.bindparam("note"))
_SAME = sa.select(*COLUMNS).where(
    _mine, _place, sa.func.lower(ai_notes.c.text) == sa.bindparam("says")
)
_INSERT = ai_notes.insert()
_CITE = insert(ai_note_sources).on_conflict_do_nothing()
_SOURCES = (
    sa.select(ai_note_sources.c.note_id, ai_note_sources.c.source_id)
    .where(among(ai_note_sources.c.note_id, "ids"))
    .order_by(ai_note_sources.c.source_id)
)
_TEXT = (
    ai_notes.update()
    .where(_mine, ai_notes.c.id == sa.bindparam("note"))
    .values(text=sa.bindparam("says"), edited=True)
    .returning(*COLUMNS)
)
_DROP = (
    ai_notes.delete().where(_mine, ai_notes.c.id == sa.bindparam("note")).returning(ai_notes.c.id)
)
_DROP_ALL = ai_notes.delete().where(_mine)
_DROP_THESE = ai_notes.delete().where(among(ai_notes.c.id, "ids"))
_DROP_PLACE = ai_notes.delete().where(_place)
_DROP_SHARE = ai_notes.delete().where(
    ai_notes.c.scope == "room",
    ai_notes.c.scope_id == sa.bindparam("place", type_=sa.BigInteger),
    ai_notes.c.about_id == _about,
)
_DROP_PERSON = ai_notes.delete().where(ai_notes.c.about_id == _about)
_PAUSE = insert(ai_memory_pauses).on_conflict_do_nothing()
_RESUME = ai_memory_pauses.delete().where(
    ai_memory_pauses.c.ai_id == _ai, ai_memory_pauses.c.account_id == _about
)
_PAUSED = sa.select(ai_memory_pauses.c.created_at).where(
    ai_memory_pauses.c.ai_id == _ai, ai_memory_pauses.c.account_id == _about
)
_FULL = (  # the least used first, then what is longest not needed
    sa.select(ai_notes.c.id)
    .where(_place, sa.or_(_about == 0, ai_notes.c.about_id == _about))
    .order_by(
        ai_notes.c.uses.desc(),
        sa.func.coalesce(ai_notes.c.used_at, ai_notes.c.created_at).desc(),
        ai_notes.c.id.desc(),
    )
    .offset(sa.bindparam("most"))
    .limit(PRUNE_BATCH)
)
_USED = (
    ai_notes.update()
    .where(among(ai_notes.c.id, "ids"), ai_notes.c.kind == sa.bindparam("which"))
    .values(
        uses=ai_notes.c.uses + 1,
        used_at=sa.bindparam("at", type_=sa.BigInteger),
        expires_at=sa.bindparam("until", type_=sa.BigInteger),
    )
)
_COUNTS = (
    sa.select(ai_notes.c.scope, sa.func.count())
    .where(_mine)
    .group_by(ai_notes.c.scope)
    .order_by(ai_notes.c.scope)
)
_EXPIRED = (
    sa.select(ai_notes.c.id)
    .where(ai_notes.c.expires_at < sa.bindparam("at", type_=sa.BigInteger))
    .limit(PRUNE_BATCH)
)
# What no event took away: rooms that went as a whole, and whatever nobody thought of.
_sourced = sa.exists().where(
    ai_note_sources.c.note_id == ai_notes.c.id,
    sa.or_(
        sa.exists().where(post_table.c.id == ai_note_sources.c.source_id),
        sa.exists().where(
            room_lines.c.id == ai_note_sources.c.source_id, room_lines.c.deleted_at.is_(None)
        ),
    ),
)
_LOST = (
    sa.select(ai_notes.c.id)
    .where(
        sa.or_(
            ~_sourced,
            sa.and_(
                ai_notes.c.scope == "room",
                ~sa.exists().where(
                    room_members.c.room_id == ai_notes.c.scope_id,
                    room_members.c.account_id == ai_notes.c.ai_id,
                ),
            ),
        )
    )
    .limit(PRUNE_BATCH)
)
_AIS = (
    sa.select(ai_notes.c.ai_id)
    .where(ai_notes.c.about_id == _about)
    .union(sa.select(ai_memory_pauses.c.ai_id).where(ai_memory_pauses.c.account_id == _about))
)
_THERE = sa.select(ais.c.account_id).where(ais.c.account_id == _ai)


# -- by whom they are about -------------------------------------------------------------------


def of(tx: Tx, ai_id: int, about_id: int) -> list[Note]:
    """What an AI knows about somebody, newest first. Errors: NotFound (no such AI)."""
    _check(tx, ai_id)
    return [Note(*row) for row in tx.rows(_OF, ai=ai_id, about=about_id)]


def of_person(tx: Tx, about_id: int) -> list[Note]:
    """What all AIs of this server know about somebody, oldest first."""
    return [Note(*row) for row in tx.rows(_OF_PERSON, about=about_id)]


def knowing(tx: Tx, about_id: int) -> list[int]:
    """The AIs that know something about somebody, or were asked not to."""
    return [row[0] for row in tx.rows(_AIS, about=about_id)]


def sources(tx: Tx, note_ids: Collection[int]) -> dict[int, list[int]]:
    """By note: the posts and lines in which it was said."""
    found: dict[int, list[int]] = {one: [] for one in note_ids}
    if found:
        for note_id, source_id in tx.rows(_SOURCES, ids=list(found)):
            found[note_id].append(source_id)
    return found


def write(tx: Tx, ai_id: int, about_id: int, note_id: int, text: str) -> Note:
    """Say it in other words. It keeps its scope and its source. Errors: NotFound, Invalid."""
    text = " ".join(storable(text).split())
    if not text:
        raise Invalid("Validation failed: Text can't be blank")
    if len(text) > NOTE_CHARS:
        raise Invalid(f"Validation failed: Text is longer than {NOTE_CHARS} characters")
    row = tx.row(_TEXT, ai=ai_id, about=about_id, note=note_id, says=text)
    if row is None:
        raise NotFound
    return Note(*row)


def delete(tx: Tx, ai_id: int, about_id: int, note_id: int) -> None:
    """Errors: NotFound."""
    if tx.row(_DROP, ai=ai_id, about=about_id, note=note_id) is None:
        raise NotFound


def delete_all(tx: Tx, ai_id: int, about_id: int) -> None:
    """All that an AI knows about somebody."""
    tx.run(_DROP_ALL, ai=ai_id, about=about_id)


def pause(tx: Tx, ai_id: int, about_id: int) -> None:
    """Forget all about somebody, and learn nothing until ``resume``. Errors: NotFound."""
    _check(tx, ai_id)
    tx.order_commits()
    tx.run(_PAUSE, ai_id=ai_id, account_id=about_id, created_at=tx.now)
    delete_all(tx, ai_id, about_id)


def resume(tx: Tx, ai_id: int, about_id: int) -> None:
    """Learn again, from what is said from now on. Errors: NotFound."""
    _check(tx, ai_id)
    tx.run(_RESUME, ai=ai_id, about=about_id)


def paused(tx: Tx, ai_id: int, about_id: int) -> int | None:
    """Since when (ms) somebody wants not to be remembered."""
    return tx.scalar(_PAUSED, ai=ai_id, about=about_id)


def counts(tx: Tx, ai_id: int, about_id: int) -> dict[str, int]:
    """How many notes there are, by scope: all that an owner is told."""
    return {row[0]: row[1] for row in tx.rows(_COUNTS, ai=ai_id, about=about_id)}


# -- by the AI --------------------------------------------------------------------------------


def keep(
    tx: Tx,
    ai_id: int,
    about_id: int,
    scope: Scope,
    scope_id: int,
    found: Iterable[Found],
    source_id: int,
) -> None:
    """Note what was found in a message. The same again only gets another source, so that this may
    be done twice; beyond the budget the least used go.
    """
    where = {"ai": ai_id, "where_": scope, "place": scope_id}
    added = False
    for one in found:
        row = tx.row(_SAME, about=about_id, says=one.text.lower(), **where)
        if row is None:
            note_id, added = new_id(), True
            tx.run(
                _INSERT,
                id=note_id,
                ai_id=ai_id,
                scope=scope,
                scope_id=scope_id,
                about_id=about_id,
                kind=one.kind,
                text=one.text,
                edited=False,
                uses=0,
                used_at=None,
                created_at=tx.now,
                expires_at=tx.now + LASTS[one.kind],
            )
        else:
            note_id = row[0]
        tx.run(_CITE, note_id=note_id, source_id=source_id)
    if added:
        share = ROOM_SHARE if scope == "room" else NOTES_MAX
        _trim(tx, where, about_id, share)
        if scope == "room":
            _trim(tx, where, 0, NOTES_MAX)


def used(tx: Tx, told: Iterable[Note]) -> None:
    """These stood in a prompt: they stay longer."""
    notes = list(told)
    for kind, lasts in LASTS.items():
        if ids := [note.id for note in notes if note.kind == kind]:
            tx.run(_USED, ids=ids, which=kind, at=tx.now, until=tx.now + lasts)


def drop(tx: Tx, ids: Collection[int]) -> None:
    if ids:
        tx.run(_DROP_THESE, ids=list(ids))


def drop_room(tx: Tx, ai_id: int, room_id: int) -> None:
    """All that an AI noted in a room."""
    tx.run(_DROP_PLACE, ai=ai_id, where_="room", place=room_id)


def drop_share(tx: Tx, room_id: int, about_id: int) -> None:
    """All that AIs noted of somebody in a room."""
    tx.run(_DROP_SHARE, place=room_id, about=about_id)


def drop_person(tx: Tx, about_id: int) -> None:
    """All that AIs know about somebody."""
    tx.run(_DROP_PERSON, about=about_id)


def prune(tx: Tx) -> bool:
    """Drop some of what is over: expired, or without a source or place. False: nothing is left."""
    over = [row[0] for row in tx.rows(_EXPIRED, at=tx.now)] or [row[0] for row in tx.rows(_LOST)]
    drop(tx, over)
    return bool(over)


def _trim(tx: Tx, where: Mapping[str, object], about_id: int, most: int) -> None:
    drop(tx, [row[0] for row in tx.rows(_FULL, about=about_id, most=most, **where)])


def _check(tx: Tx, ai_id: int) -> None:
    if tx.row(_THERE, ai=ai_id) is None:
        raise NotFound
