"""What admins decided about tags: whether one may trend, be suggested, be used.

A tag that nobody looked at may do all of it: a server of a few people has nobody who reviews each
word before it is shown. What is not ``usable`` becomes no tag (``threads.tags``); a word is never
cut out of a post.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid, NotFound
from weft.store.database import Tx
from weft.threads.tables import post_tags, tag_settings
from weft.threads.tokens import fold_tag


class Settings(Struct, frozen=True):
    """``tag``: folded; ``name``: as it is to be spelled. ``reviewed_at``: ms; None: never."""

    tag: str
    name: str
    usable: bool = True
    listable: bool = True
    trendable: bool = True
    reviewed_at: int | None = None


_COLUMNS = tuple(tag_settings.c[field] for field in Settings.__struct_fields__)
_tags = sa.bindparam("tags", expanding=True, type_=sa.String)
_tag = sa.bindparam("tag", type_=sa.String)
_THESE = sa.select(*_COLUMNS).where(tag_settings.c.tag.in_(_tags))
_USED = sa.select(post_tags.c.tag).where(post_tags.c.tag == _tag).limit(1)
_ALL = (
    sa.select(post_tags.c.tag)
    .where(post_tags.c.tag < sa.bindparam("below"))
    .distinct()
    .order_by(post_tags.c.tag.desc())
    .limit(sa.bindparam("most"))
)
_HIGHEST = "\U0010ffff"
_put = insert(tag_settings)
_PUT = _put.on_conflict_do_update(
    index_elements=["tag"],
    set_={field: _put.excluded[field] for field in Settings.__struct_fields__ if field != "tag"},
)


def settings(tx: Tx, folds: Collection[str]) -> dict[str, Settings]:
    """Of each of these tags (folded), decided or not."""
    kept = {row[0]: Settings(*row) for row in tx.rows(_THESE, tags=list(folds))} if folds else {}
    return {fold: kept.get(fold) or Settings(fold, fold) for fold in folds}


def known(tx: Tx, fold: str) -> Settings:
    """Of a tag that was used or decided about. Errors: NotFound."""
    found = settings(tx, [fold])[fold]
    if found.reviewed_at is None and tx.row(_USED, tag=fold) is None:
        raise NotFound
    return found


def change(
    tx: Tx,
    fold: str,
    *,
    name: str | None = None,
    usable: bool | None = None,
    listable: bool | None = None,
    trendable: bool | None = None,
) -> Settings:
    """Decide; what is None stays as it is. Errors: NotFound (nobody ever used it), Invalid (a
    name that is another tag).
    """
    was = known(tx, fold)
    if name is not None and fold_tag(name) != fold:
        raise Invalid("Validation failed: Display name must be the same tag, spelled differently")
    now = Settings(
        fold,
        was.name if name is None else name,
        was.usable if usable is None else usable,
        was.listable if listable is None else listable,
        was.trendable if trendable is None else trendable,
        tx.now,
    )
    tx.run(_PUT, structs.asdict(now))
    return now


def used(tx: Tx, below: str | None, most: int) -> list[str]:
    """Tags (folded) of all posts that are known here, backwards by name, from ``below`` on."""
    rows = tx.rows(_ALL, below=_HIGHEST if below is None else below, most=most)
    return [row[0] for row in rows]
