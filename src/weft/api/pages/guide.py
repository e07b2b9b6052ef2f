"""The help pages: Markdown in the package, the same that the assistant answers from."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

import weft
from weft.api.pages.html import Html, safe

FOLDER = Path(weft.__file__).parent / "help"
_FIRST = ("about", "accounts", "posting")
"""What a newcomer asks first; the others follow by title."""
_NO_WORD = re.compile(r"\W+")


class Guide(Struct, frozen=True):
    name: str
    title: str
    summary: str
    html: Html


@cache
def guides() -> dict[str, Guide]:
    """All help pages by name, in reading order."""
    found = [_read(path) for path in FOLDER.glob("*.md")]
    found.sort(key=lambda one: (_rank(one.name), one.title))
    return {one.name: one for one in found}


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _read(path: Path) -> Guide:
    """Headings get ids, so that an AI's source can name the place."""
    tokens = (parser := MarkdownIt("commonmark", {"html": False})).parse(path.read_text("utf-8"))
    title, summary = path.stem, ""
    for mark, inner in pairwise(tokens):
        if mark.type == "heading_open":
            if mark.tag == "h1":
                title = inner.content
            mark.attrSet("id", _NO_WORD.sub("-", inner.content.lower()).strip("-"))
        elif mark.type == "paragraph_open":
            summary = summary or _words(inner)
    return Guide(
        path.stem, title, summary, safe(parser.renderer.render(tokens, parser.options, {}))
    )


def _words(inline: Token) -> str:
    """The text of a paragraph without its marks."""
    parts = inline.children or ()
    return "".join(" " if part.type == "softbreak" else part.content for part in parts)
