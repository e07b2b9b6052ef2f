"""Score any chat: `python -m weft.ai.turns.evaluate --lines FILE.jsonl [--members a,b] [--mode MODE]`.

Each line of the file is `{id, at, author, text, reply_to?}`: `at` in ISO 8601 (without an offset: UTC),
an empty or missing author is a notice of the room, other fields are ignored. Each member in turn plays
the AI; without `--members` these are the authors until then. For each line and each member who did not
write it one JSON line is printed: `{line, member, addressed, join, decision, reasons}`. Only the lines
before and at the one judged are read: the output for a prefix of the file is a prefix of the output.
Bad input: an error that says where, and exit code 2.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from weft.ai.turns import gate, modes
from weft.ai.turns.lines import Line
from weft.ai.turns.room_state import RoomState, present

#: So many pieces of output are joined before they are written.
_BATCH = 4096


class BadLine(ValueError):
    """A line that cannot be read; the text says where and why."""


class _Given(msgspec.Struct):
    id: str | int
    at: str
    text: str
    author: str | None = None
    reply_to: str | int | None = None


def read(data: bytes) -> list[tuple[Line, bytes]]:
    """The lines, each with its id as it was written. Raises BadLine."""
    found: list[tuple[Line, bytes]] = []
    decoder = msgspec.json.Decoder(_Given)
    for number, raw in enumerate(data.splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            given = decoder.decode(raw)
            moment = datetime.fromisoformat(given.at)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            at = int(moment.timestamp() * 1000)
        except (msgspec.MsgspecError, ValueError, OverflowError) as wrong:
            raise BadLine(f"line {number}: {wrong}") from wrong
        line = Line(
            id=str(given.id),
            at=at,
            author=(given.author or "").strip(),
            text=given.text,
            reply_to=None if given.reply_to is None else str(given.reply_to),
        )
        found.append((line, msgspec.json.encode(given.id)))
    return found


def judge(
    lines: list[tuple[Line, bytes]], members: tuple[str, ...], mode: modes.Mode
) -> Iterator[bytes]:
    """The output, one piece per line and member."""
    state = RoomState(members)
    encode = msgspec.json.encode
    known = {name: encode(name) for name in dict.fromkeys(members)}
    quick = {
        code: b',"addressed":%g,"join":%g,"decision":"silent","reasons":["%s"]}\n'
        % (*gate.ABSENT, code.encode())
        for code in ("not_here", "notice")
    }
    for line, shown in lines:
        heard = state.push(line)
        start = b'{"line":' + shown + b',"member":'
        waits = modes.THRESHOLDS[mode].waits and modes.open_question(heard)
        for name, written in known.items():
            if name == line.author:
                continue
            if heard.notice:
                yield start + written + quick["notice"]
                continue
            if not waits and not present(state, heard, name):
                yield start + written + quick["not_here"]
                continue
            scores = gate.score(state, heard, name)
            reasons = scores.reasons
            if modes.unsure(heard, name, scores, mode):
                reasons = (*reasons, "unsure")
            yield (
                start
                + written
                + b',"addressed":%.4f,"join":%.4f,"decision":"%s","reasons":%s}\n'
                % (
                    scores.addressed,
                    scores.join,
                    modes.decide(heard, name, scores, mode).encode(),
                    encode(reasons),
                )
            )
        if not members and line.author and not heard.notice and line.author not in known:
            known[line.author] = encode(line.author)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m weft.ai.turns.evaluate", description=__doc__)
    parser.add_argument("--lines", required=True, metavar="FILE", help="JSON lines; - for stdin")
    parser.add_argument("--members", metavar="a,b", help="who plays the AI; all authors if absent")
    parser.add_argument(
        "--mode",
        default=modes.Mode.WHEN_ITS_FOR_IT.value,
        choices=[mode.value for mode in modes.Mode],
    )
    given = parser.parse_args(argv)
    members = tuple(name.strip() for name in (given.members or "").split(",") if name.strip())
    if given.members is not None and not members:
        parser.error("--members names nobody")
    try:
        data = sys.stdin.buffer.read() if given.lines == "-" else Path(given.lines).read_bytes()
        lines = read(data)
    except (OSError, BadLine) as wrong:
        parser.error(str(wrong))
    out, pieces = sys.stdout.buffer, []
    for piece in judge(lines, members, modes.Mode(given.mode)):
        pieces.append(piece)
        if len(pieces) >= _BATCH:
            out.write(b"".join(pieces))
            pieces.clear()
    out.write(b"".join(pieces))
    out.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
