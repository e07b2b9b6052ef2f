"""The keys by which local accounts sign: kept, given up, replaced."""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.people.tables import accounts, private_keys
from weft.store.database import Tx
from weft.work import events

_which = sa.bindparam("which")
_OF = sa.select(private_keys.c.pem, accounts.c.public_key, private_keys.c.ed25519).where(
    accounts.c.id == private_keys.c.account_id, private_keys.c.account_id == _which
)
_put = insert(private_keys).values(
    account_id=sa.bindparam("account_id"),
    pem=sa.bindparam("pem"),
    ed25519=sa.bindparam("ed25519"),
    created_at=sa.bindparam("created_at"),
)
_PUT = _put.on_conflict_do_nothing().returning(private_keys.c.account_id)
_REPLACE = _put.on_conflict_do_update(
    index_elements=["account_id"],
    set_={
        "pem": _put.excluded.pem,
        "ed25519": _put.excluded.ed25519,
        "created_at": _put.excluded.created_at,
    },
)
_SECOND = (
    private_keys.update()
    .where(private_keys.c.account_id == _which, private_keys.c.ed25519.is_(None))
    .values(ed25519=sa.bindparam("seed"))
)
_SHOW = accounts.update().where(accounts.c.id == _which).values(public_key=sa.bindparam("shown"))
_CHANGED = (
    accounts.update()
    .where(accounts.c.id == _which)
    .values(updated_at=sa.bindparam("at", type_=sa.BigInteger))
)


class OwnKeys(Struct, frozen=True):
    """Both halves of the RSA key as PEM, and the Ed25519 key's seed, None until it was needed."""

    private_pem: str
    public_pem: str
    seed: str | None


def of(tx: Tx, account_id: int) -> OwnKeys | None:
    """None until they were first needed."""
    row = tx.row(_OF, which=account_id)
    return OwnKeys(*row) if row is not None else None


def put(tx: Tx, account_id: int, keys: OwnKeys) -> OwnKeys:
    """Give a local account its keys. What it has got meanwhile stays, and is what is returned."""
    made = tx.run(_PUT, **_row(tx, account_id, keys)).first()
    if made is not None:
        tx.run(_SHOW, which=account_id, shown=keys.public_pem)
    elif keys.seed is not None:
        tx.run(_SECOND, which=account_id, seed=keys.seed)
    return of(tx, account_id) or keys


def replace(tx: Tx, account_id: int, keys: OwnKeys) -> None:
    """From now on it signs with these. Its followers' servers are told (``account.updated``)."""
    tx.run(_REPLACE, **_row(tx, account_id, keys))
    tx.run(_SHOW, which=account_id, shown=keys.public_pem)
    tx.run(_CHANGED, which=account_id, at=tx.now)
    events.append(tx, "account.updated", actor_id=account_id, subject_id=account_id)


def _row(tx: Tx, account_id: int, keys: OwnKeys) -> dict[str, object]:
    return {
        "account_id": account_id,
        "pem": keys.private_pem,
        "ed25519": keys.seed,
        "created_at": tx.now,
    }
