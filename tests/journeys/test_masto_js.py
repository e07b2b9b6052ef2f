"""masto.js, on which Elk and Phanpy are made, against a real server."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.journeys.node import installed
from tests.servers import Server

HERE = Path(__file__).parent / "masto"
JOURNEY_S = 60


def test_an_app_made_on_it(server: Server, picture: bytes, tmp_path: Path) -> None:
    """What ``masto/client.js`` does; its report is the failure's text."""
    node = installed(HERE)
    (tmp_path / "picture.png").write_bytes(picture)
    done = subprocess.run(
        [node, "--test", "--test-reporter=spec", "client.js"],
        cwd=HERE,
        env=os.environ
        | {"URL": server.url, "PICTURE": str(tmp_path / "picture.png"), "NO_COLOR": "1"}
        | {"ADA": server.person("jsada").token, "BO": server.person("jsbo").token},
        capture_output=True,
        text=True,
        timeout=JOURNEY_S,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{done.stdout}\n{done.stderr}\n{server.said()}", pytrace=False)
