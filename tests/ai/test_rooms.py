"""What people in a room would miss: being heard without repeating a name, and being left alone."""

from __future__ import annotations

import pytest

from tests.ai.parlour import Parlour
from tests.ai.town import Scripted, Stuck, Town
from weft.ai.brains.port import Answer
from weft.people import blocks
from weft.rooms import lines, members, settings

pytestmark = pytest.mark.anyio


def room(town: Town, *ais: str, **settled: object) -> Parlour:
    return Parlour(town, ["ada", "bo", "cy"], list(ais) or ["guide"], **settled)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "text", ["@guide hello?", "guide, are you there?", "Guide: what is new?", "hi guide"]
)
def test_called_by_any_of_its_names_it_answers_once(town: Town, text: str) -> None:
    here = room(town)
    line = here.say("bo", text)
    assert town.answer_all() == 1
    (answer,) = here.said()
    assert answer.reply_to_id == line.id
    assert answer.ai is not None
    assert "why" not in answer.ai
    assert here.code("guide", line) == ("speak", "named")
    assert town.answer_all() == 0


def test_replied_to_it_answers(town: Town) -> None:
    here = room(town)
    here.say("bo", "@guide hello?")
    town.answer_all()
    line = here.say("bo", "and tomorrow?", here.said()[0])
    assert here.code("guide", line) == ("speak", "replied_to")
    assert town.answer_all() == 1


def test_it_hears_a_question_that_goes_on_with_their_talk(town: Town) -> None:
    """Half of what is said to somebody does not name them."""
    here = room(town)
    here.say("ada", "morning all")
    here.say("cy", "morning!")
    here.say("bo", "@guide when does the shop open on saturday?")
    town.answer_all("The shop opens at nine on saturday.")
    line = here.say("bo", "and how long are you open on sunday?")
    decided = here.why("guide", line)
    assert decided is not None
    assert (decided.decision, decided.reasons[0][0]) == ("speak", "addressed")
    town.answer_all("We are closed on sunday.")
    answer = here.said()[-1]
    assert answer.ai is not None
    assert answer.ai["why"] == {"code": "addressed", "text": "You seemed to be speaking to me."}


def test_it_keeps_out_of_what_others_say_to_each_other(town: Town) -> None:
    here = room(town)
    here.say("bo", "@cy did you bring the keys?")
    line = here.say("cy", "@bo yes, they are on the table")
    assert here.code("guide", line) == ("silent", "for_others")
    assert town.answer_all() == 0


def test_thanks_get_a_heart_and_no_words(town: Town) -> None:
    here = room(town)
    here.say("bo", "@guide hello?")
    town.answer_all()
    line = here.say("bo", "thanks guide!")
    assert town.answer_all() == 0
    assert here.code("guide", line) == ("react", "thanks")
    after = town.db.read_now(lambda tx: lines.by_id(tx, line.id))
    assert after is not None
    assert list(after.reactions.values()) == [1]


def test_several_that_are_named_answer_each(town: Town) -> None:
    here = room(town, "guide", "crumb")
    here.say("ada", "@guide @crumb what do you think?")
    assert town.answer_all() == 2
    assert len({line.author_id for line in here.said()}) == 2


def test_in_a_room_of_two_everything_is_for_it(town: Town) -> None:
    here = Parlour(town, ["ada"], ["guide"], access="private")
    line = here.say("ada", "the weather is nice today")
    assert here.code("guide", line) == ("speak", "direct")
    assert town.answer_all() == 1


# -- being left alone --------------------------------------------------------------------------


def test_only_when_called(town: Town) -> None:
    here = room(town, mode="called")
    line = here.say("bo", "does anybody know the way?")
    assert here.code("guide", line) == ("silent", "mode_called")
    here.say("bo", "@guide do you?")
    assert town.answer_all() == 1


def test_a_hush_takes_back_what_was_on_its_way(town: Town) -> None:
    here = room(town)
    here.say("bo", "@guide tell us a story")
    here.hush("cy")
    assert town.answer_all() == 0
    assert here.said() == []
    assert town.outcomes(here.ais["guide"]) == [("silent", "hushed")]
    line = here.say("bo", "@guide are you there?")
    assert here.code("guide", line) == ("silent", "hushed")
    assert town.answer_all() == 0


