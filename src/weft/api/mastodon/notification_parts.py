"""What some kinds of notifications tell beside who and which post, and what an app that does not
know a kind may show instead.
"""

from collections.abc import Collection, Sequence
from html import escape
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from weft.api.mastodon.entities_notices import (
    AccountWarning,
    NotificationFallback,
    RelationshipSeveranceEvent,
)
from weft.api.mastodon.fragments import account_fragments
from weft.kernel.clock import iso
from weft.people import accounts
from weft.store.database import Tx
from weft.threads.notices import Notice

_FALLBACKS = {
    "quote": "{name} quoted your post",
    "quoted_update": "{name} edited a post you have quoted",
    "added_to_collection": "{name} added you to a collection",
    "collection_update": "{name} updated a collection that you are in",
    "severed_relationships": "Some of your follows have ended: {target}",
    "moderation_warning": "You have received a moderation warning",
}
"""Kinds that apps from before Mastodon 4.3 do not know; the others all of them do."""
_SUMMARY = "Your app does not know this kind of notification. Sign in on the web to see all of it."


class Part(NamedTuple):
    """Of one notification; what its kind does not have is ``UNSET``."""

    report: Any = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    collection: Any = UNSET


NOTHING = Part()


def parts(tx: Tx, owner_id: int, found: Sequence[Notice]) -> dict[int, Part]:
    """By the notification's id; in a few reads for any number of them, and none for the kinds that
    have no such parts. One whose report or collection is gone has none.
    """
    made: dict[int, Part] = {}
    for one in found:
        data = one.data or {}
        if one.kind == "severed_relationships":
            event = RelationshipSeveranceEvent(
                id=str(one.id),
                type=data.get("type", "domain_block"),
                purged=False,
                target_name=data.get("target_name", ""),
                followers_count=data.get("followers_count", 0),
                following_count=data.get("following_count", 0),
                created_at=iso(one.created_at),
            )
            made[one.id] = Part(event=event)
        elif one.kind == "moderation_warning":
            warning = AccountWarning(
                id=str(one.id),
                action=data.get("action", "none"),
                text=data.get("text", ""),
                status_ids=data.get("post_ids"),
                target_account=account_fragments(tx, [owner_id])[owner_id],
                appeal=None,
                created_at=iso(one.created_at),
            )
            made[one.id] = Part(moderation_warning=warning)
    return made


def fallbacks(
    tx: Tx, found: Sequence[Notice], supported: Collection[str] | None
) -> dict[int, NotificationFallback]:
    """By the notification's id, for kinds that the app does not support; None: it did not say."""
    if supported is None:
        return {}
    unknown = [one for one in found if one.kind in _FALLBACKS and one.kind not in supported]
    who = accounts.by_ids(tx, [one.from_id for one in unknown])
    made: dict[int, NotificationFallback] = {}
    for one in unknown:
        by = who.get(one.from_id)
        title = _FALLBACKS[one.kind].format(
            name=escape(by.display_name) if by is not None else "Somebody",
            target=escape(str((one.data or {}).get("target_name", ""))),
        )
        made[one.id] = NotificationFallback(title=title, summary=_SUMMARY, details=None)
    return made
