"""Notifications that belong together, as one: thirty likes of a post are one line on a screen.

https://docs.joinmastodon.org/methods/grouped_notifications/. Which group one belongs to was
settled when it was written (``notifications.notify``). A page of groups is three reads: its
*heads* (the member of each group that comes first as one reads on), how many there are of each
group, and a few of those who caused them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.errors import NotFound
from weft.kernel.ids import MAX_ID, parse_id
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged
from weft.threads import notices
from weft.threads.notices import ALONE, COLUMNS, EVERY, OWNER, UNREAD_MAX, Notice, Which, shown
from weft.threads.notifications import GROUPED
from weft.threads.tables import notifications

SAMPLE = 8
"""Accounts shown of a group: Mastodon's number."""
COUNT_MAX = 1_000
"""How far a group is counted, as unread ones are: of more, a screen says no more than "many"."""
KEY_MAX = 80
"""Characters of a key: as many as are kept."""


class Group(Struct, frozen=True):
    """``newest`` is the newest on this page, ``latest_id`` that of the whole group. ``count``: up to ``COUNT_MAX``.
    ``page_min_id`` and ``page_max_id``: its ids between which this page has all of them; None when
    it was asked for by its key. ``account_ids``: the last who caused one, at most ``SAMPLE``.
    """

    key: str
    newest: Notice
    count: int
    latest_id: int
    account_ids: list[int]
    page_min_id: int | None = None
    page_max_id: int | None = None


_head = notifications.alias("head")
_other = notifications.alias("other")
_last = notifications.alias("last")
_low, _high = sa.bindparam("low", type_=sa.BigInteger), sa.bindparam("high", type_=sa.BigInteger)


class _About(NamedTuple):
    """What groups hold, by the ids of their heads."""

    counted: sa.Executable
    sampled: sa.Executable


