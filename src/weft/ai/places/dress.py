"""An answer as it is posted: cut to its length, with its sources under it."""

from __future__ import annotations

from weft.ai import bounds
from weft.ai.brains import cite
from weft.ai.brains.port import Source

ANSWER_CHARS = 2_000
"""An answer is a post and not an essay; longer ones are cut at a word."""


def composed(text: str, sources: tuple[Source, ...], asker: str = "") -> str:
    """The answer as it is posted: cut to its length, and every source as a line with its link,
    because other servers show nothing else of them. A source that names somebody does not call
    them: they would be told, and a direct answer would be theirs to read.
    """
    tail = bounds.without_pings(cite.with_sources("", sources).strip(), (asker,))
    body = text.strip().removesuffix(tail).rstrip() if tail else text.strip()
    if len(body) > ANSWER_CHARS:
        body = f"{cite.shortened(body, ANSWER_CHARS)} …"
    return f"{body}\n\n{tail}" if tail else body
