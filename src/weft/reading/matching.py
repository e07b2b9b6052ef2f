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
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from weft.reading import filters
from weft.reading.filters import Filter
from weft.store.among import among
from weft.store.database import Tx
from weft.threads.tables import polls

KEPT_MAX = 1_024
"""Members whose folded filters are kept ready: some kB each."""
MET_MAX = 100
"""Posts of each of them of which it is remembered what they meet: a few pages, some 20 kB."""
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


class Read(Protocol):
    """What is read and may be filtered: a post, or a line of a room as ``Line``."""

    @property
    def id(self) -> int: ...
    @property
    def author_id(self) -> int | None: ...
    @property
    def html(self) -> str: ...
    @property
    def spoiler(self) -> str: ...
    @property
    def media(self) -> list[dict[str, Any]]: ...
    @property
    def poll_id(self) -> int | None: ...
    @property
    def boost_of_id(self) -> int | None: ...
    @property
    def ai(self) -> dict[str, Any] | None: ...
    @property
    def reply_to_author_id(self) -> int | None: ...


class Line(NamedTuple):
    """A line of a room, as far as filters look at it."""

    id: int
    author_id: int | None
    html: str
    media: list[dict[str, Any]]
    ai: dict[str, Any] | None = None
    reply_to_author_id: int | None = None
    spoiler: str = ""
    poll_id: int | None = None
    boost_of_id: int | None = None


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


class _Met(NamedTuple):
    """What a post met, and all of it that was looked at."""

    html: str
    spoiler: str
    media: list[dict[str, Any]]
    matches: list[Match]

    def holds(self, post: Read) -> bool:
        """Whether the post still says the same."""
        return self.html == post.html and self.spoiler == post.spoiler and self.media == post.media


class _Kept(NamedTuple):
    """A member's filters: as they were, compiled, and what they found in posts, by id."""

    heads: list[Filter]
    ready: list[_Ready]
    met: dict[int, _Met]


_kept: dict[tuple[str, int], _Kept] = {}
_NONE: list[Match] = []


def matches(tx: Tx, viewer: int, posts: Sequence[Read]) -> dict[int, list[Match]]:
    """The filters that each of these posts meets, by post id; nothing for one's own. A boost meets
    what the boosted does, which must be among ``posts``.
    """
    kept = _filters(tx, viewer)
    if kept is None:
        return {}
    found: dict[int, list[Match]] = {}
    unknown: list[Read] = []
    for post in posts:
        if post.boost_of_id is not None or post.author_id == viewer:
            continue
        met = kept.met.get(post.id)
        if met is None or not met.holds(post):
            unknown.append(post)
        elif met.matches:
            found[post.id] = met.matches
    if unknown:
        fresh = _meet(tx, viewer, kept.ready, unknown)
        found |= fresh
        if len(kept.met) + len(unknown) > MET_MAX:
            kept.met.clear()
        for post in unknown:
            # The answers of a poll do not stand in the post.
            if post.poll_id is None and len(post.html) <= WORDS_HTML_MAX:
                kept.met[post.id] = _Met(
                    post.html, post.spoiler, post.media, fresh.get(post.id, _NONE)
                )
    if any(_over(one, tx.now) for one in kept.heads):
        found = {
            post_id: still
            for post_id, met in found.items()
            if (still := [one for one in met if not _over(one.filter, tx.now)])
        }
    for post in posts:
        if post.boost_of_id is not None and post.boost_of_id in found:
            found[post.id] = found[post.boost_of_id]
    return found


def _over(one: Filter, now: int) -> bool:
    return one.expires_at is not None and one.expires_at <= now


def _meet(
    tx: Tx, viewer: int, ready: Sequence[_Ready], posts: Sequence[Read]
) -> dict[int, list[Match]]:
    """What these posts meet, as they are read now."""
    texts = _texts(tx, posts) if any(one.words for one in ready) else {}
    everything = _APART.join(texts.values())
    found: dict[int, list[Match]] = {}
    for one in ready:
        if one.filter.id == filters.AIS:
            for post in posts:
                if _made_by_ai(post, viewer) and post.author_id not in one.filter.keep:
                    found.setdefault(post.id, []).append(Match(one.filter, [], None))
            continue
        met: dict[int, list[str]] = {}
        for word in one.words:
            if word.folded in everything:
                for post_id, text in texts.items():
                    if stands_in(word, text):
                        met.setdefault(post_id, []).append(word.written)
        for post in posts:
            if post.id in met or post.id in one.posts:
                itself = post.id if post.id in one.posts else None
                found.setdefault(post.id, []).append(
                    Match(one.filter, met.get(post.id, []), itself)
                )
    return found


def _made_by_ai(post: Read, viewer: int) -> bool:
    """An answer to the viewer is never meant: they called for it."""
    return post.ai is not None and post.reply_to_author_id != viewer


def fold(text: str) -> str:
    """The form in which words are compared: case and spaces do not count."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split()) if text else ""


def _filters(tx: Tx, viewer: int) -> _Kept | None:
    """A member's filters, ready; None: there are none."""
    now = filters.in_force(tx, viewer)
    if not now:
        return None
    key = (tx.site.base, viewer)
    kept = _kept.get(key)
    if kept is not None and kept.heads == now:
        return kept
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
    _kept[key] = _Kept(now, ready, {})
    return _kept[key]


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


def _texts(tx: Tx, shown: Iterable[Read]) -> dict[int, str]:
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
