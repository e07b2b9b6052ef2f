"""Collections of people elsewhere in which members are shown: kept so that a member sees them, by their
name, and may leave them. Who else is in them is not.

FEP-7aa9; https://docs.joinmastodon.org/methods/collections/
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.ids import new_id
from weft.people.collections import Collection
from weft.people.model import Account
from weft.people.tables import collections as table
from weft.store.database import Tx

MOST = 50
"""Of one account: Mastodon's has 10, and each is a row and a notification that a stranger causes."""


class Told(Struct, frozen=True):
    """What its server says of a collection; ``owner``: uri of whose it is."""

    uri: str
    owner: str
    name: str
    description: str = ""
    language: str | None = None
    sensitive: bool = False
    discoverable: bool = True
    tag: str | None = None


_COLUMNS = tuple(table.c[name] for name in Collection.__struct_fields__ if name != "items")
_BY_URI = sa.select(*_COLUMNS).where(table.c.uri == sa.bindparam("address"))
_COUNT = sa.select(sa.func.count()).where(table.c.account_id == sa.bindparam("owner"))
_PUT = insert(table).on_conflict_do_nothing()
_DROP = table.delete().where(table.c.id == sa.bindparam("which"))


def by_uri(tx: Tx, uri: str) -> Collection | None:
    row = tx.row(_BY_URI, address=uri) if uri else None
    return Collection(*row) if row is not None else None


def learn(tx: Tx, owner: Account, told: Told) -> bool:
    """Keep a collection; one that is known stays as it is. False: it is one too many."""
    if int(tx.scalar(_COUNT, owner=owner.id)) >= MOST:
        return False
    kept = {name: value for name, value in structs.asdict(told).items() if name != "owner"}
    when = {"created_at": tx.now, "updated_at": tx.now}
    tx.run(_PUT, id=new_id(), account_id=owner.id, **kept, **when)
    return True


def drop(tx: Tx, known: Collection) -> None:
    tx.run(_DROP, which=known.id)
