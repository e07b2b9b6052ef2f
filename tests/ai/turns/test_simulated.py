"""What everybody would miss: rooms in which machines do not take over."""

from __future__ import annotations

import random

import pytest

from tests.ai.turns.simulated import SimulatedRoom
from weft.ai.turns import budget, decide
from weft.rooms.model import LIVELINESSES, MODES

ROOMS = 10_000
LINES = ("I baked bread", "does anybody know the way?", "thanks!", "it rains", "so what now?")
MOST = 200
"""Lines of machines after which a talk among them counts as run away."""


def play(seed: int) -> tuple[SimulatedRoom, int]:
    """A room of chance: (it, most lines that machines said after one line of a person)."""
    dice = random.Random(seed)
    room = SimulatedRoom(
        seed,
        ais=dice.randint(1, 5),
        mode=dice.choice(MODES),
        liveliness=dice.choice(LIVELINESSES),
        scene=dice.choice((0, 0, 0, 12)),
        pace=dice.choice((1_000, 20_000, 61_000)),  # the last is beyond every pair's cooldown
    )
    longest = 0
    for _ in range(dice.randint(3, 10)):
        named = set(dice.sample(room.ais, dice.randint(0, len(room.ais)))) if dice.random() < 0.4 else set()  # fmt: skip
        room.person(dice.choice(LINES), named)
        if dice.random() < 0.7:  # else people go on before any machine speaks
            longest = max(longest, room.machines(MOST))
    return room, max(longest, room.machines(MOST))


@pytest.mark.slow
def test_no_room_of_ten_thousand_runs_away() -> None:
    longest = 0
    for seed in range(ROOMS):
        room, most = play(seed)
        assert not room.pending, f"room {seed} still goes on after {most} lines"
        longest = max(longest, most)
    # Up to ten lines of people wait at once, each calling up to five AIs, and a Scene of twelve.
    assert longest <= 80


def test_without_the_hop_budget_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rooms are dangerous indeed: it is the budget that ends them."""
    monkeypatch.setattr(decide, "HOP_BUDGET", 1_000_000)
    # What a person asked for fifty lines ago no longer counts, so even then they end at last.
    assert max(play(seed)[1] for seed in range(50)) > 45


@pytest.mark.parametrize("liveliness", LIVELINESSES)
def test_what_nobody_asked_for_stays_within_its_budget(liveliness: str) -> None:
    room = SimulatedRoom(7, ais=3, mode="helpful", liveliness=liveliness)  # pyright: ignore[reportArgumentType]
    for n in range(1_000):
        room.person(LINES[n % len(LINES)])
        room.machines(MOST)
    unasked = [
        place for place, line in enumerate(room.lines) if line.call == "unasked" and not line.meant
    ]
    people = [place for place, line in enumerate(room.lines) if not line.said.machine]
    most = budget.PER_HUNDRED[liveliness]  # pyright: ignore[reportArgumentType]
    assert unasked, "it never spoke, so nothing was tested"
    for at in range(len(people) - 100):
        here = [place for place in unasked if people[at] <= place < people[at + 100]]
        assert len(here) <= most + 1, "at the edges of a hundred one more may stand"
    for place in unasked:
        assert not room.lines[place - 1].said.machine, "two machines in a row, unasked"
    for start in range(len(room.lines) - 20):
        window = room.lines[start : start + 20]
        assert sum(line.call == "unasked" and not line.meant for line in window) <= 4


def test_hops_hold_in_every_room_without_a_scene() -> None:
    for seed in range(500):
        room, _ = play(seed)
        if room.has_scene:
            continue
        for line in room.lines:
            if line.call == "unasked" and not line.meant:
                assert line.hops == 1
