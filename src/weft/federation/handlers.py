"""What an activity from elsewhere does here: one table, activity by object, one function each.

Every function is a plain one of a transaction. It is called with an activity whose signature is
verified and whose actor is known and stands well; it checks that this actor may say this about that
object (FEP-fe34: nobody speaks for another; ids of one server only), calls the same verbs that
members' own clients call, and gives back what has to be fetched before it can be done, or None.

Who is not in the table is ignored, politely: the sender is answered 202 (ActivityPub, section 7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import structlog
from msgspec import Struct

from weft.federation import known, plain, seen
from weft.federation.convert import incoming, remote_account
from weft.federation.forget import forget
from weft.federation.read_activity import IncomingActivity
from weft.federation.read_actor import ACTORS, Key, read_actor
from weft.federation.read_note import POSTS, IncomingNote
from weft.federation.rules import admitted, put_actor
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import delete as taking_back
from weft.threads import edit, posts, publish, react
from weft.threads.model import Visibility

log = structlog.get_logger(__name__)


class Need(Struct, frozen=True):
    """Something to fetch first. ``essential``: without it the activity means nothing, so it is tried
    again later; otherwise it is done with what there is.
    """

    what: Literal["post", "actor"]
    uri: str
    essential: bool


class Act(Struct, frozen=True):
    """A verified activity. ``note`` is its object where that is a post; ``final`` when nothing more
    can be fetched for it.
    """

    actor: Account
    activity: IncomingActivity
    note: IncomingNote | None = None
    final: bool = False

    @property
    def uri(self) -> str:
        """Its id, or for the few without one a name that is the same each time it is sent."""
        given = self.activity
        return given.id or f"{given.actor}#{seen.mark(given.type, given.object_id)[:32]}"


Done = Need | None
Handle = Callable[[Tx, Act], Done]


def handle(tx: Tx, act: Act) -> Done:
    """Do what the activity says, or give what is needed first. Errors: those of the verbs, all
    meaning that it is not to be done.
    """
    function = find(act.activity)
    return function(tx, act) if function is not None else None


def find(activity: IncomingActivity) -> Handle | None:
    """The function for an activity, None for one that means nothing here."""
    row = TABLE.get(activity.type, {})
    return row.get(_class_of(activity.object_kind)) or row.get("*")


def _class_of(kind: str) -> str:
    if kind in POSTS:
        return "post"
    return "actor" if kind in ACTORS else kind


# -- posts ----------------------------------------------------------------------------------


def create_post(tx: Tx, act: Act) -> Done:
    note = act.note
    if note is None or note.author != act.actor.uri:
        return _refuse(act, "not the author")
    if note.vote or seen.deleted_early(tx, act.actor.uri, note.id):
        return None
    members = _addressed(tx, act, note)
    if not _concerns_us(tx, act, note, members):
        return None
    if note.reply_to and not act.final and _unknown(tx, note.reply_to):
        # What it answers first, so that nobody sees half a thread.
        return Need("post", note.reply_to, essential=False)
    publish.receive(tx, act.actor, _incoming(tx, act, note, members))
    return None


def create_by_id(tx: Tx, act: Act) -> Done:
    """Some send the id alone: the post itself is at its author's server."""
    uri = act.activity.object_id
    if act.final or not plain.same_origin(uri, act.actor.uri) or known.has_post(tx, uri):
        return None
    members = known.members(tx, [*act.activity.to, *act.activity.cc], act.actor.id)
    if members or known.is_followed(tx, act.actor.id):
        return Need("post", uri, essential=True)
    return None


def edit_post(tx: Tx, act: Act) -> Done:
    note = act.note
    if note is None or note.author != act.actor.uri:
        return _refuse(act, "not the author")
    post = posts.by_uri(tx, note.id)
    if post is None:
        return create_post(tx, act)  # its Create may still wait for what it answers
    if post.author_id != act.actor.id:
        return _refuse(act, "not the author")
    members = _addressed(tx, act, note)
    edit.receive_edit(tx, act.actor, _incoming(tx, act, note, members))
    return None


def _incoming(tx: Tx, act: Act, note: IncomingNote, members: list[str]) -> publish.Incoming:
    listed = note.visibility(act.actor.followers_uri) in {"public", "unlisted"}
    return admitted(tx, act.actor, incoming(note, act.actor, silent=[] if listed else members))


def _addressed(tx: Tx, act: Act, note: IncomingNote) -> list[str]:
    """Members here to whom a post is addressed, without those who block its author."""
    return known.members(tx, [*note.mentions, *note.to, *note.cc], act.actor.id)


def _concerns_us(tx: Tx, act: Act, note: IncomingNote, members: list[str]) -> bool:
    """Mastodon's rule of relevance: what concerns nobody here is not kept, or any server could
    fill our disk.
    """
    if members:
        return True
    visibility = note.visibility(act.actor.followers_uri)
    if visibility == "direct":
        return False
    if known.is_followed(tx, act.actor.id):
        return True
    listed = visibility in {"public", "unlisted"}
    return listed and note.reply_to is not None and known.has_post(tx, note.reply_to)


def _unknown(tx: Tx, uri: str) -> bool:
    """Whether a post might be had elsewhere."""
    ours = plain.same_origin(uri, tx.site.base)
    return not ours and not known.has_post(tx, uri) and not posts.is_gone(tx, uri)


