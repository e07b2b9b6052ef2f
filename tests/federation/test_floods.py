"""One server is loud: what is cheap comes first, and the others do not wait for it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from tests.federation.conftest import Receiving
from tests.federation.recording import until
from tests.federation.stranger import ACTIVITY, PUBLIC, create, mention
from tests.servers import Server
from weft.bench.measure import Elsewhere
from weft.federation import inbox, limits
from weft.federation.memory import Quota
from weft.federation.request import InboxRequest
from weft.federation.senders import Senders
from weft.net import keys
from weft.net.cavage import Signer
from weft.net.client import OutboundFailed
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.tables import notifications
from weft.work.runner import Runner
from weft.work.tables import jobs as job_table

pytestmark = pytest.mark.anyio


@pytest.fixture
def ada(receiving: Receiving) -> Account:
    return receiving.house.person("ada")


def nobody(**headers: str) -> InboxRequest:
    return InboxRequest("/inbox", {"content-type": ACTIVITY, **headers}, b"{")


CHEAP = {
    "too-large": (InboxRequest("/inbox", {}, b" " * (limits.DOCUMENT_BYTES + 1)), 413),
    "another-type": (nobody(**{"content-type": "text/html", "signature": "x"}), 415),
    "unsigned": (nobody(), 401),
    "signed-with-nonsense": (nobody(signature="keyId"), 401),
}


@pytest.mark.parametrize(("request_", "status"), CHEAP.values(), ids=CHEAP)
async def test_what_cannot_be_for_us_is_not_even_read(
    receiving: Receiving, request_: InboxRequest, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Size, type and signature are looked at before a megabyte of JSON is parsed."""

    def parse(_: bytes) -> Any:
        raise AssertionError("parsed")

    monkeypatch.setattr(inbox.plain, "parse", parse)
    assert await receiving.inbox.accept(request_) == status


