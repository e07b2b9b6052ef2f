"""HTML from strangers made safe: what other servers send in posts, bios and profile fields.

The allowed set is Mastodon's (docs.joinmastodon.org/spec/activitypub#sanitization), so a post
looks here as it does there. `clean_html` never raises and always answers in bounded time: what is
too big or too deep keeps its words and loses its markup.
"""

import re
import unicodedata
from functools import cache
from html import escape, unescape
from typing import Final

import nh3

from weft.threads.tokens import storable

# FEDERATION.md of Mastodon refuses documents over 1 MB; no honest post comes near that.
HTML_CHARS: Final = 1_000_000
# html5ever needs time in the square of the depth (measured: 10,000 tags 0.35 s, 100,000 28 s).
# A long article with a link in each line has about 3,000.
HTML_TAGS: Final = 5_000
# Formatting tags that differ in attributes are opened again in every later paragraph, which
# multiplies them (measured: 1,000 in 36 kB become 7 MB). Without attributes three of a kind
# survive (HTML standard, "Noah's Ark clause"); so attributes go, and few that resist may stay.
HTML_STUBBORN_TAGS: Final = 32
# Browsers stop at 512; quotes within quotes within lists need about ten.
HTML_DEPTH: Final = 64
# Character references cost html5ever more the more there are (measured: 100,000 of them 0.4 s,
# 900,000 7 s); a long article holds some hundreds.
HTML_REFERENCES: Final = 50_000

# fmt: off
_TAGS: Final = {
    "a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre", "rp", "rt",
    "ruby", "s", "span", "strong", "u", "ul",
}
_DROPPED_WITH_CONTENT: Final = {
    "embed", "head", "iframe", "math", "noembed", "noframes", "noscript", "object", "script",
    "select", "style", "svg", "template", "textarea", "title", "xmp",
}
# fmt: on
_ATTRIBUTES: Final = {
    "a": {"href", "class", "translate"},
    "span": {"class", "translate"},
    "p": {"class"},
    "ol": {"start", "reversed"},
    "li": {"value"},
}
# Microformats, and the words by which clients know mentions, tags, folded links and quotes.
_CLASS: Final = re.compile(
    r"(?:h|p|u|dt|e)-[a-z0-9-]+|mention|hashtag|ellipsis|invisible|quote-inline"
)
_SPACES: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"-?\d{1,9}")

