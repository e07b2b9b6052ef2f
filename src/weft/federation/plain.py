"""Reading JSON that strangers wrote, without a JSON-LD processor.

JSON-LD lets every value be a string, an object or a list of those, and the fediverse uses all of
it. These small functions each want one thing and find it in any of the forms, or say that it is not
there. None of them raises for any JSON value.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec

from weft.federation import limits
from weft.kernel.clock import parse_iso
from weft.kernel.errors import WeftError

Json = dict[str, Any]

PUBLIC = frozenset(
    {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}  # AS2, section 5.1
)
_AS = "https://www.w3.org/ns/activitystreams#"
# A space, a control character, or what an address has to escape (RFC 3986): no id at all. Quotes
# and angle brackets would besides have to be minded wherever an id is written into a page.
_NOT_IN_URI = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\"<>\\^`{|}]")
# 1990: older dates are zeroes and mistakes. No id can be made from a date before 1970.
_FIRST_DATE = 631_152_000_000
ORIGINS = 1024
"""Addresses whose origin is kept: one activity asks some twenty times about a handful of them. Eight
megabytes, should somebody send the longest ones.
"""
_decode = msgspec.json.Decoder().decode


class Malformed(WeftError):
    """What arrived cannot be read as what it should be."""

    status = 400

    def __init__(self, cause: str) -> None:
        super().__init__(f"Cannot be read: {cause}", cause=cause)


def parse(body: bytes) -> Json:
    """One JSON object within the bounds of size and depth. Errors: WeftError (413), Malformed."""
    if len(body) > limits.DOCUMENT_BYTES:
        raise WeftError("Larger than 1 MB", 413)
    try:
        document = _decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Malformed("not JSON") from None
    if not isinstance(document, dict):
        raise Malformed("not a JSON object")
    check_depth(document)
    return document


def check_depth(document: Any) -> None:
    """Errors: Malformed beyond ``limits.DEPTH`` levels."""
    level: list[Any] = [document]
    for _ in range(limits.DEPTH):
        inner: list[Any] = []
        for value in level:
            children = value.values() if isinstance(value, dict) else value
            inner += [child for child in children if isinstance(child, (dict, list))]
        if not inner:
            return
        level = inner
    raise Malformed("nested too deep")


def items(value: Any, most: int = 1_000) -> list[Any]:
    """A list of what may be one, many or nothing; at most ``most``."""
    if value is None:
        return []
    return value[:most] if isinstance(value, list) else [value]


def first(value: Any) -> Any:
    """The value, or the first of a list of them."""
    while isinstance(value, list):
        if not value:
            return None
        value = value[0]
    return value


def text(value: Any) -> str:
    """A string; also the first of a list, or the ``@value`` of an object. "" when there is none."""
    value = first(value)
    if isinstance(value, dict):
        value = first(value.get("@value"))
    return value.replace("\x00", "") if isinstance(value, str) else ""


def entries(value: Any, most: int) -> list[Json]:
    """The objects among the values."""
    return [item for item in items(value, most) if isinstance(item, dict)]


def kinds(value: Any) -> list[str]:
    """The type or types of an object, by their short names."""
    named = value.get("type", value.get("@type")) if isinstance(value, dict) else None
    return [
        name.removeprefix(_AS).removeprefix("as:")
        for name in items(named, 20)
        if isinstance(name, str)
    ]


def kind(value: Any) -> str:
    """The first type, "" when there is none."""
    names = kinds(value)
    return names[0] if names else ""


def uri(value: Any) -> str:
    """An id: a web address, or the ``id`` of an object, or the first of those. Else ""."""
    value = first(value)
    if isinstance(value, dict):
        value = first(value.get("id", value.get("@id")))
    return value if isinstance(value, str) and is_uri(value) else ""


def uris(value: Any, most: int = limits.ADDRESSEES) -> list[str]:
    """The ids among the values, each once."""
    found = (uri(item) for item in items(value, most))
    return list(dict.fromkeys(one for one in found if one))


def addressees(value: Any) -> list[str]:
    """As `uris`, and every spelling of Public as its full address."""
    found: dict[str, None] = {}
    for item in items(value, limits.ADDRESSEES):
        named = item.get("id") if isinstance(item, dict) else item
        if isinstance(named, str):
            if named in PUBLIC:
                found[_AS + "Public"] = None
            elif is_uri(named):
                found[named] = None
    return list(found)


def is_public(named: str) -> bool:
    return named in PUBLIC


def is_uri(value: str) -> bool:
    return (
        value.startswith(("https://", "http://"))
        and len(value) <= limits.URI_CHARS
        and _NOT_IN_URI.search(value) is None
        and origin(value) != ""
    )


@lru_cache(ORIGINS)
def origin(address: str) -> str:
    """Scheme, host and port, spelled one way: what FEP-fe34 compares. "" for no web address."""
    try:
        parts = urlsplit(address)
        port, name = parts.port, parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in {"https", "http"} or not name or "@" in parts.netloc:
        return ""
    shown = f"[{name}]" if ":" in name else name
    usual = 443 if parts.scheme == "https" else 80
    return (
        f"{parts.scheme}://{shown}" if port in {None, usual} else f"{parts.scheme}://{shown}:{port}"
    )


def host(address: str) -> str:
    """The host, with its port where it is not the usual one, in lower case."""
    return origin(address).partition("://")[2]


def same_origin(one: str, other: str) -> bool:
    """Whether one server answers for both addresses. False when either is none."""
    here = origin(one)
    return here != "" and here == origin(other)


def link(value: Any, *media: str) -> str:
    """A web address from a string, a Link, an Image, or a list of them (Threads, PeerTube).

    With ``media`` (beginnings of media types) a Link of such a type is preferred.
    """
    fallback = ""
    for item in items(value, 50):
        found, mime = item, ""
        if isinstance(item, dict):
            found = first(item.get("href", item.get("url")))
            if isinstance(found, dict):
                found = first(found.get("href", found.get("url")))
            mime = text(item.get("mediaType"))
        if not isinstance(found, str) or not is_uri(found):
            continue
        if not media or mime.startswith(media):
            return found
        fallback = fallback or found
    return fallback


def date(value: Any) -> int | None:
    """Milliseconds of a date in any of its spellings; None for none and for impossible ones."""
    value = first(value)
    if not isinstance(value, str) or len(value) > 64:
        return None
    moment = parse_iso(value)
    return moment if moment is not None and moment >= _FIRST_DATE else None


def flag(value: Any, *, otherwise: bool = False) -> bool:
    value = first(value)
    if isinstance(value, bool):
        return value
    return (
        {"true": True, "false": False}.get(value, otherwise)
        if isinstance(value, str)
        else otherwise
    )


def number(value: Any, least: float, most: float) -> float | None:
    """A number within bounds, else None."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
        return value
    return None


