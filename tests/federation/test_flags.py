"""Reports across servers: nobody learns who complained, and admins learn of what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import House
from tests.federation import recording
from tests.federation.conftest import Receiving
from weft.federation import jobs as federation_jobs
from weft.moderation import domains, reports
from weft.moderation.reports import Complaint, Report
from weft.people import accounts, follows
from weft.store.page import Page

pytestmark = pytest.mark.anyio


async def filed(world: Receiving) -> list[Report]:
    return await world.db.read(lambda tx: reports.listed(tx, Page(limit=100)))


def server(world: Receiving) -> dict[str, Any]:
    """The actor of a server, as Mastodon's is: it complains for its members."""
    return world.other.actor("actor", type="Application", preferredUsername="other.test")


def complaint(actor: dict[str, Any], *objects: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{actor['id']}#reports/1",
        "type": "Flag",
        "actor": actor["id"],
        "content": "unkind",
        "object": list(objects),
    } | changes


async def test_a_report_from_elsewhere_is_one_for_the_admins(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    actor = server(receiving)
    public = receiving.house.post(ada, "loud")
    others = receiving.house.post(receiving.house.person("cal"), "not hers")
    hidden = receiving.house.post(ada, "for few", visibility="private")
    activity = complaint(actor, ada.uri, public.uri, others.uri, hidden.uri)
    for _ in range(2):
        assert await receiving.send(activity) == 202
    (report,) = await filed(receiving)
    assert (report.target_id, report.comment, report.uri) == (ada.id, "unkind", activity["id"])
    assert report.post_ids == [str(public.id)]
    by = await receiving.db.read(lambda tx: accounts.get(tx, report.account_id))
    assert by.uri == actor["id"]


async def test_posts_that_reached_the_other_server_may_be_shown_to_admins(
    receiving: Receiving,
) -> None:
    ada = receiving.house.person("ada")
    bo = await receiving.resolver.actor(receiving.other.actor("bo", key=1)["id"])
    await receiving.db.write(lambda tx: follows.follow(tx, bo, ada))
    hidden = receiving.house.post(ada, "for few", visibility="private")
    direct = receiving.house.post(ada, f"@{bo.acct} you", visibility="direct")
    alone = receiving.house.post(ada, "a note to myself", visibility="direct")
    posts = [one.uri for one in (hidden, direct, alone)]
    await receiving.send(complaint(server(receiving), ada.uri, *posts))
    (report,) = await filed(receiving)
    assert report.post_ids == [str(hidden.id), str(direct.id)]


async def test_only_posts_are_named(receiving: Receiving) -> None:
    """Misskey and Pleroma may leave the account out."""
    ada, cal = receiving.house.person("ada"), receiving.house.person("cal")
    named = [receiving.house.post(one, "x").uri for one in (ada, cal)]
    await receiving.send(complaint(server(receiving), *named))
    assert {one.target_id for one in await filed(receiving)} == {ada.id, cal.id}


async def test_some_servers_may_not_complain(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    actor = server(receiving)
    await receiving.db.write(
        lambda tx: domains.add(tx, receiving.other.domain(), severity="noop", reject_reports=True)
    )
    assert await receiving.send(complaint(actor, ada.uri)) == 202
    assert await filed(receiving) == []


async def test_a_storm_of_reports_ends(receiving: Receiving, monkeypatch: Any) -> None:
    monkeypatch.setattr(reports, "PER_DAY", 3)
    ada = receiving.house.person("ada")
    actor = server(receiving)
    for number in range(6):
        name = f"{actor['id']}#reports/{number}"
        status = await receiving.send(complaint(actor, ada.uri, id=name, content="x" * 9_000))
        assert status == (202 if number < 3 else 429)
    assert [len(one.comment) for one in await filed(receiving)] == [5_000] * 3


async def test_a_report_goes_on_without_a_name(house: House) -> None:
    federation_jobs.react(house.db)
    async with recording.listening() as peers, recording.delivering(house, ["peer.test"]):
        ada = house.person("ada")
        bo = recording.remote(house, peers, "bo", "peer.test")
        for forward in (False, True):
            made = await house.db.write(
                lambda tx, forward=forward: reports.file(
                    tx, ada, bo, Complaint(comment="rude", forward=forward), rules=()
                )
            )
            assert made is not None
            assert made.forwarded is forward
        await recording.until(lambda: bool(peers.bodies()))
        (flag,) = peers.bodies()
        assert (flag["type"], flag["content"], flag["object"]) == ("Flag", "rude", [bo.uri])
        assert ada.uri not in str(flag)
        instance = await house.db.read(accounts.instance_actor)
        assert flag["actor"] == instance.uri
        assert f'keyId="{instance.key_id}"' in peers.received[0].headers["signature"]


async def test_of_members_here_nobody_elsewhere_is_told(house: House) -> None:
    ada, cal = house.person("ada"), house.person("cal")
    made = await house.db.write(
        lambda tx: reports.file(tx, ada, cal, Complaint(forward=True), rules=())
    )
    assert made is not None
    assert not made.forwarded
