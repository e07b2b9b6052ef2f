"""Names of others in what an AI says: competitors never, handles only of those who are there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from weft.ai.bounds.fold import fold, skeleton

_NO_PING = "\u2060"
_HANDLE = re.compile(r"(?<![\w/])[@＠](\w[\w.-]*(?:@[\w-]+(?:\.[\w-]+)*(?::\d+)?)?)")
SOMEBODY = "somebody"

_LOOSE = 8
"""Letters from which on a name is found inside of longer words too."""
_AS_DIGIT = {
    "a": "[a4@]", "b": "[b8]", "e": "[e3]", "g": "[g9]", "i": "[i1l!|]", "l": "[l1i|]",
    "o": "[o0]", "s": "[s5$]", "t": "[t7+]", "z": "[z2]",
}  # fmt: skip
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def named(names: Sequence[str], text: str) -> str | None:
    """The first of these names that stands in the text, however it is spelled: in any case, in
    look-alike letters, with digits for letters, spaced or dotted, with an ending.
    """
    if not names:
        return None
    folded = skeleton(text)
    return next((one for one in names if _pattern(one).search(folded)), None)


def without_pings(text: str, allowed: Collection[str] = ()) -> str:
    """The text with a joiner after the @ of each handle, so that quoting somebody does not call
    them; handles in ``allowed`` (without the @) stay.
    """
    kept = {name.lower() for name in allowed if name}

    def one(found: re.Match[str]) -> str:
        name = found.group(1).rstrip(".-").lower()
        return found.group() if name in kept else f"@{_NO_PING}{found.group(1)}"

    return _HANDLE.sub(one, text)


def without_strangers(text: str, known: Collection[str]) -> str:
    """The text without handles of people who are not ``known`` (handles without @): who they are
    is nothing that an AI may bring up.
    """
    kept = {name.lower() for name in known if name}
    kept |= {name.partition("@")[0] for name in kept}
    folded = fold(text)
    parts: list[str] = []
    end = 0
    for found in _HANDLE.finditer(folded.text):
        name = found.group(1).rstrip(".-").lower()
        start, stop = folded.span(found.start(), found.start() + 1 + len(name))
        if start < end or name in kept:
            continue
        parts += [text[end:start], SOMEBODY]
        end = stop
    return "".join([*parts, text[end:]])


def handles(text: str) -> set[str]:
    """The handles in a text, without @, in lower case."""
    return {found.group(1).rstrip(".-").lower() for found in _HANDLE.finditer(fold(text).text)}


@lru_cache(maxsize=2_000)
def _pattern(name: str) -> re.Pattern[str]:
    letters = [char for char in skeleton(name) if char.isalnum()]
    if not letters:
        return re.compile(r"(?!)")
    spelled = r"[\W_]{0,2}".join(_AS_DIGIT.get(one, re.escape(one)) for one in letters)
    if len(letters) >= _LOOSE or _UNSPACED.search(name):
        return re.compile(spelled)
    return re.compile(rf"(?<![^\W_]){spelled}(?:(?:['’]?s|es)?(?![^\W_]))")
