"""Accounts shown under a name: only with their consent, and only as long as they want."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.people.conftest import Api, Town
from weft.people import collections
from weft.store.page import Page
from weft.threads import notices

PATH = "/api/v1/collections"


def made(api: Api, *ids: int, **more: Any) -> Any:
    given = {"name": "Weavers", "account_ids": [str(one) for one in ids]} | more
    return api.post(PATH, json=given)["collection"]


def test_a_collection_shows_its_owner_and_whom_it_names(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    more = {"description": "at looms", "language": "en", "tag_name": "#Weaving"}
    collection = made(town.as_(ada), bo.id, **more)
    assert collection["tag"] == {"name": "Weaving", "url": "https://weft.test/tags/weaving"}
    assert collection["item_count"] == 1
    assert collection["items"][0]["state"] == "accepted"
    shown = town.anyone.get(f"{PATH}/{collection['id']}")
    assert shown["collection"] == collection
    assert [one["username"] for one in shown["accounts"]] == ["ada", "bo"]
    for path in (f"{ada.id}/collections", f"{bo.id}/in_collections"):
        listed = town.as_(bo).get(f"/api/v1/accounts/{path}")
        assert [one["id"] for one in listed["collections"]] == [collection["id"]]
    town.as_(ada).get(f"/api/v1/accounts/{bo.id}/in_collections", 403)
    told = town.house.db.read_now(lambda tx: notices.listed(tx, bo.id, Page()))
    assert [(one.kind, one.data) for one in told] == [
        ("added_to_collection", {"collection_id": collection["id"]})
    ]


def test_what_is_changed_is_told_once(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    api = town.as_(ada)
    path = f"{PATH}/{made(api, bo.id, language='en', tag_name='x')['id']}"
    for name in ("Spinners", "Dyers", "Dyers"):
        api.patch(path, json={"name": name, "language": "", "tag_name": ""})
    shown = api.get(path)["collection"]
    assert (shown["name"], shown["language"], shown["tag"]) == ("Dyers", None, None)
    told = town.house.db.read_now(lambda tx: notices.listed(tx, bo.id, Page()))
    assert [one.kind for one in told] == ["collection_update", "added_to_collection"]
    api.delete(path)
    api.get(path, 404)
    assert town.as_(bo).get(f"/api/v1/accounts/{bo.id}/in_collections") == {"collections": []}


def test_that_one_was_added_is_told_once(town: Town) -> None:
    """Taken out and added again and again is no way to ring at somebody's door."""
    ada, bo = town.member("ada"), town.member("bo")
    api = town.as_(ada)
    collection = made(api, bo.id)
    items = f"{PATH}/{collection['id']}/items"
    item = collection["items"][0]["id"]
    for _ in range(2):
        api.delete(f"{items}/{item}")
        assert api.get(f"{PATH}/{collection['id']}")["collection"]["items"] == []
        api.delete(f"{items}/{item}", 404)
        town.house.db.write_now(lambda tx: notices.clear(tx, bo.id))
        item = api.post(items, json={"account_id": str(bo.id)})["collection_item"]["id"]
    (shown,) = api.get(f"{PATH}/{collection['id']}")["collection"]["items"]
    assert shown["id"] == item
    assert town.house.db.read_now(lambda tx: notices.listed(tx, bo.id, Page())) == []
    # Another collection is something else.
    made(api, bo.id, name="Spinners")
    told = town.house.db.read_now(lambda tx: notices.listed(tx, bo.id, Page()))
    assert [one.kind for one in told] == ["added_to_collection"]


def test_nobody_is_shown_against_their_will(town: Town) -> None:
    ada, bo, cy = (town.member(name) for name in ("ada", "bo", "cy"))
    mo = town.house.remote("mo", "other.test")
    api = town.as_(ada)
    path = f"{PATH}/{made(api)['id']}/items"
    town.as_(bo).patch("/api/v1/profile", json={"discoverable": False})
    town.as_(cy).post(f"/api/v1/accounts/{ada.id}/block")
    answers = {
        api.post(path, 422, json={"account_id": str(one)})["error"]
        for one in (bo.id, cy.id, mo.id, 7)
    }
    assert answers == {"Validation failed: This account cannot be added to a collection"}
    assert api.post(path, 422)["error"] == "`account_id` parameter is missing"
    assert api.post(path, 422, json={"account_id": "9" * 40})["error"]
    policies = {
        one.id: town.anyone.get(f"/api/v1/accounts/{one.id}")["feature_approval"]["current_user"]
        for one in (ada, bo, mo)
    }
    assert policies == {ada.id: "automatic", bo.id: "denied", mo.id: "missing"}


