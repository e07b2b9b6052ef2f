"""What an AI remembers of somebody: notes, each in their own words and within its scope."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from weft.kernel.clock import DAY

Scope = Literal["public", "room", "person"]
Kind = Literal["fact", "preference", "episode", "pledge"]
KINDS: tuple[Kind, ...] = get_args(Kind)

NOTE_CHARS = 200
"""A sentence. What is longer is a text, and stands where it was said."""
NOTES_MAX = 200
"""Of one person in one scope of one AI, and of everybody together in one room: far more than anybody
tells, few enough to be read through by whom they are about."""
ROOM_SHARE = 50
"""Of one person in a room, so that nobody can push out what others said there."""
LASTS: dict[Kind, int] = {
    "fact": 365 * DAY,
    "preference": 180 * DAY,
    "episode": 30 * DAY,
    "pledge": 730 * DAY,
}
"""How long a note stays that nobody needs, in ms; each use begins it anew."""


class Found(Struct, frozen=True):
    """What is worth a note in a message: a span of it, word for word. ``explicit``: its author said
    that it is to be remembered.
    """

    kind: Kind
    text: str
    explicit: bool = False


class Note(Struct, frozen=True):
    """Field for field the columns of ``ai_notes``, in their order. Times in ms. ``scope_id``: the
    room or the person; 0 for what was said in public.
    """

    id: int
    ai_id: int
    scope: Scope
    scope_id: int
    about_id: int
    kind: Kind
    text: str
    edited: bool
    uses: int
    used_at: int | None
    created_at: int
    expires_at: int | None
