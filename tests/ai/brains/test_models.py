"""A model is fetched whole and right, or not at all, and an interrupted fetch goes on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from weft.ai.brains.models import KNOWN, pull
from weft.kernel.errors import WeftError
from weft.net.client import Client, OutboundFailed
from weft.net.guard import Guard, OutboundRefused

pytestmark = pytest.mark.anyio

BODY = b"GGUF" + bytes(range(256)) * 4000
HASH = hashlib.sha256(BODY).hexdigest()


class Files:
    """A file server that can break off, and knows ranges or not."""

    def __init__(self) -> None:
        self.ranges = True
        self.stop_after: int | None = None
        self.asked: list[str] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = request.headers.get("Range", "")
        self.asked.append(asked)
        if request.match_info["name"] == "gone.gguf":
            raise web.HTTPNotFound
        start = int(asked[6:-1]) if asked and self.ranges else 0
        if start >= len(BODY):
            raise web.HTTPRequestRangeNotSatisfiable
        response = web.StreamResponse(status=206 if start else 200)
        response.content_length = len(BODY) - start
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"
        await response.prepare(request)
        end = start + self.stop_after if self.stop_after else len(BODY)
        await response.write(BODY[start:end])
        if end < len(BODY) and request.transport:
            request.transport.close()
        return response


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Client, Files, str]]:
    files = Files()
    app = web.Application()
    app.router.add_get("/{name}", files.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    guard = Guard(["127.0.0.0/8"], allow_http=True)
    async with Client(user_agent="weft-test", guard=guard) as client:
        yield client, files, f"http://127.0.0.1:{runner.addresses[0][1]}/tiny%20one.gguf"
    await runner.cleanup()


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_model_is_fetched_once(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    async with serving() as (client, files, url):
        path = await pull(
            client, url, tmp_path / "m", sha256=HASH, progress=lambda *at: seen.append(at)
        )
        assert path == tmp_path / "m" / "tiny_one.gguf"
        assert path.read_bytes() == BODY
        assert seen[-1] == (len(BODY), len(BODY))
        assert await pull(client, url, tmp_path / "m", sha256=HASH.upper()) == path
        assert len(files.asked) == 1
    assert files_in(path.parent) == [path.name]


@pytest.mark.parametrize("ranges", [True, False])
async def test_an_interrupted_fetch_goes_on(tmp_path: Path, ranges: bool) -> None:
    async with serving() as (client, files, url):
        files.ranges = ranges
        files.stop_after = 300_000
        with pytest.raises(OutboundFailed):
            await pull(client, url, tmp_path, sha256=HASH)
        assert files_in(tmp_path) == [f"tiny_one.gguf.{HASH[:12]}.part"]
        files.stop_after = None
        path = await pull(client, url, tmp_path, sha256=HASH)
        assert path.read_bytes() == BODY
        assert files.asked[1].startswith("bytes=")


async def test_a_part_that_is_whole_already_is_enough(tmp_path: Path) -> None:
    async with serving() as (client, _, url):
        (tmp_path / f"tiny_one.gguf.{HASH[:12]}.part").write_bytes(BODY)
        assert (await pull(client, url, tmp_path, sha256=HASH)).read_bytes() == BODY


async def test_another_file_than_meant_is_thrown_away(tmp_path: Path) -> None:
    async with serving() as (client, _, url):
        with pytest.raises(WeftError, match="not the model that was meant"):
            await pull(client, url, tmp_path, sha256="0" * 64)
    assert files_in(tmp_path) == []


async def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    async with serving() as (client, _, url):
        with pytest.raises(OutboundRefused):
            await pull(client, url.replace("tiny%20one", "gone"), tmp_path, sha256=HASH)
        with pytest.raises(WeftError, match="Known are: qwen3"):
            await pull(client, "gpt-9", tmp_path)
        with pytest.raises(WeftError, match="--sha256"):
            await pull(client, url, tmp_path)
        with pytest.raises(WeftError, match=r"\.gguf"):
            await pull(client, "https://a.example/x.zip", tmp_path, sha256=HASH)


async def test_a_download_is_bounded(tmp_path: Path) -> None:
    async with serving() as (client, _, url):
        with pytest.raises(OutboundRefused):
            await client.download(url, tmp_path / "x", max_bytes=1000)


def test_known_models_name_a_fixed_revision() -> None:
    for model in KNOWN.values():
        assert re.fullmatch(r"https://\S+/resolve/[0-9a-f]{40}/[\w.-]+\.gguf", model.url)
        assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
        assert model.size > 10**8
