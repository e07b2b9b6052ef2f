"""`weft conformance` against a real server: what apps need is there, and the page says so."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from tests.servers import Server
from weft.commands.conformance import BETWEEN, command, renew
from weft.kernel.errors import WeftError

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
SHARED = 121
"""Routes that two or more of the apps use, as issue 3 counts them."""


def conformance(*words: str) -> Result:
    """In this process, as the command line runs it."""
    done = CliRunner().invoke(command, list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def tables(page: str) -> str:
    return page.partition(BETWEEN[0])[2].partition(BETWEEN[1])[0].strip()


def test_every_route_that_apps_share_works_and_the_page_says_so(tmp_path: Path) -> None:
    with Server(tmp_path / "server") as server:
        first, second = server.person("ada"), server.person("bob")
        server.person("rune", "--admin")
        scopes = "read write follow push admin:read admin:write"
        admin = server.weft("token", "create", "rune", "--scopes", scopes)
        server.weft("announce", "Hello to everyone")
        page, data = tmp_path / "clients.md", tmp_path / "found.json"
        page.write_text(PAGE.read_text("utf-8"), "utf-8")
        done = conformance(
            *(server.url, "--token", first.token, "--second-token", second.token),
            *("--admin-token", admin, "--json", str(data), "--markdown", str(page)),
        )
        assert done.exit_code == 0, done.output
        left = first.get(f"v1/accounts/{first.me()['id']}/statuses")
        assert [post["content"] for post in left] == []
        for path in ("v1/lists", "v2/filters", "v1/scheduled_statuses", "v1/followed_tags"):
            assert first.get(path) == [], path

    found = msgspec.json.decode(data.read_bytes())
    wrong = [
        f"{one['method']} {one['path']}: {one['state']} {one['problems']}"
        for one in found["routes"]
        if one["state"] not in ("works", "untried")
    ]
    assert wrong == []
    assert found["shared"]["works"] >= SHARED
    assert found["without_rate_limit"] == []
    assert tables(page.read_text("utf-8")) == tables(PAGE.read_text("utf-8")), (
        "docs/clients.md is out of date: weft conformance … --markdown docs/clients.md"
    )


def test_it_says_when_there_is_nothing_to_try(server: Server, tmp_path: Path) -> None:
    with pytest.raises(WeftError, match="token is not valid"):
        conformance(server.url, "--token", "wrong")
    mine = server.person("nia").token
    with pytest.raises(WeftError, match="another account"):
        conformance(server.url, "--token", mine, "--second-token", mine)
    with pytest.raises(WeftError, match="does not answer"):
        conformance("http://127.0.0.1:9", "--token", "x")
    plain = tmp_path / "plain.md"
    plain.write_text("no marks")
    with pytest.raises(WeftError, match="has no lines"):
        renew(plain, "x")