_START: Final = re.compile(r"<[A-Za-z]")
# Blocks outside the allowed set become paragraphs, or their words would run together.
_BLOCK: Final = re.compile(
    r"<(/?)(?:div|section|article|aside|main|header|footer|figure|figcaption|address|center|"
    r"details|summary|table|tr|dl|dt|dd|form|fieldset)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(r"<(/?)h[1-6](?=[\s/>])[^<>]*>", re.IGNORECASE)
_CELL_END: Final = re.compile(r"</t[dh](?=[\s/>])[^<>]*>|<hr(?=[\s/>])[^<>]*>", re.IGNORECASE)
_FORMATTING: Final = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
_FORMATTING_ATTRIBUTES: Final = re.compile(rf"<({_FORMATTING})[\s/][^<>]*>", re.IGNORECASE)
_STUBBORN: Final = re.compile(rf"<(?:{_FORMATTING})[\s/]", re.IGNORECASE)
_EMPTY: Final = re.compile(r"<p>\s*</p>|<p><strong>\s*</strong></p>")
# Exact on what nh3 writes: there, < and > inside attributes are escaped.
_LINK: Final = re.compile(r"<a(?=[ >])")
_SAFE_TAG: Final = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>")
_ANY_TAG: Final = re.compile(r"<!--.*?-->|</?[A-Za-z!?][^<>]*>", re.DOTALL)


def clean_html(html: str) -> str:
    """Safe HTML: allowed tags, classes and http(s) links only, every link `nofollow`."""
    tags = len(_START.findall(html))
    if len(html) > HTML_CHARS or tags > HTML_TAGS or html.count("&") > HTML_REFERENCES:
        return _words_only(html)
    html = _FORMATTING_ATTRIBUTES.sub(r"<\1>", storable(html))
    if tags > HTML_STUBBORN_TAGS and len(_STUBBORN.findall(html)) > HTML_STUBBORN_TAGS:
        return _words_only(html)
    html = _BLOCK.sub(r"<\1p>", html)
    html = _HEADING.sub(lambda tag: "</strong></p>" if tag[1] else "<p><strong>", html)
    safe = _cleaner().clean(_CELL_END.sub(" ", html))
    # A heading is two tags, hence the half: fewer cannot get that deep, and need no look.
    if tags > HTML_DEPTH // 2 and _depth(safe) > HTML_DEPTH:
        return _words_only(html)
    # Here, not by nh3, which writes the two in an order that changes from run to run.
    safe = _LINK.sub(r'<a target="_blank" rel="nofollow noopener noreferrer"', safe)
    return _EMPTY.sub("", safe).strip()


def html_to_text(html: str) -> str:
    """The words of safe HTML (ours, or what `clean_html` returned) with its breaks.

    For search, notifications, prompts and previews. Paragraphs stand an empty line apart, list
    items have a dash, quotes a `>`. Links show their whole address, never their folded form.
    """
    words = _Words()
    at = 0
    for tag in _SAFE_TAG.finditer(html):
        words.text(unescape(html[at : tag.start()]))
        words.tag(tag[2], closing=bool(tag[1]))
        at = tag.end()
    words.text(unescape(html[at:]))
    words.end_line()
    return "\n".join(words.lines)


class _Words:
    """Lines of text, as the tags between them break them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._line = self._dash = ""
        self._quotes = self._pre = 0
        self._gap = False  # an empty line is due before the next words
        self._gap_quotes = 0

    def text(self, text: str) -> None:
        text = text.replace("\xa0", " ")
        if not self._pre:
            text = _SPACES.sub(" ", text)
            self._line += text.lstrip() if not self._line or self._line[-1] == " " else text
            return
        *rows, last = text.split("\n")
        for row in rows:
            self._line += row
            if not self._line.strip():
                self._break()
            self.end_line()
        self._line += last

    def end_line(self) -> None:
        line = self._line.rstrip() if self._pre else self._line.strip()
        self._line = ""
        if not line:
            return
        if self._gap and self.lines:
            self.lines.append(("> " * min(self._quotes, self._gap_quotes)).rstrip())
        self.lines.append("> " * self._quotes + self._dash + line)
        self._dash = ""
        self._gap = False

    def tag(self, name: str, *, closing: bool) -> None:
        if name == "br":
            # Two breaks in a row are how some servers write a paragraph.
            empty = not self._line.strip()
            self.end_line()
            if empty:
                self._break()
        elif name == "li":
            self.end_line()
            self._dash = "" if closing else "- "
        elif name in {"p", "pre", "blockquote", "ul", "ol"}:
            self.end_line()
            # Inside an item, the words go on beside its dash.
            if not self._dash:
                self._break()
            step = -1 if closing else 1
            if name == "blockquote":
                self._quotes = max(0, self._quotes + step)
            elif name == "pre":
                self._pre = max(0, self._pre + step)

    def _break(self) -> None:
        self._gap_quotes = min(self._gap_quotes, self._quotes) if self._gap else self._quotes
        self._gap = True


def clean_name(text: str, limit: int) -> str:
    """One line of plain text for names and field labels: no HTML is read, none is made.

    Control and invisible direction characters go (they let a name pose as another), spaces and
    breaks become one space, and what is longer than `limit` characters is cut.
    """
    return " ".join(_visible(text[: limit * 4]).split())[:limit].rstrip()


def clean_text(text: str, limit: int) -> str:
    """Plain text of several lines (alt texts, warnings): as `clean_name`, but keeps line breaks."""
    lines = _visible(text[: limit * 4].replace("\r\n", "\n")).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines))[:limit].strip()


# Right-to-left overrides and isolates can turn a name around; marks U+200E/F and the joiners
# that scripts and emoji need may stay.
_DIRECTION: Final = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def _visible(text: str) -> str:
    # U+2028/9 are line breaks; unpaired surrogates (Cs) cannot be stored or sent.
    return "".join(
        "\n" if char in "\n\u2028\u2029" else " " if char == "\t" else char
        for char in unicodedata.normalize("NFC", text)
        if char in "\n\t"
        or (unicodedata.category(char) not in {"Cc", "Cs"} and ord(char) not in _DIRECTION)
    )


@cache
def _cleaner() -> nh3.Cleaner:
    # Building one costs more than using it (16 µs against 23), and it holds no state.
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        link_rel=None,
        url_schemes={"http", "https"},
        url_relative="deny",
    )


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(word for word in value.split() if _CLASS.fullmatch(word)) or None
    if name == "translate":
        return value if value == "no" else None
    if name in {"start", "value"}:
        return value if _NUMBER.fullmatch(value) else None
    return value


def _depth(safe: str) -> int:
    depth = deepest = 0
    for tag in _SAFE_TAG.finditer(safe):
        if tag[2] != "br":
            depth += -1 if tag[1] else 1
            deepest = max(deepest, depth)
    return deepest


def _words_only(html: str) -> str:
    text = unescape(_ANY_TAG.sub(" ", html[:HTML_CHARS]))
    words = " ".join(_visible(text).split())
    return f"<p>{escape(words, quote=False)}</p>" if words else ""
