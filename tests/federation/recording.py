"""Other servers, on loopback, that record what reaches them and answer as told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from tests.conftest import House
from weft.federation import jobs as federation_jobs
from weft.federation.keys import Keys
from weft.net.client import Client
from weft.net.guard import Guard
from weft.people import accounts, follows
from weft.people.accounts import RemoteAccount
from weft.people.model import Account
from weft.work.runner import Runner

Answer = Callable[[web.Request], web.Response]


@dataclass
class Received:
    host: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body)


@dataclass
class Peers:
    """One listening socket that stands for any number of hosts ``NAME.test``."""

    port: int = 0
    delay: float = 0.0
    received: list[Received] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    busy: dict[str, int] = field(default_factory=dict)
    busiest: dict[str, int] = field(default_factory=dict)
    """Most requests to a host that were under way at once."""

    def url(self, host: str, path: str = "/inbox") -> str:
        return f"http://{host}:{self.port}{path}"

    def bodies(self, host: str | None = None) -> list[dict[str, Any]]:
        return [one.json for one in self.received if host in (None, one.host)]

    async def handle(self, request: web.Request) -> web.Response:
        host = request.host.partition(":")[0]
        body = await request.read()
        self.tries[host] = self.tries.get(host, 0) + 1
        self.busy[host] = self.busy.get(host, 0) + 1
        self.busiest[host] = max(self.busiest.get(host, 0), self.busy[host])
        if self.delay:
            await asyncio.sleep(self.delay)
        self.busy[host] -= 1
        answer = self.answers.get(host)
        response = answer(request) if answer is not None else web.Response(status=202)
        if response.status < 300:
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.received.append(Received(host, request.path, headers, body))
        return response

    def status(self, host: str, status: int, **headers: str) -> None:
        """From now on this host answers so."""
        self.answers[host] = lambda _: web.Response(status=status, headers=headers)


@asynccontextmanager
async def listening(delay: float = 0.0) -> AsyncIterator[Peers]:
    peers = Peers(delay=delay)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", peers.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=512)
    await site.start()
    peers.port = runner.addresses[0][1]
    try:
        yield peers
    finally:
        await runner.cleanup()


def client(hosts: list[str]) -> Client:
    return Client(
        user_agent="weft-test",
        guard=Guard(["127.0.0.0/8"], allow_http=True),
        resolve=dict.fromkeys(hosts, "127.0.0.1"),
    )


def remote(house: House, peers: Peers, name: str, host: str, *, shared: bool = True) -> Account:
    """An account on one of the recording peers."""
    actor = peers.url(host, f"/users/{name}")
    known = RemoteAccount(
        uri=actor,
        username=name,
        domain=f"{host}:{peers.port}",
        kind="person",
        url=actor,
        inbox=f"{actor}/inbox",
        shared_inbox=peers.url(host) if shared else "",
        followers_uri=f"{actor}/followers",
        key_id=f"{actor}#main-key",
    )
    return house.db.write_now(lambda tx: accounts.put_remote(tx, known))


def follow(house: House, follower: Account, target: Account) -> None:
    house.db.write_now(
        lambda tx: follows.follow(tx, follower, target, uri=f"{follower.uri}#follow")
    )


@asynccontextmanager
async def delivering(house: House, hosts: list[str]) -> AsyncIterator[Client]:
    """A running worker of the way out."""
    async with client(hosts) as out:
        handlers = federation_jobs.handlers(house.db, out, Keys(house.db))
        runner = Runner(house.db, handlers, {"default": 4, "deliver": 64})
        task = asyncio.create_task(runner.run())
        try:
            yield out
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until it holds, and fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)
