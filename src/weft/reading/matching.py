"""Which of a member's filters a post meets.

Asked for every post of every timeline, so: one read of an index for who has no filters, and no
other for who has. There is no pattern: words are looked for as they stand, in texts folded once,
first in all posts of the answer together, and only what is found there in each of them. So no
keyword, however it is made, costs more than reading the text once.

How words are compared: https://docs.joinmastodon.org/api/guidelines/#filters
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import unescape
from typing import NamedTuple

import sqlalchemy as sa

from weft.reading import filters
from weft.reading.filters import Filter
from weft.store.among import among
from weft.store.database import Tx
from weft.threads.model import Post
from weft.threads.tables import polls

KEPT_MAX = 1_024
"""Members whose folded filters are kept ready: some kB each."""
WORDS_KEPT_MAX = 2_048
"""Posts whose words are kept ready: the same ones are shown to many, again and again."""
WORDS_HTML_MAX = 4_000
"""Characters of a post that is kept; with the above some 5 MB."""
EDGED_KEPT_MAX = 256
"""Texts whose words are marked, of which each keyword is looked for in turn: a few pages of them."""

_OPTIONS = sa.select(polls.c.id, polls.c.options).where(among(polls.c.id, "ids"))
_BLOCKS = re.compile(r"</?(?:p|li|ul|ol|pre|blockquote)\b[^>]*>")
_BREAK = re.compile(r"<br[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_RUN = re.compile(r"\w+")
_APART = "\0"
"""Between what does not belong together; in no text and no keyword."""
_EDGE = "\1"
"""Where a word begins or ends; likewise."""


class Match(NamedTuple):
    """A filter that a post meets: by keywords, as written, or because the post was put into it."""

    filter: Filter
    keywords: list[str]
    post_id: int | None


class Word(NamedTuple):
    """A keyword, folded. ``edged``: with its edges marked, when it must not be a part of another
    word; else empty.
    """

    written: str
    folded: str
    edged: str


class _Ready(NamedTuple):
    """A filter, compiled."""

    filter: Filter
    words: list[Word]
    posts: frozenset[int]


_kept: dict[tuple[str, int], tuple[list[Filter], list[_Ready]]] = {}


def matches(tx: Tx, viewer: int, posts: Sequence[Post]) -> dict[int, list[Match]]:
    """The filters that each of these posts meets, by post id; nothing for one's own. A boost meets
    what the boosted does, which must be among ``posts``.
    """
    ready = [
        one
        for one in _filters(tx, viewer)
        if one.filter.expires_at is None or one.filter.expires_at > tx.now
    ]
    if not ready:
        return {}
    others = [post for post in posts if post.boost_of_id is None and post.author_id != viewer]
    texts = _texts(tx, others) if any(one.words for one in ready) else {}
    everything = _APART.join(texts.values())
    found: dict[int, list[Match]] = {}
    for one in ready:
        met: dict[int, list[str]] = {}
        for word in one.words:
            if word.folded in everything:
                for post_id, text in texts.items():
                    if stands_in(word, text):
                        met.setdefault(post_id, []).append(word.written)
        for post in others:
            if post.id in met or post.id in one.posts:
                itself = post.id if post.id in one.posts else None
                found.setdefault(post.id, []).append(
                    Match(one.filter, met.get(post.id, []), itself)
                )
    for post in posts:
        if post.boost_of_id is not None and post.boost_of_id in found:
            found[post.id] = found[post.boost_of_id]
    return found


def fold(text: str) -> str:
    """The form in which words are compared: case and spaces do not count."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split()) if text else ""


def _filters(tx: Tx, viewer: int) -> list[_Ready]:
    now = filters.heads(tx, viewer)
    if not now:
        return []
    key = (tx.site.base, viewer)
    kept = _kept.get(key)
    if kept is not None and kept[0] == now:
        return kept[1]
    ready = [
        _Ready(
            head,
            [word_of(keyword.text, whole=keyword.whole_word) for keyword in one.keywords],
            frozenset(post.post_id for post in one.posts),
        )
        for head, one in zip(now, filters.whole(tx, now), strict=True)
    ]
    if len(_kept) >= KEPT_MAX:
        _kept.clear()  # rare and cheap to fill again
    _kept[key] = now, ready
    return ready


def word_of(written: str, *, whole: bool) -> Word:
    """A keyword, ready to be looked for. ``whole``: not as a part of another word."""
    folded = fold(written)
    if not whole:
        return Word(written, folded, "")
    # Where it does not begin (or end) with a word, anything may stand before (or after) it.
    return Word(written, folded, edged(folded))


def stands_in(word: Word, text: str) -> bool:
    """Whether a word stands in a folded text."""
    return word.folded in text and (not word.edged or word.edged in edged(text))


@lru_cache(EDGED_KEPT_MAX)
def edged(folded: str) -> str:
    """A folded text with a mark at both ends of each word. So a whole word is found like any other
    text, in a time that does not depend on how often it nearly stands there.
    """
    also = {char for char in set(folded) if not char.isalnum() and _in_word(char)}
    run = re.compile(rf"[\w{re.escape(''.join(sorted(also)))}]+") if also else _RUN
    return run.sub(rf"{_EDGE}\g<0>{_EDGE}", folded)


def _in_word(char: str) -> bool:
    """Letters, marks, digits and connectors, as Ruby's ``[[:word:]]``."""
    return char.isalnum() or unicodedata.category(char or " ") in ("Mn", "Mc", "Me", "Pc")


def _texts(tx: Tx, shown: Iterable[Post]) -> dict[int, str]:
    """All that one reads in a post: words, warning, descriptions of pictures, answers of a poll."""
    by_id = {post.id: post for post in shown}
    asked = {post.poll_id: post.id for post in by_id.values() if post.poll_id is not None}
    answers: dict[int, list[str]] = {}
    if asked:
        answers = {asked[row[0]]: row[1] for row in tx.rows(_OPTIONS, ids=list(asked))}
    return {
        id_: _APART.join(
            (
                _words(post.html) if len(post.html) <= WORDS_HTML_MAX else fold(plain(post.html)),
                fold(post.spoiler),
                *(fold(picture["description"]) for picture in post.media),
                *map(fold, answers.get(id_, ())),
            )
        )
        for id_, post in by_id.items()
    }


@lru_cache(WORDS_KEPT_MAX)
def _words(html: str) -> str:
    return fold(plain(html))


def plain(html: str) -> str:
    """The words of safe HTML, paragraphs apart; ``sanitize.html_to_text`` also lays them out."""
    if "<" in html:
        html = _TAG.sub("", _BREAK.sub(" ", _BLOCKS.sub(_APART, html)))
    return unescape(html) if "&" in html else html
