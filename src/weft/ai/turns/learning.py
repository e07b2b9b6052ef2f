"""What a public room that opted in teaches its AIs: a small correction of the gate, and how long
its people take to answer.

The gate itself stays as it is shipped. Over its ``join`` lies a correction of a few numbers
(`lessons.SIGNALS`), drawn strongly to nothing, bounded, and used only if it judges better than what
was there before on lessons that it has not seen. Measured on other platforms: two hundred lessons help,
fifty harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.ai.turns import decide, lessons, open_floor
from weft.ai.turns.gate import Scores
from weft.ai.turns.heard import Heard
from weft.ai.turns.lessons import SIGNALS, Lesson
from weft.ai.turns.room_lines import Rooms
from weft.ai.turns.room_state import RoomState
from weft.ai.turns.tables import room_tunings
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.rooms import doors
from weft.rooms.model import PublicRoomId, Room
from weft.rooms.tables import rooms
from weft.store.database import Tx

LESSONS_MIN = 200
HELD_OUT = 5
"""One lesson in so many, the newest, is kept to judge by."""
SHRINK = 40.0
"""How strongly the correction is drawn to nothing: as if so many lessons said that none is due."""
BETTER = 0.995
"""Of the loss of what was there before: a challenger that is not clearly better changes nothing."""
SHIFT_MAX = 1.0
"""Of the logit: whatever people teach it, a gate of .40 stays between .20 and .64."""
STEPS, RATE = 300, 0.5
QUESTIONS = 2_000
"""Lines back that are looked at for how long answers take."""

_LEARNING = (
    sa.select(*doors.ROOM)
    .where(
        rooms.c.learns.is_(True), rooms.c.closed_at.is_(None), rooms.c.id > sa.bindparam("after")
    )
    .order_by(rooms.c.id)
    .limit(1)
)
_NUMBERS = sa.select(room_tunings.c.numbers).where(room_tunings.c.room_id == sa.bindparam("which"))
_PUT = insert(room_tunings)
_SET = _PUT.on_conflict_do_update(
    index_elements=["room_id"],
    set_={
        "numbers": _PUT.excluded.numbers,
        "lessons": _PUT.excluded.lessons,
        "trained_at": _PUT.excluded.trained_at,
    },
)
_DROP = room_tunings.delete().where(room_tunings.c.room_id == sa.bindparam("which"))


# -- the correction ---------------------------------------------------------------------------


def shift(weights: Sequence[float], signals: Sequence[float]) -> float:
    """What is added to the logit of ``join``, within ``SHIFT_MAX``."""
    wanted = sum(weight * signal for weight, signal in zip(weights, signals, strict=True))
    return min(max(wanted, -SHIFT_MAX), SHIFT_MAX)


def corrected(weights: Sequence[float], heard: Heard, name: str, found: Scores) -> Scores:
    """The gate's scores as this room has taught them."""
    moved = lessons.logit(found.join) + shift(weights, lessons.signals(heard, name, found))
    return found._replace(join=_chance(moved))


def fit(known: Sequence[Lesson]) -> list[float]:
    """Logistic regression over the gate's logit, by plain gradient steps, drawn to nothing."""
    weights = [0.0] * len(SIGNALS)
    total = sum(one.weight for one in known) + SHRINK
    for _ in range(STEPS):
        slope = [-SHRINK * weight for weight in weights]
        for one in known:
            missed = one.label - _chance(one.logit + shift(weights, one.signals))
            for at, signal in enumerate(one.signals):
                slope[at] += one.weight * missed * signal
        weights = [
            weight + RATE * step / total for weight, step in zip(weights, slope, strict=True)
        ]
    return [round(weight, 4) for weight in weights]


def loss(weights: Sequence[float], known: Sequence[Lesson]) -> float:
    """Weighted log loss: 0 is perfect."""
    total = sum(one.weight for one in known)
    if not total:
        return 0.0
    lost = 0.0
    for one in known:
        chance = _chance(one.logit + shift(weights, one.signals))
        lost -= one.weight * log(chance if one.label >= 0.5 else 1 - chance)
    return lost / total


def challenge(champion: Sequence[float], known: Sequence[Lesson]) -> list[float]:
    """The better one of what holds now and what the lessons say, judged by the newest of them."""
    held = max(1, len(known) // HELD_OUT)
    if len(known) < LESSONS_MIN:
        return list(champion)
    challenger = fit(known[:-held])
    judges = known[-held:]
    better = loss(challenger, judges) <= BETTER * loss(champion, judges)
    return challenger if better else list(champion)


def _chance(logit: float) -> float:
    return 1 / (1 + exp(-min(max(logit, -30.0), 30.0)))


# -- each night -------------------------------------------------------------------------------


def next_room(tx: Tx, after: int) -> Room | None:
    """The next room that lets its turns be learned."""
    row = tx.row(_LEARNING, after=after)
    return Room(*row) if row is not None else None


def learn(tx: Tx, room: PublicRoomId) -> None:
    """Learn a room anew from the lessons that are there now. Fewer than enough: nothing changes."""
    lessons.proven(room)
    held = tx.row(_NUMBERS, which=room.value)
    old = dict(held[0]) if held is not None else {}
    champion = old.get("weights", [0.0] * len(SIGNALS))
    known = lessons.of_room(tx, room)
    new = {**old, "weights": challenge(champion, known)}
    wait = open_floor.patience(answer_times(tx, room))
    if wait is not None:
        new["wait"] = wait
    if new != {**old, "weights": champion}:
        tx.run(_SET, room_id=room.value, numbers=new, lessons=len(known), trained_at=tx.now)


def answer_times(tx: Tx, room: PublicRoomId) -> list[int | None]:
    """For each open question of a room's last lines, after how many ms a person answered; None:
    nobody did. Nothing of what was said is kept.
    """
    lessons.proven(room)
    state = RoomState()
    found: list[int | None] = []
    open_: dict[str, tuple[int, int]] = {}  # author: (place in found, when)
    for piece in Rooms().read(tx, room.value, new_id(), QUESTIONS):
        if piece.line is None or piece.said.machine:
            continue
        heard = state.push(piece.line)
        for name in [one for one in open_ if one != heard.author]:
            if heard.to.get(name, 0.0) >= open_floor.LINKED:
                place, asked_at = open_.pop(name)
                found[place] = heard.at - asked_at
        if decide.to_everybody(heard):
            open_[heard.author] = (len(found), heard.at)
            found.append(None)
    return found


def reset(tx: Tx, by: Account, room_id: int) -> None:
    """Forget all that a room taught, as its owner or a moderator. Errors: NotFound, Forbidden."""
    room, _ = doors.moderate(tx, by, room_id, closed=True)
    lessons.forget_room(tx, room.id)
    tx.run(_DROP, which=room.id)
