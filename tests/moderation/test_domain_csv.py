"""Files of rules: Mastodon's own are understood, what is wrong is said with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.kernel.errors import Invalid
from weft.moderation import domain_csv
from weft.moderation.domain_csv import FILE_BYTES, LINES_MAX, read, write_allows, write_rules
from weft.moderation.rules import Rule
from weft.moderation.shared import Entry

HEADER = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"


def test_a_file_as_mastodon_writes_it() -> None:
    text = (
        HEADER
        + 'bad.test,suspend,false,true,"Spam, ""all"" day",true\nLoud.test,silence,true,false,,false\n'
    )
    assert read(text.encode()) == [
        Entry("bad.test", "suspend", False, True, 'Spam, "all" day', True),
        Entry("loud.test", "silence", True),
    ]


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        pytest.param("a.test\nb.test\n", ["a.test", "b.test"], id="plain"),
        pytest.param("\ufeffa.test\r\n\r\nb.test", ["a.test", "b.test"], id="bom and crlf"),
        pytest.param("# mine\na.test\n", ["a.test"], id="remark"),
        pytest.param("#domain\na.test\n", ["a.test"], id="allows"),
        pytest.param("domain,severity\na.test,suspend\n", ["a.test"], id="without #"),
        pytest.param("severity,more,domain\nsuspend,x,a.test\n", ["a.test"], id="other order"),
        pytest.param("*.a.test\n", ["a.test"], id="wildcard"),
        pytest.param("bäd.test\n", ["xn--bd-via.test"], id="idna"),
        pytest.param("a.test\nA.test.\n", ["a.test"], id="the same twice"),
    ],
)
def test_lists_as_they_are_shared(text: str, domains: list[str]) -> None:
    found = read(text.encode())
    assert [entry.domain for entry in found] == domains
    assert {entry.severity for entry in found} == {"suspend"}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        pytest.param(
            HEADER + "ok.test,suspend\nexa***.test,suspend\n", 3, "not a domain", id="hidden"
        ),
        pytest.param(HEADER + "ok.test,kill\n", 2, "not one of silence, suspend", id="severity"),
        pytest.param(HEADER + "ok.test,suspend,maybe\n", 2, "reject_media is 'maybe'", id="flag"),
        pytest.param(HEADER + '"x\ny",suspend\nok.test\n', 2, "not a domain", id="line in a cell"),
        pytest.param(HEADER + 'ok.test,suspend\n"open', 3, "not CSV", id="quote"),
        pytest.param("a.test\n<html>no list</html>\n", 2, "not a domain", id="html"),
        pytest.param(
            HEADER + "a.test,suspend\na.test,silence\n", 3, "in line 2 already", id="twice"
        ),
        pytest.param(HEADER + f"a.test,suspend,,,{'x' * 2001}\n", 2, "longer than", id="comment"),
        pytest.param("a.test" + "," * 60, 1, "too many columns", id="wide"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(domain_csv.BadFile, match=why) as refused:
        read(text.encode())
    assert refused.value.line == line


def test_bytes_that_are_no_text_are_said_with_their_line() -> None:
    with pytest.raises(domain_csv.BadFile) as refused:
        read(b"a.test\nb\xff.test\n")
    assert refused.value.line == 2


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HEADER.encode(), id="header only"),
        pytest.param(b"x" * (FILE_BYTES + 1), id="too large"),
        pytest.param(b"".join(b"d%d.test\n" % n for n in range(LINES_MAX + 1)), id="too long"),
    ],
)
def test_files_have_bounds(raw: bytes) -> None:
    with pytest.raises(Invalid):
        read(raw)


def test_what_is_written_is_read_again() -> None:
    rule = Rule(1, "b.test", "silence", True, False, "secret", 'a "b", c', True, 0)
    noop = Rule(2, "a.test", "noop", False, False, None, None, False, 0)
    text = write_rules([rule, noop])
    assert text.startswith(HEADER)
    assert "secret" not in text
    assert read(text.encode()) == [Entry("b.test", "silence", True, False, 'a "b", c', True)]
    assert write_allows(["a.test"]) == "#domain\na.test\n"


@given(st.binary(max_size=300) | st.text('a.,"#\n\r\x00t*ü', max_size=200).map(str.encode))
def test_any_bytes_are_a_list_or_refused(raw: bytes) -> None:
    try:
        found = read(raw)
    except Invalid:
        return
    assert all(0 < len(entry.domain) <= 255 for entry in found)
    assert len({entry.domain for entry in found}) == len(found)
