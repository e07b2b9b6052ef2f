"""What the gate looks at when it asks: is this line for the member, and would one like him join?"""

from math import log1p

from weft.ai.turns import links
from weft.ai.turns.room_state import Heard, Member, RoomState

FEATURES: tuple[str, ...] = (
    *links.FEATURES[2:],
    "to_p", "own", "new", "top_other", "place", "circle_p", "waits", "waits_since", "waits_time",
    "others_wait", "others_since", "a_waits_others", "p_lines", "p_pace", "p_asks", "p_names", "p_helps",
    "p_answer_rate", "p_called", "p_busy", "p_busy_since", "p_topic", "p_speaks_last", "present",
    "replied", "replied_other", "a_bot", "turn_asks", "turn_words", "turn_to_p", "asked",
    "p_recent", "a_asks", "a_helps", "link", "bye", "me", "idle_to_pace", "rivals",
    "p_share", "new_here",
)  # fmt: skip

_SILENT = 250.0


def features(state: RoomState, heard: Heard, name: str) -> list[float]:
    """One row, as FEATURES names it. Only for a member that `present` lets through."""
    author, index, at = heard.author, heard.index, heard.at
    member = state.members.get(name)
    about = heard.about
    if member is None:
        seen = links.nobody(about)
        seen[2] = heard.calls.get(name, 0)
        seen[3] = max((held for who, held in heard.calls.items() if who != name), default=0)
        member = Member(name, bot=False)
        last = None
    else:
        found = heard.seen.get(name)
        if found is None:
            rank = 20
            found = heard.seen[name] = links.features(state, heard, name, rank, about)
        seen = found
        last = member.last[-1]
    to_p = heard.to.get(name, 0.0)
    top_other, place = 0.0, 0
    for who, sure in heard.to.items():
        if who != name:
            top_other = max(top_other, sure)
            if sure > to_p:
                place += 1
    waits = member.waiting.get(author)
    others_wait, others_since = 0.0, _SILENT
    for who, (sure, since, _) in member.waiting.items():
        if who != author and index - since < others_since and sure > 0.3:
            others_since = float(index - since)
            others_wait = sure
    me = state.members.get(author)
    waiting_others = 0.0
    busy, busy_since = 0.0, _SILENT
    if last is not None:
        busy_since = float(min(index - last.index, 250))
        for who, sure in last.to.items():
            if who != author and sure > busy:
                busy = sure
    topic = 0.0
    if heard.words and member.topics:
        for word in heard.words:
            if word in member.topics:
                topic += state.weight(word)
    for who in heard.to:
        other = state.members.get(who)
        if who != name and other is not None and author in other.waiting:
            waiting_others = max(waiting_others, other.waiting[author][0])
    recent = heard.recent
    p_recent = recent.get(name, 0)
    return [
        *seen[2:],
        to_p, heard.own, heard.new, top_other, place, heard.circle.get(name, 0.0),
        waits[0] if waits else 0.0,
        float(min(index - waits[1], 250)) if waits else _SILENT,
        log1p((at - waits[2]) / 1000) if waits else 12.0,
        others_wait, others_since, waiting_others,
        min(member.lines, 200), log1p(member.pace), member.asks, member.names, member.helps,
        member.answered / member.called, member.called, busy, busy_since, topic,
        float(bool(state.window) and state.window[-1].author == name),
        float(last is not None), float(heard.replied == name),
        float(heard.replied is not None and heard.replied != name), float(heard.bot),
        heard.turn_asks, heard.turn_words, heard.turn_to.get(name, 0.0), state.asked,
        p_recent, me.asks if me else 0.5, me.helps if me else 0.0, heard.kind.link, heard.kind.bye, heard.kind.me,
        (log1p((at - last.at) / 1000) - log1p(member.pace)) if last else 5.0,
        len(recent), p_recent / max(1, sum(recent.values())),
        float(me is None),
    ]  # fmt: skip
