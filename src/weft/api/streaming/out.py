"""What is said to whom: frames, and who hears each."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

Ears = Mapping[str, frozenset[int]]
"""Accounts that listen, by the key of a channel."""


class Frame(Struct, frozen=True):
    """One thing to say; ``payload`` is a string (JSON inside JSON, as clients expect); None: the
    event says it all.
    """

    event: str
    payload: str | None


class Out(Struct, frozen=True):
    """What those who listen to a channel hear, by account; whoever is not named hears nothing."""

    key: str
    frames: Mapping[int, Frame]
    pictured: bool = True
    """Also for those who only want posts with pictures."""
    ends: frozenset[int] = frozenset()
    """Accounts that may not listen to it after this."""
