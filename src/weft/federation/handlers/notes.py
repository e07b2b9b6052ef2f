"""Posts from elsewhere: written, edited, deleted, boosted, liked."""

from __future__ import annotations

from weft.federation import known, plain, seen
from weft.federation.convert import incoming
from weft.federation.forget import forget
from weft.federation.handlers import collections, consent, votes
from weft.federation.handlers.act import Act, Done, Need, Table, refuse
from weft.federation.read_activity import IncomingActivity
from weft.federation.read_note import IncomingNote
from weft.federation.rules import admitted
from weft.store.database import Tx
from weft.threads import delete as taking_back
from weft.threads import edit, posts, publish, react
from weft.threads.model import Visibility


def create_post(tx: Tx, act: Act) -> Done:
    note = act.note
    if note is None or note.author != act.actor.uri:
        return refuse(act, "not the author")
    if note.vote:
        return votes.cast(tx, act, note)
    if seen.deleted_early(tx, act.actor.uri, note.id):
        return None
    members = _addressed(tx, act, note)
    if not _concerns_us(tx, act, note, members):
        return None
    if note.reply_to and not act.final and _unknown(tx, note.reply_to):
        # What it answers first, so that nobody sees half a thread.
        return Need("post", note.reply_to, essential=False)
    if note.audience and not act.final and not known.has_account(tx, note.audience):
        return Need("actor", note.audience, essential=False)
    if (need := consent.need(tx, act, note)) is not None:
        return need
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
        return refuse(act, "not the author")
    post = posts.by_uri(tx, note.id)
    if post is None:
        return create_post(tx, act)  # its Create may still wait for what it answers
    if post.author_id != act.actor.id:
        return refuse(act, "not the author")
    if (need := consent.need(tx, act, note)) is not None:
        return need
    told = _incoming(tx, act, note, _addressed(tx, act, note))
    edit.receive_edit(tx, act.actor, told)
    consent.told_again(tx, act.actor, told)
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
            return refuse(act, "not the author")
        taking_back.remove(tx, post)
    elif collections.deleted(tx, act) or consent.revoked(tx, act):
        return None
    elif plain.same_origin(uri, act.actor.uri):
        seen.note_deletion(tx, act.actor.uri, uri)
    return None


def boost(tx: Tx, act: Act) -> Done:
    return announce(tx, act, act.activity.object_id)


def announce(tx: Tx, act: Act, uri: str) -> Done:
    """The actor shows a post to their followers, once, however often and in whatever form (a group
    does it in two) they say so.
    """
    if not uri or known.has_post(tx, act.uri) or posts.is_gone(tx, act.uri):
        return None
    if seen.deleted_early(tx, act.actor.uri, act.uri):
        return None
    if act.actor.kind == "group" and seen.deleted_early(tx, act.actor.uri, uri):
        return None  # its moderators took it out
    post = posts.by_uri(tx, uri)
    followed = known.is_followed(tx, act.actor.id)
    if post is not None:
        if (need := consent.boost_need(tx, act, post)) is not None:
            return need
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


def _visibility(activity: IncomingActivity) -> Visibility:
    if any(map(plain.is_public, activity.to)):
        return "public"
    return "unlisted" if any(map(plain.is_public, activity.cc)) else "private"


def like(tx: Tx, act: Act) -> Done:
    post = posts.by_uri(tx, act.activity.object_id)
    if post is not None:
        react.like(tx, act.actor, post.id, uri=act.uri)
    return None


TABLE: Table = {
    "Create": {"post": create_post, "id": create_by_id},
    "Update": {"post": edit_post},
    "Delete": {"*": delete_any},
    "Announce": {"post": boost, "id": boost},
}
