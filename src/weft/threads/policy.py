"""What a member wants done with notifications from those they may not know.

https://docs.joinmastodon.org/methods/notifications/#get-policy
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.clock import DAY
from weft.store.database import Tx
from weft.threads.tables import notification_policies

Verdict = Literal["accept", "filter", "drop"]

NEW_ACCOUNT = 30 * DAY
NEW_FOLLOWER = 3 * DAY
"""Mastodon's: a follower of yesterday is nobody one knows yet."""


class Policy(Struct, frozen=True):
    """Without a row: what limited accounts do is kept aside, everything else comes through."""

    for_not_following: Verdict = "accept"
    for_not_followers: Verdict = "accept"
    for_new_accounts: Verdict = "accept"
    for_private_mentions: Verdict = "accept"
    for_limited_accounts: Verdict = "filter"


class Sender(Struct, frozen=True):
    """How whoever causes a notification stands to the member; times in ms.

    ``trusted``: the member accepted their notifications, or they are an admin of this server.
    ``unasked``: it is a direct post that answers none of the member's.
    """

    created_at: int
    limited: bool = False
    followed: bool = False
    follows_since: int | None = None
    trusted: bool = False
    unasked: bool = False


FIELDS = Policy.__struct_fields__
USUAL = Policy()
COLUMNS = tuple(notification_policies.c[field] for field in FIELDS)
_GET = sa.select(*COLUMNS).where(notification_policies.c.account_id == sa.bindparam("owner"))
_put = insert(notification_policies)
_PUT = _put.on_conflict_do_update(
    index_elements=["account_id"], set_={field: _put.excluded[field] for field in FIELDS}
)


def decide(policy: Policy, sender: Sender, now: int) -> Verdict:
    """The strictest of what the policy says about this sender."""
    if sender.trusted:
        return "accept"
    stranger = not sender.followed
    since = sender.follows_since
    said = {
        policy.for_not_following if stranger else "accept",
        policy.for_not_followers if since is None or since > now - NEW_FOLLOWER else "accept",
        policy.for_new_accounts if stranger and sender.created_at > now - NEW_ACCOUNT else "accept",
        policy.for_private_mentions if stranger and sender.unasked else "accept",
        policy.for_limited_accounts if stranger and sender.limited else "accept",
    }
    if "drop" in said:
        return "drop"
    return "filter" if "filter" in said else "accept"


def get(tx: Tx, owner_id: int) -> Policy:
    row = tx.row(_GET, owner=owner_id)
    return Policy(*row) if row is not None else USUAL


def change(tx: Tx, owner_id: int, changes: Mapping[str, Verdict]) -> Policy:
    """Set some of the fields. What was filtered before stays where it is."""
    changed = structs.replace(get(tx, owner_id), **changes)
    tx.run(_PUT, account_id=owner_id, **structs.asdict(changed))
    return changed
