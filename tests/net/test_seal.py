"""What is sealed opens with the same key and for the same thing, and for nothing else."""

from __future__ import annotations

import secrets
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.kernel.errors import WeftError
from weft.net.seal import KEY_BYTES, Broken, Seal

ONE = Seal(bytes(KEY_BYTES))


@given(st.text(), st.binary())
def test_what_was_sealed_opens(text: str, about: bytes) -> None:
    assert ONE.open(ONE.close(text, about), about) == text
    assert ONE.close(text, about) != ONE.close(text, about)


@given(st.binary(max_size=64))
def test_what_was_not_sealed_does_not(noise: bytes) -> None:
    with pytest.raises(Broken):
        ONE.open(noise, b"")


def test_it_opens_for_nothing_else() -> None:
    sealed = ONE.close("a token", b"row 1")
    assert b"token" not in sealed
    changed = [
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))
    ]
    for wrong in [*changed, sealed[:-1], sealed + b"x"]:
        with pytest.raises(Broken):
            ONE.open(wrong, b"row 1")
    with pytest.raises(Broken):
        ONE.open(sealed, b"row 2")
    with pytest.raises(Broken):
        Seal(secrets.token_bytes(KEY_BYTES)).open(sealed, b"row 1")


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    sealed = Seal.kept(path).close("a token", b"")
    key = path.read_bytes()
    assert Seal.kept(path).open(sealed, b"") == "a token"
    assert path.read_bytes() == key
    assert len(key) == KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_key_is_not_taken_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    path.write_bytes(b"half a key")
    with pytest.raises(WeftError, match="damaged"):
        Seal.kept(path)
    assert path.read_bytes() == b"half a key"
