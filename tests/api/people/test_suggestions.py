"""Whom one is shown to follow, and who is left out."""

from __future__ import annotations

import pytest

from tests.api.people.conftest import Town
from weft.people.accounts import update

SUGGESTED = "/api/v2/suggestions"


def names(found: list[dict[str, dict[str, str]]]) -> list[str]:
    return [one["account"]["acct"] for one in found]


def test_friends_of_friends_come_first(town: Town) -> None:
    ada, bo, cy, di = (town.member(name) for name in ("ada", "bo", "cy", "di"))
    for fan in (cy, di):
        town.as_(fan).post(f"/api/v1/accounts/{town.member('star' + fan.username).id}/follow")
    town.as_(ada).post(f"/api/v1/accounts/{bo.id}/follow")
    town.as_(bo).post(f"/api/v1/accounts/{cy.id}/follow")
    found = town.as_(ada).get(SUGGESTED)
    assert names(found)[0] == "cy"
    assert found[0]["source"] == "past_interactions"
    assert found[0]["sources"] == ["friends_of_friends", "most_followed"]
    assert set(names(found)) == {"cy", "starcy", "stardi", "di"}
    assert town.as_(ada).get("/api/v1/suggestions?limit=1")[0]["acct"] == "cy"
    town.as_(bo).patch("/api/v1/accounts/update_credentials", json={"hide_collections": True})
    assert town.as_(ada).get(SUGGESTED)[0]["sources"] == ["most_followed"]


@pytest.mark.parametrize(
    "how", ["follow", "block", "mute", "dismiss", "hide", "silence", "blocked"]
)
def test_nobody_is_suggested_whom_one_would_not_want(town: Town, how: str) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    api = town.as_(ada)
    assert names(api.get(SUGGESTED)) == ["bo"]
    if how == "dismiss":
        assert api.delete(f"/api/v1/suggestions/{bo.id}") == {}
        assert api.delete("/api/v1/suggestions/7") == {}
        assert api.delete("/api/v1/suggestions/x") == {}
    elif how == "hide":
        town.as_(bo).patch("/api/v1/profile", json={"discoverable": False})
    elif how == "silence":
        town.house.db.write_now(lambda tx: update(tx, bo.id, silenced_at=tx.now))
    elif how == "blocked":
        town.as_(bo).post(f"/api/v1/accounts/{ada.id}/block")
    else:
        api.post(f"/api/v1/accounts/{bo.id}/{how}")
    assert api.get(SUGGESTED) == []


def test_the_directory_shows_who_agreed_to_it(town: Town) -> None:
    ada, bo, cy = (town.member(name) for name in ("ada", "bo", "cy"))
    mo = town.house.remote("mo", "other.test")
    for one in (bo, ada, mo):
        town.house.post(one, "hello")
    hidden = town.member("di")
    town.as_(hidden).patch("/api/v1/profile", json={"discoverable": False})

    def listed(query: str = "", api: object = None) -> list[str]:
        reader = api or town.anyone
        return [one["acct"] for one in reader.get(f"/api/v1/directory?{query}")]  # pyright: ignore[reportAttributeAccessIssue]

    assert set(listed()) == {"ada", "bo", "mo@other.test"}
    assert listed("order=new&local=true") == ["cy", "bo", "ada"]
    assert listed("order=new&local=true&offset=1&limit=1") == ["bo"]
    town.as_(cy).post(f"/api/v1/accounts/{bo.id}/block")
    assert "bo" not in listed("order=new", town.as_(cy))
    town.anyone.get("/api/v1/directory?order=best", 422)
    assert listed("offset=999999999") == []
