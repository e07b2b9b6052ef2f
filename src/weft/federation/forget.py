"""When an account elsewhere is deleted there: nobody sees it any more, then its traces go."""

from __future__ import annotations

import sqlalchemy as sa

from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.store.database import Tx
from weft.threads.erase import erase_some
from weft.work import jobs

_DROP = account_table.delete().where(
    account_table.c.id == sa.bindparam("account"), account_table.c.domain != ""
)


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
    if erase_some(tx, account_id):
        return True
    tx.run(_DROP, account=account_id)
    return False
