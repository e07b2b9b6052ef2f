"""How clients turn pages: the parameters that ask, and the ``Link`` header that answers.

RFC 8288 as Mastodon writes it (https://docs.joinmastodon.org/api/guidelines/#pagination): next is
``max_id`` of the last, prev is ``min_id`` of the first. Clients follow the addresses word by
word, so they begin with the public base address, whatever a proxy made of the request, and keep
the request's other parameters.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, SkipValidation

from weft.kernel.errors import WeftError
from weft.kernel.ids import parse_id
from weft.kernel.site import Site
from weft.store.page import LIMIT, LIMIT_MAX, Page

Turned = NamedDependency[SkipValidation[Page]]
"""``page``: what ``paging`` gives to a route."""
_TURNING = frozenset({"max_id", "min_id", "since_id", "access_token"})


def link_header(request: Request[Any, Any, Any], site: Site, keys: Sequence[int]) -> dict[str, str]:
    """Response headers for a page whose entries have these keys, newest first; none for an empty
    page.
    """
    if not keys:
        return {}
    here = f"{site.base}{quote(request.scope['path'])}?{_kept(request.scope['query_string'])}"
    return {"Link": f'<{here}max_id={keys[-1]}>; rel="next", <{here}min_id={keys[0]}>; rel="prev"'}


def offset_links(
    request: Request[Any, Any, Any], site: Site, offset: int, limit: int, count: int
) -> dict[str, str]:
    """Response headers for lists that are turned by ``offset``, with ``count`` entries on this page
    of ``limit``: a full page has another, so that clients go on.
    """
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = [pair for pair in pairs if pair[0] not in ("offset", "limit", "access_token")]

    def link(rel: str, to: int) -> str:
        query = urlencode([*kept, ("limit", limit), ("offset", to)])
        return f'<{site.base}{quote(request.scope["path"])}?{query}>; rel="{rel}"'

    turns = [link("next", offset + limit)] if count >= limit else []
    if offset > 0:
        turns.append(link("prev", max(0, offset - limit)))
    return {"Link": ", ".join(turns)} if turns else {}


@lru_cache(maxsize=1_024)
def _kept(query: bytes) -> str:
    """What of a query stays the same on every page."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    kept = [pair for pair in pairs if pair[0] not in _TURNING]
    return urlencode(kept) + "&" if kept else ""


def page_of(
    max_id: str | None,
    since_id: str | None,
    min_id: str | None,
    limit: int | None,
    usual: int,
    ceiling: int = LIMIT_MAX,
) -> Page:
    """A page from query parameters. Errors: 400 for what is no id."""
    most = max(1, min(limit or usual, ceiling))
    return Page(_id(max_id), _id(since_id), _id(min_id), most, ceiling)


def paging(usual: int = LIMIT, ceiling: int = LIMIT_MAX) -> dict[str, Provide]:
    """The dependency ``page: Page`` for a route whose pages usually hold so many, at most
    ``ceiling``.
    """

    def page(
        max_id: FromQuery[str | None] = None,
        since_id: FromQuery[str | None] = None,
        min_id: FromQuery[str | None] = None,
        limit: FromQuery[int | None] = None,
    ) -> Page:
        return page_of(max_id, since_id, min_id, limit, usual, ceiling)

    provider: Callable[..., Page] = page
    return {"page": Provide(provider, sync_to_thread=False)}


def _id(text: str | None) -> int | None:
    if not text:
        return None
    value = parse_id(text)
    if value is None:
        raise WeftError("max_id, since_id and min_id must be ids")
    return value
