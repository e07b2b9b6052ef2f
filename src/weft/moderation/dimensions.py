"""What there is most of: languages, apps, servers, accounts.

https://docs.joinmastodon.org/entities/Admin_Dimension/
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from weft import __version__
from weft.kernel.clock import DAY
from weft.people.tables import accounts, follows
from weft.store.database import Tx
from weft.threads.tables import post_tags, posts
from weft.threads.tokens import fold_tag

LIMIT, LIMIT_MAX = 10, 100


class Item(Struct, frozen=True):
    """``unit`` and ``told`` where a value has a unit, or is better said in words."""

    key: str
    name: str
    value: str
    unit: str | None = None
    told: str | None = None


_within = sa.and_(
    posts.c.created_at >= sa.bindparam("start", type_=sa.BigInteger),
    posts.c.created_at < sa.bindparam("end", type_=sa.BigInteger),
)
_many = sa.func.count().label("many")
_most = sa.bindparam("most", type_=sa.Integer)
_tagged = sa.exists().where(
    post_tags.c.post_id == posts.c.id, post_tags.c.tag == sa.bindparam("tag")
)
_by = posts.join(accounts, accounts.c.id == posts.c.author_id)
_domain = accounts.c.domain == sa.bindparam("domain")


def _top(
    what: sa.ColumnElement[Any], source: sa.FromClause, *conditions: sa.ColumnElement[bool]
) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(what, _many)
        .select_from(source)
        .where(_within, *conditions)
        .group_by(what)
        .order_by(_many.desc(), what)
        .limit(_most)
    )


_language = sa.func.coalesce(posts.c.language, "und")
_TOP = {
    "languages": _top(_language, posts, posts.c.local.is_(True)),
    "sources": _top(sa.cast(posts.c.app, sa.Text), posts, posts.c.local.is_(True)),
    "servers": _top(accounts.c.domain, _by, accounts.c.domain != ""),
    "tag_servers": _top(accounts.c.domain, _by, _tagged),
    "tag_languages": _top(_language, posts, _tagged),
    "instance_languages": _top(_language, _by, _domain),
    "instance_accounts": sa.select(accounts.c.username, _many)
    .join_from(follows, accounts, accounts.c.id == follows.c.target_id)
    .where(_domain, follows.c.accepted.is_(True))
    .group_by(accounts.c.id, accounts.c.username)
    .order_by(_many.desc(), accounts.c.username)
    .limit(_most),
}
KEYS = (*_TOP, "space_usage", "software_versions")


def dimension(
    tx: Tx, key: str, days: range, limit: int, about: Mapping[str, str]
) -> list[Item] | None:
    """The most frequent first. None for a key that is not known, or without what it is about.
    ``space_usage`` is the database alone: files are for who can see the disk.
    """
    if key == "software_versions":
        return _versions(tx)
    if key == "space_usage":
        size = int(tx.scalar(_SIZE[tx.engine.name]) or 0)
        return [Item(tx.engine.name, _ENGINES[tx.engine.name], str(size), "bytes", in_words(size))]
    statement = _TOP.get(key)
    named: dict[str, Any] = {"most": max(1, min(limit, LIMIT_MAX))}
    if statement is None:
        return None
    if key != "instance_accounts":
        named |= {"start": days[0] * DAY, "end": (days[-1] + 1) * DAY}
    if key.startswith("tag_"):
        named["tag"] = fold_tag(about.get("id", ""))
    elif key.startswith("instance_"):
        named["domain"] = about.get("domain", "").strip().lower()
    if named.get("tag") == "" or named.get("domain") == "":
        return None
    return [_item(tx, key, value, many) for value, many in tx.rows(statement, **named)]


def _item(tx: Tx, key: str, value: Any, many: int) -> Item:
    if key == "sources":
        app = msgspec.json.decode(value) if value else None
        name = str(app.get("name", "")) if isinstance(app, dict) else ""
        return Item(name or "web", name or "Website", str(many))
    name = str(value) or tx.site.domain
    return Item(name, name, str(many))


_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_SIZE = {
    "sqlite": sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": sa.text("SELECT pg_database_size(current_database())"),
}
_VERSION = {
    "sqlite": sa.text("SELECT sqlite_version()"),
    "postgresql": sa.text("SHOW server_version"),
}


def _versions(tx: Tx) -> list[Item]:
    engine = tx.engine.name
    versions = {
        "weft": ("Weft", __version__),
        "python": ("Python", platform.python_version()),
        engine: (_ENGINES[engine], str(tx.scalar(_VERSION[engine]))),
    }
    return [Item(key, name, value, None, value) for key, (name, value) in versions.items()]


def in_words(size: int) -> str:
    """``14.2 MB``"""
    value = float(size)
    for unit in ("Bytes", "KB", "MB", "GB"):
        if value < 1024:
            return f"{value:.3g} {unit}"
        value /= 1024
    return f"{value:.3g} TB"
