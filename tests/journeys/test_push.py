"""From a mention to a phone: a real server, a real push service, and a phone that decrypts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.apps import App
from tests.push.phone import Phone, Service, raw, serving
from tests.servers import Server, until


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


QUIET_S = 2.0
"""In which nothing may come; a push takes some hundredths."""


@pytest.mark.parametrize("standard", [True, False])
def test_somebody_mentions_me(server: Server, service: Service, standard: bool) -> None:
    server.person(f"ada{standard:d}")
    app = App(server)
    ada = app.sign_in(f"ada{standard:d}")
    bob = server.person(f"bob{standard:d}")
    key = ada.get("v2/instance")["configuration"]["vapid"]["public_key"]
    phone = Phone()
    subscribed = ada.send(
        "v1/push/subscription",
        subscription={
            "endpoint": f"{service.url}/wake/me",
            "keys": phone.keys(),
            "standard": standard,
        },
        data={"alerts": {"mention": True}, "policy": "all"},
    )
    assert subscribed["server_key"] == key
    bob.post(f"@{ada.name} come and see")
    until(lambda: service.got, f"a push\n{server.said()}")
    ((headers, body),) = service.got
    assert service.signer(headers) == raw(key)
    said = phone.open(headers, body)
    assert said["notification_type"] == "mention"
    assert said["body"] == f"@{ada.name} come and see"
    # Apps find their account by it; on the disk it stands nowhere.
    assert said["access_token"] == ada.token
    kept = [path for path in server.data.rglob("*") if path.is_file()]
    assert {"weft.db", "seal.key"} <= {path.name for path in kept}
    assert not [path for path in kept if ada.token.encode() in path.read_bytes()]
    (notice,) = ada.notices("mention")
    assert str(said["notification_id"]) == notice["id"]
    assert notice["account"]["acct"] == bob.name

    # Nobody is woken by a token that is no more.
    app.revoke(ada)
    bob.post(f"@{ada.name} and again")
    time.sleep(QUIET_S)
    assert len(service.got) == 1


def test_killed_before_it_was_sent_it_is_sent_after(tmp_path: Path, service: Service) -> None:
    with Server(tmp_path / "server") as server:
        ada, bob = server.person("ada"), server.person("bob")
        phone = Phone()
        ada.send(
            "v1/push/subscription",
            subscription={"endpoint": f"{service.url}/wake/me", "keys": phone.keys()},
            data={"alerts": {"mention": True}},
        )
        service.answers = [503] * 100
        bob.post("@ada hold on")
        until(lambda: service.got, "a first try")
        server.kill()
        service.answers.clear()
        tried = len(service.got)
        server.start()
        server.wait()
        until(lambda: len(service.got) > tried, f"the push\n{server.said()}", within=40)
        said = phone.open(*service.got[-1])
        assert said["body"] == "@ada hold on"
        assert said["access_token"] == ada.token
