"""What kind of line is it?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.turns.kinds import is_bot, kind


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("how do I mount a disk?", {"question", "asks"}),
        ("how do I mount a disk", {"asks"}),
        ("see https://example.org/?q=1", {"link"}),
        ("anyone here who can help", {"open", "need"}),
        ("thanks a lot", {"thanks"}),
        ("ok thanks", {"thanks", "ack"}),
        ("hello everyone", {"hello", "open"}),
        ("bye", {"bye"}),
        ("!ops", {"command"}),
        ("!!!", set()),
        ("joined #garden", {"notice"}),
        ("<@U12> has joined the channel", {"notice"}),
        ("has left", {"notice"}),
        ("I joined the army", set()),
        ("left it at home", set()),
        ("left", set()),
        ("", set()),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else "+".join(sorted(value)),
)
def test_signs(text: str, signs: set[str]) -> None:
    what, _ = kind(text)
    named = ("question", "asks", "open", "need", "thanks", "hello", "bye", "ack", "command", "link")
    assert {sign for sign in (*named, "notice") if getattr(what, sign)} >= signs
    if not signs:
        assert not any(getattr(what, sign) for sign in (*named, "notice"))


def test_a_line_is_about_its_rarer_words() -> None:
    assert kind("how do I mount the disk, the DISK?")[1] == ("mount", "disk")


@given(st.text())
def test_any_text_has_a_kind(text: str) -> None:
    what, words = kind(text)
    assert all(value >= 0 for value in what)
    assert len(words) <= 24


@pytest.mark.parametrize("name", ["ubottu", "ubotu_", "helpbot", "Git[bot]", "ChanServ"], ids=str)
def test_bots_by_their_look(name: str) -> None:
    assert is_bot(name)


@pytest.mark.parametrize("name", ["abbott", "Bottie", "robotics", "ana", ""], ids=str)
def test_people_by_their_look(name: str) -> None:
    assert not is_bot(name)
