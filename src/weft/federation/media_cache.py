"""Pictures, sound and films of other servers, shown from here: whoever looks at a timeline shows
themselves to nobody else, and a small server elsewhere is asked once, not by every reader.

    asked for → kept? → there it is
        no → one fetch for all who ask → what is it, by its bytes? → within the budget → there it is

The budget is hard. What is kept stays below it by as much as may be arriving, so that all the bytes on
the disk are never more; the least recently used goes first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import structlog
from msgspec import Struct

from weft.federation import media_files, plain, remote_media, sniff
from weft.federation.memory import Memory
from weft.federation.remote_media import File, blob_of, key_of
from weft.kernel.clock import HOUR, MINUTE, now_ms
from weft.kernel.errors import NotFound, WeftError
from weft.moderation import domains
from weft.net.client import Client, Coming, OutboundFailed, OutboundPaced
from weft.net.guard import OutboundRefused
from weft.store.blobs import Blobs
from weft.store.database import Database, Tx
from weft.work.jobs import Job
from weft.work.runner import Handler

log = structlog.get_logger(__name__)

MEGABYTE = 1024 * 1024
FILE_MOST = 40 * MEGABYTE
"""Of one file, as Mastodon shows GIFs and short films at most. What plays and is larger is left where it
is; a picture that is larger is an attack."""
SHARE = 16
"""And no file takes more than one part in so many of the budget."""
ARRIVING = 8
"""Files that come in at once: half of the smallest budget."""
PER_HOST = 2
"""Of these from one host: a slow one leaves six to the others."""
WAITING = 512
"""Who wait for a turn: some timelines full. Others are told to come again."""
SECONDS = 60.0
"""For one file: 40 MB at 5 Mbit/s. Who sends more slowly holds up others."""
REFUSED_FOR = 6 * HOUR
"""What its server says is not there, or is no picture, may be there another day."""
FAILED_FOR = 5 * MINUTE
"""A server that stumbles is up again soon, and its pictures are missed."""
TOO_LARGE = "too large to be kept"
_ACCEPT = "image/avif,image/webp,image/*;q=0.9,video/*;q=0.8,audio/*;q=0.8"
_PLAYS = ("video/", "audio/")
_THEIR_FAULT = 500


class Shown(Struct, frozen=True):
    """A file, open at its beginning; ``etag`` names what is in it."""

    file: BinaryIO
    size: int
    mime: str
    etag: str


class TooLarge(WeftError):
    """A film or sound that is not kept: it is to be had where it is."""

    status = 404

    def __init__(self, url: str) -> None:
        super().__init__("This file is too large to be shown from here", cause=url)
        self.url = url


class Busy(WeftError):
    """Too much is asked for at once."""

    status = 503

    def __init__(self) -> None:
        super().__init__("Too many pictures are being fetched; please try again soon")


class MediaCache:
    """``budget``: bytes on the disk, at any moment. One per process; several share one folder."""

    def __init__(self, db: Database, blobs: Blobs, client: Client, budget: int) -> None:
        self.budget = budget
        self.blobs = blobs
        self._db = db
        self._client = client
        self._file_most = min(FILE_MOST, budget // SHARE)
        self._kept_most = budget - ARRIVING * self._file_most
        self._flights: dict[str, asyncio.Task[None]] = {}
        self._hosts: Memory[asyncio.Semaphore] = Memory(HOUR)
        self._turns = asyncio.Semaphore(ARRIVING)
        self._room = asyncio.Lock()

    async def show(self, url: str) -> Shown:
        """The file at this address. Whoever gets it closes it.

        Errors: NotFound (it cannot be had, or a rule keeps it out), TooLarge, Busy, OutboundPaced.
        """
        key, host = key_of(url), plain.host(url)
        if not host or plain.same_origin(url, self._db.site.base):
            raise NotFound
        for _ in range(2):
            kept, barred = await self._db.glance(
                lambda tx: (remote_media.get(tx, key), _barred(tx, host))
            )
            if barred:
                raise NotFound
            if kept is not None and kept.blob:
                shown = await asyncio.to_thread(self._open, kept)
                if shown is not None:
                    if kept.used_at < now_ms() - remote_media.USED_EVERY:
                        self._db.write_soon(lambda tx: remote_media.use(tx, key))
                    return shown
            elif kept is not None and (kept.again_at or 0) > now_ms():
                if kept.error == TOO_LARGE and kept.mime.startswith(_PLAYS):
                    raise TooLarge(url)
                raise NotFound(cause=kept.error)
            await self._together(key, url, host)
        raise Busy  # it came and went again: there is room for hardly anything

    async def close(self) -> None:
        """Leave what is under way."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    def handlers(self) -> dict[str, Handler]:
        async def sweep(_: Job) -> None:
            await self._db.write(remote_media.expire)
            async with self._room:
                await asyncio.to_thread(media_files.sweep, self._db, self.blobs)
                await self._fit()

        return {"federation.sweep_media": Handler(sweep, every=HOUR)}

    def _open(self, kept: File) -> Shown | None:
        path = self.blobs.path(kept.blob)
        with suppress(FileNotFoundError):
            if path is not None:
                file = path.open("rb")
                return Shown(file, kept.bytes, kept.mime, kept.key[:32])
        return None

    # -- fetching ---------------------------------------------------------------------------

    async def _together(self, key: str, url: str, host: str) -> None:
        """Those who ask for the same file at the same time wait for one fetch."""
        flight = self._flights.get(key)
        if flight is None:
            if len(self._flights) >= WAITING:
                raise Busy
            flight = asyncio.create_task(self._fetch(url, host))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        await asyncio.shield(flight)

    def _landed(self, key: str, flight: asyncio.Task[None]) -> None:
        self._flights.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # whoever still waits gets it; if nobody does, nobody is told

    async def _fetch(self, url: str, host: str) -> None:
        """It is kept afterwards, or why it is not is noted. Errors: OutboundPaced; OSError and
        WeftError of our own disk.
        """
        try:
            async with self._turn(host):
                with self.blobs.arriving() as file:
                    mime, size = await self._save(url, file)
                    await self._keep(url, mime, size, file)
        except OutboundPaced:
            raise
        except _Unfit as unfit:
            await self._note(url, unfit.cause, REFUSED_FOR, unfit.mime)
        except OutboundRefused as refused:
            await self._note(url, refused.cause, REFUSED_FOR)
        except OutboundFailed as failed:
            await self._note(url, failed.cause, FAILED_FOR)

    async def _note(self, url: str, why: str, pause: int, mime: str = "") -> None:
        log.info("media.not_kept", url=url[:200], why=why[:200])
        await self._db.write(lambda tx: remote_media.fail(tx, url, why, pause, mime))

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncGenerator[None]:
        turns = self._hosts.get(host)
        if turns is None:
            turns = asyncio.Semaphore(PER_HOST)
            self._hosts.put(host, turns)
        async with turns, self._turns:
            yield

    async def _save(self, url: str, to: Path) -> tuple[str, int]:
        """Its type and size, when it is in the file."""
        most = self._file_most
        with to.open("wb", buffering=0) as file:
            async with self._client.open(
                url, accept=_ACCEPT, max_bytes=most, timeout=SECONDS, check=self._check
            ) as coming:
                if coming.status == HTTPStatus.TOO_MANY_REQUESTS or coming.status >= _THEIR_FAULT:
                    raise OutboundFailed(f"answered {coming.status}")
                if coming.status != HTTPStatus.OK:
                    raise _Unfit(f"answered {coming.status}")
                return await _write(coming, file, most)

    async def _check(self, url: str) -> None:
        there = plain.host(url)
        if await self._db.glance(lambda tx: _barred(tx, there)):
            raise _Unfit("leads to a server that a rule keeps out")

    # -- room -------------------------------------------------------------------------------

    async def _keep(self, url: str, mime: str, size: int, file: Path) -> None:
        async with self._room:
            while victims := await self._db.write(
                lambda tx: remote_media.keep(tx, url, mime, size, self._kept_most)
            ):
                await asyncio.to_thread(media_files.discard, self._db, self.blobs, victims)
            await asyncio.to_thread(self.blobs.settle, file, blob_of(key_of(url)))

    async def _fit(self) -> None:
        """The budget may be smaller than it was when the server last ran."""
        while victims := await self._db.read(lambda tx: remote_media.too_many(tx, self._kept_most)):
            await asyncio.to_thread(media_files.discard, self._db, self.blobs, victims)


