"""What a viewer's filters say about posts."""

from collections.abc import Sequence

from weft.api.mastodon.entities_statuses import Filter, FilterResult
from weft.kernel.clock import iso
from weft.reading import filters, matching
from weft.store.database import Tx


def applied(
    tx: Tx, viewer: int | None, posts: Sequence[matching.Read]
) -> dict[int, list[FilterResult]]:
    """Which of the viewer's filters these posts meet, by post id.

    Whatever the filters' contexts, as Mastodon: a client keeps one copy of a post and shows it in
    many places, and it is the client that looks at ``filter.context``
    (https://docs.joinmastodon.org/api/guidelines/#server-filtered).
    """
    if viewer is None or not posts:
        return {}
    return {
        post_id: [_result(match) for match in found]
        for post_id, found in matching.matches(tx, viewer, posts).items()
    }


def head(one: filters.Filter) -> Filter:
    """A filter without what is in it, as it stands on a post."""
    return Filter(
        str(one.id),
        one.title,
        one.context,
        iso(one.expires_at) if one.expires_at is not None else None,
        one.action,
    )


def _result(match: matching.Match) -> FilterResult:
    itself = [str(match.post_id)] if match.post_id is not None else None
    return FilterResult(head(match.filter), match.keywords or None, itself)