@pytest.mark.parametrize("kind", ["Delete", "Update", "Undo", "Accept", "Reject", "Move"])
async def test_no_key_is_asked_for_when_a_stranger_cannot_concern_us(
    receiving: Receiving, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that leaves tells the whole world: nothing is fetched, verified or written."""
    verified: list[str] = []
    monkeypatch.setattr(Senders, "verified", lambda _, *given: verified.append(given[-1]))
    monkeypatch.setattr(receiving.db, "_submit", lambda _: verified.append("written"))
    bo = f"{receiving.other.base()}/users/bo"
    told = {"id": f"{bo}#1", "type": kind, "actor": bo, "object": bo, "target": bo}
    assert await receiving.send(told) == 202
    assert verified == []
    assert receiving.other.asked == []


async def mentions(world: Receiving) -> list[str]:
    """Hosts of those who mentioned somebody, in the order in which it was written down."""
    accounts = sa.table("accounts", sa.column("id"), sa.column("domain"))
    statement = (
        sa.select(accounts.c.domain)
        .join_from(notifications, accounts, accounts.c.id == notifications.c.from_id)
        .order_by(notifications.c.id)
    )
    return [row.domain for row in await world.db.read(lambda tx: tx.rows(statement))]


async def test_a_quiet_server_waits_for_a_turn_of_the_loud_one_and_not_for_its_line(
    receiving: Receiving, ada: Account
) -> None:
    other, flood = receiving.other, 200
    loud, quiet = other.actor("bo"), other.actor("cy", host="third.test")

    def says(who: Any, number: int) -> Any:
        return create(other.note(who, str(number), tag=[mention(ada.uri)]))

    for who in (loud, quiet):  # so that their keys are known
        assert await receiving.send(says(who, 0)) == 202
    began, go = threading.Event(), threading.Event()

    def hold(_: Tx) -> None:
        began.set()
        go.wait(30)

    holds = asyncio.create_task(receiving.db.write(hold))
    await until(began.is_set)  # else the writer might take some of the flood along with it
    first = [asyncio.create_task(receiving.send(says(loud, n))) for n in range(1, flood + 1)]
    waiting = receiving.db._queue.qsize
    await until(lambda: waiting() == limits.TURNS and sum(one.done() for one in first) > 0)
    one = asyncio.create_task(receiving.send(says(quiet, 1)))
    await until(lambda: waiting() == limits.TURNS + 1)
    go.set()
    await holds
    assert await one == 202
    answers = Counter(await asyncio.gather(*first))
    room = limits.TURNS + limits.LINE
    assert answers == {202: room, 429: flood - room}
    came = (await mentions(receiving))[2:]
    assert came.index(other.domain("third.test")) <= limits.TURNS
    # Who was turned away comes again, and nothing is lost.
    for number in range(1, flood + 1):
        assert await receiving.send(says(loud, number)) == 202
    assert Counter(await mentions(receiving)) == {
        other.domain(): flood + 1,
        other.domain("third.test"): 2,
    }
    assert receiving.inbox._turns._lines == {}


async def test_there_is_an_end_to_what_waits_of_all_together(
    receiving: Receiving, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINES", 3)
    bo = receiving.other.actor("bo")
    sent = [create(receiving.other.note(bo, str(n), tag=[mention(ada.uri)])) for n in range(9)]
    assert await receiving.send(sent[0]) == 202
    answers = await asyncio.gather(*(receiving.send(one) for one in sent[1:]))
    assert Counter(answers) == {202: 3, 503: 5}


@pytest.fixture
async def boosts(receiving: Receiving, ada: Account) -> dict[str, Any]:
    """People of two servers whom a member follows."""
    found: dict[str, Any] = {}
    for host in ("other.test", "third.test"):
        for name in ("bo", "cy", "di", "ed", "fe", "gi"):
            found[f"{name}@{host}"] = receiving.other.actor(name, host=host)
            await receiving.follow(ada, found[f"{name}@{host}"]["id"])
    return found


def boost(who: Any, uri: str) -> Any:
    return {
        "id": f"{who['id']}#boost-{uri}",
        "type": "Announce",
        "actor": who["id"],
        "object": uri,
        "to": [PUBLIC],
    }


def waiting(world: Receiving) -> list[str]:
    statement = sa.select(job_table.c.lane).where(job_table.c.kind == "federation.process")
    return [row.lane for row in world.db.read_now(lambda tx: tx.rows(statement))]


async def test_one_server_gets_its_share_of_what_fetches(
    receiving: Receiving, boosts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names posts that are slow to come: there are hands left for what others sent."""
    asked: list[str] = []
    never = asyncio.Event()

    async def note(uri: str) -> None:
        asked.append(uri)
        if "other.test" in uri:
            await never.wait()

    monkeypatch.setattr(receiving.resolver, "note", note)
    for name, who in boosts.items():
        host = name.partition("@")[2]
        for number in range(5):
            uri = f"{receiving.other.base(host)}/notes/{name[:2]}{number}"
            assert await receiving.send(boost(who, uri)) == 202
    runner = asyncio.create_task(
        Runner(receiving.db, receiving.inbox.handlers(), {"fetch": limits.FETCHING + 1}).run()
    )
    try:
        await until(lambda: len([uri for uri in asked if "third.test" in uri]) == 30)
        assert 1 <= len([uri for uri in asked if "other.test" in uri]) <= limits.FETCHING
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)


