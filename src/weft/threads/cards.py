"""Previews of the pages that posts link to: one row per address, shared by all who link to it.

A post names its card from the start; the card is shown once its page was fetched (``previews``).

https://docs.joinmastodon.org/entities/PreviewCard/
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from html import unescape
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert
from yarl import URL

from weft.kernel.clock import DAY, SECOND
from weft.kernel.ids import new_id
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import media
from weft.threads.tables import cards
from weft.threads.tables import posts as post_table
from weft.threads.webpage import URL_CHARS, Facts
from weft.work import jobs
from weft.work.jobs import NewJob

FRESH = 14 * DAY
"""How long a page counts as read, whether there was something to show or not."""
JITTER = 60 * SECOND
"""A post from elsewhere arrives at a thousand servers in one moment; they do not all ask the page
in the next.
"""
LINKS_MAX = 50
"""How many links of a post are looked at for the first that counts: as many as it may mention."""
SWEPT_AT_ONCE = 500
"""Rows of one sweep: a short transaction; the rest is for the next day."""
ERROR_CHARS = 200

_LINK = re.compile(r"<a\b([^<>]*)>")
_HREF = re.compile(r'\bhref="([^"]*)"')
_NAMES = re.compile(r'\bclass="[^"]*\b(?:mention|hashtag|u-url)\b|\brel="[^"]*\btag\b')
_INLINE = re.compile(r'<p class="quote-inline">.*?</p>')


class Card(Struct, frozen=True):
    """Field for field columns of ``cards``, in their order."""

    id: int
    url: str
    kind: str
    title: str
    description: str
    language: str | None
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    image: str
    image_description: str
    width: int
    height: int
    blurhash: str | None
    published_at: int | None


class Image(Struct, frozen=True):
    """A stored picture: its blob, its size in pixels."""

    blob: str
    width: int
    height: int
    blurhash: str


_COLUMNS = tuple(cards.c[field] for field in Card.__struct_fields__)
_id = sa.bindparam("which", type_=sa.BigInteger)
_KNOWN = sa.select(cards.c.id, cards.c.fetched_at).where(cards.c.url == sa.bindparam("at"))
_KNOWN_TO_ALL = sa.select(cards.c.id).where(
    cards.c.url == sa.bindparam("at"),
    sa.exists().where(post_table.c.card_id == cards.c.id, post_table.c.visibility == "public"),
)
_NEW = insert(cards).on_conflict_do_nothing().returning(cards.c.id)
_READY = sa.select(*_COLUMNS).where(
    among(cards.c.id, "ids"), cards.c.fetched_at.isnot(None), cards.c.title != ""
)
_DUE = sa.select(cards.c.url).where(
    cards.c.id == _id,
    sa.or_(cards.c.fetched_at.is_(None), cards.c.fetched_at < sa.bindparam("before")),
)
_IMAGE = sa.select(cards.c.image).where(cards.c.id == _id)
_unnamed = (
    sa.select(cards.c.id)
    .where(
        cards.c.fetched_at < sa.bindparam("before"),
        ~sa.exists().where(post_table.c.card_id == cards.c.id),
    )
    .limit(SWEPT_AT_ONCE)
)
_SWEEP = cards.delete().where(cards.c.id.in_(_unnamed)).returning(cards.c.image)


def behind(tx: Tx, post: dict[str, Any]) -> int | None:
    """The card of a post that is about to be kept (its columns by name), made if need be; None
    when it has no link, or pictures of its own. A job fetches the page when it is not known.

    Direct posts have none: what a few say to each other is told to no third server.
    """
    if post["media"] or post["visibility"] == "direct" or "<a " not in post["html"]:
        return None
    named = {mention[key] for mention in post["mentions"] for key in ("url", "uri")}
    url = first_link(tx.site.base, post["html"], named)
    if url is None:
        return None
    known = tx.row(_KNOWN, at=url)
    if known is not None:
        card_id, fetched_at = known
    else:
        card_id, fetched_at = tx.scalar(_NEW, **_empty(url)), None
        if card_id is None:  # another process was first
            card_id = tx.scalar(_KNOWN, at=url)
    if card_id is not None and (fetched_at is None or fetched_at < tx.now - FRESH):
        jobs.enqueue(
            tx,
            NewJob(
                "threads.preview",
                {"card": card_id},
                key=f"preview:{card_id}",
                pool="preview",
                delay=0 if post["local"] else secrets.randbelow(JITTER),
            ),
        )
    return card_id


def first_link(base: str, html: str, named: Iterable[str] = ()) -> str | None:
    """The first link of safe HTML that names nobody and no tag, and leads away from here."""
    names = set(named)
    for count, link in enumerate(_LINK.finditer(_INLINE.sub("", html))):
        href = _HREF.search(link[1])
        if count >= LINKS_MAX:
            break
        if href is None or _NAMES.search(link[1]):
            continue
        written = unescape(href[1])
        url = address(written)
        if url is not None and written not in names and not f"{url}/".startswith(f"{base}/"):
            return url
    return None


def address(url: str) -> str | None:
    """A web address as cards are kept by: encoded, without its fragment; None for what is none."""
    try:
        parsed = URL(url).with_fragment(None)
        web = parsed.scheme in ("http", "https") and parsed.host
    except (ValueError, IndexError):  # `host` decodes IDNA; yarl reads past the end of "[v1.x]"
        return None
    text = str(parsed)
    return text if web and len(text) <= URL_CHARS and text.isascii() else None


def ready(tx: Tx, ids: Iterable[int]) -> dict[int, Card]:
    """Those of these cards that there is something to show of."""
    wanted = list(set(ids))
    return {row[0]: Card(*row) for row in tx.rows(_READY, ids=wanted)} if wanted else {}


def by_url(tx: Tx, url: str) -> int | None:
    """The id of the card of a page; None when no public post links to it: that one was written of
    to a few is nobody else's business.
    """
    at = address(url)
    return tx.scalar(_KNOWN_TO_ALL, at=at) if at is not None else None


# -- for the job that fetches -----------------------------------------------------------------


def due(tx: Tx, card_id: int) -> str | None:
    """The address to fetch; None when that was done lately, or nobody links to it any more."""
    return tx.scalar(_DUE, which=card_id, before=tx.now - FRESH)


def keep(tx: Tx, card_id: int, facts: Facts, image: Image | None) -> list[str]:
    """What the page says of itself; gives the blobs that nothing shows any more."""
    published = facts.published_at
    return _settle(
        tx,
        card_id,
        title=facts.title,
        description=facts.description,
        language=facts.language,
        author_name=facts.author,
        author_url=facts.author_url,
        provider_name=facts.site,
        image=image.blob if image is not None else "",
        image_description=facts.image_description if image is not None else "",
        width=image.width if image is not None else 0,
        height=image.height if image is not None else 0,
        blurhash=image.blurhash if image is not None else None,
        # A date from the future, or from before the web, is a mistake of the page.
        published_at=published if published and 0 < published < tx.now + DAY else None,
        error=None if facts.title else "no title",
    )


def refuse(tx: Tx, card_id: int, why: str) -> None:
    """There is nothing to show; what was shown before stays. It is not asked again soon."""
    clean = why[:ERROR_CHARS].replace("\x00", "").encode(errors="replace").decode()
    _settle(tx, card_id, error=clean)


def sweep(tx: Tx) -> list[str]:
    """Forget cards that no post has; gives the blobs that nothing shows any more."""
    rows = tx.run(_SWEEP, before=tx.now - FRESH).all()
    return media.unused(tx, [row[0] for row in rows if row[0]])


def _settle(tx: Tx, card_id: int, **values: Any) -> list[str]:
    before = tx.scalar(_IMAGE, which=card_id)
    tx.run(cards.update().where(cards.c.id == card_id).values(fetched_at=tx.now, **values))
    return media.unused(tx, [before]) if before else []


def _empty(url: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "url": url,
        "kind": "link",
        "title": "",
        "description": "",
        "language": None,
        "author_name": "",
        "author_url": "",
        "provider_name": "",
        "provider_url": "",
        "image": "",
        "image_description": "",
        "width": 0,
        "height": 0,
        "blurhash": None,
        "published_at": None,
        "fetched_at": None,
        "error": None,
    }
