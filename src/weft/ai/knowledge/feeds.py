"""RSS, Atom and JSON Feed, as documents.

XML of strangers is read by expat with every declaration of entities refused: no entity grows, none names
a file or an address. What stands in an entry is HTML and is read like any page.

https://www.rssboard.org/rss-specification, RFC 4287, https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urljoin
from xml.parsers import expat

import msgspec
from msgspec import Struct

from weft.ai.knowledge import html
from weft.kernel.errors import Invalid

ENTRIES_MAX = 50
"""The newest ones; a feed that is read again daily loses nothing."""
_DEPTH = 64
"""Of elements. Real feeds have ten."""
_PART = 64 * 1024
_TITLE = 200
_RSS = re.compile(r"\A(?:item|entry)\Z")
_IDS, _BODIES = ("guid", "id"), ("encoded", "content", "description", "summary")
_XHTML = "http://www.w3.org/1999/xhtml"


class Entry(Struct, frozen=True):
    """``text`` is plain, with headings as in `documents.Document`. ``id`` tells it from the feed's others."""

    id: str
    title: str
    url: str | None
    text: str


class Feed(Struct, frozen=True):
    title: str
    entries: tuple[Entry, ...]


def read(raw: bytes, url: str) -> Feed:
    """``url``: the feed's own, from which relative links start. Errors: Invalid for what is no feed."""
    if raw.lstrip()[:1] == b"{":
        return _json(raw, url)
    return _xml(raw, url)


class _Item(Struct):
    id: str | int | float | None = None
    url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None


class _JsonFeed(Struct):
    version: str
    items: list[_Item]
    title: str | None = None


def _json(raw: bytes, url: str) -> Feed:
    try:
        feed = msgspec.json.decode(raw, type=_JsonFeed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("This is no JSON feed") from None
    if "jsonfeed.org" not in feed.version:
        raise Invalid("This is no JSON feed")
    entries: list[Entry] = []
    for item in feed.items[:ENTRIES_MAX]:
        body = item.content_html or escape(item.content_text or item.summary or "")
        entries += _entry(str(item.id or ""), item.title or "", item.url or "", body, url)
    return Feed(_line(feed.title or ""), tuple(entries))


def _entry(known: str, title: str, link: str, body: str, base: str) -> list[Entry]:
    title = _line(html.read(title)[1]) if "<" in title or "&" in title else _line(title)
    _, text = html.read(body)
    if not text.strip() and not title:
        return []
    try:
        at = urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        at = ""
    if not at.startswith(("http://", "https://")):
        at = ""
    return [Entry(known.strip()[:500] or at or title, title, at or None, text)]


def _line(text: str) -> str:
    return " ".join(text.split())[:_TITLE]


class _Refused(Exception):
    pass


class _Reader:
    """Collects entries while expat reads."""

    def __init__(self) -> None:
        self.title = ""
        self.is_feed = False
        self.found: list[dict[str, str]] = []
        self._open: list[str] = []
        self._entry: dict[str, str] | None = None
        self._field = ""
        self._inner = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if len(self._open) >= _DEPTH:
            raise _Refused("it is nested too deep")
        self._open.append(name)
        if len(self._open) == 1:
            self.is_feed = name in ("rss", "feed", "RDF")
        if self._field:
            self._inner += 1
            if space == _XHTML and self._entry is not None:
                self._add(f"<{name}>")
        elif _RSS.match(name) and self._entry is None:
            self._entry = {}
        elif self._entry is not None and len(self._open) >= 2:
            if name == "link" and attrs.get("href"):
                if attrs.get("rel", "alternate") == "alternate":
                    self._entry.setdefault("link", attrs["href"])
            elif name in ("title", "link", *_IDS, *_BODIES):
                self._field = name
        elif name == "title" and not self.title and len(self._open) <= 3:
            self._field = name

    def end(self, tag: str) -> None:
        space, _, name = tag.rpartition(" ")
        self._open.pop()
        if self._field:
            if self._inner:
                self._inner -= 1
                if space == _XHTML and self._entry is not None:
                    self._add(f"</{name}>")
            else:
                self._field = ""
        elif self._entry is not None and _RSS.match(name):
            self.found.append(self._entry)
            self._entry = None
            if len(self.found) >= ENTRIES_MAX:
                raise _Enough

    def text(self, data: str) -> None:
        if not self._field:
            return
        if self._entry is None:
            self.title = (self.title + data)[:_TITLE]
            return
        self._add(escape(data, quote=False) if self._inner else data)

    def _add(self, data: str) -> None:
        if self._entry is not None:
            self._entry[self._field] = self._entry.get(self._field, "") + data

    @staticmethod
    def refuse(*_: object) -> int:
        raise _Refused("it declares entities")


class _Enough(Exception):
    pass


def _xml(raw: bytes, url: str) -> Feed:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.refuse
    parser.UnparsedEntityDeclHandler = reader.refuse
    parser.ExternalEntityRefHandler = reader.refuse
    try:
        for at in range(0, len(raw), _PART):
            parser.Parse(raw[at : at + _PART], False)
        parser.Parse(b"", True)
    except _Enough:
        pass
    except (expat.ExpatError, _Refused, ValueError, LookupError) as wrong:
        raise Invalid("This is no feed that can be read", cause=str(wrong)[:200]) from wrong
    if not reader.is_feed:
        raise Invalid("This is no feed")
    entries: list[Entry] = []
    for found in reader.found:
        body = next((found[name] for name in _BODIES if found.get(name, "").strip()), "")
        known = next((found[name] for name in _IDS if found.get(name)), "")
        entries += _entry(known, found.get("title", ""), found.get("link", ""), body, url)
    return Feed(_line(reader.title), tuple(entries))
