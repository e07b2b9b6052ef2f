"""Two servers: of a long conversation elsewhere, of which two posts arrived, all is there after it was
opened, also when either server is killed meanwhile; and a profile that nobody here knew is not empty.
"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.journeys.test_two_servers import Pair
from tests.servers import Client, Server, plain

REPLIES = 60


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    here = Server(tmp_path_factory.mktemp("here"), "127.0.0.4")
    there = Server(tmp_path_factory.mktemp("there"), "127.0.0.5")
    with ExitStack() as running:
        for server in (here, there):
            running.callback(server.close)
            server.start()
        for server in (here, there):
            server.wait()
        yield Pair(here, there)


def conversation(author: Client, *others: Client) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A post and its answers, some of them to answers."""
    root = author.post("How do you bake rye bread?")
    said: list[dict[str, Any]] = []
    for n in range(REPLIES):
        above = said[-1] if n % 4 else root
        said.append(others[n % len(others)].post(f"Opinion {n}", in_reply_to_id=above["id"]))
    return root, said


def age(server: Server) -> None:
    """As if it had been said an hour ago: what was said this minute is looked at only later."""
    with sqlite3.connect(server.data / "weft.db", timeout=30) as store:
        store.execute("UPDATE posts SET created_at = created_at - 3600000")
    store.close()


def below(reader: Client, post: dict[str, Any]) -> list[str]:
    return [plain(one) for one in reader.below(post["id"])]


def test_all_of_it_is_there_after_it_was_opened(pair: Pair) -> None:
    ann, ben = pair.there.person("ann"), pair.there.person("ben")
    ida = pair.here.person("ida")
    root, said = conversation(ann, ann, ben)
    age(pair.there)
    known = ida.open(said[0]["uri"])
    above = ida.get(f"v1/statuses/{known['id']}/context")["ancestors"]
    assert [one["uri"] for one in above] == [root["uri"]]
    assert len(below(ida, above[0])) == 1

    def status() -> dict[str, Any]:
        return ida.get(f"weft/v1/threads/{known['id']}/completeness")

    ida.sees("a thread that is complete", lambda: status()["complete_as_of"], within=60)
    assert sorted(below(ida, above[0])) == sorted(f"Opinion {n}" for n in range(REPLIES))
    assert status()["found"] == REPLIES - 1
    assert ida.notices("mention") == []
    assert ida.home() == []


def test_it_goes_on_after_a_kill(pair: Pair) -> None:
    ann, ben = pair.there.person("ann2"), pair.there.person("ben2")
    eva = pair.here.person("eva")
    root, _ = conversation(ann, ann, ben)
    age(pair.there)
    known = eva.open(root["uri"])
    assert below(eva, known) == []
    eva.sees("the first answers", lambda: len(below(eva, known)) >= 3, within=60)
    assert pair.there.child is not None
    pair.there.child.send_signal(signal.SIGSTOP)  # now it cannot come to its end
    got = len(below(eva, known))
    pair.here.kill()
    pair.there.child.send_signal(signal.SIGCONT)
    pair.here.start()
    pair.here.wait()
    assert got <= REPLIES
    eva.sees("all answers", lambda: len(below(eva, known)) == REPLIES, within=60)
    assert len(set(below(eva, known))) == REPLIES


def test_a_profile_is_not_empty(pair: Pair) -> None:
    zoe, fan = pair.there.person("zoe"), pair.there.person("fan")
    uma = pair.here.person("uma")
    first = zoe.post("My first words here")
    for n in range(5):
        zoe.post(f"Day {n}")
    zoe.send(f"v1/statuses/{first['id']}/pin")
    fan.send(f"v1/accounts/{fan.find('zoe')['id']}/follow")
    account = uma.find(zoe.acct)
    assert account["followers_count"] == 0
    path = f"v1/accounts/{account['id']}/statuses"
    assert uma.get(path) == []
    uma.sees("posts", lambda: len(uma.get(path)) == 6)
    uma.sees("the pinned one", lambda: len(uma.get(path, pinned="true")) == 1)
    assert plain(uma.get(path, pinned="true")[0]) == "My first words here"
    shown = uma.get(f"v1/accounts/{account['id']}")
    assert (shown["followers_count"], shown["statuses_count"]) == (1, 6)
    assert uma.home() == []
