"""Who is here is added up from the log alone."""

from __future__ import annotations

from weft.rooms.here import VALID, Here
from weft.work.events import Event


def event(kind: str, at: int, account: int = 7, room: int = 1) -> Event:
    return Event(at, at, kind, account, room, {"room": room, "account": account})


def test_coming_is_news_once_and_goes_by_itself() -> None:
    here = Here()
    assert here.hear(event("room.here", 1_000))
    assert not here.hear(event("room.here", 2_000))  # still
    assert here.who(1, 2_000 + VALID - 1) == {7}
    assert here.who(1, 2_000 + VALID) == set()
    assert here.hear(event("room.here", 2_000 + VALID))  # again


def test_going_is_news_of_who_was_there() -> None:
    here = Here()
    assert not here.hear(event("room.away", 1_000))
    here.hear(event("room.here", 1_000))
    here.hear(event("room.here", 1_000, account=8))
    assert here.hear(event("room.away", 2_000))
    assert here.who(1, 2_000) == {8}
    assert here.hear(event("room.left", 3_000, account=8))
    assert here.who(1, 3_000) == set()
    assert here.who(2, 3_000) == set()
