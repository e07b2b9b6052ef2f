"""From a post's document to what its server says of it besides: its conversation, its replies, and
how many answered, liked and boosted it.

Sources: FEP-7888 (``context``), FEP-f228 and ActivityStreams (collections with ``totalItems``).
"""

from __future__ import annotations

from typing import Any

from weft.federation import plain
from weft.federation.plain import Json

COUNT_MOST = 2**31 - 1
"""What the column holds. Nobody has that many likes; who says more is not believed at all."""
_COUNTED = {"replies": "replies_count", "likes": "likes_count", "shares": "boosts_count"}


def read_details(document: Json) -> dict[str, Any]:
    """Columns of ``post_details``, only those that the document has something for.

    The conversation may be at any server (it is that of the first post's author); replies are
    listed by the post's own server, or they are not its to list.
    """
    found: dict[str, Any] = {}
    context = plain.uri(document.get("context")) or plain.uri(document.get("conversation"))
    if context:
        found["context_uri"] = context
    replies = plain.uri(document.get("replies"))
    if plain.same_origin(replies, plain.uri(document)):
        found["replies_uri"] = replies
    for name, column in _COUNTED.items():
        total = total_of(plain.first(document.get(name)))
        if total is not None:
            found[column] = total
    return found


def total_of(collection: Any) -> int | None:
    """How many a collection says it has, None where it does not (or only gives its address)."""
    if not isinstance(collection, dict):
        return None
    total = plain.number(collection.get("totalItems"), 0, COUNT_MOST)
    return None if total is None else int(total)
