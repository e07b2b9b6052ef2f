"""When an account elsewhere is deleted there: nobody sees it any more, then its traces go."""

from __future__ import annotations

import sqlalchemy as sa

from weft.people import accounts, follows
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import follows as follow_table
from weft.store.database import Tx
from weft.threads import delete, posts
from weft.threads.tables import posts as post_table
from weft.work import jobs

AT_ONCE = 100
"""Posts taken away in one transaction: some 50 ms for the one writer."""

_account = sa.bindparam("account", type_=sa.BigInteger)
_SOME = sa.select(post_table.c.id).where(post_table.c.author_id == _account).limit(AT_ONCE)
_FOLLOWS = (
    sa.select(follow_table.c.follower_id, follow_table.c.target_id)
    .where(sa.or_(follow_table.c.follower_id == _account, follow_table.c.target_id == _account))
    .limit(AT_ONCE)
)
_DROP = account_table.delete().where(account_table.c.id == _account, account_table.c.domain != "")


def forget(tx: Tx, actor: Account) -> None:
    """Out of sight at once; a job does the rest."""
    accounts.update(tx, actor.id, suspended_at=tx.now)
    tx_job = jobs.NewJob(
        "federation.forget_actor", {"account": actor.id}, key=f"forget:{actor.id}", pool="fetch"
    )
    jobs.enqueue(tx, tx_job)


def forget_some(tx: Tx, account_id: int) -> bool:
    """Take some of what is left away, at last the account; False when nothing is left."""
    account = accounts.by_id(tx, account_id)
    if account is None or account.local:
        return False
    # One by one, so that everybody's counts stay right.
    left = [post for row in tx.rows(_SOME, account=account_id) if (post := posts.by_id(tx, row[0]))]
    for post in left:
        delete.remove(tx, post)
    pairs = tx.rows(_FOLLOWS, account=account_id)
    both = accounts.by_ids(tx, [one for pair in pairs for one in pair])
    for follower_id, target_id in pairs:
        follows.unfollow(tx, both[follower_id], both[target_id])
    if not left and not pairs:
        tx.run(_DROP, account=account_id)
        return False
    return True
