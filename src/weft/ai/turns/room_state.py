"""The running state of a room: who spoke when, to whom, about what. Bounded, however long it runs.

`push` takes the lines one after the other and never looks ahead. What it finds out about a line (whom
it names, whose words it answers) stands in its `Heard`, and is shared by all members that are judged.
"""

from collections import OrderedDict, deque
from itertools import islice
from math import log

from weft.ai.turns import links, trees
from weft.ai.turns.heard import Call, Crowd, Heard, Member, Tie
from weft.ai.turns.kinds import is_bot, kind
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
#: The share of the newest event in a habit.
FRESH = 0.08


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

    def crowd(self, heard: Heard) -> Crowd:
        """Those who are there just now, and the best of them, once for all who are looked at."""
        if heard.crowd is None:
            weights = heard.weights
            helps = joins = answers = topic = 0.0
            for name in heard.recent:
                member = self.members.get(name)
                if member is None or name == heard.author:
                    continue
                helps += member.helps
                joins += member.joined / member.chances
                answers = max(answers, heard.to.get(name, 0.0) * member.answered / member.called)
                held = 0.0
                for word in heard.words:
                    if word in member.topics:
                        held += weights[word]
                topic = max(topic, held)
            heard.crowd = Crowd(helps, joins, answers, topic)
        return heard.crowd

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
        heard.weights = {word: self.weight(word) for word in words}
        links.understand(heard, self.members, self.model.links, self.naming, self.pace)
        self._turn(heard, member, mine)
        self._pending = heard
        return heard

    @staticmethod
    def _turn(heard: Heard, member: Member | None, mine: Heard | None) -> None:
        """What belongs together: the lines of one author until somebody answers him."""
        heard.turn_asks = heard.asks
        heard.turn_words = heard.kind.words
        heard.turn_to = dict(heard.to)
        if mine is None or member is None or heard.index - mine.index > TURN:
            return
        if any(call.line > mine.index for call in member.waiting.values()):
            return
        heard.turn_asks |= mine.turn_asks
        heard.turn_words += mine.turn_words
        for name, sure in mine.turn_to.items():
            if sure > heard.turn_to.get(name, 0.0):
                heard.turn_to[name] = sure

    def _remember(self, heard: Heard) -> None:
        """Keep the line, and what it says about its author and about those it speaks to."""
        self._authors[heard.line.id] = heard.author
        if len(self._authors) > 4 * WINDOW:
            self._authors.popitem(last=False)
        if heard.notice:
            return
        if self.window:
            gap = min((heard.at - self.window[-1].at) / 1000, 3600)
            self.pace += FRESH * (gap - self.pace)
        member = self._member(heard)
        clear = max(heard.calls.values(), default=0) >= PLAIN
        member.lines += 1
        member.asks += FRESH * (bool(heard.asks) - member.asks)
        member.names += FRESH * (clear - member.names)
        self.naming += 0.02 * (clear - self.naming)
        self.asked = 0.97 * self.asked + heard.new
        if heard.new > 0.5:
            for name in heard.recent:
                if name in self.members and name != heard.author:
                    self.members[name].chances += heard.new
        helped = 0.0
        for name, sure in heard.to.items():
            other = self.members.get(name)
            if sure >= 0.05 and other is not None and other is not member:
                helped += self._speaks_to(heard, member, other, sure)
        member.helps += FRESH * (min(helped, 1.0) - member.helps)
        if len(member.ties) > TIES:
            del member.ties[min(member.ties, key=lambda name: member.ties[name].at)]
        for word in heard.words:
            _renew(member.topics, word, heard.index)
            self._seen[word] = self._seen.get(word, 0) + 1
        while len(member.topics) > TOPICS:
            del member.topics[next(iter(member.topics))]
        self._count += 1
        if len(self._seen) > WORDS:
            self._seen = {word: n // 2 for word, n in self._seen.items() if n > 1}
            self._count = self._count // 2 + 1
        self.window.append(heard)
        member.last.append(heard)
        heard.forget()

    def _member(self, heard: Heard) -> Member:
        """The author; one who is new may push out who has been silent longest."""
        author = heard.author
        member = self.members.get(author)
        if member is not None:
            self.members.move_to_end(author)
            gap = min((heard.at - member.last[-1].at) / 1000, 3600)
            member.pace += 0.2 * (gap - member.pace)
            return member
        member = self.members[author] = Member(author, heard.bot)
        if author not in self.always:
            self.names.add(author)
        if len(self.members) > MEMBERS:
            gone, _ = self.members.popitem(last=False)
            if gone not in self.always:
                self.names.remove(gone)
        return member

    @staticmethod
    def _speaks_to(heard: Heard, member: Member, other: Member, sure: float) -> float:
        """What is remembered of a line that answers `other` with chance `sure`.

        Returns how much it helped: answered one who had not spoken to the author.
        """
        index, latest = heard.index, other.last[-1]
        tie = member.ties.get(other.name)
        if tie is None:
            member.ties[other.name] = Tie(index, sure, index)
        else:
            tie.weight, tie.at = tie.now(index) + sure, index
            if sure > 0.3:
                tie.index = index
        waited = member.waiting.get(other.name)
        if waited is not None:
            member.answered += waited.sure * sure
            if sure > 0.3:
                del member.waiting[other.name]
        elif latest.new > 0.5 and index - latest.index < RECENT:
            member.joined += sure
        if sure > 0.2:
            held = other.waiting.get(member.name)
            if held is None:
                other.called += sure
                if len(other.waiting) >= WAITING:
                    del other.waiting[next(iter(other.waiting))]
            if held is None or sure >= held.sure:
                other.waiting[member.name] = Call(sure, index, heard.at)
        if sure > 0.5:
            for word in latest.words:
                _renew(member.topics, word, index)
        return sure if latest.to.get(member.name, 0.0) < 0.3 else 0.0


def _renew(topics: dict[str, int], word: str, index: int) -> None:
    topics.pop(word, None)
    topics[word] = index


def present(state: RoomState, heard: Heard, name: str) -> bool:
    """Whether a member may be meant at all: spoke in the window, is named, or is replied to."""
    member = state.members.get(name)
    return (
        heard.calls.get(name, 0) >= LIKE
        or heard.replied == name
        or (member is not None and heard.index - member.last[-1].index < WINDOW)
    )
