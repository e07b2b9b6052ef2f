"""A member says yes to an app: the authorization code flow with PKCE (RFC 6749 §4.1, RFC 7636).

``GET /oauth/authorize`` shows the sign-in form, or, to a browser that is signed in, the question.
``POST`` signs in, says yes or no, or signs out. All of the app's parameters travel in the form.

Against forged forms: the cookie is ``SameSite=Lax``, so another site's form comes without it;
each form carries a stamp made from a cookie of this browser; and a form that the browser says
comes from another site (``Sec-Fetch-Site``) is refused.
"""

import asyncio
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody
from msgspec import Struct, structs

from weft.api.given import Counters, Db
from weft.api.limits import Limits, address_of
from weft.api.mastodon.entities_accounts import avatar_url
from weft.api.oauth import pages
from weft.kernel.clock import SECOND
from weft.people import accounts, apps, credentials, oauth
from weft.people.apps import OOB, App
from weft.people.model import Account
from weft.people.oauth import SESSION_LIFE
from weft.store.database import Database

SESSION = "weft_session"
FORM = "weft_form"
"""Names of the cookies: who is signed in, and which browser a form was made for."""
CHALLENGE = 43
"""Characters of an S256 challenge: 32 bytes in base64url (RFC 7636 §4.2)."""
STATE_MAX = 4_096

Html = Response[str]


class Wish(Struct, frozen=True):
    """What an app asks for, as it stands in the address and in our forms."""

    response_type: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scope: str = ""
    state: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    force_login: str | None = None
    lang: str | None = None

    def carried(self) -> dict[str, str]:
        return {name: value for name, value in structs.asdict(self).items() if value is not None}


class Answer(Wish, frozen=True):
    """A form that was sent."""

    do: str = ""
    stamp: str = ""
    name: str = ""
    password: str = ""


OWN_CALLBACK = "/auth/callback"
"""Where the web client in ``web/`` comes back to."""


@get("/oauth/authorize", include_in_schema=False)
async def ask(request: Request[Any, Any, Any], db: Db) -> Html:
    """The sign-in form, or the question."""
    query = request.query_params
    wish = Wish(**{name: query[name] for name in Wish.__struct_fields__ if name in query})
    app = await _app(db, wish)
    if app is None:
        return _unknown_app()
    if (problem := _problem(app, wish)) is not None:
        return _refuse(app, wish, problem)
    me = await _signed_in(request, db)
    if me is None or _is_true(wish.force_login):
        return _sign_in(request, db, app, wish)
    if _is_our_own(db, wish):
        return await _allow(db, app, wish, me)
    return _question(request, db, app, wish, me)


@post("/oauth/authorize", status_code=200, include_in_schema=False)
async def answer(
    request: Request[Any, Any, Any], db: Db, limits: Counters, data: JSONBody[Answer]
) -> Html:
    """What the person did with the form."""
    wish = Wish(**{name: getattr(data, name) for name in Wish.__struct_fields__})
    app = await _app(db, wish)
    if app is None:
        return _unknown_app()
    if (problem := _problem(app, wish)) is not None:
        return _refuse(app, wish, problem)
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return pages.wrong("This form came from another site.", 403)
    if not hmac.compare_digest(data.stamp.encode(), _stamp(request, data.do).encode()):
        # A form left open for days, or cookies switched off: ask again rather than blame.
        return _sign_in(request, db, app, wish, problem="Please try once more.")
    if data.do == "sign_in":
        return await _check_password(request, db, limits, app, wish, data)
    me = await _signed_in(request, db)
    if me is None:
        return _sign_in(request, db, app, wish)
    if data.do == "sign_out":
        key = request.cookies[SESSION]
        await db.write(lambda tx: oauth.close_session(tx, key))
        return _sign_in(request, db, app, wish)
    if data.do != "allow":
        return _back(wish, {"error": "access_denied", "error_description": _DENIED})
    return await _allow(db, app, wish, me)


_DENIED = "The resource owner or authorization server denied the request."


async def _app(db: Database, wish: Wish) -> App | None:
    return await db.read(lambda tx: apps.by_client_id(tx, wish.client_id))


def _unknown_app() -> Html:
    return pages.wrong("The app that sent you here is not known to this server.", 401)


async def _signed_in(request: Request[Any, Any, Any], db: Database) -> Account | None:
    key = request.cookies.get(SESSION)
    return await db.read(lambda tx: oauth.session_owner(tx, key)) if key else None


def _is_our_own(db: Database, wish: Wish) -> bool:
    """Whether the code goes to this server's own web client: nothing leaves the house, so there is
    nothing to ask. With PKCE only that page can use it.
    """
    ours = f"{db.site.base}{OWN_CALLBACK}"
    return wish.redirect_uri == ours and wish.code_challenge is not None


# -- is it in order? --------------------------------------------------------------------------


def _problem(app: App, wish: Wish) -> tuple[str, str] | None:
    """(code, sentence) of RFC 6749 §4.1.2.1; ("", sentence) when the redirect address is not the
    app's, so that nobody is sent there.
    """
    if wish.redirect_uri not in app.redirect_uris:
        return "", "The app asked to go back to an address that it did not register."
    if wish.response_type != "code":
        return (
            "unsupported_response_type",
            "The authorization server does not support this response type.",
        )
    wanted = apps.parse_scopes(wish.scope or "read")
    if not wanted or not apps.within(app, wanted):
        return "invalid_scope", "The requested scope is invalid, unknown, or malformed."
    if wish.code_challenge is not None and (
        wish.code_challenge_method != "S256" or len(wish.code_challenge) != CHALLENGE
    ):
        return "invalid_request", "The code_challenge_method must be S256."
    if wish.state is not None and len(wish.state) > STATE_MAX:
        return "invalid_request", "The state is too long."
    return None


