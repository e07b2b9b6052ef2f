"""Markdown, as plain text with headings. Also what site generators add to it: front matter, anchors
after headings, shortcodes (Hugo), components (MDX).
"""

from __future__ import annotations

import re

_FRONT = re.compile(r"\A---[ \t]*\n([\s\S]*?)\n---[ \t]*(?:\n|\Z)")
_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n([\s\S]*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE
)

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), new)
    for pattern, new in (
        (r"<!--[\s\S]*?-->", ""),
        (r"\{\{[<%][^\n]*?[%>]\}\}", ""),
        (r"^(?:import|export)[ \t].*?(?:from[ \t]|=).*$", ""),
        (r"^(?:::|!!!|\?\?\?\+?)[ :\w-]*.*$", ""),  # the frame of an admonition, not what is in it
        (r"^[ \t]*<h[1-6][^>]*>(.*?)</h[1-6]>[ \t]*$", r"\n## \1\n"),
        (r"^(#{1,6})[ \t]+(.*?)[ \t]*(?:\{#[^}\n]*\})?[ \t]*#*[ \t]*$", r"\n\1 \2\n"),
        (r"^(?=\S)(.+)\n={3,}[ \t]*$", r"\n# \1\n"),
        (r"^(?=[^\s#|>*+-])(.+)\n-{3,}[ \t]*$", r"\n## \1\n"),
        (r"^ {0,3}(?:[-*_][ \t]*){3,}$", ""),  # rules
        (r"^[ \t]*>[ \t]?(?:\[![A-Za-z]+\][ \t]*)?", ""),
        (r"^[ \t]*\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+[ \t:-]*$", ""),  # under the head of a table
        (r"^[ \t]*\|(.*)\|[ \t]*$", r"\n\1\n"),
        (r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?", "\n"),  # items: paragraphs
        (r"!\[([^\]]*)\]\([^)]*\)", r"\1"),
        (r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])", r"\1"),
        (r"^\[[^\]]+\]:[ \t].*$", ""),
        (r"</?[A-Za-z][^<>]*>", ""),
        (r"(?<!\w)(\*{1,3}|_{1,3}|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2"),
        (r"`+([^`\n]+)`+", r"\1"),
        (r"\\([!-/:-@\[-`{-~])", r"\1"),
    )
)
_CELLS = re.compile(r"[ \t]+\|[ \t]+")


def read(text: str) -> tuple[str, str]:
    """(title from the front matter, or nothing; the text)."""
    text = text.replace("\r\n", "\n")
    title = ""
    if front := _FRONT.match(text):
        text = text[front.end() :]
        if named := _TITLE.search(front.group(1)):
            title = named.group(1).strip("'\"")
    out: list[str] = []
    start = 0
    for fence in _FENCE.finditer(text):
        out += [_unmarked(text[start : fence.start()]), "\n\n", literal(fence.group(2)), "\n\n"]
        start = fence.end()
    return title, "".join([*out, _unmarked(text[start:])])


def literal(text: str) -> str:
    """A plain text: a "#" at the start of a line is a heading for us; there it is a character."""
    return re.sub(r"^#", " #", text.replace("\r\n", "\n"), flags=re.MULTILINE)


def _unmarked(text: str) -> str:
    for pattern, new in _RULES:
        text = pattern.sub(new, text)
    return _CELLS.sub("; ", text)
