"""An owner's bounds as data: kept in ``ais.bounds``, changed with the version of their AI.

Every field has a default that bounds nothing. What is wrong is refused when it is set (`checked`), so
that nothing has to be guessed when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from weft.ai.bounds.human import says_ai, says_human
from weft.ai.bounds.links import host_of, links, on
from weft.ai.bounds.names import named
from weft.ai.knowledge.words import tokens
from weft.kernel.errors import Invalid

MOST = 100
"""Of anything that is looked for in every question and answer."""
WORD_MAX = 100
SAY_MAX = 400
"""Of what must be said: it stands under every answer about its topic."""
CHARS_MIN = 80
"""A shorter limit would leave no whole sentence."""

Approval = Literal["never", "first", "always", "unsure"]
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]+|localhost")


class _Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Competitor(_Part, frozen=True):
    """Never named, by any of these names."""

    name: str
    aliases: tuple[str, ...] = ()


class MustSay(_Part, frozen=True):
    """``text`` (it may hold a link) is put under what is said when one of the topics comes up."""

    topics: tuple[str, ...]
    text: str


class Tone(_Part, frozen=True):
    """What can be checked of it. ``chars``: the most of one answer; ``words``: never used: a sentence
    with one is left out.
    """

    chars: int | None = None
    emoji: bool = True
    exclamations: bool = True
    words: tuple[str, ...] = ()


class Opening(_Part, frozen=True):
    """``days``: 0 is Monday. Times are HH:MM; one whose end is not after its start goes past
    midnight.
    """

    days: tuple[int, ...]
    start: str
    end: str


class Hours(_Part, frozen=True):
    """When it answers. ``zone``: of the tz database."""

    zone: str
    open: tuple[Opening, ...]


class Escalation(_Part, frozen=True):
    """To whom it hands over: when one of the words comes up, when somebody asks for a person
    (``asked``), when it has no answer (``unsure``). ``to``: a handle of this server; "": its owner.
    """

    to: str = ""
    words: tuple[str, ...] = ()
    asked: bool = True
    unsure: bool = False


class Bounds(_Part, frozen=True, kw_only=True):
    """``topics``: it speaks of nothing else (what it avoids is ``ais.avoid``). ``links``: the only
    hosts that it links to. ``first``: how many answers its owner looks over with ``approval`` "first".
    ``unsourced``: what becomes of a model's sentences that stand in no document (`brains.grounded`); "": as
    its kind has it.
    """

    topics: tuple[str, ...] = ()
    competitors: tuple[Competitor, ...] = ()
    must_say: tuple[MustSay, ...] = ()
    links: tuple[str, ...] = ()
    tone: Tone = Tone()
    hours: Hours | None = None
    approval: Approval = "never"
    first: int = 20
    escalation: Escalation | None = None
    unsourced: Literal["", "mark", "drop", "keep"] = ""
    notice: str = ""
    """What it says of itself when it first answers somebody (`disclosure.meeting`), with ``{owner}`` for its
    owner's handle; "": Weft's own words."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names that are never named."""
        return tuple(n for one in self.competitors for n in (one.name, *one.aliases))


NONE = Bounds()


def of(kept: Mapping[str, Any] | None) -> Bounds:
    """What is kept of an AI; NULL is none. A row that cannot be read bounds nothing further than
    Weft does, but is never written: `checked` stands before it.
    """
    return msgspec.convert(kept, Bounds) if kept else NONE


def plainly(bounds: Bounds) -> dict[str, Any]:
    """As it is kept and as JSON says it."""
    return msgspec.to_builtins(bounds)


def checked(given: Any, own_names: Iterable[str] = ()) -> Bounds:
    """Bounds from what an owner sent. ``own_names``: of the AI itself, which it must be able to say.

    Errors: Invalid, with the field that is wrong.
    """
    try:
        bounds = msgspec.convert(given, Bounds)
    except msgspec.ValidationError as wrong:
        raise Invalid(f"Validation failed: {wrong}") from wrong
    for said, wrong in _wrongs(bounds, tuple(own_names)):
        if wrong:
            raise Invalid(f"Validation failed: {said}")
    return bounds


def _wrongs(bounds: Bounds, own_names: tuple[str, ...]) -> Iterable[tuple[str, bool]]:
    tone, escalation = bounds.tone, bounds.escalation
    lists = [bounds.topics, bounds.names, bounds.links, tone.words]
    lists += [one.topics for one in bounds.must_say]
    if escalation is not None:
        lists.append(escalation.words)
    for words in lists:
        yield f"at most {MOST} of each", len(words) > MOST
        yield (
            f"each name, topic or word has 1 to {WORD_MAX} characters with a letter in it",
            any(len(one) > WORD_MAX or not tokens(one) for one in words),
        )
    yield f"at most {MOST} of each", len(bounds.must_say) > MOST
    yield "links: hosts such as shop.example", any(not _HOST.fullmatch(one) for one in bounds.links)
    yield (
        "competitors: the AI's own name is among them",
        any(named(bounds.names, own) for own in own_names),
    )
    for one in bounds.must_say:
        yield f"must_say: 1 to {SAY_MAX} characters", not 0 < len(one.text.strip()) <= SAY_MAX
        yield "must_say: topics are missing", not one.topics
        yield "must_say: it names a competitor", named(bounds.names, one.text) is not None
        yield "must_say: it claims to be human", says_human(one.text)
        yield (
            "must_say: it links to a host that is not in links",
            bool(bounds.links) and any(not on(bounds.links, url) for url in links(one.text)),
        )
        yield "must_say: an address has no host", any(not host_of(u) for u in links(one.text))
    if bounds.notice:
        yield f"notice: at most {SAY_MAX} characters", len(bounds.notice) > SAY_MAX
        yield "notice: it names {owner}, as @{owner}", "@{owner}" not in bounds.notice
        yield "notice: it says that it is an AI", not says_ai(bounds.notice)
        yield "notice: it claims to be human", says_human(bounds.notice)
    yield "tone.chars: too small", tone.chars is not None and tone.chars < CHARS_MIN
    yield "first: 1 to 1000", not 1 <= bounds.first <= 1_000
    if bounds.hours is not None:
        yield "hours.zone: no such time zone", not _zone_exists(bounds.hours.zone)
        yield "hours.open: is missing", not bounds.hours.open
        for opening in bounds.hours.open:
            times = (opening.start, opening.end)
            yield "hours.open: times are HH:MM", not all(map(_TIME.fullmatch, times))
            yield (
                "hours.open: days are 0 to 6",
                not opening.days or bool(set(opening.days) - set(range(7))),
            )


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
