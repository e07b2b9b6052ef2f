"""The port between a turn and the place it is taken in: what was heard, where the answer goes.

A thread and a room differ in who sees what, in how something is said there and in how fast people
go on. A turn knows nothing of that: it finds its `Place`, asks whether it may, what it is told and
whether it was overtaken, and says its `Words` there.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

from msgspec import Struct

from weft.ai.brains.port import Source
from weft.ai.context import Told
from weft.ai.documents import Shelf
from weft.ai.model import Reason
from weft.people.model import Account
from weft.store.database import Tx

Overtaken = Literal["", "went_on", "answered"]
"""What happened while an AI thought: who asked ``went_on`` with what belongs to it; somebody else
``answered`` what was not said to the AI."""


class Words(Struct, frozen=True):
    """What is to be said, before the place dresses it."""

    text: str
    sources: tuple[Source, ...] = ()
    model: str | None = None
    """None: no engine answered."""
    why: dict[str, Any] | None = None
    """Of a line that nobody asked for: {code, text}."""


class Place(Protocol):
    """Where one turn is taken. Made for that turn, within one transaction."""

    @property
    def asker(self) -> Account:
        """Who said what it answers."""
        ...

    @property
    def language(self) -> str | None:
        """Of what was said, as its author declared it."""
        ...

    def obstacle(self, tx: Tx) -> Reason:
        """Why the AI must stay silent, now; "" when it may speak."""
        ...

    def told(self, tx: Tx, shelf: Shelf) -> Told:
        """What its engine is told. The caller has checked that it may speak."""
        ...

    def overtaken(self, tx: Tx, told_at: int) -> Overtaken:
        """What people said since it heard what it answers. ``told_at``: the ms at which its engine
        was told of it; what stood there by then, it knows.
        """
        ...

    def say(self, tx: Tx, words: Words) -> int:
        """Say it; gives the id of the post or line."""
        ...

    def react(self, tx: Tx, emoji: str) -> None:
        """Put an emoji to what it heard, which needs no words."""
        ...
