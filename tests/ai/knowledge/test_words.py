from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.knowledge.words import informative, stem, tokens


@pytest.mark.parametrize(
    "words",
    [
        "post posts posting posted",
        "stop stops stopping stopped",
        "reply replies replying replied",
        "add adding added",
        "bake bakes baking baked",
        "delivery shipping",
        "photo pictures",
    ],
)
def test_forms_of_a_word_meet(words: str) -> None:
    assert len(set(tokens(words))) == 1


@pytest.mark.parametrize("pair", [("politics", "polite"), ("class", "clay"), ("bus", "bu")])
def test_other_words_do_not(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) != stem(pair[1])


def test_every_script_has_words() -> None:
    assert tokens("Größe, naïve; Привет мир") == ["gross", "naiv", "привет", "мир"]
    assert tokens("東京タワー") == ["東京", "京タ", "タワ", "ワー"]
    assert tokens("नमस्ते दुनिया") == ["नमस्ते", "दुनिया"]
    assert tokens("مَرْحَبًا") == tokens("مرحبا")


def test_informative_words_are_what_a_question_is_about() -> None:
    assert informative("How can I please block an AI?") == ["block", "ai"]
    assert informative("Wie kann ich den Laden erreichen?", ["de"]) == ["laden", "erreichen"]
    assert informative("who are you") == []


@given(st.text())
def test_tokens_of_anything(text: str) -> None:
    assert all(token and not token.isspace() for token in tokens(text))
