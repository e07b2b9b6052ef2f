"""Documents for those who sign: a layer around the application.

    refused server → 404      signed → whose it is, when it matters
    *authorized fetch*: unsigned → 401, but for the server's own actor, and the keys of all others

Without that setting a signature is looked at only where it opens something: at posts that are not
for everybody. Most servers sign all that they fetch, and verifying would ask them for their keys.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from litestar import Request
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from weft.api.activitypub.answers import VARY
from weft.api.activitypub.inbox import as_it_came
from weft.federation.readers import Readers
from weft.federation.request import InboxRequest
from weft.federation.vocabulary import wants_activity
from weft.kernel.errors import NotFound, WeftError
from weft.net import rfc9421
from weft.people.model import Account
from weft.store.database import Database, Tx

T = TypeVar("T")

_ASKER, _STUB = "weft.asker", "weft.stub"
_DOCUMENT = re.compile(r"/ap/.*")
_PAGE = re.compile(r"/@[^/@]+(?:/[0-9]+)?/?")
_ACTOR = re.compile(r"/ap/users/[0-9]+/?|/@[^/@]+/?")
_HAS_PAGE = re.compile(r"/ap/(?:users|posts)/[0-9]+/?")


class Asker:
    """Whoever signed a request; looked at when that matters."""

    def __init__(self, readers: Readers, request: InboxRequest) -> None:
        self._readers = readers
        self._request = request
        self.known: Account | None = None

    async def look(self) -> Account:
        """Errors: those of `Readers.look`."""
        self.known = self.known or await self._readers.look(self._request)
        return self.known


class Reading:
    """Wraps an ASGI application."""

    def __init__(self, app: ASGIApp, readers: Readers) -> None:
        self._app = app
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_document(scope):
            await self._app(scope, receive, send)
            return
        given: dict[str, Any] = {}
        try:
            given = await self._ask(scope)
        except WeftError as refused:
            await _answer(send, refused.status)
            return
        if self._readers.demanded:
            send = _privately(send)
        await self._app({**scope, **given}, receive, send)  # pyright: ignore[reportArgumentType] - a scope with more in it

    async def _ask(self, scope: HTTPScope) -> dict[str, Any]:
        """What routes may know of who asks. Errors: WeftError, with the status to answer."""
        path, request = scope["path"], as_it_came(Request(scope))
        if await self._readers.is_everybodys(path):
            return {}
        if "signature" in request.headers:
            if await self._readers.is_kept_out(request):
                raise NotFound
            asker = Asker(self._readers, request)
            if self._readers.demanded:
                await asker.look()
            return {_ASKER: asker}
        if not self._readers.demanded or (_HAS_PAGE.fullmatch(path) and not _wants(request)):
            return {}
        if _ACTOR.fullmatch(path):
            return {_STUB: True}
        raise WeftError("Sign your request", 401)


async def read_as(
    request: Request[Any, Any, Any], db: Database, read: Callable[[Tx, Account | None], T]
) -> tuple[T, bool]:
    """What ``read`` gives to anyone, or else to who signed the request; and whether it is for that
    one alone. Errors: NotFound, also for a signature that is not good: it opens nothing.
    """
    asker: Asker | None = request.scope.get(_ASKER)  # pyright: ignore[reportAssignmentType] - ours
    known = asker.known if asker is not None else None
    try:
        return await db.read(lambda tx: read(tx, known)), known is not None
    except NotFound:
        if asker is None or known is not None:
            raise
    try:
        reader = await asker.look()
    except WeftError as refused:
        raise NotFound from refused
    return await db.read(lambda tx: read(tx, reader)), True


def is_for_the_key_alone(request: Request[Any, Any, Any]) -> bool:
    """Whether this unsigned request for an actor may have no more than its keys."""
    return _STUB in request.scope


def _is_document(scope: HTTPScope) -> bool:
    if scope["method"] not in ("GET", "HEAD"):
        return False
    path = scope["path"]
    if _DOCUMENT.fullmatch(path):
        return True
    return _PAGE.fullmatch(path) is not None and _wants(as_it_came(Request(scope)))


def _wants(request: InboxRequest) -> bool:
    return wants_activity(request.headers.get("accept", ""))


def _privately(send: Send) -> Send:
    """No cache between us may keep for others what was shown to one."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            kept = [(name, value) for name, value in headers if name.lower() != b"cache-control"]
            message["headers"] = [*kept, (b"cache-control", b"private, no-store")]
        await send(message)

    return sending


async def _answer(send: Send, status: int) -> None:
    headers = [
        (b"content-length", b"0"),
        (b"vary", VARY.encode()),
        (b"cache-control", b"private, no-store"),
    ]
    if status == 401:
        headers.append((b"accept-signature", rfc9421.ACCEPTED_WITHOUT_BODY.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
