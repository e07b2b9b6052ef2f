"""Lists, tags and what trends, as Mastodon's API shows them: field for field and in its order.

https://docs.joinmastodon.org/entities/List/, Tag/, FeaturedTag/, PreviewCard/#trends-link
"""

from msgspec import Struct

from weft.api.mastodon.entities_statuses import PreviewCard, Tag, TagHistory


class List(Struct, frozen=True):
    id: str
    title: str
    replies_policy: str
    exclusive: bool


class FeaturedTag(Struct, frozen=True):
    """``last_status_at``: a date, without a time."""

    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


class TrendsLink(PreviewCard, frozen=True, kw_only=True):
    """https://docs.joinmastodon.org/entities/PreviewCard/#trends-link"""

    history: list[TagHistory]


class AdminTrendsLink(TrendsLink, frozen=True, kw_only=True):
    """With what an admin decides about; ``id`` is what the routes that decide take."""

    id: str
    requires_review: bool


class AdminPublisher(Struct, frozen=True):
    """A site whose pages trend. ``id`` is its host."""

    id: str
    domain: str
    trendable: bool | None
    reviewed_at: str | None
    requires_review: bool


class AdminTag(Tag, frozen=True, kw_only=True):
    """https://docs.joinmastodon.org/entities/Tag/#admin"""

    trendable: bool
    usable: bool
    listable: bool
    requires_review: bool
