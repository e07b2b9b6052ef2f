"""People whom a member shows on their profile.

https://docs.joinmastodon.org/methods/accounts/#endorse
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.people.tables import endorsements, follows
from weft.store.database import Tx

ENDORSEMENTS_MAX = 500
"""Who shows everybody shows nobody; and each is a row on a public page."""

_by = sa.bindparam("by", type_=sa.BigInteger)
_target = sa.bindparam("target", type_=sa.BigInteger)
_FOLLOWED = sa.select(follows.c.id).where(
    follows.c.follower_id == _by, follows.c.target_id == _target, follows.c.accepted.is_(True)
)
_COUNT = sa.select(sa.func.count()).where(endorsements.c.account_id == _by)
_PUT = insert(endorsements).on_conflict_do_nothing()
_DROP = endorsements.delete().where(
    endorsements.c.account_id == _by, endorsements.c.target_id == _target
)


def endorse(tx: Tx, by: Account, target: Account) -> None:
    """Show them on one's profile; again changes nothing. Errors: Invalid (not followed, too
    many).
    """
    if tx.row(_FOLLOWED, by=by.id, target=target.id) is None:
        raise Invalid(
            "Validation failed: You must be already following the person you want to endorse"
        )
    if int(tx.scalar(_COUNT, by=by.id)) >= ENDORSEMENTS_MAX:
        raise Invalid(f"Validation failed: You cannot feature more than {ENDORSEMENTS_MAX} people")
    tx.run(_PUT, id=new_id(), account_id=by.id, target_id=target.id, created_at=tx.now)


def unendorse(tx: Tx, by: Account, target: Account) -> None:
    """Show them no longer; also those who went away."""
    end(tx, by.id, target.id)


def end(tx: Tx, by_id: int, target_id: int) -> None:
    """As ``unendorse``, by ids: whoever is no longer followed is not shown either."""
    tx.run(_DROP, by=by_id, target=target_id)
