"""Rails' spelling of lists and nested values, and what is refused."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.api.rails import DEPTH_MAX, FIELDS_MAX, nest, parse, plain_query
from weft.kernel.errors import WeftError

URLENCODED = b"application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        (b"id[]=1&id[]=2", b"id=1&id=2"),
        (b"id%5B%5D=1&limit=5", b"id=1&limit=5"),
        (b"media_ids[0]=1&media_ids[1]=2", b"media_ids=1&media_ids=2"),
        (b"q=%5B%5D&types[]=a+b", b"q=%5B%5D&types=a+b"),
        (b"q=gr%C3%BCn&x[]=1", b"q=gr%C3%BCn&x=1"),
    ],
)
def test_lists_in_a_query_become_repeated_names(query: bytes, plain: bytes) -> None:
    assert plain_query(query) == plain


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("id[]=1&id[]=2", {"id": ["1", "2"]}),
        ("id[][]=1&id[][]=2", {"id": ["1", "2"]}),
        ("id=1&id=2", {"id": ["1", "2"]}),
        ("media_ids[1]=b&media_ids[0]=a", {"media_ids": ["a", "b"]}),
        ("source[privacy]=public", {"source": {"privacy": "public"}}),
        ("poll[options][]=a&poll[options][]=b", {"poll": {"options": ["a", "b"]}}),
        (
            "m[][id]=1&m[][description]=x&m[][id]=2&m[][focus]=0,0",
            {"m": [{"id": "1", "description": "x"}, {"id": "2", "focus": "0,0"}]},
        ),
        (
            "fields[0][name]=n&fields[0][value]=v&fields[1][name]=m",
            {"fields": [{"name": "n", "value": "v"}, {"name": "m"}]},
        ),
        ("[]=1&=2", {}),
        ("status=gr%C3%BCn+%F0%9F%A7%B6", {"status": "grün 🧶"}),
    ],
)
def test_forms_nest_as_in_rails(form: str, values: dict[str, object]) -> None:
    assert parse(URLENCODED, form.encode()).values == values


@pytest.mark.parametrize(
    "form",
    [
        "a=1&a[b]=2",
        "a[b]=1&a=2",
        "a[]=1&a[b]=2",
        "a[b=1",
        "a]b[=1",
        "a[b]c=1",
        "a" + "[b]" * (DEPTH_MAX + 1) + "=1",
        "&".join(f"a{n}=1" for n in range(FIELDS_MAX + 1)),
        "a=%FF",
    ],
)
def test_forms_that_contradict_themselves_or_go_too_far_are_refused(form: str) -> None:
    with pytest.raises(WeftError) as refused:
        parse(URLENCODED, form.encode())
    assert refused.value.status == 400


def part(name: str, value: str, filename: str = "") -> bytes:
    file = f'; filename="{filename}"' if filename else ""
    return (
        f'--X\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'
    ).encode()


def test_multipart_fields_nest_and_files_stay_apart() -> None:
    body = part("m[][id]", "1") + part("file", "bytes", "a.png") + part("t", "grün") + b"--X--\r\n"
    form = parse(b"multipart/form-data; boundary=X", body)
    assert form.values == {"m": [{"id": "1"}], "t": "grün"}
    assert form.files["file"].data == b"bytes"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"multipart/form-data", part("a", "1") + b"--X--"),
        (b"multipart/form-data; boundary=Y", part("a", "1") + b"--X--"),
        (b"multipart/form-data; boundary=X", part("a", "1")),
        (b"multipart/form-data; boundary=X", b""),
    ],
)
def test_broken_multipart_is_refused(kind: bytes, body: bytes) -> None:
    with pytest.raises(WeftError):
        parse(kind, body)


_names = st.text(st.sampled_from("ab[]01"), max_size=8)


@given(st.lists(st.tuples(_names, st.text(max_size=5)), max_size=12))
def test_any_form_is_nested_or_refused_never_a_crash(pairs: list[tuple[str, str]]) -> None:
    try:
        values = nest(pairs)
    except WeftError:
        return
    msgspec.json.encode(values)


@given(st.lists(st.tuples(st.sampled_from(["a", "b[]", "c[0]"]), st.text(max_size=5)), max_size=9))
def test_a_plain_query_keeps_every_value_in_order(pairs: list[tuple[str, str]]) -> None:
    from urllib.parse import parse_qsl

    plain = parse_qsl(plain_query(urlencode(pairs).encode()).decode(), keep_blank_values=True)
    assert [value for _, value in plain] == [value for _, value in pairs]
    assert all("[" not in name for name, _ in plain)
