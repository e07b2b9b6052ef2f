"""What arriving activities leave to be done when something was fetched: jobs of the pool ``fetch``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from weft.federation import (
    authorizations,
    handlers,
    hints,
    limits,
    moderators,
    plain,
    read_collection,
    seen,
)
from weft.federation.discovery import Resolver
from weft.federation.fetch import Missing, Unbelievable
from weft.federation.forget import forget_some
from weft.federation.handlers import Act, Need
from weft.federation.handlers.notes import edit_post
from weft.federation.memory import Quota
from weft.federation.plain import Json, Malformed
from weft.federation.read_activity import IncomingActivity, read_activity
from weft.federation.read_note import POSTS, IncomingNote, read_note
from weft.kernel.clock import DAY, HOUR
from weft.kernel.errors import Forbidden, Invalid, NotFound, WeftError
from weft.net.client import OutboundFailed
from weft.net.guard import OutboundRefused
from weft.people import accounts, collections_elsewhere
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import delete, posts, stamps
from weft.work import jobs
from weft.work.jobs import Job, NewJob
from weft.work.runner import GiveUp, Handler, Retry

log = structlog.get_logger(__name__)

TRIES = 5
"""A boosted post that cannot be had for half an hour is old news."""
NOT_TO_BE_DONE = (NotFound, Forbidden, Invalid, Malformed)
"""It was for us and may not be done: blocked, gone, hidden. The sender is not told."""


def keep_for_later(tx: Tx, actor: Account, document: Json) -> None:
    """An activity that was verified waits for something; those of one actor in their order."""
    payload = {"activity": document, "alone": f"inbox:{actor.id}"}
    lane = hints.lane(plain.host(actor.uri), actor.uri)
    jobs.enqueue(tx, NewJob("federation.process", payload, lane=lane, pool="fetch"))


def note_in(activity: IncomingActivity) -> IncomingNote | None:
    """The post that an activity carries, read before the writer is asked for anything."""
    if activity.type in {"Create", "Update"} and activity.object_kind in POSTS:
        return read_note(activity.object, activity)
    return None


class Later:
    """Does these jobs."""

    def __init__(self, db: Database, resolver: Resolver) -> None:
        self._db = db
        self._resolver = resolver
        self._returns = Quota(limits.COME_BACK, HOUR)

    def handlers(self) -> dict[str, Handler]:
        return {
            "federation.process": Handler(
                self._fairly(self.process), attempts=TRIES + 1, aside=_alone
            ),
            "federation.fetch": Handler(self._fairly(self.fetch), attempts=TRIES, aside=_alone),
            "federation.forget_actor": Handler(self.forget_actor),
            "federation.prune_seen": Handler(self.prune_seen, every=DAY),
            "federation.check_stamps": Handler(self.check_stamps, every=HOUR),
            authorizations.CHECK: Handler(self.check_stamp),
        }

    def _fairly(self, run: Callable[[Job], Awaitable[None]]) -> Callable[[Job], Awaitable[None]]:
        async def fair(job: Job) -> None:
            alone = _alone(job)
            if alone is None or alone == job.lane:
                await run(job)
                return
            if await self._db.read(lambda tx: jobs.has_lane(tx, alone)):
                raise Retry(0, "behind one that waits", count=False, lane=alone)
            try:
                await run(job)
            except OutboundFailed as failed:
                # By itself it holds up nobody, but many of them would take all the hands.
                host = (job.lane or "").partition("/")[0]
                if not self._returns.take(host):
                    log.info("inbox.not_again", job=job.kind, host=host, why=failed.cause)
                    return
                raise

        return fair

    async def process(self, job: Job) -> None:
        """Get what a verified activity needs, then do it; its end and the job's are one commit."""
        activity = read_activity(job.payload["activity"])
        note = note_in(activity)
        final, had = False, ()
        for left in range(limits.NEEDS, -1, -1):
            final = final or left == 0

            def step(tx: Tx, *, final: bool = final, had: tuple[str, ...] = had) -> Need | None:
                actor = accounts.by_uri(tx, activity.actor)
                need = None
                if actor is not None and actor.suspended_at is None:
                    need = handlers.handle(tx, Act(actor, activity, note, final, had))
                if need is None:
                    jobs.finish(tx, job)
                return need

            try:
                need = await self._db.write(step)
            except NOT_TO_BE_DONE as refused:
                log.info("inbox.not_done", type=activity.type, why=refused.cause or refused.text)
                return
            if need is None:
                return
            final = not await self._satisfy(job, need)
            had = had if final else (*had, need.uri)

    async def _satisfy(self, job: Job, need: Need) -> bool:
        """Whether it could be had. Raises, to come again, when something essential may come back."""
        if need.what == "actor":
            self._resolver.forget_keys(need.uri)
            return await self._had(
                job, self._resolver.actor(need.uri, refresh=True), need.essential
            )
        if need.within:
            asked = moderators.is_one(self._resolver.fetcher, need.uri, need.within)
            return await self._had(job, asked, need.essential)
        if need.claim is not None:
            looked = authorizations.learn(self._db, self._resolver.fetcher, need.claim)
            return await self._had(job, looked, need.essential)
        if need.what == "collection":
            return await self._had(job, self._collection(need.uri), need.essential)
        return await self._had(job, self._resolver.note(need.uri), need.essential)

    async def _collection(self, uri: str) -> bool:
        """Look at what a collection is called, and keep that. False: whose it is is not known here."""
        told = await read_collection.fetch(self._resolver.fetcher, uri)

        def keep(tx: Tx) -> bool:
            owner = accounts.by_uri(tx, told.owner)
            if owner is None or owner.local or not plain.same_origin(told.uri, owner.uri):
                return False
            return collections_elsewhere.learn(tx, owner, told)

        return await self._db.write(keep)

    async def _had(self, job: Job, work: Awaitable[object], essential: bool) -> bool:
        try:
            return await work not in (None, False)
        except WeftError as refused:
            if essential and isinstance(refused, OutboundFailed) and job.attempts < TRIES:
                raise
            log.info("inbox.without", job=job.kind, why=refused.cause or refused.text)
            return False

    async def fetch(self, job: Job) -> None:
        """See for ourselves what became of a post that was spoken of by somebody else."""
        uri, named = job.payload["object"], job.payload["type"]
        post = await self._db.read(lambda tx: posts.by_uri(tx, uri))
        if named in {"Create", "Announce"}:
            if post is None:
                await self._had(job, self._resolver.note(uri), essential=True)
            return
        if post is None and named == "Delete":
            await self._db.write(lambda tx: authorizations.doubt(tx, uri))
        if post is None or post.local:
            return
        author = await self._db.read(lambda tx: accounts.get(tx, post.author_id))
        try:
            note = await self._resolver.refreshed(uri)
        except Missing as missing:
            # A 404 alone may be a mistake; that its author's server says "deleted" is one more sign.
            if missing.gone or named == "Delete":
                await self._db.write(lambda tx: _remove(tx, uri))
            return
        except (Unbelievable, Malformed, OutboundRefused) as refused:
            raise GiveUp(refused.cause) from refused
        update = IncomingActivity(
            id="",
            type="Update",
            actor=author.uri,
            object=None,
            object_id=note.id,
            object_kind=note.type,
            target="",
            to=note.to,
            cc=note.cc,
            published=None,
        )
        await self._db.write(lambda tx: edit_post(tx, Act(author, update, note, final=True)))

    async def forget_actor(self, job: Job) -> None:
        while True:
            if not await self._db.write(lambda tx: forget_some(tx, job.payload["account"])):
                return

    async def check_stamp(self, job: Job) -> None:
        """One of which somebody said that it was taken back."""
        stamp = await self._db.read(lambda tx: stamps.by_id(tx, job.payload["stamp"]))
        if stamp is None or stamp.revoked_at is not None:
            return
        found_out = await authorizations.check(self._db, self._resolver.fetcher, stamp)
        if not found_out and job.attempts < limits.STAMP_TRIES:
            raise Retry(limits.STAMP_AGAIN, "no clear answer")

    async def check_stamps(self, _: Job) -> None:
        await authorizations.check_again(self._db, self._resolver.fetcher)

    async def prune_seen(self, _: Job) -> None:
        await self._db.write(seen.prune)


def _remove(tx: Tx, uri: str) -> None:
    post = posts.by_uri(tx, uri)
    if post is not None and not post.local:
        delete.remove(tx, post)


def _alone(job: Job) -> str | None:
    return job.payload.get("alone")
