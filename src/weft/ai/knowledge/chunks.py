"""Documents cut into passages: by headings and paragraphs, never through a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from weft.ai.brains.port import Passage
from weft.ai.knowledge.documents import Document

# A passage of about a hundred words holds one thought, and four of them fit any model's context.
PASSAGE_CHARS = 600
# A "sentence" longer than this is a table or a list without full stops.
_MAX_SENTENCE = 1_200

# Short forms that end in a full stop but end no sentence.
_SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|approx|z\.B|bzw|Nr|ca|resp|Sr|Sra|M|Mme)"
    r"|\b[A-ZÄÖÜ])\.$"
)
_HEADING = re.compile(r"(#{1,6}) (.*)")
_END = re.compile(r"(?<=[.!?…。！？।؟])[\"'”’»)\]]*(?:\s+|(?<=[。！？।]))")


def sentences(text: str) -> list[str]:
    """The sentences of a text, each exactly as it stands there; a line end ends a sentence."""
    return [sentence for line in text.splitlines() for sentence in _of_line(line)]


def _of_line(text: str) -> list[str]:
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        piece = text[start : end.end()].strip()
        following = text[end.end() : end.end() + 1]
        if _SHORT.search(piece) or following.islower() or not piece:
            continue
        found.append(piece)
        start = end.end()
    if rest := text[start:].strip():
        found.append(rest)
    return found


def passages(documents: Iterable[Document]) -> list[Passage]:
    """All passages of the documents, in order. A passage's title is the document's, with the
    heading it stands under.
    """
    return [passage for document in documents for passage in _cut(document)]


def _cut(document: Document) -> Iterator[Passage]:
    if document.rows:
        for row in document.text.splitlines():
            yield Passage(row, document.title, document.url, document.source)
        return
    for heading, above, paragraphs in _sections(document.text):
        title = document.title
        if heading and heading != title:
            title = f"{title}: {heading}"
        for text in _packed(paragraphs):
            yield Passage(text, title, document.url, document.source, above=above)


def _sections(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """(heading, those above it, paragraphs)"""
    over: list[tuple[int, str]] = []
    paragraphs: list[str] = []
    lines: list[str] = []
    for line in [*text.splitlines(), "", "# "]:
        marked = _HEADING.match(line)
        if line.strip() and not marked:
            lines.append(line)
            continue
        if lines:
            paragraphs.append(" ".join(" ".join(lines).split()))
            lines = []
        if marked:
            if paragraphs:
                *above, last = [name for _, name in over] or [""]
                yield last, " › ".join(above), paragraphs
            level = len(marked.group(1))
            over = [one for one in over if one[0] < level]
            over.append((level, " ".join(marked.group(2).split())))
            paragraphs = []


def _packed(paragraphs: list[str]) -> Iterator[str]:
    """Whole paragraphs, one a line, up to the size of a passage; a longer paragraph is cut
    between its sentences.
    """
    held = ""
    for paragraph in paragraphs:
        pieces, gap = [paragraph], "\n"
        if len(paragraph) > PASSAGE_CHARS:
            pieces = [part for s in sentences(paragraph) for part in _split_long(s)]
        for piece in pieces:
            if held and len(held) + 1 + len(piece) > PASSAGE_CHARS:
                yield held
                held = ""
            held = f"{held}{gap}{piece}" if held else piece
            gap = " "
    if held:
        yield held


def _split_long(sentence: str) -> Iterator[str]:
    while len(sentence) > _MAX_SENTENCE:
        cut = sentence.rfind(" ", 0, _MAX_SENTENCE)
        cut = cut if cut > 0 else _MAX_SENTENCE
        yield sentence[:cut]
        sentence = sentence[cut:].lstrip()
    yield sentence
