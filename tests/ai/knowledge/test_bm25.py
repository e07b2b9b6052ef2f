from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from weft.ai.brains.port import Passage
from weft.ai.knowledge.bm25 import ENOUGH, Index

SHOP = Index(
    [
        Passage("Name: Blue teapot; Price: 24 €; Stock: 3", "Products"),
        Passage("Name: Red mug; Price: 9 €; Stock: 12", "Products"),
        Passage("We ship to Germany and France within five days.", "Delivery"),
        Passage("Send a damaged piece back within thirty days and we replace it.", "Returns"),
        Passage("Der Laden ist am Montag geschlossen.", "Öffnungszeiten"),
    ],
    ["en", "de"],
)


def first(question: str) -> str:
    return SHOP.search(question)[0].text


def test_the_right_passage_comes_first() -> None:
    assert "teapot" in first("What does the teapot cost?")
    assert "ship" in first("Do you deliver to France?")
    assert "geschlossen" in first("Ist der Laden am Montag geschlossen?")


def test_confidence_tells_found_from_the_least_bad() -> None:
    assert SHOP.search("What does the teapot cost?")[0].confidence >= ENOUGH
    assert all(p.confidence < ENOUGH for p in SHOP.search("Who sells blue bicycles in Paris?"))
    assert SHOP.search("What is the airspeed of a swallow?") == []
    assert SHOP.search("who are you?") == []


def test_nothing_to_search_in() -> None:
    assert Index([]).search("teapot") == []
    assert Index([Passage("")]).search("teapot") == []


@given(st.lists(st.text(max_size=80), max_size=8), st.text(max_size=80))
def test_any_texts(texts: list[str], question: str) -> None:
    for passage in Index([Passage(text, text[:9]) for text in texts]).search(question):
        assert 0 < passage.confidence <= 1.0001


def test_a_thousand_passages_are_quick() -> None:
    texts = [
        f"Item {n} is number{n % 97} of kind{n % 13} and costs price{n % 31}." for n in range(1000)
    ]
    started = time.process_time()
    index = Index([Passage(text) for text in texts])
    built = time.process_time()
    for n in range(100):
        index.search(f"what does number{n} of kind{n % 13} cost")
    # About 0.03 s and 0.1 s here; the bounds catch a quadratic mistake on any machine.
    assert built - started < 2
    assert time.process_time() - built < 4
