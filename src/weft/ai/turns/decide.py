"""Who speaks: one pure function per line and place.

Hard rules → the gate → at most one AI → people first at open questions → budgets. Nothing is read or
written here; what was found out stands in `setting`. The engine's own judgement, and the look at
what people said meanwhile, come later, in the turn itself (`weft.ai.turn`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import structs

from weft.ai.hops import HOP_BUDGET
from weft.ai.model import Reason, Trigger
from weft.ai.turns import budget, modes
from weft.ai.turns import gate as learned
from weft.ai.turns.gate import Scores
from weft.ai.turns.heard import Heard
from weft.ai.turns.modes import THRESHOLDS, Thresholds
from weft.ai.turns.names import PLAIN
from weft.ai.turns.room_state import RoomState
from weft.ai.turns.setting import Act, Candidate, Decision, Setting, Stage
from weft.rooms.model import Mode

CALLED_MAX = 8
"""AIs of this server that one line wakes: calling all of them is a flood, not a question."""
MEANT = 0.6
"""Of ``addressed``, from here a line is taken as spoken to it."""

LIMITS: dict[Mode, Thresholds] = {
    "called": THRESHOLDS[modes.Mode.ONLY_WHEN_CALLED],
    "meant": THRESHOLDS[modes.Mode.WHEN_ITS_FOR_IT],
    "helpful": THRESHOLDS[modes.Mode.HELPFUL],
    "scene": THRESHOLDS[modes.Mode.SCENE],
}
_CALLS: dict[Trigger, str] = {
    "mention": "named",
    "reply": "replied_to",
    "direct": "direct",
    "unasked": "below",
}

Score = Callable[[RoomState, Heard, str], Scores]


def decide(
    setting: Setting,
    state: RoomState | None,
    line: Heard,
    ais: Sequence[Candidate],
    score: Score = learned.score,
) -> list[Decision]:
    """What each of these AIs does about a line that none of them said, in their order.

    ``state`` has just been given the line; None where nobody is judged (mode called).
    """
    made: dict[int, Decision] = {}
    free: list[Candidate] = []
    called = sum(one.call != "unasked" for one in ais)
    woken = 0
    for one in ais:
        decided = _called(setting, line, one, woken) if one.call != "unasked" else None
        woken += one.call != "unasked"
        if decided is None:
            decided = _barred(setting, line, one, someone_called=called > 0)
        if decided is None:
            free.append(one)
        else:
            made[one.ai_id] = decided
    if free and setting.machine:
        made |= _next_in_scene(free)
    elif free and state is not None:
        made |= _judged(setting, state, line, free, score)
    return [made[one.ai_id] for one in ais if one.ai_id in made]


def silenced(*, chain: int, by_machine: bool, in_scene: bool, called: bool, meant: bool) -> Reason:
    """Why machines that spoke while an AI thought keep it silent, right before it speaks. ``chain``:
    lines of machines in a row at the end of the room; ``by_machine``: a machine said what it answers.
    """
    if in_scene:
        return ""
    if by_machine and chain >= HOP_BUDGET:
        return "hops"
    if by_machine and not called:
        return "scene_over"
    return "machine_last" if chain and not called and not meant else ""


# -- rules ------------------------------------------------------------------------------------


def _called(setting: Setting, line: Heard, one: Candidate, woken: int) -> Decision:
    """A called AI answers, unless a rule keeps it from it."""
    if one.obstacle:
        return _mute(one, "rules", "obstacle", one.obstacle)
    if setting.hushed:
        return _mute(one, "rules", "hushed", "hushed")
    if setting.machine:
        if code := _hops(setting, one):
            return _mute(one, "hops", code, code)
        if modes.bare(line):
            return _mute(one, "rules", "thanks", "nothing_to_add")
    elif modes.bare(line) and line.kind.thanks:
        how = ("thanks", 1.0), (_CALLS[one.call], 1.0)
        return Decision(one.ai_id, "react", "rules", how, call=one.call)
    if woken >= CALLED_MAX:
        return _mute(one, "rules", "crowd", "crowd")
    if one.spent and not one.says_why:
        return _mute(one, "rules", "spent", one.spent)
    how = ((_CALLS[one.call], 1.0),)
    return Decision(one.ai_id, "speak", "rules", how, 1.0, 1.0, call=one.call, why=one.spent)


def _mute(one: Candidate, stage: Stage, code: str, why: Reason) -> Decision:
    reasons = ((code, 1.0), (_CALLS[one.call], 1.0))
    return Decision(one.ai_id, "silent", stage, reasons, call=one.call, why=why)


def _hops(setting: Setting, one: Candidate) -> Reason:
    """Why machines must not go on talking; "" when they may."""
    if setting.scene_left > 0:
        return ""
    if setting.chain >= HOP_BUDGET:
        return "hops"
    if not one.asked_both:
        return "nobody_asked"
    return "cooldown" if one.cooling else ""


def _barred(
    setting: Setting, line: Heard, one: Candidate, *, someone_called: bool
) -> Decision | None:
    """Why an AI that nobody called is not even judged."""
    rules = (
        ("notice", line.notice),
        ("obstacle", bool(one.obstacle)),
        ("hushed", setting.hushed),
        ("quiet_hours", setting.quiet),
        ("mode_called", setting.mode == "called"),
        ("machine", setting.machine and setting.scene_left <= 0),
        ("only_when_called", setting.only_when_called and not setting.machine),
        ("another_called", someone_called),
    )
    code = next((code for code, holds in rules if holds), None)
    if code is None:
        return None
    return Decision(one.ai_id, "silent", "rules", ((code, 1.0),), why=one.obstacle)


def _next_in_scene(free: Sequence[Candidate]) -> dict[int, Decision]:
    """After a machine's line in a running Scene: who has said least goes on."""
    able = [one for one in free if not one.unasked.busy]
    first = min(able, key=lambda one: (one.lines, one.ai_id), default=None)
    return {
        one.ai_id: Decision(one.ai_id, "speak", "scene", (("scene", 1.0),), meant=True)
        if one is first
        else Decision(one.ai_id, "silent", "arbiter", (("other_ai", 1.0),))
        for one in free
    }


