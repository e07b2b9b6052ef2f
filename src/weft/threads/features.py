"""Members shown in collections elsewhere: whether they agree, their stamp for it, and their leaving.

They agree as they do here (``people.collections``): whoever may be discovered, to all; whoever approves
their followers, to those. What is between the two rooms: a collection knows no stamps.

FEP-7aa9
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.kernel.errors import Invalid
from weft.people import collections
from weft.people.collections import Collection, Refused
from weft.people.model import Account
from weft.people.tables import collections as collection_table
from weft.store.database import Tx
from weft.threads import stamps
from weft.threads.tables import stamps as stamp_table
from weft.work import events

_BETWEEN = (
    sa.select(*stamps.COLUMNS)
    .join_from(stamp_table, collection_table, collection_table.c.uri == stamp_table.c.interacting)
    .where(
        stamp_table.c.kind == "feature",
        stamp_table.c.giver_id == sa.bindparam("giver", type_=sa.BigInteger),
        collection_table.c.account_id == sa.bindparam("owner", type_=sa.BigInteger),
    )
)


def asked(tx: Tx, owner: Account, collection: Collection, account: Account, uri: str) -> None:
    """Somebody elsewhere wants to show a member; ``uri``: of the activity that asks. Asked twice it is
    answered the same.

    Events: feature.accepted {collection, account_id, uri, stamp} or feature.refused (the actor is
    the member, account_id the collection's owner); collection.item_added, the first time.
    """
    address = collection.uri or ""
    data = {"collection": address, "account_id": owner.id, "uri": uri}
    stamp = stamps.featured(tx, address, account.uri)
    agreed = stamp is None or stamp.revoked_at is None
    if agreed:
        try:
            collections.put_in(tx, owner, collection.id, account)
        except Refused:
            pass  # it is there already
        except Invalid:
            agreed = False
    if agreed:
        stamp = stamps.give(tx, account, "feature", address, account.uri)
        events.append(tx, "feature.accepted", actor_id=account.id, data=data | {"stamp": stamp.uri})
    else:
        events.append(tx, "feature.refused", actor_id=account.id, data=data)


def leave(tx: Tx, by: Account, collection_id: int, item_id: int) -> None:
    """A member does not want to be shown any more, here or elsewhere. Event: stamp.revoked, for one
    elsewhere. Errors: those of ``collections.revoke``.
    """
    left = collections.revoke(tx, by, collection_id, item_id)
    stamp = stamps.featured(tx, left.uri, by.uri) if left.uri is not None else None
    if stamp is not None:
        stamps.revoke(tx, stamp, left.account_id)


def part(tx: Tx, one: int, other: int) -> None:
    """Two whom a block parts: neither agrees to be shown by the other any more."""
    for giver, owner in ((one, other), (other, one)):
        for row in tx.rows(_BETWEEN, giver=giver, owner=owner):
            stamps.revoke(tx, stamps.Stamp(*row), owner)
