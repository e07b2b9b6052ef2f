"""What communities' software says more in posts and actors: the group that a post is for, what it
links to, and where the moderators are named.

Sources: FEP-1b12 (``audience``, and ``attributedTo`` of a group); the shapes of Lemmy (a link is an
attachment), PieFed (``moderators``) and PeerTube (a channel is attributed to whose it is).
"""

from __future__ import annotations

from typing import Any

from weft.federation import limits, plain
from weft.federation.plain import Json


def audience(document: Json) -> str | None:
    """Id of the group that a post was written to."""
    return plain.uri(document.get("audience")) or None


def links(document: Json) -> list[str]:
    """What a post shares: addresses of its attached links, each once."""
    found = (
        plain.link(entry)
        for entry in plain.entries(document.get("attachment"), limits.ATTACHMENTS)
        if plain.kind(entry) == "Link"
    )
    return list(dict.fromkeys(address for address in found if address))


def moderators(document: Json) -> Any:
    """Where a group names those who moderate it: a collection, or a single actor."""
    if "Group" not in plain.kinds(document):
        return None
    return document.get("moderators") or document.get("attributedTo")
