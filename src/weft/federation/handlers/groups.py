"""What groups elsewhere announce of what was done in them (FEP-1b12): Lemmy, PieFed, NodeBB, Mbin.

A group speaks for nobody. That somebody wrote, changed or deleted something is a hint, and the post
is looked at where it belongs. What is the group's own is what it shows: a post that begins something
stands as a boost of the group's, as often as it is announced; an answer stands in its thread alone,
for a lively group would fill everybody's home. Moderators may take a post out of the group: then its
boost goes, here as there, and the post stays its author's.

Announced likes, votes, locks, bans and the like are nobody's word here, and left alone.
"""

from __future__ import annotations

from weft.federation import hints, plain, seen
from weft.federation.handlers import notes
from weft.federation.handlers.act import Act, Done, Need, Table, refuse
from weft.federation.plain import Malformed
from weft.federation.read_activity import IncomingActivity, read_activity
from weft.people import accounts, remote_details
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts, react


def created(tx: Tx, act: Act) -> Done:
    uri = _inner(act.activity).object_id
    post = posts.by_uri(tx, uri)
    if post is not None and post.reply_to_uri is not None:
        return None
    return notes.announce(tx, act, uri)


def updated(tx: Tx, act: Act) -> Done:
    inner = _inner(act.activity)
    _look(tx, act, inner)
    return None


def removed(tx: Tx, act: Act) -> Done:
    """Of a post, by its author or by a moderator."""
    inner = _inner(act.activity)
    if act.actor.kind != "group" or not inner.object_id:
        return refuse(act, "no group, or no post")
    if inner.type == "Remove" and not _is_out_of_group(tx, act.actor, inner.target):
        return None
    may = _may_moderate(tx, act, inner.actor)
    if isinstance(may, Need) and not _is_author(tx, inner):
        return may
    if may is True:
        # Also when it was not announced yet: what is late does not come back.
        seen.note_deletion(tx, act.actor.uri, inner.object_id)
        post = posts.by_uri(tx, inner.object_id)
        if post is not None:
            react.unboost(tx, act.actor, post.id)
    if inner.type == "Delete":
        _look(tx, act, inner)
    return None


def restored(tx: Tx, act: Act) -> Done:
    """A moderator thought better of it. Whatever else is undone is nobody's word here."""
    undo = _inner(act.activity)
    if undo.object_kind not in {"Delete", "Remove"} or act.actor.kind != "group":
        return None
    inner = _inner(undo)
    if not seen.deleted_early(tx, act.actor.uri, inner.object_id):
        return None
    may = _may_moderate(tx, act, undo.actor)
    if isinstance(may, Need):
        return may
    if may:
        seen.forget_deletion(tx, act.actor.uri, inner.object_id)
        post = posts.by_uri(tx, inner.object_id)
        if post is not None and post.reply_to_uri is None:
            return notes.announce(tx, act, post.uri)
    return None


def _inner(activity: IncomingActivity) -> IncomingActivity:
    """What is announced or undone. Errors: Malformed."""
    if not isinstance(activity.object, dict):
        raise Malformed("no activity")
    return read_activity(activity.object)


def _look(tx: Tx, act: Act, inner: IncomingActivity) -> None:
    """See for ourselves what became of somebody's post."""
    post = posts.by_uri(tx, inner.object_id)
    if post is not None and not post.local:
        hints.keep_hint(tx, inner.type, post.uri, plain.host(act.actor.uri))


def _is_author(tx: Tx, inner: IncomingActivity) -> bool:
    """Whether it is the author's own doing, or done: then nobody else needs to be asked."""
    post = posts.by_uri(tx, inner.object_id)
    if post is None:
        return posts.is_gone(tx, inner.object_id)
    return accounts.get(tx, post.author_id).uri == inner.actor


def _may_moderate(tx: Tx, act: Act, who: str) -> bool | Need:
    """Whether somebody decides what stands in the group: it itself, those of its own server (whose
    admins are named nowhere, and for whom it answers), and those whom it names as moderators.
    """
    if plain.same_origin(who, act.actor.uri) or who in act.had:
        return True
    told = remote_details.of(tx, [act.actor.id]).get(act.actor.id)
    within = told.links.get("moderators", "") if told is not None else ""
    if act.final or not within:
        return False
    return Need("moderator", who, essential=True, within=within)


def _is_out_of_group(tx: Tx, group: Account, target: str) -> bool:
    """Whether ``Remove`` is from the group itself: not from its pinned posts or its moderators."""
    told = remote_details.of(tx, [group.id]).get(group.id)
    others = [told.links.get(name) for name in ("featured", "moderators")] if told else []
    return not target or (plain.same_origin(target, group.uri) and target not in others)


TABLE: Table = {
    "Announce": {
        "Create": created,
        "Update": updated,
        "Delete": removed,
        "Remove": removed,
        "Undo": restored,
    },
}
