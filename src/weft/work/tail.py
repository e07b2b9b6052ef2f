"""Follows the event log and hands on what is new, in order: the source of live streams."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from weft.store.database import Database
from weft.work import events
from weft.work.events import Event

log = structlog.get_logger(__name__)

LOOK_S = 2.0
"""How often it looks without being woken."""
BATCH = 200
AGAIN_S = 1.0
"""After a fault, such as a database that is being restarted."""


async def follow(
    database: Database,
    hand_on: Callable[[list[Event]], Awaitable[None]],
    begun: asyncio.Event | None = None,
) -> None:
    """Call ``hand_on`` with each batch of events from now on, until cancelled. Faults of the store
    are waited out, and nothing is left out for them. ``begun`` is set when "now" is fixed.
    """
    loop = asyncio.get_running_loop()
    wake = asyncio.Event()

    def woken(signals: set[str]) -> None:
        if "events" in signals:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                loop.call_soon_threadsafe(wake.set)

    unwatch = database.watch(woken)
    position: int | None = None
    try:
        while True:
            wake.clear()
            try:
                if position is None:
                    position = await database.read(events.last_position)
                    if begun is not None:
                        begun.set()
                fresh = await database.read(lambda tx, at=position: events.after(tx, at, BATCH))
            except Exception as fault:  # noqa: BLE001 - whatever it is, it ends some day
                log.error("tail.read_failed", error=repr(fault))  # noqa: TRY400
                await asyncio.sleep(AGAIN_S)
                continue
            if fresh:
                await hand_on(fresh)
                position = fresh[-1].position
                continue
            # Not wait_for: before Python 3.12 it can swallow a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await wake.wait()
    finally:
        unwatch()
