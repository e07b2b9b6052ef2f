"""reStructuredText, as plain text with headings: enough of it for documentation to be quoted."""

from __future__ import annotations

import re

_UNDERLINE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}[ \t]*")
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), new)
    for pattern, new in (
        (r"^[ \t]*\.\.[ \t]+(?:note|tip|warning|important|caution|hint|attention)::[ \t]*", "\n"),
        (r"^[ \t]*\.\.[ \t]+(?:option|cmdoption|describe|confval)::[ \t]*(.*)$", r"\n\1\n"),
        (r"^[ \t]*\.\.(?:[ \t].*)?$", ""),  # other directives, targets, comments
        (r"^[ \t]*:[\w-]+:(?:[ \t].*)?$", ""),  # their options
        (r"^[ \t]*(?:[-*+]|\d{1,3}[.)]|#\.)[ \t]+", "\n"),
        (r":[\w:+-]+:`~?([^`<]*?)[ \t]*(?:<[^`>]*>)?`", r"\1"),
        (r"``([^`\n]+)``", r"\1"),
        (r"`([^`<\n]+?)[ \t]*(?:<[^`>]*>)?`__?", r"\1"),
        (r"`([^`\n]+)`", r"\1"),
        (r"(?<!\w)(\*{1,2})(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2"),
        (r"::[ \t]*$", ":"),
        (r"\\([ *`|_\\])", r"\1"),
    )
)


def read(text: str) -> str:
    """The text, with its headings as lines that begin with "#"."""
    lines = text.replace("\r\n", "\n").expandtabs(4).split("\n")
    out: list[str] = []
    levels: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if _UNDERLINE.fullmatch(line):
            at += 1  # a line over a heading, or the end of a table
            continue
        titled = line.strip() and not line.startswith((" ", ".."))
        if titled and _UNDERLINE.fullmatch(below) and len(below.rstrip()) >= len(line.rstrip()):
            if below[0] not in levels:
                levels.append(below[0])
            depth = min(levels.index(below[0]) + 1, 6)
            out += ["", f"{'#' * depth} {line.strip()}", ""]
            at += 2
            continue
        out.append(f" {line}" if line.startswith("#") else line)
        at += 1
    found = "\n".join(out)
    for pattern, new in _RULES:
        found = pattern.sub(new, found)
    return found
