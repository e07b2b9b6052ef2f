"""What other servers run: the name of their software, for admins and for what differs between peers.

    https://host/.well-known/nodeinfo → the newest document that it names → software.name

Asked by a job, once a day of those that are up and have not said it; never while somebody waits.
Source: https://nodeinfo.diaspora.software/protocol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlalchemy as sa
import structlog

from weft.federation import plain
from weft.federation.discovery import Resolver
from weft.federation.fetch import Unbelievable
from weft.federation.tables import peers
from weft.kernel.clock import DAY
from weft.kernel.errors import WeftError
from weft.store.database import Database, Tx
from weft.work.jobs import Job
from weft.work.runner import Handler

log = structlog.get_logger(__name__)

A_DAY = 300
"""Servers asked in one run, a few minutes' work; a new server meets about as many in its first days."""
LINKS = 10
"""Versions of the document that are looked at; there are five."""
_SCHEMAS = re.compile(r"https?://nodeinfo\.diaspora\.software/ns/schema/(\d)\.(\d)")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
"""The schema's pattern, with dots and underscores, which some have all the same."""

# Newly heard of first: those that never answer come last, and are at most a few.
_UNNAMED = (
    sa.select(peers.c.host)
    .where(peers.c.software == "", peers.c.opened_at.is_(None))
    .order_by(peers.c.touched_at.desc(), peers.c.host)
    .limit(A_DAY)
)
_RUNS = (
    peers.update()
    .where(peers.c.host == sa.bindparam("which"))
    .values(software=sa.bindparam("name"))
)


def handlers(db: Database, resolver: Resolver) -> Mapping[str, Handler]:
    async def ask(_: Job) -> None:
        for host in await db.read(_unnamed):
            try:
                name = await software(resolver, f"{db.site.base.partition(':')[0]}://{host}")
            except WeftError as fault:
                log.info("nodeinfo.unknown", host=host, why=(fault.cause or fault.text)[:200])
                continue
            await db.write(lambda tx, host=host, name=name: tx.run(_RUNS, which=host, name=name))

    return {"federation.nodeinfo": Handler(ask, every=1 * DAY)}


def _unnamed(tx: Tx) -> list[str]:
    return [row[0] for row in tx.rows(_UNNAMED)]


async def software(resolver: Resolver, base: str) -> str:
    """What the server at ``https://host`` says that it runs, in lower case: ``mastodon``.

    Errors: those of `Fetcher.jrd`; Unbelievable where it says nothing of the kind.
    """
    url = f"{base}/.well-known/nodeinfo"
    named = await resolver.fetcher.jrd(url)
    newest: tuple[tuple[str, ...], str] = ((), "")
    for link in plain.entries(named.get("links"), LINKS):
        version = _SCHEMAS.fullmatch(plain.text(link.get("rel")))
        target = plain.uri(link.get("href"))
        if version is not None and target:
            newest = max(newest, (version.groups(), target))
    if not newest[1]:
        raise Unbelievable(url, "names no document")
    document = await resolver.fetcher.jrd(newest[1])
    told = document.get("software")
    name = plain.text(told.get("name")).strip().lower() if isinstance(told, dict) else ""
    if not _NAME.fullmatch(name):
        raise Unbelievable(newest[1], "names no software")
    return name
