"""The program that scores any chat keeps its contract."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.ai.turns import evaluate
from weft.ai.turns.modes import Mode

Lines = list[dict[str, Any]]


def chat(*said: tuple[str, str]) -> Lines:
    return [
        {
            "id": str(i),
            "at": f"2026-05-01T10:{i // 2:02}:{i % 2 * 30:02}Z",
            "author": who,
            "text": text,
        }
        for i, (who, text) in enumerate(said)
    ]


def judged(lines: Lines, *members: str, mode: Mode = Mode.WHEN_ITS_FOR_IT) -> list[bytes]:
    data = "\n".join(json.dumps(line) for line in lines).encode()
    return list(evaluate.judge(evaluate.read(data), members, mode))


CHAT = chat(
    ("ana", "hello everyone"),
    ("bob", "hi ana"),
    ("cleo", "how do I mount a disk?"),
    ("bob", "cleo: which disk?"),
    ("cleo", "an old one, with ext3"),
    ("", "dan joined"),
    ("dan", "is it raining in Lisbon?"),
    ("ana", "dan: yes"),
    ("bob", "cleo: then mount -t ext3"),
    ("cleo", "thanks bob"),
)
names = st.sampled_from(
    ["ana", "bob", "Zoë 7", "[x]", "юля", "helpbot", "", "a,b", "\u202eevil", "I"]
)
words = st.sampled_from(
    ["ana:", "bob", "@[x]", "hello", "?", "how", "thanks", "юля,", "!ops", "\n", "😀"]
)
texts = st.one_of(st.lists(words, max_size=8).map(" ".join), st.text(max_size=30))
chats = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 12) | st.text(max_size=3),
            "at": st.datetimes().map(lambda moment: moment.isoformat()),
            "author": names | st.none(),
            "text": texts,
        },
        optional={
            "reply_to": st.integers(0, 12) | st.text(max_size=3) | st.none(),
            "more": st.none(),
        },
    ),
    max_size=25,
)


def test_one_line_for_each_who_did_not_write_it() -> None:
    found = [json.loads(one) for one in judged(CHAT, "ana", "bob", "nova")]
    pairs = [
        (line["id"], who)
        for line in CHAT
        for who in ("ana", "bob", "nova")
        if who != line["author"]
    ]
    assert [(one["line"], one["member"]) for one in found] == pairs
    for one in found:
        assert list(one) == ["line", "member", "addressed", "join", "decision", "reasons"]
        assert 0 <= one["addressed"] <= 1
        assert 0 <= one["join"] <= 1
        assert one["decision"] in {"speak", "react", "silent", "wait"}
        assert one["reasons"]
        assert all(isinstance(code, str) for code in one["reasons"])


def test_without_members_all_authors_until_then_play() -> None:
    found = [json.loads(one) for one in judged(CHAT)]
    seen: list[str] = []
    pairs = []
    for line in CHAT:
        pairs += [(line["id"], who) for who in seen if who != line["author"]]
        if line["author"] and line["author"] not in seen:
            seen.append(line["author"])
    assert [(one["line"], one["member"]) for one in found] == pairs


@pytest.mark.parametrize("members", [(), ("ana", "nova")], ids=["all", "some"])
def test_a_prefix_gives_a_prefix(members: tuple[str, ...]) -> None:
    whole = judged(CHAT, *members)
    for cut in range(len(CHAT)):
        part = judged(CHAT[:cut], *members)
        assert whole[: len(part)] == part


@settings(max_examples=60, deadline=None)
@given(
    chats, st.integers(0, 25), st.sampled_from(Mode), st.sampled_from([(), ("ana", "nova", "[x]")])
)
def test_nothing_ahead_is_read(
    lines: Lines, cut: int, mode: Mode, members: tuple[str, ...]
) -> None:
    whole = judged(lines, *members, mode=mode)
    part = judged(lines[:cut], *members, mode=mode)
    assert whole[: len(part)] == part
    for one in whole:
        json.loads(one)


def test_the_reply_button_says_for_whom() -> None:
    lines = [*CHAT, *chat(("dan", "and where is it written?"))]
    lines[-1] |= {"id": 99, "reply_to": "4"}
    found = {one["member"]: one for one in map(json.loads, judged(lines)) if one["line"] == 99}
    assert found["cleo"]["decision"] == "speak"
    assert found["cleo"]["addressed"] > 0.9
    assert found["bob"]["addressed"] < 0.2
    assert "replied_to" in found["cleo"]["reasons"]


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "[]",
        '{"id": "1", "at": "2026-01-01T00:00:00Z", "author": "a"}',
        '{"id": "1", "at": "yesterday", "author": "a", "text": "x"}',
        '{"id": "1", "at": 5, "author": "a", "text": "x"}',
        '{"id": [], "at": "2026-01-01T00:00:00Z", "author": "a", "text": "x"}',
        '{"id": "1", "at": "2026-01-01T00:00:00Z", "author": 7, "text": "x"}',
    ],
    ids=["json", "list", "text", "clock", "number", "id", "author"],
)
def test_bad_lines_are_refused_with_their_place(
    bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text(json.dumps(CHAT[0]) + "\n" + bad + "\n", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        evaluate.main(["--lines", str(path)])
    assert left.value.code == 2
    said = capsys.readouterr()
    assert "line 2: " in said.err
    assert not said.out


@pytest.mark.parametrize(
    "given_words",
    [
        ["--lines", "/nowhere.jsonl"],
        ["--lines", "x", "--mode", "loud"],
        ["--lines", "x", "--members", " , "],
        [],
    ],
    ids=["file", "mode", "members", "nothing"],
)
def test_bad_words_are_refused(given_words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        evaluate.main(given_words)
    assert left.value.code == 2


@pytest.mark.slow
def test_it_runs_as_a_program_and_says_the_same_in_every_process(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in CHAT), encoding="utf-8")
    command = [sys.executable, "-m", "weft.ai.turns.evaluate", "--lines", str(path)]
    runs = {subprocess.run(command, check=True, capture_output=True).stdout for _ in range(2)}
    assert runs == {b"".join(judged(CHAT))}
