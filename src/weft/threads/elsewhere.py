"""What another server may have of what members here wrote: what somebody there may see."""

from __future__ import annotations

import sqlalchemy as sa

from weft.kernel.errors import NotFound
from weft.people.model import Account
from weft.people.tables import accounts, blocks, follows
from weft.store.database import Tx
from weft.threads import posts as seeing
from weft.threads.model import Post
from weft.threads.tables import post_mentions, posts

_there = accounts.alias("there")
_author = accounts.alias("author")
_parted = blocks.alias("parted")
_domain = sa.bindparam("domain")
_FOR_SOMEBODY = sa.select(*seeing.COLUMNS).where(
    posts.c.id == sa.bindparam("id"),
    posts.c.visibility != "direct",
    seeing.said(),
    sa.or_(
        sa.exists().where(
            follows.c.target_id == posts.c.author_id,
            follows.c.accepted.is_(True),
            _there.c.id == follows.c.follower_id,
            _there.c.domain == _domain,
        ),
        sa.exists().where(
            post_mentions.c.post_id == posts.c.id,
            _there.c.id == post_mentions.c.account_id,
            _there.c.domain == _domain,
            # Whom the author blocks opens nothing to the others there either.
            ~sa.exists().where(
                _parted.c.blocker_id == posts.c.author_id, _parted.c.target_id == _there.c.id
            ),
        ),
    ),
    ~sa.exists().where(_author.c.id == posts.c.author_id, _author.c.suspended_at.isnot(None)),
    ~sa.exists().where(
        blocks.c.blocker_id == posts.c.author_id, blocks.c.target_id == sa.bindparam("reader")
    ),
)


def see(tx: Tx, reader: Account, post_id: int) -> Post:
    """A post that ``reader``, an account elsewhere, may see, or somebody on its server: its own
    actor reads for all of them. Not when the author blocks just this reader, and direct ones only
    by those to whom they are written. Errors: NotFound.
    """
    try:
        return seeing.see(tx, reader.id, post_id)
    except NotFound:
        row = tx.row(_FOR_SOMEBODY, id=post_id, domain=reader.domain, reader=reader.id)
        if row is None:
            raise
    post = Post(*row)
    if post.boost_of_id is not None:
        see(tx, reader, post.boost_of_id)
    return post
