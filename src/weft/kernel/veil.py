"""Addresses of files elsewhere, behind one of ours, so that whoever looks at them shows themselves to
this server alone.

    https://here.example/media/remote/<mark>/<the address, base64url>

The mark is a keyed hash: only what this server wrote into an answer leads anywhere, so nobody can have
it fetch what they like. It is computed from the address alone; no row is read or written for it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from functools import lru_cache

PATH = "/media/remote"
_MARK_BYTES = 16
"""Nobody guesses one of 2**128, and addresses in timelines stay short."""


@lru_cache(
    2_048
)  # the same pictures are shown again and again; 1 MB, or 10 of the longest addresses
def veiled(key: bytes, address: str) -> str:
    """The path under which this server shows what is at an address."""
    raw = address.encode()
    return f"{PATH}/{_text(_mark(key, raw))}/{_text(raw)}"


def unveiled(key: bytes, mark: str, text: str) -> str | None:
    """The address behind a path; None for one that is not ours."""
    try:
        given, raw = _bytes(mark), _bytes(text)
        if hmac.compare_digest(given, _mark(key, raw)):
            return raw.decode()
    except (binascii.Error, ValueError):
        pass
    return None


def _mark(key: bytes, raw: bytes) -> bytes:
    return hashlib.blake2b(raw, key=key, digest_size=_MARK_BYTES).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
