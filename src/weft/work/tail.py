"""Follows the event log and hands on what is new, in order: the source of live streams."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from weft.store.database import Database
from weft.work import events
from weft.work.events import Event

LOOK_S = 2.0
"""How often it looks without being woken."""
BATCH = 200


async def follow(database: Database, hand_on: Callable[[list[Event]], Awaitable[None]]) -> None:
    """Call ``hand_on`` with each batch of events from now on, until cancelled."""
    loop = asyncio.get_running_loop()
    wake = asyncio.Event()

    def woken(signals: set[str]) -> None:
        if "events" in signals:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                loop.call_soon_threadsafe(wake.set)

    unwatch = database.watch(woken)
    try:
        position = await database.read(events.last_position)
        while True:
            wake.clear()
            fresh = await database.read(lambda tx, at=position: events.after(tx, at, BATCH))
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
