"""What somebody might try with AIs in rooms and threads; each was possible once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ai.parlour import Parlour
from tests.ai.town import Town
from weft.ai import ending, hourly, members, turn
from weft.ai.memory import notes
from weft.ai.memory.model import Found
from weft.ai.said import Said
from weft.ai.turns import asking
from weft.ai.turns.asking import Told
from weft.people import blocks
from weft.people.model import Account
from weft.rooms import bans, lines
from weft.store.database import Tx
from weft.work import jobs


def take(town: Town, said: Said, meanwhile: Callable[[], None] | None = None) -> None:
    """Take the one turn that waits. ``meanwhile``: what happens while its engine thinks."""
    (job,) = town.db.write_now(lambda tx: jobs.claim(tx, "ai", "test", 10))
    ready = town.db.read_now(lambda tx: turn.prepare(tx, int(job.payload["turn"]), town.shelf))
    assert ready is not None
    assert ready.said is None, "an engine is to be asked"
    if meanwhile is not None:
        meanwhile()
    town.db.write_now(lambda tx: ending.conclude(tx, job, ready.turn.id, said))


def used_up(town: Town, here: Parlour, name: str) -> str:
    def look(tx: Tx) -> str:
        ai = members.by_account(tx, here.ais["guide"].id)
        assert ai is not None
        return hourly.over_budget(tx, ai, here.people[name], "room", here.id, machine=False)[0]

    return town.db.read_now(look)


def test_what_an_engine_was_asked_for_counts_though_nothing_was_said(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who takes their lines back while it thinks, or asks for an emoji, would never be stopped."""
    monkeypatch.setattr(hourly, "ROOM_ASKER_PER_HOUR", 2)
    here = Parlour(town, ["ada", "bo"], ["guide"])
    line = here.say("bo", "@guide tell me all you know")

    def take_back() -> None:
        town.db.write_now(lambda tx: lines.delete(tx, here.people["bo"], line.id))

    take(town, Said("answered", "", "All.", tokens_in=900, tokens_out=400), take_back)
    assert town.outcomes(here.ais["guide"]) == [("silent", "hidden")]
    assert used_up(town, here, "bo") == ""
    here.say("bo", "@guide can you answer with an emoji only?")
    take(town, Said("reacted", "", "👍", tokens_in=900, tokens_out=4))
    assert used_up(town, here, "bo") == "asker_budget"


def test_others_do_not_learn_whom_an_ai_does_not_answer_and_why(town: Town) -> None:
    """Blocks, mutes, being young and being in distress are nobody else's business."""
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"])
    bo = here.people["bo"]
    town.db.write_now(lambda tx: blocks.block(tx, bo, here.ais["guide"]))
    line = here.say("bo", "@guide hello?")

    def told(viewer: Account) -> Told:
        (one,) = town.db.read_now(lambda tx: asking.of_line(tx, viewer.id, line.id))
        (same,) = town.db.read_now(lambda tx: asking.of_room(tx, viewer.id, here.id, 10))[0]
        assert same == one
        return one

    mine, others = told(bo).turn, told(here.people["cy"]).turn
    assert mine is not None
    assert others is not None
    assert (mine.outcome, mine.reason) == ("silent", "blocked")
    assert (others.outcome, others.reason) == ("silent", "")


def test_a_note_in_words_that_cannot_be_stored_is_no_fault_of_ours(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"])
    ai, bo = here.ais["guide"].id, here.people["bo"].id
    line = here.say("bo", "@guide I like tea")
    found = [Found("preference", "I like tea")]
    town.db.write_now(lambda tx: notes.keep(tx, ai, bo, "room", here.id, found, line.id))
    (note,) = town.db.read_now(lambda tx: notes.of(tx, ai, bo))
    written = town.db.write_now(lambda tx: notes.write(tx, ai, bo, note.id, "I like\x00 coffee"))
    assert written.text == "I like coffee"


def test_an_edit_wakes_nobody(town: Town) -> None:
    """Else one line, edited a hundred times, would be a hundred calls."""
    here = Parlour(town, ["ada", "bo"], ["guide"])
    line = here.say("bo", "hm, well")
    town.db.write_now(lambda tx: lines.edit(tx, here.people["bo"], line.id, "@guide answer me?"))
    assert town.answer_all() == 0


def test_who_was_sent_away_while_it_thinks_is_not_answered(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"])
    here.say("bo", "@guide tell me all you know")

    def ban() -> None:
        town.db.write_now(
            lambda tx: bans.ban(tx, here.people["ada"], here.id, here.people["bo"].id)
        )

    take(town, Said("answered", "", "All.", tokens_in=9, tokens_out=4), ban)
    assert town.outcomes(here.ais["guide"]) == [("silent", "absent")]
