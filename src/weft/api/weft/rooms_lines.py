"""What is said in a room: read, said, changed, taken back, reacted to, found, taken along."""

import hashlib
from collections.abc import AsyncGenerator, Callable
from typing import Annotated, Any
from urllib.parse import unquote

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.response import Stream
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, few, id_of, json_page
from weft.api.weft.rooms import ONE, READ, WRITE
from weft.api.weft.rooms_entities import RoomLine, RoomLineVersion, lines
from weft.api.weft.rooms_entities import line as shown
from weft.kernel.clock import iso
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import parse_id
from weft.rooms import doors, export, model, reactions
from weft.rooms import lines as said
from weft.rooms import search as searching
from weft.rooms.lines import NONCE_CHARS
from weft.rooms.model import LineFormat, RoomDraft
from weft.store.database import Database, Tx
from weft.threads.limits import MEDIA_PER_POST

LISTED = 40
LISTED_MAX = 200
"""A screen or two of a lively room: lines are small."""
LANGUAGE_MAX = 20
QUERY_CHARS = 500
_LINES = f"{ONE}/lines"
_LINE = f"{_LINES}/{{line_id:str}}"
_FORMATS: dict[str, LineFormat] = {"text/plain": "plain", "text/markdown": "markdown"}


class NewLine(Struct):
    """``content_type``: text/markdown (the default) or text/plain. ``media_ids``: uploads of one's
    own that are on nothing else.
    """

    text: str = ""
    in_reply_to_id: str | int | None = None
    language: str | None = None
    media_ids: list[str | int] | None = None
    content_type: str | None = None


class ChangedLine(Struct):
    text: str = ""
    content_type: str | None = None


@get(_LINES, guards=READ, dependencies=paging(LISTED, LISTED_MAX))
async def history(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned, room_id: FromPath[str]
) -> Response[list[RoomLine]]:
    """What was said and who came and went, newest first: in a public room all of it, in a private
    one what was said while one was in it.
    """
    number = id_of(room_id)

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = said.history(tx, me.id, number, page)
        return encode(lines(tx, me.id, found)), [one.id for one in found]

    return await json_page(request, db, read, short=page.most <= LISTED)


