"""Knocking at servers of each kind: how often, in which dialect, and what is remembered."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from tests.conftest import House
from tests.federation.recording import Peers, client, listening
from weft.federation import peers
from weft.federation.keys import Keys, Signer
from weft.federation.knock import Knock
from weft.federation.request import InboxRequest
from weft.federation.senders import signature_of
from weft.moderation import domains
from weft.net.guard import OutboundRefused
from weft.net.keys import public_key
from weft.net.signatures import SignatureRejected

pytestmark = pytest.mark.anyio
BODY = b'{"type":"Like"}'
Post = Callable[..., Awaitable[int]]


class Doors:
    """A server that understands some dialects, and counts how it is asked."""

    def __init__(self, far: Peers, pem: str, signer: Signer) -> None:
        self.far = far
        self.pem = pem
        self.signer = signer
        self.heard: list[str] = []

    def understanding(self, *dialects: str, refusal: int = 401, status: int = 202) -> None:
        def answer(request: web.Request) -> web.Response:
            body = BODY if request.method == "POST" else b""
            headers = {name.lower(): value for name, value in request.headers.items()}
            arrived = InboxRequest(request.path_qs, headers, body, request.method)
            try:
                made = signature_of(arrived)
                made.verify(arrived, public_key(self.pem), time.time(), scheme="http")
            except SignatureRejected as refused:  # nothing that we send is ever wrong
                return web.Response(status=500, text=str(refused))
            self.heard.append(made.dialect)
            return web.Response(status=status if made.dialect in dialects else refusal)

        self.far.answers["a.test"] = answer


@pytest.fixture
async def doors(house: House) -> AsyncIterator[Doors]:
    ada = house.person("ada")
    keys = await Keys(house.db).public(ada)
    async with listening() as far:
        yield Doors(far, keys.pem, await Keys(house.db).signer(ada.id))


@pytest.fixture
async def post(house: House, doors: Doors) -> AsyncIterator[Post]:
    async with client(["a.test", "b.test"]) as out:
        knock = Knock(house.db, out)

        async def once(*, fresh: bool = False, get: bool = False) -> int:
            at = doors.far.url("a.test", "/inbox?x=y")
            by = Knock(house.db, out) if fresh else knock
            if get:
                return (await by.get(at, "application/activity+json", 5, doors.signer)).status
            return (await by.post(at, BODY, "application/activity+json", doors.signer)).status

        yield once


def known(house: House, doors: Doors) -> str:
    host = f"a.test:{doors.far.port}"
    return house.db.read_now(lambda tx: peers.dialect(tx, host))


async def test_a_stranger_is_asked_as_nearly_everybody_understands(
    house: House, doors: Doors, post: Post
) -> None:
    doors.understanding("cavage", "rfc9421")
    assert [await post(), await post(get=True)] == [202, 202]
    assert doors.heard == ["cavage", "cavage"]


@pytest.mark.parametrize("refusal", [400, 401])
@pytest.mark.parametrize("get", [False, True], ids=["post", "get"])
async def test_who_refuses_it_is_asked_in_the_other_dialect_and_from_then_on_at_once(
    house: House, doors: Doors, post: Post, refusal: int, get: bool
) -> None:
    doors.understanding("rfc9421", refusal=refusal)
    assert await post(get=get) == 202
    assert doors.heard == ["cavage", "rfc9421"]
    assert known(house, doors) == "rfc9421"
    assert await post(fresh=True) == 202  # remembered beyond a restart
    assert doors.heard[2:] == ["rfc9421"]


async def test_who_forgot_it_again_is_asked_as_before(
    house: House, doors: Doors, post: Post
) -> None:
    house.db.write_now(lambda tx: peers.speaks(tx, f"a.test:{doors.far.port}", "rfc9421"))
    doors.understanding("cavage")
    assert await post() == 202
    assert doors.heard == ["rfc9421", "cavage"]
    assert known(house, doors) == "cavage"


async def test_who_refuses_both_is_not_asked_twice_each_time(
    house: House, doors: Doors, post: Post
) -> None:
    doors.understanding()
    assert [await post() for _ in range(3)] == [401, 401, 401]
    assert doors.heard == ["cavage", "rfc9421", "cavage", "cavage"]
    assert known(house, doors) == "cavage"


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
async def test_other_answers_are_no_question_of_dialect(
    house: House, doors: Doors, post: Post, status: int
) -> None:
    doors.understanding("cavage", status=status)
    assert await post() == status
    assert doors.heard == ["cavage"]


async def test_a_second_answer_that_is_no_yes_teaches_nothing(
    house: House, doors: Doors, post: Post
) -> None:
    doors.understanding("rfc9421", status=503)
    assert await post() == 503
    assert known(house, doors) == "cavage"


@pytest.mark.parametrize("get", [False, True], ids=["post", "get"])
async def test_nothing_is_sent_on_to_a_server_that_is_kept_out(
    house: House, doors: Doors, post: Post, get: bool
) -> None:
    """Also when a server that is not kept out sends us there."""
    house.db.write_now(lambda tx: domains.add(tx, "b.test", severity="suspend"))
    doors.far.status("a.test", 307, Location=doors.far.url("b.test"))
    with pytest.raises(OutboundRefused):
        await post(get=get)
    assert doors.far.tries == {"a.test": 1}
