"""Members who go on elsewhere: told to the servers of those who follow them.

First how their profile looks now (``movedTo``), then the ``Move``, in this order to every server: some
believe the second only after the first. A job writes both, since a profile shows a key that may have
to be made.
"""

from __future__ import annotations

from weft.federation.outbox.profile import announce_actor
from weft.federation.outbox.sending import Reactions, local, send
from weft.people import accounts, moves
from weft.people.model import Account
from weft.store.database import Tx
from weft.work import jobs
from weft.work.events import Event
from weft.work.jobs import NewJob


def account_moved(tx: Tx, event: Event) -> None:
    member = local(tx, event.actor_id)
    if member is not None and member.followers_count:
        payload = {"account": member.id}
        jobs.enqueue(tx, NewJob("federation.announce_move", payload, key=f"move:{member.id}"))


def announce_move(tx: Tx, member: Account, public_pem: str, multikey: str) -> None:
    """Tell of the last move, if it still holds."""
    made = moves.last(tx, member.id)
    member = accounts.get(tx, member.id)
    if made is None or member.moved_to != made.target:
        return
    announce_actor(tx, member, public_pem, multikey)
    activity = {
        "id": f"{member.uri}#moves/{made.id}",
        "type": "Move",
        "actor": member.uri,
        "object": member.uri,
        "target": made.target,
        "to": [member.followers_uri],
        "cc": [],
    }
    send(tx, member, activity, member.uri, [], followers=True)


REACTIONS: Reactions = {"account.moved": account_moved}