@post(_LINES, status_code=200, guards=WRITE)
async def say(
    db: Db,
    me: Me,
    room_id: FromPath[str],
    data: JSONBody[NewLine],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> RoomLine:
    """Say something. The same ``Idempotency-Key`` gives the same line again."""
    number = id_of(room_id)
    draft = RoomDraft(
        text=data.text,
        reply_to_id=_reply_to(data.in_reply_to_id),
        language=_language(data.language),
        media_ids=_media(data.media_ids),
        nonce=_nonce(idempotency_key),
        format=_format(data.content_type),
    )
    return await db.write(lambda tx: shown(tx, me.id, said.say(tx, me, number, draft)))


@get(_LINE, guards=READ)
async def show(db: Db, me: Me, room_id: FromPath[str], line_id: FromPath[str]) -> RoomLine:
    return await db.read(lambda tx: shown(tx, me.id, _see(tx, me.id, room_id, line_id)))


@put(_LINE, guards=WRITE)
async def change(
    db: Db, me: Me, room_id: FromPath[str], line_id: FromPath[str], data: JSONBody[ChangedLine]
) -> RoomLine:
    """Say one's own line differently; its pictures stay."""
    form = _format(data.content_type)

    def work(tx: Tx) -> RoomLine:
        line = _see(tx, me.id, room_id, line_id)
        return shown(tx, me.id, said.edit(tx, me, line.id, data.text, format=form))

    return await db.write(work)


@delete(_LINE, status_code=200, guards=WRITE)
async def take_back(
    db: Db, me: Me, room_id: FromPath[str], line_id: FromPath[str]
) -> dict[str, Any]:
    """One's own; as owner or moderator anybody's."""
    await db.write(lambda tx: said.delete(tx, me, _see(tx, me.id, room_id, line_id).id))
    return {}


@get(f"{_LINE}/history", guards=READ)
async def versions(
    db: Db, me: Me, room_id: FromPath[str], line_id: FromPath[str]
) -> list[RoomLineVersion]:
    """What it said, oldest first, the present version last."""

    def read(tx: Tx) -> list[RoomLineVersion]:
        found = said.versions(tx, _see(tx, me.id, room_id, line_id))
        return [RoomLineVersion(iso(one.at), one.text, one.html) for one in found]

    return await db.read(read)


@put(f"{_LINE}/reactions/{{emoji:str}}", guards=WRITE)
async def react(
    db: Db, me: Me, room_id: FromPath[str], line_id: FromPath[str], emoji: FromPath[str]
) -> RoomLine:
    """React; once with each emoji."""
    name = unquote(emoji)

    def work(tx: Tx) -> RoomLine:
        line = _see(tx, me.id, room_id, line_id)
        return shown(tx, me.id, reactions.react(tx, me, line.id, name))

    return await db.write(work)


@delete(f"{_LINE}/reactions/{{emoji:str}}", status_code=200, guards=WRITE)
async def unreact(
    db: Db, me: Me, room_id: FromPath[str], line_id: FromPath[str], emoji: FromPath[str]
) -> RoomLine:
    name = unquote(emoji)

    def work(tx: Tx) -> RoomLine:
        line = _see(tx, me.id, room_id, line_id)
        return shown(tx, me.id, reactions.unreact(tx, me, line.id, name))

    return await db.write(work)


@get(f"{ONE}/search", guards=READ, dependencies=paging(LISTED, LISTED_MAX))
async def search(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    page: Turned,
    room_id: FromPath[str],
    q: FromQuery[str] = "",
) -> Response[list[RoomLine]]:
    """Lines with all of the words and "phrases" of ``q``, newest first, among those one may read."""
    number = id_of(room_id)

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = searching.find(tx, me.id, number, q[:QUERY_CHARS], page)
        return encode(lines(tx, me.id, found)), [one.id for one in found]

    return await json_page(request, db, read)


# -- taken along ------------------------------------------------------------------------------


@get(f"{ONE}/export", guards=READ)
async def export_room(db: Db, me: Me, room_id: FromPath[str]) -> Stream:
    """All that one may read in it, oldest first: a line of JSON for each."""
    number = id_of(room_id)
    await db.read(lambda tx: doors.read(tx, me.id, number))

    def some(tx: Tx, after: int) -> tuple[bytes, int]:
        found = export.of_room(tx, me.id, number, after)
        written = b"".join(encode(one) + b"\n" for one in lines(tx, me.id, found))
        return written, found[-1].id if found else 0

    return _file(db, some, f"room-{number}.jsonl")


@get("/api/weft/v1/exports/room_lines.jsonl", guards=[scope("read")])
async def export_own(db: Db, me: Me) -> Stream:
    """All that one ever said in rooms, oldest first, also in those that one left."""

    def some(tx: Tx, after: int) -> tuple[bytes, int]:
        found = export.own(tx, me.id, after)
        shown_lines = lines(tx, me.id, [line for line, _ in found])
        written = b"".join(
            encode({"room": name, "line": one}) + b"\n"
            for one, (_, name) in zip(shown_lines, found, strict=True)
        )
        return written, found[-1][0].id if found else 0

    return _file(db, some, "room_lines.jsonl")


def _file(db: Database, some: Callable[[Tx, int], tuple[bytes, int]], name: str) -> Stream:
    async def parts() -> AsyncGenerator[bytes]:
        after = 0
        while True:
            try:
                written, last = await db.read(lambda tx, at=after: some(tx, at))
            except NotFound:  # sent away meanwhile
                return
            if not last:
                return
            yield written
            after = last

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(parts(), media_type="application/x-ndjson", headers=headers)


# -- what clients send ------------------------------------------------------------------------


def _see(tx: Tx, viewer_id: int, room_id: str, line_id: str) -> model.RoomLine:
    """Errors: NotFound, also for a line of another room."""
    line = said.see(tx, viewer_id, id_of(line_id))
    if line.room_id != id_of(room_id):
        raise NotFound
    return line


def _reply_to(given: str | int | None) -> int | None:
    if given is None or given == "":
        return None
    number = parse_id(str(given))
    if number is None:
        raise NotFound("The line you are replying to was not found")
    return number


def _media(given: list[str | int] | None) -> tuple[int, ...]:
    found: list[int] = []
    for one in few(given, MEDIA_PER_POST, "files"):
        number = parse_id(str(one))
        if number is None:
            raise Invalid("Validation failed: Media was not found or is already used")
        found.append(number)
    return tuple(found)


def _language(text: str | None) -> str | None:
    fits = text and len(text) <= LANGUAGE_MAX and text.isascii() and text.isprintable()
    return text if fits else None


def _format(given: str | None) -> LineFormat:
    form = _FORMATS.get(given or "text/markdown")
    if form is None:
        raise Invalid("Validation failed: Content type is not supported")
    return form


def _nonce(key: str | None) -> str | None:
    """Keys are as long as apps like."""
    if not key:
        return None
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=NONCE_CHARS // 2)
    return digest.hexdigest()


ROUTES = [
    history,
    say,
    show,
    change,
    take_back,
    versions,
    react,
    unreact,
    search,
    export_room,
    export_own,
]
