"""The web client's files, ready to send: read once, packed once, kept while they do not change."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
import re
from collections import OrderedDict
from pathlib import Path

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Struct

from weft.kernel.errors import NotFound

KEPT_BYTES = 16 * 1024 * 1024
"""Files held in memory, packed and plain: the whole client is about 400 kB."""
PACKED_FROM = 1_024
"""Below this, packing saves less than its headers cost."""
FOREVER = "public, max-age=31536000, immutable"
ASK = "no-cache"
_HASHED = re.compile(r".*-[A-Za-z0-9_-]{8}\.\w+|[0-9a-f]{10}-\w+\.css")
"""Names that change with the content, as Vite and our own styles write them."""
_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""No leading dots: nothing above the folder, and nothing hidden in it."""
_TYPES = {
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""Where the machine's own table is often wrong or missing."""
_TEXTS = ("text/", "application/json", "application/manifest", "image/svg")
_PACKED = {"br": ".br", "gzip": ".gz"}
"""Encodings, best first, and the endings of files that a build may have packed already."""


class File(Struct, frozen=True):
    changed: int
    mime: str
    tag: str
    plain: bytes
    packed: dict[str, bytes]

    @property
    def size(self) -> int:
        return len(self.plain) + sum(map(len, self.packed.values()))


class Static:
    """``folder``: the client's build; it may be missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: OrderedDict[str, File] = OrderedDict()
        self._size = 0

    async def file(self, name: str) -> File:
        """A file by its path below the folder. Errors: NotFound."""
        path = self._folder / name
        if not _NAME.fullmatch(name) or name == "index.html":
            raise NotFound
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            raise NotFound from None
        known = self._kept.get(name)
        if known is not None and known.changed == changed:
            self._kept.move_to_end(name)
            return known
        if not path.is_file():
            raise NotFound
        fresh = await asyncio.to_thread(_read, path, changed)
        self._keep(name, fresh)
        return fresh

    def _keep(self, name: str, fresh: File) -> None:
        old = self._kept.pop(name, None)
        self._size += fresh.size - (old.size if old is not None else 0)
        self._kept[name] = fresh
        while self._size > KEPT_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._size -= gone.size


Assets = NamedDependency[SkipValidation[Static]]
"""``static``: given to the routes that serve files."""


def _read(path: Path, changed: int) -> File:
    plain = path.read_bytes()
    packed: dict[str, bytes] = {}
    for encoding, ending in _PACKED.items():
        made = path.with_name(path.name + ending)
        if made.is_file():
            packed[encoding] = made.read_bytes()
    return as_file(path.name, plain, packed, changed)


def as_file(
    name: str, plain: bytes, packed: dict[str, bytes] | None = None, changed: int = 0
) -> File:
    """Bytes ready to send; packed with gzip unless they do not shrink."""
    mime = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    mime = mime or "application/octet-stream"
    packed = dict(packed or {})
    if mime.startswith(_TEXTS) and "gzip" not in packed and len(plain) >= PACKED_FROM:
        packed["gzip"] = gzip.compress(plain, mtime=0)
    return File(changed, mime, hashlib.sha256(plain).hexdigest()[:20], plain, packed)


def send(file: File, name: str, accepts: str, known: str) -> Response[bytes]:
    """A file as a response. ``accepts``: Accept-Encoding; ``known``: If-None-Match."""
    wanted = {part.partition(";")[0].strip() for part in accepts.lower().split(",")}
    encoding = next((one for one in _PACKED if one in wanted and one in file.packed), None)
    tag = f'"{file.tag}{f"-{encoding}" if encoding else ""}"'
    headers = {
        "ETag": tag,
        "Cache-Control": FOREVER if _HASHED.fullmatch(name.rpartition("/")[2]) else ASK,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if file.mime.startswith("image/svg"):
        # Opened by itself, a drawing is a document and could run something.
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    if tag in known:
        return Response(b"", status_code=304, headers=headers)
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    body = file.packed[encoding] if encoding is not None else file.plain
    return Response(body, media_type=file.mime, headers=headers)
