"""The measurements. Each gives CPU ms of the server per operation, and what else tells.

The load comes from this process, so that on a small machine the two share the cores: CPU time and
ratios mean something, requests per second less.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from statistics import median, quantiles
from typing import Any

import aiohttp
from aiohttp import web
from msgspec import Struct

from weft.bench.machine import cpu_ms
from weft.bench.server import Server
from weft.bench.world import World
from weft.kernel.clock import iso, now_ms
from weft.net import keys
from weft.net.cavage import Signer

IDLE = 0.05
"""Part of a core under which a server counts as resting."""
CLIENTS = 8
"""Requests under way at once, as in the numbers of DESIGN."""


class Result(Struct, frozen=True):
    """``cpu``: ms of the server per operation; ``rest``: other figures by name."""

    cpu: float | None
    rest: dict[str, float]


async def settle(server: Server) -> None:
    """Wait until what was enqueued before is done. Errors: RuntimeError when it is not in a minute:
    whatever was measured then would be measured with it.
    """
    for _ in range(60):
        before = cpu_ms(server.pid)
        await asyncio.sleep(1)
        if cpu_ms(server.pid) - before < IDLE * 1000:
            return
    raise RuntimeError("The server does not come to rest")


async def _many(count: int, one: Callable[[int], Awaitable[None]]) -> list[float]:
    """Run ``one`` for 0..count with CLIENTS at once; the ms each took."""
    numbers = iter(range(count))
    took: list[float] = []

    async def client() -> None:
        for number in numbers:
            start = time.perf_counter()
            await one(number)
            took.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return took


def _p99(took: list[float]) -> float:
    return quantiles(took, n=100)[98] if len(took) > 1 else took[0]


@asynccontextmanager
async def _session(world: World) -> AsyncGenerator[aiohttp.ClientSession]:
    headers = {"authorization": f"Bearer {world.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield session


async def _http(server: Server, world: World, count: int, warm: int, ask: Any) -> Result:
    async with _session(world) as session:

        async def one(number: int) -> None:
            async with ask(session, number) as answer:
                body = await answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"{answer.status}: {body[:200]!r}")

        await _many(warm, one)
        before, start = cpu_ms(server.pid), time.perf_counter()
        took = await _many(count, one)
        seconds = time.perf_counter() - start
        used = cpu_ms(server.pid) - before
    return Result(used / count, {"per_s": count / seconds, "p99_ms": _p99(took)})


async def home(server: Server, world: World, count: int, *, token: str | None = None) -> Result:
    """The home timeline of 40 posts, of the owner of ``token``."""
    url = f"{server.base}/api/v1/timelines/home?limit=40"
    headers = {"authorization": f"Bearer {token or world.token}"}

    def ask(session: aiohttp.ClientSession, _number: int) -> Any:
        return session.get(url, headers=headers)

    return await _http(server, world, count, 50, ask)


async def posting(server: Server, world: World, count: int) -> Result:
    """A public post of 200 characters."""
    url = f"{server.base}/api/v1/statuses"
    text = "A thread is a promise to somebody you have not met yet. " * 3

    def ask(session: aiohttp.ClientSession, number: int) -> Any:
        return session.post(url, json={"status": f"{text} {number} {time.time_ns()}"})

    return await _http(server, world, count, 20, ask)


async def talking(server: Server, world: World, count: int) -> tuple[Result, Result]:
    """A line of 60 characters in a room, and reading 40 of them."""
    rooms = f"{server.base}/api/weft/v1/rooms"
    async with (
        _session(world) as session,
        session.post(rooms, json={"name": "Den", "access": "public"}) as made,
    ):
        lines = f"{rooms}/{(await made.json())['id']}/lines"

    def say(session: aiohttp.ClientSession, number: int) -> Any:
        text = f"Does anybody know how the kettle in the kitchen works? {number}"
        return session.post(lines, json={"text": text})

    def read(session: aiohttp.ClientSession, _number: int) -> Any:
        return session.get(f"{lines}?limit=40")

    said = await _http(server, world, count, 50, say)
    return said, await _http(server, world, count, 20, read)


class Elsewhere:
    """A server of strangers: its actor's document, and inboxes that take a while."""

    def __init__(self, slow_s: float = 0.0) -> None:
        self.slow_s = slow_s
        self.arrived = 0
        self.pair = keys.generate()
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/actor", self._actor)
        app.router.add_get("/.well-known/webfinger", self._finger)
        app.router.add_post("/inbox", self._inbox)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "0.0.0.0", 0, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def host(self) -> str:
        return f"127.0.0.2:{self.port}"

    async def _actor(self, request: web.Request) -> web.Response:
        actor = f"http://{request.host}/actor"
        return web.json_response(
            {
                "@context": ["https://www.w3.org/ns/activitystreams"],
                "id": actor,
                "type": "Person",
                "preferredUsername": "stranger",
                "inbox": f"http://{request.host}/inbox",
                "publicKey": {
                    "id": f"{actor}#main-key",
                    "owner": actor,
                    "publicKeyPem": self.pair.public_pem,
                },
            },
            content_type="application/activity+json",
        )

    async def _finger(self, request: web.Request) -> web.Response:
        link = {
            "rel": "self",
            "type": "application/activity+json",
            "href": f"http://{request.host}/actor",
        }
        subject = f"acct:stranger@{request.host}"
        return web.json_response(
            {"subject": subject, "links": [link]}, content_type="application/jrd+json"
        )

    async def _inbox(self, request: web.Request) -> web.Response:
        await request.read()
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        self.arrived += 1
        return web.Response(status=202)


