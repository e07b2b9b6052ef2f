"""Accounts as Mastodon's API shows them, with our label for AIs.

Source: https://docs.joinmastodon.org/entities/Account/ (and Relationship, Role). Fields stand in
Mastodon's order; what may be missing elsewhere is an explicit null here, since some clients
break on a missing key.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType, structs

from weft.kernel.clock import DAY, day, iso
from weft.kernel.site import Site
from weft.people import model
from weft.people.collections import COLLECTIONS_MAX
from weft.people.credentials import Credential
from weft.threads.quotes import usual_policy


class Field(Struct, frozen=True):
    name: str
    value: str
    verified_at: str | None = None


class Emoji(Struct, frozen=True):
    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool = True
    category: str | None = None


class Operator(Struct, frozen=True):
    """Who answers for an AI."""

    acct: str
    url: str
    display_name: str


class AccountAi(Struct, frozen=True):
    """Ours. What an AI says of itself; people have null."""

    disclosure: str
    operator: Operator | None = None
    model: str | None = None


class Role(Struct, frozen=True):
    id: str
    name: str
    permissions: str = "0"
    color: str = ""
    highlighted: bool = False
    collection_limit: int = 0


class Source(Struct, frozen=True):
    """What the owner edits: plain text, and their defaults for posting."""

    privacy: str
    sensitive: bool
    language: str | None
    note: str
    fields: list[Field]
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool
    indexable: bool
    attribution_domains: list[str]
    quote_policy: str
    signals: list[str]
    """Of ours: what is asked of machines (FEP-5e53)."""
    reading_language: str | None
    """Of ours: the language to read in, where a post is in several."""


class FeatureApproval(Struct, frozen=True):
    """Who may feature an account in a collection: https://docs.joinmastodon.org/entities/FeatureApproval/

    ``current_user`` is what any member meets; somebody blocked is refused only when they try, or
    the answer would tell them of the block.
    """

    automatic: list[str]
    manual: list[str]
    current_user: str


class Account(Struct, frozen=True):
    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    discoverable: bool
    indexable: bool
    group: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool | None
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    noindex: bool
    emojis: list[Emoji]
    roles: list[Role]
    fields: list[Field]
    feature_approval: FeatureApproval
    moved: "Account | UnsetType"
    """Only of those who moved to an account that is known here."""
    suspended: bool | UnsetType
    """Only of those who are; nothing else is told of them, but to admins."""
    limited: bool | UnsetType
    """Only of those whom an admin limited."""
    ai: AccountAi | None


class CredentialAccount(Account, frozen=True):
    """One's own account: https://docs.joinmastodon.org/entities/Account/#CredentialAccount"""

    source: Source
    role: Role


class MutedAccount(Account, frozen=True):
    """In the list of mutes: https://docs.joinmastodon.org/entities/Account/#MutedAccount"""

    mute_expires_at: str | None


