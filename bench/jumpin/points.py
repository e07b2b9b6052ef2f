"""Decision points and labels: line t, and a present member P who is not its author.

As in the design note: present = spoke within the last 30 minutes and 120 lines, and speaks again within
30 minutes, with at least 5 lines in the file. The second half is a filter of the evaluation; the gate
never sees it.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import corpus

from weft.ai.turns.kinds import is_bot
from weft.ai.turns.names import LIKE, Names

PRESENT_MS = 30 * 60_000
PRESENT_LINES = 120
FEWEST_LINES = 5
JOIN_MS = 5 * 60_000
JOIN_LINES = 20


@dataclass(slots=True)
class Point:
    """`answers`: P answers the line. `addressed`: it is for P. `named`: it names P. `third`: it is
    for somebody else. `inside`: P is in its conversation already. `joins`: P speaks in it soon."""

    line: int
    member: str
    turn: int
    answers: bool
    addressed: bool
    named: bool
    third: bool
    inside: bool
    joins: bool


def points(chat: corpus.Chat) -> list[Point]:
    lines = chat.lines
    spoken: dict[str, list[int]] = {}
    names = Names()
    answered: dict[int, set[str]] = {}
    for i, line in enumerate(lines):
        if not line.author:
            continue
        if line.author not in spoken:
            names.add(line.author)
        spoken.setdefault(line.author, []).append(i)
        for parent in chat.parents[i]:
            answered.setdefault(parent, set()).add(line.author)
    known = {
        name: held
        for name, held in spoken.items()
        if len(held) >= FEWEST_LINES and not is_bot(name)
    }
    talks: dict[int, list[int]] = {}
    for i, line in enumerate(lines):
        if line.author:
            talks.setdefault(chat.talk[i], []).append(i)
    turns = chat.turns()
    found: list[Point] = []
    for i, line in enumerate(lines):
        if not chat.judged(i):
            continue
        calls = {n for n, held in names.calls(line.text, []).items() if held > LIKE}
        targets = {lines[j].author for j in chat.parents[i]} - {line.author, ""}
        talk = talks[chat.talk[i]]
        behind = talk[: bisect_left(talk, i)]
        ahead = [
            j for j in talk[bisect_right(talk, i) :]
            if j - i <= JOIN_LINES and lines[j].at - line.at <= JOIN_MS
        ]  # fmt: skip
        party = {lines[j].author for j in behind}
        coming = {lines[j].author for j in ahead}
        first = line.text.casefold()
        for name, held in known.items():
            if name == line.author:
                continue
            at = bisect_left(held, i)
            if at == 0 or at == len(held):
                continue
            last, following = held[at - 1], held[at]
            if i - last > PRESENT_LINES or line.at - lines[last].at > PRESENT_MS:
                continue
            if lines[following].at - line.at > PRESENT_MS:
                continue
            starts = name in calls and first.lstrip("@ ").startswith(name.casefold())
            addressed = name in targets or starts
            found.append(
                Point(
                    line=i,
                    member=name,
                    turn=turns[i],
                    answers=name in answered.get(i, ()),
                    addressed=addressed,
                    named=name in calls,
                    third=not addressed and bool(targets or calls - {name}),
                    inside=name in party,
                    joins=name in coming,
                )
            )
    return found