async def test_a_hush_while_it_thinks(town: Town) -> None:
    here = room(town)
    here.say("bo", "@guide tell us a story")
    stuck = Stuck()
    async with town.working(stuck):
        await town.until(stuck.thinking.is_set)
        here.hush("cy")
        stuck.go.set()
        await town.until(lambda: bool(stuck.asks))
        await town.until(lambda: town.waiting() == 0)
    assert here.said() == []


def test_whoever_blocks_it_is_never_answered(town: Town) -> None:
    here = room(town)
    guide, bo = here.ais["guide"], here.people["bo"]
    town.db.write_now(lambda tx: blocks.block(tx, bo, guide))
    line = here.say("bo", "@guide hello?")
    assert here.code("guide", line) == ("silent", "obstacle")
    assert town.answer_all() == 0
    assert town.outcomes(guide) == [("silent", "blocked")]


def test_muted_by_a_moderator(town: Town) -> None:
    here = room(town)
    guide = here.ais["guide"]
    here.say("bo", "@guide hello?")
    town.db.write_now(lambda tx: members.mute_ai(tx, here.owner, here.id, guide.id, muted=True))
    town.answer_all()
    assert here.said() == []
    here.say("bo", "@guide hello?")
    assert town.outcomes(guide) == [("silent", "muted")] * 2


def test_a_member_who_wants_no_answer_without_calling(town: Town) -> None:
    here = room(town, mode="helpful")
    bo = here.people["bo"]
    town.db.write_now(lambda tx: members.choose(tx, bo, here.id, only_when_called=True))
    line = here.say("bo", "does anybody know the way to the station?")
    assert here.code("guide", line) == ("silent", "only_when_called")
    here.say("bo", "@guide you?")
    assert town.answer_all() == 1


def test_quiet_hours_are_for_what_nobody_asked_for(town: Town) -> None:
    always = {"from": "00:00", "to": "23:59", "zone": "UTC"}
    here = room(town, mode="helpful", quiet_hours=always)
    line = here.say("bo", "does anybody know the way to the station?")
    assert here.code("guide", line) == ("silent", "quiet_hours")
    here.say("bo", "@guide you?")
    assert town.answer_all() == 1


# -- open questions ----------------------------------------------------------------------------


def test_people_first_then_it_helps_and_says_why(town: Town) -> None:
    here = room(town, mode="helpful")
    for name in ("ada", "bo", "cy", "ada", "bo", "cy"):
        here.say(name, "good morning")
    line = here.say("bo", "does anybody know when the station opens?")
    assert here.code("guide", line) == ("wait", "people_first")
    assert town.answer_all() == 0
    here.time_passes()
    assert town.answer_all("It opens at six.") == 2  # the wait, and then the turn
    (answer,) = here.said()
    assert answer.ai is not None
    assert answer.ai["why"]["code"] == "open_for"
    assert answer.ai["why"]["text"].startswith("Your question had been open for ")
    found = here.why("guide", line)
    assert found is not None
    assert found.outcome == "due"


def test_any_human_answer_cancels_it(town: Town) -> None:
    here = room(town, mode="helpful")
    line = here.say("bo", "does anybody know when the station opens?")
    assert here.code("guide", line) == ("wait", "people_first")
    here.say("cy", "at six, I think", line)
    here.time_passes()
    assert town.answer_all() == 0
    assert here.said() == []
    assert here.code("guide", line) == ("wait", "answered")


async def test_a_quotes_engine_without_an_answer_is_silent(town: Town) -> None:
    here = room(town, mode="helpful")
    for name in ("ada", "bo", "cy", "ada", "bo", "cy"):
        here.say(name, "good morning")
    here.say("bo", "does anybody know when the station opens?")
    here.time_passes()
    async with town.working(Scripted(lambda _: Answer("decline", "I don't have that."))):
        await town.until(lambda: town.waiting() == 0)
    assert here.said() == []
    assert town.outcomes(here.ais["guide"]) == [("silent", "nothing_to_add")]


# -- while it thinks ---------------------------------------------------------------------------


async def test_who_went_on_is_answered_whole_and_once(town: Town) -> None:
    here = room(town)
    here.say("bo", "@guide when does it open?")
    stuck = Stuck()
    async with town.working(stuck):
        await town.until(stuck.thinking.is_set)
        here.say("bo", "I mean the station, on sunday")
        stuck.go.set()
        await town.until(lambda: town.waiting() == 0)
    assert [ask.question for ask in stuck.asks] == [
        "when does it open?",
        "when does it open?\nI mean the station, on sunday",
    ]
    assert len(here.said()) == 1


