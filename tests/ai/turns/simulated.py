"""Rooms without a server: people, AIs and the decisions of `weft.ai.turns`, played in memory.

The AIs are the worst there are: each line of theirs names all the others. The gate is a die with the
chances that were measured on real chat (named .99, inferred .61, others .01).
"""

from __future__ import annotations

import random
from functools import cache

from msgspec import Struct, structs

from weft.ai.turns import decide
from weft.ai.turns.gate import Scores
from weft.ai.turns.heard import Heard
from weft.ai.turns.kinds import kind
from weft.ai.turns.lines import Line
from weft.ai.turns.room_state import RoomState
from weft.ai.turns.setting import Candidate, Decision, Setting
from weft.ai.turns.tail import Said, Tail
from weft.rooms.model import Liveliness, Mode

PEOPLE = 4


@cache
def heard(text: str, author: str) -> Heard:
    what, words = kind(text)
    return Heard(Line("1", 0, author, text), 0, 0, author, what, words, {}, bot=False)


class Pending(Struct, frozen=True):
    decision: Decision
    trigger: Said
    due: int
    """Lines until it is said."""


class Uttered(Struct, frozen=True):
    """A line as it stood in the room. ``call``: of an AI's, how it was called; "" of a person's."""

    said: Said
    call: str = ""
    meant: bool = False
    hops: int = 0


class SimulatedRoom:
    """``ais``: how many. ``scene``: lines that they may say to each other. ``pace``: ms of a line."""

    def __init__(
        self,
        seed: int,
        *,
        ais: int,
        mode: Mode = "meant",
        liveliness: Liveliness = "lively",
        scene: int = 0,
        pace: int = 20_000,
    ) -> None:
        self.dice = random.Random(seed)
        self.ais = list(range(100, 100 + ais))
        self.mode: Mode = mode
        self.liveliness: Liveliness = liveliness
        self.scene = scene
        self.has_scene = scene > 0
        self.pace = pace
        self.tail = Tail()
        self.lines: list[Uttered] = []
        self.pending: list[Pending] = []
        self.decisions: list[tuple[Said, list[Decision]]] = []
        self._calls: list[int] = []
        self._state = RoomState.__new__(RoomState)  # the die does not look at it
        self._at = 0

    def person(self, text: str, calls: set[int] | None = None) -> None:
        author = self.dice.randrange(PEOPLE)
        self._said(text, author, frozenset(calls or ()), Uttered)

    def machines(self, most: int) -> int:
        """Let the AIs say what they have to say, until nothing is pending or ``most`` lines were
        said. Gives how many were.
        """
        count = 0
        while self.pending and count < most:
            count += self._next()
        return count

    def _next(self) -> bool:
        one = self.pending.pop(self.dice.randrange(len(self.pending)))
        chain, decision = self.tail.chain(), one.decision
        why = decide.silenced(
            chain=chain,
            by_machine=one.trigger.machine,
            in_scene=self.scene > 0,
            called=decision.call != "unasked",
            meant=decision.meant,
        )
        if why:
            return False
        unasked = decision.call == "unasked"
        self.scene -= self.scene > 0
        self._said(
            "what do the others say?",
            decision.ai_id,
            frozenset(self.ais) - {decision.ai_id},
            Uttered,
            machine=True,
            decision=decision,
            answers=one.trigger.author,
            unasked=unasked,
        )
        return True

    def _said(
        self,
        text: str,
        author: int,
        calls: frozenset[int],
        made: type[Uttered],
        *,
        machine: bool = False,
        decision: Decision | None = None,
        answers: int = 0,
        unasked: bool = False,
    ) -> None:
        self._at += self.pace
        meant = decision is not None and decision.meant
        said = Said(
            len(self.lines) + 1, self._at, author, machine, calls, unasked, unasked and meant, answers
        )  # fmt: skip
        self.tail.lines.append(said)
        call = decision.call if decision is not None else ""
        self.lines.append(made(said, call, meant, self.tail.chain()))
        self._decide(said, text)

    def _decide(self, said: Said, text: str) -> None:
        busy = {one.decision.ai_id for one in self.pending}
        spoken = self.tail.unasked()
        candidates = [
            Candidate(
                ai,
                str(ai),
                "mention" if ai in said.calls else "unasked",
                asked_both=said.machine and self.tail.asked_both(ai, said.author),
                cooling=said.machine
                and self.tail.answered_since(ai, said.author, self._at - 60_000),
                lines=self.tail.of(ai),
                unasked=structs.replace(spoken, busy=ai in busy),
            )
            for ai in self.ais
            if ai != said.author
        ]
        self._calls = [at for at in self._calls if at > len(self.lines) - 100]
        setting = Setting(
            self.mode,
            self.liveliness,
            machine=said.machine,
            chain=self.tail.chain(),
            scene_left=self.scene,
            calls=len(self._calls),
        )
        made = decide.decide(
            setting, self._state, heard(text, str(said.author)), candidates, self._score
        )
        self.decisions.append((said, made))
        for one in made:
            if one.act in ("speak", "wait"):
                if one.call == "unasked":
                    self._calls.append(len(self.lines))
                self.pending.append(Pending(one, said, 0))

    def _score(self, _: RoomState, __: Heard, ___: str) -> Scores:
        chance = self.dice.random()
        if chance < 0.12:
            return Scores(0.8, 0.7, ("for_you",))
        if chance < 0.3:
            return Scores(0.3, 0.6, ("asks",))
        return Scores(0.1, self.dice.random() * 0.5, ("nothing_for_you",))
