"""Who an AI was and is, version by version: its owner's words (the core), and a few lines beside them of
what it has become (``current``). A version is written when it changes, and never changed itself once it
was decided.
"""

from __future__ import annotations

import difflib
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct

from weft.ai.memory.tables import ai_versions
from weft.ai.model import Ai
from weft.ai.tables import ais
from weft.kernel.errors import NotFound
from weft.store.database import Tx

State = Literal["proposed", "accepted", "rejected"]

LISTED_MAX = 100
"""Versions that are listed, newest first."""
MADE = "As it was made"


class Version(Struct, frozen=True):
    """Field for field the columns of ``ai_versions``, in their order. Times in ms. ``author_id``:
    None for what the server proposed. ``parent``: the version before it.
    """

    ai_id: int
    version: int
    parent: int | None
    author_id: int | None
    note: str
    core: str
    current: str
    bounds: dict[str, Any]
    state: State
    created_at: int
    decided_at: int | None


COLUMNS = tuple(ai_versions.c[field] for field in Version.__struct_fields__)
_ai = ai_versions.c.ai_id == sa.bindparam("ai", type_=sa.BigInteger)
_NEWEST = (
    sa.select(*COLUMNS)
    .where(_ai)
    .order_by(ai_versions.c.version.desc())
    .limit(sa.bindparam("most"))
)
_ONE = sa.select(*COLUMNS).where(_ai, ai_versions.c.version == sa.bindparam("number"))
_LIVE = (
    sa.select(*COLUMNS)
    .where(_ai, ai_versions.c.state == "accepted")
    .order_by(ai_versions.c.decided_at.desc(), ai_versions.c.version.desc())
    .limit(1)
)
_IS = sa.select(ais.c.persona, ais.c.current, ais.c.bounds).where(
    ais.c.account_id == sa.bindparam("ai", type_=sa.BigInteger)
)
_INSERT = ai_versions.insert()
_DECIDE = (
    ai_versions.update()
    .where(_ai, ai_versions.c.version == sa.bindparam("number"), ai_versions.c.state == "proposed")
    .values(
        state=sa.bindparam("to"),
        decided_at=sa.bindparam("at", type_=sa.BigInteger),
        core=sa.bindparam("words"),
        bounds=sa.bindparam("within", type_=sa.JSON),
    )
)
_SUPERSEDE = (
    ai_versions.update()
    .where(_ai, ai_versions.c.state == "proposed")
    .values(state="rejected", decided_at=sa.bindparam("at", type_=sa.BigInteger))
)


def of(tx: Tx, ai_id: int) -> list[Version]:
    """Newest first."""
    return [Version(*row) for row in tx.rows(_NEWEST, ai=ai_id, most=LISTED_MAX)]


def get(tx: Tx, ai_id: int, number: int) -> Version:
    """Errors: NotFound."""
    row = tx.row(_ONE, ai=ai_id, number=number)
    if row is None:
        raise NotFound("There is no such version")
    return Version(*row)


def live(tx: Tx, ai_id: int) -> Version | None:
    """What it is now; None for one that never changed."""
    row = tx.row(_LIVE, ai=ai_id)
    return Version(*row) if row is not None else None


def changed(tx: Tx, before: Ai, by_id: int, note: str = "") -> None:
    """Its owner changed it, in this transaction: keep what it is now, if that is another."""
    core, current, bounds = tx.run(_IS, ai=before.account_id).one()
    if (core, current, bounds) == (before.persona, before.current, before.bounds):
        return
    begin(tx, before)
    _insert(tx, before.account_id, by_id, note or "Changed by its owner", core, current, bounds)


def begin(tx: Tx, ai: Ai) -> None:
    """The first version, of an AI that has none: only those that change have rows here."""
    if not tx.rows(_NEWEST, ai=ai.account_id, most=1):
        _insert(tx, ai.account_id, ai.owner_id, MADE, ai.persona, ai.current, ai.bounds)


def propose(tx: Tx, ai: Ai, current: str, note: str) -> Version:
    """A change of what it has become, and of nothing else. An older proposal is over with it."""
    begin(tx, ai)
    tx.run(_SUPERSEDE, ai=ai.account_id, at=tx.now)
    number = _insert(
        tx, ai.account_id, None, note, ai.persona, current, ai.bounds, state="proposed"
    )
    return get(tx, ai.account_id, number)


def decide(tx: Tx, ai: Ai, version: Version, to: State) -> None:
    """The core and the bounds of a decided version are those of its moment."""
    tx.run(
        _DECIDE, ai=ai.account_id, number=version.version, to=to, at=tx.now,
        words=ai.persona, within=ai.bounds or {},
    )  # fmt: skip


def diff(before: Version | None, after: Version) -> str:
    """What changes from one version to another: lines with + and -, of the core and of the rest."""
    parts: list[str] = []
    for name in ("core", "current"):
        old = str(getattr(before, name)) if before is not None else ""
        lines = difflib.unified_diff(
            old.splitlines(), str(getattr(after, name)).splitlines(), name, name, n=0, lineterm=""
        )
        parts += lines
    if before is not None and before.bounds != after.bounds:
        parts.append("bounds changed")
    return "\n".join(parts)


def _insert(
    tx: Tx,
    ai_id: int,
    by_id: int | None,
    note: str,
    core: str,
    current: str,
    bounds: dict[str, Any] | None,
    *,
    state: State = "accepted",
) -> int:
    last = tx.rows(_NEWEST, ai=ai_id, most=1)
    parent = live(tx, ai_id)
    number = (Version(*last[0]).version if last else 0) + 1
    tx.run(
        _INSERT,
        ai_id=ai_id,
        version=number,
        parent=parent.version if parent is not None else None,
        author_id=by_id,
        note=note,
        core=core,
        current=current,
        bounds=bounds or {},
        state=state,
        created_at=tx.now,
        decided_at=tx.now if state == "accepted" else None,
    )
    return number