async def test_what_cannot_be_had_waits_by_itself(
    receiving: Receiving, boosts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others of its server go on; the same person's next act waits behind it."""
    asked: list[str] = []

    async def note(uri: str) -> None:
        asked.append(uri)
        if uri.endswith("/lost"):
            raise OutboundFailed("timed out")

    monkeypatch.setattr(receiving.resolver, "note", note)
    base = receiving.other.base()
    names = [name for name in boosts if name.endswith("@other.test")]
    for slug in ("lost", "next"):
        await receiving.send(boost(boosts[names[0]], f"{base}/notes/{slug}"))
    for name in names[1:]:
        await receiving.send(boost(boosts[name], f"{base}/notes/of-{name[:2]}"))
    await receiving.work()
    assert f"{base}/notes/next" not in asked
    assert len(asked) == len(names)
    alone = set(waiting(receiving))
    assert len(alone) == 1
    assert len(waiting(receiving)) == 2
    assert "/" not in alone.pop()


async def test_a_server_cannot_have_us_come_back_for_ever(
    receiving: Receiving, boosts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def note(_: str) -> None:
        raise OutboundFailed("timed out")

    monkeypatch.setattr(receiving.resolver, "note", note)
    monkeypatch.setattr(receiving.inbox._later, "_returns", Quota(2, 3_600_000))
    for name, who in boosts.items():
        await receiving.send(boost(who, f"{receiving.other.base()}/notes/{name}"))
    await receiving.work()
    assert len(waiting(receiving)) == 4  # two of each server


async def test_a_real_server_under_a_flood(tmp_path: Path) -> None:
    """Over HTTP: a quiet server's message is shown before the loud one's line is done, and who was
    turned away is told when to come again.
    """
    away = Elsewhere()
    await away.start()
    server = Server(tmp_path / "data", "127.0.0.4")
    try:
        server.start()
        await asyncio.to_thread(server.wait)
        ada = await asyncio.to_thread(server.person, "ada")
        uri = (await asyncio.to_thread(ada.get, "v1/accounts/verify_credentials"))["uri"]
        url = f"{server.url}/inbox"
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def send(host: str, number: int) -> tuple[int, str]:
                actor = f"http://{host}:{away.port}/actor"
                signer = Signer(f"{actor}#main-key", keys.private_key(away.pair.private_pem))
                body = json.dumps(note_of(actor, number, uri)).encode()
                headers = signer.headers("POST", url, time.time(), body=body, content_type=ACTIVITY)
                headers |= {"Content-Type": ACTIVITY}
                headers.pop("Host", None)
                async with session.post(url, data=body, headers=headers) as answer:
                    return answer.status, answer.headers.get("Retry-After", "")

            loud, quiet, flood = "127.0.0.5", "127.0.0.6", 400
            for host in (loud, quiet):
                assert (await send(host, 0))[0] == 202
            sent = [asyncio.create_task(send(loud, n)) for n in range(1, flood + 1)]

            def taken() -> int:
                return sum(one.done() and one.result()[0] == 202 for one in sent)

            await until(lambda: taken() >= 10, 60)
            before = taken()
            assert (await send(quiet, 1))[0] == 202
            answers = await asyncio.gather(*sent)
            refused = [n for n, (status, _) in enumerate(answers, 1) if status != 202]
            assert {answers[n - 1] for n in refused} == {(429, "60")}
            assert refused
            for number in refused:
                assert (await send(loud, number))[0] == 202
        order: list[str] = []
        turn: dict[str, str] = {}
        while page := await asyncio.to_thread(ada.get, "v1/notifications", limit=80, **turn):
            order += [one["account"]["acct"] for one in page]
            turn = {"max_id": page[-1]["id"]}
        order.reverse()
        assert len(order) == flood + 3
        place = [at for at, acct in enumerate(order) if quiet in acct][1]
        # Counted in messages: those that were answered before it was sent, and at most one line.
        assert place - before <= limits.TURNS + limits.LINE
    finally:
        server.close()
        await away.stop()


def note_of(actor: str, number: int, uri: str) -> dict[str, Any]:
    base = actor.removesuffix("/actor")
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{base}/notes/{number}#create",
        "type": "Create",
        "actor": actor,
        "to": [PUBLIC],
        "cc": [uri],
        "object": {
            "id": f"{base}/notes/{number}",
            "type": "Note",
            "attributedTo": actor,
            "content": f"<p>{number}</p>",
            "published": "2026-11-20T10:00:00Z",
            "to": [PUBLIC],
            "cc": [uri],
            "tag": [{"type": "Mention", "href": uri, "name": "@ada"}],
        },
    }