class Relationship(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Relationship/"""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


_ROLES = {
    # Mastodon's permission bit 1 is "administrator".
    "admin": Role("3", "Admin", "1", "", True, COLLECTIONS_MAX),
    "user": Role("-99", "", "0", collection_limit=COLLECTIONS_MAX),
}


def account(site: Site, one: model.Account, moved: model.Account | None = None) -> Account:
    """How anyone sees an account. ``moved``: where its owner is now."""
    return Account(*_values(site, one, moved))


def suspended_account(site: Site, one: model.Account) -> Account:
    """That there was such an account, and nothing that it said of itself."""
    bare = structs.replace(one, name="", bio="", fields=[], avatar="", header="", profile=None)
    return Account(*_values(site, bare, None))


def muted_account(site: Site, one: model.Account, until: int | None) -> MutedAccount:
    return MutedAccount(
        *_values(site, one), mute_expires_at=iso(until) if until is not None else None
    )


def credential_account(
    site: Site, one: model.Account, held: Credential | None, requests: int
) -> CredentialAccount:
    """How an account sees itself. ``held`` is None for an AI that acts by a token."""
    choices = held.preferences if held is not None else {}
    source = Source(
        privacy=choices.get("visibility", "public"),
        sensitive=choices.get("sensitive", False),
        language=choices.get("language"),
        note=one.bio_source,
        fields=own_fields(one),
        follow_requests_count=requests,
        hide_collections=one.hides_network,
        discoverable=one.discoverable,
        indexable=one.indexable,
        attribution_domains=one.chosen("attribution_domains"),
        quote_policy=usual_policy(choices),
        signals=one.chosen("signals"),
        reading_language=choices.get("reading_language"),
    )
    role = role_of(held)
    return CredentialAccount(*_values(site, one), source=source, role=role)


def own_fields(one: model.Account) -> list[Field]:
    """The fields as their owner wrote them."""
    return [
        Field(field["name"], field.get("source", field["value"]), field.get("verified_at"))
        for field in one.fields
    ]


def role_of(held: Credential | None) -> Role:
    """https://docs.joinmastodon.org/entities/Role/; who has no login has everyone's."""
    return _ROLES[held.role if held is not None else "user"]


def relationship(one: model.Relationship) -> Relationship:
    ends = one.muting_expires_at
    return Relationship(
        id=str(one.id),
        following=one.following,
        showing_reblogs=one.showing_reblogs,
        notifying=one.notifying,
        languages=one.languages,
        followed_by=one.followed_by,
        blocking=one.blocking,
        blocked_by=one.blocked_by,
        muting=one.muting,
        muting_notifications=one.muting_notifications,
        muting_expires_at=iso(ends) if ends is not None else None,
        requested=one.requested,
        requested_by=one.requested_by,
        domain_blocking=one.domain_blocking,
        endorsed=one.endorsed,
        note=one.note,
    )


def avatar_url(site: Site, one: model.Account) -> str:
    """Never empty: who chose no picture has a drawn face."""
    return _picture(site, one.avatar, f"{one.id}.png")


def header_url(site: Site, one: model.Account) -> str:
    return _picture(site, one.header, f"{one.id}/header.png")


def _picture(site: Site, chosen: str, drawn: str) -> str:
    if not chosen:
        return f"{site.base}/media/faces/{drawn}"
    if chosen.startswith(("https://", "http://")):
        return site.remote_url(chosen)
    return site.blob_url(chosen)


def _values(site: Site, one: model.Account, moved: model.Account | None = None) -> tuple[Any, ...]:
    """The fields of ``Account``, in its order: by position, since timelines hold many."""
    avatar = avatar_url(site, one)
    header = header_url(site, one)
    return (
        str(one.id),
        one.username,
        one.acct,
        one.name,
        one.locked,
        one.bot,
        one.discoverable,
        one.indexable,
        one.kind == "group",
        # Midnight, as Mastodon: the hour in which somebody joined is nobody's business.
        iso(one.created_at - one.created_at % DAY),
        one.bio,
        one.url,
        one.uri,
        avatar,
        avatar,
        one.chosen("avatar_description"),
        header,
        header,
        one.chosen("header_description"),
        one.followers_count,
        one.following_count,
        one.posts_count,
        day(one.last_post_at) if one.last_post_at else None,
        None if one.domain else one.hides_network,
        one.chosen("show_media"),
        one.chosen("show_media_replies"),
        one.chosen("show_featured"),
        not one.indexable,
        [Emoji(**emoji) for emoji in emojis_shown(site, one.profile["emojis"])]
        if one.profile is not None and "emojis" in one.profile
        else _NO_EMOJIS,
        _NO_ROLES,
        [Field(field["name"], field["value"], field.get("verified_at")) for field in one.fields],
        _MISSING if one.domain else _feature_approval(one),
        Account(*_values(site, moved)) if moved is not None else UNSET,
        True if one.suspended_at is not None else UNSET,
        True if one.silenced_at is not None else UNSET,
        _label(one.ai) if one.ai is not None else None,
    )


def _feature_approval(one: model.Account) -> FeatureApproval:
    if not one.discoverable:
        return _DENIED
    return _BY_FOLLOWERS if one.locked else _AUTOMATIC


_AUTOMATIC = FeatureApproval(["public"], [], "automatic")
_BY_FOLLOWERS = FeatureApproval(["followers"], [], "automatic")
_DENIED = FeatureApproval([], [], "denied")
_MISSING = FeatureApproval([], [], "missing")  # their servers have no way to ask
_NO_EMOJIS: list[Emoji] = []
_NO_ROLES: list[Role] = []


def emojis_shown(site: Site, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Custom emojis as they are kept with a post or account, with the addresses where people here see
    them.
    """
    return [
        emoji
        | {
            "url": site.remote_url(emoji["url"]),
            "static_url": site.remote_url(emoji["static_url"]),
        }
        for emoji in kept
    ]


def _label(label: dict[str, Any]) -> AccountAi:
    operator = label.get("operator")
    return AccountAi(
        disclosure=label.get("disclosure", ""),
        operator=Operator(
            operator.get("acct", ""), operator.get("url", ""), operator.get("display_name", "")
        )
        if operator
        else None,
        model=label.get("model"),
    )
