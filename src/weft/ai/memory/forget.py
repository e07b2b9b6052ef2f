"""What is taken back, hidden or left is forgotten, in the transaction in which that happens."""

from __future__ import annotations

import sqlalchemy as sa

from weft.ai import context
from weft.ai.memory import notes, own_words, remember, scopes
from weft.ai.memory.model import Note
from weft.ai.memory.tables import ai_note_sources, ai_notes
from weft.ai.tables import ais
from weft.people import accounts
from weft.store.among import among
from weft.store.database import Database, Tx
from weft.threads.tables import posts as post_table
from weft.work.events import Event

_source = sa.bindparam("source", type_=sa.BigInteger)
_UNCITE = (
    ai_note_sources.delete().where(ai_note_sources.c.source_id == _source)
    .returning(ai_note_sources.c.note_id)
)  # fmt: skip
_UNCITE_ONE = ai_note_sources.delete().where(
    ai_note_sources.c.source_id == _source, among(ai_note_sources.c.note_id, "ids")
)
_BARE = sa.select(ai_notes.c.id).where(
    among(ai_notes.c.id, "ids"),
    ~sa.exists().where(ai_note_sources.c.note_id == ai_notes.c.id),
)
_FROM = (
    sa.select(*notes.COLUMNS)
    .join_from(ai_notes, ai_note_sources, ai_note_sources.c.note_id == ai_notes.c.id)
    .where(ai_note_sources.c.source_id == _source)
)
_IN_THREAD = (
    sa.select(ai_note_sources.c.source_id)
    .join_from(ai_note_sources, post_table, post_table.c.id == ai_note_sources.c.source_id)
    .where(post_table.c.thread_id == sa.bindparam("thread", type_=sa.BigInteger))
    .distinct()
)
_IS_AI = sa.select(ais.c.account_id).where(
    ais.c.account_id == sa.bindparam("who", type_=sa.BigInteger)
)


def react(db: Database) -> None:
    """Forget in the transaction of whoever takes something back."""
    db.react("post.deleted", _gone)
    db.react("room.deleted", _gone)
    db.react("post.edited", _changed)
    db.react("room.edited", _changed)
    db.react("room.left", _left)
    db.react("block.created", _blocked)
    db.react("account.updated", _asked)
    db.react("account.deleted", _ended)


def _gone(tx: Tx, event: Event) -> None:
    if event.subject_id is not None:
        rows = tx.rows(_UNCITE, source=event.subject_id)
        _drop_bare(tx, [row[0] for row in rows])


def _changed(tx: Tx, event: Event) -> None:
    """It may say something else now, or to others; and so may all that hangs on the first post."""
    if event.subject_id is None:
        return
    _examine(tx, event.subject_id)
    if event.kind == "post.edited":
        for row in tx.rows(_IN_THREAD, thread=event.subject_id):
            if row[0] != event.subject_id:
                _examine(tx, row[0])


def _examine(tx: Tx, source_id: int) -> None:
    """Keep of a message what still stands in it and within its scope. What its author put into
    other words stays theirs. What it says anew is noted by a job.
    """
    known = [Note(*row) for row in tx.rows(_FROM, source=source_id)]
    if not known:
        return
    said = scopes.message(tx, source_id)
    text = own_words.own_text(said.html) if said is not None else ""
    wheres = {
        ai_id: scopes.of(tx, ai_id, said) if said is not None else None
        for ai_id in {note.ai_id for note in known}
    }
    over = [
        note.id
        for note in known
        if wheres[note.ai_id] != (note.scope, note.scope_id)
        or not (note.edited or own_words.stands(note.text, text))
    ]
    if over:
        tx.run(_UNCITE_ONE, source=source_id, ids=over)
        _drop_bare(tx, over)
    author = scopes.author(tx, said) if said is not None else None
    if author is not None:
        for ai_id, where in wheres.items():
            if where is not None:
                remember.begin(tx, ai_id, source_id, author)


def _left(tx: Tx, event: Event) -> None:
    """Who left takes along what they said; an AI forgets what it heard there."""
    room_id, who = int(event.data["room"]), int(event.data["account"])
    notes.drop_share(tx, room_id, who)
    if tx.row(_IS_AI, who=who) is not None:
        notes.drop_room(tx, who, room_id)


def _blocked(tx: Tx, event: Event) -> None:
    if event.actor_id is not None and event.subject_id is not None:
        notes.delete_all(tx, event.subject_id, event.actor_id)
        notes.delete_all(tx, event.actor_id, event.subject_id)


def _asked(tx: Tx, event: Event) -> None:
    """Somebody may have asked AIs to keep out."""
    account = accounts.by_id(tx, event.subject_id) if event.subject_id is not None else None
    if account is not None and account.local and context.keeps_out(account):
        notes.drop_person(tx, account.id)


def _ended(tx: Tx, event: Event) -> None:
    if event.subject_id is not None:
        notes.drop_person(tx, event.subject_id)


def _drop_bare(tx: Tx, note_ids: list[int]) -> None:
    """Of these notes, drop what has no source left."""
    if note_ids:
        notes.drop(tx, [row[0] for row in tx.rows(_BARE, ids=note_ids)])
