"""masto.js, on which Elk and Phanpy are made, against a real server."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.journeys.node import installed
from tests.push.phone import Phone
from tests.servers import Server

HERE = Path(__file__).parent / "masto"
JOURNEY_S = 60


@pytest.mark.parametrize("journey", ["client", "settling"])
def test_an_app_made_on_it(server: Server, picture: bytes, tmp_path: Path, journey: str) -> None:
    """What ``masto/{journey}.js`` does; its report is the failure's text."""
    node = installed(HERE)
    (tmp_path / "picture.png").write_bytes(picture)
    phone = Phone().keys()
    people = {"client": ("jsada", "jsbo"), "settling": ("jscy", "jsdee")}[journey]
    ada, bo = (server.person(name).token for name in people)
    done = subprocess.run(
        [node, "--test", "--test-reporter=spec", f"{journey}.js"],
        cwd=HERE,
        env=os.environ
        | {"URL": server.url, "PICTURE": str(tmp_path / "picture.png"), "NO_COLOR": "1"}
        | {"ADA": ada, "BO": bo, "P256DH": phone["p256dh"], "AUTH": phone["auth"]},
        capture_output=True,
        text=True,
        timeout=JOURNEY_S,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{done.stdout}\n{done.stderr}\n{server.said()}", pytrace=False)
