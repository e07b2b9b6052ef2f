"""The search field takes anything that people type or paste."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weft.store.search import WORDS_MAX, words
from weft.threads import search_query as asked
from weft.threads.search_query import FILTERS_MAX, Query, parse

_SYNTAX = st.lists(
    st.sampled_from(
        [
            '"',
            "-",
            "+",
            ":",
            "from:",
            "has:",
            "is:",
            "in:",
            "before:",
            "during:",
            "language:",
            "@",
            "a",
            "me",
            "media",
            "2026-01-01",
            "AND",
            "NEAR(",
            "*",
            "(",
            ")",
            "&",
            "|",
            "'",
            "\\",
            " ",
        ]
    )
).map("".join)


@given(st.one_of(st.text(), _SYNTAX))
def test_nothing_fails_and_all_is_bounded(text: str) -> None:
    query = parse(text)
    phrases = query.wanted + query.unwanted
    assert sum(map(len, phrases)) <= WORDS_MAX
    assert len(query.filters) <= FILTERS_MAX
    for phrase in phrases:
        assert phrase
        for word in phrase:
            assert word.isalnum()
            assert words(word) == (word,)


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=WORDS_MAX))
def test_plain_words_are_all_wanted(typed: list[str]) -> None:
    assert parse(" ".join(typed)) == Query(wanted=tuple((word,) for word in typed))


def test_the_documented_operators() -> None:
    query = parse('cats "my cluckers" -dogs -"hot dog" from:@me -has:poll is:reply language:DE')
    assert query.wanted == (("cats",), ("my", "cluckers"))
    assert query.unwanted == (("dogs",), ("hot", "dog"))
    assert query.filters == (
        asked.From("me", "", negated=False),
        asked.Has("poll", negated=True),
        asked.Is("reply", negated=False),
        asked.Language("de", negated=False),
    )
    assert parse("from:@ada@example.org").filters == (
        asked.From("ada", "example.org", negated=False),
    )
    assert parse("in:library x").scope == "library"
    assert parse("-in:library x").scope == "public"


def test_what_is_no_operator_is_words() -> None:
    assert parse("e-mail:ada").wanted == (("e", "mail", "ada"),)
    assert parse("note: bread").wanted == (("note",), ("bread",))
    assert parse("10:30").wanted == (("10", "30"),)
    assert parse("don't").wanted == (("don", "t"),)
    assert parse(' "" - + : ').empty


def test_days_are_whole_and_times_are_moments() -> None:
    (before,), (after,), (during,) = (
        parse(f"{name}:2025-03-01").filters for name in ("before", "after", "during")
    )
    assert isinstance(before, asked.Between)
    assert isinstance(after, asked.Between)
    assert isinstance(during, asked.Between)
    assert (before.until, before.since) == (1_740_787_200_000, None)
    assert (after.since, after.until) == (1_740_873_600_000, None)
    assert (during.since, during.until) == (before.until, after.since)
    assert parse("after:yesterday").filters == (asked.Never(negated=False),)
