"""Who is called here, and how surely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.turns.names import CALLED, INSIDE, LIKE, PLAIN, Names

PEOPLE = (
    "bob",
    "paulus68",
    "dr_willis",
    "[Ana]",
    "Ana Lima",
    "will",
    "ünal",
    "юля",
    "kim@b.example",
)


def calls(text: str, *people: str, near: tuple[str, ...] = ()) -> dict[str, int]:
    names = Names()
    for person in people or PEOPLE:
        names.add(person)
    return names.calls(text, list(near))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bob: hello", {"bob": CALLED}),
        ("Bob, hello", {"bob": CALLED}),
        ("what do you think @bob?", {"bob": CALLED}),
        ("hi bob", {"bob": PLAIN}),
        ("thanks a lot bob!", {"bob": PLAIN}),
        ("bob is that so", {"bob": PLAIN}),
        ("I told bob to wait here", {"bob": INSIDE}),
        ("bob's machine was slow today", {"bob": PLAIN}),
        ("in this I think I agree with bob", {"bob": INSIDE}),
        ("is this the way one does it bob?", {"bob": PLAIN}),
        ("bobsled is a sport", {}),
        ("dr_willis: and then?", {"dr_willis": CALLED}),
        ("<@dr_willis> and then?", {"dr_willis": CALLED}),
        ("[Ana]: hello", {"[Ana]": CALLED}),
        ("Ana Lima, hello", {"Ana Lima": CALLED}),
        ("I will do it", {"will": LIKE}),
        ("will: do it", {"will": CALLED}),
        ("ÜNAL: merhaba", {"ünal": CALLED}),
        ("Юля, привет", {"юля": CALLED}),
        ("@kim hello", {"kim@b.example": CALLED}),
        ("@kim@b.example hello", {"kim@b.example": CALLED}),
        ("", {}),
        ("@ : , !!", {}),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else None,
)
def test_a_call_is_heard(text: str, found: dict[str, int]) -> None:
    assert calls(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("paulus, don't", {"paulus68": LIKE}),
        ("paul, don't", {"paulus68": LIKE}),
        ("pualus68: don't", {"paulus68": LIKE}),
        ("paul went home", {}),
        ("so, paul", {}),
    ],
    ids=ascii,
)
def test_half_a_name_counts_where_people_are_called(text: str, found: dict[str, int]) -> None:
    assert calls(text, near=("paulus68", "bob")) == found


def test_half_a_name_of_two_people_is_nobody() -> None:
    assert calls("ana: hello", "ana_1", "ana_2") == {}


def test_a_name_that_left_is_not_called() -> None:
    names = Names()
    names.add("bob")
    names.add("bob the builder")
    names.remove("bob")
    assert names.calls("bob: hello", []) == {}
    assert names.calls("bob the builder: hello", []) == {"bob the builder": CALLED}


@given(st.lists(st.text(min_size=1, max_size=12), max_size=8, unique=True), st.text(max_size=80))
def test_any_names_in_any_text(people: list[str], text: str) -> None:
    names = Names()
    for person in people:
        names.add(person)
    assert set(names.calls(text, people)) <= set(people)
    for person in people:
        names.remove(person)
    assert names.calls(text, []) == {}


@given(
    st.text(alphabet="abcXYZ[]_|^`-09é", min_size=3, max_size=12).filter(
        lambda n: n.strip("_-[]^`|")
    )
)
def test_whoever_is_addressed_is_called(name: str) -> None:
    for text in (f"{name}: hello", f"@{name} hello", f"{name}, hello"):
        assert calls(text, name) == {name: CALLED}
