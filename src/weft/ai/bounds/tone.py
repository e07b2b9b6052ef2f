"""The tone an owner asks for, as far as it can be checked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from weft.ai.bounds.model import MustSay, Tone
from weft.ai.bounds.topics import touched
from weft.ai.knowledge.chunks import sentences

_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\ufe0f\u200d\u20e3\u3030\u00a9\u00ae]+"
)


def toned(tone: Tone, text: str) -> str:
    """The text as its owner wants it; "" when nothing of it may be said."""
    if tone.words:
        text = _without_words(tone.words, text)
    if not tone.emoji:
        text = re.sub(r"[ \t]{2,}", " ", _EMOJI.sub("", text))
    if not tone.exclamations:
        text = re.sub(r"[!！]+", ".", text)
    if tone.chars is not None and len(text) > tone.chars:
        text = shortened(text, tone.chars)
    return text.strip()


def shortened(text: str, most: int) -> str:
    """The first whole sentences that fit, else the first words."""
    end = 0
    for sentence in sentences(text):
        start = text.index(sentence, end)
        if start + len(sentence) > most:
            break
        end = start + len(sentence)
    if end:
        return text[:end]
    cut = text.rfind(" ", 0, most)
    return f"{text[: cut if cut > 0 else most - 1].rstrip()[: most - 1]}…"


def due(must_say: Sequence[MustSay], question: str, answer: str) -> list[str]:
    """What must be said besides, in the owner's order; not what the answer holds already."""
    return [
        one.text.strip()
        for one in must_say
        if one.text.strip() not in answer
        and (touched(one.topics, question) or touched(one.topics, answer))
    ]


def _without_words(words: Sequence[str], text: str) -> str:
    parts: list[str] = []
    end = 0
    for sentence in sentences(text):
        start = text.index(sentence, end)
        if touched(words, sentence) is None:
            parts.append(text[end : start + len(sentence)])
        end = start + len(sentence)
    return "".join(parts).strip()
