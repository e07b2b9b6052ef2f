"""Somebody who talks to a machine and was not told; or is told so often that they stop reading."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.ai.parlour import Parlour
from tests.ai.town import Town
from weft.ai import members
from weft.ai.bounds.model import checked, plainly
from weft.ai.disclosure import meeting
from weft.ai.disclosure.meeting import AGAIN, PAUSE
from weft.ai.disclosure.tables import ai_disclosures
from weft.ai.tables import ais
from weft.kernel.clock import DAY, MINUTE, now_ms
from weft.kernel.errors import Invalid
from weft.people import ai_choices
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.sanitize import html_to_text
from weft.work.tables import events

AGAIN_EN = "A reminder: I'm an AI, not a person."


class Talk:
    """Bo and Ada's AI, and a clock."""

    def __init__(self, town: Town) -> None:
        self.db = town.db
        self.ada, self.bo = town.house.person("ada"), town.house.person("bo")
        self.guide = town.ai(self.ada, "guide")
        self.now = now_ms()

    def answer(
        self, later: int = 0, *, to: Account | None = None, language: str | None = "en"
    ) -> str:
        """What an answer would begin with, so much later."""
        self.now += later

        def work(tx: Tx) -> str:
            tx.now = self.now
            ai = members.by_account(tx, self.guide.id)
            assert ai is not None
            return meeting.notice(tx, ai, to or self.bo, "thread", 7, language)

        return self.db.write_now(work)

    def remind(self, whom: meeting.Reminders) -> None:
        self.db.write_now(lambda tx: meeting.remind(tx, whom))


@pytest.fixture
def talk(town: Town) -> Talk:
    return Talk(town)


def test_the_first_answer_says_what_it_is_and_whose_and_no_other_does(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    for _ in range(2):
        town.house.post(bo, "@guide hello?", language="en")
        town.answer_all("An answer.")
    first, second = (html_to_text(one.html) for one in town.answers(guide))
    assert first.replace("\u2060", "").startswith("@bo I'm an AI, run by @ada.\n")
    assert first.endswith("An answer.")
    assert "AI" not in second
    # Its owner is named and not called.
    assert [one["acct"] for one in town.answers(guide)[0].mentions] == ["bo"]
    row = town.db.read_now(lambda tx: tx.row(sa.select(ai_disclosures)))
    assert row is not None
    assert (row.ai_id, row.account_id, row.place) == (guide.id, bo.id, "thread")
    met = town.db.read_now(
        lambda tx: tx.rows(sa.select(events.c.subject_id).where(events.c.kind == "ai.met"))
    )
    assert [one[0] for one in met] == [bo.id]


def test_each_person_is_told_in_a_room_too(town: Town) -> None:
    room = Parlour(town, ["ada", "bo"], ["guide"])
    for name in ("ada", "bo", "bo"):
        room.say(name, "@guide hello?")
        town.answer_all("An answer.")
    told = ["run by" in line.text for line in room.said()]
    assert told == [True, True, False]


def test_no_row_without_the_answer(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = town.house.person("ada")
    town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")

    def fail(*_: object) -> int:
        raise RuntimeError("killed")

    monkeypatch.setattr("weft.ai.places.thread.ThreadPlace.say", fail)
    with pytest.raises(RuntimeError):
        town.answer_all()
    assert town.db.read_now(lambda tx: tx.row(sa.select(ai_disclosures))) is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I'm an AI, run by @ada."),
        ("de", "Ich bin eine KI, betrieben von @ada."),
        ("fr", "Je suis une IA, gérée par @ada."),
        ("es", "Soy una IA, gestionada por @ada."),
        ("pt-BR", "I'm an AI, run by @ada."),
        (None, "I'm an AI, run by @ada."),
    ],
)
def test_in_the_language_of_the_question(talk: Talk, language: str | None, said: str) -> None:
    assert talk.answer(language=language).replace("\u2060", "") == said


def test_a_machine_is_told_nothing(talk: Talk, town: Town) -> None:
    bot = town.house.remote("bot", "other.test", kind="application")
    assert talk.answer(to=bot) == ""
    assert talk.answer() != ""


def test_every_three_hours_of_a_talk(talk: Talk) -> None:
    talk.answer()
    told = [talk.answer(30 * MINUTE) for _ in range(12)]
    assert [at for at, one in enumerate(told, 1) if one] == [6, 12]
    assert told[5] == AGAIN_EN


def test_at_the_start_of_a_talk_once_a_day(talk: Talk) -> None:
    talk.answer()
    assert talk.answer(PAUSE + 1) == ""  # a new talk, on the same day
    assert talk.answer(DAY) == AGAIN_EN
    assert talk.answer(PAUSE + 1) == ""


def test_a_new_talk_has_three_hours_of_its_own(talk: Talk) -> None:
    talk.answer()
    talk.answer(AGAIN - MINUTE)  # after a silence: the talk is new
    assert talk.answer(30 * MINUTE) == ""


def test_minors_are_told_to_take_a_break(talk: Talk) -> None:
    talk.db.write_now(lambda tx: ai_choices.change(tx, talk.bo, minor=True))
    talk.remind("minors")
    talk.answer()
    told = [talk.answer(30 * MINUTE) for _ in range(6)]
    assert told[:5] == [""] * 5
    assert "How about a break?" in told[5]


@pytest.mark.parametrize("whom", ["off", "minors"])
def test_who_is_not_to_be_reminded_is_not(talk: Talk, whom: meeting.Reminders) -> None:
    talk.remind(whom)
    assert talk.answer() != ""  # the first time always
    assert not any(talk.answer(30 * MINUTE) for _ in range(12))


def test_in_its_owners_words_with_the_facts_kept(talk: Talk) -> None:
    own = plainly(checked({"notice": "Ahoy! Crumb the AI here, at the wheel: @{owner}."}))
    talk.db.write_now(lambda tx: tx.run(ais.update().values(bounds=own)))
    assert talk.answer().replace("\u2060", "") == "Ahoy! Crumb the AI here, at the wheel: @ada."


@pytest.mark.parametrize(
    "text",
    ["Ahoy, I am Crumb! @{owner}", "I am an AI.", "I'm an AI. I am a human. @{owner}"],
    ids=["no AI", "no owner", "human"],
)
def test_no_words_of_an_owner_without_the_facts(text: str) -> None:
    with pytest.raises(Invalid):
        checked({"notice": text})
