"""Who asks, and what they may do: bearer tokens at the edge.

A route states its need as a guard and takes what the guard found as a dependency::

    @get("/api/v1/bookmarks", guards=[scope("read:bookmarks")])
    async def bookmarks(bearer: Bearer, …)          # a member, with that scope
    @get("/api/v1/statuses/{id:str}", guards=[scope_if_any("read:statuses")])
    async def show(viewer: Account | None, …)       # anyone; a token, if sent, must be good
    @get("/api/v1/apps/verify_credentials", guards=[scope("read", app=True)])
    async def verify(bearer: Bearer, …)             # an app's own token will do

The app needs ``state.db`` (a ``Database``) and ``DEPENDENCIES``. Each request reads its token
anew (one indexed read), so that a revoked one is refused at once, in every process.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler

from weft.api import visits
from weft.kernel.errors import Forbidden, Invalid, WeftError
from weft.people.model import Account
from weft.people.oauth import Bearer, token_owner
from weft.store.database import Database

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]

TOKEN_MAX = 512
"""Characters of a token that could be ours; longer ones are not looked up."""
_KEY = "weft.bearer"


class Unauthorized(WeftError):
    """No token, or one that is not valid (any more)."""

    status = 401

    def __init__(self, text: str = "The access token is invalid", cause: str = "") -> None:
        super().__init__(text, cause=cause)


def token_of(connection: Connection) -> str | None:
    """The token in ``Authorization: Bearer …`` (RFC 6750), or in ``access_token`` of the query,
    which EventSource and WebSocket clients have to use. None when there is none.
    """
    header = connection.headers.get("authorization")
    if header is not None:
        kind, _, token = header.partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""
    return connection.query_params.get("access_token")


async def find_bearer(db: Database, token: str) -> Bearer:
    """Errors: Unauthorized; Forbidden, when its owner may do nothing now."""
    if not token or len(token) > TOKEN_MAX:
        raise Unauthorized
    bearer = await db.glance(lambda tx: token_owner(tx, token))
    if bearer is None:
        raise Unauthorized
    if bearer.trouble is not None:
        raise Forbidden(bearer.trouble)
    return bearer


def check_scopes(bearer: Bearer, *alternatives: str) -> None:
    """Errors: Forbidden, when the token has none of them; no alternatives: any will do."""
    if alternatives and not any(bearer.may(wanted) for wanted in alternatives):
        raise Forbidden("This action is outside the authorized scopes")


def scope(*alternatives: str, app: bool = False) -> Guard:
    """A guard: a valid token with one of these scopes, of a member unless ``app``."""

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        token = token_of(connection)
        if token is None:
            raise Unauthorized
        bearer = await find_bearer(_database(connection), token)
        check_scopes(bearer, *alternatives)
        if bearer.account is None and not app:
            raise Invalid("This method requires an authenticated user")
        _keep(connection, bearer)

    return guard


def scope_if_any(*alternatives: str) -> Guard:
    """A guard: anyone may; but a token, if there is one, must be valid and have such a scope."""

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        token = token_of(connection)
        if token is None:
            return
        bearer = await find_bearer(_database(connection), token)
        check_scopes(bearer, *alternatives)
        _keep(connection, bearer)

    return guard


async def admin(connection: Connection, _handler: BaseRouteHandler) -> None:
    """A guard, after ``scope``: admins only."""
    bearer = _kept(connection)
    if bearer is None or bearer.role != "admin":
        raise Forbidden


def _database(connection: Connection) -> Database:
    return cast("Database", connection.app.state.db)


def _keep(connection: Connection, bearer: Bearer) -> None:
    if bearer.account is not None:
        visits.note(_database(connection), bearer.account.id, connection)
    connection.scope["state"][_KEY] = bearer


def _kept(connection: Connection) -> Bearer | None:
    return connection.scope["state"].get(_KEY)


def _bearer(request: Request[Any, Any, Any]) -> Bearer:
    found = _kept(request)
    if found is None:
        raise Unauthorized
    return found


def me_of(request: Request[Any, Any, Any]) -> Account:
    account = _bearer(request).account
    if account is None:
        raise Invalid("This method requires an authenticated user")
    return account


def _viewer(request: Request[Any, Any, Any]) -> Account | None:
    found = _kept(request)
    return found.account if found is not None else None


DEPENDENCIES = {
    "bearer": Provide(_bearer, sync_to_thread=False),
    "me": Provide(me_of, sync_to_thread=False),
    "viewer": Provide(_viewer, sync_to_thread=False),
}
"""For the app: ``bearer: Bearer``, ``me: Account`` and ``viewer: Account | None``."""
