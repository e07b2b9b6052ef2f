"""A member goes from one Weft server to another; who followed them, on both, comes along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.servers import PASSWORD, Client, Refused, Server

POSTS = "v1/statuses"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    here = Server(tmp_path_factory.mktemp("here"), "127.0.0.6")
    there = Server(tmp_path_factory.mktemp("there"), "127.0.0.7")
    with ExitStack() as running:
        for server in (here, there):
            running.callback(server.close)
            server.start()
        for server in (here, there):
            server.wait()
        yield here, there


def relation(viewer: Client, acct: str) -> dict[str, Any]:
    account = viewer.find(acct)
    return viewer.get("v1/accounts/relationships", **{"id[]": account["id"]})[0]


def test_a_member_moves(pair: tuple[Server, Server], tmp_path: Path) -> None:
    here, there = pair
    old, neighbour = here.person("ada"), here.person("cal")
    new, far = there.person("ada"), there.person("bo")
    for follower in (neighbour, far):
        account = follower.find(old.acct)
        follower.send(f"v1/accounts/{account['id']}/follow")
        follower.sees("the follow", lambda f=follower: relation(f, old.acct)["following"])
    made = neighbour.send("v1/lists", title="Neighbours")
    account = neighbour.find(old.acct)
    neighbour.send(f"v1/lists/{made['id']}/accounts", account_ids=[account["id"]])

    with pytest.raises(Refused, match="422"):  # the new account does not say so yet
        old.send("weft/v1/move", acct=new.acct, current_password=PASSWORD)
    assert [one["account"]["acct"] for one in new.send("weft/v1/aliases", acct=old.acct)] == [
        old.acct
    ]
    with pytest.raises(Refused, match="403"):
        old.send("weft/v1/move", acct=new.acct, current_password="a guess")
    assert old.send("weft/v1/move", acct=new.acct, current_password=PASSWORD)["moved"]

    for follower in (neighbour, far):
        follower.sees("whom they follow now", lambda f=follower: relation(f, new.acct)["following"])
        follower.sees("whom no longer", lambda f=follower: not relation(f, old.acct)["following"])
        shown = follower.get(f"v1/accounts/{follower.find(old.acct)['id']}")
        assert shown["moved"]["uri"] == new.me()["uri"]
    listed = neighbour.get(f"v1/lists/{made['id']}/accounts")
    assert [one["acct"] for one in listed] == [new.acct]
    hello = new.post("Here I am")
    for reader in (neighbour, far):
        reader.sees("what is said there", lambda r=reader: [p["uri"] for p in r.home()][:1])
        assert [post["uri"] for post in reader.home()] == [hello["uri"]]
    with pytest.raises(Refused, match="403"):
        old.post("still here")

    # What one takes along, from file to file.
    old.delete("weft/v1/move")
    mine = here.weft("account", "export", "cal", "following")
    file = tmp_path / "following.csv"
    file.write_text(mine)
    assert there.weft("account", "import", "bo", "following", str(file))
    far.sees("that it is done", lambda: not far.get("weft/v1/imports")["running"])
    assert there.weft("account", "alias", "list", "ada") == old.me()["uri"]
