"""Pictures before they are posted: https://docs.joinmastodon.org/methods/media/."""

import asyncio
from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Files, Me
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_statuses import MediaAttachment
from weft.api.mastodon.serialise import upload as shown
from weft.api.rails import read_form
from weft.kernel.errors import Invalid, WeftError
from weft.people.model import Account
from weft.store.blobs import Blobs
from weft.store.database import Database, Tx
from weft.threads import files, media
from weft.threads.media import UPLOAD_BYTES, Upload

FORM_BYTES = UPLOAD_BYTES + 64 * 1024
"""A file and its description."""
WAIT_S = 30.0
LOOK_S = 0.05
"""The old upload answers with the finished picture: how long it waits for it, how often it looks.
A picture takes 0.1 to 1 s."""
RAW = "raw"
"""Ending of bytes as they came; they are never served."""

Answer = Response[MediaAttachment]


class Details(Struct):
    description: str | None = None
    focus: str | None = None


async def _keep(request: Request[Any, Any, Any], db: Database, blobs: Blobs, me: Account) -> Upload:
    form = await read_form(request)
    file = form.files.get("file")
    if file is None or not file.data:
        raise Invalid("Validation failed: File can't be blank")
    if len(file.data) > UPLOAD_BYTES:
        raise WeftError(f"Files can have {UPLOAD_BYTES // 1024 // 1024} MB at most", 413)
    details = form.into(Details)
    focus = media.parse_focus(details.focus) or (0.0, 0.0)
    async with files.keeping(db, blobs) as hand:
        key = await asyncio.to_thread(hand.put_alone, file.data, RAW)
        return await db.write(
            lambda tx: media.add(tx, me.id, key, description=details.description or "", focus=focus)
        )


def _answer(db: Database, one: Upload, waiting: int) -> Answer:
    if one.error:
        raise Invalid(one.error)
    return Response(shown(db.site, one), status_code=200 if one.blob else waiting)


@post(
    "/api/v2/media",
    guards=[scope("write:media")],
    status_code=202,
    request_max_body_size=FORM_BYTES,
)
async def add(request: Request[Any, Any, Any], db: Db, blobs: Files, me: Me) -> Answer:
    """202: it is being processed; ask for it by id until that answers 200."""
    return _answer(db, await _keep(request, db, blobs, me), 202)


@post(
    "/api/v1/media",
    guards=[scope("write:media")],
    status_code=200,
    request_max_body_size=FORM_BYTES,
)
async def add_and_wait(request: Request[Any, Any, Any], db: Db, blobs: Files, me: Me) -> Answer:
    """The old way: answers when it is processed."""
    one = await _keep(request, db, blobs, me)
    number = one.id
    ends = asyncio.get_running_loop().time() + WAIT_S
    while not one.blob and not one.error and asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(LOOK_S)
        one = await db.read(lambda tx: media.mine(tx, me.id, number))
    return _answer(db, one, 200)


@get("/api/v1/media/{media_id:str}", guards=[scope("write:media")])
async def show(db: Db, me: Me, media_id: FromPath[str]) -> Answer:
    """206 while it is being processed; 422 when it cannot be."""
    number = id_of(media_id)
    return _answer(db, await db.read(lambda tx: media.mine(tx, me.id, number)), 206)


@put(
    "/api/v1/media/{media_id:str}",
    guards=[scope("write:media")],
    request_max_body_size=FORM_BYTES,
)
async def describe(
    request: Request[Any, Any, Any], db: Db, me: Me, media_id: FromPath[str]
) -> Answer:
    """Alt text and focus. A thumbnail of one's own is for video and sound: it is not used."""
    number = id_of(media_id)
    details = (await read_form(request)).into(Details)
    one = await db.write(
        lambda tx: media.describe(
            tx,
            me.id,
            number,
            description=details.description,
            focus=media.parse_focus(details.focus),
        )
    )
    return _answer(db, one, 200)


@delete("/api/v1/media/{media_id:str}", guards=[scope("write:media")], status_code=200)
async def drop(db: Db, blobs: Files, me: Me, media_id: FromPath[str]) -> dict[str, str]:
    """Only while it is on no post."""
    number = id_of(media_id)

    def write(tx: Tx) -> Sequence[str]:
        return media.unused(tx, media.keys(media.drop(tx, me.id, number)))

    await files.drop(db, blobs, await db.write(write))
    return {}


ROUTES = [add, add_and_wait, show, describe, drop]
