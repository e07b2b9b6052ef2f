"""Posts that are written now and said later, by a durable job, exactly once.

https://docs.joinmastodon.org/methods/scheduled_statuses/. Pictures are kept for them: their
``post_id`` is the scheduled post's id until then.
"""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from msgspec import Struct, structs

from weft.kernel.clock import DAY, MINUTE
from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people import accounts, moves
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.store.page import Page, paged
from weft.threads import once, quotes
from weft.threads.drafts import attach, check, parent_of, tidy, write_html
from weft.threads.media import COLUMNS as MEDIA_COLUMNS
from weft.threads.media import Upload
from weft.threads.model import Draft
from weft.threads.publish import publish
from weft.threads.tables import media, scheduled_posts
from weft.work import jobs
from weft.work.jobs import Job, NewJob

log = structlog.get_logger(__name__)

AHEAD_MIN = 5 * MINUTE
"""Mastodon's: what is said sooner may be said at once."""
TOTAL_MAX = 300
DAY_MAX = 25
"""Mastodon's: of one member in all, and for one day."""


class Scheduled(Struct, frozen=True):
    """What will be said at ``at`` (ms). ``app_id``: which app it was written with."""

    id: int
    account_id: int
    at: int
    draft: Draft
    app_id: int | None


_COLUMNS = tuple(scheduled_posts.c[name] for name in ("id", "account_id", "at", "draft"))
_id = sa.bindparam("which", type_=sa.BigInteger)
_owner = sa.bindparam("owner", type_=sa.BigInteger)
_BY_ID = sa.select(*_COLUMNS).where(scheduled_posts.c.id == _id)
_MINE = _BY_ID.where(scheduled_posts.c.account_id == _owner)
_LISTED = paged(
    sa.select(*_COLUMNS).where(scheduled_posts.c.account_id == _owner), scheduled_posts.c.id
)
_HOW_MANY = sa.select(
    sa.func.count(),
    sa.func.coalesce(
        sa.func.sum(
            sa.case(
                (
                    sa.and_(
                        scheduled_posts.c.at >= sa.bindparam("day", type_=sa.BigInteger),
                        scheduled_posts.c.at < sa.bindparam("day", type_=sa.BigInteger) + DAY,
                    ),
                    1,
                ),
                else_=0,
            )
        ),
        0,
    ),
).where(scheduled_posts.c.account_id == _owner, scheduled_posts.c.id != _id)
_MOVE = (
    scheduled_posts.update()
    .where(scheduled_posts.c.id == _id)
    .values(at=sa.bindparam("to", type_=sa.BigInteger))
)
_DROP = scheduled_posts.delete().where(scheduled_posts.c.id == _id)
_RELEASE = (
    media.update()
    .where(media.c.post_id == _id)
    .values(post_id=None, created_at=sa.bindparam("at", type_=sa.BigInteger))
)
_PICTURES = sa.select(*MEDIA_COLUMNS).where(
    media.c.post_id.in_(sa.bindparam("posts", expanding=True))
)


# -- verbs ------------------------------------------------------------------------------------


def schedule(
    tx: Tx, author: Account, draft: Draft, at: int, *, app_id: int | None = None
) -> Scheduled:
    """Keep a draft until ``at`` (ms). It is checked as if it were said now, so that its author
    hears at once of what would be refused then. The same idempotency key gives the same again.

    Errors: as for ``publish``, and Invalid for a time too near or too many of them.
    """
    if draft.idempotency_key is not None:
        earlier = said_before(tx, author.id, draft.idempotency_key)
        if earlier is not None:
            return earlier
    moves.check_here(author)
    draft = tidy(draft)
    scheduled_id = new_id()
    _check_time(tx, author.id, scheduled_id, at)
    quoted = quotes.sought(tx, author, draft.quote_of_id)
    check(draft, quoting=quoted is not None)
    parent_of(tx, author, draft.reply_to_id)
    _html, mentioned, _tags = write_html(tx, draft)
    quotes.check_mentioned(author, draft, quoted, mentioned)
    attach(tx, author.id, draft.media_ids, scheduled_id)
    tx.run(
        scheduled_posts.insert(),
        id=scheduled_id,
        account_id=author.id,
        at=at,
        draft={**msgspec.to_builtins(draft), "app_id": app_id},
        created_at=tx.now,
    )
    _say_later(tx, scheduled_id, at)
    if draft.idempotency_key is not None:
        once.say(tx, author.id, draft.idempotency_key, scheduled_id)
    return mine(tx, author.id, scheduled_id)


