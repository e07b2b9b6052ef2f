"""What a decision is made from, and what it comes to: plain data, so that deciding is pure."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from weft.ai.model import Reason, Trigger
from weft.rooms.model import Liveliness, Mode

Act = Literal["speak", "react", "silent", "wait"]
"""``wait``: for people to answer first (see ``open_floor``)."""
Stage = Literal["rules", "hops", "gate", "arbiter", "open", "judge", "budget", "scene"]
"""Which step decided, in the order in which they are asked."""


class Setting(Struct, frozen=True):
    """What holds for a place at the moment of a line. ``machine``: an AI or a bot said it.
    ``chain``: lines of machines in a row that end with it. ``scene_left``: lines that the AIs of a
    running Scene may still say; 0: none runs. ``calls``: how often engines were asked unasked for
    within the last hundred lines. ``wait``: ms that an open question waits for people.
    """

    mode: Mode
    liveliness: Liveliness = "normal"
    machine: bool = False
    chain: int = 0
    hushed: bool = False
    quiet: bool = False
    only_when_called: bool = False
    """Its author wants no AI's answer without calling it."""
    to_person: bool = False
    """It mentions, or replies to, somebody who is neither its author nor an AI here."""
    scene_left: int = 0
    calls: int = 0
    wait: int = 90_000


class Unasked(Struct, frozen=True):
    """How much AIs said here that nobody had called for. Of all AIs of the place, but for
    ``factor``, ``called_only`` and ``busy``, which are this one's.
    """

    per_hundred: int = 0
    """Within the last hundred lines of people."""
    since: int = 1_000_000
    """Lines of people since the last one."""
    of_last_20: int = 0
    """Among the last nineteen: the coming one is the twentieth."""
    meant_of_last_20: int = 0
    """Answers to lines that were most likely for the AI, though they did not call it."""
    untaken: bool = False
    """The last line of a machine was one of these, and nobody took it up."""
    factor: float = 1.0
    """Halves when people ignore it."""
    called_only: bool = False
    """People said "not now" twice."""
    busy: bool = False
    """It has not yet said what it was asked before."""


class Candidate(Struct, frozen=True):
    """An AI that heard the line. ``name``: as the room's state knows it. ``call``: how it was
    called; "unasked": it was not.
    """

    ai_id: int
    name: str
    call: Trigger = "unasked"
    obstacle: Reason = ""
    """Why it must say nothing, whoever calls: blocked, muted, paused, …"""
    spent: Reason = ""
    """A budget of its answers that is used up, for one that is called."""
    says_why: bool = False
    asked_both: bool = False
    """A person called it and the machine that spoke: then they may talk."""
    cooling: bool = False
    """It answered that machine less than a minute ago."""
    lines: int = 0
    """Its lines lately, for ties."""
    unasked: Unasked = Unasked()


class Decision(Struct, frozen=True):
    """What one AI does about one line, and why. ``why``: of one that was called and is silent, as
    `weft.ai.model.REASONS` says it. ``reasons``: codes with a number each, what decided first.
    """

    ai_id: int
    act: Act
    stage: Stage
    reasons: tuple[tuple[str, float], ...]
    addressed: float = 0.0
    join: float = 0.0
    call: Trigger = "unasked"
    why: Reason = ""
    meant: bool = False
    """Not called, but most likely spoken to: it counts as conversation, not as an interruption."""
    wait: int = 0
    """ms, where it waits."""

    @property
    def code(self) -> str:
        return self.reasons[0][0] if self.reasons else ""
