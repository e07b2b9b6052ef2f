"""What everybody would miss: threads that end, and machines that do not talk to each other."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ai.town import Town
from weft.ai import hops
from weft.people import accounts
from weft.people.model import Account
from weft.threads import posts
from weft.threads.model import Post


def since_person(town: Town, post: Post) -> int:
    return town.db.read_now(lambda tx: hops.since_person(tx, post))


def test_an_ai_does_not_answer_an_ai(town: Town) -> None:
    ada = town.house.person("ada")
    guide, crumb = town.ai(ada, "guide"), town.ai(ada, "crumb")
    town.house.post(crumb, "@guide what do you think?")
    root = town.house.post(ada, "@crumb hello")
    town.answer_all()
    (said,) = [post for post in town.answers(crumb) if post.thread_id == root.id]
    town.house.post(crumb, "@guide and you?", reply_to_id=said.id)
    assert set(town.outcomes(guide)) <= {
        ("silent", "nobody_asked"),
        ("silent", "hops"),
    }
    assert town.answers(guide) == []


def test_asked_both_by_one_person_they_may_and_then_it_ends(town: Town) -> None:
    ada = town.house.person("ada")
    guide, crumb = town.ai(ada, "guide"), town.ai(ada, "crumb")
    root = town.house.post(ada, "@guide @crumb please discuss")
    said = town.house.post(crumb, "@guide what do you think?", reply_to_id=root.id)
    town.answer_all("@crumb I think so. And you?")
    answers = [post for post in town.answers(guide) if post.reply_to_id == said.id]
    assert len(answers) == 1
    assert answers[0].ai is not None
    assert answers[0].ai["hops"] == 2
    assert ("silent", "hops") in town.outcomes(crumb)
    everything = [*town.answers(guide), *town.answers(crumb)]
    assert all(post.ai.get("hops", 1) <= 2 for post in everything if post.ai)


def test_asked_by_two_different_people_they_may_not(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide, crumb = town.ai(ada, "guide"), town.ai(ada, "crumb")
    root = town.house.post(ada, "@guide hello")
    town.house.post(bo, "@crumb hello", reply_to_id=root.id)
    town.house.post(crumb, "@guide what do you think?", reply_to_id=root.id)
    assert town.outcomes(guide)[-1] == ("silent", "nobody_asked")


@pytest.mark.parametrize("kind", ["ai", "application"])
def test_a_bot_from_elsewhere_gets_no_answer_unasked(town: Town, kind: str) -> None:
    ada = town.house.person("ada")
    bot = town.house.remote("bot", "other.test", kind=kind)
    guide = town.ai(ada, "guide")
    town.heard(bot, "@guide buy this", mentions=[guide])
    assert town.outcomes(guide) == [("silent", "nobody_asked")]


def test_a_person_whose_words_an_ai_wrote_counts_as_a_machine(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.remote("bo", "other.test")
    guide = town.ai(ada, "guide")
    town.heard(bo, "@guide hello", mentions=[guide], ai={})
    assert town.outcomes(guide) == [("silent", "nobody_asked")]


def test_a_person_starts_the_count_again(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    post = town.house.post(ada, "@guide 1")
    for _ in range(4):
        town.answer_all()
        answer = town.answers(guide)[-1]
        assert since_person(town, answer) == 1
        post = town.house.post(ada, "more", reply_to_id=answer.id)
        assert since_person(town, post) == 0
    assert town.answer_all() == 1


def test_a_line_from_elsewhere_brings_its_own_count(town: Town) -> None:
    ada, bot = town.house.person("ada"), town.house.remote("bot", "other.test", kind="ai")
    guide = town.ai(ada, "guide")
    root = town.heard(town.house.remote("bo", "other.test"), "@guide @bot", mentions=[guide, bot])
    line = town.heard(bot, "@guide", mentions=[guide], reply_to=root, ai={"hops": 5})
    assert since_person(town, line) == 5
    assert town.outcomes(guide)[-1] == ("silent", "hops")


_numbers = count()
_steps = st.lists(
    st.tuples(
        st.integers(0, 5),  # who speaks: two people, a remote person, the bot, two AIs unasked
        st.integers(0, 30),  # what it answers: one of the posts so far, or none
        st.sets(st.integers(0, 4)),  # whom it calls: three AIs, the bot, a person
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=_steps)
def test_every_chain_ends(town: Town, steps: list[tuple[int, int, set[int]]]) -> None:
    """The worst there is: AIs whose every line names all others, and a bot elsewhere that
    answers every line that calls it and names everybody. Still nothing runs on.
    """
    town.at_once(lambda inner: _they_fall_silent(inner, steps))


def _they_fall_silent(town: Town, steps: list[tuple[int, int, set[int]]]) -> None:
    n = next(_numbers)
    people = [town.house.person(f"p{n}"), town.house.person(f"q{n}")]
    people.append(town.house.remote(f"r{n}", "other.test"))
    bot = town.house.remote(f"bot{n}", "other.test", kind="ai")
    ais = [town.ai(people[0], f"{name}{n}") for name in "abc"]
    callable_ = [*ais, bot, people[1]]
    names_all = " ".join(f"@{one.acct}" for one in callable_)
    said: list[Post] = []
    answered_by_bot: set[int] = set()

    def say(author: Account, called: list[Account], parent: Post | None) -> None:
        if author.local:
            text = " ".join(["so,", *(f"@{one.acct}" for one in called)])
            said.append(town.house.post(author, text, reply_to_id=parent.id if parent else None))
        else:
            said.append(town.heard(author, "so", mentions=called, reply_to=parent))

    def everything() -> list[Post]:
        threads = {post.thread_id for post in said}
        query = posts.sa.select(*posts.COLUMNS).where(posts.posts.c.thread_id.in_(threads))
        return [Post(*row) for row in town.db.read_now(lambda tx: tx.rows(query))]

    for who, to, whom in steps:
        author = [*people, bot, ais[0], ais[1]][who]
        parent = said[to % len(said)] if said and to < 25 else None
        say(author, [callable_[one] for one in sorted(whom)], parent)
        for _round in range(50):
            busy = town.answer_all(names_all)
            for post in everything():
                calls_bot = post.reply_to_author_id == bot.id or any(
                    mention["uri"] == bot.uri for mention in post.mentions
                )
                if calls_bot and post.author_id != bot.id and post.id not in answered_by_bot:
                    answered_by_bot.add(post.id)
                    say(bot, callable_, post)
                    busy += 1
            if not busy:
                break
        else:
            pytest.fail("the machines were still talking after 50 rounds")

    lines = {post.id: post for post in everything()}
    everyone = town.db.read_now(
        lambda tx: accounts.by_ids(tx, {post.author_id for post in lines.values()})
    )
    for ai in ais:
        for answer in town.answers(ai):
            if "trigger" not in (answer.ai or {}):
                continue  # put into its mouth by the test
            machines = 0
            at: Post | None = answer
            while at is not None and hops.is_machine(everyone[at.author_id], at):
                machines += 1
                at = lines.get(at.reply_to_id) if at.reply_to_id else None
            assert machines <= 2
        triggers = [turn.trigger_id for turn in town.turns(ai)]
        assert len(triggers) == len(set(triggers))
