"""What arrived already: each activity is done once, and nothing deleted comes back late."""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.federation import limits
from weft.federation.tables import seen
from weft.store.database import Tx

_PUT = insert(seen).on_conflict_do_nothing().returning(seen.c.mark)
_HAS = sa.select(seen.c.mark).where(seen.c.mark == sa.bindparam("wanted"))
_DROP = seen.delete().where(seen.c.mark == sa.bindparam("which"))
_PRUNE = seen.delete().where(seen.c.at < sa.bindparam("before"))


def mark(*parts: str) -> str:
    """One short name for an activity, or for whatever else happens once."""
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def first_time(tx: Tx, name: str) -> bool:
    """Whether this was not seen before; from now on it was."""
    return tx.row(_PUT, mark=name, at=tx.now) is not None


def forget(tx: Tx, name: str) -> None:
    """When it comes again it is looked at again."""
    tx.run(_DROP, which=name)


def deleted_early(tx: Tx, author: str, uri: str) -> bool:
    """Whether the author deleted this before it got here. Only their own word counts, so nobody
    can keep out what somebody else is about to say.
    """
    return tx.row(_HAS, wanted=mark("deleted", author, uri)) is not None


def note_deletion(tx: Tx, author: str, uri: str) -> None:
    first_time(tx, mark("deleted", author, uri))


def forget_deletion(tx: Tx, author: str, uri: str) -> None:
    forget(tx, mark("deleted", author, uri))


def prune(tx: Tx) -> None:
    tx.run(_PRUNE, before=tx.now - limits.SEEN_FOR)
