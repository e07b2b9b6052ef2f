"""Files and the rows that name them: no row names a file that is not there.

Rows are committed first and files dropped after, so a file is asked about once more when it goes:
somebody may have brought the same picture in between, or be about to (``store.blobs.Hand``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

from weft.store.blobs import Blobs, Hand
from weft.store.database import Database
from weft.threads import media


@asynccontextmanager
async def keeping(db: Database, blobs: Blobs) -> AsyncGenerator[Hand]:
    """Store files with the hand that this gives, and commit the rows that name them, within it. What
    no row names then is dropped, also when it ends with an error.
    """
    hand = blobs.hand()
    try:
        yield hand
    finally:
        await drop(db, blobs, blobs.let_go(hand))


async def drop(db: Database, blobs: Blobs, keys: Iterable[str]) -> None:
    """Delete those of these files that no committed row names. Never in a transaction: the rows
    that named them are gone for good before it begins.
    """
    wanted = list(keys)
    if wanted:
        await asyncio.to_thread(drop_now, db, blobs, wanted)


def drop_now(db: Database, blobs: Blobs, keys: Iterable[str]) -> None:
    """The same, not on the event loop."""
    blobs.drop(keys, lambda some: db.read_now(lambda tx: media.unused(tx, some)))
