"""What other servers send, each in its own way of saying it: one file per software.

Our own renderings of the forms that they document, not copies. Ours is ``https://weft.example`` in
them, theirs ``https://peer.example``; a test puts in the addresses of the moment (`scene`).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

AS = "https://www.w3.org/ns/activitystreams"
SECURITY = "https://w3id.org/security/v1"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PEER = "https://peer.example"
ADA = "https://weft.example/ada"
"""A member here."""
POST = "https://weft.example/post"
"""Hers, for everyone."""
POLL = "https://weft.example/poll"
"""Hers too: "tea" or "coffee"."""
ASKED = "https://weft.example/follow"
"""The id of her request to follow the sender, where she has made one."""
PEM = "the peer's public key"
MENTION = {"type": "Mention", "href": ADA, "name": "@ada@weft.example"}

Json = dict[str, Any]


class Payload(Struct, frozen=True):
    """``why``: what is peculiar about it. ``sent``: the activity; ``sees``: what is here afterwards,
    by the names of `scene.Scene.seen`. ``first``: activities that came before it; ``serves``:
    documents that the peer has; ``asked``: what ada did before: "" nothing, "follow" or "request".
    """

    why: str
    sent: Json
    sees: Json
    first: tuple[Json, ...] = ()
    serves: tuple[Json, ...] = ()
    asked: str = "follow"
    about: str = ""
    """The post to look for, where it is not the activity's object."""
