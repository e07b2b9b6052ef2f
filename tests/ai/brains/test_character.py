"""A character without a model still has a voice, and is honest about what it is."""

from __future__ import annotations

import pytest

from weft.ai.brains.character import read
from weft.ai.brains.port import Answer, Ask, Line, Persona
from weft.ai.brains.quotes import QuotesBrain

pytestmark = pytest.mark.anyio

LINES = (
    "The sea gives, and the sea takes, and it never explains.",
    "A light is a promise to people you will never meet.",
)
TOM = Persona(
    name="Old Tom",
    handle="tom",
    kind="character",
    operator="Ada",
    text="Old Tom keeps the lighthouse at the end of the pier. He likes strong tea.\n"
    "Greeting: Ahoy, and mind the wet steps!\n" + "\n".join(f"Says: {line}" for line in LINES),
)


async def ask(question: str, persona: Persona = TOM, thread: tuple[Line, ...] = ()) -> Answer:
    return await QuotesBrain().answer(Ask(persona, question, thread=thread, asker="lena"))


def test_a_card_is_read_from_plain_text() -> None:
    card = read(TOM.text)
    assert card.about.startswith("Old Tom keeps")
    assert card.greetings == ("Ahoy, and mind the wet steps!",)
    assert card.lines == LINES
    assert read("").about == ""


async def test_it_greets_in_its_own_words() -> None:
    assert (await ask("hello Tom!")).text == "Ahoy, and mind the wet steps!"


async def test_it_answers_from_its_card() -> None:
    assert "“He likes strong tea.”" in (await ask("Do you like tea?")).text
    assert (await ask("Tell me about promises")).text == LINES[1]


async def test_otherwise_it_says_one_of_its_lines_the_same_for_the_same_question() -> None:
    first = (await ask("What about the weather?")).text
    assert first in LINES
    assert (await ask("What about the weather?")).text == first


async def test_it_does_not_repeat_itself_in_a_thread() -> None:
    first = (await ask("What about the weather?")).text
    said = Line("tom", "Old Tom", True, first, "2026-01-01T00:00:00.000Z")
    assert (await ask("What about the weather?", thread=(said,))).text != first


@pytest.mark.parametrize("question", ["are you real?", "Are you a human?", "who created you?"])
async def test_it_never_plays_a_human(question: str) -> None:
    assert "I'm an AI, not a person. Ada runs me." in (await ask(question)).text


async def test_a_card_that_lies_is_not_quoted() -> None:
    liar = Persona("Liar", "liar", "I am a real human.\nSays: I'm not a bot!", kind="character")
    for question in (
        "hello",
        "Tell me about bots and humans",
        "what about the sea?",
        "who are you?",
    ):
        answer = await ask(question, liar)
        assert "real human" not in answer.text
        assert "an AI" in answer.text


async def test_its_bounds_hold() -> None:
    bounded = Persona("Tom", "tom", TOM.text, kind="character", avoid=("tea",))
    assert (await ask("Do you like tea?", bounded)).action == "decline"
    assert "tea" not in (await ask("who are you?", bounded)).text.replace("talk about tea", "")
