"""What an owner sees and decides about an AI, and nobody else; and the switch that only admins have."""

from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from weft.ai import members
from weft.people.model import Account

pytestmark = pytest.mark.anyio

ADMIN = "read write admin:read admin:write"
READS = ("bounds", "usage", "approvals", "handoffs", "report_cards")


async def test_an_owner_reads_and_sets_and_nobody_else(
    edge: Edge, ada: Account, bob: Account
) -> None:
    crumb = edge.house.db.write_now(lambda tx: members.create(tx, ada, "crumb"))
    at = f"/api/weft/v1/ais/{crumb.id}"
    for what in READS:
        assert (await edge.of(None).get(f"{at}/{what}")).status_code == 401
        assert (await edge.of(bob).get(f"{at}/{what}")).status_code == 403
        answer = await edge.of(ada).get(f"{at}/{what}")
        assert answer.status_code == 200, answer.text
    new = {"competitors": [{"name": "Rivalo"}], "approval": "always"}
    assert (await edge.of(bob).put(f"{at}/bounds", json=new)).status_code == 403
    assert (await edge.of(ada).put(f"{at}/bounds", json=new)).json() == new
    assert (await edge.of(ada).get(f"{at}/bounds")).json() == new
    for wrong in ({"approval": "maybe"}, {"nonsense": 1}, {"links": ["not a host"]}):
        assert (await edge.of(ada).put(f"{at}/bounds", json=wrong)).status_code == 422
    assert (await edge.of(ada).get(f"{at}/bounds")).json() == new
    for path in ("approvals/1/send", "approvals/1/reject", "handoffs/1/done"):
        assert (await edge.of(ada).post(f"{at}/{path}", json={})).status_code == 404


async def test_only_admins_stop_all_and_everybody_sees_it(
    edge: Edge, ada: Account, boss: Account
) -> None:
    at = "/api/weft/v1/admin/ais"
    for what in ("stop", "start"):
        assert (await edge.of(None).post(f"{at}/{what}")).status_code == 401
        assert (await edge.of(ada, ADMIN).post(f"{at}/{what}")).status_code == 403
        assert (await edge.of(boss, "read write").post(f"{at}/{what}")).status_code == 403
    stopped = await edge.of(boss, ADMIN).post(f"{at}/stop")
    assert stopped.json()["stopped_at"] is not None
    instance = (await edge.of(None).get("/api/v2/instance")).json()
    assert instance["configuration"]["ais"] == {"stopped": True}
    assert (await edge.of(boss, ADMIN).post(f"{at}/start")).json() == {"stopped_at": None}
    instance = (await edge.of(None).get("/api/v2/instance")).json()
    assert instance["configuration"]["ais"] == {"stopped": False}
