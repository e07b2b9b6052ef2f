"""What people would miss: that nothing of a private room is learned, and that a room can unlearn."""

from __future__ import annotations

import typing
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.ai.parlour import Parlour
from tests.ai.town import Town
from weft.ai.turns import feedback, learning, lessons, open_floor, standing
from weft.ai.turns.lessons import SIGNALS, Lesson
from weft.ai.turns.tables import room_tunings, turn_lessons
from weft.kernel.clock import MINUTE, SECOND
from weft.people import accounts
from weft.rooms.model import PublicRoomId, public_id
from weft.store.database import Tx


def lesson(addressed: float, label: float, weight: float = 1.0) -> Lesson:
    return Lesson([1.0, addressed, 0.0, 0.0, 0.0, 0.0], 0.0, label, weight)


def rows(town: Town) -> list[sa.Row[tuple[object, ...]]]:
    return list(town.db.read_now(lambda tx: tx.rows(sa.select(turn_lessons))))  # pyright: ignore[reportArgumentType, reportReturnType]


def talk(here: Parlour) -> None:
    here.say("ada", "morning all, @guide when do we begin?")
    here.town.answer_all("At nine.")
    for n in range(4):
        here.say("bo", f"a secret canary sings {n}")
        here.say("cy", "does it?")


# -- only public rooms -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "take", [lessons.note, lessons.of_room, learning.learn, learning.answer_times]
)
def test_every_way_in_wants_the_proof_that_the_room_is_public(take: Callable[..., object]) -> None:
    """The type says so, so that a type checker refuses a number."""
    hints = typing.get_type_hints(take)
    assert hints["room"] is PublicRoomId


def test_without_the_proof_nothing_is_noted_at_run_time_either(town: Town) -> None:
    here = Parlour(town, ["ada"], [], access="private")
    assert public_id(here.room) is None
    forged = typing.cast("PublicRoomId", here.id)
    heard = typing.cast("typing.Any", None)
    ways: list[Callable[[Tx], object]] = [
        lambda tx: lessons.note(tx, forged, 1, 2, [], heard),
        lambda tx: lessons.of_room(tx, forged),
        lambda tx: learning.learn(tx, forged),
        lambda tx: learning.answer_times(tx, forged),
    ]
    for way in ways:
        with pytest.raises(TypeError):
            town.db.write_now(way)


def test_a_private_room_leaves_no_lesson(town: Town) -> None:
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"], access="private")
    talk(here)
    assert rows(town) == []


def test_a_public_room_that_did_not_opt_in_leaves_none(town: Town) -> None:
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"])
    talk(here)
    assert rows(town) == []


def test_one_that_did_leaves_numbers_and_no_text(town: Town) -> None:
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"], learns=True)
    talk(here)
    found = rows(town)
    assert found
    kept = str([tuple(row) for row in found])
    assert "canary" not in kept
    assert str(here.people["bo"].id) not in kept
    assert "guide" not in kept
    bo = here.people["bo"]
    town.db.write_now(lambda tx: lessons.forget_author(tx, bo.id))
    assert 0 < len(rows(town)) < len(found)
    town.db.write_now(lambda tx: learning.reset(tx, here.owner, here.id))
    assert rows(town) == []


def test_whoever_keeps_machines_out_is_not_learned_from(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"], learns=True)
    bo = here.people["bo"]
    town.db.write_now(lambda tx: accounts.update(tx, bo.id, profile={"signals": ["noai"]}))
    for n in range(3):
        here.say("bo", f"a line {n}")
    assert rows(town) == []


def test_one_person_does_not_teach_a_room_alone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "PER_DAY", 3)
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"], learns=True)
    for n in range(6):
        here.say("bo", f"a line {n}")
    assert len(rows(town)) == 3


def test_calling_it_after_it_was_silent_says_that_it_missed_something(town: Town) -> None:
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"], learns=True)
    for name in ("ada", "bo", "cy", "ada"):
        here.say(name, "good morning")
    here.say("bo", "we talked about bread")
    here.say("bo", "@guide did you hear me?")
    labels = [(row.label, row.weight) for row in rows(town)]  # pyright: ignore[reportAttributeAccessIssue]
    assert (lessons.GOOD, lessons.CALLED) in labels


# -- learning ----------------------------------------------------------------------------------


def test_few_lessons_change_nothing() -> None:
    assert learning.challenge([0.0] * 6, [lesson(0.5, 1.0)] * 150) == [0.0] * 6


def test_many_that_agree_move_it_within_bounds() -> None:
    known = [lesson(n % 2, float(n % 2)) for n in range(400)]
    weights = learning.challenge([0.0] * 6, known)
    assert weights[SIGNALS.index("addressed")] > 0.5
    assert learning.loss(weights, known) < learning.loss([0.0] * 6, known)
    assert abs(learning.shift([50.0] * 6, [1.0] * 6)) == learning.SHIFT_MAX


