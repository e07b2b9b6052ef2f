"""Servers that may be spoken with where only listed ones are (the setting ``limited_federation``).

https://docs.joinmastodon.org/methods/admin/domain_allows/
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.errors import NotFound
from weft.kernel.ids import new_id
from weft.moderation import bringing
from weft.moderation.rules import normal
from weft.moderation.tables import domain_allows
from weft.store.database import Tx
from weft.store.page import Page, paged


class Allow(Struct, frozen=True):
    """Field for field the columns of ``domain_allows``."""

    id: int
    domain: str
    created_at: int


_COLUMNS = tuple(domain_allows.c[field] for field in Allow.__struct_fields__)
_ONE = sa.select(*_COLUMNS).where(domain_allows.c.id == sa.bindparam("which"))
_OF = sa.select(*_COLUMNS).where(domain_allows.c.domain == sa.bindparam("named"))
_LIST = paged(sa.select(*_COLUMNS), domain_allows.c.id)
_EVERY = sa.select(domain_allows.c.domain).order_by(domain_allows.c.domain)
_DROP = domain_allows.delete().where(domain_allows.c.id == sa.bindparam("which"))


def get(tx: Tx, allow_id: int) -> Allow:
    """Errors: NotFound."""
    row = tx.row(_ONE, which=allow_id)
    if row is None:
        raise NotFound
    return Allow(*row)


def listed(tx: Tx, page: Page) -> list[Allow]:
    return [Allow(*row) for row in _LIST.rows(tx, page)]


def every(tx: Tx) -> list[str]:
    return [row[0] for row in tx.rows(_EVERY)]


def of(tx: Tx, domain: str) -> Allow:
    """Errors: NotFound, Invalid."""
    row = tx.row(_OF, named=normal(domain))
    if row is None:
        raise NotFound
    return Allow(*row)


def add(tx: Tx, domain: str) -> Allow:
    """A second time gives the first. No list that is followed says anything about it from now on.
    Errors: Invalid.
    """
    domain = normal(domain)
    row = tx.row(_OF, named=domain)
    if row is not None:
        return Allow(*row)
    made = Allow(new_id(), domain, tx.now)
    tx.run(domain_allows.insert(), structs.asdict(made))
    bringing.soon(tx)
    return made


def add_all(tx: Tx, domains: Sequence[str]) -> None:
    """Those that are not there yet, as they are kept."""
    made = [Allow(new_id(), domain, tx.now) for domain in domains]
    tx.run_many(domain_allows.insert(), [structs.asdict(one) for one in made])
    bringing.soon(tx)


def remove(tx: Tx, allow: Allow) -> None:
    tx.run(_DROP, which=allow.id)
    bringing.soon(tx)
