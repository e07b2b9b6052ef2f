"""``weft demo``: one command, and people and AIs talk; the second time it is all still there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from mastodon import Mastodon

from tests.journeys.browser import allow
from tests.servers import START_S, Process, free_port, until

SCOPES = ["read", "write"]


class Demo(Process):
    """The command as it is typed, but for the port and the folder."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        super().__init__(
            [
                *(sys.executable, "-m", "weft", "demo", "--port", str(self.port)),
                *("--data", str(folder / "demo")),
            ],
            folder / "demo.log",
            {"NO_COLOR": "1", "COLUMNS": "120"},
        )

    def open(self) -> tuple[str, str, str]:
        """Start; the address, name and password that it prints."""
        already = len(self.said())
        self.start()

        def printed() -> tuple[str, str, str] | None:
            said = self.said()[already:]
            assert self.running, said
            address = re.search(r"Open\s+(http://\S+)", said)
            login = re.search(r"Sign in as (\S+) with the password (\S+)", said)
            return (address[1], login[1], login[2]) if address and login else None

        found = until(printed, "the address", within=START_S)
        assert found is not None
        return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    running = Demo(tmp_path)
    yield running
    running.kill()


def signed_in(address: str, name: str, password: str) -> Mastodon:
    app_id, secret = Mastodon.create_app("Deck", scopes=SCOPES, api_base_url=address)
    app = Mastodon(client_id=app_id, client_secret=secret, api_base_url=address)
    code, _ = allow(app.auth_request_url(scopes=SCOPES, allow_http=True), name, password)
    app.log_in(code=code, scopes=SCOPES, allow_http=True)
    return app


def test_the_main_job(demo: Demo) -> None:
    address, name, password = demo.open()
    assert f"127.0.0.1:{demo.port}" in address
    assert "Planted" in demo.said()
    app = signed_in(address, name, password)
    home = app.timeline_home(limit=40)
    assert len(home) >= 20
    assert {post.account.bot for post in home} == {True, False}
    assert any(post.in_reply_to_id for post in home)

    (thread,) = [app.status_post("Does anyone know this place well?")]
    ask = app.status_post("@guide how do I follow people on other servers?", in_reply_to_id=thread)
    answer = until(lambda: app.status_context(thread).descendants[1:], "the answer")[0]
    assert answer.in_reply_to_id == ask.id
    assert answer.account.bot
    assert answer.account["ai"]["disclosure"]
    assert answer["ai"]["sources"], answer.content
    source = answer["ai"]["sources"][0]
    assert source["quote"]
    assert httpx.get(source["url"]).status_code == 200

    demo.stop()
    assert demo.open() == (address, name, password)
    assert "where you left it" in demo.said()
    assert [one.id for one in app.status_context(thread).descendants] == [ask.id, answer.id]
    assert app.timeline_home(limit=40)[0].id in (answer.id, ask.id)
