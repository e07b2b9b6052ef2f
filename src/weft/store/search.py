"""Full-text search over posts: FTS5 on SQLite, tsvector on PostgreSQL, one set of functions.

Words are cut and folded here, not by the engines: so both find the same, in every language, and
PostgreSQL's locale does not matter. Case and accents do not count; Chinese and Japanese, which are
written without spaces, are cut into characters, and a word of several is looked for as a phrase.

Posts that everyone may read are marked as such in the index, so that a search among them never
walks over others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from weft.store.database import Tx

WORDS_MAX = 12
"""Words of a query that count: more only cost time and find nothing."""
TEXT_CHARS = 20_000
"""Of one post that are indexed: several times what may be written here."""
WORD_CHARS = 60
"""Of one word: PostgreSQL holds 2,046 bytes, and nobody looks for more."""
POSITION_MAX = 16_383
"""https://www.postgresql.org/docs/current/textsearch-limitations.html"""

# A run of letters and digits (not of the underscore), or one character of a script without spaces:
# Han, Hiragana, Katakana.
_WORD = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\\W_\u3040-\u30ff\u3400-\u9fff]+")

CREATE = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE post_search"
            ' USING fts5(body, scope, tokenize="unicode61 remove_diacritics 0")'
        ),
        (
            "CREATE VIRTUAL TABLE room_search"
            ' USING fts5(body, scope, tokenize="unicode61 remove_diacritics 0")'
        ),
    ),
    "postgresql": (
        (
            "CREATE TABLE post_search (post_id BIGINT PRIMARY KEY, body TSVECTOR NOT NULL,"
            " everyone BOOLEAN NOT NULL)"
        ),
        "CREATE INDEX ix_post_search_body ON post_search USING gin (body)",
        (
            "CREATE TABLE room_search (line_id BIGINT PRIMARY KEY, room_id BIGINT NOT NULL,"
            " body TSVECTOR NOT NULL)"
        ),
        "CREATE INDEX ix_room_search_room ON room_search (room_id)",
        "CREATE INDEX ix_room_search_body ON room_search USING gin (body)",
    ),
}
"""As migrations 0002 (posts) and 0005 (lines of rooms: ``rooms.index``) leave them."""

_EVERYONE = "everyone"
_PUT = {
    "sqlite": sa.text("INSERT INTO post_search(rowid, body, scope) VALUES (:id, :body, :scope)"),
    "postgresql": sa.text(
        "INSERT INTO post_search(post_id, body, everyone)"
        " VALUES (:id, CAST(:body AS TSVECTOR), :scope = 'everyone')"
    ),
}
_DROP = {
    "sqlite": sa.text("DELETE FROM post_search WHERE rowid = :id"),
    "postgresql": sa.text("DELETE FROM post_search WHERE post_id = :id"),
}
_HAS = {
    "sqlite": sa.text("SELECT 1 FROM post_search WHERE rowid = :id"),
    "postgresql": sa.text("SELECT 1 FROM post_search WHERE post_id = :id"),
}
_FIND = {
    "sqlite": sa.text(
        "SELECT rowid FROM post_search WHERE post_search MATCH :query"
        " ORDER BY bm25(post_search), rowid DESC LIMIT :limit"
    ),
    "postgresql": sa.text(
        "SELECT post_id FROM post_search WHERE everyone AND body @@ CAST(:query AS TSQUERY)"
        " ORDER BY ts_rank_cd(body, CAST(:query AS TSQUERY)) DESC, post_id DESC LIMIT :limit"
    ),
}
_LITE = sa.table("post_search", sa.column("rowid", sa.BigInteger))
_POST = sa.table(
    "post_search",
    sa.column("post_id", sa.BigInteger),
    sa.column("body"),
    sa.column("everyone", sa.Boolean),
)

Phrase = tuple[str, ...]
"""Words that stand side by side; mostly one."""


def words(text: str) -> Phrase:
    """The words of a text, folded."""
    letters = text
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        letters = "".join(char for char in plain if not unicodedata.combining(char))
    letters = letters.casefold()
    return tuple(word[:WORD_CHARS] for word in _WORD.findall(letters))


def put(tx: Tx, post_id: int, text: str, *, everyone: bool) -> None:
    """Index a post that is not indexed (``drop`` it first to index it anew). ``everyone``: it may
    be read by all.
    """
    found = words(text[:TEXT_CHARS])
    body = " ".join(found) if tx.engine.name == "sqlite" else vector(found)
    scope = _EVERYONE if everyone else ""
    tx.run(_PUT[tx.engine.name], id=post_id, body=body, scope=scope)


def drop(tx: Tx, post_id: int) -> None:
    tx.run(_DROP[tx.engine.name], id=post_id)


def has(tx: Tx, post_id: int) -> bool:
    return tx.row(_HAS[tx.engine.name], id=post_id) is not None


def find(tx: Tx, text: str, *, limit: int) -> list[int]:
    """Ids of posts for everyone with any of the words, best first. The caller checks whether they
    still may be seen.
    """
    phrases = [(word,) for word in words(text)[:WORDS_MAX]]
    if not phrases:
        return []
    query = _any(tx.engine.name, phrases)
    return [row[0] for row in tx.rows(_FIND[tx.engine.name], query=query, limit=limit)]


def query(engine: str, phrases: Sequence[Phrase], *, everyone: bool) -> str:
    """The parameter of ``matching``: posts with all of these phrases."""
    if engine != "sqlite":
        return " & ".join(f"({' <-> '.join(_quoted(phrase))})" for phrase in phrases)
    body = f"body : ({' AND '.join(_lite_phrase(phrase) for phrase in phrases)})"
    return f"{body} AND scope : {_EVERYONE}" if everyone else body


@cache
def matching(engine: str, name: str, *, everyone: bool) -> sa.Select[Any]:
    """Ids of the posts that match the ``query`` in the parameter ``name``. ``everyone``: newest
    first, to be limited; else without an order.
    """
    if engine == "sqlite":
        found = sa.select(_LITE.c.rowid).where(
            sa.literal_column("post_search").op("MATCH")(sa.bindparam(name, type_=sa.String))
        )
        return found.order_by(_LITE.c.rowid.desc()) if everyone else found
    found = sa.select(_POST.c.post_id).where(
        _POST.c.body.op("@@")(sa.cast(sa.bindparam(name, type_=sa.String), TSQUERY))
    )
    if not everyone:
        return found
    return found.where(_POST.c.everyone.is_(True)).order_by(_POST.c.post_id.desc())


def _any(engine: str, phrases: Sequence[Phrase]) -> str:
    if engine != "sqlite":
        return " | ".join(word for phrase in phrases for word in _quoted(phrase))
    one_of = " OR ".join(_lite_phrase(phrase) for phrase in phrases)
    return f"body : ({one_of}) AND scope : {_EVERYONE}"


def _lite_phrase(phrase: Phrase) -> str:
    # Words hold letters and digits only: nothing in them needs an escape.
    return f'"{" ".join(phrase)}"'


def _quoted(phrase: Phrase) -> list[str]:
    return [f"'{word}'" for word in phrase]


def vector(found: Phrase) -> str:
    """A tsvector as text: each word with the places where it stands."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(found, 1):
        places.setdefault(word, []).append(str(min(place, POSITION_MAX)))
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())
