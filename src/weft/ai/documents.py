"""The documents of AIs: kept as rows, and made ready to be searched when an AI wakes.

Whatever changes them goes through `changed`: it counts the AI's version up, throws away every pack that was made
of them, and has a new one made.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.ai.knowledge import bm25, packs
from weft.ai.knowledge.bm25 import Index, Pack
from weft.ai.knowledge.chunks import passages
from weft.ai.knowledge.documents import MAX_FILES, MAX_FOLDER_BYTES, Document
from weft.ai.knowledge.tables import ai_documents, ai_packs
from weft.ai.model import Ai
from weft.ai.tables import ais
from weft.kernel.clock import SECOND
from weft.kernel.errors import Invalid
from weft.kernel.ids import new_id
from weft.store.among import among
from weft.store.database import Database, Tx
from weft.work import jobs
from weft.work.jobs import NewJob

PACK = "ai.pack"
"""The job that makes a pack."""
PACK_DELAY = 2 * SECOND
"""Documents come in bursts."""
AWAKE_MAX = 64
"""AIs whose index stays in memory."""
AWAKE_PASSAGES = 40_000
"""Passages that stay in memory, of all AIs together: about 2 kB each. One AI may have more, alone."""

_ai = sa.bindparam("ai", type_=sa.BigInteger)
_OF = ai_documents.c.ai_id == _ai
_LIST = (
    sa.select(ai_documents.c.title, ai_documents.c.url, ai_documents.c.text, ai_documents.c.source)
    .where(_OF)
    .order_by(ai_documents.c.source)
)
_NAMES = (
    sa.select(
        ai_documents.c.id,
        ai_documents.c.title,
        ai_documents.c.url,
        ai_documents.c.source,
        ai_documents.c.source_id,
        sa.func.length(ai_documents.c.text),
        sa.func.coalesce(ai_documents.c.fetched_at, ai_documents.c.created_at),
    )
    .where(_OF)
    .order_by(ai_documents.c.source)
)
_COUNT = sa.select(sa.func.count()).where(_OF)
_SIZE = sa.select(
    sa.func.count(), sa.func.coalesce(sa.func.sum(sa.func.length(ai_documents.c.text)), 0)
).where(_OF)
_DROP_FOLDER = (
    ai_documents.delete()
    .where(_OF, ai_documents.c.source_id.is_(None))
    .returning(ai_documents.c.id)
)
_DROP_NAMED = (
    ai_documents.delete()
    .where(_OF, among(ai_documents.c.source, "names"))
    .returning(ai_documents.c.id)
)
_DROP_SOURCE = (
    ai_documents.delete()
    .where(_OF, ai_documents.c.source_id == sa.bindparam("which"))
    .returning(ai_documents.c.source)
)
_DROP_ONE = (
    ai_documents.delete()
    .where(_OF, ai_documents.c.id == sa.bindparam("which"))
    .returning(ai_documents.c.source, ai_documents.c.source_id)
)
_HASHES = sa.select(ai_documents.c.source, ai_documents.c.hash).where(
    _OF, ai_documents.c.source_id == sa.bindparam("which")
)
_LEFT = sa.select(sa.func.count()).where(_OF, ai_documents.c.source_id == sa.bindparam("which"))
_NEXT_VERSION = (
    ais.update().where(ais.c.account_id == _ai).values(version=ais.c.version + 1)
)  # fmt: skip
_VERSION = sa.select(ais.c.version).where(ais.c.account_id == _ai)
_PACK = (
    sa.select(ai_packs.c.version, ai_packs.c.blob)
    .where(ai_packs.c.ai_id == _ai)
    .order_by(ai_packs.c.version.desc())
    .limit(1)
)
_DROP_PACKS = ai_packs.delete().where(ai_packs.c.ai_id == _ai)


class Named(Struct, frozen=True):
    """A document without its text; ``size`` in characters, ``at`` in ms."""

    id: int
    title: str
    url: str | None
    source: str
    source_id: int | None
    size: int
    at: int


def put(tx: Tx, ai_id: int, documents: Sequence[Document]) -> None:
    """Replace what an AI was given as a folder; of two with the same source the last one counts."""
    with tx.engine.shredding(tx.connection):
        gone = tx.run(_DROP_FOLDER, ai=ai_id).all()
    _insert(tx, ai_id, None, documents)
    if gone or documents:
        changed(tx, ai_id)


def keep(
    tx: Tx, ai_id: int, source_id: int, documents: Sequence[Document], *, whole: bool = True
) -> bool:
    """What a source of the AI holds now. ``whole``: and nothing else; else these are added to it,
    or replace what had the same names. False when that is what it was.

    Errors: Invalid when the AI would have too much.
    """
    known = {row[0]: row[1] for row in tx.rows(_HASHES, ai=ai_id, which=source_id)}
    new = {document.source: document for document in documents}
    gone = set(known) - set(new) if whole else set[str]()
    fresh = [one for name, one in new.items() if known.get(name) != _hash(one)]
    if not gone and not fresh:
        return False
    _drop_named(tx, ai_id, gone)
    _insert(tx, ai_id, source_id, fresh)
    changed(tx, ai_id)
    return True


def drop_source(tx: Tx, ai_id: int, source_id: int) -> list[str]:
    """Take away all documents of a source; gives their names."""
    with tx.engine.shredding(tx.connection):
        gone = [row[0] for row in tx.run(_DROP_SOURCE, ai=ai_id, which=source_id).all()]
    if gone:
        changed(tx, ai_id)
    return gone


def drop_named(tx: Tx, ai_id: int, name: str) -> bool:
    """Take away the document with this name; False when there is none."""
    if not _drop_named(tx, ai_id, {name}):
        return False
    changed(tx, ai_id)
    return True


def drop(tx: Tx, ai_id: int, document_id: int) -> tuple[str, int | None] | None:
    """Take away one document; gives (its name, the id of a source that has no more documents)."""
    with tx.engine.shredding(tx.connection):
        row = tx.row(_DROP_ONE, ai=ai_id, which=document_id)
    if row is None:
        return None
    changed(tx, ai_id)
    source_id = row[1]
    left = source_id is not None and tx.scalar(_LEFT, ai=ai_id, which=source_id)
    return row[0], None if left else source_id


def changed(tx: Tx, ai_id: int) -> None:
    """The documents are others now: no pack that was made of them stays."""
    tx.run(_NEXT_VERSION, ai=ai_id)
    with tx.engine.shredding(tx.connection):
        tx.run(_DROP_PACKS, ai=ai_id)
    jobs.enqueue(tx, NewJob(PACK, {"ai": ai_id}, key=f"{PACK}:{ai_id}", delay=PACK_DELAY))


def of(tx: Tx, ai_id: int) -> list[Document]:
    """All documents of an AI, by the path they came from."""
    return [
        Document(row.title, row.url, row.text, row.source, rows=_is_table(row.source))
        for row in tx.rows(_LIST, ai=ai_id)
    ]


def names(tx: Tx, ai_id: int) -> list[Named]:
    """All documents of an AI, without their texts."""
    return [Named(*row) for row in tx.rows(_NAMES, ai=ai_id)]


def count(tx: Tx, ai_id: int) -> int:
    return int(tx.scalar(_COUNT, ai=ai_id))


def _insert(
    tx: Tx, ai_id: int, source_id: int | None, documents: Sequence[Document]
) -> None:  # fmt: skip
    new = {document.source: document for document in documents}
    _drop_named(tx, ai_id, set(new))
    held = tx.row(_SIZE, ai=ai_id)
    many, size = (int(held[0]), int(held[1])) if held is not None else (0, 0)
    if (
        many + len(new) > MAX_FILES
        or size + sum(len(one.text) for one in new.values()) > MAX_FOLDER_BYTES
    ):
        raise Invalid(
            f"Validation failed: An AI has at most {MAX_FILES} documents"
            f" and {MAX_FOLDER_BYTES // 2**20} MiB of text"
        )
    tx.run_many(
        ai_documents.insert(),
        [
            {
                "id": new_id(),
                "ai_id": ai_id,
                "title": one.title,
                "url": one.url,
                "source": one.source,
                "text": one.text,
                "created_at": tx.now,
                "source_id": source_id,
                "hash": _hash(one),
                "fetched_at": tx.now,
            }
            for one in new.values()
        ],
    )


def _drop_named(tx: Tx, ai_id: int, gone: set[str]) -> int:
    if not gone:
        return 0
    with tx.engine.shredding(tx.connection):
        return len(tx.run(_DROP_NAMED, ai=ai_id, names=sorted(gone)).all())


def _hash(one: Document) -> str:
    told = "\0".join([one.title, one.url or "", one.text])
    return hashlib.sha256(told.encode(errors="replace")).hexdigest()


def _is_table(source: str) -> bool:
    return source.lower().endswith(".csv")


# -- packs ------------------------------------------------------------------------------------


def pack(db: Database, ai_id: int) -> None:
    """Make the pack of an AI's documents, if it has none. It reads, works and writes in turn, so that
    nobody waits for it; what changes meanwhile has a job of its own.
    """

    def read(tx: Tx) -> tuple[int, list[Document]] | None:
        version = tx.scalar(_VERSION, ai=ai_id)
        if version is None or _pack_of(tx, ai_id) is not None:
            return None
        return version, of(tx, ai_id)

    found = db.read_now(read)
    if found is None:
        return
    version, own = found
    made = bm25.pack(passages(own))
    row: dict[str, Any] = {
        "ai_id": ai_id,
        "version": version,
        "hash": hashlib.sha256("".join(map(_hash, own)).encode()).hexdigest(),
        "passages": len(made.passages),
        "blob": packs.to_blob(made),
    }

    def write(tx: Tx) -> None:
        if tx.scalar(_VERSION, ai=ai_id) == version:
            tx.run(_DROP_PACKS, ai=ai_id)
            tx.run(ai_packs.insert(), created_at=tx.now, **row)

    db.write_now(write)


def _pack_of(tx: Tx, ai_id: int) -> Pack | None:
    row = tx.row(_PACK, ai=ai_id)
    return packs.from_blob(row[1]) if row is not None else None


class Prepared(Struct, frozen=True):
    """An AI's documents, ready: an index, and their titles."""

    version: int
    index: Index
    titles: tuple[str, ...]


