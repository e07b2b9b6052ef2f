"""How far a member has read, so that their apps agree on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid
from weft.kernel.ids import parse_id
from weft.store.database import Tx
from weft.threads.tables import markers

TIMELINES = ("home", "notifications")
"""https://docs.joinmastodon.org/methods/markers/"""


class Marker(Struct, frozen=True):
    """``version`` counts how often it was set; ``updated_at`` in ms."""

    timeline: str
    last_read_id: str
    version: int
    updated_at: int


_COLUMNS = tuple(markers.c[field] for field in Marker.__struct_fields__)
_ALL = (
    sa.select(*_COLUMNS)
    .where(markers.c.account_id == sa.bindparam("owner"))
    .order_by(markers.c.timeline)
)
_put = insert(markers)
_PUT = _put.on_conflict_do_update(
    index_elements=["account_id", "timeline"],
    set_={
        "last_read_id": _put.excluded.last_read_id,
        "version": markers.c.version + 1,
        "updated_at": _put.excluded.updated_at,
    },
).returning(*_COLUMNS)


def get(tx: Tx, owner_id: int, timelines: Collection[str]) -> list[Marker]:
    """Those of these timelines that were ever set."""
    found = [Marker(*row) for row in tx.rows(_ALL, owner=owner_id)]
    return [marker for marker in found if marker.timeline in timelines]


def put(tx: Tx, owner_id: int, read_to: Mapping[str, str]) -> list[Marker]:
    """Set markers: timeline → the last id that was read. Errors: Invalid."""
    made: list[Marker] = []
    for timeline, last_read_id in read_to.items():
        if timeline not in TIMELINES or parse_id(last_read_id) is None:
            raise Invalid("Validation failed: A marker is a timeline and the id of a post")
        row = tx.run(
            _PUT,
            account_id=owner_id,
            timeline=timeline,
            last_read_id=last_read_id,
            version=1,
            updated_at=tx.now,
        ).one()
        made.append(Marker(*row))
    return made
