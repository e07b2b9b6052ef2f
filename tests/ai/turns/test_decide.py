"""The rules of who speaks, for every setting there is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ai.turns.simulated import heard
from weft.ai.turns.decide import CALLED_MAX, HOP_BUDGET, decide
from weft.ai.turns.gate import Scores
from weft.ai.turns.heard import Heard
from weft.ai.turns.room_state import RoomState
from weft.ai.turns.setting import Candidate, Decision, Setting, Unasked
from weft.rooms.model import LIVELINESSES, MODES

_unasked = st.builds(
    Unasked,
    per_hundred=st.integers(0, 8),
    since=st.integers(0, 200),
    of_last_20=st.integers(0, 6),
    meant_of_last_20=st.integers(0, 10),
    untaken=st.booleans(),
    factor=st.sampled_from((0.25, 0.5, 1.0)),
    called_only=st.booleans(),
    busy=st.booleans(),
)
_candidates = st.lists(
    st.builds(
        Candidate,
        ai_id=st.integers(1, 10**6),
        name=st.sampled_from("abcdef"),
        call=st.sampled_from(("unasked", "mention", "reply", "direct")),
        obstacle=st.sampled_from(("", "", "", "blocked", "muted", "paused")),
        spent=st.sampled_from(("", "", "asker_budget")),
        says_why=st.booleans(),
        asked_both=st.booleans(),
        cooling=st.booleans(),
        lines=st.integers(0, 9),
        unasked=_unasked,
    ),
    max_size=10,
    unique_by=lambda one: one.ai_id,
)
_settings = st.builds(
    Setting,
    mode=st.sampled_from(MODES),
    liveliness=st.sampled_from(LIVELINESSES),
    machine=st.booleans(),
    chain=st.integers(0, 4),
    hushed=st.booleans(),
    quiet=st.booleans(),
    only_when_called=st.booleans(),
    scene_left=st.sampled_from((0, 0, 5)),
    calls=st.integers(0, 12),
)
_lines = st.sampled_from(
    ("does anybody know the way?", "I baked bread", "thanks!", "ok", "see you", "why?")
)
_STATE = RoomState.__new__(RoomState)


def made(
    setting: Setting, text: str, ais: list[Candidate], scores: dict[str, Scores] | None = None
) -> list[tuple[Candidate, Decision]]:
    def score(_: RoomState, __: Heard, name: str) -> Scores:
        return (scores or {}).get(name, Scores(0.9, 0.9, ("for_you",)))

    found = decide(setting, _STATE, heard(text, "ada"), ais, score)
    assert [one.ai_id for one in found] == [one.ai_id for one in ais], "each decides, and says why"
    assert all(one.reasons for one in found)
    return list(zip(ais, found, strict=True))


@settings(max_examples=300)
@given(_settings, _lines, _candidates)
def test_what_always_holds(setting: Setting, text: str, ais: list[Candidate]) -> None:
    pairs = made(setting, text, ais)
    acts = [(one, did) for one, did in pairs if did.act != "silent"]
    joined = [did for one, did in acts if one.call == "unasked"]
    assert len(joined) <= 1, "at most one AI joins"
    assert not joined or all(one.call == "unasked" for one in ais), "somebody else was called"
    for one, did in acts:
        assert not one.obstacle
        assert not setting.hushed
        if setting.machine and not setting.scene_left:
            assert one.call != "unasked"
            assert setting.chain < HOP_BUDGET
            assert one.asked_both
            assert not one.cooling
        if one.call == "unasked":
            assert not setting.quiet
            assert setting.mode != "called"
            assert setting.machine or not setting.only_when_called
            assert not one.unasked.busy
        if one.call == "unasked" and not did.meant and not setting.scene_left:
            assert one.unasked.of_last_20 < 4
            assert not one.unasked.called_only
            assert setting.calls < 10


@settings(max_examples=200)
@given(_settings, _lines, _candidates)
def test_whoever_is_called_by_a_person_answers(
    setting: Setting, text: str, ais: list[Candidate]
) -> None:
    called = 0
    for one, did in made(setting, text, ais):
        if one.call == "unasked":
            continue
        called += 1
        if setting.hushed or setting.machine or one.obstacle or called > CALLED_MAX:
            continue
        if text == "thanks!":
            assert did.act == "react"
        elif not one.spent or one.says_why:
            assert did.act == "speak"


def ai(name: str, **more: object) -> Candidate:
    return Candidate(ord(name), name, **more)  # pyright: ignore[reportArgumentType]


def test_of_two_the_nearer_one_speaks_then_the_quieter() -> None:
    scores = {"a": Scores(0.65, 0.5, ()), "b": Scores(0.9, 0.4, ())}
    pairs = made(Setting("meant"), "I baked bread", [ai("a"), ai("b")], scores)
    assert [did.act for _, did in pairs] == ["silent", "speak"]
    pairs = made(Setting("meant"), "I baked bread", [ai("a", lines=3), ai("b", lines=1)])
    assert [did.act for _, did in pairs] == ["silent", "speak"]


def test_an_unsure_gate_asks_the_engine_and_a_surer_ai_goes_before() -> None:
    unsure, sure = Scores(0.2, 0.3, ()), Scores(0.2, 0.5, ())
    ((_, did),) = made(Setting("meant"), "I baked bread", [ai("a")], {"a": unsure})
    assert (did.act, did.stage, did.code) == ("speak", "judge", "unsure")
    pairs = made(Setting("meant"), "I baked bread", [ai("a"), ai("b")], {"a": unsure, "b": sure})
    assert [did.stage for _, did in pairs] == ["arbiter", "gate"]


def test_an_open_question_is_left_to_people_and_only_in_helpful_rooms_waited_for() -> None:
    scores = {"a": Scores(0.2, 0.9, ())}
    text = "does anybody know the way?"
    ((_, did),) = made(Setting("meant"), text, [ai("a")], scores)
    assert (did.act, did.code) == ("silent", "open_question")
    ((_, did),) = made(Setting("helpful", wait=30), text, [ai("a")], scores)
    assert (did.act, did.code, did.wait) == ("wait", "people_first", 30)


def test_in_a_scene_the_one_who_said_least_goes_on() -> None:
    setting = Setting("scene", machine=True, chain=7, scene_left=4)
    pairs = made(setting, "and then?", [ai("a", lines=2), ai("b", lines=1), ai("c", lines=4)])
    assert [did.act for _, did in pairs] == ["silent", "speak", "silent"]
