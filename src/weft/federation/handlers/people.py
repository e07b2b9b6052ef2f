"""What people elsewhere do with one another and with members: follow, block, change."""

from __future__ import annotations

from weft.federation import known, plain
from weft.federation.convert import remote_account
from weft.federation.handlers.act import Act, Done, Need, Table, member, refuse
from weft.federation.read_actor import read_actor
from weft.federation.rules import put_actor
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.store.database import Tx


def follow(tx: Tx, act: Act) -> Done:
    target = member(tx, act.activity.object_id)
    if target is not None:
        follows.follow(tx, act.actor, target, uri=act.uri)
    return None


def accept_follow(tx: Tx, act: Act) -> Done:
    follower = _asked(tx, act)
    if follower is not None:
        follows.accept(tx, act.actor, follower)
    return None


def reject_follow(tx: Tx, act: Act) -> Done:
    follower = _asked(tx, act)
    if follower is not None:
        follows.reject(tx, act.actor, follower)
    return None


def _asked(tx: Tx, act: Act) -> Account | None:
    """The member whose request to follow this actor is answered."""
    follower_id = known.follower_by_activity(tx, act.activity.object_id, act.actor.id)
    if follower_id is not None:
        return accounts.by_id(tx, follower_id)
    inner = act.activity.object
    if not isinstance(inner, dict) or plain.uri(inner.get("object")) != act.actor.uri:
        return None
    # Some rewrite the id of our Follow when they send it back.
    return member(tx, plain.uri(inner.get("actor")))


def block(tx: Tx, act: Act) -> Done:
    target = member(tx, act.activity.object_id)
    # With a target it is a ban from there (Lemmy): whoever tells of it blocks nobody.
    if target is not None and not act.activity.target:
        blocks.block(tx, act.actor, target, uri=act.uri)
    return None


def update_actor(tx: Tx, act: Act) -> Done:
    """An actor's own word about itself; a new name has to be confirmed by WebFinger first."""
    told = read_actor(act.activity.object)
    actor = act.actor
    if told.id != actor.uri:
        return refuse(act, "not itself")
    whole = all(
        key.pem and key.owner == told.id and plain.same_origin(key.id, told.id) for key in told.keys
    )
    renamed = told.username.lower() != actor.username.lower()
    if renamed or not told.keys or not whole:
        return None if act.final else Need("actor", actor.uri, essential=True)
    put_actor(tx, remote_account(told, actor.domain, told.keys[0]), told.links, told.keys)
    return None


def update_by_id(_tx: Tx, act: Act) -> Done:
    if act.final or act.activity.object_id != act.actor.uri:
        return None
    return Need("actor", act.actor.uri, essential=True)


TABLE: Table = {
    "Update": {"actor": update_actor, "id": update_by_id},
    "Follow": {"*": follow},
    "Accept": {"Follow": accept_follow},  # by its id alone: see ``consent``
    "Reject": {"Follow": reject_follow},
    "Block": {"*": block},
}
