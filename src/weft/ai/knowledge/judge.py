"""How likely a passage answers a question: a few facts about the two, weighed by learned numbers.

The facts are shares between 0 and 1, the same for a bakery and for a manual of a thousand pages; the weights
were learned on questions about twelve programs' documentation, each asked of its own and of the
others' (bench/knowledge), and what is reported was measured on programs left out of the learning.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Sequence
from itertools import pairwise
from operator import mul

from msgspec import Struct

from weft.ai.brains.port import Passage
from weft.ai.knowledge.words import tokens

ENOUGH = 0.55
"""Confidence from which a passage is quoted."""

_ASIDE = re.compile(
    r"\b(?:change-?logs?|changes|release[-_ ]?(?:notes|s)?|news|contributing|code[-_ ]of[-_ ]conduct"
    r"|history|deprecat\w+|roadmap|license|summary)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;:)] )(?:[A-Z][\w.+-]*[a-zA-Z0-9]|[a-z]+[A-Z]\w*)")


class Asked(Struct, frozen=True):
    """``order``: numbers of the informative words as they stand; ``weights``: of each, by its rarity in the
    documents and at large; ``rare``: at large, 0 to 1; ``every``: all words; ``names``: of words that are
    written as names, how little the documents are about them, 0 to 1; ``size``: of the documents: 0 for one passage, 1 for ten
    thousand. Among many passages more is alike by chance.
    """

    order: list[int]
    weights: dict[int, float]
    rare: dict[int, float]
    every: list[int]
    names: dict[int, float]
    size: float


class Held(Struct, frozen=True):
    """What a passage holds, as in `bm25.Pack`. ``score``: its share of the best score there could be;
    ``ahead``: how far it stands above the middle of the candidates, 0 to 1; ``aside``: whether it comes
    from a list of changes or the like, which mentions everything and explains nothing.
    """

    body: array[int]
    head: array[int]
    top: array[int]
    score: float
    ahead: float
    aside: bool


def aside(passage: Passage) -> bool:
    """See `Held`."""
    return bool(_ASIDE.search(passage.source) or _ASIDE.search(passage.title))


def named(question: str) -> set[str]:
    """Words of the question that are written as names: "Docker" in "How do I use it in Docker?"."""
    return {token for found in _NAME.findall(question) for token in tokens(found)}


def facts(asked: Asked, held: Held) -> tuple[float, ...]:
    """See `_LEARNED`; shares are of the weights of the question's telling words."""
    weights = asked.weights
    whole = sum(weights.values())
    body, head = set(held.body), set(held.head)
    titled = head.union(held.top)
    here = body | titled
    cover = sum(w for n, w in weights.items() if n in here) / whole
    in_body = sum(w for n, w in weights.items() if n in body) / whole
    in_head = sum(w for n, w in weights.items() if n in head) / whole
    in_title = sum(w for n, w in weights.items() if n in titled) / whole
    closest = pairs = 0.0
    sentence: set[int] = set()
    for n in held.body:
        if n:
            sentence.add(n)
            continue
        closest = max(closest, sum(w for m, w in weights.items() if m in sentence or m in head))
        sentence.clear()
    closest /= whole
    order = asked.order
    if len(order) > 1:
        near = _near(held.body, order) | _near(held.head, order)
        of = len(order) - 1
        pairs = sum((a, b) in near for a, b in pairwise(order)) / of
    else:
        pairs = cover
    unknown = sum(w for n, w in weights.items() if n < 0) / whole
    lacking = max((asked.rare[n] for n in weights if n not in here), default=0.0)
    rarest = max((asked.rare[n] for n in weights if n in here), default=0.0)
    every = set(asked.every)
    alike = 2 * len(head & every) / (len(head) + len(every)) if head else 0.0
    return (
        1.0,
        cover,
        in_body,
        in_head,
        in_title,
        closest,
        pairs,
        unknown,
        lacking,
        rarest,
        alike,
        held.score,
        1.0 / len(weights),
        float(any(n < 0 for n in asked.names)),
        max((how for n, how in asked.names.items() if n not in here and n > 0), default=0.0),
        held.ahead,
        float(held.aside),
        asked.size,
    )


def _near(words: array[int], wanted: Sequence[int]) -> set[tuple[int, int]]:
    """Pairs of wanted words that stand within three of each other, whichever is first."""
    places = [(at, n) for at, n in enumerate(words) if n in wanted]
    found: set[tuple[int, int]] = set()
    for first, (at, n) in enumerate(places):
        for there, m in places[first + 1 : first + 4]:
            if there - at <= 3:
                found.add((n, m))
                found.add((m, n))
    return found


_LEARNED: tuple[tuple[str, float, float], ...] = (
    # (fact, how it makes sure, how it orders), in the order of `facts`
    ("always", 0.07, 0.00),
    ("cover: of the question in the passage with its headings", 0.97, 0.04),
    ("in its text", 0.49, 1.77),
    ("in its heading", -0.81, -3.27),
    ("in its heading and all above it", 1.64, 5.45),
    ("in its nearest sentence", 0.38, 1.16),
    ("pairs of words that stand together in both", 1.06, 2.60),
    ("unknown: of the question in no passage", -2.69, -2.69),
    ("how rare the rarest is that the passage lacks", 0.22, -0.02),
    ("how rare the rarest is that it has", 1.10, -0.78),
    ("how alike question and heading are, filler words too", 1.83, 4.51),
    ("its score by BM25, of the highest there could be", 2.25, 5.22),
    ("one by the number of telling words", -2.40, -2.40),
    ("names something that no passage names", -1.89, -1.89),
    ("names something that others name", -1.23, -1.86),
    ("how far it is ahead of the other candidates", 0.07, 3.60),
    ("aside: of a list of changes or the like", -0.43, -0.46),
    ("size of the documents", -3.54, 0.00),
)
_SURE = tuple(row[1] for row in _LEARNED)
_ORDER = tuple(row[2] for row in _LEARNED)


def sure(facts: Sequence[float]) -> float:
    """The confidence for these facts, 0 to 1."""
    return 1 / (1 + math.exp(-sum(map(mul, _SURE, facts))))


def order(facts: Sequence[float]) -> float:
    """Higher for what answers better, among passages for one question."""
    return sum(map(mul, _ORDER, facts))
