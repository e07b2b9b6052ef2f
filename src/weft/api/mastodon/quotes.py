"""What posts quote and who may quote them, as Mastodon's API shows it."""

from collections.abc import Sequence

from weft.api.mastodon.entities_statuses import Quote, QuoteApproval
from weft.api.mastodon.filtering import FilterContext
from weft.store.database import Tx
from weft.threads.model import Post

_NOBODY = QuoteApproval()


def shown(
    tx: Tx,
    viewer: int | None,
    posts: Sequence[Post],
    *,
    context: FilterContext | None,
    whole: bool,
) -> dict[int, Quote]:
    """What these posts quote, by the quoting post's id. ``whole``: with the quoted post."""
    return {}


def approvals(tx: Tx, viewer: int | None, posts: Sequence[Post]) -> dict[int, QuoteApproval]:
    """Who may quote each of these posts, and whether the viewer may; by post id."""
    return {post.id: _NOBODY for post in posts}