class Shelf:
    """The prepared documents of the AIs that spoke last, by version. Safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._awake: OrderedDict[int, Prepared] = OrderedDict()

    def of(self, tx: Tx, ai: Ai) -> Prepared:
        """Those of this version of the AI; read if they are not here."""
        with self._lock:
            held = self._awake.get(ai.account_id)
            if held is not None and held.version == ai.version:
                self._awake.move_to_end(ai.account_id)
                return held
        ready = _pack_of(tx, ai.account_id) or bm25.pack(passages(of(tx, ai.account_id)))
        titles = dict.fromkeys(passage.title.partition(": ")[0] for passage in ready.passages)
        made = Prepared(
            ai.version,
            Index(ready, tuple(ai.languages) or ("en",)),
            tuple(titles),
        )
        with self._lock:
            self._awake[ai.account_id] = made
            self._awake.move_to_end(ai.account_id)
            while len(self._awake) > 1 and (
                len(self._awake) > AWAKE_MAX
                or sum(len(one.index.passages) for one in self._awake.values()) > AWAKE_PASSAGES
            ):
                self._awake.popitem(last=False)
        return made

    def drop(self, ai_id: int) -> None:
        """Forget what is here of an AI: its documents are others now, or gone."""
        with self._lock:
            self._awake.pop(ai_id, None)
