"""Groups that posts are written to (FEP-1b12): which one a post is for, so that answers to it go
there too. A group is an account of another server; it shows what it redistributes as its boosts.
"""

from __future__ import annotations

from collections.abc import Iterable

from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.model import Post, Visibility


def group_of(
    tx: Tx,
    parent: Post | None,
    mentioned: Iterable[Account],
    visibility: Visibility,
    named: str | None = None,
) -> int | None:
    """Id of the group that a post is for: that of what it answers; else the one that its author
    names (by uri), or the first that it mentions. None for what is not for everybody, whatever it
    names: groups show everything to all.
    """
    if visibility not in ("public", "unlisted"):
        return None
    if parent is not None and parent.audience_id is not None:
        return parent.audience_id
    if named is not None:
        told = accounts.by_uri(tx, named)
        if told is not None and told.kind == "group":
            return told.id
    return next((account.id for account in mentioned if account.kind == "group"), None)


def uri_of(tx: Tx, post: Post) -> str:
    """Address of the group that a post is for, "" for none."""
    group = accounts.by_id(tx, post.audience_id) if post.audience_id is not None else None
    return group.uri if group is not None else ""
