"""Whose words does a line answer? A soft link from each line to the people before it.

Candidates are those who spoke last, the author himself (he goes on), and nobody (he begins
something). A small learned model gives each a score, and their softmax says how likely each is.
"""

from collections import OrderedDict
from math import exp, log1p

from weft.ai.turns.heard import Heard, Member
from weft.ai.turns.trees import Forest

#: So many who spoke last may be answered;
NEAREST = 7
#: of so many more those who had to do with the author; beyond them only who is named.
NEAR = 24
#: Nobody answers what stands further back without naming its author.
FAR = 120
#: Who answers with the reply button answers that person.
PRESSED = 0.97

#: m: the candidate, and his last line; a: the author.
FEATURES: tuple[str, ...] = (
    "is_other", "is_self", "call", "call_other", "since_lines", "since_time", "rank",
    "m_to_a", "m_called_a", "m_to_other", "m_new", "m_to_a_before", "m_turn_to_a", "m_circle_a",
    "m_question", "m_turn_asks", "m_ack", "m_hello", "m_thanks", "m_need", "m_after_a",
    "m_lines", "m_run", "m_words", "m_bot", "m_asks", "m_helps", "m_waits_a", "a_waits_m",
    "a_to_m", "a_called_m", "a_circle_m", "a_spoke_to_m", "m_spoke_to_a", "tie", "tie_share",
    "overlap", "overlap_all", "topic", "taken",
    "called", "question", "asks", "thanks", "ack", "hello", "open", "need", "you", "me", "says",
    "onward", "refers", "advice", "command", "words", "run", "a_since_lines", "a_since_time",
    "a_lines", "a_asks", "a_helps", "a_new", "speakers", "naming", "pace",
)  # fmt: skip
#: So many of them, the last, are the same for all candidates.
SHARED = len(FEATURES) - FEATURES.index("called")

_NEVER = 250.0
_LONG = 12.0


Members = OrderedDict[str, Member]


def understand(heard: Heard, members: Members, scorer: Forest, naming: float, pace: float) -> None:
    """Fill in whom the line answers: `to`, `own`, `new`, and its `circle`.

    `members` as they were before the line; `naming` and `pace` of the room.
    """
    author, index = heard.author, heard.index
    me = members.get(author)
    if me is not None:
        heard.tied = max((tie.now(index) for tie in me.ties.values()), default=0.0)
    heard.about = around(heard, me, naming, pace)
    them = _candidates(heard, members, me)
    scores: list[float] = []
    for rank, member in enumerate(them):
        seen = heard.seen[member.name] = features(heard, member, rank, me)
        scores.append(scorer(seen))
    own = -99.0
    if me is not None and index - me.last[-1].index <= FAR:
        seen = heard.seen[author] = features(heard, me, 0, me)
        own = scorer(seen)
    new = scorer(nobody(heard))
    top = max(own, new, max(scores, default=new))
    weights = [exp(score - top) for score in scores]
    own, new = exp(own - top), exp(new - top)
    total = sum(weights) + own + new
    heard.to = {member.name: weight / total for member, weight in zip(them, weights, strict=True)}
    heard.own, heard.new = own / total, new / total
    if heard.replied is not None:
        _pressed(heard)
    if heard.to:
        first, *others = sorted(heard.to.items(), key=lambda held: -held[1])[:2]
        heard.top = (*first, others[0][1] if others else 0.0)
    circle = {author: 1.0}
    if me is not None and heard.own > 0.05:
        _join(circle, me.last[-1].circle, heard.own * 0.9)
    for member in them:
        sure = heard.to[member.name]
        if sure > 0.05:
            circle[member.name] = min(1.0, circle.get(member.name, 0.0) + sure)
            _join(circle, member.last[-1].circle, sure * 0.9)
    heard.circle = dict(sorted(circle.items(), key=lambda held: -held[1])[:8])


def _candidates(heard: Heard, members: Members, me: Member | None) -> list[Member]:
    author, index = heard.author, heard.index
    found: list[Member] = []
    ties = me.ties if me is not None else {}
    for rank, member in enumerate(reversed(members.values())):
        if rank > NEAR or index - member.last[-1].index > FAR:
            break
        if member is not me and (rank <= NEAREST or member.name in ties or author in member.ties):
            found.append(member)
    near = {member.name for member in found}
    meant = dict.fromkeys((*heard.calls, heard.replied or ""))
    return found + [
        members[name] for name in meant if name in members and name not in near and name != author
    ]


