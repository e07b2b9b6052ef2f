"""Sources under an answer: numbered, linked, and each with words that really stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from weft.ai.brains.port import Passage, Source
from weft.ai.knowledge.chunks import sentences
from weft.ai.knowledge.words import plain, tokens

_MAX_TITLE = 90
# A source's quote is a pointer to the place, not a copy of it.
MAX_QUOTE = 300

_MARKS = re.compile(r"\s?\[(\d{1,2}(?:\s?,\s?\d{1,2})*)\]")
_QUOTED = re.compile('[“„«"]([^“”„«»"\n]{12,})[”“»"]')


def with_sources(text: str, sources: Iterable[Source]) -> str:
    """The text with a line below it for each source, as other servers show text and links only."""
    lines = [f"[{source.n}] {source.title} {source.url or ''}".rstrip() for source in sources]
    return "\n\n".join([text, "\n".join(lines)]) if lines else text


def source(n: int, passage: Passage, quote: str) -> Source:
    """A source for the passage; its title is one line without anything that Markdown would read."""
    title = re.sub(r"[\[\]<>`*_|~#\\]+", " ", passage.title or passage.source)
    title = " ".join(title.split())
    if len(title) > _MAX_TITLE:
        title = title[: _MAX_TITLE - 1].rstrip() + "…"
    return Source(n, title, passage.url, quote, passage.source)


def cited(text: str, passages: Sequence[Passage]) -> tuple[str, tuple[Source, ...]]:
    """What a model wrote with ``[n]`` marks, and the sources that it may keep.

    ``n`` counts the passages from 1. A mark is taken out when there is no such passage, or when its
    sentence quotes words that do not stand in it. The kept ones are numbered anew from 1, in
    the order in which they appear; each one's quote is the sentence of the passage that is nearest
    to the sentence that cites it.
    """
    found: dict[int, Source] = {}
    out: list[str] = []
    start = 0
    for mark in _MARKS.finditer(text):
        claim = _claim(text[: mark.start()])
        kept: list[str] = []
        for number in map(int, mark.group(1).split(",")):
            if not 1 <= number <= len(passages) or not _quotes_hold(claim, passages[number - 1]):
                continue
            if number not in found:
                quote = _nearest(claim, passages[number - 1].text)
                found[number] = source(len(found) + 1, passages[number - 1], quote)
            kept.append(f"[{found[number].n}]")
        out += [text[start : mark.start()], " " if kept else "", "".join(kept)]
        start = mark.end()
    return "".join([*out, text[start:]]).strip(), tuple(found.values())


def _claim(before: str) -> str:
    """The sentence that ends where a mark stands."""
    parts = sentences(_MARKS.sub("", before))
    return parts[-1] if parts else ""


def _quotes_hold(claim: str, passage: Passage) -> bool:
    def flat(words: str) -> str:
        return " ".join(plain(words).split())

    held = flat(passage.text)
    return all(flat(q).rstrip(".,;:!?… ") in held for q in _QUOTED.findall(claim))


def _nearest(claim: str, text: str) -> str:
    wanted = set(tokens(claim))
    best = max(sentences(text), key=lambda s: len(wanted & set(tokens(s))), default="")
    return shortened(best, MAX_QUOTE)


def shortened(quote: str, limit: int) -> str:
    """The start of a quote, ending with a whole word, still word for word."""
    if len(quote) <= limit:
        return quote
    cut = quote.rfind(" ", 0, limit + 1)
    return quote[: cut if cut > 0 else limit].rstrip()
