"""The passages of one version of an AI's knowledge as one compressed blob, and back.

A pack is made once, when documents change, and read whenever the AI wakes: inflating it is some ten times
quicker than reading the documents anew. It holds nothing that is not in the documents, and is deleted with
them.
"""

from __future__ import annotations

import zlib

import msgspec

from weft.ai.brains.port import Passage
from weft.ai.knowledge.bm25 import Pack

FORMAT = 1
"""Counts up when words are taken apart differently: a pack of another format is made anew."""
MAX_BYTES = 256 * 1024 * 1024
"""Of an inflated pack: ten times what the largest set of documents makes."""

_Row = tuple[str, str, str | None, str, str]
_Kept = tuple[list[_Row], list[str], list[bytes], list[bytes], list[bytes], list[bytes], bytes]
_decode = msgspec.msgpack.Decoder(_Kept).decode


def to_blob(pack: Pack) -> bytes:
    rows = [(one.text, one.title, one.url, one.source, one.above) for one in pack.passages]
    kept = (rows, pack.words, pack.postings, pack.bodies, pack.heads, pack.tops, pack.lengths)
    return bytes([FORMAT]) + zlib.compress(msgspec.msgpack.encode(kept), 6)


def from_blob(blob: bytes) -> Pack | None:
    """None for a pack of another format, or a broken one: it is to be made anew."""
    if not blob or blob[0] != FORMAT:
        return None
    try:
        inflated = zlib.decompressobj().decompress(blob[1:], MAX_BYTES)
        rows, words, postings, bodies, heads, tops, lengths = _decode(inflated)
    except (zlib.error, msgspec.DecodeError):
        return None
    found = [Passage(*row[:4], above=row[4]) for row in rows]
    return Pack(found, words, postings, bodies, heads, tops, lengths)
