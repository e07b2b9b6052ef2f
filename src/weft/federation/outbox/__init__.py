"""What members here do, told to the servers it concerns.

Every function is a reaction to an event: it runs in the transaction of the verb, writes the
activity once, and the jobs that take it out. So a post that was accepted will be delivered, and
one that was rolled back never leaves.
"""

from __future__ import annotations

from weft.federation.outbox import (
    consent,
    featured,
    flags,
    likes,
    moves,
    notes,
    polls,
    profile,
    reactions,
    relations,
)
from weft.federation.outbox.moves import announce_move
from weft.federation.outbox.notes import activity_of, around
from weft.federation.outbox.polls import TELL, tell_poll
from weft.federation.outbox.profile import announce_actor
from weft.federation.outbox.sending import Reactions, deliver, everyone, fan_out, send

__all__ = [
    "REACTIONS",
    "TELL",
    "activity_of",
    "announce_actor",
    "announce_move",
    "around",
    "deliver",
    "everyone",
    "fan_out",
    "send",
    "tell_poll",
]

REACTIONS: list[Reactions] = [
    room.REACTIONS
    for room in (
        notes,
        likes,
        reactions,
        polls,
        relations,
        profile,
        moves,
        featured,
        flags,
        consent,
    )
]
"""What each room tells; several may react to one kind of event."""
