"""What AIs know about whoever asks, for them alone; and, for an AI's owner, what it has become.

An owner is never shown a note: what somebody told an AI is between the two.
"""

from typing import Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from weft.ai import members
from weft.ai.memory import changes, notes, versions
from weft.ai.memory.model import Note
from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon.answers import id_of
from weft.kernel.clock import iso
from weft.kernel.errors import NotFound
from weft.people import accounts
from weft.store.database import Tx

_READ = [scope("read:accounts")]
_WRITE = [scope("write:accounts")]
_AI = "/api/weft/v1/ais/{ai_id:str}"
_MEMORY = f"{_AI}/memory"
_VERSION = f"{_AI}/versions/{{number:int}}"
NUMBER_MAX = 2**31 - 1


class AiNote(Struct, frozen=True):
    """``scope``: public (told to you anywhere), room (in that room), person (to you alone). ``sources``:
    ids of the posts or lines in which you said it. Times are RFC 3339.
    """

    id: str
    scope: str
    room_id: str | None
    kind: str
    text: str
    edited: bool
    uses: int
    used_at: str | None
    created_at: str
    expires_at: str | None
    sources: list[str]


class AiMemory(Struct, frozen=True):
    """What one AI knows about you, newest first. ``paused``: it forgets you and learns nothing."""

    account_id: str
    acct: str
    paused: bool
    notes: list[AiNote]


class WrittenNote(Struct):
    text: str = ""


class AiVersion(Struct, frozen=True):
    """``core``: its owner's words. ``current``: what it has become. ``state``: proposed, accepted or
    rejected. ``author_id``: null for what the server proposed. ``diff``: from its parent.
    """

    version: int
    parent: int | None
    author_id: str | None
    note: str
    core: str
    current: str
    state: str
    live: bool
    diff: str
    created_at: str
    decided_at: str | None


class AiEvolving(Struct, frozen=True):
    """``evolves``: changes are proposed. ``adopts``: and taken on without asking."""

    evolves: bool
    adopts: bool


class ChosenEvolving(Struct):
    evolves: bool | None = None
    adopts: bool | None = None


# -- what it knows about me -------------------------------------------------------------------


@get("/api/weft/v1/memory", guards=_READ)
async def everywhere(db: Db, me: Me) -> list[AiMemory]:
    """What all AIs of this server know about you."""
    return await db.read(lambda tx: _everywhere(tx, me.id))


@get("/api/weft/v1/exports/ai_memory.json", guards=[scope("read")])
async def exported(db: Db, me: Me) -> Response[bytes]:
    """The same as a file to take along."""
    found = await db.read(lambda tx: _everywhere(tx, me.id))
    headers = {"Content-Disposition": 'attachment; filename="ai_memory.json"'}
    body = msgspec.json.format(msgspec.json.encode(found), indent=2)
    return Response(body, media_type="application/json", headers=headers)


@get(_MEMORY, guards=_READ)
async def mine(db: Db, me: Me, ai_id: FromPath[str]) -> AiMemory:
    number = id_of(ai_id)
    return await db.read(lambda tx: _of(tx, number, me.id))


@put(f"{_MEMORY}/{{note_id:str}}", guards=_WRITE)
async def write(
    db: Db, me: Me, ai_id: FromPath[str], note_id: FromPath[str], data: JSONBody[WrittenNote]
) -> AiNote:
    """Say it in other words, up to 200 characters."""
    ai, note = id_of(ai_id), id_of(note_id)

    def work(tx: Tx) -> AiNote:
        written = notes.write(tx, ai, me.id, note, data.text)
        return _note(written, notes.sources(tx, [note])[note])

    return await db.write(work)


@delete(f"{_MEMORY}/{{note_id:str}}", status_code=200, guards=_WRITE)
async def drop(db: Db, me: Me, ai_id: FromPath[str], note_id: FromPath[str]) -> dict[str, Any]:
    ai, note = id_of(ai_id), id_of(note_id)
    await db.write(lambda tx: notes.delete(tx, ai, me.id, note))
    return {}


@delete(_MEMORY, status_code=200, guards=_WRITE)
async def drop_all(db: Db, me: Me, ai_id: FromPath[str]) -> dict[str, Any]:
    number = id_of(ai_id)

    def work(tx: Tx) -> None:
        notes.of(tx, number, me.id)  # 404 where there is no such AI
        notes.delete_all(tx, number, me.id)

    await db.write(work)
    return {}


@post(f"{_MEMORY}/pause", status_code=200, guards=_WRITE)
async def pause(db: Db, me: Me, ai_id: FromPath[str]) -> AiMemory:
    """It forgets you, and learns nothing about you until you resume."""
    return await _set(db, me.id, ai_id, paused=True)


