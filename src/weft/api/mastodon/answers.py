"""Small things that all routes about posts share."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from weft.api.links import link_header
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import parse_id
from weft.kernel.site import Site

T = TypeVar("T")

LISTED_MAX = 500
"""Entries of a list in a request, where nothing says fewer: as many as a form may hold."""

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


def json_page(
    request: Request[Any, Any, Any], site: Site, body: bytes, keys: Sequence[int]
) -> Response[Any]:
    """An encoded list with its ``Link`` header."""
    ends = (keys[0], keys[-1]) if keys else (None, None)
    return Response(body, media_type="application/json", headers=link_header(request, site, *ends))
