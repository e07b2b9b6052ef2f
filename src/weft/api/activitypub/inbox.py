"""Where other servers deliver: one inbox for the whole server, and one per account."""

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import SkipValidation

from weft.federation.inbox import Inbox
from weft.federation.limits import DOCUMENT_BYTES
from weft.federation.request import InboxRequest
from weft.net import rfc9421

_HELP = {
    401: {"Accept-Signature": rfc9421.ACCEPTED},  # RFC 9421, section 5.1
    429: {"Retry-After": "60"},
    503: {"Retry-After": "60"},
}
"""How to come again, by the status."""
InboxOfServer = NamedDependency[SkipValidation[Inbox]]


@post(["/inbox", "/ap/users/{account_id:str}/inbox"], include_in_schema=False)
async def deliver(request: Request[Any, Any, Any], inbox: InboxOfServer) -> Response[bytes]:
    """202 when it is done or durably kept. Whose inbox it was does not matter: an activity says
    itself whom it is for, and many peers use either.
    """
    status = await inbox.accept(as_it_came(request, await _body(request)))
    return Response(b"", status_code=status, headers=_HELP.get(status), media_type="text/plain")


def as_it_came(request: Request[Any, Any, Any], body: bytes = b"") -> InboxRequest:
    """A request to the letter: its signature covers the letters."""
    scope = request.scope
    query = scope["query_string"]
    raw_path = scope.get("raw_path") or scope["path"].encode()
    target = raw_path.partition(b"?")[0] + (b"?" + query if query else b"")
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return InboxRequest(target.decode("latin-1"), headers, body, request.method)


async def _body(request: Request[Any, Any, Any]) -> bytes:
    """The body, or a little more of it than is allowed: then the inbox says so."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            parts.append(part)
            size += len(part)
            if size > DOCUMENT_BYTES:
                break
    except ClientException:
        pass  # longer than any request may be
    return b"".join(parts)


ROUTES = [deliver]
