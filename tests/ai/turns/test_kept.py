"""What a room's people would miss: decisions that follow what was really said, whatever happened."""

from __future__ import annotations

import pytest

from tests.ai.parlour import Parlour
from tests.ai.town import Town
from tests.counting import counted
from weft.ai import hear_room
from weft.ai.turns import kept
from weft.ai.turns.kept import Mark, Piece, Places
from weft.ai.turns.lines import Line
from weft.ai.turns.tail import Said
from weft.kernel.errors import Invalid
from weft.rooms import lines
from weft.store.database import Tx


class Script:
    """Lines that a test may change behind the back of what is kept."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.taken_back = 0
        self.readings = 0

    def line(self, number: int, author: str = "ada") -> Piece:
        said = Said(number, number * 1_000, 1, machine=False)
        return Piece(Line(str(number), number * 1_000, author, "good morning"), said)

    def mark(self, tx: Tx, place_id: int, before: int) -> Mark:
        del tx, place_id
        ids = [one.said.id for one in self.pieces if one.said.id < before][-kept.STATE_LINES :]
        return Mark(ids[-1], ids[0], len(ids), self.taken_back) if ids else Mark()

    def read(self, tx: Tx, place_id: int, before: int, most: int) -> list[Piece]:
        del tx, place_id
        self.readings += 1
        return [one for one in self.pieces if one.said.id < before][-most:]


def said(script: Script, places: Places, number: int) -> list[int]:
    """Say a line; gives the ids that the tail holds after it."""
    piece = script.line(number)
    _, _, tail = places.push(None, 1, piece, ("guide",))  # pyright: ignore[reportArgumentType]
    script.pieces.append(piece)
    return [one.id for one in tail.lines]


def test_lines_one_after_the_other_are_read_once() -> None:
    script = Script()
    places = Places(script)
    for number in range(1, 300):
        assert said(script, places, number)[-2:] == list(range(max(1, number - 1), number + 1))
    assert script.readings == 1


def test_whatever_happened_behind_its_back_it_holds_what_is_there() -> None:
    script = Script()
    places = Places(script)
    for number in (10, 20, 30, 40):
        said(script, places, number)
    script.pieces.pop()  # rolled back
    assert said(script, places, 50) == [10, 20, 30, 50]
    script.pieces.insert(1, script.line(15))  # another process
    assert said(script, places, 60) == [10, 15, 20, 30, 50, 60]
    del script.pieces[2]  # deleted
    assert said(script, places, 70) == [10, 15, 30, 50, 60, 70]
    script.taken_back = 5  # taken back: the row stays
    readings = script.readings
    said(script, places, 80)
    assert script.readings == readings + 1


def test_a_line_that_was_rolled_back_was_not_heard(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"])
    here.say("ada", "good morning")

    def fails(tx: Tx) -> None:
        lines.say(tx, here.people["bo"], here.id, lines.RoomDraft("@guide a line that never was"))
        raise Invalid("no")

    with pytest.raises(Invalid):
        town.db.write_now(fails)
    here.say("bo", "good morning to you")
    ears = next(
        one.__self__  # pyright: ignore[reportFunctionMemberAccess]
        for one in town.db.reactions["room.line"]
        if isinstance(getattr(one, "__self__", None), hear_room.Ears)
    )
    tail = town.db.write_now(lambda tx: ears._places.tail(tx, here.id, ("guide",), 2**62))
    assert len(tail.lines) == 2


def test_a_long_talk_is_not_read_anew_with_each_line(town: Town) -> None:
    """What a line costs is as much after a hundred and fifty as at the beginning."""
    here = Parlour(town, ["ada", "bo", "cy", "dee", "eve", "fay"], ["guide", "crumb"])
    names = list(here.people)

    def said(tx: Tx, first: int, last: int) -> int:
        with counted() as ran:
            for number in range(first, last):
                name = names[number % 5]
                lines.say(tx, here.people[name], here.id, lines.RoomDraft(f"line {number}, so?"))
        return len(ran)

    def play(tx: Tx) -> tuple[int, int]:
        said(tx, 0, 20)
        return said(tx, 20, 40), said(tx, 130, 150)

    early, late = town.db.write_now(play)
    assert late <= early
