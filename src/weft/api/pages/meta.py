"""What a page says of itself to other programs: link previews, search engines, servers, readers.

Sources: https://ogp.me, https://docs.joinmastodon.org/entities/PreviewCard/,
https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag
"""

from __future__ import annotations

from msgspec import Struct

from weft.api.pages.html import NOTHING, Html, h, join, reachable
from weft.threads import signals

EXCERPT_CHARS = 200
"""What previews show of a text; more is cut by those who show them."""


class About(Struct, frozen=True):
    """``url`` and ``image`` are absolute. ``index``: whether search engines may keep the page."""

    title: str
    description: str
    url: str
    site_name: str
    kind: str = "website"
    image: str = ""
    image_alt: str = ""
    large: bool = False
    index: bool = False
    asks: frozenset[str] = frozenset()
    """What its author asks of machines: ``threads.signals``."""
    made_by_ai: bool = False
    """What the page is about (https://github.com/WICG/proposals/issues/261)."""
    canonical: bool = True
    """Whether ``url`` is the page's proper address, on this server or another."""


def head(about: About, *more: Html | None) -> Html:
    """Elements for a document's head; ``more`` follows them."""
    return join(
        (
            h("meta", name="description", content=about.description),
            _robots(about),
            h("meta", name="ai-disclosure", content="autonomous") if about.made_by_ai else None,
            h("link", rel="canonical", href=about.url) if about.canonical else None,
            _property("og:site_name", about.site_name),
            _property("og:type", about.kind),
            _property("og:title", about.title),
            _property("og:description", about.description),
            _property("og:url", about.url if reachable(about.url) else ""),
            _property("og:image", about.image if reachable(about.image) else ""),
            _property("og:image:alt", about.image_alt),
            h(
                "meta",
                name="twitter:card",
                content="summary_large_image" if about.large else "summary",
            ),
            *more,
        )
    )


def activity(uri: str) -> Html:
    """Where the same thing is for other servers
    (https://swicg.github.io/activitypub-html-discovery/).
    """
    return h("link", rel="alternate", type="application/activity+json", href=uri)


def _robots(about: About) -> Html | None:
    index = about.index and signals.NOINDEX not in about.asks
    words = set() if index else {signals.NOINDEX, "noarchive"}
    words |= about.asks - {signals.GPC}
    return h("meta", name="robots", content=", ".join(sorted(words))) if words else None


def _property(name: str, content: str) -> Html:
    return h("meta", property=name, content=content) if content else NOTHING


def excerpt(text: str, most: int = EXCERPT_CHARS) -> str:
    """The beginning of a text on one line, cut between words."""
    words = " ".join(text.split())
    if len(words) <= most:
        return words
    return words[:most].rsplit(" ", 1)[0].rstrip(" .,;:") + "…"
