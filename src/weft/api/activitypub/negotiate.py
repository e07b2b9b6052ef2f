"""One address for people and servers: ``/@name`` and ``/@name/123``.

A layer around the application, before its router: who asks for ActivityPub is handed to the
document, everybody else to the page; and every answer there says that it depends on that.
"""

import re

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from weft.api.activitypub.answers import VARY
from weft.federation.vocabulary import wants_activity

_PAGE = re.compile(r"/@([^/@]+)(?:/([0-9]+))?/?")


class Negotiate:
    """Wraps an ASGI application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (match := _PAGE.fullmatch(scope["path"])):
            await self._app(scope, receive, send)
            return
        accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
        if scope["method"] in ("GET", "HEAD") and wants_activity(accept.decode("latin-1")):
            name, post_id = match.groups()
            path = f"/ap/posts/{post_id}" if post_id else f"/ap/named/{name}"
            await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, send)  # pyright: ignore[reportArgumentType] - a scope with another path
            return

        async def send_with_vary(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ())]
                if not any(name.lower() == b"vary" for name, _ in headers):
                    message["headers"] = [*headers, (b"vary", VARY.encode())]
            await send(message)

        await self._app(scope, receive, send_with_vary)
