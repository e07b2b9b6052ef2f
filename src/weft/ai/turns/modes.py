"""When to speak, by the mode of the room. The thresholds are chosen on data, see bench/jumpin."""

from enum import StrEnum
from typing import NamedTuple

from weft.ai.turns.gate import Scores
from weft.ai.turns.heard import Heard
from weft.ai.turns.names import PLAIN

#: A reaction is enough for thanks and the like up to so many words.
BARE = 8


class Mode(StrEnum):
    """How much a room wants to hear of its AIs."""

    ONLY_WHEN_CALLED = "only_when_called"
    WHEN_ITS_FOR_IT = "when_its_for_it"
    HELPFUL = "helpful"
    SCENE = "scene"


class Decision(StrEnum):
    """`wait`: an open question; people go first."""

    SPEAK = "speak"
    REACT = "react"
    SILENT = "silent"
    WAIT = "wait"


class Thresholds(NamedTuple):
    """From `speak` on it speaks; from `unsure` on its model may be asked. `others`: what it takes to
    speak on a line for somebody else. `waits`: whether open questions are kept in mind.
    """

    speak: float
    unsure: float
    others: float
    waits: bool


#: `when_its_for_it`: best F1 of turns on the development files.
THRESHOLDS = {
    Mode.ONLY_WHEN_CALLED: Thresholds(speak=2.0, unsure=2.0, others=2.0, waits=False),
    Mode.WHEN_ITS_FOR_IT: Thresholds(speak=0.31, unsure=0.12, others=0.6, waits=False),
    Mode.HELPFUL: Thresholds(speak=0.24, unsure=0.10, others=0.6, waits=True),
    Mode.SCENE: Thresholds(speak=0.18, unsure=0.08, others=0.5, waits=True),
}


def called(heard: Heard, member: str) -> bool:
    """Whether the line names the member or replies to him beyond doubt."""
    return heard.replied == member or heard.calls.get(member, 0) >= PLAIN


def for_others(heard: Heard, member: str) -> bool:
    """Whether the line names or replies to somebody else, and not the member."""
    if called(heard, member):
        return False
    away = heard.replied is not None and heard.replied != member
    return away or any(held >= PLAIN for held in heard.calls.values())


def open_question(heard: Heard) -> bool:
    """Whether it asks whoever is there."""
    return (
        not heard.notice
        and not heard.bot
        and heard.to_anybody
        and heard.replied is None
        and not any(held >= PLAIN for held in heard.calls.values())
    )


def bare(heard: Heard) -> bool:
    """Thanks, a yes, a farewell, and no more: words would be too much."""
    what = heard.kind
    polite = what.thanks or what.ack or what.bye
    return bool(polite) and not what.question and what.words <= BARE


def decide(heard: Heard, member: str, scores: Scores, mode: Mode) -> Decision:
    """What the member does about the line. Named and replied-to members always answer."""
    limits = THRESHOLDS[mode]
    if heard.notice:
        return Decision.SILENT
    needed = limits.others if for_others(heard, member) else limits.speak
    if called(heard, member) or scores.join >= needed:
        # A bare "yes" may be the answer that it waited for, thanks never are.
        polite = bare(heard) and (heard.kind.thanks or heard.kind.bye or scores.join < 0.5)
        return Decision.REACT if polite else Decision.SPEAK
    if limits.waits and open_question(heard):
        return Decision.WAIT
    return Decision.SILENT


def unsure(heard: Heard, member: str, scores: Scores, mode: Mode) -> bool:
    """Whether the member's own model may be asked for its judgement: not sure, and not for others."""
    limits = THRESHOLDS[mode]
    return (
        not called(heard, member)
        and not for_others(heard, member)
        and limits.unsure <= scores.join < limits.speak
    )


def chosen(scores: dict[str, Scores]) -> str | None:
    """Who speaks, of several who would: the one most likely to; ties go to the name first in order."""
    return min(scores, key=lambda name: (-scores[name].join, name), default=None)
