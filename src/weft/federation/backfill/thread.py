"""Reading the rest of a conversation at the servers where it is held.

    the opened post and the first one anew (counts, addresses) → what is above the first
      → the collection of the whole conversation, a few requests for all of it (FEP-7888, FEP-f228)
      → the answers to each post that it may not know of, level by level

A post is kept when what it answers is known to be of this thread: whatever else a collection lists
was only asked for. A job that is killed begins again, and passes over what is there by then.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar

import structlog

from weft.federation import plain
from weft.federation.backfill import budget, listing, looks, members
from weft.federation.backfill.listing import PAGE_SECONDS, Listing
from weft.federation.backfill.members import Member
from weft.federation.discovery import Resolver
from weft.federation.purse import Purse, Spent
from weft.federation.read_note import IncomingNote, read_note
from weft.kernel.errors import WeftError
from weft.net.client import OutboundFailed
from weft.people import accounts
from weft.store.database import Database, Tx
from weft.threads import details, posts
from weft.threads.model import Post
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import Retry

log = structlog.get_logger(__name__)
T = TypeVar("T")

CONTEXTS = 2
"""Collections of the same conversation that are read: the first post's, or, while that one is not
known, those that two of its answers name."""


async def look(db: Database, resolver: Resolver, job: Job) -> None:
    """Do the job that `looks.begin` wrote: ``{post, pause}``; ``had`` (posts before it), ``spent``
    (requests) and ``tries`` are noted as it goes. Errors: Retry, for what was not to be had now.
    """
    post = await db.read(lambda tx: posts.by_id(tx, job.payload["post"]))
    if post is None:
        return
    purse = Purse(
        requests=budget.REQUESTS - job.payload.get("spent", 0),
        per_host=budget.HOST_REQUESTS,
        bytes_=budget.BYTES,
        seconds=budget.SECONDS,
    )
    reading = Reading(db, resolver, job, post, purse)
    await reading.begin()
    with purse.paying():
        await reading.read()
    await reading.end()


class Reading:
    """One look at one thread."""

    def __init__(
        self,
        db: Database,
        resolver: Resolver,
        job: Job,
        post: Post,
        purse: Purse,
    ) -> None:
        self._db = db
        self._fetcher = resolver.fetcher
        self._resolver = resolver
        self._job = job
        self._payload: dict[str, Any] = dict(job.payload)
        self._post = post
        self._thread = post.thread_id
        self._purse = purse
        self._spent_before = self._payload.get("spent", 0)
        self._tried: set[str] = set()
        self._fetched = 0
        self._holes: set[str] = set()
        self._cut = False
        self._at_once = asyncio.Semaphore(budget.AT_ONCE)
        self._hosts: dict[str, asyncio.Semaphore] = {}

    # -- beginning, middle and end ------------------------------------------------------------

    async def begin(self) -> None:
        def write(tx: Tx) -> None:
            self._payload.setdefault("had", members.size(tx, self._thread))
            self._note(tx)

        await self._db.write(write)

    async def read(self) -> None:
        try:
            await self._anew()
            await self._above()
            settled = await self._contexts()
            await self._branches(settled)
        except Spent as spent:
            log.info("backfill.spent", thread=self._thread, why=spent.cause)
            self._cut = True

    async def end(self) -> None:
        """Errors: Retry, while something is missing that may be there later."""
        tries = self._payload.get("tries", 0)
        again = bool(self._holes) and tries < budget.HOLES_TRIES

        def write(tx: Tx) -> None:
            self._thread = looks.settle(tx, self._thread, self._post.id)
            found = self._found(tx)
            complete = not self._holes and not self._cut
            pause = self._payload.get("pause", budget.AGAIN)
            looks.end(tx, self._thread, found=found, complete=complete, pause=pause)
            if again:
                self._payload["tries"] = tries + 1
                jobs.note(tx, self._job, self._with_spent())
            else:
                jobs.finish(tx, self._job)

        await self._db.write(write)
        if again:
            paused = max(self._fetcher.paused_for(host) for host in self._holes)
            wait = max(budget.HOLES_AFTER * 4**tries, paused) + secrets.randbelow(budget.JITTER)
            raise Retry(wait, f"holes: {', '.join(sorted(self._holes))}", count=False)

    def _note(self, tx: Tx) -> None:
        """How far it is, for whoever waits and for whoever takes it up after a crash."""
        self._thread = looks.settle(tx, self._thread, self._post.id)
        jobs.note(tx, self._job, self._with_spent())
        looks.go_on(tx, self._thread, self._found(tx))

    def _with_spent(self) -> dict[str, Any]:
        return {**self._payload, "spent": self._spent_before + self._purse.requests}

    def _found(self, tx: Tx) -> int:
        return max(members.size(tx, self._thread) - self._payload["had"], 0)

    # -- the stages ---------------------------------------------------------------------------

    async def _anew(self) -> None:
        """The opened post and the first one, as their servers have them now."""
        root = await self._db.read(lambda tx: posts.by_id(tx, self._thread))
        for post in {one.id: one for one in (self._post, root) if one is not None}.values():
            if post.local:
                continue
            author = await self._db.read(lambda tx, who=post.author_id: accounts.get(tx, who))
            note = await self._had(post.uri, self._resolver.refreshed(post.uri))
            if note is not None and note.id == post.uri and note.author == author.uri:
                await self._db.write(
                    lambda tx, id_=post.id, told=note.details: details.learn(tx, id_, told)
                )

    async def _above(self) -> None:
        """What the first post here answers, if that is known elsewhere."""
        root = await self._db.read(lambda tx: posts.by_id(tx, self._thread))
        if root is None or root.reply_to_id is not None or not root.reply_to_uri:
            return
        above = root.reply_to_uri
        if not plain.same_origin(above, self._db.site.base):
            await self._had(above, self._resolver.note(above))
            await self._db.write(self._note)

    async def _contexts(self) -> set[str]:
        """Read the collections of the whole conversation. The origins that told all they know."""
        settled: set[str] = set()
        for uri in await self._context_uris():
            found = await self._listing(uri, budget.CONTEXT_PAGES)
            if found is None or (found.owner and not plain.same_origin(found.owner, found.uri)):
                continue
            await self._bring(found)
            if found.whole:
                settled.add(plain.origin(found.uri))
        return settled

    async def _context_uris(self) -> list[str]:
        known = await self._db.read(lambda tx: members.members(tx, self._thread))
        named = [one.context_uri for one in known if one.context_uri]
        root = next((one.context_uri for one in known if one.id == self._thread), None)
        chosen = [root] if root else list(dict.fromkeys(named))[:CONTEXTS]
        return [uri for uri in chosen if not plain.same_origin(uri, self._db.site.base)]

    async def _branches(self, settled: set[str]) -> None:
        """Ask after the answers to each post, and to those, unless its server told all already."""
        asked: set[str] = set()
        for _ in range(budget.DEPTH):
            known = await self._db.read(lambda tx: members.members(tx, self._thread))
            todo = [
                one.replies_uri
                for one in known
                if one.replies_uri
                and one.replies_uri not in asked
                and plain.origin(one.uri) not in settled
                and _lacks(one)
            ]
            if not todo:
                return
            asked.update(todo)
            found = await asyncio.gather(*(self._listing(uri, budget.REPLY_PAGES) for uri in todo))
            await self._bring(*(one for one in found if one is not None))
        self._cut = True

    # -- bringing posts home ------------------------------------------------------------------

    async def _bring(self, *found: Listing) -> None:
        """Fetch what is listed and not known, and keep what hangs together with the thread."""
        self._cut = self._cut or any(not one.whole and not one.hole for one in found)
        self._holes |= {plain.host(one.uri) for one in found if one.hole}
        wanted = [plain.uri(item) for one in found for item in one.items]
        waiting: dict[str, IncomingNote] = {}
        for _ in range(budget.UP):
            wanted = await self._unknown(wanted)
            for start in range(0, len(wanted), budget.AT_ONCE):
                some = wanted[start : start + budget.AT_ONCE]
                if self._fetched >= budget.POSTS:
                    self._cut = True
                    return
                self._fetched += len(some)
                notes = await asyncio.gather(*map(self._note_at, some))
                waiting |= {note.id: note for note in notes if note is not None}
                await self._keep(waiting)
            wanted = [note.reply_to for note in waiting.values() if note.reply_to]
            if not wanted:
                return

    async def _unknown(self, uris: Iterable[str]) -> list[str]:
        """Those worth asking for, each once in a look."""
        new = [
            uri
            for uri in dict.fromkeys(uris)
            if uri not in self._tried and uri and not plain.same_origin(uri, self._db.site.base)
        ]
        self._tried.update(new)
        known = await self._db.read(lambda tx: members.threads_of(tx, new))
        return [uri for uri in new if uri not in known]

    async def _note_at(self, uri: str) -> IncomingNote | None:
        document = await self._had(uri, self._fetcher.document(uri, timeout=PAGE_SECONDS))
        if document is None:
            return None
        try:
            note = read_note(document)
        except WeftError as refused:
            log.info("backfill.no_post", uri=uri, why=refused.cause)
            return None
        self._tried.add(note.id)
        return note

    async def _keep(self, waiting: dict[str, IncomingNote]) -> None:
        """Keep those whose parent is of this thread; each may be the parent of others."""
        while True:
            parents = [note.reply_to for note in waiting.values() if note.reply_to]
            known = await self._db.read(lambda tx, uris=parents: members.threads_of(tx, uris))
            ready = [
                waiting.pop(uri)
                for uri, note in list(waiting.items())
                if known.get(note.reply_to or "") == self._thread
            ]
            if not ready:
                return
            await asyncio.gather(
                *(self._had(note.author, self._resolver.keep(note)) for note in ready)
            )
            await self._db.write(self._note)

    async def _listing(self, uri: str, pages: int) -> Listing | None:
        return await self._had(
            uri, listing.read(self._fetcher, uri, pages=pages, most=budget.LISTED)
        )

    async def _had(self, uri: str, work: Awaitable[T]) -> T | None:
        """What could be had of this address. A server that does not answer now leaves a hole."""
        async with self._at_once, self._turn(plain.host(uri)):
            try:
                return await work
            except Spent:
                self._cut = True
            except OutboundFailed as failed:
                log.info("backfill.hole", uri=uri, why=failed.cause)
                self._holes.add(plain.host(uri))
            except WeftError as refused:
                log.info("backfill.without", uri=uri, why=refused.cause or refused.text)
            return None

    def _turn(self, host: str) -> asyncio.Semaphore:
        return self._hosts.setdefault(host, asyncio.Semaphore(budget.AT_ONCE_PER_HOST))


def _lacks(member: Member) -> bool:
    """Whether its server may know of more answers than we do."""
    return not member.local and (member.told is None or member.told > member.replies_count)
