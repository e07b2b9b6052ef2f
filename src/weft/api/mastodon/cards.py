"""Previews of the pages that posts link to, as Mastodon's API shows them."""

from collections.abc import Sequence

from weft.api.mastodon.entities_statuses import PreviewCard
from weft.store.database import Tx
from weft.threads.model import Post


def shown(tx: Tx, posts: Sequence[Post]) -> dict[int, PreviewCard]:
    """The previews that are ready, by card id."""
    return {}
