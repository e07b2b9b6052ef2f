"""The gate between what a model wrote and what its documents say, sentence by sentence.

A sentence is held to be grounded when most of the words that tell something stand in one of the passages that the
model was shown (or in the question, or in what the AI's card says of it), and every number in it does. Words are
compared, not meanings: the gate finds what was made up, not what was twisted, and the quotes beside the
marks are there for people to compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from weft.ai.brains.port import Ask, Passage
from weft.ai.knowledge.chunks import sentences
from weft.ai.knowledge.words import informative, tokens

Policy = Literal["mark", "drop", "keep"]

SHARE = 0.6
"""Of the telling words of a sentence that must stand in one passage. Half of them stand in some passage by
chance when the subject is right; whoever rephrases keeps two thirds."""
LEAST = 3
"""Telling words of a sentence that claims something. "Yes, of course!" has fewer."""

_MARKS = re.compile(r"\s?\[\d{1,2}(?:\s?,\s?\d{1,2})*\]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


_NOTES = {"en": "(no source)", "de": "(ohne Beleg)", "fr": "(sans source)", "es": "(sin fuente)"}


def default(kind: str) -> Policy:
    """A business answers for what is said in its name; a character plays; others mark what they cannot show."""
    if kind == "character":
        return "keep"
    return "drop" if kind == "business" else "mark"


def checked(ask: Ask, text: str, passages: Sequence[Passage]) -> str:
    """What a model wrote for ``ask``, by the policy of its AI. ``passages``: what the model was shown."""
    persona = ask.persona
    codes = [code.split("-")[0].lower() for code in persona.languages]
    note = next((_NOTES[code] for code in codes if code in _NOTES), _NOTES["en"])
    said = (ask.question, persona.name, persona.text, persona.operator)
    how = persona.bounds.unsourced or default(persona.kind)
    return gated(text, passages, said, how, note, persona.languages)


def gated(
    text: str,
    passages: Sequence[Passage],
    said: Iterable[str],
    how: Policy,
    note: str,
    languages: Iterable[str] = ("en",),
) -> str:
    """The text with each ungrounded sentence marked by ``note`` or left out; "" when nothing is left.

    ``passages``: what the model was shown; with none, nothing can be checked, and the text stays. ``said``: the
    question and the AI's card, which need no source. Marks like [1] stay with their sentences.
    """
    if how == "keep" or not passages:
        return text
    given = set(tokens("\n".join(said)))
    numbers = set(_NUMBER.findall("\n".join(said)))
    held = [set(tokens(f"{one.title}\n{one.text}")) for one in passages]
    for one in passages:
        numbers |= set(_NUMBER.findall(f"{one.title}\n{one.text}"))
    lines: list[str] = []
    for line in text.split("\n"):
        out: list[str] = []
        for sentence in sentences(line):
            if _grounded(_MARKS.sub("", sentence), given, held, numbers, tuple(languages)):
                out.append(sentence)
            elif how == "mark":
                out.append(f"{sentence} {note}")
        if out or not line.strip():
            lines.append(" ".join(out))
    return "\n".join(lines).strip()


def _grounded(
    sentence: str,
    given: set[str],
    held: Sequence[set[str]],
    numbers: set[str],
    languages: tuple[str, ...],
) -> bool:
    if any(number not in numbers for number in _NUMBER.findall(sentence)):
        return False
    telling = informative(sentence, languages)
    open_ = [word for word in telling if word not in given]
    if len(open_) < LEAST or sentence.rstrip().endswith("?"):
        return True
    return any(sum(word in own for word in open_) >= SHARE * len(open_) for own in held)