async def inbox(server: Server, world: World, count: int) -> Result:
    """Signed Creates from a stranger who mentions the reader, until all are visible."""
    away = Elsewhere()
    await away.start()
    try:
        actor = f"http://{away.host}/actor"
        signer = Signer(f"{actor}#main-key", keys.private_key(away.pair.private_pem))
        url = f"{server.base}/inbox"

        def create(number: int) -> bytes:
            note = f"http://{away.host}/notes/{number}-{time.time_ns()}"
            to = ["https://www.w3.org/ns/activitystreams#Public"]
            cc = [world.reader.uri]
            return json.dumps(
                {
                    "@context": "https://www.w3.org/ns/activitystreams",
                    "id": f"{note}#create",
                    "type": "Create",
                    "actor": actor,
                    "to": to,
                    "cc": cc,
                    "object": {
                        "id": note,
                        "type": "Note",
                        "attributedTo": actor,
                        "content": f"<p>A note from elsewhere, number {number}</p>",
                        "published": iso(now_ms()),
                        "to": to,
                        "cc": cc,
                        "tag": [{"type": "Mention", "href": world.reader.uri, "name": "@reader"}],
                    },
                }
            ).encode()

        async with _session(world) as session:

            async def deliver(body: bytes) -> None:
                kind = "application/activity+json"
                headers = signer.headers(
                    "POST", url, now_ms() // 1000, body=body, content_type=kind
                ) | {"content-type": kind}
                headers.pop("host", None)
                headers.pop("Host", None)
                async with session.post(url, data=body, headers=headers) as answer:
                    if answer.status != 202:
                        raise RuntimeError(f"{answer.status}: {await answer.text()}")

            for number in range(20):
                await deliver(create(-number))
            seen = await _visible(session, server)
            bodies = [create(number) for number in range(count)]
            before, start = cpu_ms(server.pid), time.perf_counter()
            took = await _many(count, lambda number: deliver(bodies[number]))
            accepted = time.perf_counter() - start
            while await _visible(session, server) < seen + count:  # noqa: ASYNC110 - polled
                await asyncio.sleep(0.02)
            visible = time.perf_counter() - start
            used = cpu_ms(server.pid) - before
        rest = {
            "accepted_per_s": count / accepted,
            "visible_per_s": count / visible,
            "p99_ms": _p99(took),
        }
        return Result(used / count, rest)
    finally:
        await away.stop()


