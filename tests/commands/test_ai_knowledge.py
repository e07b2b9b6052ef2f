"""What an owner does with an AI's knowledge at the command line, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_ai import data, run
from weft.commands.options import database
from weft.kernel.errors import NotFound
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.model import Draft
from weft.threads.publish import publish

__all__ = ["data"]

BREAD = "# Bread\n\n## Rye loaf\n\nThe rye loaf costs 6 euros and stays fresh for a week.\n"


@pytest.fixture
def shop(data: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "bread.md").write_text(BREAD)
    run(data, "ai", "create", "crumb", "--owner", "ada", "--documents", str(folder))
    return data


def asked(shop: Path, question: str, *more: str) -> dict[str, Any]:
    result = run(shop, "ai", "ask", "crumb", question, "--json", *more)
    assert result.exit_code == 0
    return json.loads(result.output)


def test_it_answers_with_its_source_or_declines(shop: Path) -> None:
    found = asked(shop, "What does the rye loaf cost?")
    assert list(found) == ["text", "sources", "confidence", "answered", "engine"]
    (source,) = found["sources"]
    assert source["quote"] in BREAD
    assert (source["n"], source["title"], source["document"]) == (1, "Bread: Rye loaf", "bread.md")
    assert found["answered"] is True
    assert found["engine"] == "quotes"
    assert 0.5 <= found["confidence"] <= 1

    none = asked(shop, "Who is the president of Brazil?")
    assert (none["answered"], none["sources"]) == (False, [])
    assert none["confidence"] < 0.5
    assert none["text"]
    plain = run(shop, "ai", "ask", "crumb", "What does the rye loaf cost?")
    assert "6 euros" in plain.output


def test_an_approved_answer_is_exact(shop: Path) -> None:
    run(shop, "ai", "answers", "add", "crumb", "Who bakes?", "Ada does.")
    found = asked(shop, "who bakes")
    assert found["text"] == "Ada does."
    assert (found["engine"], found["confidence"]) == ("exact", 1.0)
    (line,) = run(shop, "ai", "answers", "list", "crumb").output.splitlines()
    number = line.split("\t")[0]
    run(shop, "ai", "answers", "approve", "crumb", number, "--answer", "Bob does.")
    assert asked(shop, "Who bakes?")["text"] == "Bob does."
    run(shop, "ai", "answers", "reject", "crumb", number)
    assert asked(shop, "Who bakes?")["answered"] is False


def test_bounds_hold_here_too(shop: Path) -> None:
    run(shop, "ai", "update", "crumb", "--avoid", "rye")
    assert asked(shop, "What does the rye loaf cost?")["answered"] is False


def test_sources_come_and_go(shop: Path, tmp_path: Path) -> None:
    cakes = tmp_path / "cakes.txt"
    cakes.write_text("A wedding cake must be ordered a week in advance.")
    run(shop, "ai", "sources", "add", "crumb", str(cakes))
    run(shop, "ai", "sources", "add", "crumb", "https://shop.example/hours", "--every", "12")
    run(shop, "ai", "sources", "add", "crumb", "posts")
    listed = run(shop, "ai", "sources", "list", "crumb").output
    for part in ("folder", "cakes.txt", "https://shop.example/hours", "posts\twaiting"):
        assert part in listed
    assert asked(shop, "When must a wedding cake be ordered?")["answered"] is True
    with database(data=shop) as store:  # the owner's posts are known as they are said
        text = "From Monday on there is a gingerbread house in our window."
        store.write_now(lambda tx: publish(tx, _ada(tx), Draft(text=text, visibility="public")))
    assert asked(shop, "What is a gingerbread house doing in the window?")["answered"] is True

    assert "2 sources" in run(shop, "ai", "sources", "refresh", "crumb").output
    run(shop, "ai", "sources", "remove", "crumb", "cakes.txt")
    assert asked(shop, "When must a wedding cake be ordered?")["answered"] is False
    with pytest.raises(NotFound):
        run(shop, "ai", "sources", "remove", "crumb", "cakes.txt")
    missing = run(shop, "ai", "sources", "add", "crumb", str(tmp_path / "nowhere.md"))
    assert missing.exit_code != 0


def _ada(tx: Tx) -> Account:
    return accounts.find(tx, "ada", 1)[0]


def test_somebody_in_danger_gets_the_card_as_in_a_thread(shop: Path) -> None:
    found = asked(shop, "I want to kill myself")
    assert (found["engine"], found["sources"]) == ("crisis", [])
    assert found["text"]
