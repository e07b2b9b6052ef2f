"""Custom emoji in the ``tag`` of a post, an account, or a reaction (FEP-9098)."""

from __future__ import annotations

import re
from typing import Any

from weft.federation import limits, plain
from weft.federation.plain import Json

_SHORTCODE = re.compile(r":?([A-Za-z0-9_+-]+):?")


def read_emoji(entry: Json) -> dict[str, Any] | None:
    """As clients read them (https://docs.joinmastodon.org/entities/CustomEmoji/); None for what is
    none, or has no picture.
    """
    code = _SHORTCODE.fullmatch(plain.text(entry.get("name")))
    picture = plain.link(entry.get("icon"), "image/")
    if code is None or len(code[1]) > limits.SHORTCODE_CHARS or not picture:
        return None
    return {"shortcode": code[1], "url": picture, "static_url": picture, "visible_in_picker": False}


def read_emojis(tags: Any) -> list[dict[str, Any]]:
    """Those among the tags, each name once, ``limits.EMOJIS`` at most."""
    found: dict[str, dict[str, Any]] = {}
    for entry in plain.entries(tags, limits.TAG_ENTRIES):
        if plain.kind(entry) == "Emoji" and len(found) < limits.EMOJIS:
            emoji = read_emoji(entry)
            if emoji is not None:
                found.setdefault(emoji["shortcode"], emoji)
    return list(found.values())
