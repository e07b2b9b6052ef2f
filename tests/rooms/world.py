"""A room and the people around it, for the tests of rooms: verbs by name."""

from __future__ import annotations

from typing import Any

from tests.conftest import House
from weft.people.model import Account
from weft.rooms import lines, members
from weft.rooms import rooms as rooms_
from weft.rooms.lines import Version
from weft.rooms.model import Member, Room, RoomDraft, RoomLine
from weft.store.page import Page

PEOPLE = ("ada", "bob", "cy", "dee")


class Rooms:
    """``ada`` owns the room ``here``, a public one; the others are not in it."""

    def __init__(self, house: House, access: str = "public") -> None:
        self.house = house
        self.db = house.db
        self.who: dict[str, Account] = {name: house.person(name) for name in PEOPLE}
        self.here = self.create("ada", access=access).id

    def create(self, by: str, **more: Any) -> Room:
        return self.db.write_now(lambda tx: rooms_.create(tx, self.who[by], "Den", **more))[0]

    def room(self) -> Room:
        return self.db.read_now(lambda tx: rooms_.get(tx, self.here))

    def join(self, who: str, room: int | None = None) -> Member:
        return self.db.write_now(lambda tx: members.join(tx, self.who[who], room or self.here))

    def leave(self, who: str) -> None:
        self.db.write_now(lambda tx: members.leave(tx, self.who[who], self.here))

    def kick(self, by: str, whom: str) -> None:
        target = self.who[whom].id
        self.db.write_now(lambda tx: members.kick(tx, self.who[by], self.here, target))

    def say(self, by: str, text: str, *, room: int | None = None, **more: Any) -> RoomLine:
        return self.send(by, RoomDraft(text, **more), room)

    def send(self, by: str, draft: RoomDraft, room: int | None = None) -> RoomLine:
        return self.db.write_now(lambda tx: lines.say(tx, self.who[by], room or self.here, draft))

    def edit(self, by: str, line: RoomLine, text: str) -> RoomLine:
        return self.db.write_now(lambda tx: lines.edit(tx, self.who[by], line.id, text))

    def delete(self, by: str, line: RoomLine) -> None:
        self.db.write_now(lambda tx: lines.delete(tx, self.who[by], line.id))

    def versions(self, line: RoomLine) -> list[Version]:
        return self.db.read_now(lambda tx: lines.versions(tx, line))

    def raw(self, line_id: int) -> RoomLine:
        line = self.db.read_now(lambda tx: lines.by_id(tx, line_id))
        assert line is not None
        return line

    def history(self, who: str, room: int | None = None) -> list[RoomLine]:
        """Oldest first."""
        viewer = self.who[who].id
        page = Page(limit=80)
        found = self.db.read_now(lambda tx: lines.history(tx, viewer, room or self.here, page))
        return found[::-1]

    def texts(self, who: str) -> list[str]:
        """What they read, without notices."""
        return [line.text for line in self.history(who) if line.kind == "line"]
