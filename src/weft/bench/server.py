"""A server under test: a process of its own, with its own data, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from msgspec import Struct

from weft.kernel.errors import WeftError

START_S = 60
LOG_SHOWN = 4_000
"""Characters of the server's log that are shown when a measurement fails."""


class Server(Struct):
    """``base`` is its address, ``pid`` the process."""

    base: str
    pid: int


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running(data: Path, port: int, database: str = "") -> AsyncGenerator[Server]:
    """``weft serve`` until left. Errors: WeftError when it does not come up."""
    environ = {
        **os.environ,
        "WEFT_REACH_PRIVATE": "127.0.0.0/8",
        "WEFT_REACH_HTTP": "true",
        "WEFT_GENEROUS": "1000000",
        "WEFT_LOG": "warning",
        **({"WEFT_DATABASE": database} if database else {}),
    }
    command = ("-m", "weft", "serve", "--data", str(data), "--port", str(port))
    log = data / "serve.log"
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environ, stdout=file, stderr=file
        )
    base = f"http://127.0.0.1:{port}"
    try:
        await _until_ready(base, process)
        yield Server(base, process.pid)
    except Exception:
        sys.stderr.write(log.read_text("utf-8")[-LOG_SHOWN:])
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _until_ready(base: str, process: asyncio.subprocess.Process) -> None:
    deadline = asyncio.get_running_loop().time() + START_S
    async with aiohttp.ClientSession() as session:
        while asyncio.get_running_loop().time() < deadline and process.returncode is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{base}/health") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)
    raise WeftError("The server under test did not start", 500)
