"""Whose words does a line answer? A soft link from each line to the people before it.

Candidates are those who spoke last, the author himself (he goes on), and nobody (he begins
something). A small learned model gives each a score, and their softmax says how likely each is.
"""

from math import exp, log1p
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weft.ai.turns.room_state import Heard, RoomState

#: So many who spoke last may be answered; beyond them only who is named.
CANDIDATES = 14
#: Nobody answers what stands further back without naming its author.
FAR = 120
#: Who answers with the reply button answers that person.
PRESSED = 0.97

FEATURES: tuple[str, ...] = (
    "is_other", "is_self", "call", "call_other", "called", "since_lines", "since_time", "rank",
    "m_to_a", "m_called_a", "m_to_other", "m_new", "m_to_a_before", "a_to_m", "a_called_m",
    "a_circle_m", "a_since_lines", "a_since_time", "a_spoke_to_m", "m_spoke_to_a", "tie",
    "m_question", "m_ack", "m_after_a", "overlap", "overlap_all", "taken", "question", "asks",
    "thanks", "ack", "hello", "open", "need", "you", "words", "a_lines", "speakers", "naming",
    "m_bot", "run", "command", "m_lines", "m_run", "m_words", "pace",
)  # fmt: skip

_NEVER = 250.0


def understand(state: "RoomState", heard: "Heard") -> None:
    """Fill in whom the line answers: `to`, `own`, `new`, and its `circle`."""
    author = heard.author
    names: list[str] = []
    for name in reversed(state.members):
        last = state.members[name].last[-1]
        if heard.index - last.index > FAR or len(names) >= CANDIDATES:
            break
        if name != author:
            names.append(name)
    for name in (*heard.calls, heard.replied):
        if name and name != author and name not in names and name in state.members:
            names.append(name)
    about = heard.about = around(state, heard)
    scorer = state.model.links
    scores: list[float] = []
    for rank, name in enumerate(names):
        seen = features(state, heard, name, rank, about)
        heard.seen[name] = seen
        scores.append(scorer(seen))
    member = state.members.get(author)
    own = -99.0
    if member is not None and heard.index - member.last[-1].index <= FAR:
        heard.own_row = features(state, heard, author, 0, about)
        own = scorer(heard.own_row)
    new = scorer(nobody(about))
    top = max([own, new, *scores])
    weights = [exp(score - top) for score in scores]
    self_weight, new_weight = exp(own - top), exp(new - top)
    total = sum(weights) + self_weight + new_weight
    heard.to = {name: weight / total for name, weight in zip(names, weights, strict=True)}
    heard.own, heard.new = self_weight / total, new_weight / total
    pressed(heard)
    circle = {author: 1.0}
    before = member.last[-1] if member is not None else None
    if before is not None and heard.own > 0.05:
        _join(circle, before.circle, heard.own * 0.9)
    for name, sure in heard.to.items():
        if sure > 0.05 and name in state.members:
            circle[name] = circle.get(name, 0.0) + sure
            _join(circle, state.members[name].last[-1].circle, sure * 0.9)
    heard.circle = dict(sorted(circle.items(), key=lambda held: -held[1])[:8])


def pressed(heard: "Heard") -> None:
    """The reply button says it: the rest is scaled down."""
    name = heard.replied
    if name is None:
        return
    rest = 1.0 - PRESSED
    heard.to = {other: sure * rest for other, sure in heard.to.items()}
    heard.own *= rest
    heard.new *= rest
    if name == heard.author:
        heard.own += PRESSED
    else:
        heard.to[name] = heard.to.get(name, 0.0) + PRESSED


def _join(circle: dict[str, float], others: dict[str, float], share: float) -> None:
    for name, sure in others.items():
        circle[name] = min(1.0, circle.get(name, 0.0) + sure * share)


def around(state: "RoomState", heard: "Heard") -> list[float]:
    """What is the same for every candidate: features from `question` on, see `features`."""
    what = heard.kind
    member = state.members.get(heard.author)
    return [
        what.question, what.asks, what.thanks, what.ack, what.hello, what.open, what.need, what.you,
        what.words, member.lines if member else 0, len(heard.recent), state.naming,
        heard.run, what.command, log1p(state.pace),
        max(heard.calls.values(), default=0), len(heard.calls),
    ]  # fmt: skip


def nobody(about: list[float]) -> list[float]:
    """The features of the candidate `nobody`: the line begins something."""
    return [
        0.0, 0.0, 0.0, about[15], about[16], _NEVER, 12.0, 20.0,
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        0.0, _NEVER, 12.0, _NEVER, _NEVER, 0.0,
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, *about[:9],
        about[9], about[10], about[11], 0.0, about[12], about[13], 0.0, 0.0, 0.0, about[14],
    ]  # fmt: skip


def features(
    state: "RoomState", heard: "Heard", name: str, rank: int, about: list[float]
) -> list[float]:
    """How a candidate stands to the line, as FEATURES names them."""
    author, index, at = heard.author, heard.index, heard.at
    them = state.members[name]
    last = them.last[-1]
    calls = heard.calls
    other = 0
    for called, strength in calls.items():
        if called != name and strength > other:
            other = strength
    me = state.members.get(author)
    a_to_m = a_circle = 0.0
    a_called = 0
    a_lines, a_time, a_spoke, tie_weight = _NEVER, 12.0, _NEVER, 0.0
    if me is not None:
        mine = me.last[-1]
        a_to_m = mine.to.get(name, 0.0)
        a_circle = mine.circle.get(name, 0.0)
        a_called = mine.calls.get(name, 0)
        a_lines = float(min(index - mine.index, 250))
        a_time = log1p((at - mine.at) / 1000)
        tie = me.ties.get(name)
        if tie is not None:
            a_spoke = float(min(index - tie.index, 250))
            tie_weight = tie.weight * 0.97 ** (index - tie.index)
    m_spoke = _NEVER
    tie = them.ties.get(author)
    if tie is not None:
        m_spoke = float(min(index - tie.index, 250))
        tie_weight += tie.weight * 0.97 ** (index - tie.index)
    m_other = 0.0
    for spoken, sure in last.to.items():
        if sure > m_other and spoken != author:
            m_other = sure
    before = 0.0
    overlap_all = 0.0
    overlap = 0.0
    if heard.words:
        weight = state.weight
        for word in heard.words:
            if word in last.words:
                overlap += weight(word)
        overlap_all = overlap
    for earlier in them.last:
        if earlier is last:
            continue
        sure = earlier.to.get(author, 0.0)
        before = max(before, sure)
        for word in heard.words:
            if word in earlier.words and word not in last.words:
                overlap_all += state.weight(word)
    taken = 0.0
    for waiting, (sure, since, _) in them.waiting.items():
        if since > last.index and waiting != author:
            taken += sure
    return [
        float(name != author), float(name == author), calls.get(name, 0), other, len(calls),
        float(min(index - last.index, 250)), log1p((at - last.at) / 1000), rank,
        last.to.get(author, 0.0), last.calls.get(author, 0), m_other, last.new, before,
        a_to_m, a_called, a_circle, a_lines, a_time, a_spoke, m_spoke, tie_weight,
        last.kind.question, last.kind.ack, float(last.index > (me.last[-1].index if me else -1)),
        overlap, overlap_all, taken, *about[:9], about[9], about[10], about[11],
        float(them.bot), about[12], about[13], them.lines, last.run, last.kind.words, about[14],
    ]  # fmt: skip
