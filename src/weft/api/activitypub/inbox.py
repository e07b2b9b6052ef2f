"""Where other servers bring their activities: one shared inbox, and one per actor."""

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from weft.federation.inbox import Inbox
from weft.federation.limits import DOCUMENT_BYTES
from weft.federation.request import InboxRequest

Box = NamedDependency[SkipValidation[Inbox]]

_WORDS = {
    202: "",
    400: "This is not an activity",
    401: "The signature was not accepted",
    413: "The activity is too large",
    415: "Send application/activity+json",
    503: "The signature cannot be checked now; please try again",
}


@post(["/inbox", "/ap/users/{account_id:str}/inbox"], include_in_schema=False)
async def receive(request: Request[Any, Any, Any], inbox: Box) -> Response[bytes]:
    """202 once it is stored. The body is read only as far as it may be long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > DOCUMENT_BYTES:
            break
    headers: dict[str, str] = {}
    for raw_name, raw_value in request.scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    status = await inbox.accept(
        InboxRequest(f"{path}?{query}" if query else path, headers, bytes(body))
    )
    return Response(_WORDS.get(status, "").encode(), status_code=status, media_type="text/plain")


ROUTES = [receive]