def _refuse(app: App, wish: Wish, problem: tuple[str, str]) -> Html:
    code, sentence = problem
    if not code or wish.redirect_uri == OOB:
        return pages.wrong(f"{app.name}: {sentence}")
    return _back(wish, {"error": code, "error_description": sentence})


# -- pages ------------------------------------------------------------------------------------


def _sign_in(
    request: Request[Any, Any, Any],
    db: Database,
    app: App,
    wish: Wish,
    *,
    name: str = "",
    problem: str = "",
) -> Html:
    key = request.cookies.get(FORM) or secrets.token_urlsafe(24)
    keep = wish.carried() | {"stamp": _stamp_of(key, "sign_in")}
    response = pages.sign_in(db.site, app, keep, name=name, problem=problem)
    response.set_cookie(_cookie(db, FORM, key))
    return response


def _question(
    request: Request[Any, Any, Any], db: Database, app: App, wish: Wish, me: Account
) -> Html:
    keep = wish.carried() | {"stamp": _stamp_of(request.cookies[SESSION], "consent")}
    face = avatar_url(db.site, me)
    return pages.consent(app, me, face, wish.scope or "read", keep, wish.redirect_uri)


def _stamp(request: Request[Any, Any, Any], do: str) -> str:
    """What the stamp of a form from this browser is."""
    if do == "sign_in":
        return _stamp_of(request.cookies.get(FORM, secrets.token_hex()), "sign_in")
    return _stamp_of(request.cookies.get(SESSION, secrets.token_hex()), "consent")


def _stamp_of(key: str, purpose: str) -> str:
    return hashlib.sha256(f"{purpose}:{key}".encode()).hexdigest()


def _cookie(db: Database, name: str, value: str, max_age: int | None = None) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        path="/oauth",
        httponly=True,
        samesite="lax",
        secure=db.site.base.startswith("https:"),
        max_age=max_age,
    )


# -- what follows -----------------------------------------------------------------------------


async def _check_password(
    request: Request[Any, Any, Any],
    db: Database,
    limits: Limits,
    app: App,
    wish: Wish,
    data: Answer,
) -> Html:
    address = address_of(request.scope)
    both = f"{data.name.strip().lower()[:320]} {address}"
    if limits.sign_ins.is_over(both) or limits.sign_ins_address.is_over(address):
        return _sign_in(
            request,
            db,
            app,
            wish,
            name=data.name,
            problem="Too many attempts. Please wait a while.",
        )
    held = await db.read(lambda tx: credentials.by_login(tx, data.name))
    hashed = held.password_hash if held is not None else None
    # Counted before the slow check, so that attempts side by side do not slip through.
    limits.sign_ins.count(both)
    limits.sign_ins_address.count(address)
    if not await asyncio.to_thread(credentials.verify_password, hashed, data.password):
        return _sign_in(
            request, db, app, wish, name=data.name, problem="Name or password are not right."
        )
    assert held is not None  # noqa: S101 - for the type checker; nobody's password never matches
    limits.sign_ins.forget(both)
    limits.sign_ins_address.give_back(address)
    account = await db.read(lambda tx: accounts.get(tx, held.account_id))
    trouble = f"{held.trouble}." if held.trouble is not None else ""
    if trouble or account.suspended_at is not None:
        problem = trouble or "This account is suspended."
        return _sign_in(request, db, app, wish, name=data.name, problem=problem)
    key = await db.write(lambda tx: oauth.open_session(tx, held.account_id))
    carried = wish.carried()
    # They have just signed in: asking again would never end.
    carried.pop("force_login", None)
    response = _redirect(f"/oauth/authorize?{urlencode(carried)}", 303)
    response.set_cookie(_cookie(db, SESSION, key, SESSION_LIFE // SECOND))
    return response


async def _allow(db: Database, app: App, wish: Wish, me: Account) -> Html:
    scopes = " ".join(dict.fromkeys((wish.scope or "read").split()))
    code = await db.write(
        lambda tx: oauth.create_grant(
            tx,
            app,
            me.id,
            scopes,
            redirect_uri=wish.redirect_uri,
            challenge=wish.code_challenge,
        )
    )
    if wish.redirect_uri == OOB:
        return pages.show_code(app, code)
    return _back(wish, {"code": code})


def _back(wish: Wish, values: dict[str, str]) -> Html:
    """To the app, with the state it gave."""
    if wish.redirect_uri == OOB:
        return pages.wrong(values.get("error_description", "The app was not allowed."), 403)
    if wish.state is not None:
        values = values | {"state": wish.state}
    # By hand: urlunsplit would make "app:?code=…" of "app://".
    glue = "&" if "?" in wish.redirect_uri else "?"
    return _redirect(f"{wish.redirect_uri}{glue}{urlencode(values)}", 302)


def _redirect(address: str, status: int) -> Html:
    return Response(
        "",
        status_code=status,
        media_type="text/html",
        headers={
            "Location": address,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


def _is_true(text: str | None) -> bool:
    return text is not None and text.lower() in {"true", "1", "t"}


ROUTES = [ask, answer]
