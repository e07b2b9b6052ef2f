"""An owner's bounds are where the owner thinks they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai import bounds


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("politics", "What do you think of POLITICS?"),
        ("politics", "Is that a political question?"),
        ("medical advice", "I need some medical advice, quickly."),
        ("drug", "Tell me about drugs"),
        ("gambling", "Where do people gamble?"),
        ("price", "What are your prices?"),
        ("Wahlen", "Wann sind die wahlen?"),
        ("élections", "Parlons des elections"),
        ("選挙", "次の選挙はいつですか"),
        ("politics", "p\u200bol\u00aditics, please"),
        ("politics", "ｐｏｌｉｔｉｃｓ"),
        ("rival-corp", "Is Rival Corp cheaper?"),
    ],
)
def test_a_topic_is_found_in_its_usual_forms(topic: str, text: str) -> None:
    assert bounds.touched(["something else", topic], text) == topic


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("politics", "Please be polite"),
        ("cat", "the catalogue"),
        ("medical advice", "advice about medical school"),
        ("war", "a warm warning"),
        ("", "anything"),
        ("!?", "anything!?"),
    ],
)
def test_a_topic_is_not_found_where_it_is_not(topic: str, text: str) -> None:
    assert bounds.touched([topic], text) is None


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll"]), min_size=1), st.text(), st.text())
def test_the_topic_itself_is_always_found(topic: str, before: str, after: str) -> None:
    if bounds.touched([topic], topic):
        assert bounds.touched([topic], f"{before} . {topic} . {after}") == topic


@pytest.mark.parametrize(
    "text",
    [
        "I am human",
        "Honestly, I'm a real person!",
        "I’m not a bot, promise.",
        "As a human, I like tea.",
        "I am **definitely** a human being",
        "I\u200b am hu\u200bman",
        "Ich bin ein echter Mensch.",
        "Je suis une vraie personne",
        "Soy humana y no soy un robot",
    ],
)
def test_claims_to_be_human_are_seen(text: str) -> None:
    assert bounds.says_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "I am not human.",
        "I'm an AI, not a person.",
        "You are human, I am not.",
        "I work in human resources; I am human-made.",
        "I can't say that I am human.",
        "Humans wrote my documents.",
        "I am the keeper of the light, a man of paper.",
    ],
)
def test_honest_sentences_pass(text: str) -> None:
    assert not bounds.says_human(text)


@pytest.mark.parametrize(
    "text",
    ["Are you a bot?", "are you really human", "Bist du eine KI?", "Am I talking to a robot?"],
)
def test_the_question_is_recognised(text: str) -> None:
    assert bounds.asks_whether_ai(text)


def test_the_question_about_others_is_not() -> None:
    assert not bounds.asks_whether_ai("How do I know whether @noor is a bot?")


def test_quoting_somebody_does_not_call_them() -> None:
    text = bounds.without_pings("@lena asked @bob@a.example, mail x@y.example", ["lena"])
    assert text == "@lena asked @\u2060bob@a.example, mail x@y.example"


def test_only_known_links_stay() -> None:
    text = "See https://a.example/x. Not https://evil.example/?q=secret!"
    kept = bounds.without_links(text, {"https://a.example/x"})
    assert kept == "See https://a.example/x. Not (link left out)!"


@given(st.text())
def test_checks_never_fail(text: str) -> None:
    bounds.touched([text], text)
    bounds.says_human(text)
    bounds.asks_whether_ai(text)
    assert not bounds.links(bounds.without_links(text, ()))
