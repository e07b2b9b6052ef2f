"""A room over real sockets: what is said is heard at once, by those who are in it, until they go."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection

from tests.journeys.test_streams import SOON_S, hear, listening
from tests.servers import Client, Server

ROOMS = "/api/weft/v1/rooms"


@pytest.fixture(scope="module")
def ada(server: Server) -> Client:
    return server.person("roomada")


@pytest.fixture(scope="module")
def bob(server: Server) -> Client:
    return server.person("roombob")


def ask(client: Client, method: str, path: str, **body: Any) -> Any:
    answer = client.http.request(method, f"{ROOMS}{path}", json=body or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def room(owner: Client, *others: Client, access: str = "private") -> str:
    """The path of a room with these in it."""
    path = f"/{ask(owner, 'POST', '', name='Den', access=access)['id']}"
    for one in others:
        if access == "private":
            ask(owner, "POST", f"{path}/invites", account_id=one.me()["id"])
        ask(one, "POST", f"{path}/join")
    return path


def await_(socket: ClientConnection, event: str) -> Any:
    """The payload of the next frame of this kind."""
    while True:
        frame = hear(socket)
        assert "error" not in frame, frame
        if frame["event"] == event:
            return json.loads(frame["payload"])


def open_room(server: Server, client: Client, path: str) -> Any:
    return listening(server, f"?stream=room&room={path[1:]}&access_token={client.token}")


def test_all_that_happens_in_a_room_is_told(server: Server, ada: Client, bob: Client) -> None:
    path = room(ada, bob)
    number = path[1:]
    with open_room(server, ada, path) as socket:
        line = ask(bob, "POST", f"{path}/lines", text="Hello *you*")
        frame = hear(socket)
        assert (frame["stream"], frame["event"]) == (["room", number], "room.line")
        assert json.loads(frame["payload"]) == line
        one = f"{path}/lines/{line['id']}"
        edited = ask(bob, "PUT", one, text="Hello again")
        assert await_(socket, "room.edit") == edited
        ask(bob, "PUT", f"{one}/reactions/👋")
        reaction = await_(socket, "room.reaction")
        assert (reaction["name"], reaction["count"], reaction["added"]) == ("👋", 1, True)
        assert reaction["account_id"] == bob.me()["id"]
        ask(bob, "POST", f"{path}/typing")
        typing = {"room_id": number, "account_id": bob.me()["id"]}
        assert await_(socket, "room.typing") == typing
        ask(ada, "PATCH", path, topic="Tea")
        assert await_(socket, "room.changed")["topic"] == "Tea"
        ask(ada, "POST", f"{path}/read", line_id=line["id"])
        assert await_(socket, "room.read")["line_id"] == line["id"]
        ask(bob, "DELETE", one)
        assert await_(socket, "room.delete") == {"room_id": number, "id": line["id"]}
        ask(bob, "POST", f"{path}/leave")
        left = await_(socket, "room.member")
        assert (left["change"], left["account"]["acct"]) == ("left", "roombob")


def test_who_is_here_is_known_and_who_goes_is_missed(
    server: Server, ada: Client, bob: Client
) -> None:
    path = room(ada, bob)
    with open_room(server, ada, path) as socket:
        with open_room(server, bob, path):
            came = await_(socket, "room.presence")
            assert came == {"room_id": path[1:], "account_id": bob.me()["id"], "here": True}
            here = ask(bob, "GET", f"{path}/presence")["here"]
            assert set(here) == {ada.me()["id"], bob.me()["id"]}
            shown = {
                one["account"]["acct"]: one["here"] for one in ask(ada, "GET", f"{path}/members")
            }
            assert shown == {"roomada": True, "roombob": True}
        went = await_(socket, "room.presence")
        assert went == came | {"here": False}
        assert ask(bob, "GET", f"{path}/presence")["here"] == [ada.me()["id"]]


@pytest.mark.parametrize("how", ["kick", "ban", "leave"])
def test_who_is_out_of_a_private_room_hears_nothing_more(
    server: Server, ada: Client, bob: Client, how: str
) -> None:
    path = room(ada, bob)
    with (
        open_room(server, bob, path) as socket,
        httpx.stream(
            "GET",
            f"{server.url}/api/v1/streaming/room?room={path[1:]}",
            headers={"Authorization": f"Bearer {bob.token}"},
            timeout=SOON_S,
        ) as events,
    ):
        lines = events.iter_lines()
        assert next(lines) == ":)"
        whom = bob.me()["id"]
        if how == "kick":
            ask(ada, "DELETE", f"{path}/members/{whom}")
        elif how == "ban":
            ask(ada, "POST", f"{path}/bans", account_id=whom)
        else:
            ask(bob, "POST", f"{path}/leave")
        assert await_(socket, "room.member")["account"]["id"] == whom
        ask(ada, "POST", f"{path}/lines", text="only for those who stay")
        heard = [line for line in lines if line.startswith("event:")]  # to its end
        assert heard[-1] == "event: room.member"
        socket.send(json.dumps({"type": "subscribe", "stream": "user"}))
        socket.send(json.dumps({"type": "subscribe", "stream": "room", "room": path[1:]}))
        assert hear(socket)["status"] == 404
        bob.post(f"still connected {how}")
        assert hear(socket)["event"] == "update"


def test_the_stream_of_a_room_is_for_those_who_may_read_in_it(
    server: Server, ada: Client, bob: Client
) -> None:
    private, public = room(ada), room(ada, access="public")
    with listening(server, f"?access_token={bob.token}") as socket:
        for wanted in (private[1:], "7", "x", ""):
            socket.send(json.dumps({"type": "subscribe", "stream": "room", "room": wanted}))
            assert hear(socket)["status"] == 404
        socket.send(json.dumps({"type": "subscribe", "stream": "room", "room": int(public[1:])}))
        socket.send("no json")
        assert hear(socket)["status"] == 400  # it is subscribed
        ask(ada, "POST", f"{public}/lines", text="for all")
        assert await_(socket, "room.line")["text"] == "for all"
        ask(ada, "POST", f"{public}/bans", account_id=bob.me()["id"])
        ask(ada, "POST", f"{public}/lines", text="not for the banned")
        socket.send(json.dumps({"type": "subscribe", "stream": "room", "room": public[1:]}))
        assert hear(socket)["status"] == 404


def test_all_my_rooms_on_one_stream(server: Server, ada: Client, bob: Client) -> None:
    with listening(server, f"?stream=rooms&access_token={bob.token}") as socket:
        path = room(ada)
        ask(ada, "POST", f"{path}/invites", account_id=bob.me()["id"])
        assert await_(socket, "room.invite")["id"] == path[1:]
        ask(bob, "POST", f"{path}/join")
        assert await_(socket, "room.member")["change"] == "joined"
        line = ask(ada, "POST", f"{path}/lines", text="one")
        expected = {"room_id": path[1:], "unread": 1, "mentions": 0, "line_id": line["id"]}
        assert await_(socket, "room.unread") == expected
        ask(bob, "PATCH", f"{path}/me", notify="mentions")
        ask(ada, "POST", f"{path}/lines", text="not told")
        named = ask(ada, "POST", f"{path}/lines", text="@roombob told")
        told = await_(socket, "room.unread")
        assert (told["unread"], told["mentions"], told["line_id"]) == (3, 1, named["id"])
        ask(bob, "POST", f"{path}/read", line_id=named["id"])
        assert await_(socket, "room.unread")["unread"] == 0


def test_a_line_is_heard_soon(server: Server, ada: Client, bob: Client) -> None:
    path = room(ada, bob)
    with open_room(server, bob, path) as socket:
        began = time.monotonic()
        for number in range(20):
            ask(ada, "POST", f"{path}/lines", text=f"line {number}")
            assert await_(socket, "room.line")["text"] == f"line {number}"
        assert time.monotonic() - began < SOON_S
