"""The same chats as other rooms would have them: so that the gate does not only know #ubuntu.

Names are dropped or become `@name`, reply buttons are pressed, the clock gets seconds and another
pace, conversations are thinned out, and the gate comes into a room late.
"""

import random

import msgspec
from corpus import Chat

from weft.ai.turns.lines import Line
from weft.ai.turns.names import Names

KINDS = ("plain", "seconds", "unnamed", "pressed", "small")


def vary(chat: Chat, kind: str, seed: int) -> Chat:
    """A variant of a chat; the same for the same seed."""
    chance = random.Random(f"{chat.name} {kind} {seed}")
    if kind == "plain":
        return chat
    if kind == "small":
        chat = thin(chat, chance, chance.choice((0.1, 0.2, 0.35, 0.5)))
    chat = seconds(chat, chance, 1.0 if kind == "seconds" else chance.choice((0.4, 1, 1, 2, 5)))
    if kind in ("unnamed", "small"):
        chat = unname(chat, chance, chance.uniform(0.4, 1.0), chance.choice((0.0, 0.5, 1.0)))
    if kind == "pressed":
        chat = unname(chat, chance, chance.uniform(0.0, 0.9), chance.choice((0.0, 0.5, 1.0)))
    if kind == "pressed" or (kind == "small" and chance.random() < 0.2):
        chat = press(chat, chance, chance.uniform(0.1, 0.95))
    return late(chat, chance)


def _with(chat: Chat, lines: list[Line]) -> Chat:
    return Chat(chat.name, lines, chat.parents, chat.talk, chat.gold)


def seconds(chat: Chat, chance: random.Random, pace: float) -> Chat:
    """A clock with seconds: the lines of one minute are spread over it."""
    lines: list[Line] = []
    i = 0
    while i < len(chat.lines):
        j = i
        while j < len(chat.lines) and chat.lines[j].at == chat.lines[i].at:
            j += 1
        offsets = sorted(chance.uniform(0, 60_000) for _ in range(j - i))
        for line, offset in zip(chat.lines[i:j], offsets, strict=True):
            lines.append(msgspec.structs.replace(line, at=int((line.at + offset) * pace)))
        i = j
    return _with(chat, lines)


def unname(chat: Chat, chance: random.Random, dropped: float, at_sign: float) -> Chat:
    """Drop a share of the names in the texts; a share of the others becomes `@name`."""
    names = Names()
    for name in dict.fromkeys(line.author for line in chat.lines if line.author):
        names.add(name)
    lines: list[Line] = []
    for line in chat.lines:
        called = names.calls(line.text, [])
        if not called or not line.author:
            lines.append(line)
            continue
        words = line.text.split(" ")
        kept: list[str] = []
        for word in words:
            who = names.calls(word, [])
            if not who or not set(who) <= set(called):
                kept.append(word)
            elif chance.random() >= dropped:
                kept.append(f"@{next(iter(who))}" if chance.random() < at_sign else word)
        lines.append(msgspec.structs.replace(line, text=" ".join(kept)))
    return _with(chat, lines)


def press(chat: Chat, chance: random.Random, share: float) -> Chat:
    """A share of the authors press the reply button, where the gold link says to what."""
    pressing = {
        name: chance.random() < share for name in sorted({line.author for line in chat.lines})
    }
    lines = [
        msgspec.structs.replace(line, reply_to=chat.lines[held[-1]].id)
        if held and pressing[line.author] and chance.random() < 0.8
        else line
        for line, held in zip(chat.lines, chat.parents, strict=True)
    ]
    return _with(chat, lines)


def thin(chat: Chat, chance: random.Random, share: float) -> Chat:
    """A quieter room: a share of the conversations, and what their people said before."""
    talks = sorted({chat.talk[i] for i in range(len(chat.lines)) if chat.gold[i]})
    kept = {talk for talk in talks if chance.random() < share}
    people = {
        line.author for i, line in enumerate(chat.lines) if chat.gold[i] and chat.talk[i] in kept
    }
    stay = [
        i
        for i, line in enumerate(chat.lines)
        if (chat.talk[i] in kept if chat.gold[i] else line.author in people)
    ]
    return _pick(chat, stay)


def late(chat: Chat, chance: random.Random) -> Chat:
    """The gate was not there from the beginning."""
    first = next((i for i, gold in enumerate(chat.gold) if gold), 0)
    begin = max(0, first - chance.choice((0, 20, 60, 150, 400, 1000)))
    return _pick(chat, list(range(begin, len(chat.lines))))


def _pick(chat: Chat, stay: list[int]) -> Chat:
    place = {old: new for new, old in enumerate(stay)}
    talk: dict[int, int] = {}
    return Chat(
        chat.name,
        [chat.lines[i] for i in stay],
        [[place[j] for j in chat.parents[i] if j in place] for i in stay],
        [talk.setdefault(chat.talk[i], place[i]) for i in stay],
        [chat.gold[i] for i in stay],
    )
