"""Files of other servers, shown from here: ``/media/remote/…``, the addresses of ``kernel.veil``.

They say what they are by their bytes, run nowhere, and may be kept by browsers; films can be played
from the middle.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import closing
from typing import Any, BinaryIO

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect, Stream

from weft.api.given import Db
from weft.federation.media_cache import Busy, MediaCache, TooLarge
from weft.kernel.errors import NotFound
from weft.kernel.veil import unveiled
from weft.net.client import OutboundPaced

READ = 256 * 1024
"""Bytes at a time: nearly every picture is one."""
_HEADERS = {
    # A week: whoever changes a picture nearly always gives it another address.
    "Cache-Control": "public, max-age=604800",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Accept-Ranges": "bytes",
}
_SOON = {"Cache-Control": "public, max-age=300"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

Cache = NamedDependency[SkipValidation[MediaCache]]


@get("/media/remote/{mark:str}/{text:str}", include_in_schema=False)
async def remote(
    request: Request[Any, Any, Any],
    db: Db,
    media_cache: Cache,
    mark: FromPath[str],
    text: FromPath[str],
) -> Response[Any]:
    url = unveiled(db.site.veil, mark, text) if db.site.veil else None
    if url is None:
        raise NotFound
    try:
        shown = await media_cache.show(url)
    except TooLarge as elsewhere:
        return Redirect(elsewhere.url, status_code=302, headers=_SOON)
    except (Busy, OutboundPaced):
        return Response(b"", status_code=503, headers={"Retry-After": "30"})
    except NotFound:
        return Response(b"", status_code=404, headers=_SOON)
    etag = f'"{shown.etag}"'
    headers = _HEADERS | {"ETag": etag}
    asked = request.headers
    if etag in asked.get("if-none-match", ""):
        shown.file.close()
        return Response(b"", status_code=304, headers=headers)
    part = (0, shown.size)
    wanted = _RANGE.fullmatch(asked.get("range", ""))
    if wanted is not None and asked.get("if-range", etag) == etag:
        found = _part(wanted[1], wanted[2], shown.size)
        if found is None:
            shown.file.close()
            refused = {"Content-Range": f"bytes */{shown.size}"}
            return Response(b"", status_code=416, headers=refused)
        part = found
        headers["Content-Range"] = f"bytes {part[0]}-{part[1] - 1}/{shown.size}"
    headers["Content-Length"] = str(part[1] - part[0])
    return Stream(
        _read(shown.file, *part),
        media_type=shown.mime,
        headers=headers,
        status_code=206 if "Content-Range" in headers else 200,
    )


def _part(first: str, last: str, size: int) -> tuple[int, int] | None:
    """From where to before where, in bytes (RFC 9110, 14.1.2); None for what is not in the file."""
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
    else:
        start, end = max(size - int(last), 0) if last else size, size
    return (start, end) if start < end else None


async def _read(file: BinaryIO, start: int, end: int) -> AsyncGenerator[bytes]:
    with closing(file):
        file.seek(start)
        while start < end:
            part = await asyncio.to_thread(file.read, min(READ, end - start))
            if not part:
                break
            start += len(part)
            yield part


ROUTES = [remote]
