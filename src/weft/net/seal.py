"""Sealing what must be read again but must not lie open in the database: AES-256-GCM.

The key is a file of its own beside the database, so that neither a copy of the database alone nor the
key alone opens anything.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from weft.kernel.errors import WeftError

KEY_BYTES = 32
_NONCE = 12
"""Bytes, drawn anew each time: safe for 2**32 texts under one key (NIST SP 800-38D, 8.3)."""


class Broken(WeftError):
    """What should be opened was sealed with another key, for something else, or not at all."""

    def __init__(self) -> None:
        super().__init__("This was not sealed here")


class Seal:
    """One key. ``about``: what the text belongs to, such as a row; it opens for nothing else."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(key)

    @classmethod
    def kept(cls, path: Path) -> Self:
        """The key in this file, which only its owner may read; made if there is none yet.

        Errors: WeftError (what lies there is no key).
        """
        if not path.exists():
            _make(path)
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise WeftError(
                f"{path} is damaged: put it back from a backup, or remove it for a new one"
            )
        return cls(key)

    def key_for(self, purpose: bytes) -> bytes:
        """A key of 32 bytes for something else, of which nothing here follows. ``purpose``: its name,
        16 bytes at most.
        """
        return hashlib.blake2b(key=self._key, person=purpose, digest_size=KEY_BYTES).digest()

    def close(self, text: str, about: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), about)

    def open(self, sealed: bytes, about: bytes) -> str:
        """Errors: Broken."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about).decode()
        except (InvalidTag, ValueError):
            raise Broken from None


def _make(path: Path) -> None:
    """Whole or not at all, whenever we are killed. Temporary files are made with mode 0600."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
