"""The gate: is this line for the member, and would a member like him answer it?

Two learned heads over the same features. `addressed` says how likely the line is meant for the member,
`join` how likely one in his place answers it. Neither decides: `modes` does.
"""

from math import exp
from typing import NamedTuple

from weft.ai.turns.features import features
from weft.ai.turns.heard import Heard
from weft.ai.turns.names import CALLED, INSIDE, LIKE, PLAIN
from weft.ai.turns.room_state import RoomState, present

#: One who has not spoken yet has no habits: how likely the line is for him, and answered by him, by
#: how strongly it calls him.
STRANGER = {CALLED: (0.97, 0.70), PLAIN: (0.85, 0.60), INSIDE: (0.40, 0.30), LIKE: (0.15, 0.10)}
#: A name counts so much more than in the rooms that were learned from (on the logit of `join`): in
#: rooms never seen it is the surest sign, and it must not rank below guesses.
NAMED = 1.0
#: The reply button says for whom it is.
PRESSED = (0.99, 0.70)
#: Not in the window, not named, not replied to.
ABSENT = (0.0005, 0.0005)


class Scores(NamedTuple):
    """Both in 0…1; `reasons` the strongest first, see `why`."""

    addressed: float
    join: float
    reasons: tuple[str, ...]


def score(state: RoomState, heard: Heard, member: str) -> Scores:
    """Judge the line that `state.push` just returned, for a member who did not write it."""
    if heard.notice:
        return Scores(*ABSENT, ("notice",))
    if not present(state, heard, member):
        return Scores(*ABSENT, ("not_here",))
    if member not in state.members:
        known = PRESSED if heard.replied == member else STRANGER[heard.calls[member]]
        return Scores(*known, why(state, heard, member))
    row = features(state, heard, member)
    model = state.model
    addressed = _chance(model.addressed(row), model.calibration["addressed"])
    called = NAMED if heard.calls.get(member, 0) >= PLAIN else 0.0
    join = _chance(model.join(row) + called, model.calibration["join"])
    return Scores(addressed, join, why(state, heard, member))


def _chance(logit: float, line: tuple[float, float]) -> float:
    z = logit * line[0] + line[1]
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, z))))


def why(state: RoomState, heard: Heard, member: str) -> tuple[str, ...]:
    """What spoke for and against, as codes, the strongest first."""
    what, call = heard.kind, heard.calls.get(member, 0)
    to = heard.to.get(member, 0.0)
    known = state.members.get(member)
    last = known.last[-1] if known else None
    spoke = last.to.get(heard.author, 0.0) if last else 0.0
    other = max((held for who, held in heard.calls.items() if who != member), default=0)
    top = max((sure for who, sure in heard.to.items() if who != member), default=0.0)
    asked = last is not None and last.question
    away = heard.replied is not None and heard.replied != member
    told = (
        ("named", call >= PLAIN),
        ("replied_to", heard.replied == member),
        ("for_someone_else", not call and (away or other >= PLAIN)),
        ("answering_your_question", to > 0.5 and asked and spoke < 0.5),
        ("answering_you", to > 0.5 and spoke >= 0.5),
        ("for_you", to > 0.5),
        ("name_mentioned", 0 < call < PLAIN),
        ("open_question", heard.to_anybody),
        ("waits_for_you", known is not None and heard.author in known.waiting),
        ("you_two_talking", spoke >= 0.5),
        ("others_talking", to < 0.3 and top > 0.5),
        ("goes_on", heard.own > 0.5),
        ("in_your_conversation", heard.circle.get(member, 0.0) > 0.4),
        ("thanks", bool(what.thanks)),
        ("farewell", bool(what.bye)),
        ("greeting", bool(what.hello)),
        ("acknowledges", bool(what.ack)),
        ("command", bool(what.command)),
        ("bot", heard.bot),
        ("asks", heard.question),
    )
    return tuple(code for code, holds in told if holds)[:5] or ("nothing_for_you",)
