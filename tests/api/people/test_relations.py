"""Notes, features, blocked servers: what stands between two."""

from __future__ import annotations

from typing import Any

from tests.api.people.conftest import Town
from weft.people import domains, follows
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import listeners, timelines


def test_a_note_is_for_its_writer_alone(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    path = f"/api/v1/accounts/{bo.id}/note"
    assert town.as_(ada).post(path, json={"comment": " met in Graz\x00 "})["note"] == "met in Graz"
    stands = f"/api/v1/accounts/relationships?id[]={bo.id}"
    assert town.as_(ada).get(stands)[0]["note"] == "met in Graz"
    mine = f"/api/v1/accounts/relationships?id[]={ada.id}"
    assert town.as_(bo).get(mine)[0]["note"] == ""
    assert "too long" in town.as_(ada).post(path, 422, json={"comment": "x" * 2_001})["error"]
    assert town.as_(ada).post(path)["note"] == ""
    town.as_(ada).post("/api/v1/accounts/7/note", 404, json={"comment": "x"})


def test_only_the_followed_are_featured(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    api, path = town.as_(ada), f"/api/v1/accounts/{bo.id}"
    assert "already following" in api.post(f"{path}/endorse", 422)["error"]
    api.post(f"{path}/follow")
    assert api.post(f"{path}/endorse")["endorsed"] is True
    assert api.post(f"{path}/pin")["endorsed"] is True
    for listed in (
        api.get("/api/v1/endorsements"),
        town.anyone.get(f"/api/v1/accounts/{ada.id}/endorsements"),
    ):
        assert [one["id"] for one in listed] == [str(bo.id)]
    assert api.post(f"{path}/unpin")["endorsed"] is False
    api.post(f"{path}/endorse")
    assert api.post(f"{path}/unfollow")["endorsed"] is False
    assert town.anyone.get("/api/v1/accounts/7/endorsements", 404)


def away(town: Town, *names: str) -> list[Account]:
    return [town.house.remote(name, "loud.test") for name in names]


def follow(town: Town, one: Account, other: Account) -> None:
    def both(tx: Any) -> None:
        follows.follow(tx, one, other)
        follows.accept(tx, other, one)

    town.house.db.write_now(both)


def reads(town: Town, member: Account) -> set[str]:
    db = town.house.db
    return {post.source for post in db.read_now(lambda tx: timelines.home(tx, member.id, Page()))}


def test_of_a_blocked_server_nothing_is_seen(town: Town) -> None:
    ada, bo = town.member("ada"), town.member("bo")
    mo, no = away(town, "mo", "no")
    follow(town, ada, mo)
    follow(town, no, ada)
    api = town.as_(ada)
    api.post(f"/api/v1/accounts/{bo.id}/follow")
    town.house.post(mo, "noise")
    town.house.post(bo, "quiet")
    assert reads(town, ada) == {"noise", "quiet"}
    told = api.get("/api/v1/domain_blocks/preview?domain=loud.test")
    assert told == {"following_count": 1, "followers_count": 1}

    assert api.post("/api/v1/domain_blocks", data={"domain": " Loud.Test "}) == {}
    assert api.post("/api/v1/domain_blocks", data={"domain": "loud.test"}) == {}
    assert api.get("/api/v1/domain_blocks") == ["loud.test"]
    assert reads(town, ada) == {"quiet"}
    ids = f"id[]={mo.id}&id[]={no.id}"
    for stands in api.get(f"/api/v1/accounts/relationships?{ids}"):
        assert stands["domain_blocking"] is True
        assert (stands["following"], stands["followed_by"]) == (False, False)
    post = town.house.post(mo, "public noise")
    db = town.house.db

    def public() -> set[str]:
        found = db.read_now(lambda tx: timelines.public(tx, ada.id, Page()))
        return {one.source for one in found}

    assert public() == {"quiet"}
    assert db.read_now(lambda tx: listeners.unwilling(tx, post)) == {ada.id}
    api.post(f"/api/v1/accounts/{mo.id}/follow", 403)
    assert api.get("/api/v1/accounts/search?q=mo") == []

    assert api.delete("/api/v1/domain_blocks", json={"domain": "loud.test"}) == {}
    assert api.delete("/api/v1/domain_blocks?domain=loud.test") == {}
    assert api.get("/api/v1/domain_blocks") == []
    assert public() == {"quiet", "noise", "public noise"}


def test_a_server_with_many_followers_is_parted_from_in_steps(town: Town, monkeypatch: Any) -> None:
    ada = town.member("ada")
    for one in away(town, "a", "b", "c"):
        follow(town, one, ada)
    monkeypatch.setattr(domains, "PART", 2)
    monkeypatch.setattr(domains, "_FOLLOWERS_PART", domains._FOLLOWERS.limit(2))  # pyright: ignore[reportPrivateUsage]
    db = town.house.db

    def left() -> int:
        return db.read_now(lambda tx: domains.preview(tx, ada.id, "loud.test")).followers_count

    town.as_(ada).post("/api/v1/domain_blocks", data={"domain": "loud.test"})
    assert left() == 1
    db.write_now(lambda tx: domains.part(tx, ada, "loud.test"))
    assert left() == 0


def test_what_is_no_domain_is_refused(town: Town) -> None:
    api = town.as_(town.member("ada"))
    path = "/api/v1/domain_blocks"
    assert api.post(path, 422)["error"] == "Validation failed: Domain can't be blank"
    for bad in ("a b.test", "weft.test", "x" * 300, "a\x00.test", "ä..b"):
        refused = api.post(path, 422, json={"domain": bad})
        assert refused["error"] == "Validation failed: Domain is not a valid domain name"
    assert api.get(path) == []
    town.anyone.get(path, 401)


def test_blocked_servers_come_in_pages(town: Town) -> None:
    api = town.as_(town.member("ada"))
    for number in range(3):
        api.post("/api/v1/domain_blocks", json={"domain": f"s{number}.test"})
    assert api.get("/api/v1/domain_blocks?limit=2") == ["s2.test", "s1.test"]
    assert len(api.get("/api/v1/domain_blocks?limit=999")) == 3


def test_followed_in_one_language_only_that_is_read(town: Town) -> None:
    ada, bo, cy = town.member("ada"), town.member("bo"), town.member("cy")
    api, path = town.as_(ada), f"/api/v1/accounts/{bo.id}/follow"
    town.house.post(bo, "davor", language="de")
    made = api.post(path, data={"languages[]": ["en", "eo"]})
    assert made["languages"] == ["en", "eo"]
    town.house.post(bo, "hello", language="en")
    town.house.post(bo, "hallo", language="de")
    town.house.post(bo, "42", language=None)
    assert reads(town, ada) == {"hello", "42"}
    assert api.post(path)["languages"] is None
    town.house.post(bo, "servus", language="de")
    assert reads(town, ada) == {"hello", "42", "servus"}
    api.post(f"/api/v1/accounts/{cy.id}/follow", 422, json={"languages": ["%"]})
