"""Posts and what belongs to them, as Mastodon's API shows them: field for field and in its order.

Sources: https://docs.joinmastodon.org/entities/ (Status, MediaAttachment, Context, …). What is
missing is null, never absent. Of ours: ``ai`` and ``no_ai``.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.interaction_policy import InteractionPolicy


class Size(Struct, frozen=True):
    """Pixels."""

    width: int
    height: int
    size: str
    aspect: float


class Focus(Struct, frozen=True):
    """From -1 to 1; the middle is 0, 0."""

    x: float
    y: float


class MediaMeta(Struct, frozen=True, omit_defaults=True):
    """What is known of a picture's sizes; clients take an empty object for nothing."""

    original: Size | None = None
    small: Size | None = None
    focus: Focus | None = None


class MediaAttachment(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/MediaAttachment/; ``url`` is null while it is being
    processed.
    """

    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None
    text_url: str | None
    meta: MediaMeta
    description: str | None
    blurhash: str | None


class StatusMention(Struct, frozen=True):
    id: str
    username: str
    url: str
    acct: str


class StatusTag(Struct, frozen=True):
    name: str
    url: str


class Application(Struct, frozen=True):
    name: str
    website: str | None = None


class AiSource(Struct, frozen=True):
    """Where a claim in an AI's answer comes from."""

    n: int
    title: str
    url: str | None
    quote: str


class AiWhy(Struct, frozen=True):
    """Why an AI said something that nobody had called it for."""

    code: str
    text: str


class StatusAi(Struct, frozen=True):
    """Of ours: how an AI came to say this. ``trigger``: the id of the post that it answers. ``why``:
    null where it was called.
    """

    sources: list[AiSource]
    model: str | None = None
    trigger: str | None = None
    why: AiWhy | None = None


class PollOption(Struct, frozen=True):
    title: str
    votes_count: int | None


class Poll(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Poll/; what the viewer voted only for a member."""

    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[dict[str, Any]]
    voted: bool | UnsetType = UNSET
    own_votes: list[int] | UnsetType = UNSET


class PreviewCardAuthor(Struct, frozen=True):
    name: str
    url: str
    account: Account | None


class PreviewCard(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/PreviewCard/"""

    url: str
    title: str
    description: str
    language: str | None
    type: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    image: str | None
    image_description: str
    embed_url: str
    blurhash: str | None
    published_at: str | None
    authors: list[PreviewCardAuthor]
    missing_attribution: bool | None = None


class Quote(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Quote/, and within a quoted post, with the id alone,
    https://docs.joinmastodon.org/entities/ShallowQuote/
    """

    state: str
    quoted_status: "Status | UnsetType | None" = UNSET
    quoted_status_id: str | UnsetType | None = UNSET


class QuoteApproval(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/QuoteApproval/"""

    automatic: list[str] = []
    manual: list[str] = []
    current_user: str = "denied"


class FilterKeyword(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/FilterKeyword/"""

    id: str
    keyword: str
    whole_word: bool


class FilterStatus(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/FilterStatus/"""

    id: str
    status_id: str


class Filter(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Filter/; on a post without its keywords and posts."""

    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str
    keywords: list[FilterKeyword] | UnsetType = UNSET
    statuses: list[FilterStatus] | UnsetType = UNSET


class FilterResult(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/FilterResult/"""

    filter: Filter
    keyword_matches: list[str] | None
    status_matches: list[str] | None


class StatusReaction(Struct, frozen=True):
    """How many reacted to a post with an emoji; ``url`` is the picture's, null for Unicode. As in
    Pleroma, Fedibird and Mastodon's forks.
    """

    name: str
    count: int
    me: bool
    url: str | None
    static_url: str | None


class Status(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Status/"""

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    uri: str
    url: str | None
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    edited_at: str | None
    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    content: str
    filtered: list[FilterResult]
    reblog: "Status | None"
    application: Application | None
    account: Account
    media_attachments: list[MediaAttachment]
    mentions: list[StatusMention]
    tags: list[StatusTag]
    emojis: list[dict[str, Any]]
    quote: Quote | None
    quote_approval: QuoteApproval
    card: PreviewCard | None
    poll: Poll | None
    ai: StatusAi | None
    no_ai: bool
    pinned: bool | UnsetType = UNSET
    """Only on one's own posts that can be pinned."""
    tagged_collections: list[dict[str, Any]] = []
    """Always empty: a collection has no page here yet to which a post could link."""
    expires_at: str | UnsetType = UNSET
    """Only of posts that go by themselves (Pleroma, Fedibird)."""
    reactions: list[StatusReaction] | UnsetType = UNSET
    """Only where somebody reacted (Mastodon's forks)."""
    emoji_reactions: list[StatusReaction] | UnsetType = UNSET
    interaction_policy: InteractionPolicy | UnsetType = UNSET
    """GoToSocial's; only where it is not the usual."""
    approval: str | UnsetType = UNSET
    """Of ours, of what its author had to ask for: pending, accepted, rejected."""
    """The same by the other name that apps look for (Fedibird)."""


class DeletedStatus(Struct, frozen=True):
    """A post that was taken back, with what was written, so that it can be written anew."""

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    uri: str
    url: str | None
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    edited_at: str | None
    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    content: str
    text: str
    filtered: list[FilterResult]
    reblog: Status | None
    application: Application | None
    account: Account
    media_attachments: list[MediaAttachment]
    mentions: list[StatusMention]
    tags: list[StatusTag]
    emojis: list[dict[str, Any]]
    quote: Quote | None
    quote_approval: QuoteApproval
    card: PreviewCard | None
    poll: Poll | None
    ai: StatusAi | None
    no_ai: bool
    content_type: str
    tagged_collections: list[dict[str, Any]] = []


class Context(Struct, frozen=True):
    ancestors: list[Status]
    descendants: list[Status]


class StatusSource(Struct, frozen=True):
    """``content_type`` is of ours (and of Mastodon's forks): how to read ``text``."""

    id: str
    text: str
    spoiler_text: str
    content_type: str


class EditedPollOption(Struct, frozen=True):
    title: str


class EditedPoll(Struct, frozen=True):
    options: list[EditedPollOption]


class StatusEdit(Struct, frozen=True):
    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: Account
    poll: EditedPoll | None
    quote: Quote | None
    media_attachments: list[MediaAttachment]
    emojis: list[dict[str, Any]]


class TagHistory(Struct, frozen=True):
    day: str
    uses: str
    accounts: str


class Tag(Struct, frozen=True):
    id: str
    name: str
    url: str
    history: list[TagHistory]
    following: bool
    featuring: bool


class Search(Struct, frozen=True):
    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[Tag]


class Marker(Struct, frozen=True):
    last_read_id: str
    version: int
    updated_at: str