def language_of(value: Any) -> str | None:
    """A plausible language tag in lower-case primary form (``en``, ``pt-BR``), else None."""
    value = first(value)
    if not isinstance(value, str) or len(value) > limits.LANGUAGE_CHARS:
        return None
    return value if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", value) else None


def mapped(document: Json, name: str) -> tuple[str, str | None]:
    """A text and its language, from ``name`` and ``nameMap``. ("", None) when there is none."""
    words = text(document.get(name))
    by_language = first(document.get(f"{name}Map"))
    if not isinstance(by_language, dict) or not by_language:
        return words, language_of(document.get("language"))
    for tag, value in list(by_language.items())[:50]:
        if not words or text(value) == words:
            return words or text(value), language_of(tag)
    return words, None


def same_site(one: str, other: str) -> bool:
    """Whether one host is the other or a part of its domain: looser than an origin, for addresses
    that are shown (`threads.net` and `www.threads.net`), never for what may be believed.
    """
    here, there = host(one), host(other)
    if not here or not there:
        return False
    return here == there or here.endswith(f".{there}") or there.endswith(f".{here}")


def term(document: Json, name: str) -> Any:
    """One of Weft's own terms, by its prefixed or its short name."""
    value = document.get(f"weft:{name}")
    return document.get(name) if value is None else value
