"""The one file that sees everything and wires it: store, work, federation, AIs, edges.

``open_database`` is for commands; ``House`` is the whole server. Each domain gives its job
handlers (``handlers``) and its reactions to events (``react``); nothing here decides anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import structlog
from litestar.types import ASGIApp
from msgspec import structs

from weft import __version__
from weft.ai import jobs as ai_jobs
from weft.ai.brains.choose import brains_for
from weft.ai.disclosure import marks, meeting
from weft.ai.knowledge.crawl import Crawler
from weft.ai.safety.rules import rules_for
from weft.api import app as web
from weft.api.activitypub.reading import Reading
from weft.api.mastodon.entities_accounts import avatar_url
from weft.api.resolver import Resolver as Seeker
from weft.api.streaming.hub import Hub
from weft.explore import jobs as explore_jobs
from weft.federation import jobs as federation_jobs
from weft.federation import media_files, nodeinfo, ruled_media
from weft.federation.backfill import jobs as backfill_jobs
from weft.federation.discovery import Resolver
from weft.federation.fetch import Fetcher
from weft.federation.inbox import Inbox
from weft.federation.keys import Keys
from weft.federation.knock import Knock
from weft.federation.media_cache import MEGABYTE, MediaCache
from weft.federation.readers import Readers
from weft.federation.rules import page_check
from weft.kernel.site import Site
from weft.moderation import domains, list_jobs
from weft.moderation import jobs as moderation_jobs
from weft.net.client import Client
from weft.net.guard import Guard, OneServer
from weft.net.seal import Seal
from weft.people import accounts
from weft.people import jobs as people_jobs
from weft.push import jobs as push_jobs
from weft.push import server_key
from weft.reading import conversations, enter
from weft.rooms import erase as rooms_erase
from weft.rooms.tables import ADDRESSES as ROOM_ADDRESSES
from weft.settings import Settings
from weft.store.blobs import Blobs
from weft.store.database import Database
from weft.store.migrate import migrate
from weft.threads import jobs as threads_jobs
from weft.threads import previews, rehome, relations
from weft.threads.translation import Translator
from weft.work.runner import Handler, Runner

log = structlog.get_logger(__name__)

POOLS = {
    "default": 8, "deliver": 64, "fetch": 16, "backfill": 4, "preview": 4,
    "ai": 4, "memory": 2, "media": 2,
}  # fmt: skip
"""Jobs at once. Deliveries mostly wait for others; models and pictures keep a core busy. Pages
behind links are anybody's: slow ones hold up other previews, and not what other servers tell us; and
reading a whole thread elsewhere takes minutes.
"""

SEAL_KEY = "seal.key"
"""In the data folder, and of the backup: opens what is sealed in the database."""


def open_database(settings: Settings, *, serving: bool = False) -> Database:
    """The store, migrated, named, and with every domain's reactions, so that what a command
    writes has the same consequences as what the server writes. ``serving``: this is the server's
    start, which may still settle its name; commands take the one there is.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    db = Database(settings.database_url, settings.site, durable=settings.durable)
    try:
        migrate(db)
        known = db.read_now(rehome.known_site)
        wanted = _name(settings, known, serving=serving)
        if wanted != known:
            db.write_now(lambda tx: rehome.settle(tx, wanted, ROOM_ADDRESSES))
        db.site = wanted
        db.write_now(accounts.instance_actor)
        db.write_now(server_key.settle)
        limited = settings.limited_federation
        db.write_now(lambda tx: domains.limit_federation(tx, limited=limited))
        db.write_now(lambda tx: meeting.remind(tx, settings.ai_reminders))
    except BaseException:
        db.close()
        raise
    relations.react(db)
    enter.react(db)
    conversations.react(db)
    rooms_erase.react(db)
    federation_jobs.react(db)
    ruled_media.react(db)
    ai_jobs.react(db)
    marks.Marks(Seal.kept(settings.data / SEAL_KEY).key_for(marks.PURPOSE)).react(db)
    push_jobs.react(db)
    return db


def _name(settings: Settings, known: Site | None, *, serving: bool) -> Site:
    if settings.domain or settings.base_url or known is None:
        return settings.site
    # Without a domain the name is the loopback address, which moves with the port.
    return settings.site if serving and known.base.startswith("http://") else known


