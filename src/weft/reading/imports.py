"""What a member brings along: the CSV files of ``export``, as Mastodon, GoToSocial and others write
them. What is there already stays as it is, and nothing is taken away.

A file becomes jobs of a few lines each, since most accounts first have to be found on their servers
(``federation.importing``). Each line is done once, by the verbs that the member's apps use.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.errors import Invalid
from weft.people import blocks, domains, follows
from weft.people.model import Account
from weft.people.tables import follows as follow_table
from weft.people.tables import mutes
from weft.reading import list_members, lists
from weft.reading.export import KINDS, Kind
from weft.store.database import Tx
from weft.threads import react
from weft.threads.model import Post
from weft.work import jobs
from weft.work.jobs import NewJob

BYTES = 1_900_000
"""Of a file: what a request may hold, with room for the rest of it."""
LINES = 20_000
"""Mastodon's number; nobody may follow half as many."""
AT_ONCE = 50
"""Lines of one job: so much is written anew with each line that is done."""
CELL_CHARS = 2_048
"""An address of a post."""
_KNOWN = sa.select(follow_table.c.id).where(
    follow_table.c.follower_id == sa.bindparam("by", type_=sa.BigInteger),
    follow_table.c.target_id == sa.bindparam("target", type_=sa.BigInteger),
)
_MUTED = sa.select(mutes.c.id).where(
    mutes.c.muter_id == sa.bindparam("by", type_=sa.BigInteger),
    mutes.c.target_id == sa.bindparam("target", type_=sa.BigInteger),
)
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Line(Struct, frozen=True):
    """``subject``: a handle, a domain or the address of a post. ``title``: of the list."""

    subject: str
    title: str = ""
    reblogs: bool = True
    notify: bool = False
    languages: list[str] | None = None
    notifications: bool = True


def lane(member_id: int) -> str:
    """In order, one after the other: a thousand look-ups at once are no import but an attack."""
    return f"import:{member_id}"


def begin(tx: Tx, member: Account, kind: str, text: str) -> int:
    """Take a file. How many lines there are to do. Errors: Invalid."""
    if kind not in KINDS:
        raise Invalid(f"Validation failed: Type is one of {', '.join(KINDS)}")
    found = read(kind, text)
    if not found:
        raise Invalid("Validation failed: There is nothing in this file that can be read")
    parts = [found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE)]
    jobs.enqueue(
        tx,
        *(
            NewJob(
                "federation.import",
                {"account": member.id, "kind": kind, "lines": [_json(line) for line in part]},
                lane=lane(member.id),
                pool="fetch",
            )
            for part in parts
        ),
    )
    return len(found)


def _json(line: Line) -> dict[str, Any]:
    return {field: getattr(line, field) for field in Line.__struct_fields__}


def read(kind: Kind, text: str) -> list[Line]:
    """The lines of a file, each once, without its header and without what is none. Errors: Invalid
    (too long).
    """
    if len(text.encode("utf-8", "replace")) > BYTES:
        raise Invalid("Validation failed: The file is too large")
    text = text.removeprefix("\ufeff").replace("\x00", "")
    found: dict[tuple[str, str], Line] = {}
    header: list[str] = []
    try:
        for cells in csv.reader(io.StringIO(text)):
            row = [cell.strip()[:CELL_CHARS] for cell in cells]
            if not header and row and row[0].lower().lstrip("#") in {"account address", "domain"}:
                header = [cell.lower() for cell in row]
                continue
            line = _line(kind, row, header)
            if line is not None:
                found.setdefault((line.title, line.subject.lower()), line)
            if len(found) > LINES:
                raise Invalid(f"Validation failed: At most {LINES} lines at once")
    except csv.Error:
        raise Invalid("Validation failed: This is no CSV file") from None
    return list(found.values())


def _line(kind: Kind, row: list[str], header: list[str]) -> Line | None:
    if not row or not row[0]:
        return None
    if kind == "lists":
        handle = _handle(row[1]) if len(row) > 1 else ""
        return Line(handle, row[0]) if handle else None
    if kind == "bookmarks":
        return Line(row[0]) if row[0].startswith(("https://", "http://")) else None
    if kind == "domain_blocks":
        return Line(row[0].lower())
    handle = _handle(row[0])
    if not handle:
        return None
    # Without a header the columns stand in Mastodon's order.
    cells = dict(zip(header, row, strict=False)) if header else {}
    usual = dict(enumerate(row))
    if kind == "following":
        languages = cells.get("languages", usual.get(3, "") if not header else "")
        named = [one for one in languages.replace(",", " ").split() if len(one) <= 8]
        return Line(
            handle,
            reblogs=_flag(cells.get("show boosts", usual.get(1, "")), usual=True),
            notify=_flag(cells.get("notify on new posts", usual.get(2, "")), usual=False),
            languages=named[:20] or None,
        )
    hides = cells.get("hide notifications", usual.get(1, ""))
    return Line(handle, notifications=_flag(hides, usual=True))


def _handle(text: str) -> str:
    name, _, domain = text.removeprefix("acct:").removeprefix("@").partition("@")
    return f"{name}@{domain.lower()}" if name and domain and " " not in text else ""


def _flag(text: str, *, usual: bool) -> bool:
    return _FLAGS.get(text.lower(), usual)


# -- one line ---------------------------------------------------------------------------------


def apply(tx: Tx, member: Account, kind: Kind, line: Line, found: Account | Post | None) -> None:
    """Do what a line says. ``found``: whom or what it names. Errors: those of the verbs."""
    if kind == "domain_blocks":
        domains.mute(tx, member, line.subject)
    elif isinstance(found, Post):
        if kind == "bookmarks":
            react.bookmark(tx, member, found.id)
    elif found is not None:
        _to_account(tx, member, kind, line, found)


def _to_account(tx: Tx, member: Account, kind: Kind, line: Line, target: Account) -> None:
    if kind == "blocks":
        blocks.block(tx, member, target)
    elif kind == "mutes":
        if tx.row(_MUTED, by=member.id, target=target.id) is None:
            blocks.mute(tx, member, target, notifications=line.notifications)
    elif kind in {"following", "lists"}:
        if target.id != member.id and tx.row(_KNOWN, by=member.id, target=target.id) is None:
            follows.follow(
                tx,
                member,
                target,
                reblogs=line.reblogs,
                notify=line.notify,
                languages=line.languages,
            )
        if kind == "lists":
            _into_list(tx, member, line.title, target)


def _into_list(tx: Tx, member: Account, title: str, target: Account) -> None:
    mine = lists.own(tx, member.id)
    known = next((one for one in mine if one.title == title), None)
    chosen = known or lists.create(tx, member.id, title)
    if all(one.id != chosen.id for one in lists.containing(tx, member.id, target.id)):
        list_members.add(tx, member.id, chosen.id, [target.id])
