"""Giving a server its name, and another one as long as nobody elsewhere has heard of it.

Addresses hold the server's name, and other servers remember them. So the name is kept in the
database with the first start; a later start under another name moves everything, unless the
server has already met others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from weft.kernel.errors import WeftError
from weft.kernel.site import Site
from weft.people.tables import accounts
from weft.store import facts
from weft.store.database import Tx
from weft.threads.tables import posts

_MET = sa.select(accounts.c.id).where(accounts.c.domain != "").limit(1)
_ADDRESSES = {
    accounts: ("uri", "url", "inbox", "shared_inbox", "followers_uri", "key_id", "bio"),
    posts: ("uri", "url", "html", "reply_to_uri"),
}
_DOCUMENTS = {accounts: ("ai", "fields", "profile"), posts: ("mentions", "ai", "emojis")}

Named = Mapping[sa.Table, tuple[tuple[str, ...], tuple[str, ...]]]
"""Columns of further tables with addresses in them: as text, in JSON."""


def known_site(tx: Tx) -> Site | None:
    """The name this database was set up with; None before the first start."""
    domain, base = facts.read(tx, "domain"), facts.read(tx, "base")
    return Site(domain, base) if domain and base else None


def settle(tx: Tx, site: Site, also: Named | None = None) -> None:
    """Make ``site`` the name of this database. ``also``: what higher floors keep.

    Errors: 409 when it had another one and other servers know it.
    """
    before = known_site(tx)
    if before == site:
        return
    if before is not None:
        if tx.row(_MET) is not None:
            raise WeftError(
                f"This data belongs to {before.domain}, and other servers know it by that name."
                f" Start with --domain {before.domain}, or set up a new data folder.",
                409,
            )
        _move(tx, before, site, also or {})
    facts.write(tx, "domain", site.domain)
    facts.write(tx, "base", site.base)


def _move(tx: Tx, before: Site, site: Site, also: Named) -> None:
    def changed(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.func.replace(column, before.base + "/", site.base + "/")

    addresses = _ADDRESSES | {table: named[0] for table, named in also.items()}
    documents = _DOCUMENTS | {table: named[1] for table, named in also.items()}
    for table, names in addresses.items():
        tx.run(table.update().values({name: changed(table.c[name]) for name in names}))
    for table, names in documents.items():
        for name in names:
            text = changed(sa.cast(table.c[name], sa.Text))
            # SQLite keeps JSON as text, and a cast to its JSON type would read it as a number.
            value = text if tx.engine.name == "sqlite" else sa.cast(text, sa.JSON)
            tx.run(
                table.update()
                .where(table.c[name].isnot(None))
                .values({name: sa.type_coerce(value, sa.JSON)})
            )
    tx.run(
        accounts.update()
        .where(accounts.c.username_fold == before.domain, accounts.c.kind == "application")
        .values(username=site.domain, username_fold=site.domain)
    )
