"""Other servers as admins see them: which are down, since when, what waits, and trying them now."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.federation import jobs as federation_jobs
from weft.federation import peers, policy
from weft.federation.outbox import sending
from weft.federation.tables import peers as table
from weft.kernel.clock import DAY, HOUR, parse_iso
from weft.people import credentials
from weft.store.database import Tx
from weft.work import jobs

pytestmark = pytest.mark.anyio

HOSTS = "/api/weft/v1/admin/federation/hosts"


@pytest.fixture
def boss(edge: Edge, house: House) -> Client:
    """An admin of a server that knows one host in each state."""
    federation_jobs.react(house.db)
    person = house.person("boss")

    def write(tx: Tx) -> None:
        credentials.enrol(tx, person, "boss@weft.test", "x", role="admin")
        peers.took(tx, ["well.test"])
        peers.failed(tx, "failing.test", "500 oh")
        for host in ("held.test", "lost.test:8443"):
            for _ in range(policy.OPEN_AFTER):
                peers.failed(tx, host, "timed out")
        long = tx.now - policy.HORIZON
        tx.run(table.update().where(table.c.host == "lost.test:8443").values(opened_at=long))
        tx.run(table.update().where(table.c.host == "well.test").values(software="mitra"))
        peers.gone(tx, "https://lost.test:8443/inbox", "lost.test:8443")
        activity = {"id": "x", "type": "Create", "actor": person.uri}
        for about in ("a", "b", "c"):
            inboxes = ["https://held.test/inbox", "https://lost.test:8443/inbox"]
            sending.send(tx, person, activity, about, inboxes, followers=False)
        while held := jobs.claim(tx, "deliver", "me", 50):
            for job in held:
                if job.payload["inbox"] == "https://held.test/inbox":
                    jobs.again(tx, job, delay=HOUR, why="held", count=False)
                else:
                    jobs.bury(tx, job, "timed out")

    house.db.write_now(write)
    return edge.of(person, "admin:read admin:write")


async def test_each_host_says_how_it_is(boss: Client) -> None:
    answer = await boss.get(HOSTS)
    assert answer.status_code == 200, answer.text
    found: dict[str, dict[str, Any]] = {one["host"]: one for one in answer.json()}
    assert list(found) == ["failing.test", "held.test", "lost.test:8443", "well.test"]
    brief = {
        host: (one["state"], one["waiting"], one["given_up"], one["gone_inboxes"], one["error"])
        for host, one in found.items()
    }
    assert brief == {
        "failing.test": ("failing", 0, 0, 0, "500 oh"),
        "held.test": ("held", 3, 0, 0, "timed out"),
        "lost.test:8443": ("lost", 0, 3, 1, "timed out"),
        "well.test": ("well", 0, 0, 0, ""),
    }
    well, held = found["well.test"], found["held.test"]
    assert well["software"] == "mitra"
    assert well["since"] is None
    assert well["last_ok_at"] is not None
    assert well["next_probe_at"] is None
    since, probe = parse_iso(held["since"]), parse_iso(held["next_probe_at"])
    assert since is not None
    assert probe is not None
    assert probe - since == policy.FIRST_PROBE
    lost = parse_iso(found["lost.test:8443"]["since"])
    assert lost is not None
    assert since - lost > 13 * DAY


async def test_pages_and_states(boss: Client) -> None:
    names: list[str] = []
    url: str | None = f"{HOSTS}?limit=1"
    while url is not None:
        answer = await boss.get(url)
        names += [one["host"] for one in answer.json()]
        link = answer.headers.get("link", "")
        url = link.partition(">")[0].removeprefix("<") or None
    assert names == ["failing.test", "held.test", "lost.test:8443", "well.test"]
    for state in ("failing", "held", "lost", "well"):
        answer = await boss.get(HOSTS, params={"state": state, "limit": 1})
        assert [one["state"] for one in answer.json()] == [state]
        assert f"state={state}" in answer.headers["link"]
        assert (await boss.get(answer.headers["link"][1:].partition(">")[0])).json() == []
    assert (await boss.get(HOSTS, params={"state": "odd"})).status_code == 422


async def test_trying_now(boss: Client, house: House) -> None:
    answer = await boss.post(f"{HOSTS}/HELD.test/try")
    assert answer.status_code == 200, answer.text
    assert answer.json()["waiting"] == 3
    due = house.db.write_now(lambda tx: jobs.claim(tx, "deliver", "me", 50))
    lanes = {peers.lane("held.test", about) for about in "abc"}
    assert {job.lane for job in due} == lanes
    assert (await boss.post(f"{HOSTS}/lost.test:8443/try")).json()["gone_inboxes"] == 0
    assert (await boss.post(f"{HOSTS}/unmet.test/try")).status_code == 404


async def test_only_admins_with_the_scope(boss: Client, edge: Edge, house: House) -> None:
    ada = edge.of(house.person("ada"), "read write admin:read admin:write")
    for who in (ada, edge.of(house.person("bo"), "read write")):
        assert (await who.get(HOSTS)).status_code == 403
        assert (await who.post(f"{HOSTS}/held.test/try")).status_code == 403
    assert (await boss.get(HOSTS)).status_code == 200
