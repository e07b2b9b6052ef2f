"""What other servers run is asked for, and told by nobody but them."""

from __future__ import annotations

from typing import Any, cast

import pytest
import sqlalchemy as sa

from tests.federation.conftest import Receiving
from weft.federation import nodeinfo, peers
from weft.federation.tables import peers as table
from weft.kernel.errors import WeftError
from weft.net.guard import OutboundRefused
from weft.work.jobs import Job

pytestmark = pytest.mark.anyio

_SOFTWARE = sa.select(table.c.host, table.c.software)
REL = "http://nodeinfo.diaspora.software/ns/schema/"
JRD = "application/json"


def says(world: Receiving, software: Any, links: Any = None, host: str = "other.test") -> str:
    """A server with such a NodeInfo; its address."""
    base = world.other.base(host)
    usual = [{"rel": f"{REL}2.0", "href": f"{base}/nodeinfo/2.0"}]
    world.other.serve(
        f"{base}/.well-known/nodeinfo", {"links": links if links is not None else usual}, kind=JRD
    )
    world.other.serve(f"{base}/nodeinfo/2.0", {"version": "2.0", "software": software}, kind=JRD)
    return base


async def test_a_peer_is_asked_once_a_day_until_it_says_what_it_runs(receiving: Receiving) -> None:
    says(receiving, {"name": "Mastodon", "version": "4.6.0"})
    known, silent, down = (receiving.other.domain(host) for host in receiving.other.hosts)
    await receiving.db.write(lambda tx: peers.took(tx, [known, silent]))

    def fails(tx: peers.Tx) -> None:
        for _ in range(9):
            peers.failed(tx, down, "it is down")

    await receiving.db.write(fails)
    ask = nodeinfo.handlers(receiving.db, receiving.resolver)["federation.nodeinfo"]
    job = cast("Job", None)  # it does not look at it
    await ask.run(job)
    told = await receiving.db.read(lambda tx: tx.rows(_SOFTWARE))
    assert {row[0]: row[1] for row in told} == {known: "mastodon", silent: "", down: ""}
    assert sorted(receiving.other.asked) == [
        "other.test/.well-known/nodeinfo",
        "other.test/nodeinfo/2.0",
        "third.test/.well-known/nodeinfo",
    ]
    await ask.run(job)
    assert receiving.other.asked.count("other.test/nodeinfo/2.0") == 1


async def test_the_newest_document_is_read(receiving: Receiving) -> None:
    base = receiving.other.base()
    links = [
        {"rel": f"{REL}2.1", "href": f"{base}/nodeinfo/2.1"},
        {"rel": f"{REL}1.0", "href": f"{base}/nodeinfo/1.0"},
        {"rel": "something else", "href": f"{base}/else"},
        {"rel": f"{REL}2.0", "href": f"{base}/nodeinfo/2.0"},
    ]
    says(receiving, {"name": "old"}, links)
    receiving.other.serve(f"{base}/nodeinfo/2.1", {"software": {"name": "gotosocial"}}, kind=JRD)
    assert await nodeinfo.software(receiving.resolver, base) == "gotosocial"


ODD: dict[str, tuple[Any, Any]] = {
    "no links": ({"name": "x"}, []),
    "links that are none": ({"name": "x"}, "links"),
    "a number for an address": ({"name": "x"}, [{"rel": f"{REL}2.0", "href": 5}]),
    "no software": (None, None),
    "a list": (["mastodon"], None),
    "no name": ({"version": "1"}, None),
    "a number": ({"name": 5}, None),
    "markup": ({"name": "<script>"}, None),
    "a novel": ({"name": "a" * 5000}, None),
}


@pytest.mark.parametrize("what", ODD)
async def test_nonsense_is_no_name(what: str, receiving: Receiving) -> None:
    base = says(receiving, *ODD[what])
    with pytest.raises(WeftError):
        await nodeinfo.software(receiving.resolver, base)


async def test_its_link_leads_nowhere_inward(receiving: Receiving) -> None:
    for inward in ("http://10.1.2.3/", "http://private.test/", "http://[::1]/", "http://0x7f.1/"):
        base = says(receiving, {"name": "x"}, [{"rel": f"{REL}2.0", "href": inward}])
        with pytest.raises(OutboundRefused):
            await nodeinfo.software(receiving.resolver, base)
