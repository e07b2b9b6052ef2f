"""Custom emoji that a text names."""

from __future__ import annotations

from mimetypes import guess_type
from typing import Any

from weft.federation.vocabulary import Json, emoji_uri
from weft.kernel.site import Site


def emojis(site: Site, named: list[dict[str, Any]]) -> list[Json]:
    """Custom emoji (FEP-9098). Those of ours have an id: GoToSocial takes none without."""
    return [
        {
            **(
                {"id": emoji_uri(site, emoji["shortcode"])}
                if emoji["url"].startswith(f"{site.base}/")
                else {}
            ),
            "type": "Emoji",
            "name": f":{emoji['shortcode']}:",
            "icon": {
                "type": "Image",
                "mediaType": guess_type(emoji["url"])[0] or "image/png",
                "url": emoji["url"],
            },
        }
        for emoji in named
    ]
