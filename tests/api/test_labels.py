"""An AI that could be taken for a person somewhere: every surface that shows one, in one list."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from tests.api.conftest import Edge
from tests.api.test_disclosure import with_marks
from tests.api.test_rooms import do, made
from weft.api.streaming import frames, room_frames
from weft.federation import outbox, render
from weft.people import accounts, follows
from weft.people.model import Account
from weft.push import letter
from weft.rooms import lines, members
from weft.rooms.model import RoomDraft
from weft.threads.notices import Notice

pytestmark = pytest.mark.anyio

Json = Any
PAGE = {"accept": "text/html"}


class World:
    """Ada's AI answered Bob, who follows it, in public and in a room."""

    def __init__(self, edge: Edge, ada: Account, bob: Account) -> None:
        self.edge, self.ada, self.bob, self.db = edge, ada, bob, edge.house.db
        guide = with_marks(edge, ada)
        self.db.write_now(lambda tx: accounts.update(tx, guide.id, indexable=True))
        self.guide = self.db.read_now(lambda tx: accounts.get(tx, guide.id))
        self.db.write_now(lambda tx: follows.follow(tx, bob, self.guide))
        self.root = edge.house.post(bob, "@guide who knows?")
        self.post = edge.house.post(self.guide, "@bob I do, cupboard.", reply_to_id=self.root.id)
        self.open = edge.house.post(self.guide, "Open to all, cupboard.")
        self.room = ""

    async def prepare(self) -> None:
        self.room = await made(self.edge.of(self.ada))
        number = int(self.room.rpartition("/")[2])
        await do(self.edge.of(self.bob), "POST", f"{self.room}/join")
        self.db.write_now(lambda tx: members.add_ai(tx, self.ada, number, self.guide.id))
        self.line = self.db.write_now(
            lambda tx: lines.say(tx, self.guide, number, RoomDraft("I do."))
        )

    async def get(self, path: str) -> Json:
        answer = await self.edge.of(self.bob).get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def page(self, path: str) -> str:
        answer = await self.edge.of(None).get(path, headers=PAGE)
        assert answer.status_code == 200
        return answer.text


def entity(status: Json) -> bool:
    """A post or line of the client API."""
    return status["ai"] is not None and account(status["account"])


def account(one: Json) -> bool:
    return one["bot"] and bool(one["ai"]["disclosure"]) and one["ai"]["operator"]["acct"] == "ada"


def by_guide(found: list[Json]) -> Json:
    return next(one for one in found if one["account"]["acct"] == "guide")


async def status(w: World) -> bool:
    return entity(await w.get(f"/api/v1/statuses/{w.post.id}"))


async def home(w: World) -> bool:
    return entity(by_guide(await w.get("/api/v1/timelines/home")))


async def thread(w: World) -> bool:
    return entity(by_guide((await w.get(f"/api/v1/statuses/{w.root.id}/context"))["descendants"]))


async def search(w: World) -> bool:
    found = await w.get("/api/v2/search?q=cupboard")
    return entity(by_guide(found["statuses"]))


async def search_of_people(w: World) -> bool:
    return account((await w.get("/api/v2/search?q=guide&type=accounts"))["accounts"][0])


async def profile(w: World) -> bool:
    return account(await w.get(f"/api/v1/accounts/{w.guide.id}"))


async def notification(w: World) -> bool:
    found = await w.get("/api/v1/notifications?types[]=mention")
    return account(found[0]["account"]) and entity(found[0]["status"])


async def oembed(w: World) -> bool:
    found = await w.edge.of(None).get(f"/api/oembed?url={w.open.url}")
    return "(AI)" in found.json()["author_name"]


async def line(w: World) -> bool:
    found = [one for one in await w.get(f"{w.room}/lines") if one["kind"] == "line"]
    return entity(found[0])


async def coming(w: World) -> bool:
    found = await w.get(f"{w.room}/lines")
    joined = by_guide([one for one in found if one["kind"] == "join"])
    return account(joined["account"]) and joined["text"] == "an AI, run by @ada"


async def member(w: World) -> bool:
    return account(by_guide(await w.get(f"{w.room}/members"))["account"])


async def stream(w: World) -> bool:
    of = frames._shown  # pyright: ignore[reportPrivateUsage]
    shown = w.db.read_now(lambda tx: of(tx, w.open, [w.bob.id], edited=False))
    return entity(_payload(shown[w.bob.id]))


async def room_stream(w: World) -> bool:
    of = room_frames._shown  # pyright: ignore[reportPrivateUsage]
    shown = w.db.read_now(lambda tx: of(tx, w.line, [w.bob.id], "room.line"))
    return entity(_payload(shown[w.bob.id]))


def _payload(frame: Any) -> Json:
    made = msgspec.to_builtins(frame)
    found = made["payload"] if isinstance(made, dict) else made[1]
    return json.loads(found) if isinstance(found, str | bytes) else found


async def push(w: World) -> bool:
    notice = Notice(1, "mention", w.guide.id, w.post.id, 0, None, filtered=False, data=None)
    said = letter.write(notice, w.guide, w.post, token="t", icon="", locale="en")
    return "(AI)" in json.loads(said)["title"]


async def html(w: World) -> bool:
    page = await w.page(f"/@guide/{w.open.id}")
    return 'ai-disclosure="autonomous"' in page and 'class="ai-label"' in page


async def html_profile(w: World) -> bool:
    return '<meta name="ai-disclosure" content="autonomous">' in await w.page("/@guide")


async def feed(w: World) -> bool:
    page = await w.page("/@guide.rss")
    return "(AI)</title>" in page and "is an AI, not a person." in page


async def note(w: World) -> bool:
    around = w.db.read_now(lambda tx: outbox.around(tx, w.post))
    said = render.note(w.db.site, w.post, w.guide, around)
    return said["weft:aiGenerated"] and any(one["type"] == "Label" for one in said["tag"])


async def actor(w: World) -> bool:
    said = render.actor(w.db.site, w.guide, "PEM")
    return (
        said["type"] == "Service"
        and "AI" in said["summary"]
        and bool(said["weft:aiLabel"])
        and {"AI", "Run by"} <= {one["name"] for one in said["attachment"]}
        and any(one["type"] == "Label" for one in said["tag"])
    )


SURFACES: list[Callable[[World], Awaitable[bool]]] = [
    *(status, home, thread, search, search_of_people, profile, notification, oembed),
    *(line, coming, member, stream, room_stream, push),
    *(html, html_profile, feed, note, actor),
]


@pytest.mark.parametrize("surface", SURFACES, ids=lambda one: one.__name__)
async def test_an_ai_is_one_wherever_it_is_shown(
    edge: Edge, ada: Account, bob: Account, surface: Callable[[World], Awaitable[bool]]
) -> None:
    world = World(edge, ada, bob)
    await world.prepare()
    assert await surface(world)
