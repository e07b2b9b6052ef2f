"""Small things that all routes about posts share."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from weft.api.links import link_header
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import parse_id
from weft.kernel.site import Site
from weft.store.database import Database, Tx

R = TypeVar("R")
T = TypeVar("T")

LISTED_MAX = 500
"""Entries of a list in a request, where nothing says fewer: as many as a form may hold."""

_ID: Callable[[Any], int] = attrgetter("id")
_encoder = msgspec.json.Encoder()


def id_of(text: str) -> int:
    """The number in an id of a path. Errors: NotFound: what is no id names nothing."""
    value = parse_id(text)
    if value is None:
        raise NotFound
    return value


def few(given: Sequence[T] | None, most: int = LISTED_MAX, what: str = "entries") -> Sequence[T]:
    """A list that a client sent, counted before any of it is looked at. Errors: Invalid."""
    if given is not None and len(given) > most:
        raise Invalid(f"Validation failed: At most {most} {what} at once")
    return given or ()


def encode(value: Any) -> bytes:
    """JSON, made in the reader's thread and not on the event loop."""
    return _encoder.encode(value)


async def json_page(
    request: Request[Any, Any, Any],
    db: Database,
    read: Callable[[Tx], tuple[bytes, Sequence[int]]],
    *,
    short: bool = False,
) -> Response[Any]:
    """A page with its ``Link`` header: ``read`` gives the encoded list and what it is paged by.
    ``short``: it takes well under a millisecond (``Database.glance``).
    """
    body, keys = await (db.glance(read) if short else db.read(read))
    headers = link_header(request, db.site, keys)
    return Response(body, media_type="application/json", headers=headers)


def rows_page(
    request: Request[Any, Any, Any],
    site: Site,
    rows: Sequence[R],
    show: Callable[[R], T],
    key: Callable[[R], int] = _ID,
) -> Response[list[T]]:
    """A page of rows as ``show`` makes them, with its ``Link`` header. ``key``: what they are paged
    by; their ids, if nothing is said.
    """
    headers = link_header(request, site, [key(row) for row in rows])
    return Response([show(row) for row in rows], headers=headers)
