"""What a web page says of itself, for the preview under a link: title, description, picture.

Pure functions of a stranger's bytes, in time that is bounded by their length: only the tags that
matter are looked at, each within a window, and there is no tree. Nothing of a page is ever shown
as HTML.

Sources: https://ogp.me, https://developer.x.com/en/docs/x-for-websites/cards, the HTML standard's
``<title>``, ``<meta>`` and ``<link>``.
"""

from __future__ import annotations

import codecs
import re
from html import unescape
from typing import Final
from urllib.parse import urljoin

from msgspec import Struct

from weft.kernel.clock import parse_iso
from weft.threads.sanitize import clean_name, clean_text

# What fits on a card; the rest would never be read.
TITLE_CHARS: Final = 300
DESCRIPTION_CHARS: Final = 1_000
NAME_CHARS: Final = 200
ALT_CHARS: Final = 1_500
LANGUAGE_CHARS: Final = 20
# As long as the guarded client asks for.
URL_CHARS: Final = 2_048
# A tag with a description of 1,000 words fits; what is longer is no tag that matters.
TAG_CHARS: Final = 8_192
# The heads of large news sites hold about 150 of them.
TAGS: Final = 400
# Where a page names its encoding (HTML standard: in the first 1,024 bytes; many are late).
CHARSET_BYTES: Final = 8_192

# Encodings of the web (https://encoding.spec.whatwg.org) by the names that Python has for them; no
# others, since some of Python's codecs take a square of the time, or are no encodings at all.
_ENCODINGS: Final = frozenset(
    {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030", "gb2312", "big5"}
    | {"euc_jp", "iso2022_jp", "shift_jis", "euc_kr", "koi8-r", "koi8-u", "mac-roman", "cp932"}
    | {f"iso8859-{number}" for number in range(2, 17)}
    | {f"cp{number}" for number in (866, 874, 949, *range(1250, 1259))}
)
_CHARSET: Final = re.compile(
    rb"<meta[^<>]{0,400}charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", re.IGNORECASE
)
_CHARSET_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)

_BEGIN: Final = re.compile(
    r"<(?:!--|(meta|link|title|html|script|style|noscript)\b)", re.IGNORECASE
)
_ATTRIBUTES: Final = re.compile(
    r"""(?<![\w:-])([a-z][\w:-]{0,40})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+))""",
    re.IGNORECASE,
)
_REST: Final = re.compile(r"""(?:[^<>"']|"[^"]*"|'[^']*')*+>""")


class Facts(Struct, frozen=True):
    """Plain text, bounded; addresses are whole and http(s); what is not said is empty."""

    title: str = ""
    description: str = ""
    language: str | None = None
    site: str = ""
    author: str = ""
    author_url: str = ""
    image: str = ""
    image_description: str = ""
    published_at: int | None = None
    """ms"""


def read(body: bytes, content_type: str, url: str) -> Facts:
    """What the page at ``url`` says of itself."""
    said, title, language = _head(_text(body, content_type))

    def first(*names: str) -> str:
        return next((said[name] for name in names if said.get(name, "").strip()), "")

    author = first("author", "twitter:creator", "article:author")
    author_url = _address(url, first("article:author"))
    return Facts(
        title=clean_name(first("og:title", "twitter:title") or title, TITLE_CHARS),
        description=clean_text(
            first("og:description", "twitter:description", "description"), DESCRIPTION_CHARS
        ),
        language=_language(language or first("og:locale")),
        site=clean_name(first("og:site_name", "application-name"), NAME_CHARS),
        author="" if "://" in author else clean_name(author, NAME_CHARS),
        author_url=author_url if "://" in first("article:author") else "",
        image=_address(
            url, first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
        ),
        image_description=clean_text(first("og:image:alt", "twitter:image:alt"), ALT_CHARS),
        published_at=parse_iso(first("article:published_time", "og:published_time")),
    )


def _head(html: str) -> tuple[dict[str, str], str, str]:
    """(what its meta tags say, the first of each name; its title; its language)."""
    said: dict[str, str] = {}
    title = language = ""
    at = 0
    for _ in range(TAGS):
        begin = _BEGIN.search(html, at)
        if begin is None:
            break
        at = begin.end()
        name = (begin[1] or "").lower()
        if name in ("", "script", "style", "noscript"):
            # What is in there looks like tags at times.
            ends = "-->" if not name else f"</{name}"
            at = _after(html, ends, at)
            continue
        rest = _REST.match(html, at, at + TAG_CHARS)
        if rest is None:
            continue
        at = rest.end()
        if name == "title":
            end = html.find("<", at, at + TAG_CHARS)
            title = title or unescape(html[at : end if end >= 0 else at])
            continue
        given = {
            found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
            for found in _ATTRIBUTES.finditer(rest[0])
        }
        if name == "html":
            language = language or given.get("lang", "")
        elif name == "meta" and given.get("content"):
            key = (given.get("property") or given.get("name") or "").lower()
            said.setdefault(key, given["content"])
    return said, title, language


def _after(html: str, mark: str, at: int) -> int:
    """Behind the next ``mark``, or the end."""
    found = html.find(mark, at)
    if found < 0 and mark.startswith("</"):
        found = html.find(mark.upper(), at)
    return found + len(mark) if found >= 0 else len(html)


def _text(body: bytes, content_type: str) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace")
    header = _CHARSET_HEADER.search(content_type)
    written = _CHARSET.search(body[:CHARSET_BYTES])
    named = header[1] if header else written[1].decode() if written else "utf-8"
    return body.decode(_encoding(named), "replace")


def _encoding(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return "utf-8"
    if name in ("iso8859-1", "ascii"):
        return "cp1252"  # what browsers take it for
    return name if name in _ENCODINGS else "utf-8"


def _language(given: str) -> str | None:
    tag = given.strip().replace("_", "-")
    fits = 2 <= len(tag) <= LANGUAGE_CHARS and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", tag)
    return tag if fits else None


def _address(base: str, given: str) -> str:
    """A whole web address; "" for what is none."""
    try:
        whole = urljoin(base, given.strip()) if given.strip() else ""
    except ValueError:
        return ""
    web = whole.startswith(("https://", "http://")) and len(whole) <= URL_CHARS
    return whole if web and whole.isprintable() else ""
