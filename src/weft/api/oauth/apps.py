"""Apps register themselves: https://docs.joinmastodon.org/methods/apps/"""

from typing import Any

from litestar import Request, get, post
from litestar.params import JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Counters, Db, Owner
from weft.api.limits import address_of
from weft.kernel.errors import NotFound
from weft.people import apps
from weft.people.apps import App
from weft.people.oauth import Bearer
from weft.push import server_key
from weft.store.database import Tx

COMMAND_LINE = "weft token create"


class Registration(Struct, frozen=True):
    """``redirect_uris``: one, several on lines of their own, or a list of them."""

    client_name: str = ""
    redirect_uris: str | list[str] = ""
    scopes: str | list[str] = "read"
    website: str | None = None


class Application(Struct, frozen=True, kw_only=True):
    """https://docs.joinmastodon.org/entities/Application/"""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uri: str
    redirect_uris: list[str]
    vapid_key: str


class CredentialApplication(Application, frozen=True, kw_only=True):
    """With what only the app itself may know."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int = 0


def _values(tx: Tx, app: App) -> dict[str, Any]:
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": app.scopes.split(),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": app.redirect_uris,
        "vapid_key": server_key.shown(tx),
    }


@post("/api/v1/apps", status_code=200)
async def register(
    request: Request[Any, Any, Any], db: Db, limits: Counters, data: JSONBody[Registration]
) -> CredentialApplication:
    """Register an app; anyone may."""
    limits.new_apps.take(address_of(request.scope))
    given = data.redirect_uris
    uris = given.split() if isinstance(given, str) else given
    scopes = data.scopes if isinstance(data.scopes, str) else " ".join(data.scopes)

    def write(tx: Tx) -> CredentialApplication:
        app = apps.create(tx, data.client_name, uris, scopes=scopes, website=data.website)
        return CredentialApplication(
            **_values(tx, app), client_id=app.client_id, client_secret=app.client_secret
        )

    return await db.write(write)


def _command_line(tx: Tx, bearer: Bearer) -> Application:
    """What stands for the app of a token that an admin made: nobody registered one."""
    return Application(
        id="0",
        name=COMMAND_LINE,
        website=None,
        scopes=sorted(bearer.scopes),
        redirect_uri=apps.OOB,
        redirect_uris=[apps.OOB],
        vapid_key=server_key.shown(tx),
    )


@get("/api/v1/apps/verify_credentials", guards=[scope(app=True)])
async def verify(db: Db, bearer: Owner) -> Application:
    """Which app a token belongs to: that it works is what scripts ask here, with tokens from the
    command line, too.
    """
    app_id = bearer.app_id

    def read(tx: Tx) -> Application:
        if app_id is None:
            return _command_line(tx, bearer)
        app = apps.by_id(tx, app_id)
        if app is None:
            raise NotFound
        return Application(**_values(tx, app))

    return await db.read(read)


ROUTES = [register, verify]
