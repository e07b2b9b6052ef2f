"""What clients read before anything else."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.api.people.conftest import Town
from weft.kernel.clock import DAY, now_ms
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
        "/api/v1/lists",
        "/api/v1/followed_tags",
        "/api/v1/trends/tags",
        f"/api/v1/accounts/{ada.id}/featured_tags",
        f"/api/v1/accounts/{ada.id}/lists",
    ):
        assert api.get(path) == []
    town.anyone.get("/api/v1/lists", 401)


def test_servers_that_were_heard_of(town: Town) -> None:
    town.house.remote("mo", "other.test")
    town.house.remote("jo", "other.test")
    assert town.anyone.get("/api/v1/instance/peers") == ["other.test"]
    town.house.remote("al", "100%.test")
    assert town.anyone.get("/api/v1/peers/search?q=OTH") == ["other.test"]
    assert town.anyone.get("/api/v1/peers/search?q=%25") == []
    assert "AIs" in town.anyone.get("/api/v1/instance/extended_description")["content"]


def test_what_is_asked_for_and_not_made_here_is_answered_as_documented(town: Town) -> None:
    api = town.as_(town.member("ada"))
    assert "What this server keeps" in town.anyone.get("/api/v1/instance/privacy_policy")["content"]
    for path in (
        "/api/v1/instance/terms_of_service",
        "/api/v1/instance/terms_of_service/2025-01-01",
    ):
        assert town.anyone.get(path, 404) == {"error": "Record not found"}
    none = {"annual_reports": [], "accounts": [], "statuses": []}
    assert api.get("/api/v1/annual_reports") == none
    assert api.get("/api/v1/annual_reports/2026/state") == {"state": "ineligible"}
    assert api.post("/api/v1/annual_reports/2026/generate") == {}
    api.get("/api/v1/annual_reports/2026", 404)
    api.get("/api/v1_alpha/async_refreshes/x", 404)
    campaign = town.client.get("/api/v1/donation_campaigns", headers=api.headers)
    assert (campaign.status_code, campaign.content) == (204, b"")
    town.anyone.get("/api/v1/annual_reports", 401)


def test_the_weeks_are_counted(town: Town) -> None:
    ada, bob = town.member("ada"), town.member("bob")
    for author, text in ((ada, "one"), (ada, "two"), (bob, "three")):
        town.house.post(author, text)
    town.house.post(ada, "long ago", at=now_ms() - 9 * 7 * DAY)
    town.house.post(ada, "forgotten", at=now_ms() - 200 * DAY)
    weeks = town.anyone.get("/api/v1/instance/activity")
    assert len(weeks) == 12
    assert (weeks[0]["statuses"], weeks[0]["logins"], weeks[0]["registrations"]) == ("3", "2", "2")
    assert sum(int(week["statuses"]) for week in weeks) == 4
    first = datetime.fromtimestamp(int(weeks[0]["week"]), UTC)
    assert (first.weekday(), first.hour) == (0, 0)
    assert int(weeks[0]["week"]) - int(weeks[11]["week"]) == 11 * 7 * 86_400


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
