"""Runs the house: one process, one event loop, requests and jobs beside one another."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
import uvicorn

from weft.assemble import House
from weft.kernel.errors import WeftError
from weft.settings import Settings

BACKLOG = 2048
"""Connections that wait to be accepted: a boost by someone famous arrives as a burst."""
SAID_MAX = 64 * 1024
"""Bytes of one WebSocket message; what clients say on a stream is some 60."""
LEAVE_S = 5
"""How long open requests may go on after Ctrl-C; open streams are closed at once."""


def run(settings: Settings, ready: Callable[[House], Awaitable[None]] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. ``ready`` is awaited once the port is open.

    Errors: WeftError when the port is taken or the certificate is missing.
    """
    configure_log(settings.log)
    for file in (settings.tls_cert, settings.tls_key):
        if file and not Path(file).is_file():
            raise WeftError(f"There is no file {file}")
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise WeftError("--tls-cert and --tls-key go together")
    import uvloop

    uvloop.run(_serve(settings, ready))


async def _serve(settings: Settings, ready: Callable[[House], Awaitable[None]] | None) -> None:
    async with House(settings).open() as house:
        server = uvicorn.Server(
            uvicorn.Config(
                house.app,
                host=settings.host,
                port=settings.port,
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=SAID_MAX,
                lifespan="off",
                proxy_headers=True,
                forwarded_allow_ips=settings.proxies,
                ssl_certfile=settings.tls_cert or None,
                ssl_keyfile=settings.tls_key or None,
                server_header=False,
                access_log=False,
                log_config=None,
                backlog=BACKLOG,
                timeout_graceful_shutdown=LEAVE_S,
                h11_max_incomplete_event_size=64 * 1024,
            )
        )
        serving = asyncio.create_task(server.serve())
        serving.add_done_callback(lambda _: house.hub.close())
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.01)
        if serving.done():
            await asyncio.gather(serving, return_exceptions=True)
            raise WeftError(f"Port {settings.port} on {settings.host} cannot be used: is it taken?")
        # Routes, tables and modules live as long as the process: a quarter of a million objects, which
        # each full collection would go through again, for a sixth of a second in which nothing answers.
        gc.collect()
        gc.freeze()
        structlog.get_logger(__name__).info("serve.ready", address=house.db.site.base)
        if ready is not None:
            await ready(house)
        await serving


def configure_log(level: str) -> None:
    """Readable lines on a terminal, JSON elsewhere; on standard error."""
    import logging

    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            # Plain: the pretty ones print local variables, and a token may be one.
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
            if terminal
            else structlog.processors.format_exc_info,
            *([] if terminal else [structlog.processors.JSONRenderer()]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
