"""Notifications and conversations, as Mastodon's API shows them: field for field, in its order.

Sources: https://docs.joinmastodon.org/entities/ (Notification, NotificationPolicy, …),
https://docs.joinmastodon.org/methods/grouped_notifications/. What is told of some kinds only is
absent from the others.
"""

from msgspec import UNSET, Struct, UnsetType

from weft.api.mastodon.collections import Collection
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.entities_admin import Report
from weft.api.mastodon.entities_statuses import Status


class NotificationFallback(Struct, frozen=True):
    """What an app shows of a kind that it does not know (HTML)."""

    title: str
    summary: str | None
    details: str | None


class RelationshipSeveranceEvent(Struct, frozen=True):
    id: str
    type: str
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: str


class Appeal(Struct, frozen=True):
    text: str
    state: str


class AccountWarning(Struct, frozen=True):
    id: str
    action: str
    text: str
    status_ids: list[str] | None
    target_account: Account
    appeal: Appeal | None
    created_at: str


class Notification(Struct, frozen=True, kw_only=True):
    """``filtered`` is there, and true, on what the policy filtered (as in Mastodon, which does not
    document it).
    """

    id: str
    type: str
    created_at: str
    group_key: str
    filtered: bool | UnsetType = UNSET
    account: Account
    status: Status | UnsetType = UNSET
    report: Report | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET
    emoji: str | UnsetType = UNSET
    """Of a reaction, and its picture, null for Unicode: as Pleroma."""
    emoji_url: str | UnsetType | None = UNSET


class PartialAccountWithAvatar(Struct, frozen=True):
    id: str
    acct: str
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str
    locked: bool
    bot: bool


class NotificationGroup(Struct, frozen=True, kw_only=True):
    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: str
    page_min_id: str | UnsetType = UNSET
    page_max_id: str | UnsetType = UNSET
    latest_page_notification_at: str | UnsetType = UNSET
    sample_account_ids: list[str]
    status_id: str | UnsetType = UNSET
    report: Report | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET
    emoji: str | UnsetType = UNSET
    emoji_url: str | UnsetType | None = UNSET


class GroupedNotificationsResults(Struct, frozen=True, kw_only=True):
    accounts: list[Account]
    partial_accounts: list[PartialAccountWithAvatar] | UnsetType = UNSET
    statuses: list[Status]
    notification_groups: list[NotificationGroup]


class UnreadCount(Struct, frozen=True):
    count: int


class PolicySummary(Struct, frozen=True):
    pending_requests_count: int
    pending_notifications_count: int


class NotificationPolicy(Struct, frozen=True):
    """Each ``accept``, ``filter`` or ``drop``."""

    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str
    summary: PolicySummary


class V1NotificationPolicy(Struct, frozen=True):
    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: PolicySummary


class NotificationRequest(Struct, frozen=True):
    id: str
    created_at: str
    updated_at: str
    notifications_count: str
    account: Account
    last_status: Status | UnsetType = UNSET


class Merged(Struct, frozen=True):
    merged: bool


class Conversation(Struct, frozen=True):
    id: str
    unread: bool
    accounts: list[Account]
    last_status: Status | None
