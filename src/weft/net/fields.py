"""Structured fields (RFC 9651) as far as signatures use them: dictionaries of bytes and of lists.

Strict, as the RFC wants it: what is not exactly right is wrong as a whole. Decimals, dates and
display strings, which no parameter of RFC 9421 or RFC 9530 is, are refused; so are items with
parameters inside a list, which here would be components that we do not compute.

The length of what is read bounds the work: every position is passed once.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

# Signatures have six parameters, and a header with more than a handful of members is an attack.
MAX_MEMBERS = 16

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]{0,63}")
_INTEGER = re.compile(r"-?[0-9]{1,15}(?![0-9.])")
_STRING = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_ESCAPED = re.compile(r"\\(.)")
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*")
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_BOOLEAN = re.compile(r"\?([01])")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_SPACES = re.compile(r" *")
_COMPONENT = re.compile(r"@?[a-z0-9-]{1,64}")


class Malformed(ValueError):
    """Not a structured field of the kind that was expected."""


class Token(str):
    """A word without quotes, which is not the same as a string with them."""

    __slots__ = ()


BareItem = int | str | Token | bytes | bool


@dataclass(frozen=True, slots=True)
class InnerList:
    """Strings in brackets, and parameters behind them, in their order."""

    items: tuple[str, ...]
    parameters: Mapping[str, BareItem]


Member = InnerList | BareItem


def dictionary(text: str) -> dict[str, Member]:
    """Read a dictionary; parameters of members that are no lists are read and left out.

    A key that comes twice is refused, although the RFC lets the last one win: whoever sends one
    twice wants two readers to see two things. Errors: Malformed.
    """
    found: dict[str, Member] = {}
    text = text.strip(" ")
    at = 0
    while text:
        key, at = _expect(_KEY, text, at)
        if key in found or len(found) == MAX_MEMBERS:
            raise Malformed("a repeated member, or too many")
        if not text.startswith("=", at):
            found[key] = True
            _, at = _parameters(text, at)
        elif text.startswith("(", at + 1):
            found[key], at = _inner_list(text, at + 2)
        else:
            found[key], at = _bare_item(text, at + 1)
            _, at = _parameters(text, at)
        if at == len(text):
            break
        _, at = _expect(_COMMA, text, at)
    return found


def written(value: InnerList) -> str:
    """An inner list as RFC 9651 writes it (section 4.1.1.1): what is signed as
    ``@signature-params``, whatever the spaces were in which it came.
    """
    items = " ".join(bare(item) for item in value.items)
    told = "".join(
        f";{name}" if item is True else f";{name}={bare(item)}"
        for name, item in value.parameters.items()
    )
    return f"({items}){told}"


def bare(value: BareItem) -> str:
    """One value as RFC 9651 writes it."""
    if isinstance(value, bool):
        return "?1" if value else "?0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return f":{base64.b64encode(value).decode()}:"
    if isinstance(value, Token):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _expect(pattern: re.Pattern[str], text: str, at: int) -> tuple[str, int]:
    match = pattern.match(text, at)
    if match is None:
        raise Malformed(f"at {at}")
    return match[0], match.end()


def _inner_list(text: str, at: int) -> tuple[InnerList, int]:
    items: list[str] = []
    while True:
        spaces, at = _expect(_SPACES, text, at)
        if text.startswith(")", at):
            break
        if items and not spaces:
            raise Malformed(f"at {at}")
        quoted, at = _expect(_STRING, text, at)
        if not _COMPONENT.fullmatch(quoted[1:-1]):
            raise Malformed("a component that is no name")
        items.append(quoted[1:-1])
    parameters, at = _parameters(text, at + 1)
    return InnerList(tuple(items), parameters), at


def _parameters(text: str, at: int) -> tuple[dict[str, BareItem], int]:
    found: dict[str, BareItem] = {}
    while text.startswith(";", at):
        _, at = _expect(_SPACES, text, at + 1)
        key, at = _expect(_KEY, text, at)
        if key in found or len(found) == MAX_MEMBERS:
            raise Malformed("a repeated parameter, or too many")
        if text.startswith("=", at):
            found[key], at = _bare_item(text, at + 1)
        else:
            found[key] = True
    return found, at


def _bare_item(text: str, at: int) -> tuple[BareItem, int]:
    first = text[at : at + 1]
    if first == '"':
        quoted, at = _expect(_STRING, text, at)
        return _ESCAPED.sub(r"\1", quoted[1:-1]), at
    if first == ":":
        encoded, at = _expect(_BYTES, text, at)
        try:
            return base64.b64decode(encoded[1:-1], validate=True), at
        except binascii.Error:
            raise Malformed("bytes that are not base64") from None
    if first == "?":
        flag, at = _expect(_BOOLEAN, text, at)
        return flag == "?1", at
    if first.isdigit() or first == "-":
        digits, at = _expect(_INTEGER, text, at)
        return int(digits), at
    word, at = _expect(_TOKEN, text, at)
    return Token(word), at
