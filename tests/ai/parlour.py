"""A room of the town, with people and AIs in it."""

from __future__ import annotations

import sqlalchemy as sa

from tests.ai.town import Town
from weft.ai.turns import record
from weft.ai.turns.record import Kept
from weft.people.model import Account
from weft.rooms import lines, members, rooms, settings
from weft.rooms.model import Room, RoomDraft, RoomLine
from weft.rooms.tables import room_lines
from weft.work.tables import jobs as job_table


class Parlour:
    """Owned by the first of its people. ``ais``: handles of AIs that are brought in."""

    def __init__(
        self,
        town: Town,
        people: list[str],
        ais: list[str],
        *,
        access: str = "public",
        **settled: object,
    ) -> None:
        self.town = town
        self.people = {name: town.house.person(name) for name in people}
        owner = self.people[people[0]]
        self.owner = owner
        self.ais = {name: town.ai(owner, name) for name in ais}
        room, _ = town.db.write_now(lambda tx: rooms.create(tx, owner, "Parlour", access=access))
        self.id = room.id
        town.db.write_now(
            lambda tx: settings.change(tx, owner, room.id, ais_max=5, **settled)  # pyright: ignore[reportArgumentType]
        )
        for name in people[1:]:
            self.join(name)
        for ai in self.ais.values():
            self.bring(ai)

    @property
    def room(self) -> Room:
        return self.town.db.read_now(lambda tx: rooms.get(tx, self.id))

    def join(self, name: str) -> None:
        from weft.rooms import invites

        who = self.people[name]
        if self.room.access == "private":
            self.town.db.write_now(lambda tx: invites.invite(tx, self.owner, self.id, who.id))
        self.town.db.write_now(lambda tx: members.join(tx, who, self.id))

    def bring(self, ai: Account) -> None:
        self.town.db.write_now(lambda tx: members.add_ai(tx, self.owner, self.id, ai.id))

    def set(self, **settled: object) -> None:
        self.town.db.write_now(
            lambda tx: settings.change(tx, self.owner, self.id, **settled)  # pyright: ignore[reportArgumentType]
        )

    def hush(self, name: str, ms: int = 60_000) -> None:
        who = self.people[name]
        self.town.db.write_now(lambda tx: settings.hush(tx, who, self.id, ms))

    def say(self, name: str, text: str, reply_to: RoomLine | None = None) -> RoomLine:
        who = self.people.get(name) or self.ais[name]
        draft = RoomDraft(text, reply_to.id if reply_to is not None else None)
        return self.town.db.write_now(lambda tx: lines.say(tx, who, self.id, draft))

    def said(self) -> list[RoomLine]:
        """What AIs said, oldest first."""
        rows = self.town.db.read_now(
            lambda tx: tx.rows(
                sa.select(*lines.COLUMNS)
                .where(room_lines.c.room_id == self.id, room_lines.c.ai.isnot(None))
                .where(room_lines.c.kind == "line")
                .order_by(room_lines.c.id)
            )
        )
        return [RoomLine(*row) for row in rows]

    def why(self, name: str, line: RoomLine) -> Kept | None:
        ai = self.ais[name]
        return self.town.db.read_now(lambda tx: record.of(tx, ai.id, line.id))

    def code(self, name: str, line: RoomLine) -> tuple[str, str]:
        """(what it did, the first reason)."""
        found = self.why(name, line)
        assert found is not None, "nothing was decided"
        return found.decision, found.reasons[0][0]

    def time_passes(self) -> None:
        """Whatever waits for its time is due."""
        self.town.db.write_now(lambda tx: tx.run(job_table.update().values(run_at=0)))
        self.town.db.write_now(lambda tx: tx.signal("jobs"))
