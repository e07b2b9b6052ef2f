"""Collections and their pages."""

from __future__ import annotations

from typing import Any

from weft.federation.vocabulary import Json


def count(uri: str, total: int) -> Json:
    """A collection of which only the size is told."""
    return {"id": uri, "type": "Collection", "totalItems": total}


def page_of(
    uri: str, items: list[Any], *, part_of: str, after: str | None, total: int | None = None
) -> Json:
    """A page of an ordered collection; ``after`` is the address of the next."""
    document: Json = {
        "id": uri,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": items,
    }
    if total is not None:
        document["totalItems"] = total
    if after is not None:
        document["next"] = after
    return document


def featured(uri: str, items: list[str]) -> Json:
    """What somebody put on top of their profile, by its addresses."""
    return collection(uri, len(items)) | {"orderedItems": items}


def collection(uri: str, total: int, *, first: str | None = None) -> Json:
    """An ordered collection; without ``first`` only its size is told."""
    document: Json = {"id": uri, "type": "OrderedCollection", "totalItems": total}
    if first is not None:
        document["first"] = first
    return document