class _Unfit(WeftError):
    """Nothing that is shown. ``mime``: what it is, if that is known."""

    def __init__(self, cause: str, mime: str = "") -> None:
        super().__init__("This file cannot be shown", cause=cause)
        self.mime = mime


async def _write(coming: Coming, file: BinaryIO, most: int) -> tuple[str, int]:
    """Type and size of what is in the file then. What is nothing to be shown is left at its beginning."""
    head, size, mime = b"", 0, None
    try:
        async for part in coming.parts():
            if mime is None:
                head += part
                mime = sniff.kind(head) if len(head) >= sniff.HEAD else None
                if mime is None and len(head) >= sniff.HEAD:
                    raise _Unfit("nothing that is shown")
                if mime is not None and (coming.length or 0) > most:
                    raise _Unfit(TOO_LARGE, mime)
            size += len(part)
            _append(file, part)
    except OutboundRefused as refused:
        raise _Unfit(TOO_LARGE, mime or "") from refused
    mime = mime or sniff.kind(head)
    if mime is None:
        raise _Unfit("nothing that is shown")
    return mime, size


def _append(file: BinaryIO, part: bytes) -> None:
    """A full disk is no fault of the server that is read: `Client` takes an OSError for one."""
    left = memoryview(part)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError as fault:
        raise WeftError("There is no room for this file", 503, cause=repr(fault)) from fault


def _barred(tx: Tx, host: str) -> bool:
    """Whether nothing of this host is shown: a rule says so, or only others are spoken with."""
    return domains.rejects_media(tx, host) or domains.is_refused(tx, host)