async def strangers(server: Server, world: World, count: int) -> Result:
    """An account that nobody here knows leaves: its ``Delete``, as the whole world gets it."""
    pair = keys.generate()
    url = f"{server.base}/inbox"
    kind = "application/activity+json"

    def leaves(number: int) -> tuple[bytes, dict[str, str]]:
        actor = f"http://gone.example/users/{number}"
        told = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{actor}#delete",
            "type": "Delete",
            "actor": actor,
            "object": actor,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
        }
        body = json.dumps(told).encode()
        signer = Signer(f"{actor}#main-key", keys.private_key(pair.private_pem))
        headers = signer.headers("POST", url, now_ms() // 1000, body=body, content_type=kind)
        return body, {name: value for name, value in headers.items() if name.lower() != "host"} | {
            "content-type": kind
        }

    sent = [leaves(number) for number in range(count + 50)]
    async with _session(world) as session:

        async def one(number: int) -> None:
            body, headers = sent[number]
            async with session.post(url, data=body, headers=headers) as answer:
                if answer.status != 202:
                    raise RuntimeError(f"{answer.status}: {await answer.text()}")

        await _many(50, one)
        before, start = cpu_ms(server.pid), time.perf_counter()
        took = await _many(count, lambda number: one(number + 50))
        seconds = time.perf_counter() - start
        used = cpu_ms(server.pid) - before
    return Result(used / count, {"per_s": count / seconds, "p99_ms": _p99(took)})


async def _visible(session: aiohttp.ClientSession, server: Server) -> int:
    """How many posts of the stranger this server shows."""
    url = f"{server.base}/api/v1/accounts/search?q=stranger&limit=1"
    async with session.get(url) as answer:
        found = await answer.json()
    return int(found[0]["statuses_count"]) if found else 0


async def delivery(server: Server, world: World, away: Elsewhere, hosts: int) -> Result:
    """One post to followers on ``hosts`` servers that each take 200 ms."""
    async with _session(world) as session:
        await asyncio.sleep(0.5)
        away.arrived = 0
        before, start = cpu_ms(server.pid), time.perf_counter()
        url = f"{server.base}/api/v1/statuses"
        async with session.post(url, json={"status": f"to everyone {time.time_ns()}"}) as answer:
            if answer.status != 200:
                raise RuntimeError(await answer.text())
        while away.arrived < hosts:
            if time.perf_counter() - start > 60:
                raise RuntimeError(f"only {away.arrived} of {hosts} arrived")
            await asyncio.sleep(0.01)
        seconds = time.perf_counter() - start
        used = cpu_ms(server.pid) - before
    return Result(used / hosts, {"all_s": seconds})


async def streaming(server: Server, world: World, count: int) -> Result:
    """From sending a post to its frame on an open stream of the author."""
    took: list[float] = []
    url = f"{server.base.replace('http', 'ws', 1)}/api/v1/streaming?stream=user"
    async with _session(world) as session, session.ws_connect(url) as socket:
        for number in range(count):
            text = f"streamed {number} {time.time_ns()}"
            start = time.perf_counter()
            sent = asyncio.create_task(_send(session, server, text))
            while True:
                frame = await asyncio.wait_for(socket.receive_json(), 10)
                if frame["event"] == "update" and text in frame["payload"]:
                    break
            took.append((time.perf_counter() - start) * 1000)
            await sent
            await asyncio.sleep(0.005)  # one at a time, and the server at rest in between
    return Result(None, {"p50_ms": median(took), "p99_ms": _p99(took)})


async def _send(session: aiohttp.ClientSession, server: Server, text: str) -> None:
    async with session.post(f"{server.base}/api/v1/statuses", json={"status": text}) as answer:
        await answer.read()
