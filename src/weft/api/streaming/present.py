"""Says which members have a room open in this process: at once, again while it lasts, and when it
ends (``rooms.here``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager

from weft.api.streaming.channels import room_key
from weft.kernel.clock import SECOND
from weft.rooms import here
from weft.store.database import Database, Tx


class Present:
    """``connection``: whatever one stream is, several of which one member may have."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._open: dict[tuple[int, int], set[Hashable]] = {}  # (room, account) → connections
        self._rooms: dict[str, int] = {}  # key of a channel → room

    def enter(self, room_id: int, account_id: int, connection: Hashable) -> None:
        self._rooms[room_key(room_id)] = room_id
        there = self._open.setdefault((room_id, account_id), set())
        if not there:
            self._db.write_soon(lambda tx: here.arrive(tx, account_id, room_id))
        there.add(connection)

    def leave(self, key: str, account_id: int, connection: Hashable) -> None:
        """``key``: of any channel."""
        room_id = self._rooms.get(key)
        there = self._open.get((room_id, account_id)) if room_id is not None else None
        if room_id is None or there is None:
            return
        there.discard(connection)
        if not there:
            del self._open[room_id, account_id]
            self._db.write_soon(lambda tx: here.go(tx, account_id, room_id))

    def contradict(self, room_id: int, account_id: int) -> None:
        """Another process says that they went; here they are, if they are."""
        if (room_id, account_id) in self._open:
            self._db.write_soon(lambda tx: here.arrive(tx, account_id, room_id))

    @asynccontextmanager
    async def repeating(self) -> AsyncGenerator[None]:
        """Say it again and again, until left."""
        task = asyncio.create_task(self._repeat())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(here.REPEAT / SECOND)
            open_now = tuple(self._open)
            if open_now:
                self._db.write_soon(lambda tx, pairs=open_now: _all_arrive(tx, pairs))


def _all_arrive(tx: Tx, pairs: tuple[tuple[int, int], ...]) -> None:
    for room_id, account_id in pairs:
        here.arrive(tx, account_id, room_id)
