"""Picture files as containers: what they are, what hangs on them, and how to take it off.

A picture's pixels travel with metadata: where and when it was taken, with which camera, by whom.
`strip` rewrites a file without it and without touching a pixel; what may stay is listed, all
else goes, also what is appended after the picture's end (phones put whole films there).

Sources: JPEG T.81 and XMP part 3; PNG (W3C 2025); WebP container (RFC 9649); GIF89a; C2PA 2.2,
appendix A (where manifests lie). Broken files raise `ValueError`.
"""

import enum
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

# An XMP packet of authorship is under 2 kB; editors write up to some hundred kB of history.
XMP_BYTES: Final = 256 * 1024


class Kind(enum.StrEnum):
    """The four kinds that every client shows; the values are media types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"


class Attached(NamedTuple):
    """What hung on a picture: its XMP packet and C2PA manifest, empty when there was none."""

    xmp: bytes
    c2pa: bytes


class _Part(NamedTuple):
    """A stretch of a file, `kind` naming it: a chunk, a segment or a block, `body` its content."""

    kind: str
    start: int
    end: int
    body: slice


def sniff(data: bytes) -> Kind | None:
    """What the bytes are, whatever their name or declared type says."""
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return Kind.GIF
    return None


def attached(data: bytes, kind: Kind) -> Attached:
    """The authorship metadata of a file, as it stands in it."""
    xmp = b""
    c2pa: list[bytes] = []
    for part in _PARTS[kind](data):
        body = data[part.body]
        if part.kind == "APP1" and body.startswith(_JPEG_XMP):
            xmp = xmp or body[len(_JPEG_XMP) :]
        elif part.kind == "iTXt" and body.startswith(_PNG_XMP):
            xmp = xmp or _png_text(body)
        elif part.kind == "XMP ":
            xmp = xmp or body
        elif part.kind == "XMP DataXMP":
            xmp = xmp or body.partition(b"<?xpacket end")[0]
        elif part.kind in {"APP11", "caBX", "C2PA", "C2PA_GIF"}:
            c2pa.append(body)
    return Attached(xmp if len(xmp) <= XMP_BYTES else b"", b"".join(c2pa))


def strip(data: bytes, kind: Kind, xmp: bytes = b"") -> bytes:
    """The same picture without metadata, but with this XMP packet if one is given.

    Colour profiles, animation and transparency stay.
    """
    return _STRIP[kind](data, xmp)


# JPEG

_JPEG_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_MARKER: Final = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_JPEG_KEPT: Final = {"APP0": b"", "APP2": b"ICC_PROFILE\x00", "APP14": b"Adobe"}


def _jpeg_parts(data: bytes) -> Iterator[_Part]:
    at = 2
    while marker := _JPEG_MARKER.search(data, at):
        code = marker[1][0]
        if code == 0xD9:
            yield _Part("EOI", at, marker.end(), slice(0, 0))
            return
        if marker.start() > at:
            yield _Part("scan", at, marker.start(), slice(at, marker.start()))
        if code in {0x01, 0xD8}:
            raise ValueError("a marker where none belongs")
        (length,) = struct.unpack_from(">H", data, marker.end())
        end = marker.end() + length
        if length < 2 or end > len(data):
            raise ValueError("a segment runs out of the file")
        name = f"APP{code - 0xE0}" if 0xE0 <= code <= 0xEF else f"{code:02X}"
        yield _Part(name, marker.start(), end, slice(marker.end() + 2, end))
        at = end
    raise ValueError("the file ends early")


def _jpeg_strip(data: bytes, xmp: bytes) -> bytes:
    out = [data[:2]]
    rest: list[bytes] = []
    for part in _jpeg_parts(data):
        raw = data[part.start : part.end]
        if part.kind == "APP0":
            out.append(raw)
        elif part.kind.startswith("APP"):
            start = _JPEG_KEPT.get(part.kind)
            if start is not None and data[part.body].startswith(start):
                rest.append(raw)
        elif part.kind != "FE":  # a comment
            rest.append(raw)
    if xmp:
        body = _JPEG_XMP + xmp
        out.append(b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body)
    return b"".join([*out, *rest])


# PNG

_PNG_XMP: Final = b"XML:com.adobe.xmp\x00"
# Pixels, palette, transparency, colour and animation. Text, time and EXIF chunks go.
# fmt: off
_PNG_KEPT: Final = frozenset({
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "bKGD", "pHYs",
    "cICP", "mDCV", "cLLI", "acTL", "fcTL", "fdAT",
})
# fmt: on


def _png_parts(data: bytes) -> Iterator[_Part]:
    at = 8
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("a chunk runs out of the file")
        yield _Part(name.decode("latin-1"), at, end, slice(at + 8, end - 4))
        if name == b"IEND":
            return
        at = end


def _png_strip(data: bytes, xmp: bytes) -> bytes:
    out = [data[:8]]
    for part in _png_parts(data):
        if part.kind in _PNG_KEPT:
            out.append(data[part.start : part.end])
        if part.kind == "IHDR" and xmp:
            # iTXt: keyword, not compressed, no language, no translated keyword.
            chunk = b"iTXt" + _PNG_XMP + b"\x00\x00\x00\x00" + xmp
            out.append(struct.pack(">I", len(chunk) - 4) + chunk)
            out.append(struct.pack(">I", zlib.crc32(chunk)))
    return b"".join(out)


def _png_text(body: bytes) -> bytes:
    rest = body[len(_PNG_XMP) :]
    compressed = rest[:1] == b"\x01"
    text = rest[2:].split(b"\x00", 2)[-1]
    if not compressed:
        return text
    # Never unpacked further than a packet may be long.
    return zlib.decompressobj().decompress(text, XMP_BYTES + 1)


# WebP

_WEBP_KEPT: Final = frozenset({"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"})
_WEBP_XMP_FLAG, _WEBP_EXIF_FLAG, _WEBP_ALPHA_FLAG = 0x04, 0x08, 0x10


def _webp_parts(data: bytes) -> Iterator[_Part]:
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data):
        raise ValueError("the file ends early")
    at = 12
    while at + 8 <= size + 8:
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        if end > size + 8:
            raise ValueError("a chunk runs out of the file")
        yield _Part(name.decode("latin-1"), at, end, slice(at + 8, end))
        at = end + length % 2


def _webp_strip(data: bytes, xmp: bytes) -> bytes:
    out: list[bytes] = []
    for part in _webp_parts(data):
        body = data[part.body]
        if part.kind not in _WEBP_KEPT:
            continue
        if part.kind == "VP8X":
            flags = body[0] & ~(_WEBP_XMP_FLAG | _WEBP_EXIF_FLAG)
            body = bytes([flags | (_WEBP_XMP_FLAG if xmp else 0)]) + body[1:]
        elif xmp and not out:
            out.append(_riff(b"VP8X", _webp_header(part.kind, body)))
        out.append(_riff(part.kind.encode("latin-1"), body))
    if xmp:
        out.append(_riff(b"XMP ", xmp))
    whole = b"WEBP" + b"".join(out)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _riff(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def _webp_header(kind: str, body: bytes) -> bytes:
    """The extended header that metadata needs, from the simple picture's own (RFC 9649, 2.7)."""
    if kind == "VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    else:
        wide, high = struct.unpack_from("<HH", body, 6)
        width, height, alpha = (wide & 0x3FFF) - 1, (high & 0x3FFF) - 1, 0
    flags = _WEBP_XMP_FLAG | (_WEBP_ALPHA_FLAG if alpha else 0)
    return struct.pack("<I", flags) + width.to_bytes(3, "little") + height.to_bytes(3, "little")


