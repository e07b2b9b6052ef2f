"""Admins: what they may do, that nobody else may, and what the others see of it."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest

from tests.api.conftest import Edge
from tests.api.test_doors import doors
from weft.kernel.errors import Forbidden
from weft.moderation import email_blocks, sign_ups
from weft.moderation import jobs as moderation_jobs
from weft.people import credentials, follows
from weft.people.credentials import SignUpRefused
from weft.people.model import Account
from weft.store.database import Tx
from weft.work import jobs

pytestmark = pytest.mark.anyio

ADMIN = "read write admin:read admin:write"


def admin_paths() -> list[tuple[str, str]]:
    """Every route for admins, with an id that names nothing."""
    return sorted(
        {
            (method, re.sub(r"{[^}]*}", "1", path))
            for method, path, _ in doors()
            if "/admin/" in path and method != "HEAD"
        }
    )


def member(edge: Edge, account: Account) -> None:
    email = f"{account.username}@weft.test"
    edge.house.db.write_now(lambda tx: credentials.enrol(tx, account, email, "x"))


async def work(edge: Edge) -> None:
    """Do the waiting jobs of moderation."""
    db = edge.house.db
    handlers = moderation_jobs.handlers(db, edge.blobs)
    for job in await db.write(lambda tx: jobs.claim(tx, "default", "test", 10)):
        if job.kind in handlers:
            await handlers[job.kind].run(job)
        await db.write(lambda tx, job=job: jobs.finish(tx, job))


async def test_a_plain_member_gets_nowhere(edge: Edge, ada: Account) -> None:
    clients = [edge.of(ada), edge.of(ada, ADMIN)]
    paths = admin_paths()
    assert len(paths) > 50
    for method, path in paths:
        for client in clients:
            more = {"json": {}} if method != "GET" else {}
            answer = await client.ask(method, path, **more)
            assert answer.status_code == 403, (method, path, answer.text)
        assert answer.json() == {"error": "This action is not allowed"}, path


async def test_a_report_reaches_the_admins_and_is_closed_by_what_they_do(
    edge: Edge, boss: Account, ada: Account, bob: Account
) -> None:
    member(edge, ada)
    post = edge.house.post(bob, "buy this")
    mine = edge.house.post(ada, "hello")
    asked: dict[str, Any] = {"account_id": str(bob.id), "comment": "ads", "category": "spam"}
    wrong = await edge.of(ada).post("/api/v1/reports", json=asked | {"status_ids": [str(mine.id)]})
    assert wrong.status_code == 404  # not the target's post
    made = await edge.of(ada).post("/api/v1/reports", json=asked | {"status_ids": [str(post.id)]})
    assert made.status_code == 200, made.text
    assert made.json()["target_account"]["id"] == str(bob.id)
    admin = edge.of(boss, ADMIN)
    told = (await admin.get("/api/v1/notifications", params={"types[]": "admin.report"})).json()
    assert [one["type"] for one in told] == ["admin.report"]
    found = (await admin.get("/api/v1/admin/reports")).json()
    assert [one["id"] for one in found] == [made.json()["id"]]
    assert found[0]["statuses"][0]["id"] == str(post.id)
    acted = await admin.post(f"/api/v1/admin/accounts/{bob.id}/action", json={"type": "silence"})
    assert acted.json() == {}
    assert (await admin.get("/api/v1/admin/reports")).json() == []
    closed = (await admin.get("/api/v1/admin/reports", params={"resolved": "true"})).json()
    assert closed[0]["action_taken_by_account"]["id"] == str(boss.id)


async def test_who_asks_for_it_hears_whether_another_server_is_told(
    edge: Edge, ada: Account
) -> None:
    for account, forwarded in (
        (edge.house.remote("cy", "other.test"), True),
        (edge.house.person("dot"), False),  # there is nobody else to be told
    ):
        asked = {"account_id": str(account.id), "comment": "ads", "forward": True}
        made = await edge.of(ada).post("/api/v1/reports", json=asked)
        assert (made.status_code, made.json()["forwarded"]) == (200, forwarded)


async def test_suspended_is_out_of_sight_and_comes_back(
    edge: Edge, boss: Account, ada: Account, bob: Account
) -> None:
    member(edge, bob)
    edge.house.db.write_now(lambda tx: follows.follow(tx, ada, bob))
    post = edge.house.post(bob, "here")
    theirs, reader, admin = edge.of(bob), edge.of(ada), edge.of(boss, ADMIN)

    async def homes() -> list[str]:
        return [one["id"] for one in (await reader.get("/api/v1/timelines/home")).json()]

    assert await homes() == [str(post.id)]
    await admin.post(f"/api/v1/admin/accounts/{bob.id}/action", json={"type": "suspend"})
    assert await homes() == []
    assert (await reader.get(f"/api/v1/statuses/{post.id}")).status_code == 404
    refused = await theirs.get("/api/v1/accounts/verify_credentials")
    assert refused.status_code == 403
    assert refused.json() == {"error": "Your login is currently disabled"}
    back = await admin.post(f"/api/v1/admin/accounts/{bob.id}/unsuspend")
    assert back.json()["suspended"] is False
    assert await homes() == [str(post.id)]
    again = await admin.post(f"/api/v1/admin/accounts/{bob.id}/unsuspend")
    assert again.status_code == 403


async def test_limited_is_heard_by_those_who_follow(
    edge: Edge, boss: Account, ada: Account, bob: Account
) -> None:
    post = edge.house.post(bob, "#news here")
    admin, stranger = edge.of(boss, ADMIN), edge.of(ada)
    await admin.post(f"/api/v1/admin/accounts/{bob.id}/action", json={"type": "silence"})
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/tag/news"):
        assert (await stranger.get(path)).json() == []
        assert (await edge.of(None).get(path)).json() == []
    shown = await stranger.get(f"/api/v1/statuses/{post.id}")
    assert shown.json()["account"]["limited"] is True
    edge.house.db.write_now(lambda tx: follows.follow(tx, ada, bob))
    assert len((await stranger.get("/api/v1/timelines/tag/news")).json()) == 1


async def test_a_frozen_login_is_told_so_and_can_be_unfrozen(
    edge: Edge, boss: Account, bob: Account
) -> None:
    member(edge, bob)
    theirs, admin = edge.of(bob), edge.of(boss, ADMIN)
    await admin.post(f"/api/v1/admin/accounts/{bob.id}/action", json={"type": "disable"})
    refused = await theirs.get("/api/v1/accounts/verify_credentials")
    assert (refused.status_code, refused.json()["error"]) == (
        403,
        "Your login is currently disabled",
    )
    assert (await admin.post(f"/api/v1/admin/accounts/{bob.id}/enable")).status_code == 200
    assert (await theirs.get("/api/v1/accounts/verify_credentials")).status_code == 200


async def test_deleted_leaves_nothing_but_the_name(edge: Edge, boss: Account, bob: Account) -> None:
    member(edge, bob)
    post = edge.house.post(bob, "gone soon")
    admin = edge.of(boss, ADMIN)
    at = f"/api/v1/admin/accounts/{bob.id}"
    assert (await admin.delete(at)).status_code == 403  # not suspended
    await admin.post(f"{at}/action", json={"type": "suspend"})
    assert (await admin.delete(at)).status_code == 200
    await work(edge)
    assert (await admin.get(f"/api/v1/statuses/{post.id}")).status_code == 404
    left = (await admin.get(at)).json()
    assert (left["email"], left["suspended"], left["account"]["display_name"]) == (None, True, "")
    assert (await admin.post(f"{at}/unsuspend")).status_code == 403


async def test_a_rule_about_a_server_reaches_its_people_and_lets_them_go(
    edge: Edge, boss: Account, ada: Account
) -> None:
    far = edge.house.remote("far", "bad.test")
    edge.house.db.write_now(lambda tx: follows.follow(tx, ada, far))
    admin = edge.of(boss, ADMIN)
    rules = "/api/v1/admin/domain_blocks"
    made = await admin.post(
        rules, json={"domain": "Bad.test", "severity": "suspend", "obfuscate": True}
    )
    assert made.status_code == 200, made.text
    await work(edge)
    at = f"/api/v1/admin/accounts/{far.id}"
    assert (await admin.get(at)).json()["suspended"] is True
    assert (await edge.of(ada).get(f"/api/v1/accounts/{ada.id}/following")).json() == []
    told = (await edge.of(None).get("/api/v1/instance/domain_blocks")).json()
    assert told[0]["severity"] == "suspend"
    assert "*" in told[0]["domain"]
    again = await admin.post(rules, json={"domain": "bad.test"})
    assert again.status_code == 422
    assert again.json()["existing_domain_block"]["id"] == made.json()["id"]
    await admin.delete(f"{rules}/{made.json()['id']}")
    await work(edge)
    assert (await admin.get(at)).json()["suspended"] is False


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("domain_allows", {"domain": "good.test"}),
        ("email_domain_blocks", {"domain": "spam.test"}),
        ("canonical_email_blocks", {"email": "a.d.a+x@spam.test"}),
        ("ip_blocks", {"ip": "10.9.0.0/16", "severity": "no_access"}),
    ],
)
async def test_lists_of_blocks_are_kept(
    edge: Edge, boss: Account, path: str, body: dict[str, str]
) -> None:
    admin = edge.of(boss, ADMIN)
    at = f"/api/v1/admin/{path}"
    made = await admin.post(at, json=body)
    assert made.status_code == 200, made.text
    one = f"{at}/{made.json()['id']}"
    assert (await admin.get(one)).json() == made.json()
    assert (await admin.get(at)).json() == [made.json()]
    assert (await admin.delete(one)).status_code == 200
    assert (await admin.get(one)).status_code == 404
    assert (await admin.post(at, json={})).status_code == 422


async def test_figures_are_counted(edge: Edge, boss: Account, bob: Account) -> None:
    member(edge, bob)
    edge.house.post(bob, "#news")
    admin = edge.of(boss, ADMIN)
    today = (await admin.get(f"/api/v1/admin/accounts/{boss.id}")).json()["created_at"][:10]
    span = {"start_at": today, "end_at": today}
    keys = ["active_users", "new_users", "tag_uses", "instance_statuses", "nonsense"]
    asked = {"keys": keys, **span, "tag_uses": {"id": "news"}}
    found = (await admin.post("/api/v1/admin/measures", json=asked)).json()
    assert {one["key"]: one["total"] for one in found} == {
        "active_users": "2",  # boss asks, bob posted
        "new_users": "2",
        "tag_uses": "1",
    }
    wanted = {"keys": ["languages", "sources", "servers", "space_usage", "software_versions"]}
    assert len((await admin.post("/api/v1/admin/dimensions", json=wanted)).json()) == 5
    kept = await admin.post("/api/v1/admin/retention", json={**span, "frequency": "day"})
    assert kept.json()[0]["data"][0]["value"] == "2"


async def test_who_waits_for_approval_is_let_in_by_an_admin(edge: Edge, boss: Account) -> None:
    wish = sign_ups.SignUp("newcomer", "new@weft.test", "a long enough one", agreement=True)
    joined = edge.house.db.write_now(lambda tx: sign_ups.join(tx, wish, "x", approved=False))
    theirs, admin = edge.of(joined), edge.of(boss, ADMIN)
    refused = await theirs.get("/api/v1/accounts/verify_credentials")
    assert refused.status_code == 403
    assert refused.json() == {"error": "Your login is currently pending approval"}
    assert (await edge.of(None).get(f"/api/v1/accounts/{joined.id}")).status_code == 404
    waiting = await admin.get("/api/v2/admin/accounts", params={"status": "pending"})
    assert [(one["id"], one["suspended"]) for one in waiting.json()] == [(str(joined.id), False)]
    at = f"/api/v1/admin/accounts/{joined.id}"
    assert (await admin.post(f"{at}/approve")).json()["approved"] is True
    assert (await theirs.get("/api/v1/accounts/verify_credentials")).status_code == 200
    assert (await admin.post(f"{at}/reject")).status_code == 403


async def test_sign_ups_are_asked_by_the_blocks(edge: Edge) -> None:
    def join(tx: Tx, registrations: sign_ups.Registrations = "open") -> bool:
        wish = sign_ups.SignUp("eve", "e.v.e+1@spam.test", "a long enough one", agreement=True)
        return sign_ups.check(tx, wish, registrations, None)

    db = edge.house.db
    assert db.read_now(join) is True
    assert db.read_now(lambda tx: join(tx, "approval")) is False
    with pytest.raises(Forbidden):
        db.read_now(lambda tx: join(tx, "closed"))
    db.write_now(lambda tx: email_blocks.block_mailbox(tx, email="eve@spam.test"))
    with pytest.raises(SignUpRefused) as refused:
        db.read_now(join)
    assert refused.value.details["email"][0]["error"] == "ERR_BLOCKED"


async def test_a_network_without_access_gets_nothing(edge: Edge, boss: Account) -> None:
    admin = edge.of(boss, ADMIN)
    elsewhere = httpx.ASGITransport(edge.app, client=("10.9.1.2", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://weft.test") as far:
        assert (await far.get("/api/v2/instance")).status_code == 200
        body = {"ip": "10.9.0.0/16", "severity": "no_access"}
        await admin.post("/api/v1/admin/ip_blocks", json=body)
        async with asyncio.timeout(10):
            while (await far.get("/api/v2/instance")).status_code != 403:  # noqa: ASYNC110 - watchers tell nobody
                await asyncio.sleep(0.01)
        assert (await edge.of(None).get("/api/v2/instance")).status_code == 200
