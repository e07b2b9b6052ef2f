"""Reading the hashtags on a profile of another server: a job of the pool ``fetch``, when somebody here
begins to follow. Later changes come as ``Add`` and ``Remove``.
"""

from __future__ import annotations

import structlog

from weft.federation import plain
from weft.federation.discovery import Resolver
from weft.federation.plain import Json
from weft.kernel.errors import WeftError
from weft.people import accounts, remote_details
from weft.reading import featured
from weft.store.database import Database, Tx
from weft.work import jobs
from weft.work.events import Event
from weft.work.jobs import Job, NewJob
from weft.work.runner import Handler

log = structlog.get_logger(__name__)

TRIES = 3
"""Nobody misses them."""


def follow_requested(tx: Tx, event: Event) -> None:
    """A member wants to follow somebody elsewhere."""
    target = accounts.by_id(tx, event.subject_id or 0)
    if target is not None and not target.local:
        look_later(tx, target.id)


def look_later(tx: Tx, account_id: int) -> None:
    """See soon which hashtags stand on the profile of an account elsewhere."""
    key = f"featured-tags:{account_id}"
    payload = {"account": account_id}
    jobs.enqueue(tx, NewJob("federation.featured_tags", payload, key=key, pool="fetch"))


def names(document: Json) -> list[str]:
    """Of a collection of hashtags."""
    found = document.get("items", document.get("orderedItems"))
    return [
        plain.text(entry.get("name")).removeprefix("#")
        for entry in plain.entries(found, featured.ELSEWHERE_MAX)
        if plain.kind(entry) == "Hashtag"
    ]


class FeaturedTags:
    """``federation.featured_tags``. Payload: ``account`` (id)."""

    def __init__(self, db: Database, resolver: Resolver) -> None:
        self._db = db
        self._resolver = resolver

    def handlers(self) -> dict[str, Handler]:
        return {"federation.featured_tags": Handler(self.run, attempts=TRIES)}

    async def run(self, job: Job) -> None:
        which: int = job.payload["account"]
        told = (await self._db.read(lambda tx: remote_details.of(tx, [which]))).get(which)
        uri = told.links.get("featured_tags") if told is not None else None
        if uri is None:
            return
        try:
            document = await self._resolver.document(uri)
        except WeftError as refused:
            if job.attempts < TRIES:
                raise
            log.info("featured_tags.without", uri=uri, why=refused.cause or refused.text)
            return

        def settle(tx: Tx) -> None:
            account = accounts.by_id(tx, which)
            if account is not None and not account.local:
                featured.settle(tx, account, names(document))
            jobs.finish(tx, job)

        await self._db.write(settle)
