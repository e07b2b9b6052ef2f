"""Where an AI's documents come from: files, pages, feeds, and its owner's public posts.

What is read elsewhere is read by a job (`crawl`), never in a transaction. Taking a source away takes away
every document that came from it, and with these the packs (`weft.ai.documents.changed`).
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urldefrag

import sqlalchemy as sa
from msgspec import Struct

from weft.ai import documents
from weft.ai.knowledge.documents import KINDS, Document
from weft.ai.knowledge.tables import ai_sources
from weft.kernel.clock import DAY, HOUR
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.net.guard import MAX_URL
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob

Kind = Literal["file", "page", "feed", "posts"]
State = Literal["ready", "waiting", "failed"]

READ = "ai.source"
"""The job that reads one."""
POOL = "preview"
"""Anybody's pages, as those behind links."""
MAX_SOURCES = 500
"""Of one AI: half of its documents."""
NAME_MAX = 200
ERROR_MAX = 300
EVERY_LEAST, EVERY_USUAL, EVERY_MOST = HOUR, DAY, 30 * DAY
"""Between two readings. Hourly is what sites bear from a stranger."""
BY_HAND_EVERY = 60_000
"""Milliseconds between two readings that its owner asks for."""

_ai = sa.bindparam("ai", type_=sa.BigInteger)


class Source(Struct, frozen=True):
    """Field for field the columns of ``ai_sources``, in their order. Times and ``every`` in ms."""

    id: int
    ai_id: int
    kind: Kind
    uri: str
    title: str
    state: State
    error: str
    etag: str
    modified: str
    every: int | None
    fetched_at: int | None
    next_at: int | None
    created_at: int


COLUMNS = tuple(ai_sources.c[field] for field in Source.__struct_fields__)
_BY_ID = sa.select(*COLUMNS).where(ai_sources.c.id == sa.bindparam("id"))
_OF = sa.select(*COLUMNS).where(ai_sources.c.ai_id == _ai).order_by(ai_sources.c.id)
_NAMED = sa.select(*COLUMNS).where(
    ai_sources.c.ai_id == _ai,
    ai_sources.c.kind == sa.bindparam("kind"),
    ai_sources.c.uri == sa.bindparam("uri"),
)
_COUNT = sa.select(sa.func.count()).where(ai_sources.c.ai_id == _ai)
_DROP = ai_sources.delete().where(ai_sources.c.id == sa.bindparam("id"))
_DUE = (
    sa.select(ai_sources.c.id)
    .where(ai_sources.c.next_at <= sa.bindparam("now"))
    .order_by(ai_sources.c.next_at)
    .limit(sa.bindparam("most"))
)
_SET = (
    ai_sources.update()
    .where(ai_sources.c.id == sa.bindparam("which"))
    .values(
        title=sa.bindparam("named"),
        state=sa.bindparam("is_now"),
        error=sa.bindparam("why"),
        etag=sa.bindparam("tag"),
        modified=sa.bindparam("since"),
        fetched_at=sa.bindparam("at", type_=sa.BigInteger),
        next_at=sa.bindparam("then", type_=sa.BigInteger),
    )
)


def of(tx: Tx, ai_id: int) -> list[Source]:
    """The sources of an AI, oldest first."""
    return [Source(*row) for row in tx.rows(_OF, ai=ai_id)]


def by_id(tx: Tx, source_id: int) -> Source | None:
    row = tx.row(_BY_ID, id=source_id)
    return Source(*row) if row is not None else None


def get(tx: Tx, ai_id: int, source_id: int) -> Source:
    """One of this AI's. Errors: NotFound."""
    found = by_id(tx, source_id)
    if found is None or found.ai_id != ai_id:
        raise NotFound("There is no such source")
    return found


def add_file(tx: Tx, ai_id: int, document: Document) -> Source:
    """Keep an uploaded document; one of the same name is replaced. Errors: Invalid."""
    name = document.source
    if not 0 < len(name) <= NAME_MAX or "/" in name or not name.isprintable():
        raise Invalid("Validation failed: Name must be that of a file")
    found = _named(tx, ai_id, "file", name) or _insert(tx, ai_id, "file", name, None)
    documents.keep(tx, ai_id, found.id, [document])
    return _set(tx, found, title=document.title, state="ready", error="", fetched_at=tx.now)


def follow(
    tx: Tx, ai_id: int, kind: Literal["page", "feed"], url: str, every: int | None = EVERY_USUAL
) -> Source:
    """Read a page or feed, soon and then every so many ms (None: once). The same one again changes
    nothing but how often. Errors: Invalid.
    """
    url = urldefrag(url.strip())[0]
    if not url.startswith(("https://", "http://")) or len(url) > MAX_URL:
        raise Invalid("Validation failed: Url must be a web address")
    if every is not None and not EVERY_LEAST <= every <= EVERY_MOST:
        raise Invalid("Validation failed: Every must be between an hour and 30 days")
    found = _named(tx, ai_id, kind, url)
    if found is not None:
        tx.run(ai_sources.update().where(ai_sources.c.id == found.id).values(every=every))
        return get(tx, ai_id, found.id)
    found = _insert(tx, ai_id, kind, url, every)
    _enqueue(tx, found.id)
    return found