async def test_what_nobody_asked_for_gives_way_to_a_person(town: Town) -> None:
    here = room(town, mode="helpful")
    for name in ("ada", "bo", "cy", "ada", "bo", "cy"):
        here.say(name, "good morning")
    line = here.say("bo", "does anybody know when the station opens?")
    here.time_passes()
    stuck = Stuck()
    async with town.working(stuck):
        await town.until(stuck.thinking.is_set)
        here.say("cy", "at six", line)
        stuck.go.set()
        await town.until(lambda: town.waiting() == 0)
    assert here.said() == []
    assert town.outcomes(here.ais["guide"]) == [("silent", "answered")]


def test_a_deleted_question_is_not_answered(town: Town) -> None:
    here = room(town)
    line = here.say("bo", "@guide hello?")
    town.db.write_now(lambda tx: lines.delete(tx, here.people["bo"], line.id))
    town.answer_all()
    assert here.said() == []


# -- machines among themselves -----------------------------------------------------------------


def test_two_ais_end_after_two_lines(town: Town) -> None:
    here = room(town, "guide", "crumb")
    here.say("ada", "@guide ask @crumb about bread, please")
    for _ in range(10):
        if not town.answer_all("@guide @crumb what do you say?"):
            break
    assert len(here.said()) <= 3  # both were named and answer; one of them once more


def test_a_machine_opens_no_turn_that_nobody_asked_for(town: Town) -> None:
    here = room(town, "guide", "crumb", mode="helpful")
    line = here.say("crumb", "does anybody know when the station opens?")
    assert here.code("guide", line) == ("silent", "machine")
    here.say("bo", "@cy no idea")
    line = here.say("crumb", "@guide do you?")
    assert here.code("guide", line) == ("silent", "nobody_asked")
    assert town.answer_all() == 0


def test_a_scene_counts_down_and_ends(town: Town) -> None:
    here = room(town, "guide", "crumb")
    town.db.write_now(lambda tx: settings.start_scene(tx, here.owner, here.id, 5))
    here.say("ada", "@guide begin")
    for _ in range(20):
        here.time_passes()
        if not town.answer_all("And then?"):
            break
    assert len(here.said()) == 5
    assert here.room.scene is None
    assert {line.author_id for line in here.said()} == {ai.id for ai in here.ais.values()}


def test_a_scene_that_is_stopped_stops(town: Town) -> None:
    here = room(town, "guide", "crumb")
    town.db.write_now(lambda tx: settings.start_scene(tx, here.owner, here.id, 12))
    here.say("ada", "@guide begin")
    town.answer_all("And then?")
    cy = here.people["cy"]
    town.db.write_now(lambda tx: settings.stop_scene(tx, cy, here.id))
    here.time_passes()
    town.answer_all("And then?")
    assert len(here.said()) == 1


def test_whoever_blocks_it_gets_nothing_unasked_either(town: Town) -> None:
    here = room(town, mode="helpful")
    guide, bo = here.ais["guide"], here.people["bo"]
    town.db.write_now(lambda tx: blocks.block(tx, bo, guide))
    for name in ("ada", "cy", "ada", "cy"):
        here.say(name, "good morning")
    line = here.say("bo", "does anybody know when the station opens?")
    assert here.code("guide", line) == ("silent", "obstacle")


async def test_a_question_that_is_edited_is_answered_as_it_stands(town: Town) -> None:
    here = room(town)
    line = here.say("bo", "@guide when does it open?")
    stuck = Stuck()
    async with town.working(stuck):
        await town.until(stuck.thinking.is_set)
        bo = here.people["bo"]
        town.db.write_now(lambda tx: lines.edit(tx, bo, line.id, "@guide when does it close?"))
        stuck.go.set()
        await town.until(lambda: town.waiting() == 0)
    assert [ask.question for ask in stuck.asks] == ["when does it open?", "when does it close?"]
    assert len(here.said()) == 1


async def test_what_was_added_before_it_was_asked_is_no_reason_to_ask_twice(town: Town) -> None:
    here = room(town)
    here.say("bo", "@guide when does it open?")
    here.say("bo", "I mean the station")
    brain = Scripted()
    await town.work(brain)
    assert [ask.question for ask in brain.asks] == ["when does it open?\nI mean the station"]
    assert len(here.said()) == 1
