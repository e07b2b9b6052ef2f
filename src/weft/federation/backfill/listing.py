"""Walking a collection of somebody's, however it is laid out, and however long it says it is.

    collection → its own items, its first page (there or elsewhere in the document) → next → next …

Pages are of the collection's own server, each is read once, and there are so many of them. A list
that is cut is still a list.
"""

from __future__ import annotations

from typing import Any

import structlog
from msgspec import Struct

from weft.federation import plain
from weft.federation.fetch import Fetcher, Unbelievable
from weft.federation.plain import Json
from weft.federation.purse import Spent
from weft.federation.read_details import total_of
from weft.kernel.errors import WeftError
from weft.net.client import OutboundFailed

log = structlog.get_logger(__name__)

COLLECTIONS = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
)
PAGE_SECONDS = 10.0
"""For one page: who is slower than this is asked another time."""


class Listing(Struct, frozen=True):
    """What a collection lists, in its order, items as they stand there. ``whole``: to its last page.
    ``hole``: a page could not be had for the moment.
    """

    uri: str
    items: list[Any]
    total: int | None = None
    owner: str = ""
    whole: bool = False
    hole: bool = False


async def read(fetcher: Fetcher, uri: str, *, pages: int, most: int) -> Listing:
    """At most ``pages`` pages and ``most`` items of the collection with this id. Errors, for its
    first document alone: those of `Fetcher.document`, Unbelievable for what is none.
    """
    document = await fetcher.document(uri, timeout=PAGE_SECONDS)
    if plain.kind(document) not in COLLECTIONS:
        raise Unbelievable(uri, "no collection")
    at = plain.uri(document)
    items = _items(document)
    seen = {at}
    hole = False
    following = document.get("first") or document.get("next")
    while following and len(seen) <= pages and len(items) < most:
        try:
            page = await _page(fetcher, following, at, seen)
        except OutboundFailed as failed:
            log.info("backfill.no_page", collection=at, why=failed.cause)
            hole = not isinstance(failed, Spent)
            break
        except WeftError as refused:
            log.info("backfill.no_page", collection=at, why=refused.cause or refused.text)
            break
        items += _items(page)
        following = page.get("next")
    return Listing(
        uri=at,
        items=items[:most],
        total=total_of(document),
        owner=plain.uri(document.get("attributedTo")),
        whole=not following and len(items) <= most,
        hole=hole,
    )


async def _page(fetcher: Fetcher, named: Any, at: str, seen: set[str]) -> Json:
    """A page by its address, or as it stands in the document. Errors: WeftError."""
    uri = plain.uri(named)
    standing = isinstance(named, dict) and any(
        term in named for term in ("items", "orderedItems", "next")
    )
    if not uri:
        # One without an address is as good as another: it counts, and cannot come twice.
        uri = f"{at}#{len(seen)}"
    if uri in seen or not plain.same_origin(uri, at):
        raise Unbelievable(uri, "a page that was there before, or of another server")
    seen.add(uri)
    if standing:
        return named
    return await fetcher.document(uri, timeout=PAGE_SECONDS)


def _items(document: Json) -> list[Any]:
    return [
        *plain.items(document.get("items"), most=2_000),
        *plain.items(document.get("orderedItems"), most=2_000),
    ]
