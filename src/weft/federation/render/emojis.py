"""Custom emoji that a text names."""

from __future__ import annotations

from typing import Any

from weft.federation.vocabulary import Json


def emojis(named: list[dict[str, Any]]) -> list[Json]:
    return [
        {
            "type": "Emoji",
            "name": f":{emoji['shortcode']}:",
            "icon": {"type": "Image", "url": emoji["url"]},
        }
        for emoji in named
    ]
