"""What another server says of its account besides who it is: further keys, where its collections
are, and how many follow it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.people.model import Account
from weft.people.tables import accounts, remote_details
from weft.store.among import among
from weft.store.database import Tx


class RemoteDetails(Struct, frozen=True):
    """Field for field the columns of ``remote_details``, in their order. None: not known. Times are
    ms.

    ``keys``: further ones, [{id, pem, proves (its proofs are made with it)}]; ``links``: {outbox,
    following, featured, featured_tags}, those that its server names.
    """

    account_id: int
    keys: list[dict[str, Any]] = []
    links: dict[str, str] = {}
    followers_count: int | None = None
    following_count: int | None = None
    posts_count: int | None = None
    counted_at: int | None = None
    backfilled_at: int | None = None


_OF = sa.select(*(remote_details.c[field] for field in RemoteDetails.__struct_fields__)).where(
    among(remote_details.c.account_id, "ids")
)

# Copies of how it is shown are kept as long as this stays.
_CHANGED = (
    accounts.update()
    .where(accounts.c.id == sa.bindparam("who"))
    .values(updated_at=sa.bindparam("at", type_=sa.BigInteger))
)


@cache
def _upsert(columns: tuple[str, ...]) -> sa.Executable:
    """One statement per set of columns: there are few, and each is a constant."""
    named = ("account_id", *dict.fromkeys((*columns, "keys", "links")))
    statement = insert(remote_details).values(
        {name: sa.bindparam(name, type_=remote_details.c[name].type) for name in named}
    )
    return statement.on_conflict_do_update(
        index_elements=["account_id"], set_={name: statement.excluded[name] for name in columns}
    )


def put(tx: Tx, account_id: int, **columns: Any) -> None:
    """Keep what is named; the other columns stay. Errors: KeyError for a column that there is not."""
    if columns:
        given = {"keys": [], "links": {}, "account_id": account_id, **columns}
        tx.run(_upsert(tuple(sorted(columns))), given)


def of(tx: Tx, ids: Iterable[int]) -> dict[int, RemoteDetails]:
    """Those of these accounts of which something is kept."""
    wanted = list(set(ids))
    return {row[0]: RemoteDetails(*row) for row in tx.rows(_OF, ids=wanted)} if wanted else {}


def with_counts(tx: Tx, found: Iterable[Account]) -> dict[int, Account]:
    """These accounts by their ids, those of elsewhere with the greater number of what we and their
    own server count: we know few of those who follow them.
    """
    known = {account.id: account for account in found}
    told = of(tx, (account.id for account in known.values() if not account.local))
    for account_id, there in told.items():
        if there.counted_at is not None:
            here = known[account_id]
            known[account_id] = structs.replace(
                here,
                followers_count=max(here.followers_count, there.followers_count or 0),
                following_count=max(here.following_count, there.following_count or 0),
                posts_count=max(here.posts_count, there.posts_count or 0),
            )
    return known


def count(tx: Tx, account_id: int, **counts: int) -> None:
    """Keep what its server counts (``followers_count``, ``following_count``, ``posts_count``)."""
    if counts:
        put(tx, account_id, **counts, counted_at=tx.now)
        tx.run(_CHANGED, who=account_id, at=tx.now)
