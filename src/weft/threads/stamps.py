"""Authorization stamps: somebody agreed to what another did with their post, for all to see.

One form for likes, answers, boosts and quotes, and for being shown in a collection. A stamp of a member is an address that anybody may
look at; one from elsewhere is kept here after it was looked at there (``federation.authorizations``).
It names both sides by address alone and holds nothing of them. What was taken back stays as a row,
so that it is not given or believed again.

https://docs.gotosocial.org/en/latest/federation/interaction_policy/, FEP-044f
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.model import Agreed
from weft.threads.tables import stamps
from weft.work import events


class Stamp(Struct, frozen=True):
    """Field for field the columns of ``stamps``, in their order. ``interacting``: uri of what was
    done; ``target``: of the post with which, or of the account. Times are ms.
    """

    id: int
    uri: str
    kind: Agreed
    interacting: str
    target: str
    giver_id: int
    created_at: int
    checked_at: int
    revoked_at: int | None = None


COLUMNS = tuple(stamps.c[field] for field in Stamp.__struct_fields__)
_PUT = insert(stamps).on_conflict_do_nothing()
_which = sa.and_(
    stamps.c.kind == sa.bindparam("wanted"), stamps.c.interacting == sa.bindparam("doing")
)
_OF = sa.select(*COLUMNS).where(_which)
_OF_ONE = _OF.where(stamps.c.target == sa.bindparam("at_whom"))
_BY_ID = sa.select(*COLUMNS).where(stamps.c.id == sa.bindparam("which"))
_BY_URI = sa.select(*COLUMNS).where(stamps.c.uri == sa.bindparam("address"))
_RENEW = (
    stamps.update()
    .where(_which)
    .values(
        uri=sa.bindparam("address"),
        target=sa.bindparam("at_whom"),
        giver_id=sa.bindparam("by"),
        checked_at=sa.bindparam("now"),
        revoked_at=None,
    )
)
_CHECKED = (
    stamps.update()
    .where(stamps.c.id == sa.bindparam("which"))
    .values(checked_at=sa.bindparam("now"))
)
_REVOKE = (
    stamps.update()
    .where(stamps.c.id == sa.bindparam("which"), stamps.c.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("now"))
    .returning(stamps.c.id)
)
_OLDEST = (
    sa.select(*COLUMNS)
    .where(
        stamps.c.checked_at < sa.bindparam("before"),
        stamps.c.revoked_at.is_(None),
        ~stamps.c.uri.startswith(sa.bindparam("ours"), autoescape=False),
    )
    .order_by(stamps.c.checked_at)
    .limit(sa.bindparam("most"))
)


def give(tx: Tx, giver: Account, kind: Agreed, interacting: str, target: str) -> Stamp:
    """A member's yes. Given twice it is the same; taken back once, it stays so
    (``Stamp.revoked_at``).
    """
    known = featured(tx, interacting, target) if kind == "feature" else of(tx, kind, interacting)
    if known is not None:
        return known
    number = new_id()
    made = Stamp(
        number, f"{giver.uri}/stamps/{number}", kind, interacting, target, giver.id, tx.now, tx.now
    )
    tx.run(_PUT, {field: getattr(made, field) for field in Stamp.__struct_fields__})
    return made


def learn(
    tx: Tx, uri: str, kind: Agreed, interacting: str, target: str, giver_id: int
) -> Stamp | None:
    """Keep a stamp from elsewhere that was looked at just now. None: the same address was seen as
    the stamp of something else, so it is none; or a member here gave one for the same.
    """
    known = by_uri(tx, uri)
    if known is not None and (known.kind, known.interacting) != (kind, interacting):
        return None
    held = of(tx, kind, interacting)
    if held is not None and held.uri.startswith(f"{tx.site.base}/"):
        return None  # what a member gave or took back is not another's to replace
    if held is not None:
        tx.run(
            _RENEW,
            wanted=kind,
            doing=interacting,
            address=uri,
            at_whom=target,
            by=giver_id,
            now=tx.now,
        )
    else:
        made = Stamp(new_id(), uri, kind, interacting, target, giver_id, tx.now, tx.now)
        tx.run(_PUT, {field: getattr(made, field) for field in Stamp.__struct_fields__})
    return of(tx, kind, interacting)


def of(tx: Tx, kind: Agreed, interacting: str) -> Stamp | None:
    """The stamp of something done; also one that was taken back."""
    row = tx.row(_OF, wanted=kind, doing=interacting)
    return Stamp(*row) if row is not None else None


def featured(tx: Tx, collection: str, account: str) -> Stamp | None:
    """The stamp of one of those who are shown in a collection (both by uri)."""
    row = tx.row(_OF_ONE, wanted="feature", doing=collection, at_whom=account)
    return Stamp(*row) if row is not None else None


def stands(tx: Tx, kind: Agreed, interacting: str, target: str, giver_id: int) -> bool:
    """Whether the author of ``target`` agreed to exactly this, and still does."""
    known = of(tx, kind, interacting)
    return (
        known is not None
        and known.revoked_at is None
        and known.target == target
        and known.giver_id == giver_id
    )


def by_id(tx: Tx, stamp_id: int) -> Stamp | None:
    row = tx.row(_BY_ID, which=stamp_id)
    return Stamp(*row) if row is not None else None


def by_uri(tx: Tx, uri: str) -> Stamp | None:
    row = tx.row(_BY_URI, address=uri)
    return Stamp(*row) if row is not None else None


def revoke(tx: Tx, stamp: Stamp, account_id: int | None) -> bool:
    """Take it back; False when it was before. ``account_id``: whose doing it allowed. Event:
    stamp.revoked {uri, kind, interacting, target, account_id}.
    """
    if tx.row(_REVOKE, which=stamp.id, now=tx.now) is None:
        return False
    data = {field: getattr(stamp, field) for field in ("uri", "kind", "interacting", "target")}
    events.append(
        tx,
        "stamp.revoked",
        actor_id=stamp.giver_id,
        subject_id=stamp.id,
        data=data | {"account_id": account_id},
    )
    return True


def checked(tx: Tx, stamp_id: int) -> None:
    """It was looked at again, and is still there, or could not be had just now."""
    tx.run(_CHECKED, which=stamp_id, now=tx.now)


def oldest(tx: Tx, before: int, most: int) -> list[Stamp]:
    """Stamps from elsewhere that were not looked at since ``before`` (ms), the longest first."""
    rows = tx.rows(_OLDEST, before=before, most=most, ours=f"{tx.site.base}/")
    return [Stamp(*row) for row in rows]
