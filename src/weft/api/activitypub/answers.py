"""How ActivityPub documents are given: their type, what they vary by, and where people go."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect

from weft.federation.keys import Keys
from weft.federation.vocabulary import ACTIVITY_JSON, Json, contextualise, encode, wants_activity
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id

VARY = "Accept, Signature"
"""The same address answers people and servers, and may answer servers that sign with more."""
FRESH_S = 60
"""Long enough for a post that a thousand servers fetch at once, short enough for an edit."""

Asked = Request[Any, Any, Any]
KeyRing = NamedDependency[SkipValidation[Keys]]
"""``keys``: of the members, made when first asked for."""


def document(
    body: Json, *, status: int = 200, fresh: int = FRESH_S, private: bool = False
) -> Response[bytes]:
    """A document with its context. ``private``: for who asked alone."""
    return Response(
        encode(contextualise(body)).encode(),
        status_code=status,
        media_type=f"{ACTIVITY_JSON}; charset=utf-8",
        headers={
            "Vary": VARY,
            "Cache-Control": "private, no-store" if private else f"public, max-age={fresh}",
        },
    )


def page_for_people(request: Asked, url: str) -> Redirect | None:
    """Where a browser that came to a document's address wants to go."""
    accept = request.headers.get("accept", "")
    if "text/html" in accept and not wants_activity(accept):
        return Redirect(url, status_code=302, headers={"Vary": VARY})
    return None


def id_in(text: str) -> int:
    """The id in a path. Errors: NotFound."""
    value = parse_id(text)
    if value is None:
        raise NotFound
    return value
