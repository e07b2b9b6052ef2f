"""Hashtags, as posts and profiles name them."""

from __future__ import annotations

from urllib.parse import quote

from weft.federation.vocabulary import Json
from weft.kernel.site import Site
from weft.threads.tokens import fold_tag


def hashtag(site: Site, name: str) -> Json:
    return {"type": "Hashtag", "href": site.tag_url(quote(fold_tag(name))), "name": f"#{name}"}