def follow_posts(tx: Tx, ai_id: int, owner_id: int) -> Source:
    """Know what the owner says in public, as it is said (`own_posts`)."""
    found = _named(tx, ai_id, "posts", str(owner_id))
    if found is None:
        found = _insert(tx, ai_id, "posts", str(owner_id), None)
        _enqueue(tx, found.id)
    return found


def remove(tx: Tx, ai_id: int, source_id: int) -> list[str]:
    """Take a source away with everything that came from it; gives the names of its documents.

    Errors: NotFound.
    """
    found = get(tx, ai_id, source_id)
    gone = documents.drop_source(tx, ai_id, source_id)
    with tx.engine.shredding(tx.connection):
        tx.run(_DROP, id=source_id)
    jobs.drop(tx, _key(source_id))
    return gone or [found.uri]


def remove_document(tx: Tx, ai_id: int, document_id: int) -> str:
    """Take one document away; gives its name. The source of a file goes with it; a page that is
    still followed would come back, so its source goes too. Errors: NotFound.
    """
    gone = documents.drop(tx, ai_id, document_id)
    if gone is None:
        raise NotFound("There is no such document")
    name, empty = gone
    if empty is not None and (found := by_id(tx, empty)) and found.kind in ("file", "page"):
        remove(tx, ai_id, empty)
    return name


def refresh(tx: Tx, ai_id: int, source_id: int) -> Source:
    """Have it read again soon. Errors: NotFound, Invalid for a file."""
    found = get(tx, ai_id, source_id)
    if found.kind == "file":
        raise Invalid("Validation failed: A file is read when it is uploaded")
    if found.fetched_at is None or tx.now - found.fetched_at >= BY_HAND_EVERY:
        _enqueue(tx, source_id)
    return found


def due(tx: Tx, most: int = 100) -> bool:
    """Have those read whose time has come. False when there are none."""
    found = [row[0] for row in tx.rows(_DUE, now=tx.now, most=most)]
    for source_id in found:
        _enqueue(tx, source_id)
        # Whatever becomes of the job, this one is not looked at again at once.
        tx.run(
            ai_sources.update()
            .where(ai_sources.c.id == source_id)
            .values(next_at=tx.now + EVERY_LEAST)
        )
    return bool(found)


def took(
    tx: Tx,
    source: Source,
    found: list[Document],
    *,
    title: str,
    etag: str,
    modified: str,
    whole: bool = True,
) -> None:
    """It was read, and this is what it holds."""
    documents.keep(tx, source.ai_id, source.id, found, whole=whole)
    _set(
        tx,
        source,
        title=title or source.title,
        state="ready",
        error="",
        etag=etag,
        modified=modified,
        fetched_at=tx.now,
        next_at=_next(tx, source),
    )


def unchanged(tx: Tx, source: Source) -> None:
    """It was asked, and is what it was."""
    _set(tx, source, state="ready", error="", fetched_at=tx.now, next_at=_next(tx, source))


def failed(tx: Tx, source: Source, why: str, *, gone: bool = False) -> None:
    """It could not be read; what it held stays, unless it is ``gone``, and then it is not asked again."""
    if gone:
        documents.drop_source(tx, source.ai_id, source.id)
    then = None if gone else tx.now + max(source.every or 0, DAY)
    if source.every is None:
        then = None
    _set(tx, source, state="failed", error=why[:ERROR_MAX], next_at=then)


def _next(tx: Tx, source: Source) -> int | None:
    return tx.now + source.every if source.every is not None else None


def _named(tx: Tx, ai_id: int, kind: Kind, uri: str) -> Source | None:
    row = tx.row(_NAMED, ai=ai_id, kind=kind, uri=uri)
    return Source(*row) if row is not None else None


def _insert(tx: Tx, ai_id: int, kind: Kind, uri: str, every: int | None) -> Source:
    if int(tx.scalar(_COUNT, ai=ai_id)) >= MAX_SOURCES:
        raise Invalid(f"Validation failed: An AI has at most {MAX_SOURCES} sources")
    made = Source(
        id=new_id(),
        ai_id=ai_id,
        kind=kind,
        uri=uri,
        title="",
        state="waiting",
        error="",
        etag="",
        modified="",
        every=every,
        fetched_at=None,
        next_at=None,
        created_at=tx.now,
    )
    tx.run(ai_sources.insert(), {name: getattr(made, name) for name in Source.__struct_fields__})
    return made


def _set(tx: Tx, source: Source, **new: Any) -> Source:
    kept = {name: new.get(name, getattr(source, name)) for name in Source.__struct_fields__}
    tx.run(
        _SET,
        which=source.id,
        named=kept["title"],
        is_now=kept["state"],
        why=kept["error"],
        tag=kept["etag"],
        since=kept["modified"],
        at=kept["fetched_at"],
        then=kept["next_at"],
    )
    return Source(**kept)


def _enqueue(tx: Tx, source_id: int) -> None:
    jobs.enqueue(tx, NewJob(READ, {"source": source_id}, key=_key(source_id), pool=POOL))


def _key(source_id: int) -> str:
    return f"{READ}:{source_id}"


def is_file(name: str) -> bool:
    """Whether a file of this name can be read as a document."""
    return any(name.lower().endswith(ending) for ending in KINDS)
