"""Reading followed lists from somebody's server: what is new once, what is wrong said, what was kept."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.conftest import House
from tests.moderation.desk import Desk, entries
from tests.net.hostile import serving
from weft.moderation import domain_lists
from weft.moderation.domain_csv import FILE_BYTES
from weft.moderation.domain_lists import DomainList, get
from weft.moderation.tables import domain_lists as table
from weft.net.client import Client
from weft.net.guard import Guard
from weft.store.database import Tx

pytestmark = pytest.mark.anyio


class Keeper:
    """Who keeps the list, and what is asked of them."""

    def __init__(self) -> None:
        self.body = b"#domain,#severity\nbad.test,suspend\n"
        self.status = 200
        self.headers: dict[str, str] = {"ETag": '"one"'}
        self.asked: list[str] = []
        self.port = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.headers.get("If-None-Match", ""))
        if "Signature" in request.headers:
            return web.Response(status=500)
        if self.asked[-1] and self.asked[-1] == self.headers.get("ETag"):
            return web.Response(status=304)
        return web.Response(body=self.body, status=self.status, headers=self.headers)


@pytest.fixture
async def keeper() -> AsyncIterator[Keeper]:
    made = Keeper()
    async with serving(made.answer) as made.port:
        yield made


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    guard = Guard(["127.0.0.0/8"], allow_http=True)
    names = {"lists.test": "127.0.0.1", "inside.test": "10.0.0.1"}
    async with Client(user_agent="Weft/test", guard=guard, resolve=names) as client:
        yield Desk(house, client)


async def again(desk: Desk, one: DomainList) -> DomainList:
    """As if an admin asked for it a while later."""

    def later(tx: Tx) -> None:
        tx.run(table.update().where(table.c.id == one.id), {"fetched_at": 1})
        domain_lists.refresh(tx, get(tx, one.id))

    desk.db.write_now(later)
    await desk.work()
    return desk.get(one)


async def test_a_list_is_read_and_asked_for_only_when_it_changed(
    desk: Desk, keeper: Keeper
) -> None:
    one = desk.follow(f"http://lists.test:{keeper.port}/list.csv")
    await desk.work()
    now = desk.get(one)
    assert (now.waiting, now.error, now.etag) == (entries("bad.test"), "", '"one"')
    assert now.fetched_at is not None
    desk.approve(one)
    await desk.work()
    assert desk.said() == {"bad.test": ("suspend", one.id)}
    now = await again(desk, one)
    assert (now.waiting, now.fetched_at != 1) == (None, True)
    keeper.body, keeper.headers = b"bad.test\nmore.test\n", {"ETag": '"two"'}
    now = await again(desk, one)
    assert now.waiting == entries("bad.test", "more.test")
    assert keeper.asked == ["", '"one"', '"one"']


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        pytest.param(404, b"", "answered 404", id="gone"),
        pytest.param(500, b"", "answered 500", id="ill"),
        pytest.param(200, b"<!doctype html>\n<p>moved", "Line 1", id="a page"),
        pytest.param(200, b"", "no domain", id="emptied"),
        pytest.param(200, b"good.test\nbad_\xff\n", "Line 2", id="bytes"),
        pytest.param(200, b"x.test\n" * (FILE_BYTES // 7 + 2), "larger than", id="too large"),
        pytest.param(302, b"", "not a public address", id="led inside"),
    ],
)
async def test_what_cannot_be_read_changes_nothing_and_is_said(
    desk: Desk, keeper: Keeper, status: int, body: bytes, why: str
) -> None:
    one = desk.follow(f"http://lists.test:{keeper.port}/list.csv", automatic=True)
    await desk.work()
    desk.approve(one)
    await desk.work()
    keeper.status, keeper.body, keeper.headers = status, body, {}
    if status == 302:
        keeper.headers = {"Location": "http://inside.test/list.csv"}
    now = await again(desk, one)
    assert why in now.error
    assert (now.entries, now.waiting) == (entries("bad.test"), None)
    assert desk.said() == {"bad.test": ("suspend", one.id)}
    keeper.status, keeper.body, keeper.headers = 200, b"bad.test\nnew.test\n", {}
    now = await again(desk, one)
    assert (now.error, len(now.entries)) == ("", 2)


async def test_a_list_that_is_followed_no_longer_is_not_read(desk: Desk, keeper: Keeper) -> None:
    one = desk.follow(f"http://lists.test:{keeper.port}/list.csv")
    desk.unfollow(one)
    await desk.work()
    assert keeper.asked == []
