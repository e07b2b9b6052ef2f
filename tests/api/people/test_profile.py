"""The profile as its owner edits it, and what it tells others."""

from __future__ import annotations

import msgspec
import pytest

from tests.api.people.conftest import Town
from weft.api.mastodon.profile import Profile
from weft.federation import render
from weft.people import accounts

UPDATE = "/api/v1/accounts/update_credentials"


def test_a_profile_is_read_as_it_was_written(town: Town) -> None:
    ada = town.member("ada")
    api = town.as_(ada)
    before = api.get("/api/v1/profile")
    assert list(before) == list(Profile.__struct_fields__)
    assert (before["avatar"], before["header"], before["show_media"]) == (None, None, True)
    change = {
        "display_name": "Ada",
        "note": "I <b>weave</b>",
        "avatar_description": "a shuttle",
        "hide_collections": True,
        "show_media": False,
        "show_featured": False,
        "attribution_domains": ["https://Words.test/", "words.test"],
        "fields_attributes": [{"name": "Home", "value": "https://ada.test"}],
    }
    after = api.patch("/api/v1/profile", json=change)
    assert after["note"] == "I <b>weave</b>"
    assert after["attribution_domains"] == ["words.test"]
    assert after["fields"] == [{"name": "Home", "value": "https://ada.test", "verified_at": None}]
    assert (after["show_media"], after["show_media_replies"]) == (False, True)
    seen = town.anyone.get(f"/api/v1/accounts/{ada.id}")
    assert seen["avatar_description"] == "a shuttle"
    assert (seen["hide_collections"], seen["show_media"]) == (True, False)
    own = api.get("/api/v1/accounts/verify_credentials")["source"]
    assert (own["hide_collections"], own["attribution_domains"]) == (True, ["words.test"])
    api.delete("/api/v1/profile/avatar")
    assert api.get("/api/v1/profile")["avatar_description"] == ""
    back = {"hide_collections": False, "show_media": True, "show_featured": True}
    api.patch(UPDATE, json=back | {"attribution_domains": []})
    assert town.house.db.read_now(lambda tx: accounts.get(tx, ada.id)).profile is None
    town.anyone.get("/api/v1/profile", 401)


def test_who_hides_their_network_shows_it_to_themselves(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    town.as_(bo).post(f"/api/v1/accounts/{ada.id}/follow")
    town.as_(ada).patch(UPDATE, data={"hide_collections": "true"})
    path = f"/api/v1/accounts/{ada.id}/followers"
    assert town.anyone.get(path) == []
    assert town.as_(bo).get(path) == []
    assert [one["username"] for one in town.as_(ada).get(path)] == ["bo"]


def test_a_person_may_be_automated_and_an_ai_cannot_be_a_person(town: Town) -> None:
    ada = town.member("ada")
    assert town.as_(ada).patch(UPDATE, data={"bot": "true"})["bot"] is True
    db = town.house.db
    now = db.read_now(lambda tx: accounts.get(tx, ada.id))
    assert render.actor(db.site, now, "")["type"] == "Service"
    assert now.kind == "person"
    assert now.ai is None
    helper = town.house.ai("helper", ada)
    assert "AI" in town.as_(helper).patch(UPDATE, 422, json={"bot": False})["error"]
    assert town.as_(helper).patch(UPDATE, json={"bot": True})["bot"] is True


@pytest.mark.parametrize(
    "change",
    [
        {"attribution_domains": [f"s{n}.test" for n in range(11)]},
        {"attribution_domains": ["no domain"]},
        {"attribution_domains": ["a.test/path"]},
        {"avatar_description": "x" * 1_501},
        {"show_media": "perhaps"},
    ],
)
def test_what_does_not_fit_is_refused(town: Town, change: dict[str, object]) -> None:
    api = town.as_(town.member("ada"))
    before = api.get("/api/v1/profile")
    assert api.patch("/api/v1/profile", 422, json=change)["error"].startswith("Validation failed")
    assert api.get("/api/v1/profile") == before


def test_who_moved_says_where_to(town: Town) -> None:
    ada = town.member("ada")
    there = town.house.remote("ada", "new.test", also_known_as=[ada.uri])
    town.house.db.write_now(lambda tx: accounts.update(tx, ada.id, moved_to=there.uri))
    shown = town.anyone.get(f"/api/v1/accounts/{ada.id}")
    assert shown["moved"]["acct"] == "ada@new.test"
    assert "moved" not in shown["moved"]
    assert town.anyone.get(f"/api/v1/accounts/{ada.id}/identity_proofs", 401)
    assert town.as_(ada).get(f"/api/v1/accounts/{ada.id}/identity_proofs") == []
    assert msgspec.json.encode(shown)
