"""Everybody, in both kinds of room, by every way to a line: who may not see it never does."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.api.streaming.channels import check, open_channel
from weft.api.streaming.frames import plan
from weft.kernel.errors import NotFound
from weft.people import blocks, oauth
from weft.people.model import Account
from weft.people.oauth import token_owner
from weft.rooms import bans, invites, lines, members, roles
from weft.rooms import rooms as rooms_
from weft.rooms.model import RoomDraft, RoomLine
from weft.store.database import Tx
from weft.work import events

pytestmark = pytest.mark.anyio

IN = ("owner", "moderator", "member", "blocked", "blocked-moderator", "blocking", "muting", "ai")
"""Ties to the author of the line, of those who are in the room when it is said."""
OUT = ("stranger", "invited", "banned", "left", "kicked", "ai-left")
WHO = ("author", *IN, *OUT)
SEEING = {
    "private": {"author", "owner", "moderator", "member", "blocked-moderator", "ai"},
    "public": {"author", "owner", "moderator", "member", "blocked-moderator", "ai"}
    | {"stranger", "invited", "left", "kicked"},
}
"""A public room is read by everybody of the server whom it did not ban, AIs only while in it. Who
moderates sees also who blocks them."""
ROOMS = "/api/weft/v1/rooms"


class Scene:
    """A room, everybody around it, and one line with a picture, a word and an earlier version."""

    def __init__(self, house: House, access: str) -> None:
        self.house = house
        owner = house.person("owner")
        self.who: dict[str, Account] = {"owner": owner}
        for tie in WHO:
            if tie != "owner":
                name = f"the{tie}".replace("-", "")
                is_ai = tie.startswith("ai")
                self.who[tie] = house.ai(name, owner) if is_ai else house.person(name)
        house.db.write_now(lambda tx: self._set(tx, access))
        self.position = house.db.read_now(events.last_position)
        self.line = house.db.write_now(self._say)

    def _set(self, tx: Tx, access: str) -> None:
        who, owner = self.who, self.who["owner"]
        room = rooms_.create(tx, owner, "Den", access=access)[0].id
        self.room = room
        for tie in ("author", *IN, "banned", "left", "kicked", "ai-left"):
            if tie.startswith("ai"):
                members.add_ai(tx, owner, room, who[tie].id)
            elif tie != "owner":
                if access == "private":
                    invites.invite(tx, owner, room, who[tie].id)
                members.join(tx, who[tie], room)
        for tie in ("moderator", "blocked-moderator"):
            roles.set_role(tx, owner, room, who[tie].id, "moderator")
        lines.say(tx, who["author"], room, RoomDraft("weaving before"))
        author = who["author"]
        for tie in ("blocked", "blocked-moderator"):
            blocks.block(tx, author, who[tie])
        blocks.block(tx, who["blocking"], author)
        blocks.mute(tx, who["muting"], author)
        bans.ban(tx, owner, room, who["banned"].id)
        members.leave(tx, who["left"], room)
        for tie in ("kicked", "ai-left"):
            members.kick(tx, owner, room, who[tie].id)
        invites.invite(tx, owner, room, who["invited"].id)

    def _say(self, tx: Tx) -> RoomLine:
        line = lines.say(tx, self.who["author"], self.room, RoomDraft("weaving now"))
        return lines.edit(tx, self.who["author"], line.id, "weaving now, twice")

    def streamed(self, tie: str) -> bool:
        """Whether the line is told to who has the room open (and may open it)."""
        db, account = self.house.db, self.who[tie]
        token = db.write_now(lambda tx: oauth.issue(tx, "read", account_id=account.id, app_id=None))
        bearer = db.read_now(lambda tx: token_owner(tx, token.token))
        assert bearer is not None
        channel = open_channel(bearer, "room", room=str(self.room))
        outs = db.read_now(
            lambda tx: plan(
                tx, events.after(tx, self.position), {channel.key: frozenset({account.id})}
            )
        )
        return any("weaving now" in (f.payload or "") for o in outs for f in o.frames.values())

    async def opened(self, tie: str) -> bool:
        db, account = self.house.db, self.who[tie]
        token = db.write_now(lambda tx: oauth.issue(tx, "read", account_id=account.id, app_id=None))
        bearer = db.read_now(lambda tx: token_owner(tx, token.token))
        assert bearer is not None
        try:
            await check(db, bearer, open_channel(bearer, "room", room=str(self.room)))
        except NotFound:
            return False
        return True


@pytest.fixture(params=["private", "public"])
def access(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_a_line_is_seen_by_these_and_no_others_by_every_way(
    edge: Edge, house: House, access: str
) -> None:
    scene = Scene(house, access)
    path, line = f"{ROOMS}/{scene.room}", scene.line
    one = f"{path}/lines/{line.id}"

    def found(text: str) -> bool:
        return any(json.loads(row)["id"] == str(line.id) for row in text.splitlines())

    def listed(text: str) -> bool:
        return any(row["id"] == str(line.id) for row in json.loads(text))

    ways: dict[str, tuple[str, Callable[[str], bool]]] = {
        "line": (one, lambda _: True),
        "history": (f"{path}/lines?limit=80", listed),
        "search": (f"{path}/search?q=twice", listed),
        "versions": (f"{one}/history", lambda text: len(json.loads(text)) == 2),
        "export": (f"{path}/export", found),
    }
    seen: dict[str, set[str]] = {way: set() for way in (*ways, "stream", "answer", "react")}
    for tie in WHO:
        client = edge.of(scene.who[tie])
        for way, (address, is_there) in ways.items():
            answer = await client.get(address)
            assert answer.status_code in (200, 404), (tie, way, answer.text)
            if answer.status_code == 200 and is_there(answer.text):
                seen[way].add(tie)
        if scene.streamed(tie):
            seen["stream"].add(tie)
        body = {"text": "an answer", "in_reply_to_id": str(line.id)}
        for way, answer in (
            ("answer", await client.post(f"{path}/lines", json=body)),
            ("react", await client.put(f"{one}/reactions/👍")),
        ):
            if answer.status_code == 200:
                seen[way].add(tie)
            elif tie in SEEING[access]:  # they see it, and are not in the room
                assert answer.status_code == 403, (tie, way, answer.text)
            else:
                assert answer.status_code in (403, 404), (tie, way)
                assert str(line.id) not in answer.text
    for way in (*ways, "stream"):
        assert seen[way] == SEEING[access], way
    inside = SEEING["private"]
    assert (seen["answer"], seen["react"]) == (inside, inside)


async def test_who_may_open_the_stream_of_a_room(house: House, access: str) -> None:
    scene = Scene(house, access)
    opened = {tie for tie in WHO if await scene.opened(tie)}
    outside = {"stranger", "invited", "left", "kicked"} if access == "public" else set[str]()
    assert opened == {"author", *IN} | outside


async def test_who_is_told_that_a_private_room_is_there(edge: Edge, house: House) -> None:
    scene = Scene(house, "private")
    path = f"{ROOMS}/{scene.room}"
    for where in ("", "/members"):
        known: set[str] = set()
        for tie in WHO:
            answer = await edge.of(scene.who[tie]).get(f"{path}{where}")
            assert answer.status_code in (200, 404)
            if answer.status_code == 200:
                known.add(tie)
        assert known == {"author", *IN, "invited"}
    for method, where in (
        *(("POST", one) for one in ("join", "leave", "lines", "typing", "read", "hush", "scene")),
        *(("POST", one) for one in ("presence", "invites", "bans", "members", "owner")),
        *(("GET", one) for one in ("lines", "search", "export", "presence", "invites", "bans")),
        *(("PATCH", one) for one in ("", "me")),
        ("DELETE", ""),
    ):
        whom = str(scene.who["member"].id)
        body = {"account_id": whom, "text": "a", "line_id": "1", "duration": 60, "lines": 1}
        for tie in ("stranger", "banned", "left", "kicked"):
            answer = await edge.of(scene.who[tie]).ask(
                method, f"{path}/{where}".rstrip("/"), json=body
            )
            assert answer.status_code == 404, (tie, method, where, answer.text)
    assert (await edge.of(None).get(path)).status_code == 401


async def test_a_token_without_the_scope_does_nothing(edge: Edge, house: House) -> None:
    scene = Scene(house, "public")
    path = f"{ROOMS}/{scene.room}"
    writer = edge.of(scene.who["member"], "write:media follow")
    assert (await writer.get(f"{path}/lines")).status_code == 403
    assert (await writer.post(f"{path}/lines", json={"text": "a"})).status_code == 403
    reader = edge.of(scene.who["member"], "read")
    assert (await reader.post(f"{path}/lines", json={"text": "a"})).status_code == 403
