"""Deciding in two steps, because almost nothing is to be said unasked: what only matters to an AI
that would speak is read when one would.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import structs

from weft.ai.turns import budget, decide, gate, learning, opening, record
from weft.ai.turns.gate import Scores
from weft.ai.turns.heard import Heard
from weft.ai.turns.room_state import RoomState
from weft.ai.turns.setting import Candidate, Decision, Setting, Unasked
from weft.ai.turns.standing import Standing
from weft.ai.turns.tail import Tail
from weft.store.database import Tx
from weft.work import jobs

LATELY = 100
"""Lines back to which engines' calls are counted."""


def decided(
    tx: Tx,
    setting: Setting,
    state: RoomState,
    line: Heard,
    tail: Tail,
    ais: Sequence[Candidate],
    place_id: int,
    standing: Mapping[int, Standing] | None = None,
    weights: Sequence[float] = (),
    scores: dict[str, Scores] | None = None,
    apart: Callable[[], set[int]] = set[int],
) -> list[Decision]:
    """What each AI does. Scores are taken once; budgets are looked up if somebody would speak.
    ``weights``: what the room has taught. ``scores``: filled with what the gate said, by name.
    ``apart``: those between whom and the author a block or a mute stands.
    """
    taken: dict[str, Scores] = {} if scores is None else scores
    made: dict[str, Scores] = {}

    def score(at: RoomState, heard: Heard, name: str) -> Scores:
        if name not in made:
            found = taken[name] = gate.score(at, heard, name)
            made[name] = learning.corrected(weights, heard, name, found) if weights else found
        return made[name]

    first = decide.decide(setting, state, line, ais, score)
    wish = {one.ai_id for one in first if one.call == "unasked" and one.act != "silent"}
    if not wish:
        return first
    spoken = tail.unasked()
    known = standing or {}
    kept_apart = apart()
    fuller = [
        structs.replace(
            one,
            obstacle="blocked" if one.ai_id in kept_apart else one.obstacle,
            lines=tail.of(one.ai_id),
            unasked=_its(tx, spoken, one.ai_id, place_id, known.get(one.ai_id, Standing())),
        )
        if one.call == "unasked"
        else one
        for one in ais
    ]
    calls = _calls(tx, tail, place_id, [one.ai_id for one in ais])
    return decide.decide(structs.replace(setting, calls=calls), state, line, fuller, score)


def spent(
    tx: Tx,
    setting: Setting,
    tail: Tail,
    ai_id: int,
    place_id: int,
    ais: Collection[int],
    standing: Standing,
) -> str:
    """Why an AI may not say something unasked now, as a code; "" when it may."""
    if tail.lines and tail.lines[-1].machine:
        return "two_in_a_row"
    its = _its(tx, tail.unasked(), ai_id, place_id, standing)
    if code := budget.spent(setting.liveliness, its, meant=False):
        return code
    return "calls" if _calls(tx, tail, place_id, ais) >= budget.CALLS_PER_HUNDRED else ""


def _its(tx: Tx, spoken: Unasked, ai_id: int, place_id: int, standing: Standing) -> Unasked:
    return structs.replace(
        spoken,
        factor=standing.factor,
        called_only=(standing.called_only_until or 0) > tx.now,
        busy=jobs.has_lane(tx, opening.lane(ai_id, place_id)),
    )


def _calls(tx: Tx, tail: Tail, place_id: int, ais: Collection[int]) -> int:
    if not tail.lines:
        return 0
    since = tail.lines[-LATELY].id if len(tail.lines) >= LATELY else tail.lines[0].id
    return record.calls(tx, place_id, ais, since)
