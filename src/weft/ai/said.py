"""What a turn comes to, before it is said."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from weft.ai.brains.port import Source
from weft.ai.model import Outcome, Reason

HandOver = Literal["", "asked", "words", "unsure", "crisis"]
"""Why a person is told: somebody asked for one; a word that the owner named came up; the AI had no
answer; somebody may be in danger."""


class Said(Struct, frozen=True):
    """What a turn comes to. No text: it says nothing. ``reacted``: the text is an emoji."""

    outcome: Outcome
    reason: Reason = ""
    text: str = ""
    sources: tuple[Source, ...] = ()
    model: str | None = None
    """None: no engine answered."""
    tokens_in: int = 0
    tokens_out: int = 0
    ms: int = 0
    unanswered: str = ""
    """A question asked in public to which its documents had no answer: its owner may write one."""
    cost: int = 0
    """Millionths of the operator's currency."""
    unsure: bool = False
    """It has documents, and cites none of them."""
    hand_over: HandOver = ""
