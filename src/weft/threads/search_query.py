"""What people write into the search field, taken apart: words, "phrases", -without, from:, has: …

Source: https://docs.joinmastodon.org/user/network/#search. Everything is "and". What is no operator
is words; nothing is an error.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from weft.kernel.clock import DAY, parse_iso
from weft.store.search import WORDS_MAX, Phrase, words

FILTERS_MAX = 10
"""Operators of one search that count."""
VALUE_CHARS = 300
"""Of an operator's value: the longest handles."""

_PART = re.compile(r'([+-]?)(?:([A-Za-z]+):(?=[^\s:]))?(?:"([^"]*)"?|(\S+))')
_DAY_LONG = re.compile(r"\d{4}-\d{2}-\d{2}")

HAS = ("media", "image", "video", "audio", "poll", "link", "embed")
IS = ("reply", "sensitive")
IN = ("library", "public", "all")


class Has(Struct, frozen=True):
    """A post with something of this kind (one of ``HAS``)."""

    what: str
    negated: bool


class Is(Struct, frozen=True):
    """One of ``IS``."""

    what: str
    negated: bool


class From(Struct, frozen=True):
    """By this author; ``me`` is whoever asks. The domain is empty for this server."""

    username: str
    domain: str
    negated: bool


class Language(Struct, frozen=True):
    """``de`` also means ``de-AT``."""

    code: str
    negated: bool


class Between(Struct, frozen=True):
    """Written at or after ``since`` and before ``until`` (ms; None: open)."""

    since: int | None
    until: int | None
    negated: bool


class Never(Struct, frozen=True):
    """An operator whose value means nothing: no post is like that."""

    negated: bool


Filter = Has | Is | From | Language | Between | Never
Scope = Literal["library", "public", "all"]


class Query(Struct, frozen=True):
    """``scope``: library is what one wrote, kept or was mentioned in; public what others agreed to
    be found by.
    """

    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()
    filters: tuple[Filter, ...] = ()
    scope: Scope = "all"

    @property
    def empty(self) -> bool:
        return not (self.wanted or self.unwanted or self.filters)


def parse(text: str) -> Query:
    """Never fails. Words and operators beyond the bounds are left out."""
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []
    filters: list[Filter] = []
    scope: Scope = "all"
    room = WORDS_MAX
    for sign, name, quoted, bare in _PART.findall(text):
        negated = sign == "-"
        value = quoted or bare
        if name.lower() == "in" and value.lower() in IN:
            scope = _scope(value.lower(), negated=negated)
            continue
        filter_ = _filter(name.lower(), value[:VALUE_CHARS], negated=negated)
        if filter_ is not None:
            filters.append(filter_)
            continue
        phrase = words(f"{name} {value}" if name else value)[:room]
        if phrase:
            room -= len(phrase)
            (unwanted if negated else wanted).append(phrase)
    return Query(tuple(wanted), tuple(unwanted), tuple(filters[:FILTERS_MAX]), scope)


def _scope(value: str, *, negated: bool) -> Scope:
    if negated:
        return {"library": "public", "public": "library"}.get(value, "all")  # pyright: ignore[reportReturnType]
    return value  # pyright: ignore[reportReturnType]


def _filter(name: str, value: str, *, negated: bool) -> Filter | None:
    low = value.lower()
    if name == "has":
        return Has(low, negated) if low in HAS else Never(negated)
    if name == "is":
        return Is(low, negated) if low in IS else Never(negated)
    if name == "language":
        return Language(low, negated)
    if name == "from":
        username, _, domain = value.removeprefix("@").partition("@")
        return From(username, domain, negated)
    if name in ("before", "after", "during"):
        return _between(name, value, negated=negated)
    return None


def _between(name: str, value: str, *, negated: bool) -> Filter:
    at = parse_iso(value)
    if at is None:
        return Never(negated)
    end = at + (DAY if _DAY_LONG.fullmatch(value) else 1)
    if name == "before":
        return Between(None, at, negated)
    return Between(end, None, negated) if name == "after" else Between(at, end, negated)
