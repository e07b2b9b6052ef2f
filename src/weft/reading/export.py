"""What a member takes along: whom they follow, their lists, blocks, mutes, servers and bookmarks, as
the CSV files that Mastodon writes and reads, so that every server understands them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

import sqlalchemy as sa

from weft.people.model import Account
from weft.people.tables import accounts, blocks, domain_mutes, follows, mutes
from weft.reading.tables import list_members, lists
from weft.store.database import Tx
from weft.threads.tables import bookmarks, posts

Kind = Literal["following", "lists", "blocks", "mutes", "domain_blocks", "bookmarks"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HEADERS: dict[Kind, tuple[str, ...]] = {
    "following": ("Account address", "Show boosts", "Notify on new posts", "Languages"),
    "mutes": ("Account address", "Hide notifications"),
}
"""Mastodon's other files begin with their first row."""

_owner = sa.bindparam("owner", type_=sa.BigInteger)
_who = (accounts.c.username, accounts.c.domain)
_SELECTS: dict[Kind, sa.Select[*tuple[object, ...]]] = {
    "following": sa.select(*_who, follows.c.reblogs, follows.c.notify, follows.c.languages)
    .join_from(follows, accounts, accounts.c.id == follows.c.target_id)
    .where(follows.c.follower_id == _owner)
    .order_by(follows.c.id),
    "lists": sa.select(*_who, lists.c.title)
    .join_from(lists, list_members, list_members.c.list_id == lists.c.id)
    .join(accounts, accounts.c.id == list_members.c.account_id)
    .where(lists.c.account_id == _owner)
    .order_by(lists.c.id, accounts.c.id),
    "blocks": sa.select(*_who)
    .join_from(blocks, accounts, accounts.c.id == blocks.c.target_id)
    .where(blocks.c.blocker_id == _owner)
    .order_by(blocks.c.id),
    "mutes": sa.select(*_who, mutes.c.notifications)
    .join_from(mutes, accounts, accounts.c.id == mutes.c.target_id)
    .where(mutes.c.muter_id == _owner)
    .order_by(mutes.c.id),
    "domain_blocks": sa.select(domain_mutes.c.domain)
    .where(domain_mutes.c.account_id == _owner)
    .order_by(domain_mutes.c.id),
    "bookmarks": sa.select(posts.c.uri)
    .join_from(bookmarks, posts, posts.c.id == bookmarks.c.post_id)
    .where(bookmarks.c.account_id == _owner)
    .order_by(bookmarks.c.id),
}


def kind_of(text: str) -> Kind | None:
    """The file that a name means."""
    return text if text in KINDS else None


def export(tx: Tx, owner: Account, kind: Kind) -> str:
    """The file, whole: at most a few thousand lines."""
    rows = tx.rows(_SELECTS[kind], owner=owner.id)
    return _written(HEADERS.get(kind), (_line(tx, kind, row) for row in rows))


def _line(tx: Tx, kind: Kind, row: Sequence[Any]) -> Sequence[str]:
    if kind in {"domain_blocks", "bookmarks"}:
        return [str(row[0])]
    handle = f"{row[0]}@{row[1] or tx.site.domain}"
    if kind == "lists":
        return [str(row[2]), handle]
    if kind == "mutes":
        return [handle, _flag(row[2])]
    if kind == "following":
        return [handle, _flag(row[2]), _flag(row[3]), ", ".join(row[4] or ())]
    return [handle]


def _flag(value: object) -> str:
    return "true" if value else "false"


def _written(header: Sequence[str] | None, lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()
