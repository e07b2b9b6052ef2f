"""What a file is, by its first bytes. What its server calls it does not count.

Only what browsers show as a picture, or play, and cannot run: no SVG and no HTML, whatever they are
called. Signatures: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern and below.
"""

from __future__ import annotations

HEAD = 4096
"""Bytes that are enough to tell."""

_BEGINS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS\x00", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"M4A ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_EBML = b"\x1aE\xdf\xa3"
_MP3_FRAMES = frozenset({0xFA, 0xFB, 0xF2, 0xF3})
"""MPEG 1 and 2, layer III: the second byte of a file without a tag before its sound."""


def kind(head: bytes) -> str | None:
    """The media type of what begins like this; None for all that is not served."""
    for begin, mime in _BEGINS:
        if head.startswith(begin):
            return mime
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head.startswith(_EBML):
        return "video/webm" if b"webm" in head[:64] else None
    if len(head) > 1 and head[0] == 0xFF and head[1] in _MP3_FRAMES:
        return "audio/mpeg"
    return None


def _brand(head: bytes) -> str:
    """ISO base media: its own brand, or one of those that it says it is compatible with."""
    end = min(int.from_bytes(head[:4]), 64)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end, 4))]
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), "video/mp4")
