"""toot, the command line client, with a configuration of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from toot.cli import cli

from tests.journeys.browser import allow
from tests.servers import PASSWORD, Server

TOOT = (sys.executable, "-m", "toot")
Toot = Callable[..., str]


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return os.environ | {"XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("config"))}


@pytest.fixture(scope="module")
def toot(server: Server, environ: dict[str, str]) -> Toot:
    """Signed in as Toni, the way ``toot login`` does it: a page in a browser, and a code."""
    server.person("toni")
    with subprocess.Popen(
        [*TOOT, "login", "--instance", server.url],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as login:
        assert login.stdin is not None
        assert login.stdout is not None
        address = next(line.strip() for line in login.stdout if line.startswith("http"))
        code, _ = allow(address, "toni", PASSWORD)
        said, _ = login.communicate(f"n\n{code}\n", timeout=30)
    assert "Successfully logged in" in said

    def run(*arguments: str) -> str:
        # In this process: starting one for each command takes longer than what it does.
        done = CliRunner().invoke(cli, list(arguments), prog_name="toot", env=environ)
        assert done.exit_code == 0, f"toot {arguments}: {done.output}{done.exception!r}"
        return done.stdout

    return run


def data(printed: str) -> Any:
    """What ``--json`` printed; above it an upload says how it goes."""
    return json.loads(printed[printed.index("{") :])


def test_knows_who_and_where(server: Server, toot: Toot) -> None:
    assert f"toni@{server.domain} ACTIVE" in toot("auth")
    assert "@toni" in toot("whoami")
    assert server.domain in toot("instance")


def test_posts_and_reads_a_thread(
    server: Server, toot: Toot, tmp_path: Path, picture: bytes
) -> None:
    friend = server.person("uma")
    file = tmp_path / "loaf.png"
    file.write_bytes(picture)
    said = data(
        toot(
            *("post", "Rye from the #oven", "--media", str(file), "--description", "A loaf"),
            *("--visibility", "unlisted", "--spoiler-text", "bread", "--json"),
        )
    )
    (shown,) = said["media_attachments"]
    assert shown["description"] == "A loaf"
    assert (said["visibility"], said["spoiler_text"]) == ("unlisted", "bread")

    friend.post("@toni Can I have a slice?", in_reply_to_id=said["id"])
    toot("post", "@uma Sure", "--reply-to", said["id"])
    thread = toot("thread", said["id"])
    assert "Can I have a slice?" in thread
    assert "@uma Sure" in thread
    assert "@uma Sure" in toot("timelines", "home", "--limit", "5", "--no-pager")
    assert "Can I have a slice?" in toot("notifications", "--type", "mention")


def test_reacts_and_takes_back(server: Server, toot: Toot) -> None:
    friend = server.person("vik")
    post = friend.post("Who likes #granite?")
    assert post["id"] in toot("timelines", "tag", "granite", "--json")
    assert post["id"] in toot("timelines", "public", "--local", "--json")
    for verb in ("favourite", "reblog"):
        toot(verb, post["id"])
    seen = friend.get(f"v1/statuses/{post['id']}")
    assert (seen["favourites_count"], seen["reblogs_count"]) == (1, 1)
    toot("unfavourite", post["id"])
    assert friend.get(f"v1/statuses/{post['id']}")["favourites_count"] == 0

    mine = data(toot("post", "Not for long", "--json"))
    toot("delete", mine["id"])
    assert mine["id"] not in toot("timelines", "home", "--json")


def test_people(server: Server, toot: Toot) -> None:
    friend = server.person("wes")
    toot("follow", "wes")
    assert "@wes" in toot("following", "toni")
    assert [one["type"] for one in friend.notices("follow")] == ["follow"]
    found = data(toot("search", "wes", "--json"))
    assert [one["acct"] for one in found["accounts"]] == ["wes"]
    toot("block", "wes")
    assert "@wes" in toot("blocked")
    assert friend.get("v1/accounts/lookup", acct="toni")["following_count"] == 0
    toot("update-account", "--display-name", "Toni of the hill", "--note", "I bake.")
    assert friend.get("v1/accounts/lookup", acct="toni")["display_name"] == "Toni of the hill"


def test_reads_what_it_chose(server: Server, toot: Toot) -> None:
    friend = server.person("yann")
    toot("follow", "yann")
    toot("lists", "create", "Bakers")
    toot("lists", "add", "Bakers", "yann")
    assert "@yann" in toot("lists", "accounts", "Bakers")
    post = friend.post("Only bread #brioche")
    assert post["id"] in toot("timelines", "list", "Bakers", "--json")
    toot("lists", "remove", "Bakers", "yann")
    toot("lists", "delete", "Bakers")

    assert "brioche" in toot("tags", "follow", "brioche")
    assert "brioche" in toot("tags", "followed")
    assert "brioche" in toot("tags", "info", "brioche")
    toot("tags", "unfollow", "brioche")
    toot("bookmark", post["id"])
    assert "Only bread" in toot("bookmarks", "--once")


def test_asks_and_waits(server: Server, toot: Toot) -> None:
    friend = server.person("yara")
    asked = friend.post("Rye?", poll={"options": ["Yes", "No"], "expires_in": 600})
    toot("polls", "vote", asked["poll"]["id"], "0")
    seen = friend.get(f"v1/polls/{asked['poll']['id']}")
    assert [one["votes_count"] for one in seen["options"]] == [1, 0]
    mine = data(toot("post", "Wheat?", "--poll-option", "Yes", "--poll-option", "No", "--json"))
    assert [one["title"] for one in mine["poll"]["options"]] == ["Yes", "No"]
    later = data(toot("post", "Good morning", "--scheduled-in", "1 hour", "--json"))
    assert later["params"]["text"] == "Good morning"
    toot("pin", mine["id"])
    pinned = friend.get(f"v1/accounts/{mine['account']['id']}/statuses", pinned="true")
    assert [one["id"] for one in pinned] == [mine["id"]]
