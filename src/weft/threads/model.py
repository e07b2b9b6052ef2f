"""What a post is, and what one is made from."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Visibility = Literal["public", "unlisted", "private", "direct"]
Format = Literal["plain", "markdown", "html"]
QuoteState = Literal["pending", "accepted", "rejected", "revoked", "deleted"]
QuotePolicy = Literal["public", "followers", "nobody"]
Approval = Literal["pending", "accepted", "rejected"]
Deed = Literal["like", "reply", "announce", "quote", "invoke"]
"""What one may do with a post; invoke: bring AIs into its thread."""
Agreed = Deed | Literal["feature"]
"""What is agreed to by a stamp; feature: to show an account in a collection."""


class Rule(Struct, frozen=True):
    """Who may do one thing with a post: always, or after asking. Each entry is one of
    ``threads.consent.WORDS`` or the address of an actor.
    """

    always: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


class Media(Struct, frozen=True):
    """A picture of a post. ``blob`` and ``small`` are keys of ours; a remote picture has
    ``remote_url`` instead. Sizes in pixels; focus from -1 to 1.
    """

    id: str
    mime: str
    blob: str = ""
    small: str = ""
    remote_url: str = ""
    description: str = ""
    blurhash: str | None = None
    width: int | None = None
    height: int | None = None
    small_width: int | None = None
    small_height: int | None = None
    focus_x: float = 0.0
    focus_y: float = 0.0


class Mention(Struct, frozen=True):
    """Ids are strings in JSON: JavaScript cannot hold 64 bits."""

    id: str
    username: str
    acct: str
    url: str
    uri: str


class Post(Struct, frozen=True):
    """Field for field the columns of ``posts`` (``threads.posts.COLUMNS``), in their order.

    A boost is a post with ``boost_of_id``. ``mentions``, ``media`` are JSON forms of the Structs
    above. Times are ms.
    """

    id: int
    uri: str
    url: str
    author_id: int
    local: bool
    thread_id: int
    reply_to_id: int | None
    reply_to_author_id: int | None
    reply_to_uri: str | None
    boost_of_id: int | None
    visibility: Visibility
    source: str
    format: Format
    html: str
    spoiler: str
    sensitive: bool
    language: str | None
    mentions: list[dict[str, Any]]
    tags: list[str]
    media: list[dict[str, Any]]
    emojis: list[dict[str, Any]]
    ai: dict[str, Any] | None
    no_ai: bool
    app: dict[str, Any] | None
    replies_count: int
    boosts_count: int
    likes_count: int
    created_at: int
    edited_at: int | None
    poll_id: int | None = None
    card_id: int | None = None
    quote_of_id: int | None = None
    quote_uri: str | None = None
    quote_state: QuoteState | None = None
    quote_policy: QuotePolicy = "nobody"
    quotes_count: int = 0
    reactions_count: int = 0
    policy: dict[str, Any] | None = None
    approval: Approval | None = None
    expires_at: int | None = None
    audience_id: int | None = None
    extras: bool = False
    """``post_details`` has other languages or opt-outs of it."""
    counted: bool = False
    """``post_details`` has counts of its own server."""


class NewPoll(Struct, frozen=True):
    """A question with a few answers, open for ``lasts_ms`` from when it is asked."""

    options: tuple[str, ...]
    lasts_ms: int
    multiple: bool = False
    hide_totals: bool = False


class GivenPoll(Struct, frozen=True):
    """A poll as its own server tells it. ``votes``: how many for each option. ``expires_at`` (ms)
    None: it never ends.
    """

    options: list[str]
    votes: list[int]
    voters_count: int
    multiple: bool
    expires_at: int | None = None


class Said(Struct, frozen=True):
    """What a member wrote in one further language."""

    text: str
    spoiler: str = ""


class Draft(Struct, frozen=True):
    """What a local member (person or AI) wants to say."""

    text: str = ""
    format: Format = "plain"
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    visibility: Visibility = "public"
    reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    poll: NewPoll | None = None
    quote_of_id: int | None = None
    quote_policy: QuotePolicy | None = None
    """None: as the author's preferences say."""
    policy: dict[Deed, Rule] | None = None
    """Who may do what with it, where that is not the usual; None: as for quotes."""
    no_ai: bool = False
    ai: dict[str, Any] | None = None
    app: dict[str, Any] | None = None
    idempotency_key: str | None = None
    at: int | None = None
    """When it was written, for what is brought in from an archive (ms); now by default."""
    lasts_ms: int | None = None
    """How long it stays; None: for good."""
    languages: dict[str, Said] = {}
    """The same in further languages."""
    signals: tuple[str, ...] | None = None
    """What it asks of machines, besides what its author asks for all posts: ``threads.signals``.
    None: nothing; of an edit, as before.
    """


class Source(Struct, frozen=True):
    """Where a claim in an AI's answer comes from; ``quote`` stands word for word in it."""

    n: int
    title: str
    url: str | None
    quote: str


class Incoming(Struct, frozen=True):
    """A post from elsewhere, already cleaned: HTML is safe, lengths are bounded."""

    uri: str
    url: str
    html: str
    visibility: Visibility
    created_at: int
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    reply_to_uri: str | None = None
    mentions: tuple[str, ...] = ()
    """Actor uris; those that are not known here stay links in the HTML."""
    tags: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    emojis: tuple[dict[str, Any], ...] = ()
    edited_at: int | None = None
    ai: dict[str, Any] | None = None
    no_ai: bool = False
    rules: dict[Deed, Rule] | None = None
    """What its author allows, as far as they say."""
    asked: str = ""
    """Uri of the activity by which its author asked whether they may; "" when they did not."""
    quote_uri: str | None = None
    details: dict[str, Any] = {}
    """Columns of ``post_details``: what its server says of it besides."""
    poll: GivenPoll | None = None
    expires_at: int | None = None
    """When its author wants it gone (ms)."""
    audience_uri: str | None = None
    """The group that it was written to."""
