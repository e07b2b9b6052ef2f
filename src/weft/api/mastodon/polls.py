"""Polls on posts, as Mastodon's API shows them."""

from collections.abc import Sequence

from weft.api.mastodon.entities_statuses import Poll
from weft.store.database import Tx
from weft.threads.model import Post


def shown(tx: Tx, viewer: int | None, posts: Sequence[Post]) -> dict[int, Poll]:
    """The polls of these posts as the viewer sees them, by poll id."""
    return {}
