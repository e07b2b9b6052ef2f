from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from weft.ai.brains.port import Passage
from weft.ai.knowledge import packs
from weft.ai.knowledge.bm25 import Index, pack

TEXTS = st.lists(
    st.builds(
        Passage,
        st.text(max_size=60),
        st.text(max_size=20),
        st.none() | st.just("https://a.example"),
        st.text(max_size=9),
    ),
    max_size=6,
)


@given(TEXTS, st.text(max_size=60))
def test_a_pack_answers_as_what_it_was_made_of(passages: list[Passage], question: str) -> None:
    made = pack(passages)
    read = packs.from_blob(packs.to_blob(made))
    assert read is not None
    assert list(read.passages) == passages
    assert Index(read).search(question) == Index(passages).search(question)


def test_another_format_and_broken_ones_are_made_anew() -> None:
    blob = packs.to_blob(pack([Passage("bread")]))
    assert packs.from_blob(b"") is None
    assert packs.from_blob(bytes([packs.FORMAT + 1]) + blob[1:]) is None
    assert packs.from_blob(blob[:-9]) is None
    assert packs.from_blob(blob[:1] + b"noise") is None


def test_a_thousand_passages_wake_quickly() -> None:
    blob = packs.to_blob(
        pack(
            [
                Passage(f"Item {n} is number{n % 97} of kind{n % 13}. " * 12, f"Doc {n % 20}: H{n}")
                for n in range(1000)
            ]
        )
    )
    best = 9.0
    for _ in range(5):
        begun = time.process_time()
        read = packs.from_blob(blob)
        assert read is not None
        Index(read)
        best = min(best, time.process_time() - begun)
    assert best < 0.1  # about 0.01 s; a reading that takes the texts apart anew takes 0.4 s
