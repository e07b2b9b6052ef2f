"""Reactions with an emoji, in their dialects, all of them a ``content`` on a like (FEP-c0e0).

Pleroma and Akkoma send ``EmojiReact``; Misskey sends a ``Like`` with ``_misskey_reaction`` too. A
picture is named ``:blobcat:`` and stands in ``tag``. Misskey's plain like is a heart or a star in it.
"""

from __future__ import annotations

import re

from msgspec import Struct

from weft.federation import limits, plain
from weft.federation.plain import Json
from weft.federation.read_emoji import read_emojis
from weft.threads.emoji_reactions import is_emoji

KINDS = frozenset({"Like", "EmojiReact"})
_PICTURED = re.compile(r":?([A-Za-z0-9_+-]{1,128})(?:@([A-Za-z0-9.:-]{1,120}))?:?")
_HEARTS = frozenset({"❤", "❤️", "⭐"})
"""What Misskey sends for a like that somebody only pressed; a heart by EmojiReact is one that was
chosen.
"""


class IncomingReaction(Struct, frozen=True):
    """``name``: the emoji, or the shortcode of a picture at ``url``, with the server that it is of if
    that is said.
    """

    name: str
    url: str = ""


def read_reaction(document: Json) -> IncomingReaction | None:
    """What a Like or EmojiReact reacts with; None for a like, and for what cannot be shown."""
    given = plain.text(document.get("content")) or plain.text(document.get("_misskey_reaction"))
    given = given.strip()
    if not given or len(given) > limits.REACTION_CHARS:
        return None
    if is_emoji(given):
        heart = plain.kind(document) == "Like" and given in _HEARTS
        return None if heart else IncomingReaction(given)
    named = _PICTURED.fullmatch(given)
    if named is None:
        return None
    pictures = read_emojis(document.get("tag"))
    for emoji in pictures:
        if emoji["shortcode"] == named[1]:
            of = (named[2] or "").strip(":.")
            return IncomingReaction(f"{named[1]}@{of}" if of else named[1], emoji["url"])
    return None
