"""How much AIs may say that nobody called for. Pure: counts in, a reason out.

Counted are lines of all AIs of a place together, because people hear them together. Lines that were
most likely for the AI, though they did not name it, are conversation: a person who talks with an AI
does not repeat its name in every line. They have a wide limit of their own, for a gate that errs.
"""

from __future__ import annotations

from weft.ai.turns.setting import Unasked
from weft.rooms.model import Liveliness

PER_HUNDRED: dict[Liveliness, int] = {"quiet": 1, "normal": 3, "lively": 6}
"""Unasked lines per hundred lines of people."""
OF_20 = 4
"""Of the last twenty lines, the coming one included: more is the AI's room, not theirs."""
MEANT_OF_20 = 8
"""The same for lines that were most likely for it: two people and an AI in a good talk."""
PAUSE = 15
"""Lines of people after one that nobody took up, before the next: unasked lines are never two in a
row, and what was not wanted is not tried again at once."""
CALLS_PER_HUNDRED = 10
"""Times that engines are asked unasked for per hundred lines of a place. Each costs money or time,
whatever comes of it."""
FACTOR_MIN = 0.25
"""An AI that is ignored for long still says something once in a while, or it could never learn that
it is welcome again."""


def spent(liveliness: Liveliness, unasked: Unasked, *, meant: bool) -> str:
    """Why one more line would be too much, as a code of `reasons`; "" when it is not."""
    if unasked.busy:
        return "busy"
    if meant:
        return "too_much_of_last" if unasked.meant_of_last_20 + 1 > MEANT_OF_20 else ""
    if unasked.called_only:
        return "not_now"
    if unasked.untaken and unasked.since < PAUSE:
        return "two_in_a_row"
    if unasked.of_last_20 + 1 > OF_20:
        return "too_much_of_last"
    most = PER_HUNDRED[liveliness] * max(unasked.factor, FACTOR_MIN)
    if most < 1:
        return "budget" if unasked.since < 100 / most else ""
    return "budget" if unasked.per_hundred >= int(most) else ""
