"""What somebody elsewhere takes back."""

from __future__ import annotations

from typing import Any

from weft.federation import known, plain, seen
from weft.federation.handlers import reactions
from weft.federation.handlers.act import Act, Done, Table, member
from weft.people import accounts, blocks, follows
from weft.store.database import Tx
from weft.threads import delete as taking_back
from weft.threads import posts, react


def undo_follow(tx: Tx, act: Act) -> Done:
    target = member(tx, _inner_object(act))
    if target is not None:
        follows.unfollow(tx, act.actor, target)
    return None


def undo_like(tx: Tx, act: Act) -> Done:
    if reactions.take_back(tx, act):
        return None
    post = posts.by_uri(tx, _inner_object(act))
    if post is not None:
        react.unlike(tx, act.actor, post.id)
    return None


def undo_boost(tx: Tx, act: Act) -> Done:
    made = posts.by_uri(tx, act.activity.object_id)
    if made is not None and made.author_id == act.actor.id and made.boost_of_id is not None:
        taking_back.remove(tx, made)
        return None
    post = posts.by_uri(tx, _inner_object(act))
    if post is not None:
        react.unboost(tx, act.actor, post.id)
    elif act.activity.object_id:
        seen.note_deletion(tx, act.actor.uri, act.activity.object_id)
    return None


def undo_block(tx: Tx, act: Act) -> Done:
    target = member(tx, _inner_object(act))
    if target is not None and not act.activity.object.get("target"):
        blocks.unblock(tx, act.actor, target)
    return None


def undo_by_id(tx: Tx, act: Act) -> Done:
    """Only the id of what is taken back was sent."""
    uri = act.activity.object_id
    made = posts.by_uri(tx, uri)
    if made is not None:
        if made.author_id == act.actor.id and made.boost_of_id is not None:
            taking_back.remove(tx, made)
        return None
    undone = known.undone(tx, uri, act.actor.id)
    if undone is None:
        reactions.take_back(tx, act)
        return None
    if undone.kind == "Like":
        react.unlike(tx, act.actor, undone.subject_id)
        return None
    target = accounts.get(tx, undone.subject_id)
    if undone.kind == "Follow":
        follows.unfollow(tx, act.actor, target)
    else:
        blocks.unblock(tx, act.actor, target)
    return None


def _inner_object(act: Act) -> str:
    """What the activity that is taken back was about, if it was this actor's."""
    inner: Any = act.activity.object
    if not isinstance(inner, dict):
        return ""
    actor = plain.uri(inner.get("actor"))
    return "" if actor and actor != act.actor.uri else plain.uri(inner.get("object"))


TABLE: Table = {
    "Undo": {
        "Follow": undo_follow,
        "Like": undo_like,
        "EmojiReact": undo_like,
        "Announce": undo_boost,
        "Block": undo_block,
        "id": undo_by_id,
    },
}