class House:
    """A whole server: made from settings, opened inside an event loop, served by ``weft.serve``
    or by a test.

    ``async with House(settings).open() as house`` runs jobs and streams; ``house.app`` is the
    ASGI application.
    """

    app: ASGIApp
    client: Client
    hub: Hub

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db = open_database(settings, serving=True)
        self.blobs = Blobs(settings.data / "media")
        self.seal = Seal.kept(settings.data / SEAL_KEY)
        if settings.remote_media_budget:
            self.db.site = structs.replace(self.db.site, veil=self.seal.key_for(b"weft.veil"))

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[House]:
        """Everything that runs beside the requests, until left."""
        async with AsyncExitStack() as stack:
            stack.callback(self.db.close)
            self.client = await stack.enter_async_context(_client(self.settings, self.db.site))
            self.hub = Hub(self.db)
            keys = Keys(self.db)
            resolver = _resolver(self.db, self.client, keys)
            inbox = Inbox(self.db, resolver)
            brains = await stack.enter_async_context(brains_for(self.settings))
            rules = rules_for(self.settings)
            if rules.guard is not None:
                stack.push_async_callback(rules.guard.close)
            translator = await stack.enter_async_context(_translator(self.settings, self.db.site))
            media_cache = MediaCache(
                self.db,
                Blobs(self.settings.data / media_files.FOLDER),
                self.client,
                self.settings.remote_media_budget * MEGABYTE,
            )
            stack.push_async_callback(media_cache.close)
            readers = Readers(self.db, resolver, demanded=self.settings.authorized_fetch)
            app = web.build(
                {
                    "db": self.db,
                    "settings": self.settings,
                    "blobs": self.blobs,
                    "client": self.client,
                    "seal": self.seal,
                    "hub": self.hub,
                    "keys": keys,
                    "inbox": inbox,
                    "resolver": Seeker(resolver.resolve, partial(resolver.actor, refresh=True)),
                    "translator": translator,
                    "media_cache": media_cache,
                },
                generous=self.settings.generous,
            )
            self.app = Reading(app, readers)
            handlers: dict[str, Handler] = {
                **people_jobs.handlers(self.db),
                **threads_jobs.handlers(self.db, self.blobs),
                **previews.handlers(self.db, self.blobs, self.client, page_check(self.db)),
                **moderation_jobs.handlers(self.db, self.blobs),
                **list_jobs.handlers(self.db, self.client),
                **federation_jobs.handlers(self.db, self.client, keys),
                **explore_jobs.handlers(self.db),
                **inbox.handlers(),
                **nodeinfo.handlers(self.db, resolver),
                **media_cache.handlers(),
                **ruled_media.handlers(self.db, media_cache.blobs),
                **backfill_jobs.handlers(self.db, resolver),
                **ai_jobs.handlers(self.db, brains, rules),
                **Crawler(self.db, self.client).handlers(),
                **push_jobs.handlers(self.db, self.client, self.seal, avatar_url),
            }
            await stack.enter_async_context(
                _beside(Runner(self.db, handlers, POOLS).run(), self.hub.run())
            )
            yield self


@asynccontextmanager
async def reaching(settings: Settings, db: Database) -> AsyncGenerator[Resolver]:
    """What looks things up elsewhere, for commands."""
    async with _client(settings, db.site) as client:
        yield _resolver(db, client, Keys(db))


def _resolver(db: Database, client: Client, keys: Keys) -> Resolver:
    async def refuses(host: str) -> bool:
        return await db.glance(lambda tx: domains.is_refused(tx, host))

    return Resolver(db, Fetcher(Knock(db, client), db.site, keys.instance_signer, refuses))


def _client(settings: Settings, site: Site) -> Client:
    networks = [net.strip() for net in settings.reach_private.split(",") if net.strip()]
    return Client(
        user_agent=_agent(site),
        guard=Guard(networks, allow_http=settings.reach_http),
        resolve=settings.resolve,
    )


@asynccontextmanager
async def _translator(settings: Settings, site: Site) -> AsyncGenerator[Translator | None]:
    """With a way out of its own: the admin's translation server mostly stands next door, where
    nothing else may be reached.
    """
    if not settings.translate_url:
        yield None
        return
    way = Client(user_agent=_agent(site), guard=OneServer(settings.translate_url))
    async with way:
        yield Translator(way, settings.translate_url, settings.translate_key)


def _agent(site: Site) -> str:
    return f"Weft/{__version__} (+{site.base}/)"


@asynccontextmanager
async def _beside(*work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run these beside the body, and end them with it."""
    tasks = [asyncio.create_task(one) for one in work]
    for task in tasks:
        task.add_done_callback(_say_if_it_died)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _say_if_it_died(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.critical("work.died", error=repr(fault), exc_info=fault)
