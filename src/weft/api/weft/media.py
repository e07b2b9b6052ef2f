"""What copies of other servers' files cost this one, for admins."""

import asyncio

from litestar import get, post
from litestar.params import JSONBody
from msgspec import Struct

from weft.api.auth import admin, scope
from weft.api.given import Db
from weft.api.remote_media import Cache
from weft.federation import media_files, remote_media
from weft.kernel.clock import iso


class Failures(Struct, frozen=True):
    host: str
    count: int


class RemoteMedia(Struct, frozen=True):
    """``bytes`` and ``budget`` in bytes; ``oldest_at``: when that was last looked at which goes first;
    ``failures``: addresses that could not be had in the last day.
    """

    files: int
    bytes: int
    budget: int
    oldest_at: str | None
    failures: list[Failures]


class Pruned(Struct, frozen=True):
    files: int
    bytes: int


class What(Struct, frozen=True):
    """``host``: of this server alone; of all when it is empty."""

    host: str = ""


@get("/api/weft/v1/admin/media", guards=[scope("admin:read"), admin])
async def status(db: Db, media_cache: Cache) -> RemoteMedia:
    held = await db.read(remote_media.held)
    return RemoteMedia(
        files=held.files,
        bytes=held.bytes,
        budget=media_cache.budget,
        oldest_at=iso(held.oldest_at) if held.oldest_at is not None else None,
        failures=[Failures(host, count) for host, count in held.failures],
    )


@post("/api/weft/v1/admin/media/prune", status_code=200, guards=[scope("admin:write"), admin])
async def prune(db: Db, media_cache: Cache, data: JSONBody[What | None] = None) -> Pruned:
    """Throw copies away. What is looked at is fetched anew."""
    host = data.host.lower() if data is not None else ""
    gone = await asyncio.to_thread(media_files.prune, db, media_cache.blobs, host)
    return Pruned(gone.files, gone.bytes)


ROUTES = [status, prune]
