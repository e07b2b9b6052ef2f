"""With no model, an AI answers in its documents' own words, or says honestly that it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.brains.port import Answer, Ask, Passage, Persona
from weft.ai.brains.quotes import MAX_QUOTED, QuotesBrain, pick
from weft.ai.knowledge.bm25 import Index
from weft.ai.knowledge.chunks import passages
from weft.ai.knowledge.documents import parse

pytestmark = pytest.mark.anyio

SHOP = Persona(
    name="Clay & Co",
    handle="clay",
    text="The AI of a small pottery.",
    avoid=("politics", "competitors"),
    kind="business",
    operator="Noor (@noor)",
    topics=("Delivery", "Products"),
)
DOCUMENTS = [
    parse(
        "# Delivery\n\nWe ship to Germany and France. A parcel takes five days, and we write to "
        "you when it leaves. Our competitors are slower.\n\n## Returns\n\n"
        "Send a damaged piece back within thirty days and we replace it.\n",
        "delivery.md",
        "https://clay.example/delivery",
    ),
    parse("Name,Price\nBlue teapot,24 €\nRed mug,9 €\n", "products.csv"),
]
INDEX = Index(passages(DOCUMENTS))


async def ask(question: str, persona: Persona = SHOP, **more: object) -> Answer:
    found = tuple(INDEX.search(question))
    asked = Ask(persona=persona, question=question, passages=found, asker="lena", **more)  # pyright: ignore[reportArgumentType]
    return await QuotesBrain().answer(asked)


async def test_it_answers_in_quotes_with_a_source() -> None:
    answer = await ask("How long does a parcel to France take?")
    assert answer.action == "speak"
    assert answer.model == "quotes"
    (source,) = answer.sources
    assert source.title == "Delivery"
    assert source.url == "https://clay.example/delivery"
    assert source.quote in DOCUMENTS[0].text
    assert "A parcel takes five days" in source.quote
    assert f"“{source.quote}” [1]" in answer.text
    assert answer.text.endswith("[1] Delivery https://clay.example/delivery")


async def test_under_the_fitting_heading_it_begins_at_the_top() -> None:
    answer = await ask("What about returns?")
    assert answer.sources[0].title == "Delivery: Returns"
    assert answer.sources[0].quote.startswith("Send a damaged piece back")


async def test_it_says_when_it_does_not_know() -> None:
    answer = await ask("What is the capital of Portugal?")
    assert answer.action == "decline"
    assert answer.text.startswith("I don't have that in my documents")
    assert "Delivery, Products" in answer.text
    assert answer.sources == ()


async def test_it_keeps_off_the_topics_its_owner_named() -> None:
    answer = await ask("What do you think about political parties?")
    assert answer.action == "decline"
    assert answer.text == "I don't talk about politics. Please ask me something else."


async def test_a_sentence_about_such_a_topic_is_not_quoted_either() -> None:
    answer = await ask("How long does a parcel take?")
    assert answer.action == "speak"
    assert "competitor" not in answer.text


@pytest.mark.parametrize("question", ["Are you human?", "are you a real person", "who made you?"])
async def test_it_says_that_it_is_an_ai_and_who_runs_it(question: str) -> None:
    answer = await ask(question)
    assert "I'm an AI, not a person. Noor (@\u2060noor) runs me." in answer.text


async def test_it_is_polite() -> None:
    assert (await ask("hello!")).text.startswith("Hello! I'm Clay & Co, an AI.")
    assert (await ask("Thanks a lot!")).text == "You're welcome!"
    about = await ask("Who are you?")
    assert "“The AI of a small pottery.”" in about.text


async def test_it_speaks_its_owners_language() -> None:
    german = Persona(name="Ton", handle="ton", languages=("de-AT", "en"), topics=("Lieferung",))
    assert (await ask("Wie wird das Wetter?", german)).text.startswith("Das steht nicht in meinen")


async def test_a_quote_calls_nobody() -> None:
    post = Passage("Thanks @bob, the kiln is ready.", "A post", confidence=1.0)
    answer = await QuotesBrain().answer(Ask(SHOP, "Is the kiln ready?", passages=(post,)))
    assert "@bob" not in answer.text
    assert answer.sources[0].quote == post.text


async def test_what_markdown_would_change_is_not_quoted() -> None:
    post = Passage("The kiln is *ready* [now](https://evil.example).", "A post", confidence=1.0)
    answer = await QuotesBrain().answer(Ask(SHOP, "Is the kiln ready?", passages=(post,)))
    assert answer.action == "decline"


TEXT = st.text(st.sampled_from("abc ABC.!?,'“”\n*_`[]()<>@#1。語\u0301"), min_size=1, max_size=700)


@given(st.lists(TEXT, min_size=1, max_size=5), TEXT)
def test_quotes_are_word_for_word_and_short(texts: list[str], question: str) -> None:
    given_passages = [Passage(text, text[:20], confidence=1.0) for text in texts]
    found = pick(question, given_passages)
    assert sum(len(source.quote) for source in found) <= MAX_QUOTED
    assert [source.n for source in found] == list(range(1, len(found) + 1))
    for source in found:
        assert source.quote
        assert any(source.quote in passage.text for passage in given_passages)
        assert "\n" not in source.title


@given(TEXT, TEXT)
async def test_any_question_gets_an_answer(question: str, text: str) -> None:
    found = tuple(Index([Passage(text)]).search(question))
    answer = await QuotesBrain().answer(Ask(SHOP, question, passages=found))
    assert answer.text
