"""Full-text search over posts: FTS5 on SQLite, tsvector on PostgreSQL, one set of functions."""

from __future__ import annotations

import re

import sqlalchemy as sa

from weft.store.database import Tx

WORDS_MAX = 12
"""Words of a query that count: more only cost time and find nothing."""
_WORD = re.compile(r"\w+", re.UNICODE)

CREATE = {
    "sqlite": (
        'CREATE VIRTUAL TABLE post_search USING fts5(body, tokenize="unicode61 remove_diacritics 2")',
    ),
    "postgresql": (
        "CREATE TABLE post_search (post_id BIGINT PRIMARY KEY, body TSVECTOR NOT NULL)",
        "CREATE INDEX ix_post_search_body ON post_search USING gin (body)",
    ),
}

_PUT = {
    "sqlite": sa.text("INSERT INTO post_search(rowid, body) VALUES (:post_id, :body)"),
    "postgresql": sa.text(
        "INSERT INTO post_search(post_id, body) VALUES (:post_id, to_tsvector('simple', :body))"
    ),
}
_DROP = {
    "sqlite": sa.text("DELETE FROM post_search WHERE rowid = :post_id"),
    "postgresql": sa.text("DELETE FROM post_search WHERE post_id = :post_id"),
}
_FIND = {
    "sqlite": sa.text(
        "SELECT rowid FROM post_search WHERE post_search MATCH :query"
        " ORDER BY bm25(post_search), rowid DESC LIMIT :limit"
    ),
    "postgresql": sa.text(
        "SELECT post_id FROM post_search WHERE body @@ to_tsquery('simple', :query)"
        " ORDER BY ts_rank_cd(body, to_tsquery('simple', :query)) DESC, post_id DESC LIMIT :limit"
    ),
}


def words(text: str) -> list[str]:
    """The words of a query, as both engines cut them."""
    return _WORD.findall(text.lower())[:WORDS_MAX]


def put(tx: Tx, post_id: int, body: str) -> None:
    """Index a post that is not indexed (``drop`` it first to index it anew)."""
    tx.run(_PUT[tx.engine.name], post_id=post_id, body=body)


def drop(tx: Tx, post_id: int) -> None:
    tx.run(_DROP[tx.engine.name], post_id=post_id)


def find(tx: Tx, text: str, *, limit: int, any_word: bool = False) -> list[int]:
    """Ids of posts with all the words (or any of them), best first. The caller checks who may
    see them.
    """
    found = words(text)
    if not found:
        return []
    if tx.engine.name == "sqlite":
        query = (" OR " if any_word else " ").join(f'"{word}"' for word in found)
    else:
        query = (" | " if any_word else " & ").join(found)
    return [row[0] for row in tx.rows(_FIND[tx.engine.name], query=query, limit=limit)]
