"""What an AI is beside its account, and what is kept of each of its turns."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

AiKind = Literal["assistant", "business", "creator", "character"]
AiState = Literal["live", "paused"]
Engine = Literal["auto", "quotes", "model"]
Where = Literal["thread", "room"]
Trigger = Literal["mention", "reply", "direct", "unasked"]
"""``unasked``: nobody called it; it joined."""
Outcome = Literal["heard", "answered", "reacted", "declined", "silent", "failed", "waiting"]
"""``heard``: a job is on its way; ``waiting``: its owner looks at it first. The others are ends: it answered; it put an emoji there; it said
that it does not or cannot answer that; it said nothing; its engine failed (and it said so)."""

Reason = Literal[
    "",
    "paused",
    "blocked",
    "thread_off",
    "not_invited",
    "too_old",
    "nobody_asked",
    "hops",
    "cooldown",
    "asker_budget",
    "thread_budget",
    "server_budget",
    "language",
    "declined",
    "crowd",
    "hidden",
    "unavailable",
    "refused",
    "absent",
    "muted",
    "closed",
    "hushed",
    "quiet_hours",
    "called_only",
    "scene_over",
    "unasked_budget",
    "machine_last",
    "answered",
    "nothing_to_add",
    "stopped",
    "budget",
    "crisis",
    "not_for_asker",
    "closed_now",
    "handed_over",
    "guard",
    "approval",
    "rejected",
]
"""Why a turn ended as it did. A word and never a text, so that no private text is kept."""

REASONS: dict[Reason, str] = {
    "": "",
    "paused": "it was paused",
    "blocked": "one of the two, or the thread's author, blocks the other",
    "thread_off": "the thread's author keeps AIs out",
    "not_invited": "the author lets only some bring AIs, and not this one",
    "too_old": "the post was old when it came here",
    "nobody_asked": "an AI or bot spoke to it, and no person in that thread had asked both",
    "hops": "machines had spoken twice since the last person",
    "cooldown": "it had answered the same machine within the last minute",
    "asker_budget": "too many questions by the same asker within an hour",
    "thread_budget": "too many of its answers in the same thread within an hour",
    "server_budget": "too many questions from other servers within an hour",
    "language": "the question is in a language it was not given",
    "declined": "out of its bounds, or not in its documents",
    "crowd": "the post called too many AIs at once",
    "hidden": "the post was deleted, or hidden from it, before it answered",
    "unavailable": "its model could not be reached",
    "refused": "its model does not answer this",
    "absent": "it, or who asked, was no longer in the room",
    "muted": "a moderator of the room muted it there",
    "closed": "the room was closed",
    "hushed": "a member of the room hushed the AIs",
    "quiet_hours": "it was in the room's quiet hours, and nobody had called it",
    "called_only": "AIs were to speak there only when called, and nobody had called it",
    "scene_over": "the Scene had ended",
    "unasked_budget": "it had said enough unasked there",
    "machine_last": "nobody had called it, and a machine had spoken last",
    "answered": "nobody had called it, and a person answered before it could",
    "nothing_to_add": "nobody had called it, and it had nothing to add",
    "stopped": "all AIs of this server are stopped",
    "budget": "a budget of the day was used up",
    "crisis": "somebody may have been in distress: it says where help is, and nothing else",
    "not_for_asker": "it plays characters, which this person gets no answer from",
    "closed_now": "it was asked outside of its hours",
    "handed_over": "a person was told",
    "guard": "the guard model held the question or the answer back",
    "approval": "its owner looks at it before it is said",
    "rejected": "its owner did not want it said, or did not look in time",
}
"""What an owner reads."""


class Ai(Struct, frozen=True):
    """Field for field the columns of ``ais``, in their order."""

    account_id: int
    owner_id: int
    kind: AiKind
    state: AiState
    persona: str
    avoid: list[str]
    languages: list[str]
    engine: Engine
    reads_public: bool
    version: int
    created_at: int
    bounds: dict[str, Any] | None
    current: str
    evolves: bool
    """Whether changes of ``current`` are proposed to its owner, from its public life."""
    adopts: bool
    """Whether they are taken on without asking; its owner can still go back."""


class Turn(Struct, frozen=True):
    """Field for field the columns of ``ai_turns``, in their order. Times and ``ms`` in ms."""

    id: int
    ai_id: int
    trigger_id: int
    place_id: int
    asker_id: int
    trigger: Trigger
    outcome: Outcome
    reason: Reason
    hops: int
    answer_id: int | None
    model: str | None
    sources: int
    tokens_in: int
    tokens_out: int
    ms: int
    created_at: int
    finished_at: int | None
    place: Where
    cost: int
    """Millionths of the currency in which the operator counts."""
