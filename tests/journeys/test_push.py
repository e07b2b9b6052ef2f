"""From a mention to a phone: a real server, a real push service, and a phone that decrypts."""

from __future__ import annotations

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


def test_nobody_is_woken_by_a_token_that_is_no_more(server: Server, service: Service) -> None:
    """Neither by what waited to be sent, nor by what comes after."""
    server.person("cleo")
    app = App(server)
    cleo = app.sign_in("cleo")
    dan = server.person("dan")
    cleo.send(
        "v1/push/subscription",
        subscription={"endpoint": f"{service.url}/wake/me", "keys": Phone().keys()},
        data={"alerts": {"mention": True}},
    )
    service.answers = [503]
    dan.post("@cleo are you there?")
    until(lambda: service.got, f"a first try\n{server.said()}")
    assert "push.send" in server.weft("jobs")
    app.revoke(cleo)
    dan.post("@cleo and again")
    # What is sent is gone from the jobs only after it was sent.
    until(lambda: "push.send" not in server.weft("jobs"), f"nothing to send\n{server.said()}")
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
