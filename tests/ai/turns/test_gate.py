"""What the committed gate decides in rooms that anybody would judge alike."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest

from weft.ai.turns import features, gate, links, modes, trees
from weft.ai.turns.lines import Line
from weft.ai.turns.modes import Decision, Mode
from weft.ai.turns.room_state import MEMBERS, WINDOW, RoomState

#: Two questions with their helpers, and an AI, nova, that helps with gardens.
BEFORE = (
    ("ana", "good morning all"),
    ("nova", "good morning ana"),
    ("bo", "does anybody know when one sows tomatoes?"),
    ("nova", "bo: inside in March, outside after the last frost"),
    ("cleo", "dan: did you send the invoice?"),
    ("dan", "cleo: not yet, the printer is broken"),
    ("cleo", "dan: again? which one?"),
    ("dan", "cleo: the one upstairs"),
)
AFTER_QUESTION = (*BEFORE[:4], ("nova", "bo: do you have a warm window for them?"))


def decide(
    *said: tuple[str, str], member: str = "nova", mode: Mode = Mode.WHEN_ITS_FOR_IT, **more: Any
) -> tuple[Decision, gate.Scores]:
    """The decision about the last line."""
    state = RoomState(("nova",))
    heard = None
    for i, (author, text) in enumerate(said):
        line = Line(str(i), i * 20_000, author, text)
        if i == len(said) - 1:
            line = msgspec.structs.replace(line, **more)
        heard = state.push(line)
    assert heard is not None
    scores = gate.score(state, heard, member)
    return modes.decide(heard, member, scores, mode), scores


def test_named_it_speaks() -> None:
    decision, scores = decide(*BEFORE, ("eve", "nova: how deep do carrots go?"))
    assert decision == Decision.SPEAK
    assert scores.addressed > 0.8
    assert scores.reasons[0] == "named"


def test_named_it_speaks_even_if_it_never_spoke() -> None:
    assert decide(*BEFORE, ("eve", "@vera hello?"), member="vera")[0] == Decision.SILENT
    state = RoomState(("vera",))
    heard = state.push(Line("1", 0, "eve", "@vera hello?"))
    scores = gate.score(state, heard, "vera")
    assert modes.decide(heard, "vera", scores, Mode.WHEN_ITS_FOR_IT) == Decision.SPEAK


def test_replied_to_it_speaks() -> None:
    decision, scores = decide(*BEFORE, ("eve", "is that so?"), reply_to="3")
    assert decision == Decision.SPEAK
    assert scores.addressed > 0.9
    assert "replied_to" in scores.reasons


@pytest.mark.parametrize("text", ["thanks nova", "nova: ok, thank you!", "bye nova"], ids=str)
def test_thanked_it_reacts(text: str) -> None:
    assert decide(*AFTER_QUESTION[:4], ("bo", text))[0] == Decision.REACT


def test_asked_back_without_a_name_it_speaks() -> None:
    decision, scores = decide(*AFTER_QUESTION, ("bo", "yes, and how often do I water them?"))
    assert decision == Decision.SPEAK
    assert scores.addressed > 0.5
    assert "named" not in scores.reasons


@pytest.mark.parametrize("mode", [m for m in Mode if m != Mode.SCENE], ids=str)
def test_while_two_people_talk_it_is_silent(mode: Mode) -> None:
    decision, scores = decide(*BEFORE, ("cleo", "dan: did you try the other cable?"), mode=mode)
    assert decision == Decision.SILENT
    assert scores.join < 0.1
    assert "for_someone_else" in scores.reasons


def test_called_only_means_called_only() -> None:
    said = (*AFTER_QUESTION, ("bo", "yes, and how often do I water them?"))
    assert decide(*said, mode=Mode.ONLY_WHEN_CALLED)[0] == Decision.SILENT
    said = (*BEFORE, ("eve", "nova: how deep do carrots go?"))
    assert decide(*said, mode=Mode.ONLY_WHEN_CALLED)[0] == Decision.SPEAK


def test_an_open_question_waits_for_people_where_ais_may_help() -> None:
    said = (*BEFORE, ("eve", "hi all, does anybody know a good book about bees?"))
    assert decide(*said, mode=Mode.HELPFUL)[0] in {Decision.WAIT, Decision.SPEAK}
    assert decide(*said, mode=Mode.HELPFUL, member="stranger")[0] == Decision.WAIT


def test_a_tale_is_no_open_question() -> None:
    said = (*BEFORE, ("eve", "it was about bees and I was there all day"))
    assert decide(*said, mode=Mode.HELPFUL, member="stranger")[0] == Decision.SILENT


def test_a_notice_is_nobodys() -> None:
    assert decide(*BEFORE, ("", "nova joined"))[0] == Decision.SILENT


def test_whoever_it_is_most_for_speaks() -> None:
    state = RoomState()
    for i, (author, text) in enumerate(BEFORE):
        state.push(Line(str(i), i * 20_000, author, text))
    heard = state.push(Line("x", 200_000, "cleo", "the old one next to the window?"))
    scores = {name: gate.score(state, heard, name) for name in ("ana", "bo", "dan", "nova")}
    assert modes.chosen(scores) == "dan"
    assert modes.chosen({}) is None


def test_judging_changes_nothing() -> None:
    lines = [Line(str(i), i * 1000, author, text) for i, (author, text) in enumerate(BEFORE * 3)]
    quiet, asked = RoomState(), RoomState()
    for line in lines:
        first, second = quiet.push(line), asked.push(line)
        for name in ("bo", "dan", "nobody"):
            if name != line.author:
                gate.score(asked, second, name)
    assert gate.score(quiet, first, "bo") == gate.score(asked, second, "bo")
    assert first.to == second.to


def test_the_committed_numbers_are_what_the_code_computes() -> None:
    numbers = trees.model().numbers
    assert tuple(numbers.link_features) == links.FEATURES
    assert tuple(numbers.features) == features.FEATURES
    for forest, width in (
        (numbers.links, len(links.FEATURES)),
        (numbers.addressed, len(features.FEATURES)),
        (numbers.join, len(features.FEATURES)),
    ):
        assert forest
        for tree in forest:
            assert all(0 <= feature < width for feature in tree.feature)
    state = RoomState()
    for i in range(3):
        heard = state.push(Line(str(i), i, "ab"[i % 2], "hello"))
    assert len(features.features(state, heard, "b")) == len(features.FEATURES)
    assert {len(row) for row in heard.seen.values()} == {len(links.FEATURES)}
    assert len(links.nobody(heard)) == len(links.FEATURES)


def test_a_forest_is_what_walking_its_trees_gives() -> None:
    tree = trees.Tree([0, 1], [0.5, 2.0], [-1, -2], [1, -3], [1.0, 2.0, 4.0])
    forest = trees.forest([tree, trees.Tree([], [], [], [], [0.25])], 2)
    assert [forest([0.5, 9]), forest([1, 2]), forest([1, 3])] == [1.25, 2.25, 4.25]


def kept(state: RoomState) -> int:
    """How many things a room remembers."""
    members = state.members.values()
    return (
        len(state._seen)
        + len(state._authors)
        + len(state.names._whole)
        + len(state.names._parts)
        + sum(len(one.ties) + len(one.waiting) + len(one.topics) for one in members)
    )


def test_a_room_of_ten_thousand_stays_small_and_fast() -> None:
    state = RoomState()
    began = time.process_time()
    for i in range(10_000):
        heard = state.push(Line(str(i), i * 1000, f"guest{i}x", f"guest{i - 1}x: word{i} anyone?"))
        gate.score(state, heard, f"guest{i - 1}x")
    assert time.process_time() - began < 60
    assert len(state.members) <= MEMBERS
    assert len(state.window) <= WINDOW
    assert kept(state) < 60_000


def test_one_who_talks_to_thousands_is_remembered_in_bounds() -> None:
    state = RoomState()
    for i in range(3_000):
        state.push(Line(f"q{i}", i * 2000, f"guest{i}x", "host: hello?"))
        state.push(Line(f"a{i}", i * 2000 + 1000, "host", f"guest{i}x: hello, topic{i}"))
    assert kept(state) < 60_000
