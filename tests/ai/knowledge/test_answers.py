"""Answers that an owner approved are said word for word; what stayed open is proposed to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ai.town import Scripted, Town
from weft.ai.brains.port import Answer
from weft.ai.knowledge import answers
from weft.ai.knowledge.answers import Known, key_of
from weft.kernel.errors import Invalid, NotFound
from weft.people.model import Account
from weft.threads.model import Draft, Visibility
from weft.threads.publish import publish

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What are your opening hours?", "your opening hours please"),
        ("Do you deliver to France?", "hi, can you deliver to France"),
        ("What does the teapot cost?", "What is the price of the teapot?"),
    ],
)
def test_the_same_question_in_other_words(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Can I return it?", "Can I not return it?"),
        ("When do you deliver?", "Where do you deliver?"),
        ("Do you deliver to France?", "Do you deliver to Spain?"),
    ],
)
def test_other_questions_are_others(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@given(st.text(max_size=80))
def test_any_text_has_a_key_or_none(text: str) -> None:
    assert len(key_of(text)) in (0, 64)


@pytest.fixture
def ada(town: Town) -> Account:
    return town.house.person("ada")


@pytest.fixture
def crumb(town: Town, ada: Account) -> Account:
    return town.ai(ada, "crumb", documents=[])


def listed(town: Town, crumb: Account, state: answers.State) -> list[Known]:
    return town.db.read_now(lambda tx: answers.of(tx, crumb.id, state))


def asks(town: Town, who: Account, text: str, visibility: Visibility = "public") -> None:
    draft = Draft(text=text, visibility=visibility)
    town.db.write_now(lambda tx: publish(tx, who, draft))


async def test_it_is_said_before_any_engine_is_asked(
    town: Town, ada: Account, crumb: Account
) -> None:
    town.db.write_now(lambda tx: answers.add(tx, ada, crumb.id, "When are you open?", "At seven."))
    engine = Scripted()
    asks(town, ada, "@crumb when are you open please?")
    await town.work(engine)
    assert engine.asks == []
    (said,) = town.answers(crumb)
    assert "At seven." in said.html
    (turn,) = town.turns(crumb)
    assert (turn.outcome, turn.model) == ("answered", None)


async def test_what_stays_open_in_public_is_proposed_with_how_often(
    town: Town, ada: Account, crumb: Account
) -> None:
    engine = Scripted(lambda _: Answer("decline", "I don't have that.", model="scripted"))
    bob = town.house.person("bob")
    asks(town, ada, "@crumb Do you sell teapots?")
    await town.work(engine)  # one after the other: the first one's words are kept
    asks(town, bob, "@crumb do you sell a teapot?")
    asks(town, ada, "@crumb What is my secret?", "direct")
    await town.work(engine)
    (proposed,) = listed(town, crumb, "proposed")
    assert (proposed.question, proposed.asked, proposed.answer) == ("Do you sell teapots?", 2, "")

    with pytest.raises(Invalid):
        town.db.write_now(lambda tx: answers.approve(tx, ada, crumb.id, proposed.id))
    town.db.write_now(lambda tx: answers.approve(tx, ada, crumb.id, proposed.id, "No, only bread."))
    asks(town, ada, "@crumb Do you sell teapots?")
    await town.work(engine)
    assert "No, only bread." in town.answers(crumb)[-1].html
    assert listed(town, crumb, "proposed") == []


async def test_what_was_rejected_is_not_proposed_again(
    town: Town, ada: Account, crumb: Account
) -> None:
    for _ in range(2):
        town.db.write_now(lambda tx: answers.propose(tx, crumb.id, "Are you married?"))
        for one in listed(town, crumb, "proposed"):
            town.db.write_now(lambda tx, id_=one.id: answers.reject(tx, ada, crumb.id, id_))
    assert listed(town, crumb, "proposed") == []
    assert [one.question for one in listed(town, crumb, "rejected")] == ["Are you married?"]


def test_another_ais_answers_are_not_there(town: Town, ada: Account, crumb: Account) -> None:
    other = town.ai(ada, "other")
    known = town.db.write_now(lambda tx: answers.add(tx, ada, crumb.id, "Open?", "Yes."))
    for work in (
        lambda tx: answers.remove(tx, other.id, known.id),
        lambda tx: answers.reject(tx, ada, other.id, known.id),
        lambda tx: answers.approve(tx, ada, other.id, known.id, "No."),
    ):
        with pytest.raises(NotFound):
            town.db.write_now(work)


def test_proposals_have_an_end(town: Town, crumb: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PROPOSED_MOST", 3)
    for word in ("bread", "cake", "rolls", "jam", "bread"):
        town.db.write_now(lambda tx, word=word: answers.propose(tx, crumb.id, f"Any {word}?"))
    found = listed(town, crumb, "proposed")
    assert [(one.question, one.asked) for one in found] == [
        ("Any bread?", 2),
        ("Any cake?", 1),
        ("Any rolls?", 1),
    ]
