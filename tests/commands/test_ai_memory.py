"""What an owner does about memory and change at the command line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from tests.commands.test_ai import data, run
from weft.ai import members
from weft.ai.memory import changes, notes
from weft.ai.memory.model import Found
from weft.commands.options import database
from weft.kernel.errors import NotFound
from weft.people import accounts
from weft.store.database import Tx
from weft.threads.model import Draft
from weft.threads.publish import publish

__all__ = ["data"]


def told(data: Path, *arguments: str) -> str:
    result = run(data, "ai", *arguments)
    assert result.exit_code == 0
    return result.output


@pytest.fixture
def crumb(data: Path) -> Path:
    run(data, "ai", "create", "crumb", "--owner", "ada", "--persona", "I bake.")
    return data


def test_an_owner_reads_numbers_and_no_notes(crumb: Path) -> None:
    def learn(tx: Tx) -> None:
        ada, (ai, _) = accounts.by_handle(tx, "ada"), members.show(tx, "crumb")
        assert ada is not None
        post = publish(tx, ada, Draft("hello"))
        found = [Found("fact", "my name is Ada")]
        notes.keep(tx, ai.account_id, ada.id, "person", ada.id, found, post.id)

    with database(data=crumb) as store:
        store.write_now(learn)
    output = told(crumb, "memory", "crumb", "--person", "@ada")
    assert output.splitlines() == ["public\t0 notes", "room\t0 notes", "person\t1 notes"]
    with pytest.raises(NotFound):
        run(crumb, "ai", "memory", "crumb", "--person", "nobody")


def test_versions_are_shown_and_decided(crumb: Path) -> None:
    def propose(tx: Tx) -> None:
        changes.propose(tx, members.show(tx, "crumb")[0], "Curious about rye.", "Proposed")

    with database(data=crumb) as store:
        store.write_now(propose)
    assert told(crumb, "versions", "crumb").splitlines()[0].endswith("are off.")
    lines = told(crumb, "versions", "crumb", "list").splitlines()
    assert [line.split("\t")[:2] for line in lines[1:]] == [["2", "proposed"], ["1", "live"]]
    shown = told(crumb, "versions", "crumb", "show", "2")
    assert "+Curious about rye." in shown
    assert "\tlive\t" in told(crumb, "versions", "crumb", "accept", "2")
    assert "-Curious about rye." in told(crumb, "versions", "crumb", "rollback", "1")
    assert "proposed" in told(crumb, "versions", "crumb", "on")
    assert "taken on" in told(crumb, "versions", "crumb", "auto")
    assert "proposed" in told(crumb, "versions", "crumb", "ask")
    assert "off" in told(crumb, "versions", "crumb", "off")
    assert run(crumb, "ai", "versions", "crumb", "accept").exit_code == click.UsageError.exit_code
