"""What members put on their profiles: posts and hashtags, as ``Add`` and ``Remove``."""

from __future__ import annotations

from typing import Literal

from weft.federation.outbox.sending import Reactions, local, local_post, send
from weft.federation.render import hashtag
from weft.federation.vocabulary import PUBLIC, Json, addresses
from weft.people.model import Account
from weft.store.database import Tx
from weft.work.events import Event

Change = Literal["Add", "Remove"]


def _post(tx: Tx, event: Event, change: Change) -> None:
    author, post = local_post(tx, event)
    # The collection holds what everyone may see; of others nobody need know that they exist.
    if author is not None and post is not None and post.visibility in ("public", "unlisted"):
        _tell(tx, author, change, post.uri, post.uri, event)


def _tag(tx: Tx, event: Event, change: Change) -> None:
    owner = local(tx, event.actor_id)
    if owner is not None:
        tag = hashtag(tx.site, event.data["name"])
        _tell(tx, owner, change, tag, owner.uri, event)


def _tell(
    tx: Tx, owner: Account, change: Change, what: Json | str, about: str, event: Event
) -> None:
    if not owner.followers_count:
        return
    activity: Json = {
        "id": f"{owner.uri}#{change.lower()}s/{event.position}",
        "type": change,
        "actor": owner.uri,
        "object": what,
        "target": addresses(owner.uri)["featured"],
        "to": [PUBLIC],
        "cc": [owner.followers_uri],
    }
    send(tx, owner, activity, about, [], followers=True)


REACTIONS: Reactions = {
    "post.pinned": lambda tx, event: _post(tx, event, "Add"),
    "post.unpinned": lambda tx, event: _post(tx, event, "Remove"),
    "tag.featured": lambda tx, event: _tag(tx, event, "Add"),
    "tag.unfeatured": lambda tx, event: _tag(tx, event, "Remove"),
}
