"""The annotated IRC files: lines with clocks, gold links, and what follows from them.

Source: Kummerfeld et al. 2019, "A Large-Scale Corpus for Conversation Disentanglement",
CC-BY-4.0. Lines are numbered from 0 in a file; gold links exist for lines from 1,000 on.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from weft.ai.turns.kinds import is_bot
from weft.ai.turns.lines import Line

FIRST = 1000
_SAID = re.compile(r"^\[(\d\d):(\d\d)\] <([^>]+)> ?(.*)$")
_ACTED = re.compile(r"^\[(\d\d):(\d\d)\]\s+\* (\S+) ?(.*)$")


@dataclass(slots=True)
class Chat:
    """One file. `parents[i]`: the earlier lines that line i answers; `talk[i]`: its conversation."""

    name: str
    lines: list[Line]
    parents: list[list[int]]
    talk: list[int]
    gold: list[bool]

    def judged(self, i: int) -> bool:
        """Whether line i is a decision: annotated, and a person's."""
        author = self.lines[i].author
        return self.gold[i] and bool(author) and not is_bot(author)

    def turns(self) -> list[int]:
        """For each line the number of its turn: an author's lines in a conversation until another
        speaks in it."""
        found: list[int] = []
        last: dict[int, tuple[str, int]] = {}
        for i, line in enumerate(self.lines):
            held = last.get(self.talk[i])
            number = held[1] if held and held[0] == line.author else i
            last[self.talk[i]] = (line.author, number)
            found.append(number)
        return found


def read(path: Path) -> Chat:
    """Read `NAME.ascii.txt` and the `NAME.annotation.txt` next to it."""
    lines: list[Line] = []
    day, minutes = 0, -1
    for i, raw in enumerate(path.read_text(encoding="utf-8").splitlines()):
        found = _SAID.match(raw) or _ACTED.match(raw)
        if found:
            now = int(found[1]) * 60 + int(found[2])
            if now < minutes - 600:
                day += 1
            minutes = now
            author, text = found[3], found[4]
        else:
            author, text = "", raw
        at = (day * 1440 + max(minutes, 0)) * 60_000
        lines.append(Line(id=str(i), at=at, author=author, text=text))
    parents: list[list[int]] = [[] for _ in lines]
    root = list(range(len(lines)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    links = path.with_name(path.name.replace(".ascii.", ".annotation."))
    for raw in links.read_text(encoding="utf-8").splitlines():
        a, b = sorted(int(part) for part in raw.split()[:2])
        if a != b and b < len(lines):
            parents[b].append(a)
            root[find(b)] = find(a)
    return Chat(
        name=path.name.split(".ascii")[0],
        lines=lines,
        parents=parents,
        talk=[find(i) for i in range(len(lines))],
        gold=[i >= FIRST for i in range(len(lines))],
    )


def folder(path: Path) -> list[Chat]:
    return [read(one) for one in sorted(path.glob("*.ascii.txt"))]
