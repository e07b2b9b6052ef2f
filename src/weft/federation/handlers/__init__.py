"""What an activity from elsewhere does here: one table, activity by object, one function each; each
room beside this one brings its rows.

Every function is a plain one of a transaction. It is called with an activity whose signature is
verified and whose actor is known and stands well; it checks that this actor may say this about that
object (FEP-fe34: nobody speaks for another; ids of one server only), calls the same verbs that
members' own clients call, and gives back what has to be fetched before it can be done, or None.

Who is not in the table is ignored, politely: the sender is answered 202 (ActivityPub, section 7).
"""

from __future__ import annotations

from collections.abc import Iterable

from weft.federation.handlers import (
    collections,
    consent,
    featured,
    flags,
    groups,
    moves,
    notes,
    people,
    reactions,
    undo,
)
from weft.federation.handlers.act import Act, Done, Handle, Need, Table
from weft.federation.read_activity import IncomingActivity
from weft.federation.read_actor import ACTORS
from weft.federation.read_note import POSTS
from weft.store.database import Tx

__all__ = ["TABLE", "Act", "Done", "Need", "find", "handle"]


def _table(rooms: Iterable[Table]) -> Table:
    """All rows as one table. A row that two rooms bring is a mistake."""
    whole: Table = {}
    for table in rooms:
        for activity, row in table.items():
            known = whole.setdefault(activity, {})
            if twice := known.keys() & row.keys():
                raise ValueError(f"two rooms for {activity} {sorted(twice)}")
            known.update(row)
    return whole


TABLE = _table(
    room.TABLE
    for room in (
        collections,
        consent,
        featured,
        flags,
        groups,
        moves,
        notes,
        people,
        reactions,
        undo,
    )
)


def handle(tx: Tx, act: Act) -> Done:
    """Do what the activity says, or give what is needed first. Errors: those of the verbs, all
    meaning that it is not to be done.
    """
    function = find(act.activity)
    return function(tx, act) if function is not None else None


def find(activity: IncomingActivity) -> Handle | None:
    """The function for an activity, None for one that means nothing here."""
    row = TABLE.get(activity.type, {})
    return row.get(_class_of(activity.object_kind)) or row.get("*")


def _class_of(kind: str) -> str:
    if kind in POSTS:
        return "post"
    return "actor" if kind in ACTORS else kind
