"""A reaction with an emoji: a ``Like`` with ``content`` (FEP-c0e0), which those who know no reactions
count as a like.
"""

from __future__ import annotations

from weft.federation.render.emojis import emojis
from weft.federation.vocabulary import Json
from weft.kernel.site import Site


def reaction(site: Site, like: Json, *, name: str, url: str) -> Json:
    """Of a like; ``name`` and ``url`` as ``threads.emoji_reactions`` keeps them."""
    shortcode = name.partition("@")[0]
    content = f":{shortcode}:" if url else name
    made = like | {"content": content, "_misskey_reaction": content}
    if url:
        made["tag"] = emojis(site, [{"shortcode": shortcode, "url": url}])
    return made
