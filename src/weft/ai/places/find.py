"""Where a turn is taken: a thread or a room."""

from __future__ import annotations

from weft.ai.model import Ai, Turn
from weft.ai.places import room, thread
from weft.ai.places.port import Place
from weft.store.database import Tx


def place(tx: Tx, turn: Turn, ai: Ai) -> Place | None:
    """None: what it heard is gone, or hidden from it."""
    return room.find(tx, turn, ai) if turn.place == "room" else thread.find(tx, turn, ai)
