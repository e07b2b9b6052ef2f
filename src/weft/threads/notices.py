"""A member's notifications, read and cleared. How they come about: ``notifications``."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.errors import NotFound
from weft.people.tables import accounts, domain_mutes, mutes
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged
from weft.threads.tables import markers, notifications

KINDS = (
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quote",
    "quoted_update",
    "added_to_collection",
    "collection_update",
    "severed_relationships",
    "moderation_warning",
    "admin.sign_up",
    "admin.report",
    "pending.favourite",
    "pending.reply",
    "pending.reblog",
    "pending.quote",
    "pleroma:emoji_reaction",
)
"""https://docs.joinmastodon.org/entities/Notification/#type; the last is Pleroma's"""
SHOWN_AS = {
    "pending.favourite": "favourite",
    "pending.reply": "mention",
    "pending.reblog": "reblog",
    "pending.quote": "quote",
}
"""GoToSocial's kinds, that somebody would like to and waits for the member's yes; for apps that do
not say that they know them, what it looks like without the asking.
"""
UNREAD_MAX = 1_000
"""How far unread ones are counted: Mastodon's own bound."""


def shown_as(kind: str, supported: Collection[str] | None) -> str:
    """The kind by which an app is told; ``supported``: those it knows, None if it did not say."""
    return kind if supported is not None and kind in supported else SHOWN_AS.get(kind, kind)


class Notice(Struct, frozen=True):
    """Something that concerns a member: who did what, to which post of theirs.

    ``data`` says what kinds about neither a post nor a follow are about, ids as strings:
    ``added_to_collection``, ``collection_update``: {collection_id}; ``admin.report``: {report_id};
    ``moderation_warning``: {action, text, post_ids (list or None)};
    ``severed_relationships``: {type, target_name, followers_count, following_count}. Of a post, too,
    is ``pleroma:emoji_reaction``: {name, url}, as ``threads.emoji_reactions`` names it.
    """

    id: int
    kind: str
    from_id: int
    post_id: int | None
    created_at: int
    group_key: str | None
    filtered: bool
    data: dict[str, Any] | None

    @property
    def key(self) -> str:
        """What it is grouped by; its own for what stands alone, and for those from before there
        were groups.
        """
        return self.group_key or f"{ALONE}{self.id}"


ALONE = "ungrouped-"
"""How the key of a notification that stands alone begins; its id follows."""


class Which(Struct, frozen=True):
    """Which notifications: of these kinds (none named: all), by one account (None: anyone),
    with or without those that the policy filtered.
    """

    kinds: tuple[str, ...] = ()
    by: int | None = None
    filtered: bool = False

    @property
    def form(self) -> Which:
        """What a statement for it looks like: the same, whoever ``by`` is."""
        return self if self.by is None else Which(self.kinds, 0, self.filtered)

    def named(self, tx: Tx, owner_id: int) -> dict[str, Any]:
        """The parameters of ``shown``."""
        named: dict[str, Any] = {"owner": owner_id, "now": tx.now}
        return named if self.by is None else named | {"by": self.by}


EVERY = Which()


def which(
    types: Collection[str] = (),
    exclude: Collection[str] = (),
    by: int | None = None,
    *,
    filtered: bool = False,
) -> Which | None:
    """As clients ask for them; None when that can be none at all."""
    kinds = tuple(kind for kind in KINDS if (not types or kind in types) and kind not in exclude)
    if not kinds:
        return None
    return Which(kinds if len(kinds) < len(KINDS) else (), by, filtered)


OWNER = sa.bindparam("owner", type_=sa.BigInteger)


