"""Subscribing to be woken: one for each token, and never to where we do not go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.api.conftest import Edge
from tests.conftest import House
from tests.push.phone import Phone
from weft.net.client import Client
from weft.people.model import Account
from weft.push.subscriptions import KINDS
from weft.store.schema import metadata

pytestmark = pytest.mark.anyio

PATH = "/api/v1/push/subscription"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def edge(house: House, tmp_path: Path) -> AsyncIterator[Edge]:
    async with Client(user_agent="Weft/test") as client:
        made = Edge(house, tmp_path / "media", client=client)
        async with made.http:
            yield made


def asked(**more: Any) -> dict[str, Any]:
    return {
        "subscription": {"endpoint": "https://push.example/wake/1", "keys": Phone().keys()} | more
    }


async def test_subscribed_read_changed_and_gone(edge: Edge, ada: Account) -> None:
    client = edge.of(ada, "push")
    assert (await client.get(PATH)).status_code == 404
    keys = Phone().keys()
    form = (
        "subscription[endpoint]=https://push.example/wake/1"
        f"&subscription[keys][p256dh]={keys['p256dh']}&subscription[keys][auth]={keys['auth']}"
        "&subscription[standard]=true&data[alerts][mention]=true&data[alerts][admin.sign_up]=1"
        "&data[alerts][poll]=false&data[policy]=followed"
    )
    made = (await client.post(PATH, content=form, headers=FORM)).json()
    assert isinstance(made["id"], int)
    assert 0 < made["id"] < 2**31
    assert made == {
        "id": made["id"],
        "endpoint": "https://push.example/wake/1",
        "standard": True,
        "alerts": dict.fromkeys(KINDS, False) | {"mention": True, "admin.sign_up": True},
        "server_key": made["server_key"],
        "policy": "followed",
    }
    assert len(made["server_key"]) == 88
    assert (await client.get(PATH)).json() == made
    changed = (
        await client.put(PATH, json={"data": {"alerts": {"reblog": True}}, "policy": "none"})
    ).json()
    assert changed == made | {
        "alerts": dict.fromkeys(KINDS, False) | {"reblog": True},
        "policy": "none",
    }
    again = (await client.post(PATH, json=asked())).json()
    assert (again["standard"], again["policy"]) == (False, "all")
    assert again["server_key"] == made["server_key"]
    assert (await client.delete(PATH)).json() == {}
    assert (await client.delete(PATH)).json() == {}
    assert (await client.get(PATH)).status_code == 404
    assert (await client.put(PATH, json={})).status_code == 404
    instance = (await client.get("/api/v2/instance")).json()
    assert instance["configuration"]["vapid"]["public_key"] == made["server_key"]


async def test_a_copy_of_the_database_gives_no_token(edge: Edge, ada: Account) -> None:
    """It is kept, since apps want it back in each push; but sealed, with a key that is elsewhere."""
    client = edge.of(ada)
    assert (await client.post(PATH, json=asked())).status_code == 200
    token = client.headers["Authorization"].removeprefix("Bearer ")
    rows = await edge.house.db.read(
        lambda tx: [row for table in metadata.sorted_tables for row in tx.rows(sa.select(table))]
    )
    values = [value for row in rows for value in row]
    assert any(isinstance(value, bytes) and len(value) > len(token) for value in values)
    for value in values:
        kept = value if isinstance(value, bytes) else str(value).encode()
        assert token.encode() not in kept
    for file in Path(edge.house.url.removeprefix("sqlite:///")).parent.glob("weft.db*"):
        assert token.encode() not in file.read_bytes()


async def test_each_token_has_its_own(edge: Edge, ada: Account) -> None:
    first, second = edge.of(ada), edge.of(ada)
    await first.post(PATH, json=asked())
    assert (await second.get(PATH)).status_code == 404
    assert (await edge.of(ada, "read write").get(PATH)).status_code == 403
    assert (await edge.of(None).get(PATH)).status_code == 401


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"subscription": {"endpoint": "https://push.example/1"}},
        asked(endpoint="http://push.example/1"),
        asked(endpoint="https://127.0.0.1/1"),
        asked(endpoint="https://user:pass@push.example/1"),
        asked(endpoint="not an address"),
        asked(keys={"p256dh": "AAAA", "auth": "AAAA"}),
        asked() | {"data": {"policy": "some"}},
        asked() | {"data": {"alerts": {"mention": "perhaps"}}},
    ],
)
async def test_what_cannot_be_is_refused(edge: Edge, ada: Account, form: dict[str, Any]) -> None:
    client = edge.of(ada)
    assert (await client.post(PATH, json=form)).status_code == 422
    assert (await client.get(PATH)).status_code == 404
