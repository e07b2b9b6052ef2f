"""The running state of a room: who spoke when, to whom, about what. Bounded, however long it runs.

`push` takes the lines one after the other and never looks ahead. What it finds out about a line (whom
it names, whose words it answers) stands in its `Heard`, and is shared by all members that are judged.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from itertools import islice
from math import log

from weft.ai.turns import links, trees
from weft.ai.turns.kinds import Kind, is_bot, kind
from weft.ai.turns.lines import Line
from weft.ai.turns.names import LIKE, PLAIN, Names

#: So many lines back somebody is still there.
WINDOW = 200
#: So many members are known at once; who has been silent longest is forgotten first.
MEMBERS = 600
#: So many people a member is remembered to have spoken with.
TIES = 40
#: So many words are counted; the count is halved when there are more.
WORDS = 20_000
#: So many words that a member wrote or answered lately.
TOPICS = 80
#: So many unanswered callers are kept for a member.
WAITING = 12
#: So many lines are "just now".
RECENT = 40
#: A turn goes on after so many lines by others.
TURN = 12
#: A caller is waited for no longer than this many lines.
PATIENCE = 60
#: The share of the newest event in a habit.
FRESH = 0.08


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
    own: float = 0.0  #: how likely it only goes on with the author's own words
    new: float = 1.0  #: how likely it begins something
    circle: dict[str, float] = field(default_factory=dict)  #: who is in this conversation
    notice: bool = False  #: the room says it, nobody answers
    run: int = 0  #: so many lines by the same author directly before
    turn_asks: int = 0  #: whether this turn of the author (his lines until one answers) asks
    turn_words: int = 0
    turn_to: dict[str, float] = field(default_factory=dict)  #: the surest `to` of the turn
    recent: dict[str, int] = field(default_factory=dict)  #: lines of each among the last RECENT
    about: list[float] = field(default_factory=list)  #: links.around
    seen: dict[str, list[float]] = field(default_factory=dict)  #: links.FEATURES by candidate
    own_row: list[float] = field(default_factory=list)  #: the same for the author himself


@dataclass(slots=True)
class Tie:
    """What one member said to another."""

    index: int
    weight: float


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
    ties: dict[str, Tie] = field(default_factory=dict)
    waiting: dict[str, tuple[float, int, int]] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)


class RoomState:
    """What has been said in one room until now."""

    def __init__(self, members: tuple[str, ...] = (), model: trees.Model | None = None) -> None:
        """`members`: names that may be called although they have not spoken (the AIs)."""
        self.model = model or trees.model()
        self.window: deque[Heard] = deque(maxlen=WINDOW)
        self.members: OrderedDict[str, Member] = OrderedDict()
        self.names = Names()
        self.always = frozenset(members)
        for name in sorted(self.always):
            self.names.add(name)
        self.index = -1
        self.naming = 0.3  #: share of lines that name somebody, running mean
        self.pace = 30.0  #: seconds between lines, running mean
        self.asked = 0.0  #: lines lately that began something
        self._seen: dict[str, int] = {}
        self._count = 1
        self._authors: OrderedDict[str, str] = OrderedDict()
        self._pending: Heard | None = None

    def weight(self, word: str) -> float:
        """How telling a word is here: 0 for what every line has."""
        return log(self._count / (self._seen.get(word, 0) + 1.0))

    def push(self, line: Line) -> Heard:
        """Hear the next line. Lines come in order; a clock that runs backwards stands still.

        The members are as they were before it until the next one is heard: so it can be judged.
        """
        if self._pending is not None:
            self._remember(self._pending)
        self.index += 1
        before = self.window[-1] if self.window else None
        at = max(line.at, before.at) if before else line.at
        what, words = kind(line.text)
        author = line.author
        member = self.members.get(author)
        bot = member.bot if member else is_bot(author)
        heard = Heard(line, self.index, at, author, what, words, {}, bot)
        heard.notice = not author or bool(what.notice)
        if heard.notice:
            self._pending = heard
            return heard
        near = [name for name in islice(reversed(self.members), 25) if name != author]
        heard.calls = self.names.calls(line.text, near)
        heard.calls.pop(author, None)
        if line.reply_to is not None:
            heard.replied = self._authors.get(line.reply_to)
        for one in islice(reversed(self.window), RECENT):
            heard.recent[one.author] = heard.recent.get(one.author, 0) + 1
        mine = member.last[-1] if member else None
        if mine is not None and before is mine:
            heard.run = mine.run + 1
        links.understand(self, heard)
        self._turn(heard, member, mine)
        self._pending = heard
        return heard

    @staticmethod
    def _turn(heard: Heard, member: Member | None, mine: Heard | None) -> None:
        """What belongs together: the lines of one author until somebody answers him."""
        heard.turn_asks = int(heard.kind.question or (heard.kind.asks and heard.kind.words > 2))
        heard.turn_words = heard.kind.words
        heard.turn_to = dict(heard.to)
        if mine is None or member is None or heard.index - mine.index > TURN:
            return
        if any(since > mine.index for _, since, _ in member.waiting.values()):
            return
        heard.turn_asks |= mine.turn_asks
        heard.turn_words += mine.turn_words
        for name, sure in mine.turn_to.items():
            if sure > heard.turn_to.get(name, 0.0):
                heard.turn_to[name] = sure

    def _remember(self, heard: Heard) -> None:
        """What the line says about its author, and about those it speaks to."""
        author = heard.author
        self._authors[heard.line.id] = author
        if len(self._authors) > 4 * WINDOW:
            self._authors.popitem(last=False)
        if heard.notice:
            return
        if self.window:
            gap = min((heard.at - self.window[-1].at) / 1000, 3600)
            self.pace += FRESH * (gap - self.pace)
        self.window.append(heard)
        member = self.members.get(author)
        if member is None:
            member = self.members[author] = Member(author, heard.bot)
            if author not in self.always:
                self.names.add(author)
            if len(self.members) > MEMBERS:
                gone, _ = self.members.popitem(last=False)
                if gone not in self.always:
                    self.names.remove(gone)
        else:
            self.members.move_to_end(author)
            gap = min((heard.at - member.last[-1].at) / 1000, 3600)
            member.pace += 0.2 * (gap - member.pace)
        what, index = heard.kind, heard.index
        question = what.question or (what.asks and what.words > 2)
        clear = max(heard.calls.values(), default=0) >= PLAIN
        member.lines += 1
        member.asks += FRESH * (bool(question) - member.asks)
        member.names += FRESH * (clear - member.names)
        self.naming += 0.02 * (clear - self.naming)
        self.asked = 0.97 * self.asked + heard.new
        helping = 0.0
        for name, sure in heard.to.items():
            if sure < 0.05:
                continue
            tie = member.ties.get(name)
            if tie is None:
                member.ties[name] = Tie(index, sure)
            else:
                tie.weight = tie.weight * 0.97 ** (index - tie.index) + sure
                tie.index = index if sure > 0.3 else tie.index
            waited = member.waiting.pop(name, None)
            if waited:
                member.answered += waited[0] * sure
            other = self.members.get(name)
            if other is None or name == author:
                continue
            if not other.last or other.last[-1].to.get(author, 0.0) < 0.3:
                helping += sure
            if sure > 0.2:
                held = other.waiting.get(author)
                if not held:
                    other.called += sure
                    if len(other.waiting) >= WAITING:
                        del other.waiting[next(iter(other.waiting))]
                if not held or sure >= held[0]:
                    other.waiting[author] = (sure, index, heard.at)
            for word in other.last[-1].words if sure > 0.5 and other.last else ():
                member.topics[word] = index
        member.helps += FRESH * (min(helping, 1.0) - member.helps)
        if len(member.ties) > TIES:
            del member.ties[min(member.ties, key=lambda name: member.ties[name].index)]
        for word in heard.words:
            member.topics[word] = index
            self._seen[word] = self._seen.get(word, 0) + 1
        while len(member.topics) > TOPICS:
            del member.topics[next(iter(member.topics))]
        self._count += 1
        if len(self._seen) > WORDS:
            self._seen = {word: n // 2 for word, n in self._seen.items() if n > 1}
            self._count = self._count // 2 + 1
        member.last.append(heard)


def present(state: RoomState, heard: Heard, name: str) -> bool:
    """Whether a member may be meant at all: spoke in the window, is named, or is replied to."""
    member = state.members.get(name)
    return (
        heard.calls.get(name, 0) >= LIKE
        or heard.replied == name
        or (member is not None and heard.index - member.last[-1].index < WINDOW)
    )
