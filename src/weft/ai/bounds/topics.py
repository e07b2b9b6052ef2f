"""Topics: a word or a phrase that an owner named, in its usual forms and in any script."""

from __future__ import annotations

import re
from collections.abc import Sequence

from weft.ai.bounds.fold import skeleton
from weft.ai.knowledge.words import plain, tokens

# "politic" is also found in "political" and "politically", "cat" not in "catalogue".
_MIN_ROOT = 5
_MAX_ENDING = 4

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def touched(avoid: Sequence[str], text: str) -> str | None:
    """The first topic of ``avoid`` that the text touches, as its owner spelled it, or None.

    A topic is found as its words in a row, in any case and usual form (plural, -ing, -ed, and for
    roots of five letters and more also other short endings), in any script.
    """
    if not avoid:
        return None
    words, unveiled = tokens(text), tokens(skeleton(text))
    flat = plain(text)
    for topic in avoid:
        wanted = tokens(topic)
        if not wanted:
            continue
        if _stands(wanted, words) or (
            unveiled != words and _stands(tokens(skeleton(topic)), unveiled)
        ):
            return topic
        # Scripts without spaces have no words to compare: look for the characters.
        if _UNSPACED.search(topic) and plain(topic) in flat:
            return topic
    return None


def _stands(wanted: list[str], words: list[str]) -> bool:
    last = len(words) - len(wanted)
    return any(all(map(_same, wanted, words[at:])) for at in range(last + 1))


def _same(topic: str, word: str) -> bool:
    if word == topic:
        return True
    return (
        len(topic) >= _MIN_ROOT and word.startswith(topic) and len(word) - len(topic) <= _MAX_ENDING
    )
