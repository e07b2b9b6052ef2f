"""Custom emojis: small pictures that stand for ``:shortcode:`` in what people here write.

https://docs.joinmastodon.org/entities/CustomEmoji/. A post keeps the emojis that it was written
with: removing one later takes it from the pickers, not out of what was said.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid, NotFound
from weft.kernel.site import Site
from weft.store.database import Tx
from weft.threads import pictures
from weft.threads.tables import custom_emojis

LIMITS = pictures.Limits(
    max_bytes=256 * 1024,  # Mastodon's: a post may show dozens of them
    max_pixels=512 * 512,  # shown at 20 to 64 pixels, sharp on any screen
    max_side=1_024,
    kept_pixels=256 * 256,
    small_pixels=128 * 128,
)
"""How large the picture of an emoji may be; a still one of more than 256 × 256 is made smaller."""
SHORTCODE_MAX = 64
"""As the table keeps it."""
CATEGORY_MAX = 64
"""Characters of the heading it stands under in pickers."""
NAMED_MAX = 100
"""Different shortcodes that are looked up of one text: more is no text."""

_SHORTCODE = re.compile(rf"[A-Za-z0-9_]{{2,{SHORTCODE_MAX}}}")
# As Mastodon: no letter, digit or colon may touch the colons.
_NAMED = re.compile(rf"(?<![^\W_])(?<!:):([A-Za-z0-9_]{{2,{SHORTCODE_MAX}}}):(?![^\W_])(?!:)")


class CustomEmoji(Struct, frozen=True):
    """Field for field the columns of ``custom_emojis``; blobs are keys. ``visible``: in pickers."""

    shortcode: str
    blob: str
    static_blob: str
    category: str | None
    visible: bool
    created_at: int


_COLUMNS = tuple(custom_emojis.c[field] for field in CustomEmoji.__struct_fields__)
_ALL = sa.select(*_COLUMNS).order_by(custom_emojis.c.shortcode)
_THESE = _ALL.where(custom_emojis.c.shortcode.in_(sa.bindparam("codes", expanding=True)))
_put = insert(custom_emojis)
_PUT = _put.on_conflict_do_update(
    index_elements=["shortcode"],
    set_={
        name: _put.excluded[name]
        for name in CustomEmoji.__struct_fields__
        if name not in ("shortcode", "created_at")
    },
)
_DROP = (
    custom_emojis.delete()
    .where(custom_emojis.c.shortcode == sa.bindparam("code"))
    .returning(custom_emojis.c.shortcode)
)


def check_shortcode(shortcode: str) -> None:
    """Errors: Invalid."""
    if not _SHORTCODE.fullmatch(shortcode):
        raise Invalid(
            f"A shortcode has 2 to {SHORTCODE_MAX} letters, digits and underscores, no colons"
        )


def put(
    tx: Tx,
    shortcode: str,
    blob: str,
    static_blob: str,
    *,
    category: str | None = None,
    visible: bool = True,
) -> None:
    """Add an emoji, or give the one of that name another picture. Errors: Invalid."""
    check_shortcode(shortcode)
    if category is not None and len(category) > CATEGORY_MAX:
        raise Invalid(f"A category has {CATEGORY_MAX} characters at most")
    tx.run(
        _PUT,
        shortcode=shortcode,
        blob=blob,
        static_blob=static_blob,
        category=category or None,
        visible=visible,
        created_at=tx.now,
    )


def remove(tx: Tx, shortcode: str) -> None:
    """Errors: NotFound."""
    if tx.row(_DROP, code=shortcode) is None:
        raise NotFound(f"There is no emoji named {shortcode}")


def every(tx: Tx) -> list[CustomEmoji]:
    """By name."""
    return [CustomEmoji(*row) for row in tx.rows(_ALL)]


def named(tx: Tx, *texts: str) -> list[dict[str, Any]]:
    """The emojis that texts name, as clients read them, each once; no query for most texts."""
    codes = dict.fromkeys(code for text in texts for code in _NAMED.findall(text))
    if not codes:
        return []
    wanted = list(codes)[:NAMED_MAX]
    return [shown(tx.site, CustomEmoji(*row)) for row in tx.rows(_THESE, codes=wanted)]


def by_shortcode(tx: Tx, shortcode: str) -> CustomEmoji:
    """Errors: NotFound."""
    row = tx.row(_THESE, codes=[shortcode])
    if row is None:
        raise NotFound
    return CustomEmoji(*row)


def shown(site: Site, emoji: CustomEmoji) -> dict[str, Any]:
    """Field for field https://docs.joinmastodon.org/entities/CustomEmoji/."""
    return {
        "shortcode": emoji.shortcode,
        "url": site.blob_url(emoji.blob),
        "static_url": site.blob_url(emoji.static_blob),
        "visible_in_picker": emoji.visible,
        "category": emoji.category,
    }
