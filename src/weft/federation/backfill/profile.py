"""Reading a profile at its own server: how many follow it, its latest posts, what it shows on top.

    actor → sizes of followers, following and outbox → first pages of the outbox → featured posts

Posts that the account's own server lists as a whole are believed as it lists them (FEP-fe34: the
list, the post and its author are of one origin), so that a profile costs ten requests and not fifty;
those it only names are fetched. What was written before anybody here knew the account is kept in
silence: it enters no home and notifies nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import structlog

from weft.federation import limits, plain
from weft.federation.backfill import announced, budget, listing
from weft.federation.backfill.listing import PAGE_SECONDS, Listing
from weft.federation.discovery import Resolver
from weft.federation.purse import Purse, Spent
from weft.federation.read_details import total_of
from weft.federation.read_note import POSTS, IncomingNote, read_note
from weft.kernel.clock import now_ms
from weft.kernel.errors import WeftError
from weft.kernel.ids import made_at
from weft.net.client import OutboundFailed
from weft.people import accounts, remote_details
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import details, pins, posts
from weft.threads.model import Post
from weft.work import jobs
from weft.work.jobs import Job

log = structlog.get_logger(__name__)
T = TypeVar("T")


async def visit(db: Database, resolver: Resolver, job: Job) -> None:
    """Do the job that `visits.begin` wrote: ``{account}``. Errors: OutboundFailed, when something
    was not to be had now; what was is kept.
    """
    account = await db.read(lambda tx: accounts.by_id(tx, job.payload["account"]))
    if account is None or account.local or account.suspended_at is not None:
        return
    purse = Purse(
        requests=budget.PROFILE_REQUESTS,
        per_host=budget.PROFILE_REQUESTS,
        bytes_=budget.PROFILE_BYTES,
        seconds=budget.PROFILE_SECONDS,
    )
    visiting = Visit(db, resolver, account)
    with purse.paying():
        await visiting.read()
    if visiting.failed is not None:
        raise visiting.failed
    await db.write(lambda tx: jobs.finish(tx, job))


class Visit:
    """One reading of one profile."""

    def __init__(self, db: Database, resolver: Resolver, account: Account) -> None:
        self._db = db
        self._fetcher = resolver.fetcher
        self._resolver = resolver
        self._account = account
        self._turns = asyncio.Semaphore(budget.AT_ONCE_PER_HOST)
        self.failed: OutboundFailed | None = None

    async def read(self) -> None:
        uri = self._account.uri
        account = await self._had(self._resolver.actor(uri, refresh=True))
        if account is None or account.suspended_at is not None:
            return
        links = await self._links()
        outbox = await self._list(links.get("outbox", ""), budget.OUTBOX_PAGES)
        sizes = {
            "followers_count": await self._size(account.followers_uri),
            "following_count": await self._size(links.get("following", "")),
            "posts_count": outbox.total if outbox is not None else None,
        }
        told = {name: size for name, size in sizes.items() if size is not None}
        await self._db.write(lambda tx: remote_details.count(tx, account.id, **told))
        if outbox is not None:
            await self._bring(_posts_of(outbox)[: budget.PROFILE_POSTS])
            if account.kind == "group":
                await self._bring_announced(outbox)
        featured = await self._list(links.get("featured", ""), 1)
        if featured is not None:
            top = await self._bring(featured.items[: budget.FEATURED])
            await self._db.write(lambda tx: _pin(tx, account, top))

    async def _links(self) -> dict[str, str]:
        told = await self._db.read(lambda tx: remote_details.of(tx, [self._account.id]))
        return told[self._account.id].links if told else {}

    async def _list(self, uri: str, pages: int) -> Listing | None:
        if not uri:
            return None
        most = budget.PROFILE_POSTS * 2  # half of an outbox may be boosts
        return await self._had(listing.read(self._fetcher, uri, pages=pages, most=most))

    async def _size(self, uri: str) -> int | None:
        if not uri:
            return None
        return total_of(await self._had(self._fetcher.document(uri, timeout=PAGE_SECONDS)))

    async def _bring(self, items: list[Any]) -> list[Post]:
        """Keep these posts of the account's; those that are here then, in the order given."""
        uris = [
            uri
            for uri in dict.fromkeys(map(plain.uri, items))
            if plain.same_origin(uri, self._account.uri)
        ]
        notes = [
            note
            for note in await asyncio.gather(*map(self._note, items))
            if note is not None and note.author == self._account.uri and note.id in uris
        ]
        quiet_before = self._quiet_before()
        # Oldest first: an answer to oneself finds what it answers.
        for note in sorted(notes, key=lambda one: one.published or 0):
            await self._had(self._resolver.keep(note, quiet_before=quiet_before))

        def write(tx: Tx) -> list[Post]:
            here = {uri: post for uri in uris if (post := posts.by_uri(tx, uri)) is not None}
            own = {uri: one for uri, one in here.items() if one.author_id == self._account.id}
            for note in notes:
                if note.id in own:
                    details.learn(tx, own[note.id].id, note.details)
            return list(own.values())

        return await self._db.write(write)

    async def _bring_announced(self, outbox: Listing) -> None:
        """What a group shows of others'."""
        for one in reversed(announced.read(outbox, self._account, budget.GROUP_POSTS)):
            if await self._had(self._resolver.note(one.post)) is not None:
                shown = self._db.write(
                    lambda tx, one=one: announced.show(tx, self._account, one, self._quiet_before())
                )
                await self._had(shown)

    def _quiet_before(self) -> int:
        """When what is older (ms) was found, and not told."""
        return max(made_at(self._account.id), now_ms() - limits.DELIVERED_WITHIN)

    async def _note(self, item: Any) -> IncomingNote | None:
        """A post as it stands in a list, or from its address, if it is not known yet."""
        uri = plain.uri(item)
        if not plain.same_origin(uri, self._account.uri):
            return None
        document: Any = item
        if plain.kind(item) not in POSTS or "attributedTo" not in item:
            if await self._db.read(lambda tx: posts.by_uri(tx, uri)) is not None:
                return None
            document = await self._had(self._fetcher.document(uri, timeout=PAGE_SECONDS))
        try:
            return read_note(document) if document is not None else None
        except WeftError as refused:
            log.info("backfill.no_post", uri=uri, why=refused.cause)
            return None

    async def _had(self, work: Awaitable[T]) -> T | None:
        async with self._turns:
            try:
                return await work
            except Spent:
                pass
            except OutboundFailed as failed:
                self.failed = failed
            except WeftError as refused:
                log.info("backfill.without", who=self._account.uri, why=refused.cause)
            return None


def _posts_of(outbox: Listing) -> list[Any]:
    """What was posted, of an outbox's activities: boosts are of others."""
    return [
        plain.first(item.get("object")) if plain.kind(item) == "Create" else item
        for item in outbox.items
        if isinstance(item, dict) and plain.kind(item) in {"Create", *POSTS}
    ]


def _pin(tx: Tx, account: Account, top: list[Post]) -> None:
    """What the account shows on top of its profile, in its order: instead of what it showed."""
    for post in pins.pinned(tx, None, account.id):
        pins.take_down(tx, account, post.id)
    for post in reversed(top):  # the last pinned is shown first
        pins.put_up(tx, account, post)
