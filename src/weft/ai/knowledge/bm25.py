"""Finding passages by their words: BM25, and how much of a question a passage covers.

BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) puts passages in
order, but its sums mean nothing across questions, so it cannot tell "found" from "the least bad".
The confidence can: it is the share of the question's informative words, weighed by their rarity,
that the passage holds. A word that no passage knows weighs most, which is why a question about
something else scores low.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from weft.ai.brains.port import Passage
from weft.ai.knowledge.chunks import sentences
from weft.ai.knowledge.words import informative, tokens

# The usual constants: how fast repetition stops counting, how much length counts.
_K1 = 1.2
_B = 0.75
# A heading says what its passage is about, so its words count twice.
_TITLE_WEIGHT = 2
# Below this the question is about something else. Measured on Weft's own help pages, with questions
# by their author (so, optimistic): all of 60 about Weft stand above it, none of 55 about the world
# and other products (tests/ai/knowledge/test_scope.py).
ENOUGH = 0.5
# Passages that BM25 likes best get a confidence; the others have no chance to be quoted.
_CANDIDATES = 12


class Index:
    """Passages ready to be searched, in memory only. Measured: about 0.1 ms a passage to build,
    well under a millisecond a search among a thousand passages.
    """

    def __init__(self, passages: Sequence[Passage], languages: Sequence[str] = ("en",)) -> None:
        self.passages = tuple(passages)
        self._languages = tuple(languages)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        # What a passage's sentences hold, worked out when it is first a candidate.
        self._sentences: dict[int, list[frozenset[str]]] = {}
        counts: list[Counter[str]] = []
        for passage in self.passages:
            count = Counter(tokens(passage.text))
            for token in tokens(passage.title):
                count[token] += _TITLE_WEIGHT
            counts.append(count)
        mean = sum(count.total() for count in counts) / max(1, len(counts)) or 1.0
        for at, count in enumerate(counts):
            bend = _K1 * (1 - _B + _B * count.total() / mean)
            for token, times in count.items():
                weight = times * (_K1 + 1) / (times + bend)
                self._postings.setdefault(token, []).append((at, weight))

    def rarity(self, token: str) -> float:
        """The token's inverse document frequency; the highest for one that stands nowhere."""
        holders = len(self._postings.get(token, ()))
        return math.log(1 + (len(self.passages) - holders + 0.5) / (holders + 0.5))

    def search(self, question: str, limit: int = 5) -> list[Passage]:
        """The best passages for a question, best first, each with its ``confidence`` (0 to 1).
        Empty when the question has no informative word or no passage holds one of them.
        """
        weights = {t: self.rarity(t) for t in informative(question, self._languages)}
        scores: dict[int, float] = {}
        for token, weight in weights.items():
            for at, relevance in self._postings.get(token, ()):
                scores[at] = scores.get(at, 0.0) + weight * relevance
        asked = frozenset(tokens(question))
        ranked: list[tuple[float, float, int, Passage]] = []
        for at in sorted(scores, key=lambda at: (-scores[at], at))[:_CANDIDATES]:
            passage = replace(self.passages[at], confidence=self._confidence(at, weights))
            order = scores[at] * (1 + 2 * _likeness(asked, passage.title))
            ranked.append((-round(passage.confidence, 1), -order, at, passage))
        return [passage for *_, passage in sorted(ranked, key=lambda row: row[:3])][:limit]

    def _confidence(self, at: int, weights: dict[str, float]) -> float:
        """Mean of what the passage covers of the question and what its best sentence covers."""
        if at not in self._sentences:
            text = self.passages[at].text
            self._sentences[at] = [frozenset(tokens(sentence)) for sentence in sentences(text)]
        title = frozenset(tokens(self.passages[at].title))
        spread = title.union(*self._sentences[at])
        whole = sum(weight for token, weight in weights.items() if token in spread)
        closest = max(
            (
                sum(weight for token, weight in weights.items() if token in title | words)
                for words in self._sentences[at]
            ),
            default=0.0,
        )
        return (whole + closest) / (2 * sum(weights.values()))


def _likeness(asked: frozenset[str], title: str) -> float:
    """How alike a question and a heading are, filler words included ("who can see …"): 0 to 1.

    A title is "document: heading"; all passages of a document share its first part, so the last
    one decides.
    """
    words = frozenset(tokens(title.rsplit(": ", 1)[-1]))
    return 2 * len(words & asked) / (len(words) + len(asked)) if words else 0.0
