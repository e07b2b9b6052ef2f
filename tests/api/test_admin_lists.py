"""Lists of accounts as admins ask for them: each filter selects what it says and nothing else, and
pages meet without a gap.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.moderation import actions, sign_ups
from weft.people import credentials
from weft.store.database import Tx

pytestmark = pytest.mark.anyio

ADMIN = "read write admin:read admin:write"
EVERYONE = {"boss", "ada", "bob", "bot", "frozen", "hushed", "out", "waits", "far", "farout"}


class Town:
    """One account of each sort."""

    def __init__(self, house: House) -> None:
        self.people = {
            name: house.person(name) for name in ("boss", "ada", "bob", "frozen", "hushed", "out")
        }
        self.people["bot"] = house.ai("bot", self.people["ada"])
        self.people["far"] = house.remote("far", "far.test")
        self.people["farout"] = house.remote("farout", "far.test")
        house.remote("below", "a.far.test")
        house.db.write_now(self._enrol)

    def _enrol(self, tx: Tx) -> None:
        boss = self.people["boss"]
        for name in ("boss", "ada", "bob", "frozen", "hushed", "out"):
            credentials.enrol(
                tx,
                self.people[name],
                f"{name}@{'weft' if name == 'boss' else 'mail'}.test",
                "x",
                role="admin" if name == "boss" else "user",
                ip="192.0.2.7" if name == "ada" else None,
            )
        credentials.seen(tx, self.people["bob"].id, "2001:db8::1")
        for name, kind in (
            ("frozen", "disable"),
            ("hushed", "silence"),
            ("out", "suspend"),
            ("farout", "suspend"),
            ("bob", "sensitive"),
        ):
            actions.act(tx, boss, self.people[name], kind)
        wish = sign_ups.SignUp("waits", "waits@mail.test", "a long enough one", agreement=True)
        self.people["waits"] = sign_ups.join(tx, wish, "x", approved=False)


@pytest.fixture
def town(house: House) -> Town:
    return Town(house)


@pytest.fixture
def admin(edge: Edge, town: Town) -> Client:
    return edge.of(town.people["boss"], ADMIN)


V1: list[tuple[dict[str, Any], set[str]]] = [
    ({}, EVERYONE | {"below"}),
    ({"local": "true"}, EVERYONE - {"far", "farout"}),
    ({"remote": "true"}, {"far", "farout", "below"}),
    ({"local": "true", "remote": "true"}, EVERYONE | {"below"}),
    ({"active": "true", "local": "true"}, {"boss", "ada", "bob", "bot", "hushed"}),
    ({"pending": "true"}, {"waits"}),
    ({"disabled": "true"}, {"frozen"}),
    ({"silenced": "true"}, {"hushed"}),
    ({"suspended": "true"}, {"out", "farout"}),
    ({"suspended": "true", "local": "true"}, {"out"}),
    ({"sensitized": "true"}, {"bob"}),
    ({"staff": "true"}, {"boss"}),
    ({"staff": "true", "suspended": "true"}, set()),
    ({"pending": "false"}, EVERYONE | {"below"}),
]
V2: list[tuple[dict[str, Any], set[str]]] = [
    ({"origin": "local"}, EVERYONE - {"far", "farout"}),
    ({"origin": "remote"}, {"far", "farout", "below"}),
    ({"status": "active", "origin": "local"}, {"boss", "ada", "bob", "bot", "hushed"}),
    ({"status": "pending"}, {"waits"}),
    ({"status": "disabled"}, {"frozen"}),
    ({"status": "silenced"}, {"hushed"}),
    ({"status": "suspended"}, {"out", "farout"}),
    ({"permissions": "staff"}, {"boss"}),
    ({"role_ids[]": "3"}, {"boss"}),
    ({"role_ids[]": ["3", "nobody"]}, {"boss"}),
    ({"role_ids[]": "77"}, set()),
    ({"invited_by": "1"}, set()),
]
BOTH: list[tuple[dict[str, Any], set[str]]] = [
    ({"username": "fa"}, {"far", "farout"}),
    ({"username": "FAROUT"}, {"farout"}),
    ({"username": "_ar"}, set()),
    ({"username": "%"}, set()),
    ({"display_name": "Hush"}, {"hushed"}),
    ({"by_domain": "far.test"}, {"far", "farout"}),
    ({"by_domain": "nowhere.test"}, set()),
    ({"email": "ada@mail.test"}, {"ada"}),
    ({"email": "ADA@"}, {"ada"}),
    ({"email": "mail.test"}, set()),
    ({"ip": "192.0.2.7"}, {"ada"}),
    ({"ip": "2001:db8::1"}, {"bob"}),
    ({"ip": "192.0.2"}, set()),
    ({"username": "", "email": "", "ip": "", "by_domain": ""}, EVERYONE | {"below"}),
]


async def test_each_filter_selects_what_it_says(admin: Client) -> None:
    asked = [("v1", *one) for one in V1 + BOTH] + [("v2", *one) for one in V2 + BOTH]
    for version, params, wanted in asked:
        answer = await admin.get(f"/api/{version}/admin/accounts", params=params)
        assert answer.status_code == 200, (params, answer.text)
        assert {one["username"] for one in answer.json()} == wanted, (version, params)


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_pages_meet_and_keep_what_was_asked(admin: Client, version: str) -> None:
    path = f"/api/{version}/admin/accounts"
    whole = [one["id"] for one in (await admin.get(path)).json()]
    assert whole == sorted(whole, key=int, reverse=True)
    asked = {"email": "", "limit": "3", "username": ""}
    url: str | None = f"{path}?{urlencode(asked)}"
    found: list[str] = []
    while url is not None:
        answer = await admin.get(url)
        found += [one["id"] for one in answer.json()]
        url = answer.links["next"]["url"] if "next" in answer.links else None
        if "prev" in answer.links and len(found) == 6:
            before = await admin.get(answer.links["prev"]["url"])
            assert [one["id"] for one in before.json()] == whole[:3]
    assert found == whole
    newer = await admin.get(path, params={"min_id": whole[-1], "limit": "2"})
    assert [one["id"] for one in newer.json()] == whole[-3:-1]
    assert len((await admin.get(path, params={"limit": "99999"})).json()) == len(whole)
