"""Files on disk, named by what is in them: the same bytes are kept once."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from pathlib import Path

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}\.[a-z0-9]{2,5}")


class Blobs:
    """Keys look like ``ab/cdef….webp`` and are safe in a URL and as a path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes, suffix: str) -> str:
        """Store bytes durably and give their key. ``suffix`` without the dot."""
        return self._keep(hashlib.sha256(data).hexdigest(), data, suffix)

    def put_alone(self, data: bytes, suffix: str) -> str:
        """The same under a name that nobody else has: for what is dropped when its one owner is
        done with it, whoever brings the same bytes at that moment.
        """
        return self._keep(secrets.token_hex(32), data, suffix)

    def _keep(self, name: str, data: bytes, suffix: str) -> str:
        key = f"{name[:2]}/{name[2:]}.{suffix}"
        path = self.folder / key
        if path.exists():
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
        return key

    def path(self, key: str) -> Path | None:
        """Where a blob lies; None for a key that names none."""
        if not _KEY.fullmatch(key):
            return None
        path = self.folder / key
        return path if path.is_file() else None

    def drop(self, key: str) -> None:
        path = self.path(key)
        if path is not None:
            path.unlink(missing_ok=True)
