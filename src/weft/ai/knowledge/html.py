"""A web page as plain text with headings: what its reader would see."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "hr",
        "li",
        "main",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_UNREAD = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "head",
        "nav",
        "iframe",
        "object",
        "math",
        "select",
    ]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


class _Reader(HTMLParser):
    """Keeps what a reader of the page would see. Nothing of the page is ever shown as HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.title = ""
        self.robots: list[str] = []
        self._unread: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = True
        if tag == "meta":
            told = {name: value or "" for name, value in attrs}
            if told.get("name", "").lower() in ("robots", "weft"):
                self.robots.append(told.get("content", ""))
        if self._unread:
            if tag == self._unread[-1] or (tag == "body" and self._unread == ["head"]):
                self._unread = [] if tag == "body" else [*self._unread, tag]
            return
        given = dict(attrs)
        style = (given.get("style") or "").replace(" ", "").lower()
        unseen = "hidden" in given or "display:none" in style or "visibility:hidden" in style
        if tag in _UNREAD or (unseen and tag not in _VOID):
            self._unread.append(tag)
        elif tag in _HEADINGS:
            self.out.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag in _BLOCKS:
            self.out.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if self._unread:
            if tag == self._unread[-1]:
                self._unread.pop()
        elif tag in _BLOCKS or tag in _HEADINGS:
            self.out.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._unread:
            self.out.append(re.sub(r"\s+", " ", data))


def read(text: str) -> tuple[str, str]:
    """(the page's title, its text). Any text is a page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return " ".join(reader.title.split()), "".join(reader.out)


def robots_of(text: str) -> str:
    """What the page asks of machines, in the words of its ``<meta name="robots">``."""
    reader = _Reader()
    reader.feed(text)
    return ", ".join(reader.robots)
