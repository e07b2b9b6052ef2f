"""What some kinds of notifications tell beside who and which post, and what an app that does not
know a kind may show instead.
"""

from collections.abc import Collection, Sequence
from html import escape
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from weft.api.mastodon import collections
from weft.api.mastodon import reports as report_parts
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.entities_admin import Report
from weft.api.mastodon.entities_notices import (
    AccountWarning,
    NotificationFallback,
    RelationshipSeveranceEvent,
)
from weft.api.mastodon.fragments import account_fragments
from weft.kernel.clock import iso
from weft.kernel.site import Site
from weft.moderation import reports
from weft.people import accounts
from weft.store.database import Tx
from weft.threads.emoji_reactions import KIND
from weft.threads.notices import Notice

_FALLBACKS = {
    "quote": "{name} quoted your post",
    "quoted_update": "{name} edited a post you have quoted",
    "added_to_collection": "{name} added you to a collection",
    "collection_update": "{name} updated a collection that you are in",
    "severed_relationships": "Some of your follows have ended: {target}",
    "moderation_warning": "You have received a moderation warning",
    KIND: "{name} reacted to your post with {emoji}",
}
"""Kinds that apps from before Mastodon 4.3 do not know; the others all of them do."""
_SUMMARY = "Your app does not know this kind of notification. Sign in on the web to see all of it."


class Part(NamedTuple):
    """Of one notification; what its kind does not have is ``UNSET``."""

    report: Report | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    collection: collections.Collection | UnsetType = UNSET
    emoji: str | UnsetType = UNSET
    emoji_url: str | UnsetType | None = UNSET


NOTHING = Part()


def parts(tx: Tx, owner_id: int, found: Sequence[Notice]) -> dict[int, Part]:
    """By the notification's id; in a few reads for any number of them, and none for the kinds that
    have no such parts. One whose report is gone has none.
    """
    made = {one.id: Part(event=_event(one)) for one in found if one.kind == "severed_relationships"}
    made |= {one.id: _reaction(tx.site, one) for one in found if one.kind == KIND}
    warnings = [one for one in found if one.kind == "moderation_warning"]
    if warnings:
        me = account_fragments(tx, [owner_id])[owner_id]
        made |= {one.id: Part(moderation_warning=_warning(one, me)) for one in warnings}
    named = {one.id: int(_data(one, "report_id", 0)) for one in found if one.kind == "admin.report"}
    if named:
        shown = report_parts.shown(tx, reports.by_ids(tx, named.values()).values())
        made |= {id_: Part(report=shown[which]) for id_, which in named.items() if which in shown}
    collected = {
        one.id: int(_data(one, "collection_id", 0))
        for one in found
        if one.kind in ("added_to_collection", "collection_update")
    }
    if collected:
        collections_ = collections.shown(tx, owner_id, collected.values())
        made |= {
            id_: Part(collection=collections_[which])
            for id_, which in collected.items()
            if which in collections_
        }
    return made


def _data(one: Notice, name: str, usual: Any) -> Any:
    return (one.data or {}).get(name, usual)


def _reaction(site: Site, one: Notice) -> Part:
    url = site.remote_url(_data(one, "url", ""))
    return Part(emoji=_data(one, "name", ""), emoji_url=url or None)


def _event(one: Notice) -> RelationshipSeveranceEvent:
    return RelationshipSeveranceEvent(
        id=str(one.id),
        type=_data(one, "type", "domain_block"),
        purged=False,
        target_name=_data(one, "target_name", ""),
        followers_count=_data(one, "followers_count", 0),
        following_count=_data(one, "following_count", 0),
        created_at=iso(one.created_at),
    )


def _warning(one: Notice, me: Account) -> AccountWarning:
    return AccountWarning(
        id=str(one.id),
        action=_data(one, "action", "none"),
        text=_data(one, "text", ""),
        status_ids=_data(one, "post_ids", None),
        target_account=me,
        appeal=None,
        created_at=iso(one.created_at),
    )


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
            target=escape(_data(one, "target_name", "")),
            emoji=escape(_data(one, "name", "")),
        )
        made[one.id] = NotificationFallback(title=title, summary=_SUMMARY, details=None)
    return made
