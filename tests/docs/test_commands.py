"""A command in the docs that does not exist costs a newcomer an evening."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from weft.cli import weft

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
HELP = sorted((ROOT / "src/weft/help").glob("*.md"))
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_SETTING = re.compile(r"WEFT_([A-Z_]+)")


def commands() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for page in (*PAGES, *HELP):
        for block in _BLOCK.findall(page.read_text("utf-8")):
            found += [
                (page.name, line.strip())
                for line in block.replace("\\\n", " ").splitlines()
                if re.search(r"(^|\s)weft\s", line) and not line.startswith("#")
            ]
    return found


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_shown_is_understood(
    page: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "our-pages").mkdir()  # the folder of documents in the examples
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line.rsplit("&&", maxsplit=1)[-1].partition(" > ")[0])
    arguments = words[words.index("weft") + 1 :]
    command: click.Command = weft
    context = click.Context(command, info_name="weft")
    while isinstance(command, click.Group):
        name, arguments = arguments[0], arguments[1:]
        found = command.get_command(context, name)
        assert found is not None, f"{page}: there is no command {name}"
        command = found
    command.make_context(command.name or "", list(arguments), resilient_parsing=False)


def test_every_setting_named_exists() -> None:
    from weft.settings import Settings

    known = {name.upper() for name in Settings.__struct_fields__}
    for page in (*PAGES, *HELP):
        for name in _SETTING.findall(page.read_text("utf-8")):
            assert name in known or name == "", f"{page.name}: there is no setting WEFT_{name}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