def _about(*, filtered: bool) -> _About:
    """Only of what is shown: with or without what the policy filtered. Each number is a short
    range of an index, however many a group holds: ``shown`` names the owner, and to name them a
    second time, by the head, leads SQLite to another index.
    """
    form = Which(filtered=filtered)
    beside = (
        _other.c.group_key == _head.c.group_key,
        *shown(form, _other),
    )
    ids = sa.select(_other.c.id).where(*beside)
    here = ids.where(_other.c.id.between(_low, _high))
    down, up = _other.c.id.desc(), _other.c.id

    def first(of: sa.Select[int], order: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
        return of.order_by(order).limit(1).correlate(_head).scalar_subquery()

    some = ids.limit(sa.bindparam("most")).correlate(_head).subquery()
    count = sa.select(sa.func.count()).select_from(some).scalar_subquery()
    counted = sa.select(
        _head.c.id, count, first(ids, down), first(here, up), first(here, down)
    ).where(among(_head.c.id, "ids"))
    eighth = (
        sa.select(_last.c.id)
        .where(
            _last.c.group_key == _head.c.group_key,
            *shown(form, _last),
        )
        .order_by(_last.c.id.desc())
        .limit(1)
        .offset(SAMPLE - 1)
        .correlate(_head)
        .scalar_subquery()
    )
    sampled = (
        sa.select(_head.c.id, _other.c.from_id)
        .select_from(_head.join(_other, sa.and_(*beside)))
        .where(among(_head.c.id, "ids"), _other.c.id >= sa.func.coalesce(eighth, 0))
        .order_by(_other.c.id.desc())
    )
    return _About(counted, sampled)


_ABOUT = {filtered: _about(filtered=filtered) for filtered in (False, True)}
_THESE = sa.select(*COLUMNS).where(
    notifications.c.account_id == OWNER, among(notifications.c.id, "ids")
)
_of_key = notifications.c.group_key == sa.bindparam("key")
_OF_KEY = paged(sa.select(*COLUMNS).where(*shown(EVERY), _of_key), notifications.c.id)
_DISMISS = notifications.delete().where(notifications.c.account_id == OWNER, _of_key)


def listed(
    tx: Tx,
    owner_id: int,
    page: Page,
    wanted: Which = EVERY,
    *,
    grouped: Collection[str] = GROUPED,
) -> tuple[list[Group], list[int]]:
    """Groups, newest first, and the newest and the oldest id on this page, if any: they page the
    list. Kinds that are not ``grouped`` stand alone.
    """
    heads = _heads(tx, owner_id, page, wanted, grouped)
    if not heads:
        return [], []
    together = [one for one in heads if one.group_key is not None and one.kind in grouped]
    low, high = _span(heads, page)
    ids = [one.id for one in together]
    about = _ABOUT[wanted.filtered]
    named = {"ids": ids, "low": low, "high": high, "most": COUNT_MAX}
    named |= EVERY.named(tx, owner_id)
    counted = {row[0]: row for row in tx.rows(about.counted, **named)} if ids else {}
    sampled = _sampled(tx, owner_id, about, ids)
    found: list[Group] = []
    for head in heads:
        if head.id not in counted:  # alone, or gone since the last statement
            found.append(_alone(head))
            continue
        _, count, latest, first, last = counted[head.id]
        found.append(Group(head.key, head, count, latest, sampled[head.id], first, last))
    ends = [max(one.page_max_id or 0 for one in found), min(one.page_min_id or 0 for one in found)]
    return _newest_first(tx, owner_id, found), ends


def one(tx: Tx, owner_id: int, key: str) -> Group:
    """Errors: NotFound."""
    members = _members(tx, owner_id, key, Page(limit=1))
    if not members:
        raise NotFound
    head = members[0]
    if key.startswith(ALONE):
        return Group(key, head, 1, head.id, [head.from_id])
    ids = [head.id]
    about = _ABOUT[False]
    named = {"ids": ids, "low": 0, "high": MAX_ID, "most": COUNT_MAX}
    named |= EVERY.named(tx, owner_id)
    _, count, latest, _, _ = tx.run(about.counted, named).one()
    return Group(key, head, count, latest, _sampled(tx, owner_id, about, ids)[head.id])


def accounts(tx: Tx, owner_id: int, key: str, page: Page) -> list[tuple[int, int]]:
    """Who is in a group: (id that pages this list, account), the last first. Errors: NotFound for
    a notification that stands alone and is not there.
    """
    return [(one.id, one.from_id) for one in _members(tx, owner_id, key, page)]


def dismiss(tx: Tx, owner_id: int, key: str) -> None:
    """Take a whole group away; one that is not there is gone already."""
    if key.startswith(ALONE):
        with suppress(NotFound):
            notices.dismiss(tx, owner_id, parse_id(key.removeprefix(ALONE)) or 0)
    elif len(key) <= KEY_MAX:
        tx.run(_DISMISS, owner=owner_id, key=key)


def unread(
    tx: Tx,
    owner_id: int,
    wanted: Which = EVERY,
    *,
    limit: int,
    grouped: Collection[str] = GROUPED,
) -> int:
    """How many groups have something newer than the member's marker, counted up to ``limit``."""
    statement = _heads_list(wanted.form, _kinds(grouped)).down
    newer = statement.with_only_columns(notifications.c.id).subquery()
    return tx.scalar(
        sa.select(sa.func.count()).select_from(newer),
        below=MAX_ID,
        above=notices.read_to(tx, owner_id),
        most=max(1, min(limit, UNREAD_MAX)),
        **wanted.named(tx, owner_id),
    )


# -- stages -----------------------------------------------------------------------------------


def _kinds(grouped: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(GROUPED.intersection(grouped)))


def _heads(
    tx: Tx, owner_id: int, page: Page, wanted: Which, grouped: Collection[str]
) -> list[Notice]:
    list_ = _heads_list(wanted.form, _kinds(grouped))
    return [Notice(*row) for row in list_.rows(tx, page, **wanted.named(tx, owner_id))]


@lru_cache(64)
def _heads_list(form: Which, grouped: tuple[str, ...]) -> Paged:
    """Reading down, a group's head is its newest below where one begins; reading up, its oldest
    above. So a page costs as much as the notifications it spans, and a probe of the index for each.
    """

    def heads(*nearer: sa.ColumnElement[bool]) -> sa.Select[Any]:
        earlier = sa.exists().where(
            *shown(form, _other), _other.c.group_key == notifications.c.group_key, *nearer
        )
        return sa.select(*COLUMNS).where(
            *shown(form),
            sa.or_(
                notifications.c.group_key.is_(None),
                notifications.c.kind.notin_(grouped),
                ~earlier,
            ),
        )

    key = notifications.c.id
    down = heads(_other.c.id > key, _other.c.id < sa.bindparam("below"))
    up = heads(_other.c.id < key, _other.c.id > sa.bindparam("above"))
    return Paged(paged(down, key).down, paged(up, key).up)


def _span(heads: Sequence[Notice], page: Page) -> tuple[int, int]:
    """The ids that this page covers: up to where the next one begins."""
    low, high = heads[-1].id, heads[0].id
    if len(heads) < page.most:  # nothing follows
        if page.min_id is None:
            low = page.above + 1
        else:
            high = page.below - 1
    return low, high


def _sampled(tx: Tx, owner_id: int, about: _About, ids: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if ids:
        for head_id, from_id in tx.rows(about.sampled, ids=ids, **EVERY.named(tx, owner_id)):
            found.setdefault(head_id, []).append(from_id)
    return found


def _alone(head: Notice) -> Group:
    return Group(f"{ALONE}{head.id}", head, 1, head.id, [head.from_id], head.id, head.id)


def _newest_first(tx: Tx, owner_id: int, groups: list[Group]) -> list[Group]:
    """Read upwards, a group's head is its oldest: then its newest on this page is another one."""
    other = [one.page_max_id for one in groups if one.page_max_id != one.newest.id]
    if other:
        rows = tx.rows(_THESE, owner=owner_id, ids=other)
        newest = {row[0]: Notice(*row) for row in rows}
        groups = [
            structs.replace(one, newest=newest.get(one.page_max_id or 0, one.newest))
            for one in groups
        ]
    return sorted(groups, key=lambda one: one.newest.id, reverse=True)


def _members(tx: Tx, owner_id: int, key: str, page: Page) -> list[Notice]:
    if key.startswith(ALONE):
        number = parse_id(key.removeprefix(ALONE)) or 0
        return [notices.one(tx, owner_id, number)] if page.above < number < page.below else []
    if len(key) > KEY_MAX:
        return []
    rows = _OF_KEY.rows(tx, page, key=key, **EVERY.named(tx, owner_id))
    return [Notice(*row) for row in rows]
