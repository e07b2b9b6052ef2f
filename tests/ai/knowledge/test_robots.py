from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.knowledge.robots import allows

FILE = """\
# for all
User-agent: *
Disallow: /private
Allow: /private/open
Disallow: /*.pdf$

User-agent: Other
User-agent: Weft/1.0
Disallow: /shop # not here
Disallow:
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/", True), ("/shop/bread", False), ("/private", True), ("/a.pdf", True)],
)
def test_the_group_for_our_name_counts(path: str, allowed: bool) -> None:
    assert allows(FILE, path) == allowed


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private/x", False),
        ("/private/open/x", True),
        ("/a/b.pdf", False),
        ("/a/b.pdf?x", True),
    ],
)
def test_else_the_one_for_everybody_and_the_longest_rule(path: str, allowed: bool) -> None:
    assert allows(FILE.replace("Weft", "Else"), path) == allowed


def test_nothing_forbids_nothing() -> None:
    assert allows("", "/")
    assert allows("User-agent: weft\nDisallow:", "/")
    assert not allows("User-agent: *\nDisallow: /", "/")


def test_many_stars_cost_no_more_than_their_number() -> None:
    text = "User-agent: *\nDisallow: /" + "*a" * 5_000 + "$"
    begun = time.process_time()
    assert allows(text, "/" + "a" * 4_000 + "b")
    assert time.process_time() - begun < 1


@given(st.text(max_size=300), st.text(max_size=50))
def test_any_file_says_something(text: str, path: str) -> None:
    assert allows(text, "/" + path) in (True, False)
