"""One form for each JSON value: RFC 8785's own examples, and what must hold for all."""

import json
import math
import struct
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.net.jcs import NotCanonical, canonical, number

# RFC 8785, appendix B: the bits of a double, and how it is written.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "shown"), NUMBERS.items())
def test_the_numbers_of_the_rfc(bits: str, shown: str) -> None:
    assert number(struct.unpack(">d", bytes.fromhex(bits))[0]) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_comes_back_from_what_is_written(value: float) -> None:
    shown = number(value)
    assert float(shown) == value
    assert "e" not in shown or not 1e-6 <= abs(value) < 1e21


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400])
def test_what_is_no_number_has_no_form(value: float) -> None:
    with pytest.raises(NotCanonical):
        canonical([value])


def test_integers_are_doubles_too() -> None:
    """JavaScript reads 2^53 + 1 as 2^53."""
    assert canonical([2**53 + 1, -(2**63), 10**22]) == (
        b"[9007199254740992,-9223372036854776000,1e+22]"
    )


def test_the_object_of_the_rfc() -> None:
    """Section 3.2.2 and 3.2.4."""
    text = r"""{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"""
    assert canonical(json.loads(text)).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_as_utf_16_has_them() -> None:
    """Section 3.2.3: an emoji, beyond the 65,536 first characters, comes before U+FB33."""
    names = ["\r", "1", "\x80", "ö", "€", "\U0001f600", "\ufb33"]
    document = dict.fromkeys(reversed(names), 0)
    assert list(json.loads(canonical(document))) == names


@pytest.mark.parametrize("value", ["\ud800", {"\udc00": 1}, ["a\ud83d"]])
def test_half_a_character_has_no_form(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_what_is_nested_without_end_has_no_form() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(NotCanonical):
        canonical(value)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_it_means_the_same_and_is_its_own_form(value: Any) -> None:
    made = canonical(value)
    assert json.loads(made, parse_int=float) == value
    assert canonical(json.loads(made)) == made
    assert canonical(msgspec.json.decode(made)) == made


@given(st.dictionaries(st.text(), values), st.randoms(use_true_random=False))
def test_the_order_in_which_keys_came_does_not_matter(document: Any, chance: Any) -> None:
    names = list(document)
    chance.shuffle(names)
    assert canonical({name: document[name] for name in names}) == canonical(document)
