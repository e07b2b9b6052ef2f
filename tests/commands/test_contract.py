"""Scripts rely on these commands: their words, what they print, and how they end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from weft.people import oauth
from weft.settings import Settings


def weft(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "weft", *words], capture_output=True, text=True, check=False
    )


def test_a_person_and_a_token(tmp_path: Path) -> None:
    where = ("--data", str(tmp_path))
    made = weft(
        *("person", "create", "ada", "--email", "ada@example.org"),
        *("--password", "long enough", "--admin", *where),
    )
    assert made.returncode == 0, made.stderr
    token = weft("token", "create", "ada", "--scopes", "read", *where)
    assert token.returncode == 0
    assert token.stdout.count("\n") == 1  # the token, and nothing else
    from weft.assemble import open_database

    store = open_database(Settings(data=tmp_path))
    try:
        bearer = store.read_now(lambda tx: oauth.token_owner(tx, token.stdout.strip()))
    finally:
        store.close()
    assert bearer is not None
    assert (bearer.role, bearer.scopes) == ("admin", {"read"})


def test_what_is_refused_is_one_line_and_status_1(tmp_path: Path) -> None:
    where = ("--data", str(tmp_path))
    short = weft("person", "create", "ada", "--email", "a@b.c", "--password", "short", *where)
    assert short.returncode == 1
    assert "Traceback" not in short.stderr
    assert "too short" in short.stderr
    nobody = weft("token", "create", "nobody", *where)
    assert nobody.returncode == 1
    assert "no account named nobody" in nobody.stderr
    taken = ("serve", "--tls-cert", str(tmp_path / "none.pem"), "--tls-key", "x", *where)
    assert "There is no file" in weft(*taken).stderr


def test_help_is_quick_and_names_every_command() -> None:
    shown = weft("--help")
    names = "demo serve person token ai jobs settings doctor bench conformance announce"
    for name in names.split():
        assert name in shown.stdout
    heavy = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "weft", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    for module in ("sqlalchemy", "litestar", "msgspec", "rich", "aiohttp"):
        assert f"| {module}\n" not in heavy, f"--help imports {module}"


def test_doctor_says_what_to_do(tmp_path: Path) -> None:
    told = weft("doctor", "--data", str(tmp_path))
    assert told.returncode == 0, told.stdout
    for word in ("database", "disk", "domain", "clock", "model", "→"):
        assert word in told.stdout
