"""What admins tell everyone: saying it, reading it, and the emojis people put under it.

https://docs.joinmastodon.org/methods/announcements/
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.moderation.tables import announcement_reactions, announcement_reads, announcements
from weft.people.model import Account
from weft.store.among import among
from weft.store.database import Tx
from weft.threads.drafts import tidy, write_html
from weft.threads.model import Draft
from weft.threads.tables import custom_emojis
from weft.work import events

TEXT_CHARS = 5_000
"""As long as a post may be."""
SHOWN_MAX = 40
"""Announcements in force at once that are shown, the newest: apps show them one above another."""
REACTIONS_MAX = 8
"""Different emojis under one announcement, as on Mastodon: they stand in one row."""

NAME_MAX = 64
"""Characters: the width of the column; the longest joined emoji has some 15."""

_SIGN = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf"
    "\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_PART = f"{_SIGN}\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PART}(?:\u200d{_PART}){{0,6}}"
)
"""One emoji: a flag, a key, or signs that are joined (https://unicode.org/reports/tr51/)."""


class Announcement(Struct, frozen=True):
    """Times in ms. ``html`` is safe."""

    id: int
    source: str
    html: str
    starts_at: int | None
    ends_at: int | None
    all_day: bool
    published_at: int
    updated_at: int


class Reaction(Struct, frozen=True):
    """How many put this emoji there, and whether the viewer did. ``blob``: of a custom emoji."""

    name: str
    count: int
    mine: bool
    blob: str | None
    static_blob: str | None


_COLUMNS = tuple(announcements.c[field] for field in Announcement.__struct_fields__)
_id = sa.bindparam("id_", type_=sa.BigInteger)
_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_name = sa.bindparam("emoji", type_=sa.String)
_in_force = sa.or_(announcements.c.ends_at.is_(None), announcements.c.ends_at > sa.bindparam("now"))
_ACTIVE = (
    sa.select(*_COLUMNS)
    .where(_in_force)
    .order_by(announcements.c.id.desc())
    .limit(sa.bindparam("most"))
)
_ALL = sa.select(*_COLUMNS).order_by(announcements.c.id.desc())
_ONE = sa.select(*_COLUMNS).where(announcements.c.id == _id)
_REMOVE = announcements.delete().where(announcements.c.id == _id).returning(announcements.c.id)
_READ = insert(announcement_reads).on_conflict_do_nothing()
_READ_OF = sa.select(announcement_reads.c.announcement_id).where(
    announcement_reads.c.account_id == _viewer,
    among(announcement_reads.c.announcement_id, "ids"),
)
_of = announcement_reactions.c
_REACT = insert(announcement_reactions).on_conflict_do_nothing().returning(_of.name)
_UNREACT = (
    announcement_reactions.delete()
    .where(_of.announcement_id == _id, _of.name == _name, _of.account_id == _viewer)
    .returning(_of.name)
)
_KINDS = sa.select(_of.name).where(_of.announcement_id == _id).distinct()
_REACTIONS = (
    sa.select(
        _of.announcement_id,
        _of.name,
        sa.func.count(),
        sa.func.max(sa.case((_of.account_id == _viewer, 1), else_=0)),
        sa.func.max(custom_emojis.c.blob),
        sa.func.max(custom_emojis.c.static_blob),
    )
    .select_from(
        announcement_reactions.outerjoin(custom_emojis, custom_emojis.c.shortcode == _of.name)
    )
    .where(among(_of.announcement_id, "ids"))
    .group_by(_of.announcement_id, _of.name)
    .order_by(sa.func.min(_of.created_at), _of.name)
)
_CUSTOM = sa.select(custom_emojis.c.shortcode).where(custom_emojis.c.shortcode == _name)


def announce(
    tx: Tx, text: str, *, starts_at: int | None = None, ends_at: int | None = None
) -> Announcement:
    """Tell everyone on this server. Times (ms) say what it is about and when it goes away.

    Errors: Invalid.
    """
    draft = tidy(Draft(text=text.strip()))
    if not draft.text or len(draft.text) > TEXT_CHARS:
        raise Invalid(f"Validation failed: Text must have 1 to {TEXT_CHARS} characters")
    if ends_at is not None and ends_at <= max(tx.now, starts_at or 0):
        raise Invalid("Validation failed: The end must lie in the future, after the start")
    html, _people, _tags = write_html(tx, draft)
    made = Announcement(
        id=new_id(),
        source=draft.text,
        html=html,
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=False,
        published_at=tx.now,
        updated_at=tx.now,
    )
    tx.run(
        announcements.insert(),
        {field: getattr(made, field) for field in Announcement.__struct_fields__},
    )
    events.append(tx, "announcement.published", subject_id=made.id)
    return made


def remove(tx: Tx, announcement_id: int) -> None:
    """Take it back. Errors: NotFound."""
    if tx.scalar(_REMOVE, id_=announcement_id) is None:
        raise NotFound
    events.append(tx, "announcement.removed", subject_id=announcement_id)


def active(tx: Tx) -> list[Announcement]:
    """Those in force, oldest first; of very many the newest."""
    return [Announcement(*row) for row in tx.rows(_ACTIVE, now=tx.now, most=SHOWN_MAX)][::-1]


def everything(tx: Tx) -> list[Announcement]:
    """Also those that ended, for admins."""
    return [Announcement(*row) for row in tx.rows(_ALL)]


def get(tx: Tx, announcement_id: int) -> Announcement:
    """Errors: NotFound."""
    row = tx.row(_ONE, id_=announcement_id)
    if row is None:
        raise NotFound
    return Announcement(*row)


def dismiss(tx: Tx, by: Account, announcement_id: int) -> None:
    """``by`` has read it. Errors: NotFound."""
    get(tx, announcement_id)
    tx.run(_READ, announcement_id=announcement_id, account_id=by.id)


def react(tx: Tx, by: Account, announcement_id: int, name: str) -> None:
    """Put an emoji under it: the character, or the name of a custom one of this server.

    Errors: NotFound; Invalid for what is no emoji, and for one kind more than there may be.
    """
    get(tx, announcement_id)
    if not _is_emoji(tx, name):
        raise Invalid("Validation failed: Name is not a recognized emoji")
    kinds = {row[0] for row in tx.rows(_KINDS, id_=announcement_id)}
    if name not in kinds and len(kinds) >= REACTIONS_MAX:
        raise Invalid("Validation failed: Limit of different reactions reached")
    made = tx.scalar(
        _REACT, announcement_id=announcement_id, name=name, account_id=by.id, created_at=tx.now
    )
    if made is not None:
        _tell(tx, by, announcement_id, name)


def unreact(tx: Tx, by: Account, announcement_id: int, name: str) -> None:
    """Take one's emoji back. Errors: NotFound, also for an emoji that was not there."""
    if tx.scalar(_UNREACT, id_=announcement_id, emoji=name, viewer=by.id) is None:
        raise NotFound
    _tell(tx, by, announcement_id, name)


def read_by(tx: Tx, viewer: int, ids: Sequence[int]) -> set[int]:
    """Which of these announcements the viewer dismissed."""
    return {row[0] for row in tx.rows(_READ_OF, viewer=viewer, ids=ids)}


def reactions(tx: Tx, viewer: int, ids: Sequence[int]) -> dict[int, list[Reaction]]:
    """The emojis under these announcements, the first that was put there first."""
    found: dict[int, list[Reaction]] = {one: [] for one in ids}
    for row in tx.rows(_REACTIONS, viewer=viewer, ids=ids):
        found[row[0]].append(Reaction(row[1], row[2], bool(row[3]), row[4], row[5]))
    return found


def _is_emoji(tx: Tx, name: str) -> bool:
    return (
        len(name) <= NAME_MAX
        and "\x00" not in name
        and (_EMOJI.fullmatch(name) is not None or tx.row(_CUSTOM, emoji=name) is not None)
    )


def _tell(tx: Tx, by: Account, announcement_id: int, name: str) -> None:
    events.append(
        tx,
        "announcement.reacted",
        actor_id=by.id,
        subject_id=announcement_id,
        data={"name": name},
    )
