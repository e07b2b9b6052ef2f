"""Doing the lines of a file that a member brought along: a job of the pool ``fetch``.

Each line is found first, then done, and its end is written down with what it did. A server that does
not answer holds up nobody: its line is tried alone, later.
"""

from __future__ import annotations

from typing import Any

import structlog

from weft.federation.discovery import Resolver
from weft.kernel.clock import HOUR
from weft.kernel.errors import WeftError
from weft.people import accounts
from weft.people.model import Account
from weft.reading import imports
from weft.reading.imports import Line
from weft.store.database import Database, Tx
from weft.threads import posts
from weft.threads.model import Post
from weft.work import jobs
from weft.work.jobs import Job, NewJob
from weft.work.runner import Handler

log = structlog.get_logger(__name__)

LATER = 2 * HOUR
TRIES = 3
"""Of a line whose account cannot be found: half a day in all; then that server is gone."""


class Importing:
    """``federation.import``. Payload: ``account`` (id), ``kind``, ``lines``; ``tries`` so far."""

    def __init__(self, db: Database, resolver: Resolver) -> None:
        self._db = db
        self._resolver = resolver

    def handlers(self) -> dict[str, Handler]:
        return {"federation.import": Handler(self.run)}

    async def run(self, job: Job) -> None:
        lines: list[dict[str, Any]] = job.payload["lines"]
        for done, line in enumerate(lines):
            await self._one(job, Line(**line), lines[done + 1 :])

    async def _one(self, job: Job, line: Line, left: list[dict[str, Any]]) -> None:
        kind = job.payload["kind"]
        if kind != "domain_blocks":
            await self._resolver.resolve(line.subject)

        def work(tx: Tx) -> None:
            member = accounts.by_id(tx, job.payload["account"])
            if member is not None and member.suspended_at is None:
                found = _found(tx, line.subject)
                if found is None and kind != "domain_blocks":
                    _again(tx, job, line)
                else:
                    imports.apply(tx, member, kind, line, found)
            _end(tx, job, left)

        try:
            await self._db.write(work)
        except WeftError as refused:
            log.info("import.refused", kind=kind, subject=line.subject, why=refused.text)
            await self._db.write(lambda tx: _end(tx, job, left))


def _found(tx: Tx, subject: str) -> Account | Post | None:
    if "://" in subject:
        return posts.by_uri(tx, subject) or posts.by_url(tx, subject)
    name, _, domain = subject.partition("@")
    return accounts.by_handle(tx, name, domain)


def _again(tx: Tx, job: Job, line: Line) -> None:
    tries = job.payload.get("tries", 0) + 1
    if tries < TRIES:
        lines = [{field: getattr(line, field) for field in Line.__struct_fields__}]
        payload = {**job.payload, "lines": lines, "tries": tries}
        jobs.enqueue(tx, NewJob(job.kind, payload, pool="fetch", delay=LATER * tries))


def _end(tx: Tx, job: Job, left: list[dict[str, Any]]) -> None:
    if left:
        jobs.note(tx, job, {**job.payload, "lines": left})
    else:
        jobs.finish(tx, job)
