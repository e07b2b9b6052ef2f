"""Windows of requests: what is left, when it begins anew, and that memory stays bounded."""

from __future__ import annotations

from typing import Any

import pytest

from weft.api import limits
from weft.api.limits import Rule, TooMany, Windows


class Clock:
    now = 1_000

    def __call__(self) -> int:
        return self.now


def test_a_window_fills_and_begins_anew() -> None:
    clock = Clock()
    windows = Windows(Rule(2, 100), clock)
    assert [windows.count("a") for _ in range(3)] == [(1, 1_100), (0, 1_100), (-1, 1_100)]
    assert windows.is_over("a")
    assert not windows.is_over("b")
    assert windows.count("b") == (1, 1_100)
    clock.now = 1_100
    assert not windows.is_over("a")
    assert windows.count("a") == (1, 1_200)


def test_taking_refuses_and_giving_back_makes_room() -> None:
    windows = Windows(Rule(1, 100), Clock())
    windows.take("a")
    with pytest.raises(TooMany):
        windows.take("a")
    windows.give_back("a")
    windows.give_back("a")
    windows.take("a")
    windows.forget("a")
    windows.take("a")


def test_strangers_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYS_MAX", 10)
    windows = Windows(Rule(5, 100), Clock())
    for number in range(100):
        windows.count(str(number))
    assert len(windows._counts) == 10
    assert windows.count("99") == (3, 1_100)
    assert windows.count("0") == (4, 1_100)


def test_one_line_at_home_is_one_address() -> None:
    def address(shown: str) -> str:
        return limits.address_of({"client": (shown, 1)})  # pyright: ignore[reportArgumentType]

    assert address("192.0.2.7") == "192.0.2.7"
    assert address("::ffff:192.0.2.7") == "192.0.2.7"
    assert address("2001:db8:1:2::1") == address("2001:db8:1:2:ffff::9")
    assert address("2001:db8:1:2::1") != address("2001:db8:1:3::1")
    assert address("unix socket: none") == "unix socket: none"


@pytest.mark.anyio
async def test_headers_that_change_each_time_do_not_get_around_the_limit() -> None:
    limited = limits.limited(limits.Limits())
    answers: list[int] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    for number in range(limits.API.most + 1):
        scope: Any = {
            "type": "http",
            "method": "POST",
            "path": "/oauth/token",
            "client": ("192.0.2.7", 1),
            "headers": [(b"authorization", b"Basic %d" % number)],
        }
        await limited(app)(scope, None, send)  # pyright: ignore[reportArgumentType]
    assert answers == [200] * limits.API.most + [429]
