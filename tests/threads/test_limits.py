"""How long a post is, counted as Mastodon and its apps count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.kernel.errors import WeftError
from weft.threads.limits import POST_CHARS, check_post, count, graphemes


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("hello", 5),
        ("a\r\nb", 3),
        ("é e\u0301", 3),
        ("👩‍👩‍👧‍👦", 1),
        ("👍🏽", 1),
        ("🇮🇹🇩🇪", 2),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", 1),
        ("हिन्दी", 3),
        ("❤️", 1),
    ],
)
def test_characters_as_seen(text: str, length: int) -> None:
    assert graphemes(text) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://example.com/" + "x" * 200, 23),
        ("see http://a.example.", 4 + 23 + 1),
        ("@bob hi", 7),
        ("@bob@far.example hi", 7),
        ("#tag", 4),
        ("a@far.example", 13),
    ],
)
def test_links_and_mentions_as_mastodon_counts(text: str, length: int) -> None:
    assert count(text) == length


def test_the_warning_counts_too() -> None:
    assert count("text", "warning") == 11


@pytest.mark.parametrize(
    ("text", "media"),
    [("", 0), (" \n", 0), ("x" * (POST_CHARS + 1), 0), ("e" + "\u0301" * 50_000, 0), ("x", 5)],
)
def test_refused(text: str, media: int) -> None:
    with pytest.raises(WeftError) as refused:
        check_post(text, media=["m"] * media)
    assert refused.value.status == 422
    assert refused.value.text.startswith("Validation failed")


def test_accepted() -> None:
    check_post("x" * POST_CHARS)
    check_post("", media=["m"])
    check_post("https://x.example/" + "x" * 4_000 + " " + "x" * (POST_CHARS - 24))


@given(st.text())
def test_never_more_than_code_points(text: str) -> None:
    assert graphemes(text) <= len(text)
