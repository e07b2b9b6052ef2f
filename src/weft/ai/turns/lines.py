"""A line of a chat, as the gate hears it."""

import msgspec


class Line(msgspec.Struct, frozen=True):
    """One message. `at` in milliseconds; an empty author is the room itself (a notice)."""

    id: str
    at: int
    author: str
    text: str
    reply_to: str | None = None
