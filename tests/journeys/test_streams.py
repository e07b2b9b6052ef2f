"""Streams over real sockets: tokens in all places, frames word for word, and how they end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import Event
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.journeys.apps import App
from tests.servers import Client, Server
from weft.api.streaming.routes import PACE_S

SOON_S = 15.0
AT_ONCE_S = 5.0
"""The log is read several times a second; the rest is for busy machines."""
PROXY_S = 30.0
"""Proxies cut what is silent for longer."""


@pytest.fixture(scope="module")
def ada(server: Server) -> Client:
    return server.person("streamada")


@pytest.fixture(scope="module")
def bob(server: Server) -> Client:
    return server.person("streambob")


def hear(socket: ClientConnection) -> dict[str, Any]:
    return json.loads(socket.recv(timeout=SOON_S))


@contextmanager
def listening(server: Server, path: str = "", **more: Any) -> Generator[ClientConnection]:
    address = f"ws://{server.domain}/api/v1/streaming{path}"
    with connect(address, open_timeout=SOON_S, **more) as socket:
        yield socket


def test_the_token_may_come_in_three_places(server: Server, ada: Client) -> None:
    header = {"Authorization": f"Bearer {ada.token}"}
    for number, (path, more) in enumerate(
        (
            ("?stream=user", {"additional_headers": header}),
            (f"?stream=user&access_token={ada.token}", {}),
            ("/?stream=user", {"subprotocols": [Subprotocol(ada.token)]}),
        )
    ):
        with listening(server, path, **more) as socket:
            assert socket.subprotocol == (ada.token if "subprotocols" in more else None)
            ada.post(f"hello {number}")
            frame = hear(socket)
            assert (frame["stream"], frame["event"]) == (["user"], "update")
            assert json.loads(frame["payload"])["content"] == f"<p>hello {number}</p>"
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)),
        listening(server, "?stream=user&access_token=wrong") as socket,
    ):
        socket.recv(timeout=SOON_S)


def test_one_socket_has_many_streams_and_says_what_is_wrong(
    server: Server, ada: Client, bob: Client
) -> None:
    mine = ada.send("v1/lists", title="mine")["id"]
    theirs = bob.send("v1/lists", title="theirs")["id"]
    with listening(server, f"?access_token={ada.token}") as socket:

        def say(**words: str) -> None:
            socket.send(json.dumps(words))

        say(type="subscribe", stream="everything")
        assert hear(socket) == {"error": "Unknown stream type", "status": 400}
        say(type="subscribe", stream="list", list=theirs)
        assert hear(socket)["status"] == 404
        say(type="subscribe", stream="hashtag")
        assert hear(socket)["status"] == 400
        socket.send("no json")
        assert hear(socket)["status"] == 400
        say(type="subscribe", stream="hashtag:local", tag="Loom")
        say(type="subscribe", stream="list", list=mine)
        say(type="subscribe", stream="user")
        say(type="unsubscribe", stream="list", list=mine)
        say(type="shout", stream="user")
        assert hear(socket)["status"] == 400  # all before it was done
        bob.post("about #loom")
        frame = hear(socket)
        assert (frame["stream"], frame["event"]) == (["hashtag:local", "Loom"], "update")
        ada.send("v2/filters", title="t", context=["home"])
        assert hear(socket) == {"stream": ["user"], "event": "filters_changed"}


def test_nonsense_without_end_is_answered_one_by_one(server: Server, ada: Client) -> None:
    """One client that asked without pause held the whole server up for half a minute."""
    with listening(server, f"?access_token={ada.token}") as socket:
        socket.send('{"type":"subscribe","deep":' + "[" * 3_000)
        assert hear(socket)["status"] == 400
        times = 50
        began = time.monotonic()
        for _ in range(times):
            socket.send('{"type":"subscribe","stream":"list","list":"1"}')
        assert [hear(socket)["status"] for _ in range(times)] == [404] * times
        assert time.monotonic() - began >= (times - 1) * PACE_S


def test_server_sent_events(server: Server, ada: Client, bob: Client) -> None:
    ada.send(f"v1/accounts/{bob.me()['id']}/follow")
    mine = ada.send("v1/lists", title="mine")["id"]
    ada.send(f"v1/lists/{mine}/accounts", account_ids=[bob.me()["id"]])
    with httpx.stream(
        "GET",
        f"{server.url}/api/v1/streaming/list?list={mine}",
        headers={"Authorization": f"Bearer {ada.token}"},
        timeout=SOON_S,
    ) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == ":)"
        bob.post("into the list")
        said = [line for line in (next(lines) for _ in range(3)) if line]
        assert said[0] == "event: update"
        assert "into the list" in json.loads(said[1].removeprefix("data: "))["content"]
    for path, status in (
        ("list?list=1", 404),
        ("list", 404),
        ("everything", 400),
        ("public/somewhere", 400),
    ):
        refused = ada.http.get(f"/api/v1/streaming/{path}")
        assert refused.status_code == status, path
    assert refused.json() == {"error": "Unknown channel requested"}
    assert httpx.get(f"{server.url}/api/v1/streaming/health").text == "OK"
    assert ada.http.get("/api/v1/streaming").status_code == 404
    assert httpx.get(f"{server.url}/api/v1/streaming/user").status_code == 401


def test_it_ends_with_its_token(server: Server) -> None:
    server.person("streamcy")
    app = App(server)
    cy = app.sign_in("streamcy")
    with listening(server, f"?stream=user&access_token={cy.token}") as socket:
        app.revoke(cy)
        with pytest.raises(ConnectionClosed) as end:
            socket.recv(timeout=SOON_S)
        assert end.value.rcvd is not None
        assert end.value.rcvd.code == 4001


@contextmanager
def hearing(server: Server, client: Client) -> Generator[Iterator[str]]:
    """The lines of an event stream that has begun."""
    with httpx.stream(
        "GET",
        f"{server.url}/api/v1/streaming/user",
        headers={"Authorization": f"Bearer {client.token}"},
        timeout=SOON_S,
    ) as answer:
        lines = answer.iter_lines()
        assert next(lines) == ":)"
        yield lines


def test_who_is_suspended_hears_no_more_at_once(server: Server, bob: Client) -> None:
    """By both ways in, also where nothing was subscribed; streams of others go on."""
    server.person("streamadmin", "--admin")
    allowed = server.weft("token", "create", "streamadmin", "--scopes", "admin:write")
    admin, dan = server.client("streamadmin", allowed), server.person("streamdan")
    with (
        listening(server, f"?stream=user&access_token={dan.token}") as one,
        listening(server, f"?access_token={dan.token}") as silent,
        listening(server, f"?stream=user&access_token={bob.token}") as other,
        hearing(server, dan) as lines,
    ):
        admin.send(f"v1/admin/accounts/{dan.me()['id']}/action", type="suspend")
        began = time.monotonic()
        for socket in (one, silent):
            with pytest.raises(ConnectionClosed) as end:
                socket.recv(timeout=SOON_S)
            assert end.value.rcvd is not None
            assert end.value.rcvd.code == 4001
        assert [line for line in lines if line] == []  # to its end
        assert time.monotonic() - began < AT_ONCE_S
        bob.post("still here")
        assert hear(other)["event"] == "update"
    refused = httpx.get(
        f"{server.url}/api/v1/streaming/user", headers={"Authorization": f"Bearer {dan.token}"}
    )
    assert refused.status_code in {401, 403}


class Pinged(ClientConnection):
    """Remembers that the server asked whether it is there."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self.asked = threading.Event()
        super().__init__(*given, **more)

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.asked.set()
        super().process_event(event)


def test_pings_go_both_ways(server: Server, ada: Client) -> None:
    """Apps ask whether the server is there; the server finds out who has gone, and proxies between
    them see that the connection is in use.
    """
    path = f"?stream=user&access_token={ada.token}"
    with listening(server, path, create_connection=Pinged, ping_interval=None) as socket:
        assert isinstance(socket, Pinged)
        assert socket.ping().wait(SOON_S)
        assert socket.asked.wait(PROXY_S)
        ada.post("after the pings")  # and it is still in use
        assert hear(socket)["event"] == "update"
