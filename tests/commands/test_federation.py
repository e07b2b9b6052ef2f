"""What an admin at the server's console learns of other servers, and does about them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from weft.assemble import open_database
from weft.cli import weft
from weft.federation import peers, policy
from weft.kernel.errors import NotFound
from weft.settings import Settings
from weft.store.database import Tx


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(weft, ["federation", *words, "--data", str(folder)])
    if done.exception is not None:
        raise done.exception
    return done.output


def test_hosts_and_trying_them(tmp_path: Path) -> None:
    assert "no such server" in run(tmp_path, "hosts")

    def met(tx: Tx) -> None:
        peers.took(tx, ["well.test"])
        for _ in range(policy.OPEN_AFTER):
            peers.failed(tx, "held.test", "timed out")

    db = open_database(Settings(data=tmp_path))
    db.write_now(met)
    db.close()
    shown = run(tmp_path, "hosts").splitlines()
    assert shown[1].split()[:4] == ["held.test", "held", "0", "0"]
    assert shown[2].endswith(": timed out")
    assert "next try" in shown[2]
    assert shown[3].split()[:4] == ["well.test", "well", "0", "0"]
    assert "well.test" not in run(tmp_path, "hosts", "--state", "held")
    assert "tried now" in run(tmp_path, "try", "Held.test")
    with pytest.raises(NotFound, match=r"No server unmet\.test"):
        run(tmp_path, "try", "unmet.test")
