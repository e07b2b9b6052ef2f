"""A server with pictures, kind or hostile, and our copies of them."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.net.hostile import serving
from weft.federation.media_cache import MediaCache
from weft.net.client import Client
from weft.net.guard import Guard
from weft.store.blobs import Blobs
from weft.store.database import Database

PNG = b"\x89PNG\r\n\x1a\n"
MP4 = struct.pack(">I", 24) + b"ftypisom\x00\x00\x02\x00isomiso2"
NAMES = {
    "pics.test": "127.0.0.1",
    "more.test": "127.0.0.1",
    "inside.test": "10.0.0.1",
    "metadata.test": "169.254.169.254",
}


def picture(size: int, name: str = "") -> bytes:
    """What looks like a PNG, of so many bytes, different for each name."""
    return (PNG + name.encode()).ljust(size, b".")


class Pictures:
    """Serves ``files`` by their path; ``answers`` says something else. ``asked`` is what was."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        self.asked: list[str] = []
        self.port = 0

    def put(self, path: str, data: bytes) -> str:
        self.files[path] = data
        return self.url(path)

    def url(self, path: str, host: str = "pics.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def leads(self, path: str, url: str) -> None:
        """Whoever asks for this is sent there."""

        async def away(_: web.Request) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": url})

        self.answers[path] = away

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        await asyncio.sleep(0.01)  # as far away as servers are
        if request.path in self.answers:
            return await self.answers[request.path](request)
        if request.path not in self.files:
            return web.Response(status=404)
        # What it is called is nobody's proof.
        return web.Response(body=self.files[request.path], content_type="text/plain")


@asynccontextmanager
async def pictures() -> AsyncGenerator[Pictures]:
    made = Pictures()
    async with serving(made.answer) as made.port:
        yield made


@asynccontextmanager
async def caching(db: Database, folder: Path, budget: int) -> AsyncGenerator[MediaCache]:
    guard = Guard(["127.0.0.0/8"], allow_http=True)
    async with Client(user_agent="Weft/test", guard=guard, resolve=NAMES) as client:
        cache = MediaCache(db, Blobs(folder), client, budget)
        try:
            yield cache
        finally:
            await cache.close()


async def seen(cache: MediaCache, url: str) -> bytes:
    shown = await cache.show(url)
    with shown.file:
        return shown.file.read()
