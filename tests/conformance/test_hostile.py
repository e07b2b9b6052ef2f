"""A server that answers with nonsense ends up in the table; it does not end the walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.conformance import caller, report
from weft.conformance.caller import SAID_CHARS, SILENT_MAX, Result
from weft.conformance.walk import walk
from weft.net.client import Client, OutboundFailed, Response

pytestmark = pytest.mark.anyio
BASE = "http://127.0.0.1:1"
NAMES = (
    *("id", "error", "name", "account", "acct", "avatar", "display_name", "last_status", "home"),
    *("notification_groups", "group_key", "status_id", "poll", "collection", "version", "url"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)


class Server:
    """In place of a ``Client``: whoever asks who they are is told, all else gets one answer."""

    def __init__(self, body: bytes | None, status: int = 200, version: str = "4") -> None:
        self.body, self.status, self.version = body, status, version
        self.asked: list[tuple[str, str]] = []

    async def ask(
        self, method: str, url: str, *, headers: Mapping[str, str], **_more: Any
    ) -> Response:
        path = url.removeprefix(BASE)
        self.asked.append((method, path))
        told = {"content-type": "application/json"}
        if path == "/api/v2/instance" and len(self.asked) == 1:
            return Response(200, url, told, msgspec.json.encode({"version": self.version}))
        if path == "/api/v1/accounts/verify_credentials" and len(self.asked) < 4:
            who = headers["Authorization"].removeprefix("Bearer ")
            return Response(200, url, told, msgspec.json.encode({"id": who, "acct": who}))
        if self.body is None:
            raise OutboundFailed("silence")
        return Response(self.status, url, told, self.body)

    async def walked(self) -> tuple[str, list[Result]]:
        tokens = {"main": "1", "second": "2", "admin": "3"}
        version, results, unlimited = await walk(cast("Client", self), BASE, cast("Any", tokens))
        report.text(BASE, version, results, unlimited)
        report.json(BASE, version, results, unlimited)
        return version, results


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller, "REST_S", 0)


@settings(max_examples=40, deadline=None)
@given(value=JSON, status=st.sampled_from([200, 202, 302, 404, 500]))
async def test_any_json_is_an_answer(value: Any, status: int) -> None:
    await Server(msgspec.json.encode(value), status).walked()


@pytest.mark.parametrize("body", [b"[" * 200_000, b'"\xff"', b"9" * 9_000, b"<html>"])
async def test_what_is_no_json_is_called_so(body: bytes) -> None:
    _version, results = await Server(body).walked()
    tried = [one for one in results if one.status == 200 and one.state != "works"]
    assert tried
    assert {problem for one in tried for problem in one.problems} >= {"the answer is no JSON"}


async def test_a_server_that_fell_silent_is_not_waited_for_at_every_route() -> None:
    server = Server(None)
    await server.walked()
    assert len(server.asked) <= 3 + 3 * SILENT_MAX


async def test_what_a_server_says_does_not_reach_the_terminal_as_it_is() -> None:
    said = "\x1b]0;mine\x07\x1b[2J" + "x" * 100_000
    server = Server(msgspec.json.encode({"error": said}), 500, version=said)
    version, results = await server.walked()
    assert "\x1b" not in version
    assert len(version) <= SAID_CHARS
    for one in results:
        assert all("\x1b" not in why and len(why) < 2 * SAID_CHARS for why in one.problems)


async def test_what_others_left_is_not_taken_away() -> None:
    """Every list holds one entry of somebody else: it stays, whatever it is."""
    theirs: dict[str, Any] = {
        "id": "77",
        "name": "theirs",
        "group_key": "77",
        "account": {"id": "9"},
        "last_status": {"id": "88"},
    }
    server = Server(msgspec.json.encode([theirs]))
    await server.walked()
    changed = {
        (method, path)
        for method, path in server.asked
        if method != "GET" and ("/77" in path or path.endswith("/clear"))
    }
    announcement = {one for one in changed if "/announcements/" in one[1]}  # read and reacted to
    assert changed == announcement
