"""What is kept of a line, and of a member, while a room goes on."""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from weft.ai.turns.kinds import Kind
from weft.ai.turns.lines import Line

#: A tie between two people fades so fast, per line.
FADE = 0.97


class Crowd(NamedTuple):
    """Those who are there just now: sums of habits, and the best of some."""

    helps: float
    joins: float
    answers: float
    topic: float


@dataclass(slots=True)
class Heard:
    """A line and what was understood of it when it came."""

    line: Line
    index: int
    at: int
    author: str
    kind: Kind
    words: tuple[str, ...]
    calls: dict[str, int]  #: who is named, and how strongly (names.LIKE … names.CALLED)
    bot: bool
    replied: str | None = None  #: the author of the line that the reply button was pressed on
    to: dict[str, float] = field(default_factory=dict)  #: how likely it answers whom
    top: tuple[str, float, float] = ("", 0.0, 0.0)  #: whom most likely, how likely, the next
    own: float = 0.0  #: how likely it only goes on with the author's own words
    new: float = 1.0  #: how likely it begins something
    circle: dict[str, float] = field(default_factory=dict)  #: who is in this conversation
    notice: bool = False  #: the room says it, nobody answers
    run: int = 0  #: so many lines by the same author directly before
    turn_asks: int = 0  #: whether this turn of the author (his lines until one answers) asks
    turn_words: int = 0
    turn_to: dict[str, float] = field(default_factory=dict)  #: the surest `to` of the turn
    recent: dict[str, int] = field(default_factory=dict)  #: lines of each among the last RECENT
    weights: dict[str, float] = field(default_factory=dict)  #: how telling its words are here
    tied: float = 0.0  #: the strongest of the author's ties to anybody
    crowd: Crowd | None = None  #: see RoomState.crowd
    about: list[float] = field(default_factory=list)  #: links.around
    seen: dict[str, list[float]] = field(default_factory=dict)  #: links.FEATURES by candidate

    @property
    def question(self) -> bool:
        """Surely a question: with its mark, or without one to anybody, or for help."""
        what = self.kind
        return bool(what.question or (what.begins and (what.open or what.need)))

    @property
    def to_anybody(self) -> bool:
        """A question that begins something, or says itself that it is for anybody."""
        says = self.kind.begins and self.kind.open and self.top[1] < 0.5
        return self.question and (self.new > 0.5 or bool(says))

    @property
    def asks(self) -> int:
        """Perhaps a question: with a mark, or with a word that questions begin with."""
        return int(self.kind.question or (self.kind.asks and self.kind.words > 2))

    def forget(self) -> None:
        """Let go of what only those need who judge the line."""
        self.seen, self.about, self.recent, self.crowd = {}, [], {}, None


class Call(NamedTuple):
    """A line for somebody: how surely, which (Heard.index), and when."""

    sure: float
    line: int
    at: int


@dataclass(slots=True)
class Tie:
    """What one member said to another: when last for sure, and how much, faded since `at`."""

    index: int
    weight: float
    at: int

    def now(self, index: int) -> float:
        return self.weight * FADE ** (index - self.at)


@dataclass(slots=True)
class Member:
    """What the room knows about one who spoke."""

    name: str
    bot: bool
    last: deque[Heard] = field(default_factory=lambda: deque(maxlen=3))
    lines: int = 0
    pace: float = 60.0  #: seconds between his lines, running mean
    asks: float = 0.3  #: habits, running means: his lines that ask,
    names: float = 0.3  #: that name somebody,
    helps: float = 0.3  #: that answer a line that was not for him
    called: float = 2.0  #: lines for him so far, and how many of them he answered
    answered: float = 1.2
    chances: float = 4.0  #: lines that began something while he was there, and how many he answered
    joined: float = 0.4
    ties: dict[str, Tie] = field(default_factory=dict)
    waiting: dict[str, Call] = field(default_factory=dict)  #: who called him, and waits
    topics: dict[str, int] = field(default_factory=dict)  #: words he wrote or answered, and when
