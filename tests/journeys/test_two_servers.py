"""Two Weft servers, as two processes on two addresses, and what goes between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.servers import Client, Refused, Server, plain

BAKERY = """# Opening hours

We are open from Tuesday to Saturday, from seven in the morning until noon.

# Sourdough

Our sourdough rests for thirty hours. It contains wheat, rye, water and salt, and nothing else.
"""


class Pair(NamedTuple):
    here: Server
    there: Server


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    here = Server(tmp_path_factory.mktemp("here"), "127.0.0.2")
    there = Server(tmp_path_factory.mktemp("there"), "127.0.0.3")
    with ExitStack() as running:
        for server in (here, there):
            running.callback(server.close)
            server.start()
        for server in (here, there):
            server.wait()
        yield Pair(here, there)


@pytest.fixture(scope="module")
def ada(pair: Pair) -> Client:
    return pair.here.person("ada")


@pytest.fixture(scope="module")
def bo(pair: Pair) -> Client:
    return pair.there.person("bo")


def met(follower: Client, target: Client) -> dict[str, Any]:
    """The follower follows the target; the target as the follower's server knows it."""
    account = follower.find(target.acct)
    follower.send(f"v1/accounts/{account['id']}/follow")
    follower.sees(
        f"that it follows {target.acct}", lambda: relation(follower, account)["following"]
    )
    return account


def relation(viewer: Client, account: dict[str, Any]) -> dict[str, Any]:
    return viewer.get("v1/accounts/relationships", **{"id[]": account["id"]})[0]


def arrival(reader: Client, text: str) -> dict[str, Any]:
    """The post with this text in the reader's home timeline, once it is there."""

    def look() -> dict[str, Any] | None:
        return next((one for one in reader.home() if text in plain(one)), None)

    found = reader.sees(f"{text!r} at home", look)
    assert found is not None
    return found


def status(reader: Client, post: dict[str, Any]) -> dict[str, Any]:
    return reader.get(f"v1/statuses/{post['id']}")


def gone(reader: Client, post: dict[str, Any]) -> bool:
    try:
        status(reader, post)
    except Refused as refused:
        return refused.status == 404
    return False


def test_a_conversation(ada: Client, bo: Client) -> None:
    """Follow both ways, post, reply, mention, like, boost, edit, delete."""
    met(ada, bo)
    met(bo, ada)
    (follow,) = bo.notices("follow")
    assert follow["account"]["acct"] == ada.acct

    post = bo.post("Rain on the #tin roof", language="en", spoiler_text="weather")
    seen = arrival(ada, "Rain on the")
    assert seen["account"]["acct"] == bo.acct
    assert seen["uri"] == post["uri"]
    assert seen["created_at"] == post["created_at"]
    assert (seen["language"], seen["spoiler_text"]) == ("en", "weather")
    assert [tag["name"] for tag in seen["tags"]] == ["tin"]

    reply = ada.post(f"@{bo.acct} Here too", in_reply_to_id=seen["id"])
    told = bo.sees("the reply", lambda: bo.notices("mention"))[0]
    assert told["status"]["in_reply_to_id"] == post["id"]
    assert told["account"]["acct"] == ada.acct
    assert [plain(one) for one in bo.below(post["id"])] == [plain(told["status"])]
    bo.post(f"@{ada.acct} For how long?", in_reply_to_id=told["status"]["id"])
    ada.sees("the answer below its reply", lambda: ada.below(reply["id"]))
    assert len(ada.below(seen["id"])) == 2

    ada.send(f"v1/statuses/{seen['id']}/favourite")
    ada.send(f"v1/statuses/{seen['id']}/reblog")
    bo.sees("the like", lambda: status(bo, post)["favourites_count"] == 1)
    bo.sees("the boost", lambda: status(bo, post)["reblogs_count"] == 1)
    assert [one["account"]["acct"] for one in bo.notices("favourite")] == [ada.acct]
    assert [one["account"]["acct"] for one in bo.notices("reblog")] == [ada.acct]
    ada.send(f"v1/statuses/{seen['id']}/unfavourite")
    ada.send(f"v1/statuses/{seen['id']}/unreblog")
    bo.sees("the like taken back", lambda: status(bo, post)["favourites_count"] == 0)
    bo.sees("the boost taken back", lambda: status(bo, post)["reblogs_count"] == 0)

    bo.put(f"v1/statuses/{post['id']}", status="Hail on the #tin roof", spoiler_text="")
    ada.sees("the edit", lambda: "Hail" in plain(status(ada, seen)))
    assert status(ada, seen)["edited_at"]
    assert len(ada.get(f"v1/statuses/{seen['id']}/history")) == 2

    bo.delete(f"v1/statuses/{post['id']}")
    ada.sees("that it is gone", lambda: gone(ada, seen))
    assert not gone(ada, reply)


