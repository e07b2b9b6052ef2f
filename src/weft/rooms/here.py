"""Who is here now, and who is typing: said through the event log, so that every process knows, and
kept nowhere else.

A process says ``room.here`` for each member who has a stream of a room open, when the first one
opens and every ``REPEAT`` after that, and ``room.away`` when the last one closes. Whoever follows
the log adds it up (``Here``); a process that died is forgotten after ``VALID``.
"""

from __future__ import annotations

from weft.kernel.clock import MINUTE, SECOND
from weft.people.model import Account
from weft.rooms import doors, members
from weft.store.database import Tx
from weft.work import events
from weft.work.events import Event

REPEAT = MINUTE
VALID = 2 * MINUTE + 30 * SECOND
"""Two repetitions may come late."""


def typing(tx: Tx, by: Account, room_id: int) -> None:
    """One is writing; apps say it every few seconds. Event: room.typing. Errors: NotFound,
    Forbidden.
    """
    doors.enter(tx, by, room_id)
    _tell(tx, "room.typing", room_id, by.id)


def arrive(tx: Tx, account_id: int, room_id: int) -> bool:
    """A member is here, still. False for who is not in the room. Event: room.here."""
    if members.of(tx, room_id, account_id) is None:
        return False
    _tell(tx, "room.here", room_id, account_id)
    return True


def go(tx: Tx, account_id: int, room_id: int) -> None:
    """Nothing of theirs is open in this process any more. Event: room.away, of a member."""
    if members.of(tx, room_id, account_id) is not None:
        _tell(tx, "room.away", room_id, account_id)


def _tell(tx: Tx, kind: str, room_id: int, account_id: int) -> None:
    events.append(
        tx,
        kind,
        actor_id=account_id,
        subject_id=room_id,
        data={"room": room_id, "account": account_id},
    )


class Here:
    """Who is in which room now, as far as the log was read."""

    def __init__(self) -> None:
        self._until: dict[int, dict[int, int]] = {}  # room → account → ms

    def hear(self, event: Event) -> bool:
        """Take an event in; whether somebody came or went by it."""
        if event.kind not in ("room.here", "room.away", "room.left"):
            return False
        room_id, account_id = event.data["room"], event.data["account"]
        there = self._until.setdefault(room_id, {})
        if event.kind == "room.here":
            came = there.get(account_id, 0) <= event.at
            there[account_id] = event.at + VALID
            return came
        went = there.pop(account_id, 0) > event.at
        if not there:
            del self._until[room_id]
        return went

    def who(self, room_id: int, now: int) -> set[int]:
        """Accounts that are in a room at ``now`` (ms)."""
        there = self._until.get(room_id, {})
        return {account_id for account_id, until in there.items() if until > now}
