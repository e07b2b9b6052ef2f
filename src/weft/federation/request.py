"""What an edge hands to the inbox."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class InboxRequest(Struct, frozen=True):
    """A POST to an inbox. ``target`` is path and query exactly as they came over the wire;
    ``headers`` have lower-case names, a repeated one joined by ``", "``. Whoever reads the body may
    stop after ``limits.DOCUMENT_BYTES`` + 1 bytes.
    """

    target: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
