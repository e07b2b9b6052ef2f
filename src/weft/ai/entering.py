"""Which AIs may be brought into a room: those that are awake."""

from __future__ import annotations

from weft.ai import members
from weft.kernel.errors import Forbidden
from weft.store.database import Tx
from weft.work.events import Event


def check(tx: Tx, event: Event) -> None:
    """A reaction to ``room.joined``. Errors: Forbidden, which takes the coming back: its owner
    paused it.
    """
    ai = members.by_account(tx, event.data["account"])
    if ai is not None and ai.state != "live":
        raise Forbidden("This AI is paused")
