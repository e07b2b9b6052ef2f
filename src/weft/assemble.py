"""The one file that sees everything and wires it: store, work, federation, AIs, edges.

``open_database`` is for commands; ``House`` is the whole server. Each domain gives its job
handlers (``handlers``) and its reactions to events (``react``); nothing here decides anything.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog

from weft import ai, federation
from weft.kernel.site import Site
from weft.net.client import Client
from weft.net.guard import Guard
from weft.people import accounts
from weft.settings import Settings
from weft.store.blobs import Blobs
from weft.store.database import Database
from weft.store.migrate import migrate
from weft.threads import rehome

log = structlog.get_logger(__name__)

POOLS = {"default": 8, "deliver": 64, "fetch": 8, "ai": 4, "media": 2}
"""Jobs at once. Deliveries mostly wait for others; models and pictures keep a core busy."""


def open_database(settings: Settings, site: Site | None = None) -> Database:
    """The store, migrated, named, and with every domain's reactions, so that what a command
    writes has the same consequences as what the server writes. ``site``: the name that a server
    start asks for; without it the database keeps the one it has.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    db = Database(settings.database_url, settings.site, durable=settings.durable)
    try:
        migrate(db)
        known = db.read_now(rehome.known_site)
        wanted = site or (settings.site if settings.domain else None) or known or settings.site
        if wanted != known:
            db.write_now(lambda tx: rehome.settle(tx, wanted))
        db.site = wanted
        db.write_now(accounts.instance_actor)
    except BaseException:
        db.close()
        raise
    federation.jobs.react(db)
    ai.jobs.react(db)
    return db


class House:
    """A whole server: made from settings, opened inside an event loop, served by ``weft serve``
    or by a test.

    ``async with House(settings).open() as house`` runs jobs and streams; ``house.app`` is the
    ASGI application.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db = open_database(settings, settings.site)
        self.blobs = Blobs(settings.data / "media")

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[House]:
        """Everything that runs beside the requests, until left."""
        settings = self.settings
        guard = Guard(
            [net.strip() for net in settings.reach_private.split(",") if net.strip()],
            allow_http=settings.reach_http,
        )
        agent = f"Weft/{__version__} (+{self.db.site.base}/)"
        async with AsyncExitStack() as stack:
            stack.callback(self.db.close)
            self.client = await stack.enter_async_context(
                Client(user_agent=agent, guard=guard, resolve=settings.resolve)
            )
            self.federation = Federation(self.db, self.client)
            self.brains = await stack.enter_async_context(open_brains(settings))
            self.hub = Hub(self.db)
            self.app = build_app(self)
            runner = Runner(self.db, self._handlers(), POOLS)
            tasks = await stack.enter_async_context(Background())
            tasks.start(runner.run())
            tasks.start(self.hub.run())
            yield self
