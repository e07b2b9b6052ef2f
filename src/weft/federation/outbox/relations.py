"""Follows and blocks between members and people elsewhere."""

from __future__ import annotations

from weft.federation import render
from weft.federation.outbox.sending import Reactions, pair, to_one
from weft.federation.vocabulary import Json
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.store.database import Tx
from weft.work.events import Event


def follow_requested(tx: Tx, event: Event) -> None:
    """A member asks somebody elsewhere."""
    follower, target = pair(tx, event)
    if follower.local and not target.local:
        to_one(tx, follower, target, _follow(event, follower, target))


def follow_removed(tx: Tx, event: Event) -> None:
    """A member no longer follows somebody elsewhere."""
    follower, target = pair(tx, event)
    if follower.local and not target.local:
        to_one(tx, follower, target, render.undo(_follow(event, follower, target)))


def follow_accepted(tx: Tx, event: Event) -> None:
    _answer(tx, event, "Accept")


def follow_rejected(tx: Tx, event: Event) -> None:
    _answer(tx, event, "Reject")


def block_created(tx: Tx, event: Event) -> None:
    """Somebody elsewhere is blocked. Their server is told, as everywhere: it hides the blocker."""
    by, target = pair(tx, event)
    if by.local and not target.local:
        to_one(tx, by, target, _block(event, by, target))


def block_removed(tx: Tx, event: Event) -> None:
    by, target = pair(tx, event)
    if by.local and not target.local:
        to_one(tx, by, target, render.undo(_block(event, by, target)))


def _answer(tx: Tx, event: Event, kind: str) -> None:
    """What a member says to a follow from elsewhere."""
    follower, target = pair(tx, event)
    if target.local and not follower.local:
        uri = f"{target.uri}#{kind.lower()}s/{new_id()}"
        inner = {
            "id": event.data["uri"],
            "type": "Follow",
            "actor": follower.uri,
            "object": target.uri,
        }
        to_one(tx, target, follower, render.act(kind, uri, target.uri, inner, follower.uri))


def _follow(event: Event, follower: Account, target: Account) -> Json:
    return render.act("Follow", event.data["uri"], follower.uri, target.uri, target.uri)


def _block(event: Event, by: Account, target: Account) -> Json:
    return render.act("Block", event.data["uri"], by.uri, target.uri, target.uri)


REACTIONS: Reactions = {
    "follow.requested": follow_requested,
    "follow.accepted": follow_accepted,
    "follow.rejected": follow_rejected,
    "follow.removed": follow_removed,
    "block.created": block_created,
    "block.removed": block_removed,
}
