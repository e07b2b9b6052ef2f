"""Rules about servers as files, and lists of servers that are followed: for admins.

Mastodon's own API (``/api/v1/admin/domain_blocks``, ``domain_allows``) has single rules; it has files on
its web pages only, and no lists.
"""

from typing import Any

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct, structs

from weft.api.auth import admin, scope
from weft.api.given import Db
from weft.api.mastodon.answers import id_of
from weft.kernel.clock import iso
from weft.kernel.errors import Invalid
from weft.moderation import allows, domain_csv, domain_files, domain_lists, domains
from weft.moderation.domain_lists import DomainList
from weft.moderation.domain_preview import Line, Preview
from weft.moderation.rules import Rule
from weft.store.database import Tx

_READ = [scope("admin:read:domain_blocks"), admin]
_WRITE = [scope("admin:write:domain_blocks"), admin]
_READ_ALLOWS = [scope("admin:read:domain_allows"), admin]
_WRITE_ALLOWS = [scope("admin:write:domain_allows"), admin]
_BLOCKS = "/api/weft/v1/admin/domain_blocks"
_ALLOWS = "/api/weft/v1/admin/domain_allows"
_LISTS = "/api/weft/v1/admin/domain_lists"
_LIST = f"{_LISTS}/{{list_id:str}}"
_BODY = 2 * domain_csv.FILE_BYTES
"""Bytes of a request with a file in it, as JSON."""


class File(Struct, frozen=True):
    """``data``: CSV, as ``domain_csv`` reads it."""

    data: str = ""


class Ruling(Struct, frozen=True):
    severity: str
    reject_media: bool
    reject_reports: bool


class Changing(Struct, frozen=True):
    """``what``: added, hardened, softened or removed. ``followers`` and ``following``: follows of
    members here that would end.
    """

    what: str
    domain: str
    before: Ruling | None
    after: Ruling | None
    followers: int
    following: int


class Foreseen(Struct, frozen=True):
    """What would change, or did. ``members``: people here who lose somebody. ``version``: of what was
    looked at, to say yes to exactly this.
    """

    added: int
    hardened: int
    softened: int
    removed: int
    members: int
    followers: int
    following: int
    changes: list[Changing]
    version: str = ""


class Allowed(Struct, frozen=True):
    """``added``: how many were not allowed before."""

    added: int


class Following(Struct, frozen=True):
    """What is left out stays as it is. ``severity``: the hardest rule the list may make here."""

    name: str | None = None
    severity: str | None = None
    automatic: bool | None = None


class NewFollowing(Following, frozen=True):
    url: str = ""


class Approval(Struct, frozen=True):
    """``version``: as the preview gave it."""

    version: str = ""


class SharedList(Struct, frozen=True):
    """``entries``: domains in force; ``waiting``: domains as last read, null where that is nothing new;
    ``held``: it is automatic, but changes too much at once. Times are RFC 3339.
    """

    id: str
    url: str
    name: str
    severity: str
    automatic: bool
    entries: int
    waiting: int | None
    held: bool
    error: str | None
    fetched_at: str | None
    applied_at: str | None
    created_at: str


# -- files ------------------------------------------------------------------------------------


@get(f"{_BLOCKS}.csv", guards=_READ)
async def export_blocks(db: Db) -> Response[bytes]:
    """Rules in Mastodon's format, those of lists too."""
    found = await db.read(domains.every)
    return _csv("domain_blocks.csv", domain_csv.write_rules(found))


@get(f"{_ALLOWS}.csv", guards=_READ_ALLOWS)
async def export_allows(db: Db) -> Response[bytes]:
    """Allowed servers in Mastodon's format."""
    return _csv("domain_allows.csv", domain_csv.write_allows(await db.read(allows.every)))


@post(f"{_BLOCKS}/preview", status_code=200, guards=_WRITE, request_max_body_size=_BODY)
async def preview_blocks(db: Db, data: JSONBody[File]) -> Foreseen:
    """What a file would change. Nothing is changed; for whoever may import it."""
    entries = domain_csv.read(_bytes(data))
    return _foreseen(await db.read(lambda tx: domain_files.preview_blocks(tx, entries)))


@post(f"{_BLOCKS}/import", status_code=200, guards=_WRITE, request_max_body_size=_BODY)
async def import_blocks(db: Db, data: JSONBody[File]) -> Foreseen:
    """What the file says is so from now on; what it does not name stays. All of it, or nothing."""
    entries = domain_csv.read(_bytes(data))
    return _foreseen(await db.write(lambda tx: domain_files.import_blocks(tx, entries)))


@post(f"{_ALLOWS}/import", status_code=200, guards=_WRITE_ALLOWS, request_max_body_size=_BODY)
async def import_allows(db: Db, data: JSONBody[File]) -> Allowed:
    """Allow every server of a file. All of them, or none."""
    entries = domain_csv.read(_bytes(data))
    return Allowed(await db.write(lambda tx: domain_files.import_allows(tx, entries)))


