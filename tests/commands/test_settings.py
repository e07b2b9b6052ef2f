"""An admin must find out what is set, and where; and never see a secret on a screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from weft.commands.settings import command
from weft.kernel.errors import WeftError
from weft.settings import Settings, load


def toml(folder: Path, text: str) -> None:
    (folder / "weft.toml").write_text(text, "utf-8")


def test_flags_win_over_environment_over_file_over_default(tmp_path: Path) -> None:
    toml(tmp_path, 'port = 1\nhost = "10.0.0.1"\ntitle = "From the file"')
    loaded = load(
        {"data": tmp_path, "port": 3, "host": None},
        {"WEFT_PORT": "2", "WEFT_HOST": "10.0.0.2", "UNRELATED": "x"},
    )
    found = loaded.settings
    assert (found.port, found.host, found.title) == (3, "10.0.0.2", "From the file")
    assert loaded.origins["port"] == "flag"
    assert loaded.origins["host"] == "environment"
    assert loaded.origins["title"].endswith("weft.toml")
    assert loaded.origins["durable"] == "default"


@pytest.mark.parametrize(
    ("text", "said"),
    [("port = 'many'", "port"), ("prot = 1", "no setting named prot"), ("port = ", "TOML")],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    toml(tmp_path, text)
    with pytest.raises(WeftError, match=said):
        load({"data": tmp_path}, {})


def test_secrets_are_never_printed(tmp_path: Path) -> None:
    toml(tmp_path, 'model_key = "sk-very-secret"\ndatabase = "postgresql://weft:hidden@db/weft"')
    shown = CliRunner().invoke(command, ["--data", str(tmp_path)]).output
    assert "very-secret" not in shown
    assert "hidden" not in shown
    assert "model_key" in shown


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({"port": 3000}, "http://127.0.0.1:3000"),
        ({"host": "0.0.0.0", "port": 3000}, "http://localhost:3000"),
        ({"domain": "Example.ORG"}, "https://example.org"),
        ({"domain": "127.0.0.2:4000"}, "http://127.0.0.2:4000"),
        ({"domain": "a.test", "base_url": "http://a.test:1/"}, "http://a.test:1"),
    ],
)
def test_the_address_follows_from_the_name(given: dict[str, object], base: str) -> None:
    assert Settings(**given).site.base == base  # pyright: ignore[reportArgumentType]