def test_a_boost_brings_what_it_shows(pair: Pair, ada: Client, bo: Client) -> None:
    """Of somebody whom nobody there knew before."""
    met(bo, ada)
    ned = pair.here.person("ned")
    post = ned.post("Nobody there knows me")
    ada.send(f"v1/statuses/{post['id']}/reblog")

    def look() -> dict[str, Any] | None:
        shown = (one["reblog"] for one in bo.home() if one["reblog"])
        return next((one for one in shown if one["uri"] == post["uri"]), None)

    seen = bo.sees("the boost at home", look)
    assert seen is not None
    assert seen["account"]["acct"] == ned.acct
    assert plain(seen) == "Nobody there knows me"


def test_pictures(pair: Pair, ada: Client, bo: Client, picture: bytes) -> None:
    met(ada, bo)
    bo.post("The oven", media_ids=[bo.picture(picture, "A brick oven")], sensitive=True)
    (shown,) = arrival(ada, "The oven")["media_attachments"]
    assert shown["type"] == "image"
    assert shown["description"] == "A brick oven"
    assert shown["blurhash"]
    assert shown["meta"]["original"]["width"] == 320
    fetched = httpx.get(shown["url"])
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == "image/png"


def test_people_ask_first(pair: Pair) -> None:
    """A locked account accepts one and rejects another; posts for followers reach only them."""
    cy = pair.here.person("cy")
    dee, eve = pair.there.person("dee"), pair.there.person("eve")
    cy.http.patch("/api/v1/accounts/update_credentials", json={"locked": True})
    for one in (dee, eve):
        account = one.find(cy.acct)
        one.send(f"v1/accounts/{account['id']}/follow")
    asks = cy.sees(
        "two requests", lambda: len(found := cy.get("v1/follow_requests")) == 2 and found
    )
    by_name = {one["username"]: one for one in asks or ()}
    assert relation(dee, dee.find(cy.acct))["requested"]
    cy.send(f"v1/follow_requests/{by_name['dee']['id']}/authorize")
    cy.send(f"v1/follow_requests/{by_name['eve']['id']}/reject")
    dee.sees("the yes", lambda: relation(dee, dee.find(cy.acct))["following"])
    eve.sees("the no", lambda: not relation(eve, eve.find(cy.acct))["requested"])
    assert not relation(eve, eve.find(cy.acct))["following"]

    quiet = cy.post("Only for those I let in", visibility="private")
    arrival(dee, "Only for those")
    assert not [one for one in eve.home() if "Only for those" in plain(one)]
    found = eve.get("v2/search", q=quiet["uri"], resolve="true")
    assert found["statuses"] == []

    cy.post(f"@{eve.acct} A word between us", visibility="direct")
    told = eve.sees("the direct post", lambda: eve.notices("mention"))[0]
    assert told["status"]["visibility"] == "direct"
    assert not [one for one in dee.home() if "A word between us" in plain(one)]

    dee.send(f"v1/accounts/{dee.find(cy.acct)['id']}/unfollow")
    cy.sees("that Dee left", lambda: cy.me()["followers_count"] == 0)