# -- lists ------------------------------------------------------------------------------------


@get(_LISTS, guards=_READ)
async def lists(db: Db) -> list[SharedList]:
    """The lists that are followed, oldest first."""
    return [_entity(one) for one in await db.read(domain_lists.every)]


@post(_LISTS, status_code=200, guards=_WRITE)
async def follow(db: Db, data: JSONBody[NewFollowing]) -> SharedList:
    """Follow a list. It is read soon; nothing of it counts before somebody said yes."""
    severity = "suspend" if data.severity is None else data.severity

    def work(tx: Tx) -> DomainList:
        return domain_lists.subscribe(
            tx,
            data.url,
            name=data.name or "",
            severity=severity,
            automatic=bool(data.automatic),
        )

    return _entity(await db.write(work))


@get(_LIST, guards=_READ)
async def one(db: Db, list_id: FromPath[str]) -> SharedList:
    """One of them."""
    wanted = id_of(list_id)
    return _entity(await db.read(lambda tx: domain_lists.get(tx, wanted)))


@patch(_LIST, guards=_WRITE)
async def change(db: Db, list_id: FromPath[str], data: JSONBody[Following]) -> SharedList:
    """Another name, another cap (which counts at once), by itself or not."""
    wanted, chosen = id_of(list_id), structs.asdict(data)

    def work(tx: Tx) -> DomainList:
        return domain_lists.change(tx, domain_lists.get(tx, wanted), **chosen)

    return _entity(await db.write(work))


@delete(_LIST, status_code=200, guards=_WRITE)
async def unfollow(db: Db, list_id: FromPath[str]) -> dict[str, Any]:
    """No longer: what this list alone brought goes."""
    wanted = id_of(list_id)
    await db.write(lambda tx: domain_lists.unsubscribe(tx, domain_lists.get(tx, wanted)))
    return {}


@get(f"{_LIST}/preview", guards=_READ)
async def preview(db: Db, list_id: FromPath[str]) -> Foreseen:
    """What would change if what waits counted."""
    wanted = id_of(list_id)

    def work(tx: Tx) -> Foreseen:
        found = domain_lists.get(tx, wanted)
        return _foreseen(domain_lists.look(tx, found), found.version)

    return await db.read(work)


@post(f"{_LIST}/approve", status_code=200, guards=_WRITE)
async def approve(db: Db, list_id: FromPath[str], data: JSONBody[Approval]) -> SharedList:
    """Let what waits count, as it was when it was looked at."""
    wanted = id_of(list_id)

    def work(tx: Tx) -> DomainList:
        return domain_lists.approve(tx, domain_lists.get(tx, wanted), data.version)

    return _entity(await db.write(work))


@post(f"{_LIST}/refresh", status_code=200, guards=_WRITE)
async def refresh(db: Db, list_id: FromPath[str]) -> SharedList:
    """Have it read again soon."""
    wanted = id_of(list_id)

    def work(tx: Tx) -> DomainList:
        found = domain_lists.get(tx, wanted)
        domain_lists.refresh(tx, found)
        return found

    return _entity(await db.write(work))


def _csv(name: str, text: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _bytes(file: File) -> bytes:
    try:
        return file.data.encode()
    except UnicodeEncodeError:
        raise Invalid("The file is not text") from None


def _foreseen(found: Preview, version: str = "") -> Foreseen:
    return Foreseen(
        added=found.count("added"),
        hardened=found.count("hardened"),
        softened=found.count("softened"),
        removed=found.count("removed"),
        members=found.members,
        followers=found.followers,
        following=found.following,
        changes=[_changing(line) for line in found.lines],
        version=version,
    )


def _changing(line: Line) -> Changing:
    return Changing(
        line.what,
        line.domain,
        _ruling(line.before),
        _ruling(line.after),
        line.followers,
        line.following,
    )


def _ruling(rule: Rule | None) -> Ruling | None:
    if rule is None:
        return None
    return Ruling(rule.severity, rule.reject_media, rule.reject_reports)


def _entity(found: DomainList) -> SharedList:
    return SharedList(
        id=str(found.id),
        url=found.url,
        name=found.name,
        severity=found.severity,
        automatic=found.automatic,
        entries=len(found.entries),
        waiting=None if found.waiting is None else len(found.waiting),
        held=found.held,
        error=found.error or None,
        fetched_at=iso(found.fetched_at) if found.fetched_at is not None else None,
        applied_at=iso(found.applied_at) if found.applied_at is not None else None,
        created_at=iso(found.created_at),
    )


ROUTES = [
    export_blocks,
    export_allows,
    preview_blocks,
    import_blocks,
    import_allows,
    lists,
    follow,
    one,
    change,
    unfollow,
    preview,
    approve,
    refresh,
]
