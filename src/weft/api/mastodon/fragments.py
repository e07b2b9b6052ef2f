"""Accounts and posts as ready JSON, kept while nothing in them changes.

A timeline shows the same few dozen faces again and again, and an account is as long as a post.
So its JSON is made once and put into each answer as it stands. A cheap read says whether it is
still true; nothing has to be told to forget. A post to which nothing happened but that it was
written looks alike to nearly everybody: it is kept with its author in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, cast

import msgspec

from weft.api.mastodon import entities_accounts
from weft.api.mastodon.answers import encode
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.entities_statuses import QuoteApproval, Status
from weft.people import accounts, moves, remote_details
from weft.store.database import Tx
from weft.threads.model import Post
from weft.threads.ready import KEPT_HTML_MAX

KEPT_MAX = 4_096
"""Accounts kept; about 1.2 kB each, so 5 MB."""
POSTS_KEPT_MAX = 1_024
"""Posts kept; about 2.5 kB each with their authors, so 3 MB, 8 at the worst."""

_kept: dict[tuple[str, int], tuple[tuple[int | None, ...], msgspec.Raw]] = {}


def accounts_page(tx: Tx, found: Sequence[tuple[int, int]]) -> tuple[bytes, list[int]]:
    """For ``json_page``: accounts by what they are paged by and their id."""
    shown = account_fragments(tx, [one for _, one in found])
    return encode([shown[one] for _, one in found if one in shown]), [key for key, _ in found]


def account_fragments(tx: Tx, ids: Iterable[int]) -> dict[int, Account]:
    """Accounts by id, for putting into an answer. They are ``msgspec.Raw``: the type says what
    they encode to, and their fields cannot be read.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found: dict[int, Account] = {}
    stale: dict[int, tuple[int | None, ...]] = {}
    base = tx.site.base
    for account_id, state_now in accounts.states(tx, wanted):
        kept = _kept.get((base, account_id))
        if kept is not None and kept[0] == state_now:
            found[account_id] = cast("Account", kept[1])
        else:
            stale[account_id] = state_now
    if stale:
        if len(_kept) + len(stale) > KEPT_MAX:
            _kept.clear()  # rare and cheap to fill again; no bookkeeping on the hot path
        fresh = remote_details.with_counts(tx, accounts.by_ids(tx, stale).values())
        moved = accounts.by_uris(tx, [one.moved_to for one in fresh.values() if one.moved_to])
        for account_id, one in fresh.items():
            now_at = moved.get(one.moved_to) if one.moved_to else None
            shown = entities_accounts.account(tx.site, one, moves.shown(one, now_at))
            raw = msgspec.Raw(msgspec.json.encode(shown))
            _kept[base, account_id] = stale[account_id], raw
            found[account_id] = cast("Account", raw)
    return found


class _Shown(NamedTuple):
    """A post as JSON, and what it was made of."""

    post: Post
    author: Account
    approval: QuoteApproval
    raw: msgspec.Raw


_shown: dict[int, _Shown] = {}


def status_fragment(
    post: Post, author: Account, approval: QuoteApproval, make: Callable[[], Status]
) -> Status:
    """A post of which ``make`` makes the same as long as these three, from `ready`,
    `account_fragments` and `quotes.approvals`, are the same objects. It is ``msgspec.Raw``.
    """
    kept = _shown.get(post.id)
    if (
        kept is None
        or kept.post is not post
        or kept.author is not author
        or kept.approval is not approval
    ):
        if len(post.html) > KEPT_HTML_MAX:  # the next reader gets another object
            return make()
        if len(_shown) >= POSTS_KEPT_MAX:
            _shown.clear()
        kept = _Shown(post, author, approval, msgspec.Raw(msgspec.json.encode(make())))
        _shown[post.id] = kept
    return cast("Status", kept.raw)
