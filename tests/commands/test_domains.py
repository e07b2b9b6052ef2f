"""Rules about servers by command: files that are bad change nothing, and each line says what it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from weft.cli import weft
from weft.kernel.errors import WeftError


def run(folder: Path, *words: str, given: str | None = None) -> str:
    data = ["--data", str(folder / "data")]
    done = CliRunner().invoke(weft, ["domains", *words, *data], input=given)
    if done.exception is not None:
        raise done.exception
    return done.output


def test_by_hand_and_by_file(tmp_path: Path) -> None:
    assert "bad.test: suspend" in run(tmp_path, "block", "Bad.test", "--comment", "Spam")
    assert "bad.test: silence" in run(tmp_path, "block", "bad.test", "--severity", "silence")
    run(tmp_path, "allow", "friend.test")
    assert run(tmp_path, "list", "--allows") == "friend.test\n"
    assert run(tmp_path, "list") == "bad.test\tsilence\t\tby hand\n"
    text = run(tmp_path, "export")
    assert "bad.test,silence,false,false,Spam,false" in text
    file = tmp_path / "rules.csv"
    file.write_text(text + "new.test,suspend,true,false,,false\n")
    told = run(tmp_path, "preview", str(file))
    assert told.splitlines() == [
        "added\tnew.test\t- → suspend",
        "1 added, 0 hardened, 0 softened, 0 removed",
    ]
    assert "new.test" not in run(tmp_path, "list")
    assert run(tmp_path, "import", str(file)) == told
    assert "new.test\tsuspend\treject_media\tby hand" in run(tmp_path, "list")
    assert "2 servers more" in run(tmp_path, "import", "-", "--allows", given="a.test\nb.test\n")
    assert run(tmp_path, "export", "--allows").splitlines()[0] == "#domain"
    run(tmp_path, "unallow", "a.test")
    run(tmp_path, "unblock", "new.test")
    assert "new.test" not in run(tmp_path, "list")
    file.write_text("ok.test\n!\n")
    with pytest.raises(WeftError, match="Line 2: '!' is not a domain"):
        run(tmp_path, "import", str(file))
    assert "ok.test" not in run(tmp_path, "list")


def test_lists_are_followed(tmp_path: Path) -> None:
    told = run(tmp_path, "shared", "follow", "https://lists.test/a.csv", "--severity", "silence")
    which = told.split()[1]
    listed = run(tmp_path, "shared", "list")
    assert "lists.test\thttps://lists.test/a.csv" in listed
    assert "silence at most, by hand, read never: not read yet" in listed
    run(tmp_path, "shared", "change", which, "--name", "Friends", "--automatic")
    assert "Friends" in run(tmp_path, "shared", "list")
    assert "0 added" in run(tmp_path, "shared", "preview", which)
    with pytest.raises(WeftError, match="Nothing of this list waits"):
        run(tmp_path, "shared", "approve", which, "--yes")
    run(tmp_path, "shared", "refresh", which)
    run(tmp_path, "shared", "unfollow", which)
    assert run(tmp_path, "shared", "list") == ""
    with pytest.raises(WeftError, match="not found"):
        run(tmp_path, "shared", "preview", which)
