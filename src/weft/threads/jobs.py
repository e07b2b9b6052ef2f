"""What follows later in threads: pictures, and the sweeping of what has had its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import sqlalchemy as sa

from weft.kernel.clock import DAY, HOUR, MINUTE
from weft.kernel.errors import WeftError
from weft.store.blobs import Blobs, Hand
from weft.store.database import Database, Tx
from weft.threads import expiry, files, indexed, media, pictures, polls, quoting, scheduled
from weft.threads.tables import idempotency
from weft.work import events, jobs
from weft.work.jobs import Job
from weft.work.runner import GiveUp, Handler

IDEMPOTENCY_KEEP = 1 * DAY
"""A client that repeats a post does so within minutes; Mastodon remembers for an hour."""

_PRUNE_IDEMPOTENCY = idempotency.delete().where(idempotency.c.at < sa.bindparam("before"))


def handlers(db: Database, blobs: Blobs) -> dict[str, Handler]:
    """The kinds of job this domain has. ``threads.process_media`` runs in pool ``media``."""

    async def process_media(job: Job) -> None:
        media_id = int(job.payload["id"])
        upload = await db.read(lambda tx: media.by_id(tx, media_id))
        if upload is None or upload.blob or not upload.upload:
            return  # deleted meanwhile, or done by an earlier run of this job
        async with files.keeping(db, blobs) as hand:
            try:
                # Pillow lets go of the interpreter while it works: a thread is enough.
                stored = await asyncio.to_thread(_store, blobs, hand, upload.upload)
            except WeftError as refused:
                why = refused.text
                await db.write(lambda tx: media.fail(tx, media_id, why))
                await files.drop(db, blobs, [upload.upload])
                raise GiveUp(why) from refused
            await db.write(lambda tx: media.finish(tx, media_id, stored))
        await files.drop(db, blobs, [upload.upload])

    async def sweep_media(_job: Job) -> None:
        await files.drop(db, blobs, await db.write(media.sweep))

    async def end_poll(job: Job) -> None:
        told: int | None = 0
        while told is not None:
            told = await db.write(lambda tx, after=told: polls.end(tx, job, after))

    async def expire(job: Job) -> None:
        await db.write(lambda tx: expiry.expire(tx, job))

    async def index_old(job: Job) -> None:
        await db.write(lambda tx: indexed.index_old(tx, job))

    return {
        "threads.end_poll": Handler(end_poll),
        expiry.JOB: Handler(expire),
        "threads.publish_scheduled": Handler(lambda job: scheduled.say(db, job)),
        indexed.JOB: Handler(index_old),
        quoting.PART_JOB: Handler(lambda job: quoting.part_rest(db, job)),
        "threads.process_media": Handler(process_media, attempts=3),
        "threads.sweep_media": Handler(sweep_media, every=15 * MINUTE),
        "threads.prune_events": _pruning(db, events.prune),
        "threads.prune_jobs": _pruning(db, jobs.prune),
        "threads.prune_idempotency": _pruning(db, _prune_idempotency),
    }


def _pruning(db: Database, prune: Callable[[Tx], None]) -> Handler:
    async def run(_job: Job) -> None:
        await db.write(prune)

    return Handler(run, every=HOUR)


def _prune_idempotency(tx: Tx) -> None:
    tx.run(_PRUNE_IDEMPOTENCY, before=tx.now - IDEMPOTENCY_KEEP)


def _store(blobs: Blobs, hand: Hand, key: str) -> media.Stored:
    path = blobs.path(key)
    if path is None:
        raise WeftError("The uploaded file is no longer there", 422, cause=key)
    return store_picture(hand, path.read_bytes())


def store_picture(blobs: Blobs | Hand, data: bytes) -> media.Stored:
    """Make a picture's sizes and keep them. Slow (tenths of a second): never in a transaction.

    Errors: Invalid, for what is no picture or too large.
    """
    picture = pictures.process(data)
    return media.Stored(
        mime=picture.mime,
        blob=blobs.put(picture.original, picture.format),
        small=blobs.put(picture.small, picture.small_mime.partition("/")[2]),
        width=picture.width,
        height=picture.height,
        small_width=picture.small_width,
        small_height=picture.small_height,
        blurhash=picture.blurhash,
    )
