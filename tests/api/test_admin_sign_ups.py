"""Joining through an app: who may, who has to wait, what is wrong told field by field, and what
admins see and do about it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.people import accounts, credentials
from weft.people.model import Account
from weft.settings import Settings

pytestmark = pytest.mark.anyio

ADMIN = "read write admin:read admin:write"
EVE: dict[str, Any] = {
    "username": "eve",
    "email": "eve@mail.test",
    "password": "a long enough one",
    "agreement": True,
    "locale": "de",
    "reason": "I like it here",
}


class Gate:
    """A server with its rule about sign-ups, an admin, and an app that nobody has signed in to."""

    def __init__(self, edge: Edge, admin: Client, app: Client) -> None:
        self.edge = edge
        self.admin = admin
        self.app = app

    async def join(self, **changes: Any) -> httpx.Response:
        return await self.app.post("/api/v1/accounts", json=EVE | changes)

    async def joined(self, **changes: Any) -> Client:
        answer = await self.join(**changes)
        assert answer.status_code == 200, answer.text
        token = answer.json()
        assert (token["token_type"], token["scope"]) == ("Bearer", "read write")
        return Client(self.edge.http, token["access_token"])

    async def block(self, what: str, **body: Any) -> None:
        heard, loop = asyncio.Event(), asyncio.get_running_loop()

        # Told after the server itself, which watches since it was asked for the first time.
        def hear(_: set[str]) -> None:
            loop.call_soon_threadsafe(heard.set)

        self.edge.house.db.watch(hear)
        made = await self.admin.post(f"/api/v1/admin/{what}", json=body)
        assert made.status_code == 200, made.text
        if what == "ip_blocks":
            await asyncio.wait_for(heard.wait(), 10)


async def gate_of(house: House, folder: Path, registrations: Any) -> Gate:
    settings = Settings(data=folder, registrations=registrations)
    edge = Edge(house, folder, settings=settings)
    boss = house.person("boss")
    house.db.write_now(lambda tx: credentials.enrol(tx, boss, "boss@weft.test", "x", role="admin"))
    stranger = edge.of(None)
    known = await stranger.post(
        "/api/v1/apps",
        json={
            "client_name": "App",
            "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
            "scopes": "read write",
        },
    )
    asked = {"grant_type": "client_credentials", "scope": "read write"}
    given = {name: known.json()[name] for name in ("client_id", "client_secret")}
    token = (await stranger.post("/oauth/token", json=asked | given)).json()["access_token"]
    return Gate(edge, edge.of(boss, ADMIN), Client(edge.http, token))


@pytest.fixture
async def gate(house: House, tmp_path: Path) -> Gate:
    return await gate_of(house, tmp_path / "media", "open")


async def whoami(client: Client) -> tuple[int, str]:
    answer = await client.get("/api/v1/accounts/verify_credentials")
    told = answer.json()
    return answer.status_code, told["username"] if answer.status_code == 200 else told["error"]


async def test_who_joins_is_in_at_once_and_admins_hear_of_it(gate: Gate) -> None:
    eve = await gate.joined()
    assert await whoami(eve) == (200, "eve")
    assert (await eve.post("/api/v1/statuses", json={"status": "hello"})).status_code == 200
    (told,) = (await gate.admin.get("/api/v1/notifications?types[]=admin.sign_up")).json()
    assert (told["type"], told["account"]["username"]) == ("admin.sign_up", "eve")
    (seen,) = (await gate.admin.get("/api/v2/admin/accounts?username=eve")).json()
    assert (seen["email"], seen["locale"], seen["approved"], seen["invite_request"]) == (
        "eve@mail.test",
        "de",
        True,
        "I like it here",
    )
    assert (await eve.get("/api/v1/emails/check_confirmation")).json() is True
    again = await eve.post("/api/v1/emails/confirmations")
    assert again.status_code == 403
    assert "awaiting confirmation" in again.json()["error"]


async def test_an_app_that_somebody_is_signed_in_to_makes_no_members(
    gate: Gate, ada: Account
) -> None:
    for client in (gate.edge.of(ada), gate.edge.of(ada, "read")):
        assert (await client.post("/api/v1/accounts", json=EVE)).status_code == 403
    assert (await gate.edge.of(None).post("/api/v1/accounts", json=EVE)).status_code == 401


async def test_all_that_is_wrong_is_told_at_once(gate: Gate) -> None:
    nothing = await gate.app.post("/api/v1/accounts", json={})
    assert nothing.status_code == 422
    assert {
        field: [one["error"] for one in wrong] for field, wrong in nothing.json()["details"].items()
    } == {
        "username": ["ERR_BLANK"],
        "email": ["ERR_BLANK"],
        "password": ["ERR_BLANK"],
        "agreement": ["ERR_ACCEPTED"],
    }
    assert "Password can't be blank" in nothing.json()["error"]
    await gate.joined()
    for changes, field, code in (
        ({"email": "f@mail.test"}, "username", "ERR_TAKEN"),
        ({"username": "EVE", "email": "f@mail.test"}, "username", "ERR_TAKEN"),
        ({"username": "f"}, "email", "ERR_TAKEN"),
        ({"username": "f", "email": "f"}, "email", "ERR_INVALID"),
        ({"username": "a b", "email": "f@mail.test"}, "username", "ERR_INVALID"),
        ({"username": "a\x00b", "email": "f@mail.test"}, "username", "ERR_INVALID"),
        ({"username": "f", "email": "f\x00@mail.test"}, "email", "ERR_INVALID"),
        ({"username": "f" * 31, "email": "f@mail.test"}, "username", "ERR_TOO_LONG"),
        ({"username": "admin", "email": "f@mail.test"}, "username", "ERR_RESERVED"),
        ({"username": "f", "email": "f@mail.test", "password": "x"}, "password", "ERR_TOO_SHORT"),
        (
            {"username": "f", "email": "f@mail.test", "password": "x" * 9000},
            "password",
            "ERR_TOO_LONG",
        ),
        ({"username": "f", "email": "f@mail.test", "reason": "x" * 5000}, "reason", "ERR_TOO_LONG"),
        (
            {"username": "f", "email": "f@mail.test", "agreement": False},
            "agreement",
            "ERR_ACCEPTED",
        ),
    ):
        refused = await gate.join(**changes)
        assert refused.status_code == 422, (changes, refused.text)
        details = refused.json()["details"]
        assert {name: [one["error"] for one in all_] for name, all_ in details.items()} == {
            field: [code]
        }, changes


async def test_what_no_database_keeps_is_left_out(gate: Gate) -> None:
    await gate.joined(reason="be\x00cause", locale="d\x00e", date_of_birth="\x00")


async def test_a_blocked_provider_or_mailbox_may_not_join(gate: Gate) -> None:
    await gate.block("email_domain_blocks", domain="spam.test")
    await gate.block("canonical_email_blocks", email="eve@mail.test")
    for bad in (
        "x@spam.test",
        "x@SPAM.test",
        "x@in.spam.test",
        "eve@mail.test",
        "E.v.e@mail.test",
        "eve+again@MAIL.test",
    ):
        refused = await gate.join(email=bad)
        assert refused.status_code == 422, bad
        assert [one["error"] for one in refused.json()["details"]["email"]] == ["ERR_BLOCKED"], bad
    await gate.joined(email="eve@notspam.test")


async def test_a_provider_may_be_let_in_one_by_one(gate: Gate) -> None:
    await gate.block("email_domain_blocks", domain="odd.test", allow_with_approval=True)
    eve = await gate.joined(email="eve@odd.test")
    assert await whoami(eve) == (403, "Your login is currently pending approval")


async def test_a_network_may_be_kept_from_joining(gate: Gate) -> None:
    await gate.block("ip_blocks", ip="127.0.0.0/8", severity="sign_up_requires_approval")
    eve = await gate.joined()
    assert await whoami(eve) == (403, "Your login is currently pending approval")
    await gate.block("ip_blocks", ip="127.0.0.1", severity="sign_up_block")
    refused = await gate.join(username="f", email="f@mail.test")
    assert refused.status_code == 403
    assert refused.json() == {"error": "This action is not allowed"}
    assert (await gate.edge.of(None).get("/api/v2/instance")).status_code == 200


async def test_a_closed_server_takes_nobody(house: House, tmp_path: Path) -> None:
    gate = await gate_of(house, tmp_path / "media", "closed")
    refused = await gate.join()
    assert (refused.status_code, refused.json()) == (403, {"error": "This action is not allowed"})
    told = (await gate.edge.of(None).get("/api/v2/instance")).json()["registrations"]
    assert told["enabled"] is False


async def test_who_waits_does_nothing_until_let_in(house: House, tmp_path: Path) -> None:
    gate = await gate_of(house, tmp_path / "media", "approval")
    told = (await gate.edge.of(None).get("/api/v2/instance")).json()["registrations"]
    assert (told["enabled"], told["approval_required"]) == (True, True)
    eve = await gate.joined()
    for method, path in (
        ("GET", "/api/v1/accounts/verify_credentials"),
        ("GET", "/api/v1/timelines/home"),
        ("POST", "/api/v1/statuses"),
        ("GET", "/api/v1/emails/check_confirmation"),
        ("GET", "/api/v1/streaming/user"),
    ):
        refused = await eve.ask(method, path)
        assert refused.status_code == 403, path
        assert refused.json() == {"error": "Your login is currently pending approval"}
    for path in ("/api/v1/accounts/lookup?acct=eve", "/@eve", "/api/v1/accounts/search?q=eve"):
        found = await gate.edge.of(None).get(path)
        assert found.status_code in {401, 404} or found.json() == [], path
    (seen,) = (await gate.admin.get("/api/v1/admin/accounts?pending=true")).json()
    assert (seen["username"], seen["invite_request"]) == ("eve", "I like it here")
    approved = await gate.admin.post(f"/api/v1/admin/accounts/{seen['id']}/approve")
    assert approved.json()["approved"] is True
    assert await whoami(eve) == (200, "eve")
    assert (await gate.admin.get("/api/v1/admin/accounts?pending=true")).json() == []


async def test_who_is_not_let_in_leaves_nothing(house: House, tmp_path: Path) -> None:
    gate = await gate_of(house, tmp_path / "media", "approval")
    eve = await gate.joined()
    (seen,) = (await gate.admin.get("/api/v1/admin/accounts?pending=true")).json()
    gone = await gate.admin.post(f"/api/v1/admin/accounts/{seen['id']}/reject")
    assert (gone.status_code, gone.json()["username"]) == (200, "eve")
    assert (await whoami(eve))[0] == 401
    at = f"/api/v1/admin/accounts/{seen['id']}"
    assert (await gate.admin.get(at)).status_code == 404
    assert (await gate.admin.get("/api/v1/notifications")).json() == []
    assert house.db.read_now(lambda tx: accounts.by_handle(tx, "eve")) is None
    await gate.joined()
