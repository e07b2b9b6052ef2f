"""The default engine, with no model: it answers in quotes from the AI's documents, with sources.

It never makes a sentence about the world. What it says itself is a handful of phrases
(`brains.phrases`); everything else is word for word from a passage, or from the AI's own card.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from weft.ai import bounds
from weft.ai.brains import character, cite, phrases
from weft.ai.brains.bounded import within_bounds
from weft.ai.brains.port import Answer, Ask, Passage, Source
from weft.ai.knowledge.bm25 import ENOUGH
from weft.ai.knowledge.chunks import sentences
from weft.ai.knowledge.words import informative, tokens

# All quotes of an answer together: what fits on a phone without scrolling.
MAX_QUOTED = 450
_MAX_QUOTES = 3
# What the first of several quotes may take.
_ROOM_FOR_ONE = 240
# Markdown that would change what a reader sees, should the text ever be rendered as such.
_ACTIVE = re.compile(r"`|\*\S|\S\*|__|~~|\]\(|<[A-Za-z/!]|^\s*(?:[#>+-]|\d+[.)])\s|^\s*\[[^\]]+\]:")


class QuotesBrain:
    """See `port.Brain`. It holds nothing and never fails."""

    name = "quotes"

    async def answer(self, ask: Ask) -> Answer:
        return await within_bounds(ask, self.name, self._think)

    async def close(self) -> None:
        pass

    async def _think(self, ask: Ask) -> Answer:
        persona = ask.persona
        if bounds.asks_whether_ai(ask.question) or character.asks_who_runs(ask.question):
            return Answer("speak", phrases.who(persona), model=self.name)
        if found := pick(ask.question, ask.passages, ask.persona.avoid, ask.persona.languages):
            text = "\n\n".join(
                [
                    phrases.say(persona, "found"),
                    *(f"“{source.quote}” [{source.n}]" for source in found),
                ]
            )
            return Answer("speak", cite.with_sources(text, found), found, model=self.name)
        if ask.call != "unasked" and (text := character.reply(ask)):
            return Answer("speak", text, model=self.name)
        none = phrases.say(persona, "none" if persona.topics or ask.passages else "no_documents")
        return Answer("decline", f"{none} {phrases.can_help(persona)}".strip(), model=self.name)


def pick(
    question: str,
    passages: Sequence[Passage],
    avoid: Sequence[str] = (),
    languages: Sequence[str] = ("en",),
    limit: int = MAX_QUOTED,
) -> tuple[Source, ...]:
    """One to three quotes that answer the question, each from another passage and together at most
    ``limit`` characters; none when no passage is near enough.

    A second and third quote must cover a word of the question that the ones before do not.
    """
    open_words = set(informative(question, languages))
    found: list[Source] = []
    room = limit
    for passage in passages:
        if passage.confidence < ENOUGH or len(found) == _MAX_QUOTES:
            continue
        quote = _span(passage, open_words, set(tokens(question)), avoid, room)
        if not quote:
            continue
        covered = open_words & set(tokens(f"{quote} {passage.title}"))
        if found and not covered:
            continue
        open_words -= covered
        found.append(cite.source(len(found) + 1, passage, quote))
        room -= len(quote)
    return tuple(found)


def _span(
    passage: Passage, wanted: set[str], asked: set[str], avoid: Sequence[str], room: int
) -> str:
    """The run of sentences of a passage that begins with what was asked.

    It goes on as far as there is room, because what follows explains; only when the passage leaves
    a part of the question open it is kept short, for another quote.
    """
    text = passage.text
    title = set(tokens(passage.title))
    if wanted - title - set(tokens(text)):
        room = min(room, _ROOM_FOR_ONE)
    spans: list[tuple[int, int, str]] = []
    at = 0
    for sentence in sentences(text):
        at = text.index(sentence, at)
        spans.append((at, at + len(sentence), sentence))
        at += len(sentence)
    best: tuple[float, str] = (0.0, "")
    for number, (start, stop, first) in enumerate(spans):
        end = stop
        if end - start > room or not _quotable(first, avoid):
            continue
        for _, after, follower in spans[number + 1 :]:
            if after - start > room or not _quotable(follower, avoid):
                break
            end = after
        words = set(tokens(first))
        # Filler words ("who can see") break ties. Under a heading that is the question, the answer
        # begins at the top.
        score = 4 * len(wanted & words) + 0.25 * len(asked & words)
        score += 2 * len(wanted & set(tokens(text[start:end])))
        if number == 0:
            score += 4 * len(wanted & title - words) + (2 if wanted & title else 0)
        if score > best[0]:
            best = (score, text[start:end])
    return best[1]


def _quotable(sentence: str, avoid: Sequence[str]) -> bool:
    return not (
        _ACTIVE.search(sentence) or bounds.touched(avoid, sentence) or bounds.says_human(sentence)
    )
