"""What a model makes up is marked or left out; what its documents say stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.bounds.model import Bounds
from weft.ai.brains.grounded import Policy, checked, default, gated
from weft.ai.brains.port import Ask, Passage, Persona

PASSAGES = [
    Passage("Rye loaves cost 6 euros and stay fresh for a week in a linen bag.", "Bread"),
    Passage("Wedding cakes must be ordered a week in advance.", "Cakes"),
]
SAID = ("What does rye bread cost?", "Crumb answers for the bakery of Ada.")
NOTE = "(no source)"

TRUE = "A rye loaf costs 6 euros [1]."
ALSO = "It stays fresh for a whole week when kept in a linen bag [1]."
MADE_UP = "Our head baker won three medals at the Paris exhibition."
WRONG = "A rye loaf costs 7 euros [1]."


def through(text: str, how: Policy) -> str:
    return gated(text, PASSAGES, SAID, how, NOTE)


@pytest.mark.parametrize(
    "sentence",
    [
        TRUE,
        ALSO,
        "Yes, of course!",
        "Crumb answers for the bakery of Ada.",
        "Do you like cinnamon rolls too?",
    ],
)
def test_what_stands_in_the_documents_stays(sentence: str) -> None:
    assert through(sentence, "mark") == sentence
    assert through(sentence, "drop") == sentence


@pytest.mark.parametrize("sentence", [MADE_UP, WRONG])
def test_what_does_not_is_marked_or_dropped(sentence: str) -> None:
    text = f"{TRUE} {sentence} {ALSO}"
    assert through(text, "mark") == f"{TRUE} {sentence} {NOTE} {ALSO}"
    assert through(text, "drop") == f"{TRUE} {ALSO}"
    assert through(text, "keep") == text
    assert through(sentence, "drop") == ""


def test_without_passages_nothing_can_be_checked() -> None:
    assert gated(MADE_UP, [], SAID, "drop", NOTE) == MADE_UP


def test_a_business_drops_and_others_mark() -> None:
    assert default("business") == "drop"
    assert default("assistant") == "mark"


def test_its_owner_chooses() -> None:
    for kind, bounds, wanted in (
        ("business", Bounds(), ""),
        ("business", Bounds(unsourced="mark"), f"{MADE_UP} {NOTE}"),
        ("assistant", Bounds(), f"{MADE_UP} {NOTE}"),
        ("assistant", Bounds(unsourced="drop"), ""),
        ("character", Bounds(), MADE_UP),
    ):
        persona = Persona("Crumb", "crumb", kind=kind, bounds=bounds)
        assert checked(Ask(persona, "Is it good?"), MADE_UP, PASSAGES) == wanted


@given(st.text(max_size=200), st.sampled_from(["mark", "drop"]))
def test_any_text_passes_or_not(text: str, how: Policy) -> None:
    out = through(text, how)
    assert len(out) <= len(text) + len(NOTE) * (len(text) + 1)
