"""What the operator of this server set for all its AIs: guard, limits, prices, crisis cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec
from msgspec import Struct

from weft.ai.safety.guard import Guard
from weft.kernel.errors import WeftError

MILLION = 1_000_000
PER = 1_000
"""Tokens that a price is for."""

SCOPES = ("ai", "owner", "room", "peer", "server")
MEASURES = ("turns", "tokens", "cost")

DAILY: dict[str, int] = {
    "ai.turns": 5_000, "ai.tokens": 2_000_000,
    "owner.turns": 10_000, "owner.tokens": 4_000_000,
    "room.turns": 3_000, "room.tokens": 1_000_000,
    "peer.turns": 2_000, "peer.tokens": 500_000,
}  # fmt: skip
"""Of one day, where an operator sets nothing: far above what people use, below what a script may
cost. 0 is no limit. Money has none until there is a price."""


class SafetySettings(Protocol):
    """The part of `weft.settings.Settings` that is about safety."""

    @property
    def guard_url(self) -> str: ...
    @property
    def guard_model(self) -> str: ...
    @property
    def guard_key(self) -> str: ...
    @property
    def guard_policy(self) -> str: ...
    @property
    def model_price_in(self) -> float: ...
    @property
    def model_price_out(self) -> float: ...
    @property
    def ai_limits(self) -> dict[str, str]: ...
    @property
    def crisis_cards(self) -> dict[str, str]: ...


class Rules(Struct, frozen=True):
    """``limits``: {"ai.tokens": 1000, …} of one day; cost in millionths of the currency. Prices are in
    that currency for a thousand tokens.
    """

    guard: Guard | None = None
    limits: Mapping[str, int] = msgspec.field(default_factory=lambda: DAILY)
    price_in: float = 0.0
    price_out: float = 0.0
    cards: Mapping[str, str] = {}

    def cost(self, tokens_in: int, tokens_out: int) -> int:
        """Millionths of the currency."""
        whole = tokens_in * self.price_in + tokens_out * self.price_out
        return round(whole * MILLION / PER)


def rules_for(settings: SafetySettings) -> Rules:
    """Cheap: nothing is connected. Errors: WeftError for what makes no sense."""
    guard = None
    if settings.guard_url:
        if not settings.guard_model:
            raise WeftError("guard_url is set, but not guard_model: which model shall judge?")
        guard = Guard(
            settings.guard_url, settings.guard_model, settings.guard_key, settings.guard_policy
        )
    return Rules(
        guard,
        DAILY | _limits(settings.ai_limits),
        settings.model_price_in,
        settings.model_price_out,
        settings.crisis_cards,
    )


def _limits(given: Mapping[str, str]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for name, value in given.items():
        scope, _, measure = name.partition(".")
        if scope not in SCOPES or measure not in MEASURES:
            raise WeftError(f"ai_limits: there is no {name}; such as ai.tokens or owner.cost")
        try:
            number = float(value)
        except ValueError as fault:
            raise WeftError(f"ai_limits: {name}: {value!r} is no number") from fault
        if not 0 <= number < MILLION * MILLION:
            raise WeftError(f"ai_limits: {name}: {value!r} is out of range")
        limits[name] = round(number * MILLION) if measure == "cost" else round(number)
    return limits
