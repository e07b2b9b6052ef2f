"""The accounts that agreed to be found: https://docs.joinmastodon.org/methods/directory/"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from weft.people.accounts import COLUMNS
from weft.people.model import Account
from weft.people.tables import accounts
from weft.store.database import Tx
from weft.threads.timelines import unwanted

Order = Literal["active", "new"]


def listed(
    tx: Tx,
    viewer_id: int | None,
    *,
    order: Order = "active",
    local: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Account]:
    """``active``: who posted last first, without those who never did; ``new``: who came last first.
    Nobody limited, suspended or moved away, and nobody the viewer does not want to see.
    """
    named: dict[str, Any] = {"most": limit, "skip": offset}
    if viewer_id is not None:
        named |= {"viewer": viewer_id, "now": tx.now}
    rows = tx.rows(_statement(viewer_id is not None, order, local), **named)
    return [Account(*row) for row in rows]


@cache
def _statement(signed_in: bool, order: Order, local: bool) -> sa.Select[*tuple[Any, ...]]:
    wanted = [
        accounts.c.discoverable.is_(True),
        accounts.c.kind != "application",
        accounts.c.suspended_at.is_(None),
        accounts.c.silenced_at.is_(None),
        accounts.c.moved_to.is_(None),
    ]
    if order == "active":
        wanted.append(accounts.c.last_post_at.isnot(None))
    if local:
        wanted.append(accounts.c.domain == "")
    if signed_in:
        wanted.append(~unwanted(accounts.c.id))
    first = accounts.c.last_post_at if order == "active" else accounts.c.id
    return (
        sa.select(*COLUMNS)
        .where(*wanted)
        .order_by(first.desc())
        .limit(sa.bindparam("most"))
        .offset(sa.bindparam("skip"))
    )
