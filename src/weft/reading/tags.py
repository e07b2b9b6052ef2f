"""Tags that a member follows: public posts that have one enter their home timeline."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.people.tables import accounts, follows
from weft.reading.tables import tag_follows
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.threads.model import Post
from weft.threads.tables import home, post_tags
from weft.threads.tokens import Kind, fold_tag, token_at

FOLLOWS_MAX = 500
"""Tags that one may follow: more is reading everything, which the public timeline is for."""

_owner = sa.bindparam("owner", type_=sa.BigInteger)
_tag = sa.bindparam("tag", type_=sa.String)
_post = sa.bindparam("post", type_=sa.BigInteger)
_others = tag_follows.alias("others")
_also = post_tags.alias("also")

_COUNT = sa.select(sa.func.count()).where(tag_follows.c.account_id == _owner)
_FOLLOW = insert(tag_follows).on_conflict_do_nothing()
_UNFOLLOW = (
    tag_follows.delete()
    .where(tag_follows.c.account_id == _owner, tag_follows.c.tag == _tag)
    .returning(tag_follows.c.id)
)
_FOLLOWED = paged(
    sa.select(*tag_follows.c).where(tag_follows.c.account_id == _owner),
    tag_follows.c.id,
)
_THESE = sa.select(tag_follows.c.tag).where(
    tag_follows.c.account_id == _owner,
    tag_follows.c.tag.in_(sa.bindparam("tags", expanding=True, type_=sa.String)),
)
_ENTER = (
    insert(home)
    .from_select(
        ["account_id", "post_id", "author_id"],
        sa.select(tag_follows.c.account_id, post_tags.c.post_id, accounts.c.id)
        .distinct()
        .select_from(
            post_tags.join(tag_follows, tag_follows.c.tag == post_tags.c.tag).join(
                accounts, accounts.c.id == sa.bindparam("author", type_=sa.BigInteger)
            )
        )
        .where(
            post_tags.c.post_id == _post,
            tag_follows.c.account_id != accounts.c.id,
            accounts.c.silenced_at.is_(None),  # limited: heard by those who follow them only
        ),
    )
    .on_conflict_do_nothing()
)
# Without whom one follows oneself, and what another followed tag brought too.
_TAKE_OUT = home.delete().where(
    home.c.account_id == _owner,
    home.c.author_id != _owner,
    home.c.post_id.in_(sa.select(post_tags.c.post_id).where(post_tags.c.tag == _tag)),
    ~sa.exists().where(
        follows.c.follower_id == _owner,
        follows.c.target_id == home.c.author_id,
        follows.c.accepted.is_(True),
    ),
    ~sa.exists().where(
        _also.c.post_id == home.c.post_id,
        _others.c.tag == _also.c.tag,
        _others.c.account_id == _owner,
    ),
)


def name_of(text: str) -> str | None:
    """The tag that a text names, with or without its sign; None when it can be no tag."""
    sign = f"#{text.strip().lstrip('#＃')}"
    token = token_at(sign, 0)
    if token is None or token.kind is not Kind.TAG or token.end != len(sign):
        return None
    return token.tag


def follow(tx: Tx, owner: Account, name: str) -> None:
    """From now on; doing it twice is doing it once. Errors: NotFound (no tag), Invalid (too many)."""
    tag = _checked(name)
    if tx.scalar(_COUNT, owner=owner.id) >= FOLLOWS_MAX and not following(
        tx, owner.id, [fold_tag(tag)]
    ):
        raise Invalid(f"Validation failed: You cannot follow more than {FOLLOWS_MAX} hashtags")
    tx.run(
        _FOLLOW,
        id=new_id(),
        account_id=owner.id,
        tag=fold_tag(tag),
        name=tag,
        created_at=tx.now,
    )


def unfollow(tx: Tx, owner: Account, name: str) -> None:
    """What stands in the home timeline only because of it goes. Errors: NotFound (no tag)."""
    fold = fold_tag(_checked(name))
    if tx.row(_UNFOLLOW, owner=owner.id, tag=fold) is not None:
        tx.run(_TAKE_OUT, owner=owner.id, tag=fold)


def followed(tx: Tx, owner: int, page: Page) -> list[tuple[int, str]]:
    """(what pages this list, the tag as it was followed), the last first."""
    return [(row.id, row.name) for row in _FOLLOWED.rows(tx, page, owner=owner)]


def following(tx: Tx, owner: int, folds: Collection[str]) -> set[str]:
    """Those of these tags (folded) that a member follows."""
    return {row[0] for row in tx.rows(_THESE, owner=owner, tags=list(folds))} if folds else set()


def enter(tx: Tx, post: Post) -> None:
    """Write a new public post into the homes of those who follow one of its tags; replies too, as
    in the timeline of the tag.
    """
    if post.tags and post.visibility == "public":
        tx.run(_ENTER, post=post.id, author=post.author_id)


def _checked(name: str) -> str:
    tag = name_of(name)
    if tag is None:
        raise NotFound
    return tag
