"""Is this name called here?

People write `name: …`, `name, …`, `@name`, `thanks name`, half a name, or a name inside a sentence
that talks *about* somebody. How strongly a line calls somebody is one of the steps below.
"""

import re

from weft.ai.turns.kinds import vocabulary

#: How strongly a line calls somebody.
LIKE = 1  #: half a name, a misspelt name, or a name that is also a common word
INSIDE = 2  #: the whole name somewhere inside
PLAIN = 3  #: where one speaks to people: first, last of a few, or after a greeting
CALLED = 4  #: `name:`, `name,` first, or `@name` anywhere

#: A longer line is read this far for names: who is called stands early (or is the last word).
MOST_WORDS = 120
#: A shorter beginning of a name calls nobody.
SHORTEST_PART = 3
#: In so few words the name at the end is a call ("thanks a lot bob"), not a person spoken of.
SHORT = 4
#: A misspelt name is looked for among this many who spoke last.
NEAR = 24

_EDGES = ":,;.!?()[]{}<>\"'*~@…“”‘’«»&%+-–—/\\|"
_TAILS = re.compile(r"[\W_\d]+$")
_PARTS = re.compile(r"[\W_]+")
_GREETINGS = vocabulary(
    "hi hello hey hiya yo morning thanks thx thank ty cheers ok okay yes yeah yep no nope well so "
    "and but sorry lol haha welcome np good night bye cc ping thankyou hola salut bonjour danke "
    "merci hallo gracias"
)
#: Names that are words: only `name:` and `@name` surely mean the person.
_WORDS = vocabulary(
    "a about all am an and any anyone are art as ask at bad be bill bot but by can chat cool dan "
    "data day do dude else every everyone for from game go god good grace guest guy guys have he "
    "hello help her here hey hi him hope how i if in is it jack joy just know like linux lol love "
    "man mark max may me mike mint more my name new nick no not now of ok on one or out pat people "
    "person ray root rose server she so some someone sorry sue sun test thanks that the them then "
    "there they this to ubuntu up us user was we well what when where who why will windows with "
    "work yes you your"
)


def _near(word: str, name: str) -> bool:
    """Whether one letter was forgotten, added, changed, or two swapped."""
    if abs(len(word) - len(name)) > 1 or word[0] != name[0]:
        return False
    start = 0
    while start < min(len(word), len(name)) and word[start] == name[start]:
        start += 1
    rest, other = word[start:], name[start:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[2:] == other[2:] and rest[:2] == other[1::-1])
    )


class Names:
    """The names of a room: who may be called. Knows as many as it is told to keep."""

    def __init__(self) -> None:
        self._whole: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._parts: dict[str, list[str]] = {}

    def add(self, member: str) -> None:
        for words in self._spellings(member):
            held = self._whole.setdefault(words[0], [])
            held.append((words[1:], member))
            held.sort(key=lambda found: -len(found[0]))
        for part in self._halves(member):
            self._parts.setdefault(part, []).append(member)

    def remove(self, member: str) -> None:
        for words in self._spellings(member):
            self._whole[words[0]].remove((words[1:], member))
            if not self._whole[words[0]]:
                del self._whole[words[0]]
        for part in self._halves(member):
            self._parts[part].remove(member)
            if not self._parts[part]:
                del self._parts[part]

    def calls(self, text: str, near: list[str]) -> dict[str, int]:
        """Who is called in `text`, and how strongly; `near`: who spoke last, newest first."""
        words = text.casefold().split()
        found: dict[str, int] = {}
        if not words:
            return found
        last = len(words) - 1
        whole = self._whole
        greeted = True
        for at, raw in enumerate(words[:MOST_WORDS]):
            word = raw
            held = whole.get(word)
            if held is None:
                word = raw.strip(_EDGES)
                if word.endswith(("'s", "’s")):
                    word = word[:-2]
                held = whole.get(word)
            if held is None:
                if at == 0:
                    self._guess(raw, word, near, found)
                greeted = greeted and word in _GREETINGS
                continue
            for rest, member in held:
                end = at + 1 + len(rest)
                if rest and not _follows(words[at + 1 : end], rest):
                    continue
                mark = words[end - 1]
                strength = INSIDE
                if raw.startswith(("@", "<@")) or (at == 0 and mark.endswith((":", ","))):
                    strength = CALLED
                elif not rest and (word in _WORDS or len(word) < SHORTEST_PART):
                    strength = LIKE
                elif greeted or (
                    end > last
                    and (last < SHORT or mark.endswith("?") or words[at - 1].endswith(","))
                ):
                    strength = PLAIN
                if strength > found.get(member, 0):
                    found[member] = strength
                break
            greeted = greeted and at == 0
        return found

    def _guess(self, raw: str, word: str, near: list[str], found: dict[str, int]) -> None:
        """`paul, …` for paulus68: a part of a name or nearly a name, where one calls people."""
        if len(word) < SHORTEST_PART or not (raw.endswith((":", ",")) or raw.startswith("@")):
            return
        if word in _WORDS or word in _GREETINGS:
            return
        parts = self._parts.get(word)
        if parts is not None:
            if len(parts) == 1:
                found[parts[0]] = LIKE
            return
        like = [
            name
            for name in near[:NEAR]
            if name.casefold().startswith(word)
            or (len(word) > SHORTEST_PART + 1 and _near(word, name.casefold()))
        ]
        if len(like) == 1:
            found[like[0]] = LIKE

    @staticmethod
    def _spellings(member: str) -> list[tuple[str, ...]]:
        """The whole name; `ana` for ana@example.org; without the edges that are stripped."""
        name = member.casefold()
        found = [tuple(name.split())]
        local = name.lstrip("@").partition("@")[0]
        for other in (local, name.strip(_EDGES), local.strip(_EDGES)):
            words = tuple(other.split())
            if words and words not in found:
                found.append(words)
        return [words for words in found if words]

    @staticmethod
    def _halves(member: str) -> list[str]:
        """What a name is shortened to: `paul` for paul_68, `Ana` for Ana Lima."""
        name = member.casefold()
        halves = {_TAILS.sub("", name), *_PARTS.split(name)}
        return sorted(
            half
            for half in halves
            if len(half) >= SHORTEST_PART and half != name and half.isalpha()
        )


def _follows(words: list[str], rest: tuple[str, ...]) -> bool:
    return len(words) == len(rest) and all(
        word == want or word.strip(_EDGES) == want for word, want in zip(words, rest, strict=True)
    )
