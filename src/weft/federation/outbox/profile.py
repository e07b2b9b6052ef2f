"""What becomes of members: told to the servers of their followers."""

from __future__ import annotations

from weft.federation import render
from weft.federation.outbox.sending import Reactions, local, send
from weft.federation.vocabulary import PUBLIC
from weft.kernel.clock import SECOND
from weft.people.model import Account
from weft.store.database import Tx
from weft.work import jobs
from weft.work.events import Event
from weft.work.jobs import NewJob

ACTOR_CALM = 2 * SECOND
"""Several changes of a profile in a row are told as one."""


def account_updated(tx: Tx, event: Event) -> None:
    """A profile changed: told soon, as it is then."""
    account = local(tx, event.actor_id)
    if account is not None and account.followers_count:
        jobs.enqueue(
            tx,
            NewJob(
                "federation.announce_actor",
                {"account": account.id},
                key=f"announce-actor:{account.id}",
                delay=ACTOR_CALM,
            ),
        )


def announce_actor(tx: Tx, account: Account, public_pem: str, multikey: str) -> None:
    """Tell everyone's followers' servers what an account looks like now."""
    activity = render.update_actor(tx.site, account, public_pem, multikey)
    send(tx, account, activity, account.uri, [], followers=True)


def account_deleted(tx: Tx, event: Event) -> None:
    """A member is gone for good: told to everyone's followers' servers while they are known."""
    account = local(tx, event.actor_id)
    if account is not None:
        uri = account.uri
        activity = render.act("Delete", f"{uri}#delete", uri, uri, PUBLIC)
        send(tx, account, activity, uri, [], followers=True)


REACTIONS: Reactions = {
    "account.updated": account_updated,
    "account.deleted": account_deleted,
}
