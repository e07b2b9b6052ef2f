"""What another server says of its post besides the post: its conversation, its replies, its counts.

No timeline needs it, so it stands in a row of its own, and only for remote posts that have some.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.store.among import among
from weft.store.database import Tx
from weft.threads.tables import post_details

COUNTS = frozenset({"replies_count", "likes_count", "boosts_count"})


class Details(Struct, frozen=True):
    """Field for field the columns of ``post_details``, in their order. None: not said. Times are ms.

    ``content_map`` is {language: {html (safe), spoiler}}; ``signals`` are FEP-5e53's ("noai", "noindex", …).
    """

    post_id: int
    context_uri: str | None = None
    replies_uri: str | None = None
    replies_count: int | None = None
    likes_count: int | None = None
    boosts_count: int | None = None
    counted_at: int | None = None
    content_map: dict[str, Any] | None = None
    signals: list[str] | None = None


_OF = sa.select(*(post_details.c[field] for field in Details.__struct_fields__)).where(
    among(post_details.c.post_id, "ids")
)


@cache
def _upsert(columns: tuple[str, ...]) -> sa.Executable:
    """One statement per set of columns: there are few, and each is a constant."""
    statement = insert(post_details).values(
        {
            name: sa.bindparam(name, type_=post_details.c[name].type)
            for name in ("post_id", *columns)
        }
    )
    return statement.on_conflict_do_update(
        index_elements=["post_id"], set_={name: statement.excluded[name] for name in columns}
    )


def put(tx: Tx, post_id: int, **columns: Any) -> None:
    """Keep what is named; the other columns stay. Errors: KeyError for a column that there is not."""
    if columns:
        tx.run(_upsert(tuple(sorted(columns))), {"post_id": post_id, **columns})


def learn(tx: Tx, post_id: int, told: Mapping[str, Any]) -> None:
    """As `put`, and when its server counted."""
    counted = {"counted_at": tx.now} if COUNTS & told.keys() else {}
    put(tx, post_id, **told, **counted)


def of(tx: Tx, ids: Iterable[int]) -> dict[int, Details]:
    """Those of these posts of which something is kept."""
    wanted = list(set(ids))
    return {row[0]: Details(*row) for row in tx.rows(_OF, ids=wanted)} if wanted else {}
