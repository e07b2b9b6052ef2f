"""Activities: somebody does something."""

from __future__ import annotations

from weft.federation.render.actors import actor
from weft.federation.render.addressing import Addressing, address
from weft.federation.render.notes import Around, note, tombstone
from weft.federation.vocabulary import PUBLIC, Json
from weft.kernel.clock import iso
from weft.kernel.ids import new_id
from weft.kernel.site import Site
from weft.people.model import Account
from weft.threads.model import Post


def create(site: Site, post: Post, author: Account, around: Around) -> Json:
    document = note(site, post, author, around)
    return {
        "id": f"{post.uri}/activity",
        "type": "Create",
        "actor": author.uri,
        "published": document["published"],
        "to": document["to"],
        "cc": document["cc"],
        **_audience(document),
        "object": document,
    }


def update(site: Site, post: Post, author: Account, around: Around) -> Json:
    """An edit, or a change of what goes with a post, which has no time of its own: each is a new
    one.
    """
    document = note(site, post, author, around)
    return {
        "id": f"{post.uri}#updates/{new_id()}",
        "type": "Update",
        "actor": author.uri,
        "published": document.get("updated", document["published"]),
        "to": document["to"],
        "cc": document["cc"],
        **_audience(document),
        "object": document,
    }


def _audience(document: Json) -> Json:
    """The group is named by what it is sent, and by what is in it."""
    return {"audience": document["audience"]} if "audience" in document else {}


def update_actor(site: Site, account: Account, public_pem: str, multikey: str = "") -> Json:
    return {
        "id": f"{account.uri}#updates/{account.updated_at}",
        "type": "Update",
        "actor": account.uri,
        "to": [PUBLIC],
        "cc": [account.followers_uri],
        "object": actor(site, account, public_pem, multikey),
    }


def delete(uri: str, author: Account, whom: Addressing) -> Json:
    return {
        "id": f"{uri}#delete",
        "type": "Delete",
        "actor": author.uri,
        **whom.json,
        "object": tombstone(uri),
    }


def announce(boost: Post, booster: Account, object_uri: str, named: list[str]) -> Json:
    """A boost: its uri is the activity's own. ``named``: who else it is for."""
    return {
        "id": boost.uri,
        "type": "Announce",
        "actor": booster.uri,
        "published": iso(boost.created_at),
        **address(boost.visibility, booster.followers_uri, named).json,
        "object": object_uri,
    }


def act(kind: str, uri: str, actor_uri: str, object_: str | Json, to: str, group: str = "") -> Json:
    """Like, Follow, Block, Accept, Reject: one actor does one thing to one other's, perhaps in a group."""
    made = {"id": uri, "type": kind, "actor": actor_uri, "to": [to], "cc": [], "object": object_}
    return made | {"cc": [group], "audience": group} if group else made


def undo(inner: Json) -> Json:
    """Taking an activity back; the inner one is told in short, for those who never saw it: also to
    whom it went, since GoToSocial takes no boost without (400).
    """
    known = ("id", "type", "actor", "to", "cc", "audience", "object")
    known += ("content", "_misskey_reaction", "tag")
    return {
        "id": f"{inner['id']}{'/' if '#' in inner['id'] else '#'}undo",
        "type": "Undo",
        "actor": inner["actor"],
        "to": inner.get("to", []),
        "cc": inner.get("cc", []),
        **_audience(inner),
        "object": {key: inner[key] for key in known if key in inner},
    }