def test_lessons_that_contradict_each_other_do_not_win() -> None:
    """The newest lessons judge: what only held before them is not taken over."""
    old = [lesson(1.0, 1.0) for _ in range(320)]
    new = [lesson(1.0, 0.0) for _ in range(80)]
    assert learning.challenge([0.0] * 6, [*old, *new]) == [0.0] * 6


def test_a_room_learns_in_the_night_and_uses_it(town: Town) -> None:
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"], learns=True)
    talk(here)
    room = public_id(here.room)
    assert room is not None
    key = town.db.read_now(lambda tx: lessons.of_room(tx, room))
    assert key == []  # nothing is labelled yet

    def teach(tx: Tx) -> None:
        (first, *_) = tx.rows(sa.select(turn_lessons.c.room))
        for n in range(300):
            label = float(n % 2)
            tx.run(
                turn_lessons.insert(),
                id=n + 1,
                room=first[0],
                author="a",
                line=str(n),
                features=[1.0, label, 0.0, 0.0, 0.0, 0.0],
                score=0.0,
                label=label,
                weight=1.0,
                created_at=tx.now - 1_000 + n,
            )

    town.db.write_now(teach)
    town.db.write_now(lambda tx: learning.learn(tx, room))
    (kept,) = town.db.read_now(lambda tx: tx.rows(sa.select(room_tunings)))
    assert kept.lessons == 300
    assert kept.numbers["weights"][1] > 0.5
    here.say("bo", "and does it go on?")  # decided with what was learned
    town.db.write_now(lambda tx: learning.reset(tx, here.owner, here.id))
    assert town.db.read_now(lambda tx: tx.rows(sa.select(room_tunings))) == []


# -- how long people take ----------------------------------------------------------------------


def test_how_long_people_are_left_alone_with_a_question() -> None:
    assert open_floor.patience([None] * 29) is None
    quick = [10 * SECOND] * 30 + [None] * 10
    assert open_floor.patience(quick) == open_floor.SHORTEST
    slow = [4 * MINUTE] * 30 + [None] * 10
    assert open_floor.patience(slow) == 4 * MINUTE
    assert open_floor.patience([None] * 40) == open_floor.SHORTEST
    assert open_floor.patience([40 * MINUTE] * 40) == open_floor.LONGEST


def test_it_learns_from_the_rooms_own_answers(town: Town) -> None:
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"], learns=True, mode="called")
    asked = here.say("bo", "does anybody know the way to the station?")
    here.say("cy", "left, then right", asked)
    here.say("ada", "does anybody have a map?")
    room = public_id(here.room)
    assert room is not None
    times = town.db.read_now(lambda tx: learning.answer_times(tx, room))
    assert len(times) == 2
    assert times[1] is None
    assert times[0] is not None


# -- what people tap ---------------------------------------------------------------------------


def joined(town: Town) -> Parlour:
    here = Parlour(town, ["ada", "bo", "cy", "dee"], ["guide"], mode="helpful", learns=True)
    for name in ("ada", "bo", "cy", "ada", "bo", "cy"):
        here.say(name, "good morning")
    here.say("bo", "does anybody know when the station opens?")
    here.time_passes()
    town.answer_all("At six.")
    assert len(here.said()) == 1
    return here


def test_two_who_say_not_now_silence_it_until_it_is_called(town: Town) -> None:
    here = joined(town)
    (line,) = here.said()
    for name in ("bo", "cy"):
        who = here.people[name]
        town.db.write_now(lambda tx, who=who: feedback.give_room(tx, who, line.id, "not_now"))
    for name in ("ada", "bo", "cy") * 8:
        here.say(name, "so it goes")
    question = here.say("dee", "does anybody know when the shop opens?")
    assert here.code("guide", question) == ("silent", "not_now")
    here.say("ada", "@guide do you?")
    assert town.answer_all() == 1


def test_ignored_twice_it_says_half_as_much(town: Town) -> None:
    here = joined(town)
    guide = here.ais["guide"]

    def now() -> standing.Standing:
        return town.db.read_now(lambda tx: standing.of(tx, guide.id, here.id))

    for name in ("ada", "bo", "cy") * 4:
        here.say(name, "so it goes")
    assert now().ignored == 1
    town.db.write_now(lambda tx: standing.put(tx, guide.id, here.id, standing.ignored(now())))
    assert now() == standing.Standing(0.5, 0)
    (line,) = here.said()
    bo = here.people["bo"]
    town.db.write_now(lambda tx: feedback.give_room(tx, bo, line.id, "good"))
    assert now() == standing.Standing(1.0, 0)
