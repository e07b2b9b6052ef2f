"""Finding passages by their words: BM25 over the fields of a passage, and how likely one answers.

BM25F (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) picks candidates, but its
sums mean nothing across questions, so it cannot tell "found" from "the least bad". `judge` can: it looks at
what a candidate holds of the question and what it lacks.

Everything that a search needs is worked out once and kept as flat arrays (`packs`), so that an AI wakes in
milliseconds.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from weft.ai.brains.port import Passage
from weft.ai.knowledge import common, judge
from weft.ai.knowledge.chunks import sentences
from weft.ai.knowledge.judge import ENOUGH, Asked, Held
from weft.ai.knowledge.words import SOFT, informative, tokens

__all__ = ["ENOUGH", "Index", "Pack"]

# The usual constants: how fast repetition stops counting, how much length counts.
_K1 = 1.2
_B = 0.6
# What a word counts by where it stands, in halves. A heading says what its passage is about.
_BODY, _HEADING, _TITLE, _ABOVE = 2, 6, 3, 3
_MOST = 255
"""Of halves: what a word may count in one passage. It is kept in a byte."""
# What one passage in this many speaks of is what the documents are about.
_SUBJECT = 8
# Passages that BM25 likes best are looked at; the others have no chance to be quoted.
_CANDIDATES = 16
_END = 0
"""Between two sentences, where else the number of a word stands; words count from 1."""


class Pack(Struct, frozen=True, array_like=True):
    """Passages, ready to be searched. ``words``: the vocabulary; a word's number is its place, from 1.
    ``postings``: for each word 4 bytes a passage that has it, the passage's place and, in the lowest
    byte, what the word counts there. ``bodies``, ``heads`` and ``tops``: numbers of the words of a passage's
    text (0 between sentences), of its heading, and of the headings and titles above, 4 bytes each.
    """

    passages: list[Passage]
    words: list[str]
    postings: list[bytes]
    bodies: list[bytes]
    heads: list[bytes]
    tops: list[bytes]
    lengths: bytes


def pack(passages: Sequence[Passage]) -> Pack:
    """Some 0.15 ms a passage."""
    numbers: dict[str, int] = {}

    def number(text: str) -> list[int]:
        return [numbers.setdefault(token, len(numbers) + 1) for token in tokens(text)]

    postings: dict[int, array[int]] = {}
    bodies: list[bytes] = []
    heads: list[bytes] = []
    tops: list[bytes] = []
    lengths = array("I")
    for at, passage in enumerate(passages):
        body = array("I")
        for sentence in sentences(passage.text):
            body.extend(number(sentence))
            body.append(_END)
        title, _, heading = passage.title.rpartition(": ")
        named = PurePosixPath(passage.source).stem if "/" not in title else ""
        head, top = number(heading), number(f"{title} {named}")
        above = number(passage.above)
        count: Counter[int] = Counter()
        for words, weight in ((body, _BODY), (head, _HEADING), (top, _TITLE), (above, _ABOVE)):
            for word in words:
                count[word] += weight
        del count[_END]
        for word, weight in count.items():
            postings.setdefault(word, array("I")).append(at << 8 | min(weight, _MOST))
        lengths.append(count.total())
        bodies.append(body.tobytes())
        heads.append(array("I", head).tobytes())
        tops.append(array("I", top + above).tobytes())
    return Pack(
        list(passages),
        list(numbers),
        [postings[n].tobytes() for n in range(1, len(numbers) + 1)],
        bodies,
        heads,
        tops,
        lengths.tobytes(),
    )


class Index:
    """Passages in memory. Measured: see docs/decisions/0020-knowledge.md."""

    def __init__(
        self, passages: Sequence[Passage] | Pack, languages: Sequence[str] = ("en",)
    ) -> None:
        held = passages if isinstance(passages, Pack) else pack(passages)
        self.passages: Sequence[Passage] = held.passages
        self._pack = held
        self._languages = tuple(languages)
        self._numbers = {word: n for n, word in enumerate(held.words, 1)}
        self._lengths = array("I", held.lengths)
        self._headings = set(array("I", b"".join(held.heads)))
        self._size = min(1.0, math.log10(max(1, len(self._lengths))) / 4)
        self._mean = sum(self._lengths) / max(1, len(self._lengths)) or 1.0

    def rarity(self, token: str) -> float:
        """The token's inverse document frequency; the highest for one that stands nowhere."""
        holders = len(self._holders(token)) // 4
        return math.log(1 + (len(self.passages) - holders + 0.5) / (holders + 0.5))

    def search(self, question: str, limit: int = 5) -> list[Passage]:
        """The best passages for a question, best first, each with its ``confidence`` (0 to 1).
        Empty when the question has no informative word or no passage holds one of them.
        """
        found = sorted(self.judged(question), key=lambda one: (-one[0], one[2]))
        return [replace(self.passages[at], confidence=sure) for _, sure, at, _ in found[:limit]]

    def judged(self, question: str) -> list[tuple[float, float, int, tuple[float, ...]]]:
        """(its order, how sure, place of the passage, what that rests on) for every candidate."""
        asked = self._asked(question)
        if not asked.weights:
            return []
        scores: dict[int, float] = {}
        bend, slope = _K1 * (1 - _B), _K1 * _B / self._mean
        for word, weight in asked.weights.items():
            for entry in array("I", self._pack.postings[word - 1]) if word > 0 else ():
                at, times = entry >> 8, (entry & 255) / 2
                norm = bend + slope * self._lengths[at]
                scores[at] = scores.get(at, 0.0) + weight * times * (_K1 + 1) / (times + norm)
        best = sorted(scores, key=lambda at: (-scores[at], at))[:_CANDIDATES]
        middle = scores[best[len(best) // 2]] if best else 0.0
        most = sum(asked.weights.values()) * (_K1 + 1)
        found: list[tuple[float, float, int, tuple[float, ...]]] = []
        for at in best:
            held = Held(
                array("I", self._pack.bodies[at]),
                array("I", self._pack.heads[at]),
                array("I", self._pack.tops[at]),
                scores[at] / most,
                1 - middle / scores[at],
                judge.aside(self.passages[at]),
            )
            facts = judge.facts(asked, held)
            found.append((judge.order(facts), judge.sure(facts), at, facts))
        return found

    def _holders(self, token: str) -> bytes:
        number = self._numbers.get(token)
        return self._pack.postings[number - 1] if number is not None else b""

    def _telling(self, question: str) -> list[str]:
        """The informative words, and fillers that are headings of these documents."""
        own = informative(question, self._languages)
        soft = [t for t in tokens(question) if t in SOFT and self._numbers.get(t) in self._headings]
        if not soft:
            return own
        held = {*own, *soft}
        return list(dict.fromkeys(t for t in tokens(question) if t in held))

    def _asked(self, question: str) -> Asked:
        """The question in numbers; a word that stands nowhere has one below 0."""
        own = self._numbers
        weights: dict[int, float] = {}
        rare: dict[int, float] = {}
        names: dict[int, float] = {}
        called = judge.named(question)
        for n, token in enumerate(self._telling(question)):
            number = own.get(token, -1 - n)
            rare[number] = common.rarity(token)
            weights[number] = self.rarity(token) * (0.2 + 0.8 * rare[number])
            if token in called:
                share = len(self._holders(token)) / 4 / max(1, len(self.passages))
                names[number] = max(0.0, 1 - _SUBJECT * share)
        every = [own.get(token, 0) for token in tokens(question)]
        return Asked(list(weights), weights, rare, every, names, self._size)
