"""How words are found in posts: as people write them, and never at the reader's cost."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import House
from weft.reading import filter_changes, filters, matching
from weft.reading.filter_changes import Change, Wish
from weft.threads.model import Draft, Media, NewPoll, Post
from weft.threads.publish import publish
from weft.threads.tables import polls


def finds(word: str, text: str, *, whole: bool) -> bool:
    made = matching.word_of(word, whole=whole)
    return matching.stands_in(made, matching.fold(text))


@pytest.mark.parametrize(
    ("word", "text", "whole", "found"),
    [
        ("tide", "The TIDE.", True, True),
        ("tide", "tides", True, False),
        ("tide", "tides", False, True),
        ("tide", "untide", True, False),
        ("tide", "tides and the tide", True, True),
        # A boundary only where the keyword begins or ends with a word character.
        ("#tide", "about #tide", True, True),
        ("#tide", "x#tide", True, True),
        ("#tide", "#tides", True, False),
        ("c++", "c++17", True, True),
        ("c++", "objc++", True, False),
        ("@a.example", "bob@a.example", False, True),
        # Word characters of all scripts: letters, marks, digits, connectors.
        ("straße", "STRASSE", True, True),
        ("кот", "коты", True, False),
        ("кот", "Кот!", True, True),
        ("का", "काम", True, False),
        ("क", "की", True, False),
        ("猫", "黒猫だ", True, False),
        ("猫", "黒猫だ", False, True),
        ("a", "a_b", True, False),
        ("café", "cafe\u0301", True, True),
        ("bad word", "bad \n  word", True, True),
        (".*", "anything", False, False),
        (".*", "a .* b", False, True),
        ("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", False, False),
    ],
)
def test_words(word: str, text: str, whole: bool, found: bool) -> None:
    assert finds(word, text, whole=whole) is found


@given(st.text(min_size=1), st.text(), st.text())
def test_a_word_is_found_wherever_it_stands(word: str, before: str, after: str) -> None:
    folded = matching.fold(word)
    if folded:
        assert matching.stands_in(
            matching.word_of(word, whole=False),
            f"{matching.fold(before)} {folded} {matching.fold(after)}",
        )
        assert matching.stands_in(matching.word_of(word, whole=True), f". {folded} .")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one two"),
        ("<p>one<br>two</p>", "one two"),
        ('<p>a<span class="invisible">b</span>c &amp; d</p>', "abc & d"),
        ('<p><a href="x" class="mention hashtag">#<span>tide</span></a></p>', "#tide"),
        ("no tags", "no tags"),
    ],
)
def test_the_words_of_html(html: str, text: str) -> None:
    assert matching.fold(matching.plain(html).replace("\0", " ")) == text


def test_all_that_is_read_is_looked_at_but_not_across_it(house: House) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    house.db.write_now(
        lambda tx: filter_changes.create(
            tx,
            ada.id,
            Wish(
                title="t",
                context=["home"],
                keywords=[
                    Change(text=word, whole_word=False)
                    for word in ("spoken", "warned", "pictured", "spoken warned")
                ],
            ),
        )
    )
    post = house.post(bob, "spoken", spoiler="warned")
    picture = Media(id="1", mime="image/png", description="pictured")

    def look(tx: filters.Tx) -> list[str]:
        from msgspec import structs, to_builtins

        shown: Post = structs.replace(post, media=[to_builtins(picture)])
        return matching.matches(tx, ada.id, [shown])[post.id][0].keywords

    assert house.db.read_now(look) == ["spoken", "warned", "pictured"]


def test_a_thousand_keywords_cost_milliseconds(house: House) -> None:
    """Each keyword nearly stands everywhere in the longest texts there are."""
    ada, bob = house.person("ada"), house.person("bob")
    house.db.write_now(
        lambda tx: filter_changes.create(
            tx,
            ada.id,
            Wish(
                title="t",
                context=["home"],
                keywords=[
                    Change(text="a" * 400 + f"b{n}") for n in range(filter_changes.KEYWORDS_MAX)
                ],
            ),
        )
    )
    first, *posts = [house.post(bob, "a" * 4_000) for _ in range(6)]
    house.db.read_now(lambda tx: matching.matches(tx, ada.id, [first]))
    began = time.perf_counter()
    assert house.db.read_now(lambda tx: matching.matches(tx, ada.id, posts)) == {}
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("a" * 20_000, ["a" * length for length in range(1, 101)]),
        ("ab " * 1_650, ["ab " * times + "a" for times in range(100)]),
        ("!aa" * 1_650, ["!aa" * times + "!a" for times in range(100)]),
    ],
)
def test_what_nearly_stands_everywhere_costs_milliseconds(text: str, keywords: list[str]) -> None:
    words = [matching.word_of(keyword, whole=True) for keyword in keywords]
    began = time.perf_counter()
    assert not any(matching.stands_in(word, matching.fold(text)) for word in words)
    assert time.perf_counter() - began < 0.3


@given(st.text("ab_!. é\u0301\u0940", min_size=1), st.text("ab_!. é\u0301\u0940"))
def test_a_whole_word_is_none_that_goes_on(word: str, text: str) -> None:
    """The rule as it is written, letter by letter."""

    def inside(char: str) -> bool:
        return char.isalnum() or unicodedata.category(char or " ") in ("Mn", "Mc", "Me", "Pc")

    word, text = matching.fold(word), matching.fold(text)
    stands = any(
        not (inside(word[:1]) and inside(text[at - 1 : at] if at else ""))
        and not (inside(word[-1:]) and inside(text[at + len(word) : at + len(word) + 1]))
        for at in range(len(text) - len(word) + 1)
        if text.startswith(word, at)
    )
    if word:
        assert matching.stands_in(matching.word_of(word, whole=True), text) is stands


def make(house: House, owner: int, *words: str, lasts: int | None = None) -> filters.Filter:
    keywords = [Change(text=word) for word in words]
    wish = Wish(title="t", context=["home"], lasts=lasts, keywords=keywords)
    return house.db.write_now(lambda tx: filter_changes.create(tx, owner, wish))


def found(house: House, viewer: int, post: Post, *, later: int = 0) -> list[str]:
    def look(tx: filters.Tx) -> list[str]:
        tx.now += later
        met = matching.matches(tx, viewer, [post]).get(post.id, [])
        return [word for match in met for word in match.keywords]

    return house.db.read_now(look)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"html": "<p>the goat</p>"}, id="edited"),
        pytest.param({"spoiler": "a goat"}, id="warned"),
        pytest.param({"media": [{"description": "a goat"}]}, id="described"),
    ],
)
def test_a_post_that_changed_is_read_again(house: House, change: dict[str, object]) -> None:
    """What was remembered of it would show what its reader does not want to see."""
    from msgspec import structs

    ada, bob = house.person("ada"), house.person("bob")
    make(house, ada.id, "goat")
    post = house.post(bob, "Good morning")
    assert found(house, ada.id, post) == []
    assert found(house, ada.id, structs.replace(post, **change)) == ["goat"]
    assert found(house, ada.id, post) == []


def test_answers_of_a_poll_are_read_again(house: House) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    make(house, ada.id, "goat")
    asked = NewPoll(("rye", "wheat"), 600_000)
    post = house.db.write_now(lambda tx: publish(tx, bob, Draft(text="Which?", poll=asked)))
    assert found(house, ada.id, post) == []
    house.db.write_now(lambda tx: tx.run(polls.update().values(options=["rye", "goat"])))
    assert found(house, ada.id, post) == ["goat"]


def test_another_filter_reads_all_again(house: House) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    make(house, ada.id, "tide")
    post = house.post(bob, "The goat")
    assert found(house, ada.id, post) == []
    make(house, ada.id, "goat")
    assert found(house, ada.id, post) == ["goat"]


def test_a_filter_ends_also_where_it_was_met(house: House) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    make(house, ada.id, "goat", lasts=3_600)
    make(house, ada.id, "tide")
    post = house.post(bob, "The goat and the tide")
    assert found(house, ada.id, post) == ["goat", "tide"]
    assert found(house, ada.id, post, later=3_601_000) == ["tide"]


def test_only_so_many_are_remembered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MET_MAX", 3)
    ada, bob = house.person("ada"), house.person("bob")
    make(house, ada.id, "goat")
    for number in range(5):
        assert found(house, ada.id, house.post(bob, f"goat {number}")) == ["goat"]
    kept = matching._kept[house.db.site.base, ada.id]  # pyright: ignore[reportPrivateUsage]
    assert len(kept.met) <= 3
