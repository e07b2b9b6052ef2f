"""What the server says of itself, as Mastodon's API shows it: field for field and in its order.

Sources: https://docs.joinmastodon.org/entities/ (Instance, V1_Instance, Rule, …).
"""

from typing import Any

from msgspec import Struct, field

from weft.api.mastodon.entities_accounts import Account


class Rule(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Rule/"""

    id: str
    text: str
    hint: str
    translations: dict[str, dict[str, str]] = {}


class ExtendedDescription(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/ExtendedDescription/"""

    updated_at: str | None
    content: str


class PrivacyPolicy(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/PrivacyPolicy/"""

    updated_at: str
    content: str


class TermsOfService(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/TermsOfService/"""

    effective_date: str
    effective: bool
    content: str
    succeeded_by: str | None


class Week(Struct, frozen=True):
    """https://docs.joinmastodon.org/methods/instance/#activity; numbers are strings there."""

    week: str
    statuses: str
    logins: str
    registrations: str


class Language(Struct, frozen=True):
    code: str
    name: str


class ActiveUsers(Struct, frozen=True):
    active_month: int


class Usage(Struct, frozen=True):
    users: ActiveUsers


class ThumbnailVersions(Struct, frozen=True):
    x1: str = field(name="@1x")
    x2: str = field(name="@2x")


class Thumbnail(Struct, frozen=True):
    url: str
    description: str
    blurhash: str | None
    versions: ThumbnailVersions


class InstanceIcon(Struct, frozen=True):
    src: str
    size: str


class Urls(Struct, frozen=True):
    streaming: str
    status: str | None
    about: str
    privacy_policy: str | None
    terms_of_service: str | None


class Vapid(Struct, frozen=True):
    public_key: str


class AccountLimits(Struct, frozen=True):
    max_featured_tags: int
    max_pinned_statuses: int
    max_display_name_length: int
    max_note_length: int
    max_avatar_description_length: int
    max_header_description_length: int
    max_profile_fields: int
    profile_field_name_limit: int
    profile_field_value_limit: int


class StatusLimits(Struct, frozen=True):
    """``supported_mime_types`` is of ours (and of Mastodon's forks)."""

    max_characters: int
    max_media_attachments: int
    characters_reserved_per_url: int
    supported_mime_types: list[str]


class MediaLimits(Struct, frozen=True):
    supported_mime_types: list[str]
    description_limit: int
    image_size_limit: int
    image_matrix_limit: int
    video_size_limit: int
    video_frame_rate_limit: int
    video_matrix_limit: int


class PollLimits(Struct, frozen=True):
    """Times in seconds."""

    max_options: int
    max_characters_per_option: int
    min_expiration: int
    max_expiration: int


class ReactionLimits(Struct, frozen=True):
    """Different emojis that one account may react to one post with: the name of Mastodon's forks."""

    max_reactions: int


class EmojiReactionLimits(Struct, frozen=True):
    """Different emojis on one post, of all and of one account: Fedibird's names."""

    max_reactions: int
    max_reactions_per_account: int


class TranslationOffer(Struct, frozen=True):
    enabled: bool


class Access(Struct, frozen=True):
    """public | authenticated | disabled"""

    local: str
    remote: str


class TimelinesAccess(Struct, frozen=True):
    live_feeds: Access
    hashtag_feeds: Access
    trending_link_feeds: Access


class AisRunning(Struct, frozen=True):
    """``stopped``: an admin silenced all AIs of this server."""

    stopped: bool = False


class Configuration(Struct, frozen=True):
    urls: Urls
    vapid: Vapid
    accounts: AccountLimits
    statuses: StatusLimits
    media_attachments: MediaLimits
    polls: PollLimits
    translation: TranslationOffer
    timelines_access: TimelinesAccess
    limited_federation: bool
    reactions: ReactionLimits
    emoji_reactions: EmojiReactionLimits
    ais: AisRunning = AisRunning()


class Registrations(Struct, frozen=True):
    enabled: bool
    approval_required: bool
    reason_required: bool | None
    message: str | None
    min_age: int | None
    url: str | None


class ApiVersions(Struct, frozen=True):
    mastodon: int
    weft: int


class Contact(Struct, frozen=True):
    email: str
    account: Account | None


class Instance(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Instance/"""

    domain: str
    title: str
    version: str
    source_url: str
    description: str
    usage: Usage
    thumbnail: Thumbnail
    icon: list[InstanceIcon]
    languages: list[str]
    configuration: Configuration
    registrations: Registrations
    api_versions: ApiVersions
    wrapstodon: str | None
    contact: Contact
    rules: list[Rule]


class V1Urls(Struct, frozen=True):
    streaming_api: str


class V1Stats(Struct, frozen=True):
    user_count: int
    status_count: int
    domain_count: int


class V1Configuration(Struct, frozen=True):
    accounts: AccountLimits
    statuses: StatusLimits
    media_attachments: MediaLimits
    polls: PollLimits


class V1Instance(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/V1_Instance/"""

    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: V1Urls
    stats: V1Stats
    thumbnail: str | None
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: V1Configuration
    contact_account: Account | None
    rules: list[Rule]


class WrappedAnnualReports(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/AnnualReport/#WrappedAnnualReports: this server makes
    none.
    """

    annual_reports: list[Any] = []
    accounts: list[Any] = []
    statuses: list[Any] = []


class AnnualReportState(Struct, frozen=True):
    """available | generating | eligible | ineligible"""

    state: str
