"""Pages at the edge: parameters in, ``Link`` header out.

Clients follow the links as they are, so they carry the public address, whatever proxy stands in
between (https://docs.joinmastodon.org/api/guidelines/#pagination).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request

from weft.kernel.ids import parse_id
from weft.store.page import LIMIT, LIMIT_MAX, Page

_CURSORS = frozenset({"max_id", "since_id", "min_id", "access_token"})


def page_of(
    max_id: str | None = None,
    since_id: str | None = None,
    min_id: str | None = None,
    limit: int | str | None = None,
    *,
    default: int = LIMIT,
    most: int = LIMIT_MAX,
) -> Page:
    """What a client asked for; nonsense is read as not said, as Mastodon does."""
    return Page(
        max_id=parse_id(max_id) if max_id else None,
        since_id=parse_id(since_id) if since_id else None,
        min_id=parse_id(min_id) if min_id else None,
        limit=max(1, min(_number(limit, default), most)),
    )


def page_in(query: Mapping[str, Any], *, default: int = LIMIT, most: int = LIMIT_MAX) -> Page:
    """The same, from the query parameters of a request."""
    return page_of(
        query.get("max_id"),
        query.get("since_id"),
        query.get("min_id"),
        query.get("limit"),
        default=default,
        most=most,
    )


def links(
    base: str, request: Request[Any, Any, Any], keys: Sequence[int], page: Page
) -> dict[str, str]:
    """The ``Link`` header for a page whose items have these keys, newest first; nothing for an
    empty one. ``base``: the public address of this server. A page that is not full has no next.
    """
    if not keys:
        return {}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in _CURSORS]
    address = base + request.scope["path"]

    def link(cursor: str, key: int, rel: str) -> str:
        return f'<{address}?{urlencode([*kept, (cursor, str(key))])}>; rel="{rel}"'

    parts = [link("min_id", keys[0], "prev")]
    if len(keys) >= page.most or page.min_id is not None:
        parts.insert(0, link("max_id", keys[-1], "next"))
    return {"Link": ", ".join(parts)}


def _number(value: int | str | None, default: int) -> int:
    try:
        return int(value) if value is not None else default
    except ValueError:
        return default
