"""When somebody's profile is read at their own server: on the first visit, and rarely after it."""

from __future__ import annotations

from weft.federation.backfill import budget
from weft.federation.backfill.looks import POOL
from weft.people import remote_details
from weft.people.model import Account
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob

KIND = "federation.backfill_profile"


def is_due(tx: Tx, account: Account) -> bool:
    """Whether to read this account's profile, when somebody opens it."""
    if account.local or account.suspended_at is not None:
        return False
    told = remote_details.of(tx, [account.id]).get(account.id)
    read_at = told.backfilled_at if told is not None else None
    return read_at is None or read_at <= tx.now - budget.PROFILE_AGAIN


def begin(tx: Tx, account: Account) -> None:
    """Have it read, if it is time: from now on it was, whatever comes of it."""
    if not is_due(tx, account):
        return
    remote_details.put(tx, account.id, backfilled_at=tx.now)
    payload = {"account": account.id}
    jobs.enqueue(tx, NewJob(KIND, payload, key=f"backfill:profile:{account.id}", pool=POOL))
