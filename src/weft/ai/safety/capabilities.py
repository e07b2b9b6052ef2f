"""What a turn may do, by what it holds: the Rule of Two.

A turn that has read what others wrote (untrusted) and what is not public (private) may change nothing
but its own place: who wrote the one could steer the AI to give away the other, and no filter of words
stops that. So every action goes through `permit`, and what acts takes a `Permit`, which nothing else
makes. An action that is added later has to say what it is; then the rule holds for it too.

https://ai.meta.com/blog/practical-ai-agent-security/ ("Agents Rule of Two").
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from weft.kernel.errors import Forbidden


class Capability(Struct, frozen=True):
    """An action of an AI. ``changes_state``: it does something beyond its place (buys, books, posts
    elsewhere, changes settings, calls a tool that does). ``reaches_out``: what it is given leaves the
    server or the audience of the place.
    """

    name: str
    changes_state: bool
    reaches_out: bool


SPEAK: Final = Capability("speak", changes_state=False, reaches_out=False)
REACT: Final = Capability("react", changes_state=False, reaches_out=False)
HAND_OVER: Final = Capability("handoff", changes_state=False, reaches_out=False)
"""A notice of ours to a person that its owner named: nothing in it comes from an engine."""


class Holding(Struct, frozen=True):
    """What a turn has read. ``private``: something that not everybody may read. ``untrusted``:
    something that neither its owner nor this server wrote.
    """

    private: bool
    untrusted: bool


class NotPermitted(Forbidden):
    """An action that this turn may not take, whatever its engine says."""


class Permit:
    """That a turn may take an action. Only `permit` makes one."""

    __slots__ = ("capability",)
    capability: Capability

    def __init__(self, capability: Capability, key: object) -> None:
        if key is not _KEY:
            raise NotPermitted("A permit is given, not made")
        self.capability = capability

    def to(self, capability: Capability) -> None:
        """What acts asks this first. Errors: NotPermitted, for another action than was permitted."""
        if self.capability != capability:
            raise NotPermitted(f"Permitted was {self.capability.name}, not {capability.name}")


_KEY = object()


def permit(holding: Holding, capability: Capability) -> Permit:
    """Errors: NotPermitted."""
    far = capability.changes_state or capability.reaches_out
    if far and holding.private and holding.untrusted:
        raise NotPermitted(f"An AI that reads private and foreign text may not {capability.name}")
    return Permit(capability, _KEY)
