"""The jobs of followed lists: read them, and let what is in force become rules."""

from __future__ import annotations

import structlog

from weft.kernel.clock import HOUR
from weft.kernel.errors import Invalid, NotFound, WeftError
from weft.moderation import bringing, domain_csv, domain_lists
from weft.moderation.domain_lists import DomainList
from weft.moderation.shared import Entry
from weft.net.client import Client
from weft.store.database import Database, Tx
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import Handler

log = structlog.get_logger(__name__)

SECONDS = 20.0
"""For a list of two megabytes from a slow server; it is asked again in an hour."""
ETAG_CHARS = 300
_ACCEPT = "text/csv, text/plain;q=0.9, */*;q=0.5"


def handlers(db: Database, client: Client) -> dict[str, Handler]:
    """Pools: fetch, default."""

    async def read_list(job: Job) -> None:
        list_id = job.payload["list"]
        try:
            one = await db.read(lambda tx: domain_lists.get(tx, list_id))
        except NotFound:
            return  # no longer followed
        try:
            found = await _read(client, one)
        except WeftError as fault:
            why = fault.cause or fault.text
            log.info("domain_list.unread", url=one.url, why=why[:200])
            await db.write(lambda tx: _note(tx, list_id, job, why))
            return
        await db.write(lambda tx: _take(tx, list_id, job, found))

    async def bring_rules(_: Job) -> None:
        # Whatever changes after the last look has a job of its own, behind this one.
        while some := await db.read(bringing.differences):
            part = [one.domain for one in some[: bringing.AT_ONCE]]
            await db.write(lambda tx, part=part: bringing.bring(tx, part))

    async def sweep(_: Job) -> None:
        await db.write(domain_lists.read_due)

    return {
        "moderation.read_list": Handler(read_list),
        "moderation.bring_rules": Handler(bring_rules),
        "moderation.read_lists": Handler(sweep, every=HOUR),
    }


_Found = tuple[list[Entry], str] | None


async def _read(client: Client, one: DomainList) -> _Found:
    """What is in the list now, and its ETag; None for what it was. Errors: WeftError."""
    answer = await client.get(
        one.url,
        accept=_ACCEPT,
        etag=one.etag,
        max_bytes=domain_csv.FILE_BYTES,
        timeout=SECONDS,
    )
    if answer.status == 304 and one.etag:
        return None
    if answer.status != 200:
        raise Invalid(f"Its server answered {answer.status}")
    etag = answer.headers.get("etag", "")
    fit = len(etag) <= ETAG_CHARS and etag.isascii() and etag.isprintable()
    return domain_csv.read(answer.body), etag if fit else ""


def _take(tx: Tx, list_id: int, job: Job, found: _Found) -> None:
    try:
        one = domain_lists.get(tx, list_id)
    except NotFound:
        return
    if found is None:
        domain_lists.unchanged(tx, one)
    else:
        domain_lists.take(tx, one, *found)
    jobs.finish(tx, job)


def _note(tx: Tx, list_id: int, job: Job, why: str) -> None:
    try:
        domain_lists.fail(tx, domain_lists.get(tx, list_id), why)
    except NotFound:
        return
    jobs.finish(tx, job)
