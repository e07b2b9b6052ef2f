"""What the gate looks at when it asks: is this line for the member, and would one like him join?"""

from math import log1p

from weft.ai.turns import links
from weft.ai.turns.heard import Heard
from weft.ai.turns.room_state import RoomState

#: p: the member who is judged; a: the author of the line.
FEATURES: tuple[str, ...] = (
    *links.FEATURES[2:],
    "to_p", "own", "new", "top_other", "place", "circle_p", "turn_to_p", "waits", "waits_since",
    "waits_time", "others_wait", "others_since", "a_waits_others", "p_pace", "p_names",
    "p_answer_rate", "p_called", "p_join_rate", "p_chances", "p_speaks_last", "p_recent",
    "p_share", "idle_to_pace", "rivals", "help_share", "join_share", "rival_answers", "rival_topic",
    "topic_lead", "replied", "replied_other", "a_bot", "turn_asks", "turn_words", "asked", "link",
    "bye", "new_here", "expected", "unanswered",
)  # fmt: skip

_SILENT = 250.0


def features(state: RoomState, heard: Heard, name: str) -> list[float]:
    """One row, as FEATURES names it, for a member who has spoken."""
    author, index, at = heard.author, heard.index, heard.at
    member = state.members[name]
    me = state.members.get(author)
    seen = heard.seen.get(name)
    if seen is None:
        seen = heard.seen[name] = links.features(heard, member, 20, me)
    last = member.last[-1]
    to_p = heard.to.get(name, 0.0)
    first, most, second = heard.top
    top_other = second if first == name else most
    place, waits_others = 0, 0.0
    for who, sure in heard.to.items():
        if who != name and sure > to_p:
            place += 1
        if who != name and sure > 0.05:
            other = state.members.get(who)
            held = other.waiting.get(author) if other is not None else None
            if held is not None and held.sure > waits_others:
                waits_others = held.sure
    waits = member.waiting.get(author)
    others_wait, others_since = 0.0, _SILENT
    for who, call in member.waiting.items():
        if who != author and index - call.line < others_since and call.sure > 0.3:
            others_since = float(index - call.line)
            others_wait = call.sure
    crowd = state.crowd(heard)
    recent = heard.recent
    p_recent = recent.get(name, 0)
    answers = member.answered / member.called
    joins = member.joined / member.chances
    topic = seen[_TOPIC]
    idle = log1p((at - last.at) / 1000) - log1p(member.pace)
    unanswered = 0
    if me is not None:
        mine = me.last[-1]
        if all(call.line <= mine.index for call in me.waiting.values()):
            unanswered = mine.run
    return [
        *seen[2:],
        to_p, heard.own, heard.new, top_other, place, heard.circle.get(name, 0.0),
        heard.turn_to.get(name, 0.0),
        waits.sure if waits else 0.0,
        float(min(index - waits.line, 250)) if waits else _SILENT,
        log1p((at - waits.at) / 1000) if waits else 12.0,
        others_wait, others_since, waits_others, log1p(member.pace), member.names,
        answers, member.called, joins, member.chances,
        float(bool(state.window) and state.window[-1].author == name), p_recent,
        p_recent / max(1, sum(recent.values())), idle, len(recent),
        member.helps / (crowd.helps + 0.1), joins / (crowd.joins + 0.02),
        crowd.answers, crowd.topic, topic / (crowd.topic + 1.0),
        float(heard.replied == name), float(heard.replied is not None and heard.replied != name),
        float(heard.bot), heard.turn_asks, heard.turn_words, state.asked,
        heard.kind.link, heard.kind.bye, float(me is None), to_p * answers + heard.new * joins,
        unanswered,
    ]  # fmt: skip


_TOPIC = links.FEATURES.index("topic")
