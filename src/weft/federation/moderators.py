"""Who moderates a group elsewhere: asked of its own server each time it matters, which is seldom, so
that nobody decides who no longer may.
"""

from __future__ import annotations

from weft.federation import plain
from weft.federation.backfill import listing
from weft.federation.fetch import Fetcher

PAGES = 2
MOST = 200
"""Moderators of one group. Lemmy's largest communities have a few dozen."""


async def is_one(fetcher: Fetcher, uri: str, within: str) -> bool:
    """Whether the collection with the id ``within`` names this actor. Errors: those of
    `Fetcher.document`, Unbelievable for what is no collection.
    """
    if uri == within:
        return True  # PeerTube's channels name their owner in its place
    found = await listing.read(fetcher, within, pages=PAGES, most=MOST)
    return uri in plain.uris(found.items, MOST)
