"""What people in a thread would miss: not having to repeat a name, and threads that stay theirs."""

from __future__ import annotations

import pytest

from tests.ai.town import Town
from weft.ai import members
from weft.ai.turns import record
from weft.ai.turns.record import Kept
from weft.people import accounts, blocks
from weft.people.model import Account
from weft.threads.model import Post
from weft.threads.tables import posts as post_table


class Talk:
    """A thread in which Ada asked the guide about the station, and it answered."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.ada, self.bo = town.house.person("ada"), town.house.person("bo")
        self.guide = town.ai(self.ada, "guide")
        self.root = town.house.post(self.ada, "@guide when does the station open on saturday?")
        town.answer_all("The station opens at six on saturday.")
        (self.answer,) = town.answers(self.guide)

    def asks_more(self, author: Account | None = None, **more: object) -> Post:
        """Follows up the answer under one's own question, where no reply button calls the AI."""
        text = "and how late is the station open on saturday?"
        return self.town.house.post(author or self.ada, text, reply_to_id=self.root.id, **more)

    def decided(self, post: Post) -> Kept | None:
        return self.town.db.read_now(lambda tx: record.of(tx, self.guide.id, post.id))


@pytest.fixture
def talk(town: Town) -> Talk:
    return Talk(town)


def test_what_goes_on_with_its_answer_is_heard(talk: Talk) -> None:
    post = talk.asks_more()
    decided = talk.decided(post)
    assert decided is not None
    assert (decided.place, decided.decision) == ("thread", "speak")
    talk.town.answer_all("Until midnight.")
    answer = talk.town.answers(talk.guide)[-1]
    assert answer.reply_to_id == post.id
    assert answer.visibility == "unlisted"
    assert answer.ai is not None
    assert answer.ai["why"]["text"]
    assert talk.town.turns(talk.guide)[-1].trigger == "unasked"


def test_between_others_it_is_silent(talk: Talk) -> None:
    first = talk.town.house.post(talk.bo, "@ada are you coming?", reply_to_id=talk.root.id)
    second = talk.town.house.post(talk.ada, "@bo yes!", reply_to_id=first.id)
    for post in (first, second):
        decided = talk.decided(post)
        assert decided is None or decided.decision == "silent"
    assert talk.town.answer_all() == 0


def test_in_a_thread_that_nobody_called_it_into_it_hears_nothing(talk: Talk) -> None:
    root = talk.town.house.post(talk.bo, "does anybody know when the station opens?")
    post = talk.town.house.post(talk.ada, "does anybody?", reply_to_id=root.id)
    assert talk.decided(post) is None
    assert talk.town.answer_all() == 0


def test_a_thread_without_ais_is_left_alone(talk: Talk) -> None:
    no_ai = post_table.update().where(post_table.c.id == talk.root.id).values(no_ai=True)
    talk.town.db.write_now(lambda tx: tx.run(no_ai))
    assert talk.decided(talk.asks_more()) is None
    assert talk.town.answer_all() == 0


def test_whoever_blocks_it_or_keeps_machines_out(talk: Talk) -> None:
    ada, guide = talk.ada, talk.guide
    talk.town.db.write_now(lambda tx: accounts.update(tx, ada.id, profile={"signals": ["noai"]}))
    assert talk.decided(talk.asks_more()) is None
    talk.town.db.write_now(lambda tx: blocks.block(tx, talk.bo, guide))
    assert talk.decided(talk.asks_more(talk.bo)) is None
    assert talk.town.answer_all() == 0


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_what_is_said_to_few_is_no_invitation(talk: Talk, visibility: str) -> None:
    assert talk.decided(talk.asks_more(visibility=visibility)) is None


def test_people_of_other_servers_have_not_agreed_to_it(talk: Talk) -> None:
    eve = talk.town.house.remote("eve", "other.test")
    post = talk.town.heard(eve, "and how late is the station open?", reply_to=talk.root)
    assert talk.decided(post) is None


def test_another_person_answered_meanwhile(talk: Talk) -> None:
    post = talk.asks_more()
    decided = talk.decided(post)
    assert decided is not None
    talk.town.house.post(talk.bo, "until midnight", reply_to_id=post.id)
    before = len(talk.town.answers(talk.guide))
    talk.town.answer_all("Until midnight.")
    assert len(talk.town.answers(talk.guide)) == before
    assert talk.town.outcomes(talk.guide)[-1] == ("silent", "answered")


def test_thanks_get_a_heart(talk: Talk) -> None:
    talk.town.house.post(talk.ada, "thanks!", reply_to_id=talk.answer.id)
    assert talk.town.answer_all() == 0
    (_, *rest) = talk.town.turns(talk.guide)
    assert rest == []


def test_paused_it_says_nothing(talk: Talk) -> None:
    talk.town.db.write_now(lambda tx: members.pause(tx, talk.ada, talk.guide.id))
    assert talk.decided(talk.asks_more()) is None
