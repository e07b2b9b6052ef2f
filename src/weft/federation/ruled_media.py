"""Kept copies of pictures go when a rule keeps their server out, or its pictures.

They are not shown from the moment of the rule; when it goes they are fetched anew by whoever looks.
"""

from __future__ import annotations

import asyncio

from weft.federation import media_files, plain, remote_media
from weft.federation.remote_media import File
from weft.moderation import domains
from weft.moderation.rules import above
from weft.store.blobs import Blobs
from weft.store.database import Database, Tx
from weft.work import jobs
from weft.work.events import Event
from weft.work.jobs import Job, NewJob
from weft.work.runner import Handler

KIND = "federation.drop_ruled_media"


def react(db: Database) -> None:
    db.react("domain.ruled", _ruled)


def handlers(db: Database, blobs: Blobs) -> dict[str, Handler]:
    """``blobs``: of other servers' files. Pool: media."""

    async def drop(job: Job) -> None:
        domain = job.payload["domain"]
        files = await db.read(lambda tx: _barred(tx, domain))
        await asyncio.to_thread(media_files.discard, db, blobs, files)

    return {KIND: Handler(drop)}


def _ruled(tx: Tx, event: Event) -> None:
    domain: str = event.data["domain"]
    jobs.enqueue(tx, NewJob(KIND, {"domain": domain}, lane="ruled-media", pool="media"))


def _barred(tx: Tx, domain: str) -> list[File]:
    """What is kept of a domain and those below it, and may not be shown."""
    files = [file for file in remote_media.every(tx) if domain in above(plain.host(file.url))]
    hosts = {plain.host(file.url) for file in files}
    refused = {host for host in hosts if domains.rejects_media(tx, host)}
    refused |= domains.refused(tx, hosts)
    return [file for file in files if plain.host(file.url) in refused]
