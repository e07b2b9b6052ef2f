"""Pictures as files: posts' media, avatars, headers.

A file's name is made of its content, so it never changes and may be kept by browsers and proxies
for ever. Nothing that could run in a page is ever stored under these endings, and the headers
make sure of it.
"""

import asyncio

from litestar import Response, get
from litestar.params import FromPath

from weft.api.given import Files
from weft.kernel.errors import NotFound

TYPES = {
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
}
"""What is served, by ending. Uploads that are not processed yet have another one: their bytes
still say where a picture was taken."""
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


@get("/media/{folder:str}/{name:str}", include_in_schema=False)
async def blob(blobs: Files, folder: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    kind = TYPES.get(name.rpartition(".")[2])
    path = blobs.path(f"{folder}/{name}") if kind is not None else None
    if path is None:
        raise NotFound
    data = await asyncio.to_thread(path.read_bytes)
    return Response(data, media_type=kind, headers=_HEADERS)


ROUTES = [blob]
