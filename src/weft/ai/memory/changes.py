"""What an AI becomes, decided by its owner: a proposal is taken on or not, and one can go back.

A proposal changes ``current`` and nothing else: a few lines, without anybody's name, handle, number or
anything sensitive, and within its owner's bounds. The core changes by its owner alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import sqlalchemy as sa

from weft.ai import bounds, members
from weft.ai.knowledge.words import plain
from weft.ai.memory import sensitive, versions
from weft.ai.memory.versions import Version
from weft.ai.model import Ai
from weft.ai.tables import ais
from weft.kernel.errors import Invalid
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.store.among import among
from weft.store.database import Tx

LINES_MAX = 5
LINE_CHARS = 120
"""Beside a core of pages: it colours what an AI says and does not make another one of it."""

_WORDS = re.compile(r"\w{2,}")
_NAMES = (
    sa.select(account_table.c.username_fold)
    .where(among(account_table.c.username_fold, "words"), account_table.c.kind == "person")
    .limit(100)
)
_CURRENT = (
    ais.update()
    .where(ais.c.account_id == sa.bindparam("which"))
    .values(current=sa.bindparam("lines"))
)
_BACK = (
    ais.update()
    .where(ais.c.account_id == sa.bindparam("which"))
    .values(
        persona=sa.bindparam("core"),
        current=sa.bindparam("lines"),
        bounds=sa.bindparam("within", type_=sa.JSON(none_as_null=True)),
        version=ais.c.version + 1,
    )
)
_SETTINGS = (
    ais.update()
    .where(ais.c.account_id == sa.bindparam("which"))
    .values(evolves=sa.bindparam("grows"), adopts=sa.bindparam("alone"))
)


def propose(tx: Tx, ai: Ai, current: str, note: str, names: Collection[str] = ()) -> Version | None:
    """Propose to its owner what it has become; taken on at once where they chose so. None where it
    is that already. ``names``: words that nobody wants to read there, in lower case. Errors: Invalid.
    """
    current = "\n".join(" ".join(line.split()) for line in current.strip().splitlines())
    check(tx, ai, current, names)
    if current == ai.current:
        return None
    made = versions.propose(tx, ai, current, note)
    if ai.adopts:
        _take_on(tx, ai, made)
        return versions.get(tx, ai.account_id, made.version)
    return made


def check(tx: Tx, ai: Ai, current: str, names: Collection[str] = ()) -> None:
    """Errors: Invalid, for lines that an AI must not become."""
    lines = current.splitlines()
    if len(lines) > LINES_MAX or any(len(line) > LINE_CHARS for line in lines):
        raise Invalid(f"Validation failed: At most {LINES_MAX} lines of {LINE_CHARS} characters")
    if "@" in current or bounds.links(current) or sensitive.touched(current):
        raise Invalid("Validation failed: Nothing personal or sensitive may stand there")
    if bounds.touched(ai.avoid, current) is not None or bounds.says_human(current):
        raise Invalid("Validation failed: It is out of its bounds")
    words = set(map(plain, _WORDS.findall(current)))
    if words.intersection(names) or named(tx, words):
        raise Invalid("Validation failed: Nobody's name may stand there")


def named(tx: Tx, words: Collection[str]) -> set[str]:
    """Those of these words that are names of people here or elsewhere."""
    return {row[0] for row in tx.rows(_NAMES, words=list(words))} if words else set()


def accept(tx: Tx, by: Account, ai_id: int, number: int) -> Version:
    """Errors: NotFound, Forbidden, Invalid (decided already)."""
    ai, version = _open(tx, by, ai_id, number)
    _take_on(tx, ai, version)
    return versions.get(tx, ai_id, number)


def reject(tx: Tx, by: Account, ai_id: int, number: int) -> Version:
    """Errors: NotFound, Forbidden, Invalid (decided already)."""
    ai, version = _open(tx, by, ai_id, number)
    versions.decide(tx, ai, version, "rejected")
    return versions.get(tx, ai_id, number)


def rollback(tx: Tx, by: Account, ai_id: int, number: int) -> Version:
    """Be again what it was: core, bounds and all, as a new version. Errors: NotFound, Forbidden,
    Invalid (it never was that).
    """
    ai = members.owned(tx, by, ai_id)[1]
    version = versions.get(tx, ai_id, number)
    if version.state != "accepted":
        raise Invalid("Validation failed: It never was that version")
    tx.run(
        _BACK,
        which=ai_id,
        core=version.core,
        lines=version.current,
        within=version.bounds or None,
    )
    members.relabel(tx, ai_id)
    versions.changed(tx, ai, by.id, f"Back to version {number}")
    return versions.live(tx, ai_id) or version


def let(
    tx: Tx, by: Account, ai_id: int, *, evolves: bool | None = None, adopts: bool | None = None
) -> Ai:
    """Whether it changes with its public life, and without asking. Errors: NotFound, Forbidden."""
    ai = members.owned(tx, by, ai_id)[1]
    grows = ai.evolves if evolves is None else evolves
    tx.run(_SETTINGS, which=ai_id, grows=grows, alone=ai.adopts if adopts is None else adopts)
    return members.owned(tx, by, ai_id)[1]


def _take_on(tx: Tx, ai: Ai, version: Version) -> None:
    versions.decide(tx, ai, version, "accepted")
    tx.run(_CURRENT, which=ai.account_id, lines=version.current)


def _open(tx: Tx, by: Account, ai_id: int, number: int) -> tuple[Ai, Version]:
    ai = members.owned(tx, by, ai_id)[1]
    version = versions.get(tx, ai_id, number)
    if version.state != "proposed":
        raise Invalid("Validation failed: This version was decided already")
    return ai, version
