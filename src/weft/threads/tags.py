"""Where the tags in a text lead.

An admin may disable one (``usable`` of https://docs.joinmastodon.org/entities/Tag/#usable: "not
disabled from auto-linking"): in what is written here it is a word like others from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from weft.store.database import Tx
from weft.threads.tables import tag_settings
from weft.threads.tokens import fold_tag

TagUrl = Callable[[str], str | None]
"""The address of a folded tag; None: it is no link."""

_DISABLED = sa.select(tag_settings.c.tag).where(
    tag_settings.c.tag.in_(sa.bindparam("tags", expanding=True, type_=sa.String)),
    tag_settings.c.usable.is_(False),
)


def usable_tags(tx: Tx, written: Iterable[str]) -> list[str]:
    """Those of these tags, as they are written, that nobody disabled."""
    folds = {tag: fold_tag(tag) for tag in written}
    if not folds:
        return []  # most posts: nothing is asked
    disabled = {row[0] for row in tx.rows(_DISABLED, tags=sorted(set(folds.values())))}
    return [tag for tag, fold in folds.items() if fold not in disabled]


def tag_links(tx: Tx, tags: Iterable[str]) -> TagUrl:
    """Links to these tags and to no other."""
    known = {fold: tx.site.tag_url(fold) for fold in map(fold_tag, tags)}
    return known.get
