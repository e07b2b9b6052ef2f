"""An owner would miss it: bounds that were taken and then do not do what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from weft.ai.bounds import hours, model
from weft.ai.bounds.model import Bounds, Hours, Opening
from weft.kernel.errors import Invalid

SHOP: dict[str, Any] = {
    "topics": ["bread"],
    "competitors": [{"name": "Rival Corp", "aliases": ["Rivalo"]}],
    "must_say": [{"topics": ["price"], "text": "With tax. https://shop.example/tax"}],
    "links": ["shop.example"],
    "tone": {"chars": 300, "emoji": False},
    "hours": {
        "zone": "Europe/Berlin",
        "open": [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "18:00"}],
    },
    "approval": "first",
    "first": 5,
    "escalation": {"words": ["complaint"]},
}


def test_what_is_kept_comes_back() -> None:
    kept = model.plainly(model.checked(SHOP))
    assert model.plainly(model.of(kept)) == kept
    assert model.of(kept).names == ("Rival Corp", "Rivalo")
    assert model.of(None) == Bounds()


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonsense": 1},
        {"approval": "maybe"},
        {"links": ["https://shop.example/"]},
        {"links": ["other.example"]},
        {"competitors": [{"name": "!?"}]},
        {"competitors": [{"name": "Crumb"}]},
        {"must_say": [{"topics": ["x"], "text": "Better than Rivalo"}]},
        {"must_say": [{"topics": ["x"], "text": "I am a human"}]},
        {"must_say": [{"topics": [], "text": "x"}]},
        {"tone": {"chars": 3}},
        {"topics": ["a"] * 101},
        {"first": 0},
        {"hours": {"zone": "Mars/Base", "open": [{"days": [0], "start": "09:00", "end": "10:00"}]}},
        {"hours": {"zone": "UTC", "open": [{"days": [7], "start": "09:00", "end": "10:00"}]}},
        {"hours": {"zone": "UTC", "open": [{"days": [0], "start": "9", "end": "10:00"}]}},
        {"hours": {"zone": "UTC", "open": []}},
    ],
    ids=[str(n) for n in range(16)],
)
def test_what_is_wrong_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        model.checked(SHOP | wrong, ("Crumb", "crumb"))


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_opening_hours() -> None:
    shop = Hours("Europe/Berlin", (Opening((0, 1, 2, 3, 4), "09:00", "18:00"),))
    assert hours.is_open(shop, at("2026-11-23T08:00"))  # Monday, 09:00 there
    assert not hours.is_open(shop, at("2026-11-23T07:59"))
    assert not hours.is_open(shop, at("2026-11-22T12:00"))
    back = hours.opens(shop, at("2026-11-21T12:00"))  # Saturday
    assert back is not None
    assert back.isoformat() == "2026-11-23T09:00:00+01:00"
    assert hours.closed_since(shop, at("2026-11-21T12:00")) == at("2026-11-20T17:00")


def test_past_midnight() -> None:
    bar = Hours("UTC", (Opening((4,), "20:00", "02:00"),))
    assert hours.is_open(bar, at("2026-11-28T01:59"))  # Saturday morning
    assert not hours.is_open(bar, at("2026-11-28T02:00"))