def _pressed(heard: Heard) -> None:
    """The reply button says it: the rest is scaled down."""
    name = heard.replied
    rest = 1.0 - PRESSED
    heard.to = {other: sure * rest for other, sure in heard.to.items()}
    heard.own *= rest
    heard.new *= rest
    if name == heard.author:
        heard.own += PRESSED
    elif name:
        heard.to[name] = heard.to.get(name, 0.0) + PRESSED


def _join(circle: dict[str, float], others: dict[str, float], share: float) -> None:
    for name, sure in others.items():
        circle[name] = min(1.0, circle.get(name, 0.0) + sure * share)


def around(heard: Heard, me: Member | None, naming: float, pace: float) -> list[float]:
    """What is the same for every candidate: FEATURES from `called` on."""
    what = heard.kind
    lines, time, new = _NEVER, _LONG, 0.0
    if me is not None:
        mine = me.last[-1]
        lines = float(min(heard.index - mine.index, 250))
        time = log1p((heard.at - mine.at) / 1000)
        new = mine.new
    return [
        len(heard.calls), what.question, what.asks, what.thanks, what.ack, what.hello, what.open,
        what.need, what.you, what.me, what.says, what.onward, what.refers, what.advice,
        what.command, what.words, heard.run, lines, time,
        me.lines if me else 0, me.asks if me else 0.5, me.helps if me else 0.0, new,
        len(heard.recent), naming, log1p(pace),
    ]  # fmt: skip


def nobody(heard: Heard) -> list[float]:
    """The features of the candidate `nobody`: the line begins something."""
    row = [0.0] * (len(FEATURES) - SHARED)
    row[3] = max(heard.calls.values(), default=0)
    row[4], row[5], row[6] = _NEVER, _LONG, 20.0
    return row + heard.about


def features(heard: Heard, them: Member, rank: int, me: Member | None) -> list[float]:
    """How a candidate stands to the line, as FEATURES names them."""
    author, index, name = heard.author, heard.index, them.name
    last = them.last[-1]
    calls = heard.calls
    other = 0
    for called, strength in calls.items():
        if called != name and strength > other:
            other = strength
    a_to_m = a_circle = tie_weight = tie_share = a_waits = 0.0
    a_called, mine_at = 0, -1
    a_spoke = m_spoke = _NEVER
    if me is not None:
        mine = me.last[-1]
        mine_at = mine.index
        a_to_m = mine.to.get(name, 0.0)
        a_circle = mine.circle.get(name, 0.0)
        a_called = mine.calls.get(name, 0)
        tie = me.ties.get(name)
        if tie is not None:
            a_spoke = float(min(index - tie.index, 250))
            tie_weight = tie.now(index)
        waited = me.waiting.get(name)
        if waited is not None:
            a_waits = waited.sure
    tie = them.ties.get(author)
    if tie is not None:
        m_spoke = float(min(index - tie.index, 250))
        tie_weight += tie.now(index)
    if tie_weight:
        tie_share = tie_weight / (0.1 + tie_weight + heard.tied)
    first, most, second = last.top
    before = overlap = overlap_all = topic = 0.0
    for earlier in them.last:
        if earlier is not last:
            before = max(before, earlier.to.get(author, 0.0))
    if heard.words:
        weights = heard.weights
        topics = them.topics
        for word in heard.words:
            if word in topics:
                weight = weights[word]
                topic += weight
                if word in last.words:
                    overlap += weight
                if topics[word] > index - 20:
                    overlap_all += weight
    taken = 0.0
    waited = them.waiting.get(author)
    for waiting, call in them.waiting.items():
        if call.line > last.index and waiting != author:
            taken += call.sure
    what = last.kind
    return [
        float(them is not me), float(them is me), calls.get(name, 0), other,
        float(min(index - last.index, 250)), log1p((heard.at - last.at) / 1000), rank,
        last.to.get(author, 0.0), last.calls.get(author, 0), second if first == author else most, last.new, before,
        last.turn_to.get(author, 0.0), last.circle.get(author, 0.0),
        what.question, last.turn_asks, what.ack, what.hello, what.thanks, what.need,
        float(last.index > mine_at),
        them.lines, last.run, what.words, float(them.bot), them.asks, them.helps,
        waited.sure if waited is not None else 0.0, a_waits,
        a_to_m, a_called, a_circle, a_spoke, m_spoke, tie_weight, tie_share,
        overlap, overlap_all, topic, taken,
        *heard.about,
    ]  # fmt: skip
