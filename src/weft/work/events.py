"""The event log: what happened, in order, written in the transaction in which it happened.

A verb appends; whoever must act on it has registered a *reaction* (``Database.react``), which
runs in the same transaction and usually enqueues a job. So nothing that must follow can be lost,
and the verb does not know who follows. Live streams read the log by position (``tail``).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import DAY
from weft.store.database import Tx
from weft.work.tables import events

KEEP = 7 * DAY
"""How long events stay: far longer than any listener is away."""


class Event(Struct, frozen=True):
    position: int
    at: int
    kind: str
    actor_id: int | None
    subject_id: int | None
    data: dict[str, Any]
    subject: Any = None
    """What it is about, as just written: for reactions, not for who reads the log."""


_APPEND = (
    events.insert()
    .values(
        at=sa.bindparam("at"),
        kind=sa.bindparam("kind"),
        actor_id=sa.bindparam("actor_id"),
        subject_id=sa.bindparam("subject_id"),
        data=sa.bindparam("data"),
    )
    .returning(events.c.position)
)
_AFTER = (
    sa.select(*events.c)
    .where(events.c.position > sa.bindparam("position"))
    .order_by(events.c.position)
    .limit(sa.bindparam("limit"))
)
_LAST = sa.select(sa.func.coalesce(sa.func.max(events.c.position), 0))
_PRUNE = events.delete().where(
    events.c.at < sa.bindparam("before"),
    # The last one stays: of an empty table SQLite would give out the same positions again, and
    # whoever follows the log waits for higher ones.
    events.c.position < sa.select(sa.func.max(events.c.position)).scalar_subquery(),
)


def append(
    tx: Tx,
    kind: str,
    *,
    actor_id: int | None = None,
    subject_id: int | None = None,
    data: dict[str, Any] | None = None,
    subject: Any = None,
) -> Event:
    """Write an event and run the reactions to its kind, all in this transaction. ``subject``: what
    ``subject_id`` names, if at hand, so that not every reaction has to read it.
    """
    tx.order_commits()
    position = tx.scalar(
        _APPEND, at=tx.now, kind=kind, actor_id=actor_id, subject_id=subject_id, data=data or {}
    )
    event = Event(position, tx.now, kind, actor_id, subject_id, data or {}, subject)
    tx.signal("events")
    for reaction in tx.reactions.get(kind, ()):
        reaction(tx, event)
    return event


def after(tx: Tx, position: int, limit: int = 200) -> list[Event]:
    """Events past a position, oldest first."""
    return [Event(*row) for row in tx.rows(_AFTER, position=position, limit=limit)]


def last_position(tx: Tx) -> int:
    return int(tx.scalar(_LAST))


def prune(tx: Tx) -> None:
    tx.run(_PRUNE, before=tx.now - KEEP)
