"""An app is registered, a person says yes, the app gets its token: each step as clients do it."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.api.people.conftest import PASSWORD, Api, Town
from weft.people import accounts
from weft.people.apps import OOB
from weft.people.oauth import s256

BACK = "https://app.test/back?keep=1"
VERIFIER = "v" * 64


def register(town: Town, **more: Any) -> dict[str, Any]:
    body = {"client_name": "App", "redirect_uris": BACK, "scopes": "read write follow push"}
    return town.anyone.post("/api/v1/apps", json=body | more)


def fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {unescape(name): unescape(value) for name, value in found}


def wish(app: dict[str, Any], **more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "scope": "read write",
        "state": "s t&te",
    } | more


def start(town: Town, asked: dict[str, str]) -> Any:
    return town.client.get(f"/oauth/authorize?{urlencode(asked)}", follow_redirects=False)


def send(town: Town, form: dict[str, str], **headers: str) -> Any:
    return town.client.post("/oauth/authorize", data=form, headers=headers, follow_redirects=False)


def sign_in(town: Town, asked: dict[str, str], name: str = "ada", password: str = PASSWORD) -> Any:
    page = start(town, asked)
    assert page.status_code == 200, page.text
    return send(town, fields(page.text) | {"name": name, "password": password, "do": "sign_in"})


def allow(town: Town, asked: dict[str, str]) -> Any:
    entered = sign_in(town, asked)
    assert entered.status_code == 303, entered.text
    question = town.client.get(entered.headers["location"])
    assert "use your account?" in question.text
    return send(town, fields(question.text) | {"do": "allow"})


def code_in(answer: Any) -> str:
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


@pytest.fixture
def ada(town: Town) -> Any:
    return town.member("ada")


def test_the_whole_way_with_pkce(town: Town, ada: Any) -> None:
    app = register(town)
    asked = wish(app, code_challenge=s256(VERIFIER), code_challenge_method="S256")
    answer = allow(town, asked)
    back = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith("https://app.test/back?keep=1&code=")
    assert parse_qs(back.query)["state"] == ["s t&te"]
    body = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "code": code_in(answer),
        "code_verifier": VERIFIER,
    }
    token = town.anyone.post("/oauth/token", data=body)
    assert set(token) == {"access_token", "token_type", "scope", "created_at"}
    assert token["token_type"] == "Bearer"
    assert token["scope"] == "read write"
    assert isinstance(token["created_at"], int)
    api = Api(town.client, token["access_token"])
    assert api.get("/api/v1/accounts/verify_credentials")["username"] == "ada"
    assert api.get("/api/v1/apps/verify_credentials")["name"] == "App"
    assert town.anyone.post("/oauth/token", 400, data=body)["error"] == "invalid_grant"


def test_a_token_from_the_command_line_is_good_as_well(town: Town) -> None:
    """Scripts ask whether their token works before they begin."""
    shown = town.as_(town.member("eve"), "write read").get("/api/v1/apps/verify_credentials")
    assert (shown["name"], shown["scopes"]) == ("weft token create", ["read", "write"])
    other = register(town, redirect_uris=OOB)
    assert shown.keys() == other.keys() - {"client_id", "client_secret", "client_secret_expires_at"}
    assert shown["vapid_key"] == other["vapid_key"]
    town.anyone.get("/api/v1/apps/verify_credentials", 401)


@pytest.mark.parametrize("how", ["form", "json", "basic"])
def test_a_code_for_copying(town: Town, ada: Any, how: str) -> None:
    """toot and Mastodon.py: no address to go back to, the secret instead of PKCE."""
    app = register(town, redirect_uris=OOB)
    answer = allow(town, wish(app, redirect_uri=OOB))
    assert answer.status_code == 200
    found = re.search(r"<code>([^<]+)</code>", answer.text)
    assert found is not None
    body = {"grant_type": "authorization_code", "redirect_uri": OOB, "code": found[1]}
    keys = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    if how == "basic":
        packed = base64.b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode())
        answer = town.client.post(
            "/oauth/token", data=body, headers={"authorization": f"Basic {packed.decode()}"}
        )
    elif how == "json":
        answer = town.client.post("/oauth/token", json=body | keys)
    else:
        answer = town.client.post("/oauth/token", data=body | keys)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_without_pkce_the_secret_is_needed(town: Town, ada: Any) -> None:
    app = register(town)
    body = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "code": code_in(allow(town, wish(app))),
    }
    assert town.anyone.post("/oauth/token", 400, data=body)["error"] == "invalid_grant"
    wrong = body | {"client_secret": "guess"}
    assert town.anyone.post("/oauth/token", 401, data=wrong)["error"] == "invalid_client"


def test_an_apps_own_token(town: Town) -> None:
    app = register(town)
    body = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }
    token = town.anyone.post("/oauth/token", data=body | {"scope": "read write"})
    assert token["scope"] == "read write"
    assert town.anyone.post("/oauth/token", data=body)["scope"] == "read"
    assert town.anyone.post("/oauth/token", 400, data=body | {"scope": "admin:read"})["error"] == (
        "invalid_scope"
    )
    assert town.anyone.post("/oauth/token", 401, data=body | {"client_secret": ""})["error"] == (
        "invalid_client"
    )
    assert town.anyone.post("/oauth/token", 400, data=body | {"grant_type": "password"})[
        "error"
    ] == ("unsupported_grant_type")
    assert town.anyone.post("/oauth/token", 400)["error"] == "invalid_request"


def test_an_app_may_say_its_addresses_in_three_ways(town: Town) -> None:
    several = [BACK, "icecubesapp://"]
    for given in ("\n".join(several), several):
        app = register(town, redirect_uris=given)
        assert app["redirect_uris"] == several
        assert app["redirect_uri"] == "\n".join(several)
    form = {"client_name": "App", "redirect_uris[]": several}
    assert town.anyone.post("/api/v1/apps", data=form)["redirect_uris"] == several
    assert town.anyone.post(
        "/api/v1/apps", 422, json={"client_name": "App", "redirect_uris": "nowhere"}
    ) == {"error": "Validation failed: Redirect URI must be an absolute URI."}
    assert "error" in register_badly(town, scopes="read everything")


def register_badly(town: Town, **more: Any) -> Any:
    body = {"client_name": "App", "redirect_uris": BACK} | more
    return town.anyone.post("/api/v1/apps", 422, json=body)


def test_an_app_scheme_keeps_its_slashes(town: Town, ada: Any) -> None:
    app = register(town, redirect_uris="icecubesapp://")
    answer = allow(town, wish(app, redirect_uri="icecubesapp://"))
    assert answer.headers["location"].startswith("icecubesapp://?code=")


def test_nobody_is_sent_to_an_address_the_app_did_not_register(town: Town) -> None:
    app = register(town)
    for asked in (
        wish(app, redirect_uri="https://evil.test/"),
        wish(app, redirect_uri="https://app.test/back"),
        wish(app, client_id="unknown"),
    ):
        answer = start(town, asked)
        assert answer.status_code in {400, 401}
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "admin:write"}, "invalid_scope"),
        ({"scope": "all the things"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_a_wish_out_of_order_goes_back_with_its_reason(
    town: Town, change: dict[str, str], error: str
) -> None:
    answer = start(town, wish(register(town), **change))
    assert answer.status_code == 302
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["error"] == [error]
    assert told["state"] == ["s t&te"]
    assert "code" not in told


def test_a_person_may_say_no(town: Town, ada: Any) -> None:
    asked = wish(register(town))
    entered = sign_in(town, asked)
    question = town.client.get(entered.headers["location"])
    answer = send(town, fields(question.text) | {"do": "deny"})
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["error"] == ["access_denied"]
    assert told["state"] == ["s t&te"]


def test_a_browser_that_signed_in_is_not_asked_again_unless_the_app_wants_it(
    town: Town, ada: Any
) -> None:
    asked = wish(register(town))
    allow(town, asked)
    assert "use your account?" in start(town, asked).text
    assert 'type="password"' in start(town, asked | {"force_login": "true"}).text
    answer = allow(town, asked | {"force_login": "true"})
    assert code_in(answer)


def test_another_account_can_be_used(town: Town, ada: Any) -> None:
    asked = wish(register(town))
    question = town.client.get(sign_in(town, asked).headers["location"])
    answer = send(town, fields(question.text) | {"do": "sign_out"})
    assert 'type="password"' in answer.text
    assert 'type="password"' in start(town, asked).text


def test_forged_forms_do_nothing(town: Town, ada: Any) -> None:
    asked = wish(register(town))
    question = town.client.get(sign_in(town, asked).headers["location"])
    good = fields(question.text) | {"do": "allow"}
    for form in (good | {"stamp": ""}, good | {"stamp": "f" * 64}):
        answer = send(town, form)
        assert "location" not in answer.headers
    answer = send(town, good, **{"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    # The stamp of the sign-in form, which anyone can fetch, is no stamp for saying yes.
    other = fields(start(town, asked | {"force_login": "true"}).text)["stamp"]
    assert "location" not in send(town, good | {"stamp": other}).headers
    assert code_in(send(town, good))


def test_guessing_passwords_comes_to_an_end(town: Town, ada: Any) -> None:
    asked = wish(register(town))
    for _ in range(10):
        answer = sign_in(town, asked, password="guess")
        assert answer.status_code == 401
        assert "not right" in answer.text
    assert "Too many attempts" in sign_in(town, asked).text
    # Somebody else at the same address still gets in, and nobody learns who is a member.
    town.member("bo")
    assert "not right" in sign_in(town, asked, name="nobody").text
    assert sign_in(town, asked, name="bo@mail.test").status_code == 303


def test_pages_run_and_load_nothing_foreign(town: Town, ada: Any) -> None:
    app = register(town, client_name='<img src=x onerror="alert(1)">')
    asked = wish(app, state='"><script>alert(1)</script>')
    page = start(town, asked)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert "<img src=x" not in page.text
    cookies = page.headers.get_list("set-cookie")
    entered = sign_in(town, asked)
    cookies += entered.headers.get_list("set-cookie")
    assert len(cookies) >= 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" in cookie
    question = town.client.get(entered.headers["location"])
    # The browser must let the form's answer lead to the app.
    assert "form-action 'self' https://app.test" in question.headers["content-security-policy"]
    assert "<script" not in question.text


def test_a_token_ends_when_its_app_says_so(town: Town, ada: Any) -> None:
    app, other = register(town), register(town)
    token = town.anyone.post(
        "/oauth/token",
        data={
            "grant_type": "authorization_code",
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "redirect_uri": BACK,
            "code": code_in(allow(town, wish(app))),
        },
    )["access_token"]
    keys = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token}
    theirs = keys | {
        "client_id": other["client_id"],
        "client_secret": other["client_secret"],
    }
    assert town.anyone.post("/oauth/revoke", 403, data=theirs)["error"] == "unauthorized_client"
    api = Api(town.client, token)
    assert api.get("/oauth/userinfo")["preferred_username"] == "ada"
    assert town.anyone.post("/oauth/revoke", data=keys) == {}
    assert town.anyone.post("/oauth/revoke", data=keys) == {}
    assert api.get("/oauth/userinfo", 401) == {"error": "The access token is invalid"}


def test_the_metadata_names_places_that_exist(town: Town) -> None:
    told = town.anyone.get("/.well-known/oauth-authorization-server")
    assert told["issuer"] == "https://weft.test"
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "app_registration_endpoint",
        "revocation_endpoint",
        "userinfo_endpoint",
    ):
        assert town.client.options(urlsplit(told[name]).path).status_code == 204


def test_a_suspended_member_is_told_so(town: Town, ada: Any) -> None:
    town.house.db.write_now(lambda tx: accounts.update(tx, ada.id, suspended_at=tx.now))
    answer = sign_in(town, wish(register(town)))
    assert "suspended" in answer.text
    assert not any("weft_session" in one for one in answer.headers.get_list("set-cookie"))
