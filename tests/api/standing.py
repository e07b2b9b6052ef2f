"""One application for all tests of a process.

Laying out its three hundred routes takes a second, many times what most tests need. It holds
nothing: what its routes ask for by name is that of the edge which is being asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache, partial
from typing import Any, cast
from unittest.mock import patch

from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send

from weft.api.activitypub.negotiate import Negotiate
from weft.api.app import build
from weft.api.limits import Limits
from weft.moderation.ip_blocks import Gate

GENEROUS = 1_000
NAMES = (
    *("db", "settings", "blobs", "resolver", "seal"),
    *("client", "hub", "inbox", "keys", "media_cache", "translator"),
)

_asked: ContextVar[Mapping[str, Any]] = ContextVar("asked")


class Standing:
    """The application over these things, as ``build`` would make it. ``given``: those of
    ``NAMES``; None for the others. ``generous`` as there.
    """

    def __init__(self, given: Mapping[str, Any], *, generous: int = GENEROUS) -> None:
        self._things = {
            **dict.fromkeys(NAMES),
            **given,
            "limits": Limits(generous),
            "gate": Gate(given["db"]),
        }
        assert self._things.keys() == {*NAMES, "limits", "gate"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        before = _asked.set(self._things)
        try:
            await _application()(scope, receive, send)
        finally:
            _asked.reset(before)


async def _live(receive: Any, send: Any) -> None:
    """Begin and end for whoever waits for it: the application itself goes on."""
    for what in ("startup", "shutdown"):
        assert (await receive())["type"] == f"lifespan.{what}"
        await send({"type": f"lifespan.{what}.complete"})


@cache
def _application() -> ASGIApp:
    with (
        patch("weft.api.app.Gate", lambda _db: _Asked("gate")),
        patch("weft.api.app.Limits", lambda _generous: _Asked("limits")),
    ):
        made = build(dict.fromkeys(NAMES))
    app = cast("Litestar", cast("Negotiate", made)._app)
    for name in (*NAMES, "limits", "gate"):
        app.dependencies[name].dependency = partial(_thing, name)
    app.state = cast("Any", _State())
    return made


def _thing(name: str) -> Any:
    return _asked.get()[name]


class _State:
    db = property(lambda _: _thing("db"))


class _Asked:
    """What stands around the routes was given its things when it was made."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(_thing(self._name), attribute)
