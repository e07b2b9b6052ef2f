"""What one takes along to another server and brings from it: CSV files, in Mastodon's formats."""

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.kernel.errors import NotFound
from weft.reading import imports
from weft.reading.export import export, kind_of
from weft.work import jobs


class File(Struct, frozen=True):
    """``type``: following, lists, blocks, mutes, domain_blocks or bookmarks. ``data``: the file."""

    type: str = ""
    data: str = ""


class Importing(Struct, frozen=True):
    """``lines``: that were understood; they are done one after the other."""

    lines: int


class Progress(Struct, frozen=True):
    """``running``: whether lines of any file are still to be done."""

    running: bool


@get("/api/weft/v1/exports/{name:str}", guards=[scope("read")])
async def exported(db: Db, me: Me, name: FromPath[str]) -> Response[bytes]:
    """``following.csv``, ``lists.csv``, ``blocks.csv``, ``mutes.csv``, ``domain_blocks.csv`` or
    ``bookmarks.csv``.
    """
    kind = kind_of(name.removesuffix(".csv")) if name.endswith(".csv") else None
    if kind is None:
        raise NotFound
    text = await db.read(lambda tx: export(tx, me, kind))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


@post("/api/weft/v1/imports", status_code=200, guards=[scope("write")])
async def bring(db: Db, me: Me, data: JSONBody[File]) -> Importing:
    """Add what is in a file. What is there already stays, and nothing is taken away."""
    return Importing(await db.write(lambda tx: imports.begin(tx, me, data.type, data.data)))


@get("/api/weft/v1/imports", guards=[scope("read")])
async def progress(db: Db, me: Me) -> Progress:
    return Progress(await db.read(lambda tx: jobs.has_lane(tx, imports.lane(me.id))))


ROUTES = [exported, bring, progress]
