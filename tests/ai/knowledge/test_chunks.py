from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weft.ai.knowledge.chunks import PASSAGE_CHARS, passages, sentences
from weft.ai.knowledge.documents import Document, parse


def test_sentences_end_where_people_end_them() -> None:
    text = (
        'Dr. Ada said: "Stop." Then 3.5 kg of flour, e.g. rye, came. Did it? それは本です。はい。'
    )
    assert sentences(text) == [
        'Dr. Ada said: "Stop."',
        "Then 3.5 kg of flour, e.g. rye, came.",
        "Did it?",
        "それは本です。",
        "はい。",
    ]


def test_passages_carry_their_headings() -> None:
    found = passages([parse("# Shop\n\nWelcome.\n\n## Hours\n\nNine to five.\n", "shop.md")])
    assert [(p.title, p.text) for p in found] == [
        ("Shop", "Welcome."),
        ("Shop: Hours", "Nine to five."),
    ]


def test_rows_are_passages() -> None:
    found = passages([parse("a,b\n1,2\n3,4\n", "t.csv")])
    assert [p.text for p in found] == ["a: 1; b: 2", "a: 3; b: 4"]


SENTENCE = st.integers(3, 60).map(lambda n: "Word" + " word" * n + ".")


@given(st.lists(st.lists(SENTENCE, min_size=1, max_size=12), min_size=1, max_size=6))
def test_no_sentence_is_cut_and_none_is_lost(paragraphs: list[list[str]]) -> None:
    text = "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
    found = passages([Document("T", None, text, "t.txt")])
    assert [s for p in found for s in sentences(p.text)] == [s for p in paragraphs for s in p]
    assert all(len(p.text) <= PASSAGE_CHARS for p in found)


@given(st.text(max_size=3000))
def test_any_document_is_cut(text: str) -> None:
    for passage in passages([Document("T", None, text, "t.txt")]):
        for sentence in sentences(passage.text):
            assert sentence in passage.text
