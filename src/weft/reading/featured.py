"""Tags that a member shows on their profile."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.reading.tables import featured_tags
from weft.reading.tags import name_of
from weft.store.database import Tx
from weft.threads.tables import post_tags, posts
from weft.threads.tokens import fold_tag
from weft.work import events

FEATURED_MAX = 10
"""As on Mastodon: a profile shows what matters to somebody."""
SUGGESTED_MAX = 10
ELSEWHERE_MAX = 20
"""Of an account of another server, whose rule is its own."""
RECENT = 1_000
"""Newest posts in which suggestions are looked for."""


class Featured(Struct, frozen=True):
    """``posts``: how many of the account's public and unlisted posts have the tag; ``last_at``:
    when the last was written, ms.
    """

    id: int
    name: str
    posts: int = 0
    last_at: int | None = None


_owner = sa.bindparam("owner", type_=sa.BigInteger)
_counted = (
    sa.select(
        post_tags.c.tag,
        sa.func.count().label("posts"),
        sa.func.max(posts.c.created_at).label("last_at"),
    )
    .join_from(post_tags, posts, posts.c.id == post_tags.c.post_id)
    .where(
        post_tags.c.tag.in_(
            sa.select(featured_tags.c.tag).where(featured_tags.c.account_id == _owner)
        ),
        posts.c.author_id == _owner,
        sa.or_(posts.c.visibility == "public", posts.c.visibility == "unlisted"),
    )
    .group_by(post_tags.c.tag)
    .subquery()
)
_OF = (
    sa.select(
        featured_tags.c.id,
        featured_tags.c.name,
        sa.func.coalesce(_counted.c.posts, 0),
        _counted.c.last_at,
    )
    .select_from(featured_tags.outerjoin(_counted, _counted.c.tag == featured_tags.c.tag))
    .where(featured_tags.c.account_id == _owner)
    .order_by(featured_tags.c.id)
)
_COUNT = sa.select(sa.func.count()).where(featured_tags.c.account_id == _owner)
_FEATURE = insert(featured_tags).on_conflict_do_nothing()
_DROP = featured_tags.delete().where(featured_tags.c.account_id == _owner)
_DROP_ONE = _DROP.where(featured_tags.c.id == sa.bindparam("which", type_=sa.BigInteger)).returning(
    featured_tags.c.name
)
_DROP_TAG = _DROP.where(featured_tags.c.tag == sa.bindparam("tag", type_=sa.String)).returning(
    featured_tags.c.name
)
_THESE = sa.select(featured_tags.c.tag).where(
    featured_tags.c.account_id == _owner,
    featured_tags.c.tag.in_(sa.bindparam("tags", expanding=True, type_=sa.String)),
)
_recent = (
    sa.select(posts.c.id)
    .where(posts.c.author_id == _owner, posts.c.boost_of_id.is_(None))
    .order_by(posts.c.id.desc())
    .limit(RECENT)
)
_SUGGESTED = (
    sa.select(post_tags.c.tag)
    .where(
        post_tags.c.post_id.in_(_recent),
        post_tags.c.tag.not_in(
            sa.select(featured_tags.c.tag).where(featured_tags.c.account_id == _owner)
        ),
    )
    .group_by(post_tags.c.tag)
    .order_by(sa.func.count().desc(), post_tags.c.tag)
    .limit(SUGGESTED_MAX)
)


def of(tx: Tx, owner: int) -> list[Featured]:
    """What an account features, the first first."""
    return [Featured(*row) for row in tx.rows(_OF, owner=owner)]


def feature(tx: Tx, owner: Account, name: str) -> Featured:
    """Show a tag on one's profile; doing it twice is doing it once. Event: tag.featured. Errors:
    Invalid (no tag, too many).
    """
    tag = name_of(name)
    if tag is None:
        raise Invalid("Validation failed: Tag is invalid")
    fold = fold_tag(tag)
    if not featuring(tx, owner.id, [fold]):
        if tx.scalar(_COUNT, owner=owner.id) >= FEATURED_MAX:
            raise Invalid(f"Validation failed: You can feature at most {FEATURED_MAX} hashtags")
        tx.run(_FEATURE, id=new_id(), account_id=owner.id, tag=fold, name=tag, created_at=tx.now)
        events.append(tx, "tag.featured", actor_id=owner.id, data={"name": tag})
    return next(one for one in of(tx, owner.id) if fold_tag(one.name) == fold)


def drop(tx: Tx, owner: Account, featured_id: int) -> None:
    """Event: tag.unfeatured. Errors: NotFound, also for other people's."""
    row = tx.row(_DROP_ONE, owner=owner.id, which=featured_id)
    if row is None:
        raise NotFound
    events.append(tx, "tag.unfeatured", actor_id=owner.id, data={"name": row.name})


def unfeature(tx: Tx, owner: Account, name: str) -> None:
    """By its name, if it was featured. Event: tag.unfeatured."""
    row = tx.row(_DROP_TAG, owner=owner.id, tag=fold_tag(name))
    if row is not None:
        events.append(tx, "tag.unfeatured", actor_id=owner.id, data={"name": row.name})


def tell(tx: Tx, owner: Account, name: str) -> None:
    """Somebody elsewhere features a tag. What is none, or one too many, is left out."""
    tag = name_of(name)
    if tag is not None and tx.scalar(_COUNT, owner=owner.id) < ELSEWHERE_MAX:
        fold = fold_tag(tag)
        tx.run(_FEATURE, id=new_id(), account_id=owner.id, tag=fold, name=tag, created_at=tx.now)


def settle(tx: Tx, owner: Account, names: Iterable[str]) -> None:
    """All that somebody elsewhere features, as their server lists it."""
    tx.run(_DROP, owner=owner.id)
    for name in names:
        tell(tx, owner, name)


def featuring(tx: Tx, owner: int, folds: Collection[str]) -> set[str]:
    """Those of these tags (folded) that a member features."""
    return {row[0] for row in tx.rows(_THESE, owner=owner, tags=list(folds))} if folds else set()


def suggested(tx: Tx, owner: int) -> list[str]:
    """Tags (folded) that one uses most and does not feature yet."""
    return [row[0] for row in tx.rows(_SUGGESTED, owner=owner)]