# GIF

# Repetition of the animation is the one application block that changes what is seen.
_GIF_KEPT: Final = frozenset({"start", "image", "control", "NETSCAPE2.0", "ANIMEXTS1.0"})
_GIF_XMP: Final = b"\x21\xff\x0bXMP DataXMP"
# Makes a reader that walks sub-blocks fall out of the packet's end (XMP part 3, 1.1.2).
_GIF_XMP_END: Final = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"


def _gif_parts(data: bytes) -> Iterator[_Part]:
    at = 13 + _gif_colours(data[10])
    yield _Part("start", 0, at, slice(0, at))
    while data[at] != 0x3B:
        start = at
        if data[at] == 0x2C:
            at = _gif_blocks(data, at + 10 + _gif_colours(data[at + 9]) + 1)
            yield _Part("image", start, at, slice(start, at))
        elif data[at] == 0x21:
            label = data[at + 1]
            name = {0xF9: "control", 0xFE: "comment"}.get(label, "other")
            body = at + 2
            if label == 0xFF:
                name = data[at + 3 : at + 14].decode("latin-1")
                name = "C2PA_GIF" if name.startswith("C2PA_GIF") else name
                body = at + 14
            at = _gif_blocks(data, at + 2)
            yield _Part(name, start, at, slice(body, at))
        else:
            raise ValueError("a block of no known kind")


def _gif_colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_blocks(data: bytes, at: int) -> int:
    while length := data[at]:
        at += 1 + length
    return at + 1


def _gif_strip(data: bytes, xmp: bytes) -> bytes:
    out = [data[part.start : part.end] for part in _gif_parts(data) if part.kind in _GIF_KEPT]
    if xmp:
        # Blocks of other applications came with GIF89a.
        out[0] = b"GIF89a" + out[0][6:]
        out.insert(1, _GIF_XMP + xmp + _GIF_XMP_END)
    return b"".join([*out, b"\x3b"])


_PARTS: Final = {
    Kind.JPEG: _jpeg_parts,
    Kind.PNG: _png_parts,
    Kind.WEBP: _webp_parts,
    Kind.GIF: _gif_parts,
}
_STRIP: Final = {
    Kind.JPEG: _jpeg_strip,
    Kind.PNG: _png_strip,
    Kind.WEBP: _webp_strip,
    Kind.GIF: _gif_strip,
}
