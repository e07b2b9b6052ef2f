"""Base 58: what is written is read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.net import multibase


@given(st.binary(max_size=80))
def test_what_is_written_is_read_again(raw: bytes) -> None:
    assert multibase.decode(multibase.encode(raw)) == raw


def test_known_ones() -> None:
    """draft-msporny-base58, section 5."""
    assert multibase.encode(b"Hello World!") == "z2NEpo7TZRRrLZSi2U"
    assert multibase.encode(b"\0\0\x28\x7f\xb4\xcd") == "z11233QC4"


@pytest.mark.parametrize("text", ["", "2NEpo", "mAAAA", "z0", "zl", "zé", "z 1"])
def test_what_is_not_base_58(text: str) -> None:
    with pytest.raises(ValueError, match="base 58"):
        multibase.decode(text)
