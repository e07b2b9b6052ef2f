"""Somebody in distress would miss it: the card. And everybody else would miss being talked to."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.safety import crisis

SAID = [
    ("en", "I want to die"), ("en", "i just wanna kill myself"), ("en", "I can't go on living like this"),
    ("en", "I don't want to live anymore."), ("en", "I'm feeling really suicidal tonight"), ("en", "How can I die painlessly?"),
    ("en", "everybody would be better off without me"), ("en", "I can't stop thinking about ending my life"),
    ("en", "I want to d\u200bie"), ("en", "My friend wants to kill herself, what do I do?"), ("en", "I have no reason to live"),
    ("en", "I am going to end it all"), ("en", '"I want to die"'), ("de", "Ich will nicht mehr leben"), ("de", "ich möchte sterben"),
    ("de", "Ich denke daran, mich umzubringen"), ("de", "ich habe Suizidgedanken"), ("fr", "J'ai envie de mourir"),
    ("fr", "je ne veux plus vivre"), ("es", "Quiero morirme"), ("es", "ya no quiero vivir"), ("it", "Voglio morire"),
    ("it", "non voglio più vivere"), ("pt", "Quero me matar"), ("pt", "não quero mais viver"), ("nl", "Ik wil dood"),
    ("pl", "Chcę się zabić"), ("pl", "nie chcę już żyć"), ("ru", "Я хочу умереть"), ("ru", "я больше не хочу жить"),
    ("uk", "хочу померти"), ("tr", "Ölmek istiyorum"), ("sv", "Jag vill dö"), ("ar", "أريد أن أموت"), ("hi", "मैं मरना चाहता हूँ"),
    ("ja", "もう死にたい"), ("zh", "我不想活了"), ("zh", "我想自杀"), ("ko", "죽고 싶어요"),
]  # fmt: skip
FINE = [
    "How do I kill a process on Linux?", "This deadline is killing me", "I'm dying to see that film", "I nearly died laughing",
    "I don't want to die, I love my life", "I'm not suicidal, don't worry", "I would never kill myself",
    "I don't want to live in Berlin", "Have you seen Suicide Squad?", "How many people die by suicide each year?",
    "The hero says “I want to die” in act two, why?", "She sang 'I want to die' on stage yesterday", "My phone wants to die again soon? No.",
    "Ich will nicht sterben", "Ich will nicht in Köln leben", "Das bringt mich um den Schlaf", "Je ne veux pas mourir",
    "mort de rire", "No quiero morir", "non voglio morire", "Ik wil niet sterven", "не хочу умирать", "死にたくない", "我不想死",
    "想死你了", "I want to end my subscription", "I wish I was taller", "kill the lights", "I could sleep forever",
    "I need to cut myself a slice of bread",
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), SAID, ids=[str(n) for n in range(len(SAID))])
def test_it_is_heard(language: str, text: str) -> None:
    assert crisis.signals(text) == language


@pytest.mark.parametrize("text", FINE, ids=[str(n) for n in range(len(FINE))])
def test_what_is_none_is_talked_about(text: str) -> None:
    assert crisis.signals(text) == ""


def test_cards_invent_no_numbers() -> None:
    for text in crisis.CARDS.values():
        assert re.search(r"\d", text) is None
        assert "https://findahelpline.com" in text
    assert crisis.card("ko", {}) == crisis.CARDS["en"]
    assert crisis.card("ko", {"en": "Ours."}) == "Ours."
    assert crisis.card("de", {"de": "Unsere."}) == "Unsere."


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    crisis.signals(text)
