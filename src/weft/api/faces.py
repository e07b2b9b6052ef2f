"""The drawn faces of those who chose no picture: ``/media/faces/…``.

A face follows from the handle alone, so it never changes under its address.
"""

import asyncio
from functools import lru_cache

from litestar import Response, get
from litestar.params import FromPath

from weft.api.given import Db
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.people import accounts
from weft.people.model import Account
from weft.threads import faces

KEPT = 512
"""Pictures held in memory: some 3 MB, against 10 ms of drawing each."""
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


@lru_cache(KEPT)
def _draw(handle: str, shape: str) -> bytes:
    if shape == "header":
        return faces.weave_header(handle)
    return faces.ai_face(handle) if shape == "ai" else faces.person_face(handle)


async def _picture(handle: str, shape: str) -> Response[bytes]:
    drawn = await asyncio.to_thread(_draw, handle, shape)
    return Response(drawn, media_type="image/png", headers=_HEADERS)


async def _account(db: Db, text: str) -> Account:
    account_id = parse_id(text)
    if account_id is None:
        raise NotFound
    return await db.read(lambda tx: accounts.get(tx, account_id))


def _handle(db: Db, one: Account) -> str:
    return f"{one.username}@{one.domain or db.site.domain}"


@get("/media/faces/server.png", include_in_schema=False)
async def server(db: Db) -> Response[bytes]:
    """The server's own picture."""
    return await _picture(db.site.domain, "header")


@get("/media/faces/{file:str}", include_in_schema=False)
async def face(db: Db, file: FromPath[str]) -> Response[bytes]:
    """``{account id}.png``"""
    one = await _account(db, file.removesuffix(".png"))
    by_itself = one.kind in ("ai", "application")  # not ``bot``, which a person may change
    return await _picture(_handle(db, one), "ai" if by_itself else "person")


@get("/media/faces/{account_id:str}/header.png", include_in_schema=False)
async def header(db: Db, account_id: FromPath[str]) -> Response[bytes]:
    """What stands behind the face on a profile."""
    one = await _account(db, account_id)
    return await _picture(_handle(db, one), "header")


ROUTES = [server, face, header]