def delete_any(tx: Tx, act: Act) -> Done:
    uri = act.activity.object_id
    if uri == act.actor.uri:
        forget(tx, act.actor)
        return None
    post = posts.by_uri(tx, uri)
    if post is not None:
        if post.author_id != act.actor.id:
            return _refuse(act, "not the author")
        taking_back.remove(tx, post)
    elif plain.same_origin(uri, act.actor.uri):
        seen.note_deletion(tx, act.actor.uri, uri)
    return None


def boost(tx: Tx, act: Act) -> Done:
    uri = _boosted(act.activity)
    if not uri or known.has_post(tx, act.uri) or posts.is_gone(tx, act.uri):
        return None
    if seen.deleted_early(tx, act.actor.uri, act.uri):
        return None
    post = posts.by_uri(tx, uri)
    followed = known.is_followed(tx, act.actor.id)
    if post is not None:
        if followed or post.local:
            react.boost(
                tx,
                act.actor,
                post.id,
                visibility=_visibility(act.activity),
                uri=act.uri,
                at=act.activity.published,
            )
    elif followed and not act.final and _unknown(tx, uri):
        return Need("post", uri, essential=True)
    return None


def _boosted(activity: IncomingActivity) -> str:
    """The post; groups announce the ``Create`` instead of the post (FEP-1b12)."""
    if activity.object_kind == "Create" and isinstance(activity.object, dict):
        return plain.uri(activity.object.get("object"))
    return activity.object_id


def _visibility(activity: IncomingActivity) -> Visibility:
    if any(map(plain.is_public, activity.to)):
        return "public"
    return "unlisted" if any(map(plain.is_public, activity.cc)) else "private"


def like(tx: Tx, act: Act) -> Done:
    """A like; also a reaction with an emoji, which the author at least hears of."""
    post = posts.by_uri(tx, act.activity.object_id)
    if post is not None:
        react.like(tx, act.actor, post.id, uri=act.uri)
    return None


# -- people ---------------------------------------------------------------------------------


def follow(tx: Tx, act: Act) -> Done:
    target = _member(tx, act.activity.object_id)
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
    return _member(tx, plain.uri(inner.get("actor")))


def block(tx: Tx, act: Act) -> Done:
    target = _member(tx, act.activity.object_id)
    if target is not None:
        blocks.block(tx, act.actor, target, uri=act.uri)
    return None


def update_actor(tx: Tx, act: Act) -> Done:
    """An actor's own word about itself; a new name has to be confirmed by WebFinger first."""
    told = read_actor(act.activity.object)
    actor = act.actor
    if told.id != actor.uri:
        return _refuse(act, "not itself")
    key = next((key for key in told.keys if key.pem and key.owner == told.id), None)
    renamed = told.username.lower() != actor.username.lower()
    if renamed or key is None or not plain.same_origin(key.id, told.id):
        return None if act.final else Need("actor", actor.uri, essential=True)
    put_actor(tx, remote_account(told, actor.domain, Key(key.id, key.owner, key.pem)))
    return None


def update_by_id(_tx: Tx, act: Act) -> Done:
    if act.final or act.activity.object_id != act.actor.uri:
        return None
    return Need("actor", act.actor.uri, essential=True)


def move(_tx: Tx, act: Act) -> Done:
    log.info("federation.move_ignored", actor=act.actor.uri, target=act.activity.target)
    return None


# -- taking back ----------------------------------------------------------------------------


def undo_follow(tx: Tx, act: Act) -> Done:
    target = _member(tx, _inner_object(act))
    if target is not None:
        follows.unfollow(tx, act.actor, target)
    return None


def undo_like(tx: Tx, act: Act) -> Done:
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
    target = _member(tx, _inner_object(act))
    if target is not None:
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


# -- inside ---------------------------------------------------------------------------------


def _member(tx: Tx, uri: str) -> Account | None:
    account = accounts.by_uri(tx, uri) if uri else None
    return account if account is not None and account.local else None


def _refuse(act: Act, why: str) -> None:
    """Answered like anything else: whoever tries learns nothing from it."""
    log.warning(
        "federation.not_theirs",
        why=why,
        actor=act.actor.uri,
        type=act.activity.type,
        object=act.activity.object_id,
    )


TABLE: dict[str, dict[str, Handle]] = {
    # activity     object → function
    "Create": {"post": create_post, "id": create_by_id},
    "Update": {"post": edit_post, "actor": update_actor, "id": update_by_id},
    "Delete": {"*": delete_any},
    "Announce": {"*": boost},
    "Like": {"*": like},
    "EmojiReact": {"*": like},  # Pleroma; Misskey sends a Like with the emoji in it
    "Follow": {"*": follow},
    "Accept": {"Follow": accept_follow, "id": accept_follow},
    "Reject": {"Follow": reject_follow, "id": reject_follow},
    "Block": {"*": block},
    "Move": {"*": move},
    "Undo": {
        "Follow": undo_follow,
        "Like": undo_like,
        "EmojiReact": undo_like,
        "Announce": undo_boost,
        "Block": undo_block,
        "id": undo_by_id,
    },
}
