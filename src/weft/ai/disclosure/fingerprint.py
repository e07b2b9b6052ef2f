"""By what a text is recognised again, without keeping it: keyed hashes of words in a row.

Of all runs of ``RUN`` words those are kept whose hash is the least in some window of ``WINDOW`` runs
beside each other ("winnowing": S. Schleimer, D. S. Wilkerson and A. Aiken, "Local Algorithms for Document
Fingerprinting", SIGMOD 2003). So a third of them is kept, and yet ``WORDS_MIN`` words in a row that
two texts share always have one in common, wherever they stand.

Without the key nobody makes a hash, and from a hash nobody makes a word. Who holds the key can
only try texts: of eight words in a row at least.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from msgspec import Struct

RUN = 8
"""Words in a row that are hashed together: fewer are common turns of phrase."""
WINDOW = 5
"""Runs of which the least is kept."""
WORDS_MIN = RUN + WINDOW - 1
"""Below it nothing is kept and nothing is recognised. Twelve words are more than anybody guesses of
what another was told in private."""
WORDS_MAX = 4_000
"""Of one text that are looked at: some 25,000 characters, five of the longest posts."""

_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese: no spaces between words, so each sign counts as one."""
_CALLED = re.compile(r"(?:\s*@[\w\u2060.@-]+)+")
"""Whom an answer begins by naming is no part of it."""
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")


class Print(Struct, frozen=True):
    """``whole``: of the text from end to end; ``runs``: of what is kept of its runs. Signed 64-bit
    numbers, as both engines keep them.
    """

    whole: int
    runs: tuple[int, ...]


def taken(key: bytes, text: str, quoted: Iterable[str] = ()) -> Print | None:
    """The fingerprint of a text; None when it is too short to be told from others. ``quoted``:
    what it took from somebody else, whose words are not its own.
    """
    words = _words(text)
    if len(words) < WORDS_MIN:
        return None
    others = {run for one in quoted for run in _hashes(key, _words(one))}
    kept = _winnowed(_hashes(key, words))
    return Print(_hash(key, words), tuple(run for run in kept if run not in others))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text)
    called = _CALLED.match(plain)
    if called is not None:
        plain = plain[called.end() :]
    return _WORD.findall(plain.casefold())[:WORDS_MAX]


def _hashes(key: bytes, words: list[str]) -> list[int]:
    return [_hash(key, words[at : at + RUN]) for at in range(len(words) - RUN + 1)]


def _hash(key: bytes, words: list[str]) -> int:
    made = hashlib.blake2b(" ".join(words).encode(), key=key, digest_size=8)
    return int.from_bytes(made.digest(), "big", signed=True)


def _winnowed(hashes: list[int]) -> list[int]:
    """Each once, in their order."""
    kept: dict[int, None] = {}
    for at in range(len(hashes) - WINDOW + 1):
        kept[min(hashes[at : at + WINDOW])] = None
    return list(kept)
