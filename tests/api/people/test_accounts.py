"""Accounts as clients see them."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.api.people.conftest import PASSWORD, Api, Town
from weft.people import oauth
from weft.people.accounts import update

# https://docs.joinmastodon.org/entities/Account/, in its order.
MASTODON_FIELDS = [
    "id",
    "username",
    "acct",
    "display_name",
    "locked",
    "bot",
    "discoverable",
    "group",
    "created_at",
    "note",
    "url",
    "uri",
    "avatar",
    "avatar_static",
    "header",
    "header_static",
    "followers_count",
    "following_count",
    "statuses_count",
    "last_status_at",
    "emojis",
    "fields",
]


def test_an_account_has_all_that_clients_read(town: Town) -> None:
    ada = town.member("ada")
    town.house.post(ada, "hello")
    shown = town.anyone.get(f"/api/v1/accounts/{ada.id}")
    there = [name for name in shown if name in MASTODON_FIELDS]
    assert there == MASTODON_FIELDS
    assert shown["id"] == str(ada.id)
    assert shown["acct"] == shown["username"] == "ada"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00\.000Z", shown["created_at"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", shown["last_status_at"])
    assert shown["statuses_count"] == 1
    assert shown["ai"] is None
    assert shown["bot"] is False
    for name in ("avatar", "avatar_static", "header", "header_static"):
        assert shown[name].startswith("https://weft.test/media/faces/")


def test_an_ai_says_so_and_who_answers_for_it(town: Town) -> None:
    ada = town.member("ada")
    town.house.ai("helper", ada)
    shown = town.anyone.get("/api/v1/accounts/lookup?acct=@helper@weft.test")
    assert shown["bot"] is True
    assert shown["ai"]["operator"]["acct"] == "ada"
    assert shown["ai"]["disclosure"] == "Helper is an AI."
    assert shown["ai"]["model"] is None
    assert [one["acct"] for one in town.anyone.get("/api/weft/v1/ais")] == ["helper"]


def test_a_remote_account_keeps_its_own_pictures(town: Town) -> None:
    town.house.remote("mo", "other.test", avatar="https://other.test/a.png")
    shown = town.anyone.get("/api/v1/accounts/lookup?acct=mo@other.test")
    assert shown["acct"] == "mo@other.test"
    assert shown["avatar"] == "https://other.test/a.png"
    assert shown["header"].startswith("https://weft.test/")
    assert town.anyone.get("/api/v1/accounts/lookup?acct=mo", 404) == {"error": "Record not found"}


def test_drawn_faces_are_pictures_that_may_be_kept(town: Town) -> None:
    ada = town.member("ada")
    helper = town.house.ai("helper", ada)
    seen: set[bytes] = set()
    for one in (ada, helper):
        shown = town.anyone.get(f"/api/v1/accounts/{one.id}")
        for name in ("avatar", "header"):
            answer = town.client.get(urlsplit(shown[name]).path)
            assert answer.headers["content-type"] == "image/png"
            assert "immutable" in answer.headers["cache-control"]
            seen.add(answer.content)
    assert len(seen) == 4
    assert town.client.get("/media/faces/server.png").status_code == 200
    assert town.client.get("/media/faces/7.png").status_code == 404
    assert town.client.get("/media/faces/..%2fx.png").status_code == 404


def test_of_a_suspended_account_is_told_that_it_was_there_and_nothing_else(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    town.as_(bo).post(f"/api/v1/accounts/{ada.id}/follow")
    town.house.db.write_now(
        lambda tx: update(tx, ada.id, name="Ada", bio="<p>Hi</p>", suspended_at=tx.now)
    )
    path = f"/api/v1/accounts/{ada.id}"
    shown = town.anyone.get(path)
    assert shown["suspended"] is True
    assert (shown["display_name"], shown["note"], shown["fields"]) == ("", "", [])
    assert town.anyone.get(f"{path}/followers") == []
    town.as_(bo).post(f"{path}/mute", 404)
    stands = f"/api/v1/accounts/relationships?id[]={ada.id}"
    assert town.as_(bo).get(stands) == []
    assert town.as_(bo).get(f"{stands}&with_suspended=true")[0]["following"] is True
    town.anyone.get("/api/v1/accounts/lookup?acct=ada", 404)
    assert town.anyone.get(f"/api/v1/accounts?id[]={ada.id}") == []


def test_several_at_once_and_only_those_there(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    found = town.anyone.get(f"/api/v1/accounts?id[]={bo.id}&id[]=7&id[]={ada.id}&id[]=x")
    assert [one["username"] for one in found] == ["bo", "ada"]
    assert town.anyone.get("/api/v1/accounts") == []


def test_following_blocking_muting(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    api = town.as_(ada)
    path = f"/api/v1/accounts/{bo.id}"
    made = api.post(f"{path}/follow", json={"reblogs": "false", "notify": True})
    assert made["id"] == str(bo.id)
    assert made["following"] is True
    assert made["showing_reblogs"] is False
    assert made["notifying"] is True
    assert api.post(f"{path}/follow")["showing_reblogs"] is True
    assert api.post(f"{path}/unfollow")["following"] is False
    # Forms, as toot and Mastodon.py send them.
    muted = api.post(f"{path}/mute", data={"notifications": "false", "duration": "60"})
    assert muted["muting"] is True
    assert muted["muting_notifications"] is False
    assert muted["muting_expires_at"].endswith("Z")
    listed = api.get("/api/v1/mutes")
    assert [one["mute_expires_at"] for one in listed] == [muted["muting_expires_at"]]
    assert api.post(f"{path}/unmute")["muting"] is False
    assert api.post(f"{path}/block")["blocking"] is True
    assert [one["id"] for one in api.get("/api/v1/blocks")] == [str(bo.id)]
    assert api.post(f"{path}/follow", 403) == {"error": "This action is not allowed"}
    assert api.post(f"{path}/unblock")["blocking"] is False
    assert api.post(f"/api/v1/accounts/{ada.id}/block", 403)["error"]
    assert api.post("/api/v1/accounts/7/follow", 404) == {"error": "Record not found"}
    assert town.anyone.post(f"{path}/follow", 401)["error"]
    reader = town.as_(ada, "read")
    assert reader.post(f"{path}/follow", 403)["error"].startswith("This action is outside")


def test_relationships_of_many(town: Town) -> None:
    ada, bo, cy = town.member("ada"), town.member("bo"), town.member("cy")
    api = town.as_(ada)
    api.post(f"/api/v1/accounts/{cy.id}/follow")
    found = api.get(f"/api/v1/accounts/relationships?id[]={bo.id}&id[]={cy.id}&id[]=7")
    assert [(one["id"], one["following"]) for one in found] == [
        (str(bo.id), False),
        (str(cy.id), True),
    ]
    assert all(None not in (one["note"], one["endorsed"]) for one in found)
    assert api.get(f"/api/v1/accounts/relationships?id={cy.id}")[0]["following"] is True
    assert api.get("/api/v1/accounts/relationships") == []


def test_requests_to_follow(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo", locked=True)
    asking, asked = town.as_(ada), town.as_(bo)
    assert asking.post(f"/api/v1/accounts/{bo.id}/follow")["requested"] is True
    assert asked.get("/api/v1/accounts/verify_credentials")["source"]["follow_requests_count"] == 1
    assert [one["id"] for one in asked.get("/api/v1/follow_requests")] == [str(ada.id)]
    granted = asked.post(f"/api/v1/follow_requests/{ada.id}/authorize")
    assert granted["followed_by"] is True
    assert asked.get("/api/v1/follow_requests") == []
    asked.post(f"/api/v1/follow_requests/{ada.id}/reject")
    assert asked.post(f"/api/v1/follow_requests/{ada.id}/reject", 404)["error"]


def test_pages_of_followers_follow_their_links(town: Town) -> None:
    ada = town.member("ada")
    for number in range(5):
        fan = town.member(f"fan{number}")
        town.as_(fan).post(f"/api/v1/accounts/{ada.id}/follow")
    path, seen = f"/api/v1/accounts/{ada.id}/followers?limit=2", []
    for _ in range(5):
        answer = town.client.get(path)
        seen += [one["username"] for one in answer.json()]
        following = re.search(
            r'<https://weft\.test([^>]+)>; rel="next"', answer.headers.get("link", "")
        )
        if following is None:
            break
        assert "limit=2" in following[1]
        path = following[1]
    assert seen == ["fan4", "fan3", "fan2", "fan1", "fan0"]
    assert [one["id"] for one in town.anyone.get(f"/api/v1/accounts/{fan.id}/following")] == [
        str(ada.id)
    ]


def test_a_list_hides_whom_one_blocked(town: Town) -> None:
    ada, bo, cy = town.member("ada"), town.member("bo"), town.member("cy")
    town.as_(cy).post(f"/api/v1/accounts/{bo.id}/follow")
    api = town.as_(ada)
    assert len(api.get(f"/api/v1/accounts/{bo.id}/followers")) == 1
    api.post(f"/api/v1/accounts/{cy.id}/block")
    assert api.get(f"/api/v1/accounts/{bo.id}/followers") == []
    assert api.get("/api/v1/accounts/search?q=cy") == []


def test_search_finds_handles_and_names(town: Town) -> None:
    ada = town.member("ada")
    town.member("adam")
    town.member("bo")
    api = town.as_(ada)
    found = api.get("/api/v1/accounts/search?q=ada&resolve=true&limit=5")
    assert [one["username"] for one in found] == ["ada", "adam"]
    assert [one["username"] for one in api.get("/api/v1/accounts/search?q=@bo@weft.test")] == ["bo"]
    assert api.get("/api/v1/accounts/search?q=ada&following=true") == []
    assert api.get("/api/v1/accounts/search?q=ada&offset=1")[0]["username"] == "adam"
    assert api.get("/api/v1/accounts/search?q=") == []
    assert town.anyone.get("/api/v1/accounts/search?q=ada", 401)["error"]


def test_familiar_followers(town: Town) -> None:
    ada, bo, cy = town.member("ada"), town.member("bo"), town.member("cy")
    town.as_(ada).post(f"/api/v1/accounts/{bo.id}/follow")
    town.as_(bo).post(f"/api/v1/accounts/{cy.id}/follow")
    found = town.as_(ada).get(f"/api/v1/accounts/familiar_followers?id[]={cy.id}")
    assert [(one["id"], [a["username"] for a in one["accounts"]]) for one in found] == [
        (str(cy.id), ["bo"])
    ]
    # Mastodon.py asks in JSON.
    path = "/api/v1/accounts/familiar_followers"
    assert town.as_(ada).get(path, json={"id": [cy.id]}) == found
    assert "error" in town.as_(ada).get(path, 422, json={"id": {}})


# -- one's own ----------------------------------------------------------------------------------


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (600, 500), colour).save(file, "PNG")
    return file.getvalue()


def test_a_profile_changes_by_form_json_and_files(town: Town) -> None:
    ada = town.member("ada")
    api = town.as_(ada)
    path = "/api/v1/accounts/update_credentials"
    after = api.patch(
        path,
        data={
            "display_name": " Ada L. ",
            "note": "I weave. <b>https://weft.test/x</b>",
            "locked": "true",
            "source[privacy]": "unlisted",
            "source[language]": "en",
            "fields_attributes[0][name]": "Home",
            "fields_attributes[0][value]": "https://ada.test",
        },
    )
    assert after["display_name"] == "Ada L."
    assert after["locked"] is True
    assert "&lt;b&gt;" in after["note"]
    assert 'href="https://weft.test/x' in after["note"]
    assert after["source"]["note"] == "I weave. <b>https://weft.test/x</b>"
    assert after["source"]["privacy"] == "unlisted"
    assert after["source"]["fields"][0]["value"] == "https://ada.test"
    assert after["fields"][0]["value"].startswith("<a ")
    assert api.get("/api/v1/preferences")["posting:default:visibility"] == "unlisted"
    assert api.patch(path, json={"locked": False})["locked"] is False
    assert api.patch(path)["display_name"] == "Ada L."


def test_pictures_are_stored_and_let_go(town: Town, settings: Any) -> None:
    api = town.as_(town.member("ada"))
    path = "/api/v1/accounts/update_credentials"
    first = api.patch(
        path,
        data={"display_name": "Ada"},
        files={
            "avatar": ("a.png", picture("red"), "image/png"),
            "header": ("h.png", picture("blue")),
        },
    )
    assert re.fullmatch(r"https://weft\.test/media/[0-9a-f]{2}/[0-9a-f]{62}\.webp", first["avatar"])
    assert first["header"] != first["avatar"]

    def kept() -> int:
        return sum(1 for file in (settings.data / "media").rglob("*.webp") if file.is_file())

    assert kept() == 2
    second = api.patch(path, files={"avatar": ("b.png", picture("green"), "image/png")})
    assert second["avatar"] != first["avatar"]
    assert second["header"] == first["header"]
    assert kept() == 2
    dropped = town.client.delete("/api/v1/profile/avatar", headers=api.headers).json()
    assert "/media/faces/" in dropped["avatar"]
    assert kept() == 1
    refused = api.patch(path, 422, files={"avatar": ("c.png", b"no picture", "image/png")})
    assert "error" in refused


@pytest.mark.parametrize(
    "change",
    [
        {"display_name": "x" * 65},
        {"note": "x" * 2_001},
        {"fields_attributes": [{"name": "n", "value": "v"}] * 9},
        {"fields_attributes": [{"name": "n", "value": "v" * 256}]},
        {"source": {"privacy": "secret"}},
        {"locked": "perhaps"},
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(town: Town, change: Any) -> None:
    api = town.as_(town.member("ada"))
    before = api.get("/api/v1/accounts/verify_credentials")
    refused = api.patch("/api/v1/accounts/update_credentials", 422, json=change)
    assert refused["error"].startswith("Validation failed")
    assert api.get("/api/v1/accounts/verify_credentials") == before


def test_the_own_account_knows_its_role(town: Town) -> None:
    admin = town.as_(town.member("ada", role="admin"))
    assert admin.get("/api/v1/accounts/verify_credentials")["role"]["name"] == "Admin"
    user = town.as_(town.member("bo"))
    assert user.get("/api/v1/accounts/verify_credentials")["role"]["permissions"] == "0"


# -- signing up ---------------------------------------------------------------------------------


def app_api(town: Town) -> Api:
    issued = town.house.db.write_now(
        lambda tx: oauth.issue(tx, "read write follow", account_id=None, app_id=None)
    )
    return Api(town.client, issued.token)


SIGN_UP = {
    "username": "newbie",
    "email": "New@mail.test",
    "password": PASSWORD,
    "agreement": "true",
    "locale": "de-AT",
}


def test_signing_up_gives_a_token(town: Town) -> None:
    token = app_api(town).post("/api/v1/accounts", data=SIGN_UP)
    mine = Api(town.client, token["access_token"]).get("/api/v1/accounts/verify_credentials")
    assert mine["username"] == "newbie"
    assert mine["source"]["language"] == "de"
    assert token["scope"].split() == ["follow", "read", "write"]


def test_signing_up_says_what_is_wrong(town: Town) -> None:
    town.member("ada")
    api = app_api(town)
    refused = api.post("/api/v1/accounts", 422, json={"username": "ada", "email": "nothing"})
    assert set(refused["details"]) == {"username", "email", "password", "agreement"}
    assert refused["details"]["username"][0]["error"] == "ERR_TAKEN"
    for name in ("admin", "a b", "ä" * 3, "x" * 31):
        assert (
            "Username"
            in api.post("/api/v1/accounts", 422, json=SIGN_UP | {"username": name})["error"]
        )
    # A member's own token makes no members.
    member = town.as_(town.member("bo"))
    assert member.post("/api/v1/accounts", 403, json=SIGN_UP)["error"]


def test_signing_up_has_its_pace(town: Town) -> None:
    api = app_api(town)
    for number in range(5):
        api.post(
            "/api/v1/accounts",
            json=SIGN_UP | {"username": f"n{number}", "email": f"n{number}@mail.test"},
        )
    assert api.post("/api/v1/accounts", 429, json=SIGN_UP) == {"error": "Too many requests"}