def test_blocks(pair: Pair) -> None:
    """A block ends what was between them, and nothing passes until it is taken back."""
    fay, gil, oda = pair.here.person("fay"), pair.there.person("gil"), pair.here.person("oda")
    there = met(gil, fay)
    here = met(fay, gil)
    fay.send(f"v1/accounts/{here['id']}/block")
    gil.sees("that he follows no more", lambda: not relation(gil, there)["following"])
    assert not relation(fay, here)["following"]
    assert relation(fay, here)["blocking"]
    gil.post(f"@{fay.acct} @{oda.acct} Are you there?")
    oda.sees("what Fay must not", lambda: oda.notices("mention"))
    assert fay.notices("mention") == []
    fay.send(f"v1/accounts/{here['id']}/unblock")
    gil.sees("the block lifted", lambda: not relation(gil, there)["blocked_by"])
    gil.post(f"@{fay.acct} And now?")
    heard = fay.sees("the later one", lambda: fay.notices("mention"))
    assert ["And now?" in plain(one["status"]) for one in heard] == [True]


def test_an_old_thread_is_fetched(pair: Pair) -> None:
    """A post elsewhere, pasted into the search, brings what it answers."""
    hal, ivo = pair.here.person("hal"), pair.there.person("ivo")
    root = ivo.post("How old is this oak?")
    leaf = ivo.post("Four hundred years", in_reply_to_id=root["id"])
    found = hal.open(leaf["url"])
    assert plain(found) == "Four hundred years"
    above = hal.get(f"v1/statuses/{found['id']}/context")["ancestors"]
    assert [plain(one) for one in above] == ["How old is this oak?"]


def test_a_changed_profile_arrives(pair: Pair) -> None:
    jo, kim = pair.here.person("jo"), pair.there.person("kim")
    account = met(jo, kim)
    kim.http.patch("/api/v1/accounts/update_credentials", json={"display_name": "Kim of the hill"})
    jo.sees(
        "the new name",
        lambda: jo.get(f"v1/accounts/{account['id']}")["display_name"] == "Kim of the hill",
    )


def test_an_ai_answers_someone_elsewhere(pair: Pair, tmp_path: Path) -> None:
    """A person here asks the AI of a shop there, in a thread; it answers once, as what it is."""
    lea, owner = pair.here.person("lea"), pair.there.person("mia")
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "bakery.md").write_text(BAKERY)
    pair.there.weft(
        *("ai", "create", "oven", "--owner", owner.name, "--name", "The Oven"),
        *("--persona", "The bakery's assistant", "--documents", str(documents)),
        *("--kind", "business"),
    )
    handle = f"oven@{pair.there.domain}"
    account = lea.find(handle)
    assert account["bot"]
    assert account["ai"]["operator"]["acct"] == owner.acct
    assert account["ai"]["disclosure"]

    root = lea.post("Breakfast plans for Tuesday?")
    ask = lea.post(f"@{handle} When are you open?", in_reply_to_id=root["id"])
    (answer,) = lea.sees("the answer", lambda: lea.below(ask["id"]))
    assert "seven in the morning" in plain(answer)
    assert answer["account"]["acct"] == handle
    assert answer["account"]["bot"]
    (source,) = answer["ai"]["sources"]
    assert "Opening hours" in source["title"]
    assert "seven in the morning" in source["quote"]
    assert source["title"] in plain(answer)
    assert answer["in_reply_to_id"] == ask["id"]
    assert [one["acct"] for one in answer["mentions"]] == ["lea"]
    told = lea.notices("mention")
    assert [one["status"]["id"] for one in told] == [answer["id"]]

    again = lea.post(f"@{handle} What is in the sourdough?", in_reply_to_id=answer["id"])
    (second,) = lea.sees("the second answer", lambda: lea.below(again["id"]))
    assert "rye" in plain(second)

    lea.send(f"v1/accounts/{account['id']}/block")
    oven = pair.there.client("oven")
    oven.sees("the block", lambda: relation(oven, oven.find(lea.acct))["blocked_by"])
