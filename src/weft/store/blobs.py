"""Files on disk, named by what is in them: the same bytes are kept once.

So a file may be about to be named by another row at the moment when the last row that names it
goes. Whoever stores files holds them in a ``Hand`` until the rows that name them are committed, and
what is held is not dropped. Hands are of one process: the command line stores alone (``put_alone``).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

_ARRIVING = "arriving"
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}\.[a-z0-9]{2,5}")


class Blobs:
    """Keys look like ``ab/cdef….webp`` and are safe in a URL and as a path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._hands: set[Hand] = set()
        self._lock = threading.Lock()

    def put(self, data: bytes, suffix: str) -> str:
        """Store bytes durably and give their key. ``suffix`` without the dot."""
        return self._keep(name_of(data, suffix), data)

    def put_alone(self, data: bytes, suffix: str) -> str:
        """The same under a name that nobody else has: for what is dropped when its one owner is
        done with it, whoever brings the same bytes at that moment.
        """
        return self._keep(_key(secrets.token_hex(32), suffix), data)

    def hand(self) -> Hand:
        """What is stored with it stays until it lets go."""
        made = Hand(self, self._lock)
        with self._lock:
            self._hands.add(made)
        return made

    def let_go(self, hand: Hand) -> list[str]:
        """Gives what it held."""
        with self._lock:
            self._hands.remove(hand)
            return list(hand.keys)

    def _keep(self, key: str, data: bytes) -> str:
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

    @contextmanager
    def arriving(self) -> Generator[Path]:
        """An empty file for what comes in parts. What ``settle`` did not take is gone afterwards; what
        a kill left there, with ``every``.
        """
        folder = self.folder / _ARRIVING
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def settle(self, file: Path, key: str) -> None:
        """Make a file that arrived the blob of this key, durably."""
        with file.open("rb") as written:
            os.fsync(written.fileno())
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        file.replace(path)

    def every(self, older_than: float) -> list[str]:
        """The keys of all blobs that are older than this, in seconds; what was left half arrived by
        then is deleted.
        """
        before = time.time() - older_than
        keys: list[str] = []
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):  # it goes at this moment
                if path.stat().st_mtime > before:
                    continue
                if path.parent.name == _ARRIVING:
                    path.unlink()
                else:
                    keys.append(f"{path.parent.name}/{path.name}")
        return keys

    def discard(self, keys: Iterable[str]) -> None:
        """Delete these; for a folder whose every file has one owner. ``drop`` is for shared ones."""
        for key in keys:
            path = self.path(key)
            if path is not None:
                path.unlink(missing_ok=True)

    def path(self, key: str) -> Path | None:
        """Where a blob lies; None for a key that names none."""
        if not _KEY.fullmatch(key):
            return None
        path = self.folder / key
        return path if path.is_file() else None

    def drop(self, keys: Iterable[str], unnamed: Callable[[list[str]], Iterable[str]]) -> None:
        """Delete those of these that nobody holds and that ``unnamed`` gives back. Meanwhile nobody
        begins to hold one: a row that it does not see is of somebody who holds the file.
        """
        with self._lock:
            held = {key for hand in self._hands for key in hand.keys}
            for key in unnamed([key for key in keys if key not in held]):
                path = self.path(key)
                if path is not None:
                    path.unlink(missing_ok=True)


class Hand:
    """What somebody stored, and has not noted in a row yet."""

    def __init__(self, blobs: Blobs, lock: threading.Lock) -> None:
        self._blobs = blobs
        self._lock = lock
        self.keys: list[str] = []

    def put(self, data: bytes, suffix: str) -> str:
        """``Blobs.put``; held before it is looked for, so that it is there afterwards."""
        self._hold(name_of(data, suffix))
        return self._blobs.put(data, suffix)

    def put_alone(self, data: bytes, suffix: str) -> str:
        """``Blobs.put_alone``."""
        key = self._blobs.put_alone(data, suffix)
        self._hold(key)
        return key

    def _hold(self, key: str) -> None:
        with self._lock:
            self.keys.append(key)


def name_of(data: bytes, suffix: str) -> str:
    """The key of these bytes."""
    return _key(hashlib.sha256(data).hexdigest(), suffix)


def _key(name: str, suffix: str) -> str:
    return f"{name[:2]}/{name[2:]}.{suffix}"
