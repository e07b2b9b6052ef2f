"""``/@name.rss``: a member's public posts for feed readers.

Source: https://www.rssboard.org/rss-specification (items without titles, as for short posts)
"""

from __future__ import annotations

from email.utils import formatdate
from xml.sax.saxutils import escape, quoteattr

from litestar import Response

from weft.api.mastodon import serialise
from weft.api.mastodon.entities_accounts import avatar_url
from weft.api.pages import people
from weft.api.pages.profile import find
from weft.kernel.errors import NotFound
from weft.kernel.site import Site
from weft.people.model import Account
from weft.settings import Settings
from weft.store.database import Database, Tx
from weft.store.page import Page
from weft.threads import timelines
from weft.threads.model import Post

FRESH_S = 600
"""Readers ask again and again; ten minutes is soon enough for them."""


async def feed(db: Database, settings: Settings, named: str) -> Response[str]:
    """The newest public posts that answer nobody. Errors: NotFound; elsewhere's members have their
    feeds there.
    """

    def read(tx: Tx) -> tuple[Account, list[Post]]:
        account = find(tx, named)
        if not account.local:
            raise NotFound
        found = timelines.account_posts(
            tx, None, account.id, Page(), exclude_replies=True, exclude_boosts=True
        )
        return account, [post for post in found if post.visibility == "public"]

    account, found = await db.read(read)
    return Response(
        _channel(db.site, settings, account, found),
        media_type="application/rss+xml; charset=utf-8",
        headers={
            "Cache-Control": f"public, max-age={FRESH_S}",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
    )


def _channel(site: Site, settings: Settings, account: Account, found: list[Post]) -> str:
    mark = " (AI)" if people.is_ai(account) else ""
    face = avatar_url(site, account)
    title = f"{account.display_name}{mark}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        + _text("title", title)
        + _text("description", f"Public posts of {people.handle(site, account)}")
        + _text("link", account.url)
        + _text("generator", settings.title)
        + f"<image>{_text('url', face)}{_text('title', title)}{_text('link', account.url)}</image>"
        + "".join(_item(site, account, post) for post in found)
        + "</channel></rss>\n"
    )


def _item(site: Site, account: Account, post: Post) -> str:
    pictures = [serialise.attachment(site, one) for one in post.media]
    files = "".join(
        # Readers want a length; 0 says that it is not known.
        f'<enclosure url={quoteattr(one.url)} length="0" type={quoteattr(kind["mime"])}/>'
        for one, kind in zip(pictures, post.media, strict=True)
        if one.url and not post.sensitive and not post.spoiler
    )
    words = f"<p>Content warning: {escape(post.spoiler)}</p>" if post.spoiler else post.html
    if post.ai is not None:  # each item may be read far from its feed
        said = str((account.ai or {}).get("disclosure") or "Written by an AI.")
        words = f'<div ai-disclosure="autonomous">{words}</div><p>{escape(said)}</p>'
    return (
        "<item>"
        f'<guid isPermaLink="true">{escape(post.url)}</guid>'
        + _text("link", post.url)
        + _text("pubDate", formatdate(post.created_at / 1000, usegmt=True))
        + _text("description", words)
        + files
        + "".join(_text("category", tag) for tag in post.tags)
        + "</item>"
    )


def _text(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
