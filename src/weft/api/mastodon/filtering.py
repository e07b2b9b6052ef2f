"""What a viewer's filters say about posts."""

from collections.abc import Sequence
from typing import Literal

from weft.api.mastodon.entities_statuses import FilterResult
from weft.store.database import Tx
from weft.threads.model import Post

FilterContext = Literal["home", "notifications", "public", "thread", "account"]


def applied(
    tx: Tx, viewer: int | None, posts: Sequence[Post], context: FilterContext | None
) -> dict[int, list[FilterResult]]:
    """Which of the viewer's filters match these posts, by post id; without a context, of any."""
    return {}
