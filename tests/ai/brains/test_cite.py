from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weft.ai.brains.cite import MAX_QUOTE, cited, with_sources
from weft.ai.brains.port import Passage

PASSAGES = (
    Passage("The shop opens at nine. It closes at five.", "Hours", "https://a.example/hours"),
    Passage("A teapot costs 24 euros.", "Prices"),
)


def test_only_cited_passages_are_sources_numbered_as_they_appear() -> None:
    text, sources = cited("A teapot is 24 euros [2]. We close at five [1].", PASSAGES)
    assert text == "A teapot is 24 euros [1]. We close at five [2]."
    assert [(s.n, s.title, s.quote) for s in sources] == [
        (1, "Prices", "A teapot costs 24 euros."),
        (2, "Hours", "It closes at five."),
    ]


def test_a_mark_without_a_passage_goes() -> None:
    assert cited("The moon is cheese [7].", PASSAGES) == ("The moon is cheese.", ())


def test_a_made_up_quote_is_no_source() -> None:
    text, sources = cited('It says "closed on all Sundays" [1].', PASSAGES)
    assert sources == ()
    assert "[1]" not in text
    assert cited("It says “opens at nine” [1].", PASSAGES)[1]


def test_several_numbers_in_one_mark() -> None:
    text, sources = cited("Nine to five, 24 euros [1, 2].", PASSAGES)
    assert text == "Nine to five, 24 euros [1][2]."
    assert len(sources) == 2


def test_sources_stand_below_as_text_for_other_servers() -> None:
    text, sources = cited("It opens at nine [1].", PASSAGES)
    assert with_sources(text, sources).endswith("\n\n[1] Hours https://a.example/hours")
    assert with_sources("Hello.", ()) == "Hello."


@given(st.text(st.sampled_from('ab .[]123,“”"\n'), max_size=200))
def test_whatever_a_model_writes(text: str) -> None:
    out, sources = cited(text, PASSAGES)
    for source in sources:
        assert f"[{source.n}]" in out
        assert any(source.quote in passage.text for passage in PASSAGES)
        assert len(source.quote) <= MAX_QUOTE
