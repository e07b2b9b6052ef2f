"""How common a word is in English at large: what everybody says tells nothing about what is asked.

``common.txt`` has the commonest words, stemmed, a line each step: those of line n stand in one of 2^n
pieces of 120 words. Counted over novels, chat and the manuals of fourteen programs; a word counts as
common only where two of these three know it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _steps() -> tuple[dict[str, int], int]:
    lines = files("weft.ai.knowledge").joinpath("common.txt").read_text("ascii").splitlines()
    return {word: step for step, line in enumerate(lines) for word in line.split()}, len(lines)


def rarity(token: str) -> float:
    """0 for the commonest words to 1 for those that are not common at all."""
    steps, most = _steps()
    return steps.get(token, most) / most
