"""What people elsewhere show on their profiles: posts and hashtags, put there and taken off.

Mastodon's ``Add`` and ``Remove``, whose target is the actor's own ``featured`` collection. Only one's
own posts, and only those that everyone may see, stand there.
"""

from __future__ import annotations

from weft.federation import known, plain
from weft.federation.handlers.act import Act, Done, Need, Table, refuse
from weft.people import remote_details
from weft.reading import featured
from weft.store.database import Tx
from weft.threads import pins, posts


def add(tx: Tx, act: Act) -> Done:
    uri = act.activity.object_id
    if not _is_on_profile(tx, act):
        return None
    if tag := _tag(act):
        featured.tell(tx, act.actor, tag)
        return None
    post = posts.by_uri(tx, uri)
    if post is None:
        ours = not uri or not plain.same_origin(uri, act.actor.uri)
        if ours or act.final or not known.is_followed(tx, act.actor.id):
            return None
        return Need("post", uri, essential=True)
    if post.author_id != act.actor.id:
        return refuse(act, "not the author")
    pins.put_up(tx, act.actor, post)
    return None


def remove(tx: Tx, act: Act) -> Done:
    if not _is_on_profile(tx, act):
        return None
    if tag := _tag(act):
        featured.unfeature(tx, act.actor, tag)
        return None
    post = posts.by_uri(tx, act.activity.object_id)
    if post is not None:
        pins.take_down(tx, act.actor, post.id)
    return None


def _is_on_profile(tx: Tx, act: Act) -> bool:
    """Whether it is about the collection on the actor's profile, and no other of theirs."""
    target = act.activity.target
    if not target or not plain.same_origin(target, act.actor.uri):
        return False
    told = remote_details.of(tx, [act.actor.id]).get(act.actor.id)
    return told is None or target == told.links.get("featured", target)


def _tag(act: Act) -> str:
    """The name of the hashtag that it is about, "" for a post."""
    inner = act.activity.object
    if act.activity.object_kind != "Hashtag" or not isinstance(inner, dict):
        return ""
    return plain.text(inner.get("name")).removeprefix("#")


TABLE: Table = {"Add": {"*": add}, "Remove": {"*": remove}}
