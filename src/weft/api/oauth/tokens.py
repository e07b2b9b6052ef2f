"""Codes and secrets become tokens, tokens end, and say whose they are.

RFC 6749 (tokens), RFC 7636 (PKCE), RFC 7009 (revocation), RFC 8414 (metadata), as Mastodon's apps
use them: https://docs.joinmastodon.org/methods/oauth/
"""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from litestar import Request, Response, get, post
from litestar.params import JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.errors import OAuthError
from weft.api.given import Db, Me
from weft.api.mastodon.entities_accounts import avatar_url
from weft.kernel.clock import SECOND
from weft.people import apps, oauth
from weft.people.apps import App
from weft.people.oauth import Issued
from weft.store.database import Database

GRANTS = ("authorization_code", "client_credentials")
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""RFC 6749 §5.1."""


class Token(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Token/; ``created_at`` in seconds."""

    access_token: str
    token_type: str
    scope: str
    created_at: int


class Asking(Struct, frozen=True):
    """What ``POST /oauth/token`` may hold, as a form or as JSON."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str | None = None
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str | None = None
    scope: str = ""


class Ending(Struct, frozen=True):
    token: str = ""
    client_id: str = ""
    client_secret: str | None = None


def token_entity(issued: Issued) -> Token:
    return Token(issued.token, "Bearer", issued.scopes, issued.created_at // SECOND)


@post("/oauth/token", status_code=200)
async def give(
    request: Request[Any, Any, Any], db: Db, data: JSONBody[Asking | None] = None
) -> Response[Token]:
    """A token for a code, or an app's own token."""
    asked = data or Asking()
    if asked.grant_type not in GRANTS:
        if not asked.grant_type:
            raise OAuthError("invalid_request", "Missing required parameter: grant_type.")
        raise OAuthError(
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        )
    app, secret = await _client(request, db, asked.client_id, asked.client_secret)
    if asked.grant_type == "client_credentials":
        issued = await _for_app(db, app, secret, asked.scope)
    else:
        issued = await _for_code(db, app, secret, asked)
    return Response(token_entity(issued), headers=_NO_STORE)


async def _for_app(db: Database, app: App, secret: str | None, text: str) -> Issued:
    if secret is None:
        raise _unknown_client()
    wanted = apps.parse_scopes(text or "read")
    if not wanted or not apps.within(app, wanted):
        raise OAuthError("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    scopes = " ".join(dict.fromkeys((text or "read").split()))
    return await db.write(lambda tx: oauth.issue(tx, scopes, account_id=None, app_id=app.id))


async def _for_code(db: Database, app: App, secret: str | None, asked: Asking) -> Issued:
    if not asked.code:
        raise OAuthError("invalid_request", "Missing required parameter: code.")
    issued = await db.write(
        lambda tx: oauth.exchange(
            tx,
            app,
            asked.code,
            asked.redirect_uri,
            verifier=asked.code_verifier,
            secret=secret,
        )
    )
    if issued is None:
        raise OAuthError(
            "invalid_grant",
            "The provided authorization grant is invalid, expired, revoked, does not match the"
            " redirection URI used in the authorization request, or was issued to another client.",
        )
    return issued


@post("/oauth/revoke", status_code=200)
async def end(
    request: Request[Any, Any, Any], db: Db, data: JSONBody[Ending | None] = None
) -> dict[str, Any]:
    """End a token, at once and everywhere. One that is not known is no error (RFC 7009 §2.2)."""
    asked = data or Ending()
    app, _ = await _client(request, db, asked.client_id, asked.client_secret)
    if not asked.token:
        raise OAuthError("invalid_request", "Missing required parameter: token.")
    owner = await db.read(lambda tx: oauth.token_owner(tx, asked.token))
    if owner is not None and owner.app_id != app.id:
        raise OAuthError("unauthorized_client", "You are not authorized to revoke this token", 403)
    await db.write(lambda tx: oauth.revoke(tx, asked.token))
    return {}


@get("/oauth/userinfo", guards=[scope("profile", "read:accounts")])
async def userinfo(db: Db, me: Me) -> dict[str, Any]:
    """Who signed in: https://docs.joinmastodon.org/methods/oauth/#userinfo"""
    return {
        "iss": db.site.base,
        "sub": me.uri,
        "name": me.display_name,
        "preferred_username": me.username,
        "profile": me.url,
        "picture": avatar_url(db.site, me),
    }


@get("/.well-known/oauth-authorization-server")
async def metadata(db: Db) -> dict[str, Any]:
    """RFC 8414: where everything is, for apps that look before they ask."""
    base = db.site.base
    return {
        "issuer": base,
        "service_documentation": "https://docs.joinmastodon.org/",
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "app_registration_endpoint": f"{base}/api/v1/apps",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "userinfo_endpoint": f"{base}/oauth/userinfo",
        "scopes_supported": sorted(apps.SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "code_challenge_methods_supported": ["S256"],
    }


async def _client(
    request: Request[Any, Any, Any], db: Database, client_id: str, secret: str | None
) -> tuple[App, str | None]:
    """The app that asks, and its secret if it showed the right one. Errors: OAuthError 401 for an
    unknown app or a wrong secret; none at all is for the caller to judge.
    """
    basic = _basic(request.headers.get("authorization", ""))
    if basic is not None:
        client_id, secret = basic
    app = await db.read(lambda tx: apps.by_client_id(tx, client_id)) if client_id else None
    secret = secret or None
    if app is None or (secret is not None and not apps.knows_secret(app, secret)):
        raise _unknown_client()
    return app, secret


def _basic(header: str) -> tuple[str, str] | None:
    """RFC 6749 §2.3.1: both halves are form-encoded before they are joined."""
    kind, _, packed = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise _unknown_client() from None
    return unquote_plus(client_id), unquote_plus(secret)


def _unknown_client() -> OAuthError:
    return OAuthError(
        "invalid_client",
        "Client authentication failed due to unknown client, no client authentication included,"
        " or unsupported authentication method.",
        401,
    )


ROUTES = [give, end, userinfo, metadata]
