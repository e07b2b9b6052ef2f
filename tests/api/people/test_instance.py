"""What clients read before anything else."""

from __future__ import annotations

from tests.api.people.conftest import Town
from weft.threads.limits import POST_CHARS


def test_version_two_and_one_tell_the_same(town: Town) -> None:
    town.member("ada", role="admin")
    two, one = town.anyone.get("/api/v2/instance"), town.anyone.get("/api/v1/instance")
    # IceCubes reads the first three characters as a number; Phanpy wants a version.
    assert float(two["version"][:3]) >= 4.3
    assert "(compatible; Weft " in two["version"]
    assert two["domain"] == one["uri"] == "weft.test"
    assert two["configuration"]["statuses"]["max_characters"] == POST_CHARS
    assert one["configuration"]["statuses"]["max_characters"] == POST_CHARS
    assert two["configuration"]["urls"]["streaming"] == "wss://weft.test"
    assert one["urls"]["streaming_api"] == "wss://weft.test"
    assert two["registrations"]["enabled"] is True
    assert one["registrations"] is True
    assert two["contact"]["account"]["username"] == "ada"
    assert one["stats"]["user_count"] == 1
    assert two["rules"] == one["rules"] == town.anyone.get("/api/v1/instance/rules")
    assert "image/webp" in two["configuration"]["media_attachments"]["supported_mime_types"]


def test_what_there_is_none_of_is_an_empty_list(town: Town) -> None:
    ada = town.member("ada")
    api = town.as_(ada)
    for path in (
        "/api/v1/custom_emojis",
        "/api/v2/filters",
        "/api/v1/announcements",
        "/api/v1/lists",
        "/api/v1/followed_tags",
        "/api/v1/trends/tags",
        f"/api/v1/accounts/{ada.id}/featured_tags",
        f"/api/v1/accounts/{ada.id}/lists",
    ):
        assert api.get(path) == []
    assert town.anyone.get("/api/v1/custom_emojis") == []
    town.anyone.get("/api/v1/lists", 401)


def test_servers_that_were_heard_of(town: Town) -> None:
    town.house.remote("mo", "other.test")
    town.house.remote("jo", "other.test")
    assert town.anyone.get("/api/v1/instance/peers") == ["other.test"]
    assert "AIs" in town.anyone.get("/api/v1/instance/extended_description")["content"]


def test_pages_from_anywhere_may_ask_and_read_the_headers(town: Town) -> None:
    origin = {"origin": "https://elk.test"}
    answer = town.client.get("/api/v2/instance", headers=origin)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert all(name in exposed for name in ("link", "x-ratelimit-remaining"))
    for path in ("/api/v1/apps", "/oauth/token", "/oauth/revoke", "/api/v1/accounts/1/follow"):
        asked = origin | {
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization, content-type, idempotency-key",
        }
        assert town.client.options(path, headers=asked).status_code < 300
    refused = town.client.get("/api/v1/blocks", headers=origin)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"
