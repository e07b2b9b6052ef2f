"""Getting the list of those here who follow somebody elsewhere: a job of the pool ``fetch``."""

from __future__ import annotations

import structlog

from weft.federation import plain, synchronisation
from weft.federation.discovery import Resolver
from weft.federation.plain import Json
from weft.kernel.errors import WeftError
from weft.net.client import OutboundFailed
from weft.people import accounts
from weft.store.database import Database, Tx
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import Handler

log = structlog.get_logger(__name__)

TRIES = 3
"""Another post comes, and with it another number."""


class Synchronise:
    """``federation.synchronise``. Payload: ``account`` (id), ``url``."""

    def __init__(self, db: Database, resolver: Resolver) -> None:
        self._db = db
        self._resolver = resolver

    def handlers(self) -> dict[str, Handler]:
        return {"federation.synchronise": Handler(self.run, attempts=TRIES)}

    async def run(self, job: Job) -> None:
        url: str = job.payload["url"]
        try:
            uris = await self._whole(url)
        except OutboundFailed:
            raise
        except WeftError as refused:
            log.info("synchronise.without", url=url, why=refused.cause or refused.text)
            return
        if uris is None:
            log.info("synchronise.without", url=url, why="not the whole list")
            return

        def settle(tx: Tx) -> None:
            actor = accounts.by_id(tx, job.payload["account"])
            if actor is not None and actor.suspended_at is None:
                synchronisation.settle(tx, actor, uris)
            jobs.finish(tx, job)

        await self._db.write(settle)

    async def _whole(self, url: str) -> list[str] | None:
        """Everybody on the list; None when not all of it can be had: a part would end follows."""
        document: Json = await self._resolver.document(url)
        found = synchronisation.listed(document)
        page = document.get("first") if found is None else document.get("next")
        uris = found or []
        for _ in range(synchronisation.PAGES):
            if page is None:
                return None if found is None else uris
            if not isinstance(page, dict):
                address = plain.uri(page)
                if not plain.same_origin(address, url):
                    return None
                page = await self._resolver.document(address)
            found = synchronisation.listed(page)
            if found is None:
                return None
            uris += found
            page = page.get("next")
        return None
