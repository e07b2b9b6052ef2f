"""The documents of AIs: kept as rows, and made ready to be searched when an AI wakes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import Struct

from weft.ai.knowledge.bm25 import Index
from weft.ai.knowledge.chunks import passages
from weft.ai.knowledge.documents import Document
from weft.ai.knowledge.tables import ai_documents
from weft.ai.model import Ai
from weft.kernel.ids import new_id
from weft.store.database import Tx

AWAKE_MAX = 64
"""AIs whose index stays in memory: some hundred kB each, and rebuilt in milliseconds."""

_LIST = (
    sa.select(ai_documents.c.title, ai_documents.c.url, ai_documents.c.text, ai_documents.c.source)
    .where(ai_documents.c.ai_id == sa.bindparam("ai"))
    .order_by(ai_documents.c.source)
)
_COUNT = sa.select(sa.func.count()).where(ai_documents.c.ai_id == sa.bindparam("ai"))
_DROP = ai_documents.delete().where(ai_documents.c.ai_id == sa.bindparam("ai"))


def put(tx: Tx, ai_id: int, documents: Sequence[Document]) -> None:
    """Replace all documents of an AI; of two with the same source the last one counts."""
    tx.run(_DROP, ai=ai_id)
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
            }
            for one in {document.source: document for document in documents}.values()
        ],
    )


def of(tx: Tx, ai_id: int) -> list[Document]:
    """All documents of an AI, by the path they came from."""
    return [
        Document(row.title, row.url, row.text, row.source, rows=_is_table(row.source))
        for row in tx.rows(_LIST, ai=ai_id)
    ]


def count(tx: Tx, ai_id: int) -> int:
    return int(tx.scalar(_COUNT, ai=ai_id))


def _is_table(source: str) -> bool:
    return source.lower().endswith(".csv")


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
        """Those of this version of the AI; read and indexed if they are not here."""
        with self._lock:
            held = self._awake.get(ai.account_id)
            if held is not None and held.version == ai.version:
                self._awake.move_to_end(ai.account_id)
                return held
        own = of(tx, ai.account_id)
        made = Prepared(
            ai.version,
            Index(passages(own), tuple(ai.languages) or ("en",)),
            tuple(document.title for document in own),
        )
        with self._lock:
            self._awake[ai.account_id] = made
            self._awake.move_to_end(ai.account_id)
            while len(self._awake) > AWAKE_MAX:
                self._awake.popitem(last=False)
        return made