def shown(wanted: Which, row: sa.FromClause = notifications) -> list[sa.ColumnElement[bool]]:
    """The owner's rows that are to be shown, in the order that an index gives them.

    Nothing from those who are suspended, whose notifications the owner muted, or whose server they
    do not want to see; when that ends, it is there again.
    """
    of = row.c
    conditions = [
        of.account_id == OWNER,
        ~sa.exists().where(
            mutes.c.muter_id == OWNER,
            mutes.c.target_id == of.from_id,
            mutes.c.notifications.is_(True),
            sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now")),
        ),
        ~sa.exists().where(
            accounts.c.id == of.from_id,
            sa.or_(
                accounts.c.suspended_at.isnot(None),
                sa.exists().where(
                    domain_mutes.c.account_id == OWNER, domain_mutes.c.domain == accounts.c.domain
                ),
            ),
        ),
    ]
    if not wanted.filtered:
        conditions.append(of.filtered.is_(False))
    if wanted.kinds:
        conditions.append(of.kind.in_(wanted.kinds))
    if wanted.by is not None:
        conditions.append(of.from_id == sa.bindparam("by"))
    return conditions


COLUMNS = tuple(notifications.c[field] for field in Notice.__struct_fields__)
_ONE = sa.select(*COLUMNS).where(
    notifications.c.account_id == OWNER, notifications.c.id == sa.bindparam("which")
)
_TELLABLE = sa.select(*COLUMNS).where(*shown(EVERY), notifications.c.id == sa.bindparam("which"))
_CLEAR = notifications.delete().where(notifications.c.account_id == OWNER)
_DISMISS = _CLEAR.where(notifications.c.id == sa.bindparam("which")).returning(notifications.c.id)
_DISMISS_THESE = _CLEAR.where(among(notifications.c.id, "ids"))
_READ_TO = sa.select(markers.c.last_read_id).where(
    markers.c.account_id == OWNER, markers.c.timeline == "notifications"
)


def listed(tx: Tx, owner_id: int, page: Page, wanted: Which = EVERY) -> list[Notice]:
    """Newest first."""
    rows = _list(wanted.form).rows(tx, page, **wanted.named(tx, owner_id))
    return [Notice(*row) for row in rows]


@lru_cache(64)  # forms of asking; clients have a handful
def _list(form: Which) -> Paged:
    return paged(sa.select(*COLUMNS).where(*shown(form)), notifications.c.id)


def one(tx: Tx, owner_id: int, notice_id: int) -> Notice:
    """Errors: NotFound."""
    row = tx.row(_ONE, owner=owner_id, which=notice_id)
    if row is None:
        raise NotFound
    return Notice(*row)


def tellable(tx: Tx, owner_id: int, notice_id: int) -> Notice:
    """As ``one``, if it is to be shown now: not from somebody who was muted or suspended since.
    Errors: NotFound.
    """
    row = tx.row(_TELLABLE, owner=owner_id, which=notice_id, now=tx.now)
    if row is None:
        raise NotFound
    return Notice(*row)


def clear(tx: Tx, owner_id: int) -> None:
    tx.run(_CLEAR, owner=owner_id)


def dismiss(tx: Tx, owner_id: int, notice_id: int) -> None:
    """Errors: NotFound."""
    if tx.row(_DISMISS, owner=owner_id, which=notice_id) is None:
        raise NotFound


def dismiss_these(tx: Tx, owner_id: int, ids: Collection[int]) -> None:
    """Those of them that are there."""
    tx.run(_DISMISS_THESE, owner=owner_id, ids=list(ids))


def read_to(tx: Tx, owner_id: int) -> int:
    """The id of the last notification that the member has read; 0 for none."""
    marker = tx.scalar(_READ_TO, owner=owner_id)
    return int(marker) if marker is not None and marker.isdigit() else 0


def unread(tx: Tx, owner_id: int, wanted: Which = EVERY, *, limit: int) -> int:
    """How many are newer than the member's marker, counted up to ``limit``."""
    newer = (
        sa.select(notifications.c.id)
        .where(*shown(wanted), notifications.c.id > read_to(tx, owner_id))
        .limit(max(1, min(limit, UNREAD_MAX)))
        .subquery()
    )
    counted = sa.select(sa.func.count()).select_from(newer)
    return tx.scalar(counted, **wanted.named(tx, owner_id)) or 0
