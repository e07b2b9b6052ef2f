"""Taking everything that an account said and did away, some at a time."""

from __future__ import annotations

import sqlalchemy as sa

from weft.people import accounts, follows
from weft.people.tables import follows as follow_table
from weft.store.database import Tx
from weft.threads import delete, emoji_reactions, posts
from weft.threads.tables import likes, post_edits
from weft.threads.tables import posts as post_table

AT_ONCE = 100
"""Posts taken away in one transaction: some 50 ms for the one writer."""

_account = sa.bindparam("account", type_=sa.BigInteger)
_SOME = sa.select(post_table.c.id).where(post_table.c.author_id == _account).limit(AT_ONCE)
_FOLLOWS = (
    sa.select(follow_table.c.follower_id, follow_table.c.target_id)
    .where(sa.or_(follow_table.c.follower_id == _account, follow_table.c.target_id == _account))
    .limit(AT_ONCE)
)
_LIKED = sa.select(likes.c.post_id).where(likes.c.account_id == _account)
_ONE_LIKE_LESS = (
    post_table.update()
    .where(post_table.c.id.in_(_LIKED), post_table.c.likes_count > 0)
    .values(likes_count=post_table.c.likes_count - 1)
)
_WITH_MEDIA = (
    sa.select(post_table.c.id)
    .where(
        post_table.c.author_id == _account,
        post_table.c.id > sa.bindparam("after"),
        sa.or_(
            sa.cast(post_table.c.media, sa.Text) != "[]",
            sa.cast(post_table.c.emojis, sa.Text) != "[]",
        ),
    )
    .order_by(post_table.c.id)
    .limit(AT_ONCE)
)
_BARE = (
    post_table.update()
    .where(post_table.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(media=[], emojis=[])
)
_BARE_BEFORE = (
    post_edits.update()
    .where(post_edits.c.post_id.in_(sa.bindparam("ids", expanding=True)))
    .values(media=[])
)
_UNLIKE = likes.delete().where(likes.c.account_id == _account)


def erase_some(tx: Tx, account_id: int) -> bool:
    """Take some of an account's follows, posts and likes away; False when none is left. Follows
    go first: nobody is told of the end of each post.
    """
    pairs = tx.rows(_FOLLOWS, account=account_id)
    both = accounts.by_ids(tx, [one for pair in pairs for one in pair])
    for follower_id, target_id in pairs:
        follows.unfollow(tx, both[follower_id], both[target_id])
    if pairs:
        return True
    # One by one, so that everybody's counts stay right.
    left = [post for row in tx.rows(_SOME, account=account_id) if (post := posts.by_id(tx, row[0]))]
    for post in left:
        # A boost may have gone with what it boosted, earlier in this list.
        if posts.by_id(tx, post.id) is not None:
            delete.remove(tx, post)
    if left:
        return True
    if emoji_reactions.forget_some(tx, account_id):
        return True
    tx.run(_ONE_LIKE_LESS, account=account_id)
    tx.run(_UNLIKE, account=account_id)
    return False


def bare_some(tx: Tx, account_id: int, after: int = 0) -> int | None:
    """Take the pictures and emojis of other servers off some posts of an account, those behind
    ``after``. Gives where to go on; None when there are no more.
    """
    ids = [row[0] for row in tx.rows(_WITH_MEDIA, account=account_id, after=after)]
    if not ids:
        return None
    tx.run(_BARE, ids=ids)
    tx.run(_BARE_BEFORE, ids=ids)
    return ids[-1]
