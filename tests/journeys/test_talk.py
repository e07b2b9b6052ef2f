"""Four people and two AIs talk for a thousand lines, and every decision can be explained.

The whole server, as ``weft serve`` runs it, with its jobs; the engine is the one without a model.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.journeys.chatter import AIS, PEOPLE, chatter
from weft.ai import members as ais
from weft.ai.knowledge.documents import Document
from weft.ai.tables import ai_turns
from weft.ai.turns import open_floor, reasons
from weft.ai.turns.budget import PER_HUNDRED
from weft.ai.turns.tables import ai_decisions
from weft.assemble import House
from weft.cli import weft
from weft.people import accounts
from weft.people.model import Account
from weft.rooms import lines, members, rooms, settings
from weft.rooms.model import RoomDraft, RoomLine
from weft.rooms.tables import room_lines
from weft.settings import Settings
from weft.store.database import Tx
from weft.work.tables import jobs as job_table

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LINES = 1_000
PAUSE_EVERY = 25
"""Lines after which people are silent for so long that what waits for them is due."""
DEADLINE_S = 120.0

TOWN = """# The town

The station opens at six in the morning. The ticket office is open from eight to noon.

The library closes at seven in the evening. A library card is free: ask at the desk of the library.

The town hall is at the market square.
"""
BAKERY = """# The bakery

A sourdough loaf costs 4 euros. A loaf of rye costs 3 euros. We do not bake on mondays.

Cake has to be ordered two days before.
"""


class Room:
    """A room of the house, and who is in it."""

    def __init__(self, house: House) -> None:
        self.db = house.db
        self.who: dict[str, Account] = {}

        def make(tx: Tx) -> int:
            for name in PEOPLE:
                self.who[name] = accounts.create_local(tx, name)
            owner = self.who["ada"]
            room, _ = rooms.create(tx, owner, "The square", access="public")
            settings.change(tx, owner, room.id, mode="helpful")
            for name in PEOPLE[1:]:
                members.join(tx, self.who[name], room.id)
            for name, text in zip(AIS, (TOWN, BAKERY), strict=True):
                book = [Document(name.title(), None, text, f"{name}.md")]
                self.who[name] = ais.create(tx, owner, name, documents=book)
                members.add_ai(tx, owner, room.id, self.who[name].id)
            return room.id

        self.id = self.db.write_now(make)

    def say(self, name: str, text: str) -> RoomLine:
        return self.db.write_now(lambda tx: lines.say(tx, self.who[name], self.id, RoomDraft(text)))

    async def settled(self, *, waits: bool = False) -> None:
        """Until no AI has anything to say. ``waits``: also what waits for people."""
        if waits:
            due = job_table.update().where(job_table.c.kind == open_floor.WAIT).values(run_at=0)
            self.db.write_now(lambda tx: tx.run(due))
            self.db.write_now(lambda tx: tx.signal("jobs"))
        busy = sa.select(sa.func.count()).where(job_table.c.kind == "ai.turn")
        if waits:
            busy = sa.select(sa.func.count()).where(
                job_table.c.kind.in_(("ai.turn", open_floor.WAIT))
            )
        async with asyncio.timeout(DEADLINE_S):
            while await self.db.read(lambda tx: tx.scalar(busy)):  # noqa: ASYNC110 - as in town
                await asyncio.sleep(0.005)

    def rows(self, query: sa.Select[*tuple[object, ...]]) -> list[sa.Row[*tuple[object, ...]]]:
        return list(self.db.read_now(lambda tx: tx.rows(query)))  # pyright: ignore[reportArgumentType, reportReturnType]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def test_a_thousand_lines_with_every_decision_explained(folder: Path) -> None:
    house = House(Settings(data=folder, domain="weft.test"))
    async with house.open():
        room = Room(house)
        for number, (name, text) in enumerate(chatter(LINES), 1):
            room.say(name, text)
            await room.settled(waits=number % PAUSE_EVERY == 0)
        await room.settled(waits=True)
        _check(room)
    shown = CliRunner().invoke(weft, ["ai", "why", "guide", "--last", "400", "--data", str(folder)])
    assert shown.exit_code == 0
    assert "it was called by name" in shown.output
    assert "it was said to somebody else" in shown.output


def _check(room: Room) -> None:
    found = [
        RoomLine(*row)  # pyright: ignore[reportArgumentType]
        for row in room.rows(
            sa.select(*lines.COLUMNS)
            .where(room_lines.c.room_id == room.id, room_lines.c.kind == "line")
            .order_by(room_lines.c.id)
        )
    ]
    machine = {room.who[name].id: name for name in AIS}
    people = [line for line in found if line.author_id not in machine]
    spoken = [line for line in found if line.author_id in machine]
    assert len(people) == LINES

    # Each AI decided about each line that it did not say, and says why.
    decided = {
        (row.ai_id, row.line_id): row  # pyright: ignore[reportAttributeAccessIssue]
        for row in room.rows(sa.select(ai_decisions))
    }
    wanted = {(ai, line.id) for ai in machine for line in found if line.author_id != ai}
    assert decided.keys() == wanted
    assert all(row.reasons and reasons.words(row.reasons[0][0]) for row in decided.values())  # pyright: ignore[reportAttributeAccessIssue]

    # Whoever was named answered, once.
    turns = Counter(
        (row.ai_id, row.trigger_id)  # pyright: ignore[reportAttributeAccessIssue]
        for row in room.rows(sa.select(ai_turns).where(ai_turns.c.answer_id.isnot(None)))
    )
    assert set(turns.values()) == {1}
    answers = Counter((line.author_id, line.reply_to_id) for line in spoken)
    assert set(answers.values()) == {1}
    named = 0
    for line in people:
        for mention in line.mentions:
            ai = int(mention["id"])
            if ai in machine:
                named += 1
                reacted = bool(line.reactions)
                assert answers[ai, line.id] == 1 or reacted, f"{line.text!r} was not answered"
    assert named > 30

    # What nobody asked for: it says why, it is little, and never two in a row.
    unasked = [line for line in spoken if (line.ai or {}).get("why")]
    joined = [
        line
        for line in unasked
        if not reasons.is_meant(line.ai["why"]["code"])  # pyright: ignore[reportOptionalSubscript]
    ]
    assert joined, "it never helped"
    assert all(line.ai["why"]["text"] for line in unasked)  # pyright: ignore[reportOptionalSubscript]
    place = {line.id: at for at, line in enumerate(found)}
    for line in joined:
        assert found[place[line.id] - 1].author_id not in machine
    human = [place[line.id] for line in people]
    for at in range(LINES - 100):
        window = sum(human[at] <= place[line.id] < human[at + 100] for line in joined)
        assert window <= PER_HUNDRED["normal"] + 1

    # Machines do not talk among themselves.
    chain = 0
    for line in found:
        chain = chain + 1 if line.author_id in machine else 0
        assert chain <= len(AIS)

    acts = Counter((row.decision, row.reasons[0][0]) for row in decided.values())  # pyright: ignore[reportAttributeAccessIssue]
    print(f"{len(people)} lines of people, {len(spoken)} of AIs, {len(unasked)} not called for,")
    print(f"of which {len(joined)} joined; named {named} times; decisions:")
    for (act, code), count in acts.most_common():
        print(f"{count:6}  {act:7} {reasons.words(code)}")