@delete(f"{_MEMORY}/pause", status_code=200, guards=_WRITE)
async def resume(db: Db, me: Me, ai_id: FromPath[str]) -> AiMemory:
    return await _set(db, me.id, ai_id, paused=False)


async def _set(db: Db, me_id: int, ai_id: str, *, paused: bool) -> AiMemory:
    number = id_of(ai_id)

    def work(tx: Tx) -> AiMemory:
        (notes.pause if paused else notes.resume)(tx, number, me_id)
        return _of(tx, number, me_id)

    return await db.write(work)


def _everywhere(tx: Tx, me_id: int) -> list[AiMemory]:
    return [_of(tx, one, me_id) for one in sorted(notes.knowing(tx, me_id))]


def _of(tx: Tx, ai_id: int, me_id: int) -> AiMemory:
    found = notes.of(tx, ai_id, me_id)
    said = notes.sources(tx, [one.id for one in found])
    return AiMemory(
        str(ai_id),
        accounts.get(tx, ai_id).acct,
        notes.paused(tx, ai_id, me_id) is not None,
        [_note(one, said[one.id]) for one in found],
    )


def _note(note: Note, said: list[int]) -> AiNote:
    return AiNote(
        id=str(note.id),
        scope=note.scope,
        room_id=str(note.scope_id) if note.scope == "room" else None,
        kind=note.kind,
        text=note.text,
        edited=note.edited,
        uses=note.uses,
        used_at=_time(note.used_at),
        created_at=iso(note.created_at),
        expires_at=_time(note.expires_at),
        sources=[str(one) for one in said],
    )


def _time(at: int | None) -> str | None:
    return iso(at) if at is not None else None


# -- what it has become, for its owner --------------------------------------------------------


@get(f"{_AI}/versions", guards=_READ)
async def listed(db: Db, me: Me, ai_id: FromPath[str]) -> list[AiVersion]:
    """The newest hundred, newest first; none for an AI that never changed."""
    number = id_of(ai_id)

    def work(tx: Tx) -> list[AiVersion]:
        members.owned(tx, me, number)
        return _versions(tx, number, versions.of(tx, number))

    return await db.read(work)


@post(f"{_VERSION}/accept", status_code=200, guards=_WRITE)
async def accept(db: Db, me: Me, ai_id: FromPath[str], number: FromPath[int]) -> AiVersion:
    return await db.write(lambda tx: _one(tx, changes.accept(tx, me, id_of(ai_id), _asked(number))))


@post(f"{_VERSION}/reject", status_code=200, guards=_WRITE)
async def reject(db: Db, me: Me, ai_id: FromPath[str], number: FromPath[int]) -> AiVersion:
    return await db.write(lambda tx: _one(tx, changes.reject(tx, me, id_of(ai_id), _asked(number))))


@post(f"{_VERSION}/rollback", status_code=200, guards=_WRITE)
async def rollback(db: Db, me: Me, ai_id: FromPath[str], number: FromPath[int]) -> AiVersion:
    """Be again what it was then, as a new version."""
    return await db.write(
        lambda tx: _one(tx, changes.rollback(tx, me, id_of(ai_id), _asked(number)))
    )


@put(f"{_AI}/evolving", guards=_WRITE)
async def evolving(
    db: Db, me: Me, ai_id: FromPath[str], data: JSONBody[ChosenEvolving]
) -> AiEvolving:
    number = id_of(ai_id)
    ai = await db.write(
        lambda tx: changes.let(tx, me, number, evolves=data.evolves, adopts=data.adopts)
    )
    return AiEvolving(ai.evolves, ai.adopts)


def _asked(number: int) -> int:
    if not 0 < number <= NUMBER_MAX:
        raise NotFound
    return number


def _one(tx: Tx, version: versions.Version) -> AiVersion:
    return _versions(tx, version.ai_id, [version])[0]


def _versions(tx: Tx, ai_id: int, found: list[versions.Version]) -> list[AiVersion]:
    known = {one.version: one for one in found}
    for one in found:
        if one.parent is not None and one.parent not in known:
            known[one.parent] = versions.get(tx, ai_id, one.parent)
    now = versions.live(tx, ai_id)
    return [
        AiVersion(
            version=one.version,
            parent=one.parent,
            author_id=str(one.author_id) if one.author_id is not None else None,
            note=one.note,
            core=one.core,
            current=one.current,
            state=one.state,
            live=now is not None and now.version == one.version,
            diff=versions.diff(known[one.parent] if one.parent is not None else None, one),
            created_at=iso(one.created_at),
            decided_at=_time(one.decided_at),
        )
        for one in found
    ]


ROUTES = [
    everywhere,
    exported,
    mine,
    write,
    drop,
    drop_all,
    pause,
    resume,
    listed,
    accept,
    reject,
    rollback,
    evolving,
]
