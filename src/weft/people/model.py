"""What an account is. Remote and local, person and AI: the same thing."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Kind = Literal["person", "ai", "group", "application"]
CHOICES: dict[str, Any] = {
    "bot": False,
    "hide_collections": False,
    "show_media": True,
    "show_media_replies": True,
    "show_featured": True,
    "avatar_description": "",
    "header_description": "",
    "attribution_domains": [],
    "signals": [],
}
"""What few choose otherwise: of ``Account.profile`` only what differs from this is kept. Mastodon's
names: https://docs.joinmastodon.org/entities/Profile/; ``signals`` are ours: ``threads.signals``.
"""


class Account(Struct, frozen=True):
    """Field for field the columns of ``accounts`` (``people.accounts.COLUMNS``), in their order.

    Times are ms. ``bio`` and field values are safe HTML. ``avatar`` and ``header`` are a blob key
    (local), a URL (remote) or "" (the drawn default).
    """

    id: int
    username: str
    username_fold: str
    domain: str
    kind: Kind
    uri: str
    url: str
    inbox: str
    shared_inbox: str
    followers_uri: str
    name: str
    bio: str
    bio_source: str
    fields: list[dict[str, Any]]
    avatar: str
    header: str
    locked: bool
    discoverable: bool
    indexable: bool
    ai: dict[str, Any] | None
    also_known_as: list[str]
    moved_to: str | None
    key_id: str
    public_key: str
    followers_count: int
    following_count: int
    posts_count: int
    last_post_at: int | None
    created_at: int
    updated_at: int
    fetched_at: int
    suspended_at: int | None
    silenced_at: int | None = None
    sensitized_at: int | None = None
    profile: dict[str, Any] | None = None

    @property
    def local(self) -> bool:
        return not self.domain

    @property
    def bot(self) -> bool:
        """Mastodon's word for accounts that act by themselves: AIs, servers, and people who say
        of their account that it is automated (``profile["bot"]``). Only AIs are called and have
        a label; but what any bot posts counts as a machine's when hops are counted.
        """
        return self.kind in ("ai", "application") or self.chosen("bot")

    @property
    def hides_network(self) -> bool:
        """Whether nobody else sees whom it follows and who follows it."""
        return self.chosen("hide_collections")

    def chosen(self, name: str) -> Any:
        """One of ``CHOICES``."""
        usual = CHOICES[name]
        return usual if self.profile is None else self.profile.get(name, usual)

    @property
    def acct(self) -> str:
        """``name`` here, ``name@domain`` elsewhere."""
        return f"{self.username}@{self.domain}" if self.domain else self.username

    @property
    def display_name(self) -> str:
        return self.name or self.username


class Relationship(Struct, frozen=True):
    """How ``viewer`` and ``id`` stand to one another, as Mastodon's API words it."""

    id: int
    following: bool = False
    requested: bool = False
    followed_by: bool = False
    requested_by: bool = False
    showing_reblogs: bool = False
    notifying: bool = False
    languages: list[str] | None = None
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: int | None = None
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""

    @property
    def apart(self) -> bool:
        """Whether a block stands between the two, of one of them or of a whole server."""
        return self.blocking or self.blocked_by or self.domain_blocking
