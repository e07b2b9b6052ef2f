"""Networks that may not come in: asked before anything else, from memory.

https://docs.joinmastodon.org/entities/Admin_IpBlock/#severity
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from weft.moderation.ip_blocks import Gate

_BODY = msgspec.json.encode({"error": "This action is not allowed"})


def barred(gate: Gate) -> Callable[[ASGIApp], ASGIApp]:
    """ASGI middleware: a network with no access gets 403 for whatever it asks."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            client = scope.get("client")
            if client and await gate.severity(client[0]) == "no_access":
                await _refuse(scope, send)
            else:
                await app(scope, receive, send)

        return guarded

    return wrap


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    await send(
        {
            "type": "http.response.start",
            "status": 403,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(_BODY)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": _BODY, "more_body": False})
