"""What an owner would miss at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from weft.cli import weft
from weft.commands.options import database
from weft.kernel.errors import Forbidden, NotFound
from weft.people import accounts
from weft.threads.model import Draft
from weft.threads.publish import publish


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    run(folder, "person", "create", "ada", "--email", "a@example.org", "--password", "password123")
    return folder


def run(data: Path, *args: str) -> Result:
    result = CliRunner().invoke(weft, [*args, "--data", str(data)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_an_ai_from_its_making_to_its_end(data: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "prices.md").write_text("# Prices\n\nA loaf costs 4 euros.\n")
    (tmp_path / "persona.txt").write_text("I answer for a bakery.")
    persona = f"@{tmp_path / 'persona.txt'}"
    made = run(
        data, "ai", "create", "crumb", "--owner", "@ada", "--name", "Crumb", "--kind", "business",
        "--persona", persona, "--documents", str(shop), "--avoid", "politics", "--avoid", "war",
    )  # fmt: skip
    assert "@crumb is ready, with 1 documents" in made.output
    assert "@crumb\tCrumb\tbusiness\tlive" in run(data, "ai", "list").output
    shown = run(data, "ai", "show", "@crumb").output
    for word in ("@ada", "politics, war", "Prices (prices.md)", "I answer for a bakery."):
        assert word in shown

    (shop / "prices.md").rename(shop / "fees.md")
    run(data, "ai", "update", "crumb", "--documents", str(shop), "--avoid", "cake")
    shown = run(data, "ai", "show", "crumb").output
    assert "Prices (fees.md)\n" in shown
    assert "Avoids:        cake\n" in shown
    assert "I answer for a bakery." in shown

    run(data, "ai", "pause", "crumb")
    with database(data=data) as store:
        store.write_now(
            lambda tx: publish(tx, accounts.find(tx, "ada", 1)[0], Draft(text="@crumb hello"))
        )
    why = run(data, "ai", "why", "crumb").output
    assert "mention by @ada" in why
    assert "silent (it was paused)" in why
    run(data, "ai", "resume", "crumb")
    assert "live" in run(data, "ai", "list").output

    run(data, "ai", "delete", "crumb", "--yes")
    assert run(data, "ai", "list").output == ""
    with pytest.raises(NotFound):
        run(data, "ai", "show", "crumb")


def test_what_it_refuses(data: Path) -> None:
    with pytest.raises(NotFound, match="no person named nobody"):
        run(data, "ai", "create", "x", "--owner", "nobody")
    run(data, "ai", "create", "crumb", "--owner", "ada")
    with pytest.raises(Forbidden):
        run(data, "ai", "create", "x", "--owner", "crumb")
    missing = run(data, "ai", "create", "x", "--owner", "ada", "--persona", "@/nowhere")
    assert missing.exit_code != 0
    assert "cannot be read" in missing.output
