"""Tokens at the edge, in Mastodon's words: clients compare them."""

from __future__ import annotations

import pytest

from tests.api.people.conftest import Api, Town
from weft.people import oauth

ME = "/api/v1/accounts/verify_credentials"


def test_no_token_a_wrong_one_and_a_revoked_one(town: Town) -> None:
    refused = {"error": "The access token is invalid"}
    assert town.anyone.get(ME, 401) == refused
    assert Api(town.client, "nonsense").get(ME, 401) == refused
    assert Api(town.client, "x" * 10_000).get(ME, 401) == refused
    ada = town.as_(town.member("ada"))
    assert ada.get(ME)["username"] == "ada"
    token = ada.headers["authorization"].split()[1]
    town.house.db.write_now(lambda tx: oauth.revoke(tx, token))
    assert ada.get(ME, 401) == refused
    # What anyone may read, a bad token may not: the client must learn that it is signed out.
    assert ada.get("/api/v1/accounts/lookup?acct=ada", 401) == refused
    assert town.anyone.get("/api/v1/accounts/lookup?acct=ada")["username"] == "ada"


def test_a_token_does_only_what_was_allowed(town: Town) -> None:
    ada = town.as_(town.member("ada"), "read:statuses")
    assert ada.get(ME, 403) == {"error": "This action is outside the authorized scopes"}
    profile = town.as_(town.member("bo"), "profile")
    assert profile.get(ME)["username"] == "bo"
    assert "error" in profile.get("/api/v1/blocks", 403)


def test_an_apps_own_token_is_nobody(town: Town) -> None:
    issued = town.house.db.write_now(
        lambda tx: oauth.issue(tx, "read write", account_id=None, app_id=None)
    )
    app = Api(town.client, issued.token)
    assert app.get(ME, 422) == {"error": "This method requires an authenticated user"}
    town.member("ada")
    assert app.get("/api/v1/accounts/lookup?acct=ada")["acct"] == "ada"


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/accounts/abc", "/api/v1/accounts/1"])
def test_what_is_not_there_is_not_found(town: Town, path: str) -> None:
    assert town.anyone.get(path, 404) == {"error": "Record not found"}


def test_faults_are_json_and_tell_nothing(town: Town) -> None:
    ada = town.as_(town.member("ada"))
    broken = town.client.post(
        "/api/v1/apps", content=b"{", headers={"content-type": "application/json"}
    )
    assert broken.status_code == 400
    assert "error" in broken.json()
    assert "error" in ada.get("/api/v1/blocks?limit=many", 422)
    assert "error" in ada.post("/api/v1/accounts/1/mute", 422, json={"duration": "long"})
    wrong_method = town.client.post("/api/v1/accounts/relationships")
    assert wrong_method.status_code in {404, 405}
    assert "error" in wrong_method.json()


def test_answers_say_how_many_more_there_may_be(town: Town) -> None:
    answer = town.client.get("/api/v2/instance")
    assert answer.headers["x-ratelimit-limit"] == "300"
    assert answer.headers["x-ratelimit-remaining"] == "299"
    assert answer.headers["x-ratelimit-reset"].endswith("Z")
    for _ in range(300):
        answer = town.client.get("/api/v1/instance/rules")
    assert answer.status_code == 429
    assert answer.json() == {"error": "Too many requests"}
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert int(answer.headers["retry-after"]) > 0
    # A member is not held up by strangers behind the same address.
    assert town.as_(town.member("ada")).get(ME)["username"] == "ada"
