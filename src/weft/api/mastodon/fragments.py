"""Accounts as ready JSON, kept while nothing in them changes.

A timeline shows the same few dozen faces again and again, and an account is as long as a post.
So its JSON is made once and put into each answer as it stands. A cheap read says whether it is
still true; nothing has to be told to forget.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import msgspec

from weft.api.mastodon import entities_accounts
from weft.api.mastodon.answers import encode
from weft.api.mastodon.entities_accounts import Account
from weft.people import accounts, moves, remote_details
from weft.store.database import Tx

KEPT_MAX = 4_096
"""Accounts kept; about 1.2 kB each, so 5 MB."""

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
