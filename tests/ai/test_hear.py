"""What people would miss: an AI that does not hear its name, or one that talks where it must not."""

from __future__ import annotations

import pytest

from tests.ai.town import Town
from weft.ai import hourly, members
from weft.ai.tables import ai_turns
from weft.ai.turns.decide import CALLED_MAX
from weft.kernel.clock import DAY, HOUR, now_ms
from weft.people import blocks, follows
from weft.threads import react
from weft.threads.edit import edit
from weft.threads.model import Draft, Rule
from weft.threads.tables import posts as post_table


def test_a_mention_a_reply_and_a_direct_post_wake_it(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    first = town.house.post(ada, "@guide hello?")
    assert town.answer_all() == 1
    (answer,) = town.answers(guide)
    assert answer.reply_to_id == first.id
    town.house.post(ada, "and more?", reply_to_id=answer.id)
    town.house.post(ada, "@guide between us", visibility="direct")
    assert [turn.trigger for turn in town.turns(guide)] == ["mention", "reply", "direct"]
    assert town.answer_all() == 2


def test_nothing_else_wakes_it(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    post = town.house.post(ada, "@guide hello?")
    town.answer_all()
    (answer,) = town.answers(guide)
    town.db.write_now(lambda tx: react.boost(tx, bo, post.id))
    town.db.write_now(lambda tx: react.boost(tx, bo, answer.id))
    plain = town.house.post(bo, "nothing to do with it")
    town.db.write_now(lambda tx: edit(tx, bo, plain.id, Draft(text="@guide an afterthought")))
    town.house.post(bo, "a reply to Ada", reply_to_id=post.id)
    town.house.post(guide, "@guide talking to myself")
    assert len(town.turns(guide)) == 1
    assert town.answer_all() == 0


def test_it_does_not_hear_what_it_may_not_see(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hi")
    town.answer_all()
    (answer,) = town.answers(guide)
    # A reply to it for followers only, which does not name it and which it does not follow.
    town.house.post(ada, "friends, look", reply_to_id=answer.id, visibility="private")
    assert len(town.turns(guide)) == 1


def test_two_ais_in_one_post_answer_once_each(town: Town) -> None:
    ada = town.house.person("ada")
    guide, crumb = town.ai(ada, "guide"), town.ai(ada, "crumb")
    town.house.post(ada, "@guide @crumb @guide who knows?")
    assert town.answer_all() == 2
    assert len(town.answers(guide)) == len(town.answers(crumb)) == 1


def test_paused_it_is_silent_and_says_why_to_its_owner(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.db.write_now(lambda tx: members.pause(tx, ada, guide.id))
    town.house.post(ada, "@guide hello?")
    assert town.outcomes(guide) == [("silent", "paused")]
    town.db.write_now(lambda tx: members.resume(tx, ada, guide.id))
    assert town.answer_all() == 0
    town.house.post(ada, "@guide now?")
    assert town.answer_all() == 1


def test_paused_between_hearing_and_answering(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    town.db.write_now(lambda tx: members.pause(tx, ada, guide.id))
    town.answer_all()
    assert town.outcomes(guide) == [("silent", "paused")]
    assert town.answers(guide) == []


def test_a_block_in_either_direction_silences_it(town: Town) -> None:
    ada, bo, eve = (town.house.person(name) for name in ("ada", "bo", "eve"))
    guide = town.ai(ada, "guide")
    town.db.write_now(lambda tx: blocks.block(tx, bo, guide))
    town.db.write_now(lambda tx: blocks.block(tx, guide, eve))
    root = town.house.post(bo, "my own thread")
    town.house.post(bo, "@guide hello?")
    town.house.post(eve, "@guide hello?")
    town.house.post(ada, "@guide in Bo's thread", reply_to_id=root.id)
    assert town.outcomes(guide) == [("silent", "blocked")] * 3
    assert town.answer_all() == 0


def test_a_thread_without_ais(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    root = town.house.post(bo, "people only, please", no_ai=True)
    town.house.post(ada, "@guide what do you say?", reply_to_id=root.id)
    assert town.outcomes(guide) == [("silent", "thread_off")]
    # Switched off after it was asked, before it answered.
    other = town.house.post(bo, "another")
    town.house.post(ada, "@guide and here?", reply_to_id=other.id)
    town.db.write_now(
        lambda tx: tx.run(post_table.update().where(post_table.c.id == other.id).values(no_ai=True))
    )
    town.answer_all()
    assert town.outcomes(guide)[1] == ("silent", "thread_off")
    assert town.answers(guide) == []


def test_a_question_from_elsewhere_is_answered_but_not_an_old_one(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.remote("bo", "other.test")
    guide = town.ai(ada, "guide")
    town.heard(bo, "@guide hello?", mentions=[guide])
    town.heard(bo, "@guide years ago", mentions=[guide], created_at=now_ms() - 30 * DAY)
    town.answer_all()
    assert town.outcomes(guide) == [("answered", ""), ("silent", "too_old")]
    (answer,) = town.answers(guide)
    assert answer.mentions[0]["uri"] == bo.uri


def test_one_person_cannot_keep_it_busy_for_ever(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    for n in range(hourly.ASKER_PER_HOUR + 3):
        town.house.post(bo, f"@guide question {n}")
    town.answer_all()
    ends = town.outcomes(guide)
    assert ends[: hourly.ASKER_PER_HOUR] == [("answered", "")] * hourly.ASKER_PER_HOUR
    assert ends[hourly.ASKER_PER_HOUR] == ("declined", "asker_budget")  # it says why, once
    assert ends[hourly.ASKER_PER_HOUR + 1 :] == [("silent", "asker_budget")] * 2
    town.house.post(ada, "@guide others are still answered")
    assert town.answer_all() == 1


def test_one_thread_is_not_filled_by_it(town: Town) -> None:
    askers = [town.house.person(f"p{n}") for n in range(3)]
    guide = town.ai(askers[0], "guide")
    root = town.house.post(askers[0], "a long thread")
    for n in range(hourly.THREAD_PER_HOUR + 2):
        town.house.post(askers[n % 3], "@guide more", reply_to_id=root.id)
    town.answer_all()
    ends = town.outcomes(guide)
    assert ends[-2:] == [("declined", "thread_budget"), ("silent", "thread_budget")]
    old = now_ms() - HOUR - 1
    town.db.write_now(lambda tx: tx.run(ai_turns.update().values(created_at=old)))
    town.house.post(askers[1], "@guide an hour later", reply_to_id=root.id)
    assert town.answer_all() == 1


def test_a_crowd_of_ais_is_not_woken_by_one_post(town: Town) -> None:
    ada = town.house.person("ada")
    crowd = [town.ai(ada, f"ai{n}") for n in range(CALLED_MAX + 1)]
    town.house.post(ada, " ".join(f"@{one.username}" for one in crowd))
    assert town.answer_all() == CALLED_MAX
    assert town.outcomes(crowd[-1]) == [("silent", "crowd")]


@pytest.mark.parametrize("servers", [1, 3])
def test_other_servers_have_a_budget_together(
    town: Town, monkeypatch: pytest.MonkeyPatch, servers: int
) -> None:
    """Accounts and names of servers cost a stranger nothing; answers cost the owner of the AI."""
    monkeypatch.setattr(hourly, "SERVER_PER_HOUR", 3)
    monkeypatch.setattr(hourly, "ELSEWHERE_PER_HOUR", 6)
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    for number in range(8):
        asker = town.house.remote(f"bo{number}", f"flood{number % servers}.test")
        town.heard(asker, "question?", mentions=[guide])
        town.answer_all()
    most = 3 if servers == 1 else 6
    ends = town.outcomes(guide)
    assert ends[:most] == [("answered", "")] * most
    assert ends[most] == ("declined", "server_budget")  # it says why, once
    assert ends[most + 1 :] == [("silent", "server_budget")] * (7 - most)
    town.house.post(ada, "@guide and me?")
    town.answer_all()
    assert town.outcomes(guide)[-1] == ("answered", "")


def test_only_those_bring_an_ai_whom_the_author_of_the_thread_lets(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    cy = town.house.person("cy")
    guide = town.ai(ada, "guide")
    town.db.write_now(lambda tx: follows.follow(tx, bo, ada))
    root = town.house.post(ada, "for friends", policy={"invoke": Rule(("followers",))})
    town.house.post(cy, "@guide what is this?", reply_to_id=root.id)
    town.house.post(bo, "@guide what is this?", reply_to_id=root.id)
    assert [(turn.outcome, turn.reason) for turn in town.turns(guide)] == [
        ("silent", "not_invited"),
        ("heard", ""),
    ]
    assert town.answer_all() == 1
