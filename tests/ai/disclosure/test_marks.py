"""A public page that tells too little of what AIs said, or anything of what they said in private."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.ai.parlour import Parlour
from tests.ai.town import Town
from weft.ai import members
from weft.ai.disclosure.marks import TEXT_MAX, Found, Marks
from weft.ai.disclosure.tables import ai_marks
from weft.kernel.errors import Invalid
from weft.rooms import lines
from weft.threads.delete import delete
from weft.threads.edit import edit
from weft.threads.model import Draft

KEY = b"k" * 32
SAID = "Rye bread keeps for a week when it stands in a cool cupboard and is wrapped in linen."
OTHER = "Nobody here ever wrote about the weather on the far side of the moon, not even once."


@pytest.fixture
def log(town: Town) -> Marks:
    made = Marks(KEY)
    made.react(town.db)
    return made


def ask(town: Town, log: Marks, text: str) -> Found:
    return town.db.read_now(lambda tx: log.ask(tx, text))


def test_what_an_ai_said_in_public_is_recognised_with_its_name(town: Town, log: Marks) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide how long does rye bread keep?")
    town.answer_all(SAID)
    found = ask(town, log, SAID)
    assert (found.made, found.share) == ("yes", 1.0)
    assert [one.id for one in found.ais] == [guide.id]
    assert found.since is not None
    partly = ask(town, log, f"{SAID} {OTHER} {OTHER[::-1]}")
    assert partly.made == "partly"
    assert 0 < partly.share < 0.8
    assert ask(town, log, OTHER).made == "no"


def test_people_are_not_marked(town: Town, log: Marks) -> None:
    ada = town.house.person("ada")
    town.house.post(ada, SAID)
    found = ask(town, log, SAID)
    assert (found.made, found.ais, found.since) == ("no", [], None)


def test_of_a_private_answer_only_yes_is_told(town: Town, log: Marks) -> None:
    ada = town.house.person("ada")
    town.ai(ada, "guide")
    town.house.post(ada, "@guide between us?", visibility="direct")
    town.answer_all(SAID)
    found = ask(town, log, SAID)
    assert found.made == "yes"
    assert found.ais == []


def test_a_private_word_is_not_found_by_trying(town: Town, log: Marks) -> None:
    """Who knows the words around it, and adds others until some run is looked at, learns nothing."""
    ada = town.house.person("ada")
    town.ai(ada, "guide")
    town.house.post(ada, "@guide between us?", visibility="direct")
    town.answer_all(SAID)
    eight = " ".join(SAID.split()[2:10])
    padded = [f"{'x' * n} {'y' * n} {eight} z{n} w{n} v{n} u{n}" for n in range(1, 40)]
    assert {ask(town, log, text).made for text in padded} == {"no"}
    half = ask(town, log, f"{SAID} {OTHER} {OTHER[::-1]}")
    assert (half.made, half.share, half.ais) == ("partly", 0.5, [])


def test_too_short_to_guess_and_too_long(town: Town, log: Marks) -> None:
    ada = town.house.person("ada")
    town.ai(ada, "guide")
    town.house.post(ada, "@guide what is the code?", visibility="direct")
    town.answer_all("It is 4711.")
    assert town.db.read_now(lambda tx: tx.rows(sa.select(ai_marks))) == []
    for text in ("It is 4711.", "word " * TEXT_MAX, ""):
        with pytest.raises(Invalid):
            ask(town, log, text)


def test_no_word_is_kept(town: Town, log: Marks) -> None:
    ada = town.house.person("ada")
    town.ai(ada, "guide")
    town.house.post(ada, "@guide between us?", visibility="direct")
    town.answer_all(SAID)
    kept = town.db.read_now(lambda tx: tx.rows(sa.select(ai_marks)))
    assert kept
    assert all(
        isinstance(value, int) or value in ("whole", "shingle") for row in kept for value in row
    )


def test_what_was_deleted_is_still_recognised(town: Town, log: Marks) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    town.answer_all(SAID)
    (answer,) = town.answers(guide)
    town.db.write_now(lambda tx: delete(tx, guide, answer.id))
    found = ask(town, log, SAID)
    assert (found.made, found.ais) == ("yes", [])
    town.db.write_now(lambda tx: members.delete(tx, ada, guide.id))
    assert ask(town, log, SAID).made == "yes"


def test_a_program_that_speaks_for_an_ai_and_what_it_changes(town: Town, log: Marks) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    post = town.house.post(guide, SAID)
    assert post.ai == {}
    assert ask(town, log, SAID).made == "yes"
    town.db.write_now(lambda tx: edit(tx, guide, post.id, Draft(text=OTHER)))
    assert ask(town, log, OTHER).made == "yes"
    assert ask(town, log, SAID).made == "yes"


def test_a_line_of_a_room(town: Town, log: Marks) -> None:
    room = Parlour(town, ["ada", "bo"], ["guide"])
    room.say("bo", "@guide how long does it keep?")
    town.answer_all(SAID)
    found = ask(town, log, SAID)
    assert (found.made, found.ais) == ("yes", [])
    said = room.say("guide", OTHER)
    assert said.ai == {}
    assert ask(town, log, OTHER).made == "yes"
    town.db.write_now(lambda tx: lines.edit(tx, room.ais["guide"], said.id, SAID[::-1]))
    assert ask(town, log, SAID[::-1]).made == "yes"
