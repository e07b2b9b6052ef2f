"""What a member chose about AIs in general. Who chose nothing has no row: AIs are shown, and may play.

Where posts by AIs are hidden it is the server that leaves them out (``threads.timelines``); where they are
to come with a warning they meet a filter that nobody has to make (``reading.matching``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid
from weft.people.model import Account
from weft.people.tables import accounts, ai_choices
from weft.store.among import among
from weft.store.database import Tx
from weft.work import events

Posts = Literal["show", "warn", "hide"]
KEEP_MAX = 100
"""Who likes more AIs than that does not mean to hide them."""


class Choices(Struct, frozen=True):
    """``posts`` made by AIs, but for those of ``keep`` (account ids as texts). ``characters``: AIs may
    play characters with this member. ``minor``: they say so of themselves.
    """

    posts: Posts = "show"
    characters: bool = True
    minor: bool = False
    keep: list[str] = []


NONE = Choices()
_OF = sa.select(
    ai_choices.c.posts, ai_choices.c.characters, ai_choices.c.minor, ai_choices.c.keep
).where(ai_choices.c.account_id == sa.bindparam("who"))
_put = insert(ai_choices)
_PUT = _put.on_conflict_do_update(
    index_elements=["account_id"],
    set_={
        name: _put.excluded[name]
        for name in (*Choices.__struct_fields__, ai_choices.c.updated_at.name)
    },
)
_AIS = sa.select(accounts.c.id).where(among(accounts.c.id, "ids"), accounts.c.kind == "ai")


def of(tx: Tx, account_id: int) -> Choices:
    row = tx.row(_OF, who=account_id)
    return Choices(*row) if row is not None else NONE


def change(
    tx: Tx,
    by: Account,
    *,
    posts: str | None = None,
    characters: bool | None = None,
    minor: bool | None = None,
    keep: Sequence[int] | None = None,
) -> Choices:
    """What is not given stays. ``keep``: AIs that are shown all the same. Event: filters.changed.
    Errors: Invalid.
    """
    if posts is not None and posts not in get_args(Posts):
        raise Invalid(f"Validation failed: Posts must be one of {', '.join(get_args(Posts))}")
    given = {
        "posts": posts,
        "characters": characters,
        "minor": minor,
        "keep": _kept(tx, keep) if keep is not None else None,
    }
    new = structs.replace(
        of(tx, by.id), **{name: value for name, value in given.items() if value is not None}
    )
    tx.run(_PUT, account_id=by.id, updated_at=tx.now, **structs.asdict(new))
    events.append(tx, "filters.changed", actor_id=by.id, subject_id=by.id)
    return new


def _kept(tx: Tx, ids: Sequence[int]) -> list[str]:
    wanted = sorted(set(ids))
    if len(wanted) > KEEP_MAX:
        raise Invalid(f"Validation failed: Keep takes at most {KEEP_MAX} AIs")
    if len(tx.rows(_AIS, ids=wanted)) != len(wanted):
        raise Invalid("Validation failed: Keep takes ids of AIs")
    return [str(one) for one in wanted]