# -- judged -----------------------------------------------------------------------------------


def _judged(
    setting: Setting, state: RoomState, line: Heard, free: Sequence[Candidate], score: Score
) -> dict[int, Decision]:
    wishes = [_wish(setting, line, one, score(state, line, one.name)) for one in free]
    made: dict[int, Decision] = {}
    able: list[tuple[Candidate, Decision]] = []
    for one, wish in zip(free, wishes, strict=True):
        made[one.ai_id] = wish
        if wish.act == "silent":
            continue
        if wish.act == "react":
            able.append((one, wish))
        elif code := _spent(setting, one, wish):
            made[one.ai_id] = _instead(wish, "budget", code)
        else:
            able.append((one, wish))
    # Who would speak comes before who is unsure, and both before who would only wait.
    rank: dict[Stage, int] = {"gate": 2, "scene": 2, "judge": 1, "open": 0}
    first = max(
        able,
        key=lambda pair: (
            rank[pair[1].stage],
            round(max(pair[1].join, pair[1].addressed), 3),
            pair[1].addressed,
            -pair[0].lines,
            -pair[0].ai_id,
        ),
        default=None,
    )
    for one, wish in able:
        if first is not None and one is not first[0]:
            made[one.ai_id] = _instead(wish, "arbiter", "other_ai")
    return made


def _wish(setting: Setting, line: Heard, one: Candidate, found: Scores) -> Decision:
    """What an AI would do if it were alone."""
    limits = LIMITS[setting.mode]
    told = tuple((code, 1.0) for code in found.reasons)

    def wish(act: Act, stage: Stage, code: str, number: float, *, meant: bool = False) -> Decision:
        return Decision(
            one.ai_id,
            act,
            stage,
            ((code, round(number, 4)), *(pair for pair in told if pair[0] != code)),
            found.addressed,
            found.join,
            meant=meant,
            wait=setting.wait if act == "wait" else 0,
        )

    if setting.to_person or _names_another(line, one.name):
        return wish("silent", "gate", "for_others", found.join)
    if modes.bare(line):
        if found.addressed < MEANT or line.kind.bye:
            return wish("silent", "gate", "acknowledges", found.join)
        if line.kind.thanks:
            return wish("react", "gate", "thanks", found.addressed)
        # Else it may be the yes that it asked for.
    if found.addressed >= MEANT:
        return wish("speak", "gate", "addressed", found.addressed, meant=True)
    if to_everybody(line):
        if limits.waits:
            return wish("wait", "open", "people_first", found.join)
        return wish("silent", "open", "open_question", found.join)
    if found.join >= limits.speak:
        return wish("speak", "gate", "join", found.join)
    if found.join >= limits.unsure:
        return wish("speak", "judge", "unsure", found.join)
    return wish("silent", "gate", "below", found.join)


def _names_another(line: Heard, name: str) -> bool:
    """Whether a line calls somebody else by name, and not this AI."""
    return line.calls.get(name, 0) < PLAIN and max(line.calls.values(), default=0) >= PLAIN


def to_everybody(line: Heard) -> bool:
    """Whether a line asks whoever is there: in so many words ("does anybody …"), or by what it
    follows. It may follow the author's own words: people greet first, and then ask.
    """
    return modes.open_question(line) or (
        line.question
        and not line.bot
        and not line.notice
        and line.replied is None
        and max(line.calls.values(), default=0) < PLAIN
        and (
            bool(line.kind.open)
            or (line.new + line.own > 0.5 and max(line.to.values(), default=0.0) < 0.3)
        )
    )


def _spent(setting: Setting, one: Candidate, wish: Decision) -> str:
    if setting.scene_left > 0:
        return "busy" if one.unasked.busy else ""
    if code := budget.spent(setting.liveliness, one.unasked, meant=wish.meant):
        return code
    return "calls" if setting.calls >= budget.CALLS_PER_HUNDRED else ""


def _instead(wish: Decision, stage: Stage, code: str) -> Decision:
    return structs.replace(
        wish, act="silent", stage=stage, reasons=((code, 1.0), *wish.reasons), wait=0, meant=False
    )