def test_who_leaves_is_not_added_again(town: Town) -> None:
    ada, bo, cy = (town.member(name) for name in ("ada", "bo", "cy"))
    api = town.as_(ada)
    collection = made(api, bo.id, cy.id)
    items = f"{PATH}/{collection['id']}/items"
    first, second = (one["id"] for one in collection["items"])
    town.as_(cy).post(f"{items}/{first}/revoke", 403)
    assert town.as_(bo).post(f"{items}/{first}/revoke") == {}
    assert api.get(f"{PATH}/{collection['id']}")["collection"]["item_count"] == 1
    api.delete(f"{items}/{first}", 404)
    api.post(items, 422, json={"account_id": str(bo.id)})
    # Who was taken out can be taken in again.
    assert api.delete(f"{items}/{second}") == {}
    assert (
        api.post(items, json={"account_id": str(cy.id)})["collection_item"]["state"] == "accepted"
    )
    api.post(items, 422, json={"account_id": str(cy.id)})
    town.as_(cy).post(f"/api/v1/accounts/{ada.id}/block")
    assert api.get(f"{PATH}/{collection['id']}")["collection"]["items"] == []
    town.as_(cy).get(f"{PATH}/{collection['id']}", 404)


def test_only_the_owner_changes_it(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    collection = made(town.as_(ada), bo.id, discoverable=False)
    path, other = f"{PATH}/{collection['id']}", town.as_(bo)
    for refused in (
        other.patch(path, 403, json={"name": "mine"}),
        other.delete(path, 403),
        other.post(f"{path}/items", 403, json={"account_id": str(bo.id)}),
        other.delete(f"{path}/items/{collection['items'][0]['id']}", 403),
    ):
        assert refused == {"error": "This action is not allowed"}
    listed = f"/api/v1/accounts/{ada.id}/collections"
    assert town.anyone.get(listed) == other.get(listed) == {"collections": []}
    assert len(town.as_(ada).get(listed)["collections"]) == 1
    town.anyone.post(PATH, 401, json={"name": "x"})
    town.as_(ada, "read").post(PATH, 403, json={"name": "x"})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"name": "x", "description": "x" * 101}, "description"),
        ({"name": "x", "tag_name": "no tag"}, "tag"),
        ({"name": "x", "language": "??"}, "language"),
    ],
)
def test_what_does_not_fit_is_named(town: Town, given: dict[str, str], field: str) -> None:
    api = town.as_(town.member("ada"))
    refused = api.post(PATH, 422, json=given)
    assert refused["error"].startswith("Validation failed: ")
    assert list(refused["details"]) == [field]


def test_collections_have_their_limits_and_pages(town: Town, monkeypatch: Any) -> None:
    ada, bo, cy = (town.member(name) for name in ("ada", "bo", "cy"))
    monkeypatch.setattr(collections, "COLLECTIONS_MAX", 2)
    monkeypatch.setattr(collections, "ITEMS_MAX", 1)
    api = town.as_(ada)
    api.post(PATH, 422, json={"name": "both", "account_ids": [str(bo.id), str(cy.id)]})
    first = made(api, bo.id)
    api.post(f"{PATH}/{first['id']}/items", 422, json={"account_id": str(cy.id)})
    second = made(api)
    api.post(PATH, 422, json={"name": "third"})
    path = f"/api/v1/accounts/{ada.id}/collections?limit=1"
    assert api.get(path)["collections"][0]["id"] == second["id"]
    answer = town.client.get(path)
    assert 'collections?limit=1&offset=1>; rel="next"' in answer.headers["link"]
    assert api.get(f"{path}&offset=1")["collections"][0]["id"] == first["id"]
