"""One spelling for what looks alike, with the way back to the text: how bounds see through tricks.

Case, accents, width, letters in circles, unseen characters, and Cyrillic or Greek letters that look
like Latin ones. A pattern is looked for in the folded text; what it found is cut from the real one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from msgspec import Struct

_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff"
                    "\u1dc0-\u1dff\u20d0-\u20ff]")  # fmt: skip
_HIDING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e0fff]"
)
"""Of the unseen ones, those that no honest text needs: joiners are kept for emoji and for scripts
that write with them."""

_LOOK_ALIKE = dict(
    zip(
        "авекмнорстухіјѕԁԛԝһӏαβεηικνορτυχωօսոհᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıłøđǀ∣∕⁄’‘ʼ",
        "abekmhopctyxijsdqwhlabenikvoptuxwounhabcdefghijklmnoprstuvwyzagilodll//'''",
        strict=True,
    )
)
_LETTERS = ((0x1F1E6, 26), (0x1F130, 26), (0x1F150, 26), (0x1F170, 26))
"""Flags' letters, and letters in squares and circles that have no decomposition."""


class Folded(Struct, frozen=True):
    """``at[n]``: where in the real text the character ``n`` of ``text`` came from."""

    text: str
    at: list[int]

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """The part of the real text behind a part of the folded one."""
        if start >= stop:
            return 0, 0
        return self.at[start], self.at[stop - 1] + 1


def fold(text: str) -> Folded:
    """Never longer to look at than ``text``; one character may become several ("ß": "ss")."""
    if text.isascii():
        return Folded(text.lower().replace("`", "'"), list(range(len(text))))
    parts: list[str] = []
    at: list[int] = []
    for place, char in enumerate(text):
        one = _folded(char)
        parts.append(one)
        at.extend([place] * len(one))
    return Folded("".join(parts), at)


def skeleton(text: str) -> str:
    """The folded text alone."""
    return fold(text).text


def unhidden(text: str) -> str:
    """The text without characters that are not seen and only hide or turn round others."""
    return text if text.isascii() else _HIDING.sub("", text)


@lru_cache(maxsize=20_000)
def _folded(char: str) -> str:
    if _UNSEEN.match(char):
        return ""
    code = ord(char)
    for first, count in _LETTERS:
        if first <= code < first + count:
            return chr(ord("a") + code - first)
    plain = unicodedata.normalize("NFKD", char.casefold()).casefold()
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", plain))
    return "".join(_LOOK_ALIKE.get(one, one) for one in plain)
