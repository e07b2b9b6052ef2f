"""What a reader sees where there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Request, Response
from litestar.exceptions import NotFoundException

from weft.api import errors
from weft.api.pages import meta
from weft.api.pages.html import h
from weft.api.pages.shell import Shell, answer, frame
from weft.kernel.errors import NotFound
from weft.kernel.site import Site

Asked = Request[Any, Any, Any]
Handler = Callable[[Asked, Exception], Response[Any]]
Handlers = dict[type[Exception] | int, Handler]


def not_found(shell: Shell) -> Handler:
    """A handler: a page for people, Mastodon's words for programs."""

    def handler(request: Asked, _fault: Exception) -> Response[Any]:
        asks = "text/html" in request.headers.get("accept", "")
        if not asks or request.url.path.startswith("/api/"):
            return errors.refused(request, NotFound())
        site: Site = request.app.state.db.site
        told = meta.About(
            title="Nothing here",
            description="There is nothing at this address.",
            url=site.base,
            site_name=site.domain,
            canonical=False,
        )
        body = h(
            "div",
            h("h1", "There is nothing here"),
            h("p", "It may have been deleted, or be for some people only, or never have been."),
            h("p", h("a", "See what is being said here now", href="/explore")),
            class_="text",
        )
        return answer(
            shell,
            site,
            title=f"Nothing here · {site.domain}",
            head=meta.head(told),
            body=frame(site.domain, body),
            status=404,
            fresh=0,
        )

    return handler


def handlers(shell: Shell) -> Handlers:
    """For ``exception_handlers`` of the routes here."""
    handler = not_found(shell)
    return {NotFound: handler, NotFoundException: handler}
