"""What others do, as far as one line and the past show it: 1 where the policy speaks."""

import random
from collections import deque

from corpus import Chat
from points import Point

from weft.ai.turns.names import LIKE, Names

#: SillyTavern's default chance for each member, and what fires as often as people do.
TALKATIVE = 0.5
#: So far back the rule looks for the latest line between two people.
BACK_LINES = 20
BACK_MS = 5 * 60_000

POLICIES = ("never", "mention", "mention or reply", "SillyTavern", "rule")


def policies(chat: Chat, points: list[Point]) -> list[tuple[float, ...]]:
    """One row per decision, as POLICIES names them."""
    chance = random.Random(chat.name)
    targets: list[set[str]] = []
    names = Names()
    known: set[str] = set()
    for line in chat.lines:
        if line.author and line.author not in known:
            known.add(line.author)
            names.add(line.author)
        targets.append(
            {who for who, held in names.calls(line.text, []).items() if held > LIKE} - {line.author}
        )
    found: list[tuple[float, ...]] = []
    for point in points:
        line = chat.lines[point.line]
        replied = any(chat.lines[j].author == point.member for j in chat.parents[point.line])
        before = chat.lines[point.line - 1].author if point.line else ""
        rolled = before != point.member and chance.random() < TALKATIVE
        rule = point.named
        if not rule and not targets[point.line]:
            recent: deque[int] = deque(range(max(0, point.line - BACK_LINES), point.line))
            while recent:
                j = recent.pop()
                earlier = chat.lines[j]
                if line.at - earlier.at > BACK_MS:
                    break
                if line.author == earlier.author and targets[j]:
                    rule = point.member in targets[j]
                    break
                if line.author in targets[j]:
                    rule = earlier.author == point.member
                    break
        found.append(
            (
                0.0,
                float(point.named),
                float(point.named or replied),
                float(point.named or rolled),
                float(rule),
            )
        )
    return found
