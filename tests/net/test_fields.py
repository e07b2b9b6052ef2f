"""Structured fields: what is written is read again, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.net.fields import BareItem, InnerList, Malformed, Token, bare, dictionary, written

keys = st.from_regex(r"[a-z*][a-z0-9_.*-]{0,9}", fullmatch=True)
strings = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
items: st.SearchStrategy[BareItem] = (
    st.integers(-999_999_999_999_999, 999_999_999_999_999)
    | strings
    | st.from_regex(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]{0,9}", fullmatch=True).map(Token)
    | st.binary(max_size=40)
    | st.booleans()
)
lists = st.builds(
    InnerList,
    st.lists(st.from_regex(r"@?[a-z0-9-]{1,20}", fullmatch=True), max_size=8).map(tuple),
    st.dictionaries(keys, items, max_size=8),
)


@given(st.dictionaries(keys, lists | items, max_size=8))
def test_what_is_written_is_read_again(members: dict[str, InnerList | BareItem]) -> None:
    text = ", ".join(
        f"{key}={written(value) if isinstance(value, InnerList) else bare(value)}"
        for key, value in members.items()
    )
    found = dictionary(text)
    assert found == members
    assert [type(value) for value in found.values()] == [type(v) for v in members.values()]


@given(st.text() | st.lists(st.sampled_from('ab="():;, \\?19.-*é\n\t')).map("".join))
def test_nothing_breaks_it(text: str) -> None:
    try:
        dictionary(text)
    except Malformed:
        return


@pytest.mark.parametrize(
    "text",
    [
        ",",
        "a,",
        "a,,b",
        "a=",
        "A=1",
        "a=1 b=2",
        "a=1.5",
        "a=@1",
        "a=1234567890123456",
        "a=?2",
        'a="x',
        'a="\\x"',
        "a=:x:",
        "a=:eA",
        "a=(",
        'a=("x"',
        'a=("x" y)',
        "a=1;B",
        "a=1, a=2",
        ",".join(f"k{n}" for n in range(40)),
        "a=1;" + ";".join(f"k{n}" for n in range(40)),
    ],
)
def test_what_is_not_exactly_right_is_wrong(text: str) -> None:
    with pytest.raises(Malformed):
        dictionary(text)
