"""A reaction with an emoji: a ``Like`` with ``content`` (FEP-c0e0), which those who know no reactions
count as a like.
"""

from __future__ import annotations

from weft.federation.render.acts import act
from weft.federation.render.emojis import emojis
from weft.federation.vocabulary import Json
from weft.kernel.site import Site


def reaction(site: Site, uri: str, by: str, post: str, author: str, *, name: str, url: str) -> Json:
    """All addresses; ``name`` and ``url`` as ``threads.emoji_reactions`` keeps them."""
    shortcode = name.partition("@")[0]
    content = f":{shortcode}:" if url else name
    made = act("Like", uri, by, post, author) | {"content": content, "_misskey_reaction": content}
    if url:
        made["tag"] = emojis(site, [{"shortcode": shortcode, "url": url}])
    return made
