"""Who is here, told by several processes; and who listens to what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.conftest import House
from weft.api.streaming.channels import Channel, room_key
from weft.api.streaming.hub import Hub, Listener
from weft.kernel.clock import now_ms
from weft.people import blocks
from weft.people.model import Account
from weft.rooms import here, invites, lines, members, reactions, rooms
from weft.rooms.model import RoomDraft

pytestmark = pytest.mark.anyio
SOON_S = 10.0


class Live:
    """Two processes' hubs over one store, and a private room of Ada's with Bob in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.hubs = (Hub(house.db), Hub(house.db))
        self.ada, self.bob = house.person("ada"), house.person("bob")
        db = house.db
        self.room = db.write_now(lambda tx: rooms.create(tx, self.ada, "Den"))[0].id
        self.let_in(self.bob)

    def let_in(self, who: Account) -> None:
        def work(tx: Any) -> None:
            invites.invite(tx, self.ada, self.room, who.id)
            members.join(tx, who, self.room)

        self.house.db.write_now(work)

    def open(self, who: Account, hub: int = 0) -> Listener:
        listener = Listener(who.id, who.id, notifications=True)
        key = room_key(self.room)
        channel = Channel(key, ("room", str(self.room)), room_id=self.room)
        self.hubs[hub].join(listener, channel)
        return listener

    async def next(self, listener: Listener, event: str) -> Any:
        async with asyncio.timeout(SOON_S):
            while True:
                item = await listener.next()
                assert item is not None
                if item[1].event == event:
                    return msgspec.json.decode(item[1].payload or "")

    def here(self, hub: int) -> set[int]:
        return self.hubs[hub].here.who(self.room, now_ms())


@pytest.fixture
async def live(house: House) -> AsyncIterator[Live]:
    made = Live(house)
    tasks = [asyncio.create_task(hub.run()) for hub in made.hubs]
    async with asyncio.timeout(SOON_S):
        for hub in made.hubs:
            await hub.listening.wait()
    yield made
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_every_process_knows_who_is_here(live: Live) -> None:
    ada = live.open(live.ada, hub=0)
    first, second = live.open(live.bob, hub=0), live.open(live.bob, hub=1)
    came = await live.next(ada, "room.presence")
    assert came == {"room_id": str(live.room), "account_id": str(live.bob.id), "here": True}
    watching = live.open(live.ada, hub=1)
    live.hubs[0].leave(first)
    assert not (await live.next(ada, "room.presence"))["here"]
    assert (await live.next(ada, "room.presence"))["here"]  # the other one says that he is
    live.hubs[1].leave(second)
    assert not (await live.next(ada, "room.presence"))["here"]
    for _ in range(3):
        await live.next(watching, "room.presence")
    assert live.here(0) == live.here(1) == {live.ada.id}


async def test_one_of_two_windows_may_close(live: Live) -> None:
    ada = live.open(live.ada)
    first, second = live.open(live.bob), live.open(live.bob)
    assert (await live.next(ada, "room.presence"))["here"]
    live.hubs[0].leave(first)
    live.hubs[0].leave(second)
    assert not (await live.next(ada, "room.presence"))["here"]
    assert live.here(0) == {live.ada.id}


async def test_nobody_hears_what_somebody_blocked_does(live: Live) -> None:
    house = live.house
    cy = house.person("cy")
    live.let_in(cy)
    house.db.write_now(lambda tx: blocks.block(tx, cy, live.bob))
    ada, bob, third = live.open(live.ada), live.open(live.bob), live.open(cy)

    said = house.db.write_now(lambda tx: lines.say(tx, cy, live.room, RoomDraft("by cy")))
    for event, work in (
        ("room.line", None),
        ("room.reaction", lambda tx: reactions.react(tx, live.ada, said.id, "👍")),
        ("room.edit", lambda tx: lines.edit(tx, cy, said.id, "by cy again")),
        ("room.typing", lambda tx: here.typing(tx, cy, live.room)),
        ("room.delete", lambda tx: lines.delete(tx, cy, said.id)),
        ("room.line", lambda tx: lines.say(tx, live.bob, live.room, RoomDraft("by bob"))),
        ("room.line", lambda tx: lines.say(tx, live.ada, live.room, RoomDraft("the end"))),
    ):
        if work is not None:
            house.db.write_now(work)
        await live.next(ada, event)

    async def heard(listener: Listener) -> list[str]:
        found: list[str] = []
        async with asyncio.timeout(SOON_S):
            while True:
                item = await listener.next()
                assert item is not None
                payload = msgspec.json.decode(item[1].payload or "")
                if item[1].event not in ("room.presence", "room.member"):
                    found.append(payload.get("text") or item[1].event)
                if payload.get("text") == "the end":
                    return found

    assert await heard(bob) == ["by bob", "the end"]
    about_cy = ["room.reaction", "by cy again", "room.delete"]
    assert await heard(third) == ["by cy", *about_cy, "the end"]
