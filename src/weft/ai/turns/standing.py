"""How people of a place take what AIs say there unasked, and what follows from it.

Ignored twice, an AI may say half as much there; taken up, twice as much, up to all. Two people who
say "not now" within an hour, or one who says it of two lines, silence it until called, for a day.
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.ai.turns.budget import FACTOR_MIN
from weft.ai.turns.tables import ai_places
from weft.ai.turns.tail import Said, Tail
from weft.store.database import Tx

IGNORED_AFTER = 10
"""Lines of people after an unasked one in which nobody took it up: then it was not wanted."""
IGNORED_MAX = 2

_PUT = insert(ai_places)
_SET = _PUT.on_conflict_do_update(
    index_elements=["ai_id", "place_id"],
    set_={
        "factor": _PUT.excluded.factor,
        "ignored": _PUT.excluded.ignored,
        "called_only_until": _PUT.excluded.called_only_until,
        "updated_at": _PUT.excluded.updated_at,
    },
)
_ONE = sa.select(ai_places.c.factor, ai_places.c.ignored, ai_places.c.called_only_until).where(
    ai_places.c.ai_id == sa.bindparam("ai"), ai_places.c.place_id == sa.bindparam("at")
)


class Standing(Struct, frozen=True):
    """Of one AI in one place. ``factor``: of the budget of the place. ``ignored``: unasked lines in a
    row that nobody took up. ``called_only_until``: ms; None: not at all.
    """

    factor: float = 1.0
    ignored: int = 0
    called_only_until: int | None = None


def of(tx: Tx, ai_id: int, place_id: int) -> Standing:
    row = tx.row(_ONE, ai=ai_id, at=place_id)
    return Standing(*row) if row is not None else Standing()


def ignored(old: Standing) -> Standing:
    """One more line that nobody took up."""
    if old.ignored + 1 < IGNORED_MAX:
        return Standing(old.factor, old.ignored + 1, old.called_only_until)
    return Standing(max(FACTOR_MIN, old.factor / 2), 0, old.called_only_until)


def taken_up(old: Standing) -> Standing:
    return Standing(min(1.0, old.factor * 2), 0, old.called_only_until)


def called_only(old: Standing, until: int) -> Standing:
    return Standing(old.factor, old.ignored, until)


def put(tx: Tx, ai_id: int, place_id: int, new: Standing) -> None:
    tx.run(
        _SET,
        ai_id=ai_id,
        place_id=place_id,
        factor=new.factor,
        ignored=new.ignored,
        called_only_until=new.called_only_until,
        updated_at=tx.now,
    )


def judged(tail: Tail) -> tuple[Said, bool] | None:
    """The last unasked line, when the newest line of the tail, a person's, is what settles whether
    it was taken up; else None. So each is judged once.
    """
    newest = tail.lines[-1] if tail.lines else None
    if newest is None or newest.machine:
        return None
    people = 0
    for line in reversed(tail.lines):
        if not line.machine:
            people += 1
            if people > IGNORED_AFTER:
                return None
        elif line.unasked and not line.meant:
            after = [one for one in tail.lines if one.id > line.id and not one.machine]
            if any(line.author in one.calls for one in after[:-1]):
                return None
            if line.author in newest.calls:
                return line, True
            return (line, False) if people == IGNORED_AFTER else None
    return None