def postpone(tx: Tx, owner_id: int, scheduled_id: int, at: int) -> Scheduled:
    """Say it at another time. Errors: NotFound, Invalid."""
    mine(tx, owner_id, scheduled_id)
    _check_time(tx, owner_id, scheduled_id, at)
    tx.run(_MOVE, which=scheduled_id, to=at)
    jobs.drop(tx, _key(scheduled_id))
    _say_later(tx, scheduled_id, at)
    return mine(tx, owner_id, scheduled_id)


def cancel(tx: Tx, owner_id: int, scheduled_id: int) -> None:
    """Never say it; its pictures are free again for a day. Errors: NotFound."""
    mine(tx, owner_id, scheduled_id)
    jobs.drop(tx, _key(scheduled_id))
    _drop(tx, scheduled_id)


def mine(tx: Tx, owner_id: int, scheduled_id: int) -> Scheduled:
    """Errors: NotFound, for anyone else's."""
    row = tx.row(_MINE, which=scheduled_id, owner=owner_id)
    if row is None:
        raise NotFound
    return _made(row)


def listed(tx: Tx, owner_id: int, page: Page) -> list[Scheduled]:
    return [_made(row) for row in _LISTED.rows(tx, page, owner=owner_id)]


def said_before(tx: Tx, owner_id: int, key: str) -> Scheduled | None:
    """What an idempotency key scheduled, while it waits."""
    said = once.said(tx, owner_id, key)
    row = tx.row(_MINE, which=said, owner=owner_id) if said is not None else None
    return _made(row) if row is not None else None


def pictures(tx: Tx, several: list[Scheduled]) -> dict[int, list[Upload]]:
    """The pictures kept for each, in the order in which they will be shown."""
    ids = [one.id for one in several if one.draft.media_ids]
    if not ids:
        return {}
    found = {row[0]: Upload(*row) for row in tx.rows(_PICTURES, posts=ids)}
    return {
        one.id: [found[media_id] for media_id in one.draft.media_ids if media_id in found]
        for one in several
    }


# -- when its time has come -------------------------------------------------------------------


async def say(db: Database, job: Job) -> None:
    """The job: publish, and forget that it was scheduled, in one transaction."""
    try:
        await db.write(lambda tx: _say(tx, job))
    except (NotFound, Invalid, Forbidden) as refused:
        # What was fine when it was written is not any more: the account is suspended, or what it
        # answers is gone.
        log.warning("scheduled.dropped", id=job.payload["id"], why=refused.text)
        await db.write(lambda tx: _give_up(tx, job))


def _say(tx: Tx, job: Job) -> None:
    scheduled_id = job.payload["id"]
    row = tx.row(_BY_ID, which=scheduled_id)
    jobs.finish(tx, job)
    if row is None:
        return  # its author is gone, and all of theirs
    one = _made(row)
    author = accounts.get(tx, one.account_id)
    if author.suspended_at is not None:
        raise Forbidden("The account is suspended")
    _drop(tx, scheduled_id)
    post = publish(tx, author, structs.replace(one.draft, idempotency_key=None))
    once.move(tx, author.id, scheduled_id, post.id)


def _give_up(tx: Tx, job: Job) -> None:
    jobs.finish(tx, job)
    _drop(tx, job.payload["id"])


# -- parts ------------------------------------------------------------------------------------


def _made(row: Any) -> Scheduled:
    draft = msgspec.convert(row.draft, Draft)
    return Scheduled(row.id, row.account_id, row.at, draft, row.draft["app_id"])


def _check_time(tx: Tx, owner_id: int, scheduled_id: int, at: int) -> None:
    if at < tx.now + AHEAD_MIN:
        raise Invalid("Validation failed: Scheduled at The scheduled date must be in the future")
    day = at - at % DAY
    total, that_day = tx.run(_HOW_MANY, owner=owner_id, which=scheduled_id, day=day).one()
    if total >= TOTAL_MAX:
        raise Invalid(
            f"Validation failed: You have exceeded the limit of {TOTAL_MAX} scheduled posts"
        )
    if that_day >= DAY_MAX:
        raise Invalid(
            f"Validation failed: You have exceeded the limit of {DAY_MAX} scheduled posts"
            " for that day"
        )


def _say_later(tx: Tx, scheduled_id: int, at: int) -> None:
    job = NewJob(
        "threads.publish_scheduled",
        {"id": scheduled_id},
        key=_key(scheduled_id),
        delay=at - tx.now,
    )
    jobs.enqueue(tx, job)


def _key(scheduled_id: int) -> str:
    """Of the one job that says it."""
    return f"scheduled:{scheduled_id}"


def _drop(tx: Tx, scheduled_id: int) -> None:
    tx.run(_DROP, which=scheduled_id)
    tx.run(_RELEASE, which=scheduled_id, at=tx.now)
