"""A server of ours and a stranger on loopback, for the tests of what comes in."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest

from tests.conftest import House
from tests.federation.stranger import Stranger
from tests.kept import Kept
from weft.federation.discovery import Resolver
from weft.federation.fetch import Fetcher
from weft.federation.inbox import Inbox
from weft.federation.keys import Keys
from weft.federation.knock import Knock
from weft.kernel.clock import now_ms
from weft.kernel.site import Site
from weft.moderation import domains
from weft.net.client import Client
from weft.net.guard import Guard
from weft.people import accounts, follows
from weft.people.model import Account
from weft.threads import posts
from weft.threads.model import Post
from weft.work import jobs
from weft.work.runner import Runner


class Receiving:
    """A house with its way in."""

    def __init__(self, house: House, client: Client, other: Stranger) -> None:
        self.house = house
        self.db = house.db
        self.client = client
        self.other = other
        knock = Knock(self.db, client)
        fetcher = Fetcher(knock, self.db.site, Keys(self.db).instance_signer, self._refuses)
        self.resolver = Resolver(self.db, fetcher)
        self.inbox = Inbox(self.db, self.resolver)

    async def _refuses(self, host: str) -> bool:
        return await self.db.read(lambda tx: domains.is_refused(tx, host))

    async def send(self, activity: Any, **more: Any) -> int:
        return await self.inbox.accept(self.other.request(activity, **more))

    async def work(self) -> None:
        """Until every job of the way in is done, or waits for a later time."""
        if not await self.db.read(_due):
            return
        runner = asyncio.create_task(Runner(self.db, self.inbox.handlers(), {"fetch": 4}).run())
        try:
            async with asyncio.timeout(20):
                while await self.db.read(_due):  # noqa: ASYNC110 - no event says "none left"
                    await asyncio.sleep(0.01)
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)

    async def post(self, uri: str) -> Post | None:
        return await self.db.read(lambda tx: posts.by_uri(tx, uri))

    async def account(self, uri: str) -> Account | None:
        return await self.db.read(lambda tx: accounts.by_uri(tx, uri))

    async def follow(self, member: Account, uri: str) -> Account:
        """A member follows somebody elsewhere, and is accepted."""
        target = await self.resolver.actor(uri)
        await self.db.write(lambda tx: follows.follow(tx, member, target))
        await self.db.write(lambda tx: follows.accept(tx, target, member))
        return target


def _due(tx: Any) -> int:
    table = jobs.jobs
    return (
        tx.scalar(
            jobs.sa.select(jobs.sa.func.count()).where(
                table.c.pool == "fetch", table.c.dead_at.is_(None), table.c.run_at <= now_ms()
            )
        )
        or 0
    )


@cache
def _tls() -> ssl.SSLContext:
    """Reading the machine's authorities takes longer than most tests, and none of these needs them."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
async def other() -> AsyncIterator[Stranger]:
    async with Stranger("other.test", "third.test", "split.test") as stranger:
        yield stranger


@pytest.fixture
async def receiving(kept: Kept, other: Stranger) -> AsyncIterator[Receiving]:
    house = House(kept.url, Site("weft.test", "http://weft.test"), made=True, kept=kept)
    guard = Guard(["127.0.0.0/8"], allow_http=True)
    resolve = other.resolve | {"private.test": "10.1.2.3"}
    with patch.object(ssl, "create_default_context", _tls):
        client = Client(user_agent="Weft/test", guard=guard, resolve=resolve)
    async with client:
        yield Receiving(house, client, other)
    house.db.close()
