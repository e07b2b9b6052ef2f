"""A copied answer that is not recognised; a person's words that are taken for a machine's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weft.ai.disclosure import fingerprint
from weft.ai.disclosure.fingerprint import WORDS_MIN, taken

KEY, OTHER = b"k" * 32, b"o" * 32
words = st.lists(st.sampled_from([f"w{n}" for n in range(400)]), min_size=0, max_size=60)


@given(words, st.lists(st.integers(), min_size=WORDS_MIN, max_size=30), words, words, words)
def test_twelve_words_in_a_row_are_recognised_wherever_they_stand(
    before: list[str], shared: list[int], after: list[str], left: list[str], right: list[str]
) -> None:
    common = [f"s{n}" for n in shared]
    one = taken(KEY, " ".join([*before, *common, *after]))
    other = taken(KEY, " ".join([*left, *common, *right]))
    assert one is not None
    assert other is not None
    assert set(one.runs) & set(other.runs)


@given(st.text(max_size=400), st.text(max_size=400))
def test_texts_that_share_no_word_share_nothing(left: str, right: str) -> None:
    one = taken(KEY, " ".join(f"a{ord(c)}" for c in left))
    other = taken(KEY, " ".join(f"b{ord(c)}" for c in right))
    if one is not None and other is not None:
        assert not {one.whole, *one.runs} & {other.whole, *other.runs}


def test_what_is_short_leaves_nothing() -> None:
    assert taken(KEY, " ".join(["word"] * (WORDS_MIN - 1))) is None
    assert taken(KEY, " ".join(["word"] * WORDS_MIN)) is not None


def test_how_it_is_laid_out_and_whom_it_names_does_not_count() -> None:
    text = "The loaf of rye costs four euros and is baked on Tuesdays and Fridays only."
    assert taken(KEY, text) == taken(
        KEY, f"@bo @\u2060cy@else.where  {text.upper()}\n".replace(" ", "\n ")
    )


def test_another_key_makes_other_numbers() -> None:
    text = " ".join(f"w{n}" for n in range(40))
    one, other = taken(KEY, text), taken(OTHER, text)
    assert one is not None
    assert other is not None
    assert not set(one.runs) & set(other.runs)


def test_what_it_quotes_is_not_its_own() -> None:
    quoted = " ".join(f"q{n}" for n in range(40))
    made = taken(KEY, f"Here is what I found. {quoted}", [quoted])
    person = taken(KEY, quoted)
    assert made is not None
    assert person is not None
    assert not set(made.runs) & set(person.runs)


def test_a_language_without_spaces() -> None:
    text = "今日はとても良い天気なので、みんなで公園に行きましょう。"
    assert taken(KEY, text) is not None
    kept = taken(KEY, text)
    longer = taken(KEY, f"彼は言った。{text}そして帰った。")
    assert kept is not None
    assert longer is not None
    assert set(kept.runs) & set(longer.runs)


def test_a_third_is_kept() -> None:
    made = taken(KEY, " ".join(f"w{n}" for n in range(fingerprint.WORDS_MAX)))
    assert made is not None
    assert len(made.runs) < fingerprint.WORDS_MAX * 0.4
