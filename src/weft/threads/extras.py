"""What few posts have besides: further languages, opt-outs. Kept in ``post_details``; ``Post.extras``
says whether there are any, so that nobody looks in vain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from weft.store.database import Tx
from weft.threads import details, languages, signals
from weft.threads.model import Draft, Post

COLUMNS = ("content_map", "signals")


def has(told: dict[str, Any]) -> bool:
    return any(told.get(column) for column in COLUMNS)


def of_draft(draft: Draft, write: Callable[[str], str]) -> dict[str, Any]:
    """Columns of ``post_details`` for a new post from here, those with something in them. Errors:
    Invalid.
    """
    told = {
        "content_map": languages.written(draft.languages, draft.language, write),
        "signals": signals.check(draft.signals or ()),
    }
    return {column: value for column, value in told.items() if value}


def of_edit(tx: Tx, post: Post, draft: Draft, write: Callable[[str], str]) -> dict[str, Any]:
    """The same for a changed one: whole, None for what it has no more. Opt-outs stay unless others
    are chosen; further languages stay while the words do.
    """
    told: dict[str, Any] = dict.fromkeys(COLUMNS)
    if post.extras and (before := details.of(tx, [post.id]).get(post.id)) is not None:
        told["signals"] = before.signals
        if draft.text == post.source:
            told["content_map"] = before.content_map
    if draft.languages:
        told["content_map"] = languages.written(draft.languages, draft.language, write)
    if draft.signals is not None:
        told["signals"] = signals.check(draft.signals) or None
    return told if post.extras or has(told) else {}


def of_update(post: Post, told: dict[str, Any]) -> dict[str, Any]:
    """The same for what another server says of its changed post: what it says no more is gone."""
    return {**dict.fromkeys(COLUMNS), **told} if post.extras else told
