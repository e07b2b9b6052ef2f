"""Polls between servers: asked here and answered there, and the other way round."""

from __future__ import annotations

from itertools import count
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import House
from tests.federation.conftest import Receiving
from tests.federation.stranger import PUBLIC, create
from weft.federation import handlers, outbox, render
from weft.federation import jobs as federation_jobs
from weft.federation.handlers import Act
from weft.federation.later import note_in
from weft.federation.read_activity import read_activity
from weft.federation.read_note import read_note
from weft.federation.tables import outgoing
from weft.kernel.clock import HOUR, MINUTE, SECOND, iso, now_ms
from weft.kernel.errors import WeftError
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import ballots, edit, notices, polls, polls_elsewhere, posts
from weft.threads.model import GivenPoll, NewPoll, Post
from weft.threads.polls import Poll
from weft.work import jobs

ASK = NewPoll(("tea", "coffee", "<b>milk</b>"), 1 * HOUR)


def poll_of(house: House, post: Post) -> Poll:
    found = house.db.read_now(lambda tx: polls.of(tx, posts.by_id(tx, post.id) or post))
    assert found is not None
    return found


def told(house: House) -> list[dict[str, Any]]:
    """Every activity that was written to be sent, the first first."""
    rows = house.db.read_now(lambda tx: tx.rows(sa.select(outgoing.c.body).order_by(outgoing.c.id)))
    return [msgspec.json.decode(row.body) for row in rows]


def vote_of(actor: str, name: str, question: str, number: int = 1) -> dict[str, Any]:
    """As Mastodon sends it."""
    uri = f"{actor}#votes/{number}"
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": actor,
        "to": "http://weft.test/ap/users/1",
        "object": {
            "id": uri,
            "type": "Note",
            "name": name,
            "attributedTo": actor,
            "inReplyTo": question,
            "to": "http://weft.test/ap/users/1",
        },
    }


def mastodon(actor: dict[str, Any], slug: str, **more: Any) -> dict[str, Any]:
    base = "/".join(actor["id"].split("/")[:3])
    return {
        "id": f"{base}/users/bo/statuses/{slug}",
        "type": "Question",
        "summary": None,
        "inReplyTo": None,
        "published": "2026-11-20T10:00:00Z",
        "url": f"{base}/@bo/{slug}",
        "attributedTo": actor["id"],
        "to": [PUBLIC],
        "cc": [actor["followers"]],
        "sensitive": False,
        "content": "<p>Tea?</p>",
        "contentMap": {"en": "<p>Tea?</p>"},
        "attachment": [],
        "tag": [],
        "endTime": iso(now_ms() + HOUR),
        "votersCount": 3,
        "oneOf": [
            {"type": "Note", "name": "yes", "replies": {"type": "Collection", "totalItems": 2}},
            {"type": "Note", "name": "no", "replies": {"type": "Collection", "totalItems": 1}},
        ],
    } | more


def pleroma(actor: dict[str, Any], slug: str) -> dict[str, Any]:
    document = mastodon(actor, slug, context="https://pleroma.example/contexts/1")
    document["closed"] = document.pop("endTime")
    return document | {"actor": actor["id"], "voters": ["https://a.example/users/a"]}


def misskey(actor: dict[str, Any], slug: str) -> dict[str, Any]:
    document = mastodon(
        actor,
        slug,
        _misskey_content="Tea?",
        _misskey_quote=None,
        oneOf=[
            {"type": "Note", "name": "yes", "_misskey_votes": 2,
             "replies": {"type": "Collection", "totalItems": 2}},
            {"type": "Note", "name": "no", "_misskey_votes": 1},
        ],
    )  # fmt: skip
    del document["votersCount"]
    return document


DIALECTS = {"mastodon": mastodon, "pleroma": pleroma, "misskey": misskey}


# -- asked elsewhere --------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("dialect", [*DIALECTS])
async def test_a_question_is_a_poll_that_members_answer(receiving: Receiving, dialect: str) -> None:
    federation_jobs.react(receiving.db)
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    await receiving.follow(ada, bo["id"])
    question = DIALECTS[dialect](bo, "1")
    assert await receiving.send(create(question)) == 202
    post = await receiving.post(question["id"])
    assert post is not None
    assert post.html == "<p>Tea?</p>"  # the options are no part of the words
    poll = poll_of(receiving.house, post)
    assert (poll.options, poll.votes, poll.voters_count) == (["yes", "no"], [2, 1], 3)
    assert poll.expires_at is not None
    receiving.db.write_now(lambda tx: ballots.vote(tx, ada, poll.id, [1]))
    sent = told(receiving.house)[-1]
    assert (sent["type"], sent["to"], sent["object"]["name"]) == ("Create", [bo["id"]], "no")
    vote = sent["object"]
    assert (vote["type"], vote["inReplyTo"], vote["attributedTo"]) == (
        "Note",
        question["id"],
        ada.uri,
    )
    assert "content" not in vote
    assert PUBLIC not in str(sent)
    # Kept, also when its server counts anew.
    update = create(question, id=f"{question['id']}#updates/1", type="Update")
    update["object"] = question | {"votersCount": 4}
    assert await receiving.send(update) == 202
    assert receiving.db.read_now(lambda tx: polls.own_votes(tx, ada.id, [poll.id])) == {
        poll.id: [1]
    }


@pytest.mark.anyio
async def test_its_server_counts_and_other_options_are_another_question(
    receiving: Receiving,
) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    await receiving.follow(ada, bo["id"])
    question = mastodon(bo, "1")
    await receiving.send(create(question))
    post = await receiving.post(question["id"])
    assert post is not None
    receiving.db.write_now(lambda tx: ballots.vote(tx, ada, post.poll_id or 0, [0]))

    async def update(number: int, **changes: Any) -> Poll:
        activity = create(question | changes, id=f"{question['id']}#updates/{number}")
        assert await receiving.send(activity | {"type": "Update"}) == 202
        return poll_of(receiving.house, post)

    def options(**votes: int) -> list[dict[str, Any]]:
        return [
            {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": n}}
            for name, n in votes.items()
        ]

    poll = await update(1, oneOf=options(yes=7, no=2), votersCount=9)
    assert (poll.votes, poll.voters_count) == ([7, 2], 9)
    now = await receiving.post(question["id"])
    assert now is not None
    assert now.edited_at is None  # votes are no edit
    assert receiving.db.read_now(lambda tx: polls.own_votes(tx, ada.id, [poll.id])) != {}
    poll = await update(2, oneOf=options(yes=0, never=0), votersCount=0, updated=iso(now_ms()))
    assert poll.options == ["yes", "never"]
    assert receiving.db.read_now(lambda tx: polls.own_votes(tx, ada.id, [poll.id])) == {}
    versions = receiving.db.read_now(lambda tx: edit.history(tx, now))
    assert [version.poll for version in versions] == [["yes", "no"], ["yes", "never"]]
    poll = await update(3, oneOf=options(yes=1, never=0), closed=iso(now_ms() - SECOND))
    assert poll.ended(now_ms())


@pytest.mark.anyio
async def test_who_opens_it_has_it_looked_at_again_but_not_too_often(
    receiving: Receiving,
) -> None:
    federation_jobs.react(receiving.db)
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    await receiving.follow(ada, bo["id"])
    question = mastodon(bo, "1")
    await receiving.send(create(question))
    post = await receiving.post(question["id"])
    assert post is not None
    receiving.other.serve(question["id"], question | {"votersCount": 50})

    def opened(tx: Any) -> None:
        polls_elsewhere.open_again(tx, ada.id, post.poll_id or 0)

    receiving.db.write_now(opened)  # it came a moment ago
    await receiving.work()
    assert poll_of(receiving.house, post).voters_count == 3
    receiving.db.write_now(
        lambda tx: polls.change(tx, post.poll_id or 0, checked_at=tx.now - 2 * MINUTE)
    )
    for _ in range(3):
        receiving.db.write_now(opened)
    await receiving.work()
    assert poll_of(receiving.house, post).voters_count == 50
    asked = [one for one in receiving.other.asked if one.endswith("/statuses/1")]
    assert len(asked) == 1


@pytest.mark.anyio
async def test_members_who_answered_hear_of_the_end(receiving: Receiving) -> None:
    federation_jobs.react(receiving.db)
    ada, eve = receiving.house.person("ada"), receiving.house.person("eve")
    bo = receiving.other.actor("bo")
    await receiving.follow(ada, bo["id"])
    question = mastodon(bo, "1")
    await receiving.send(create(question))
    post = await receiving.post(question["id"])
    assert post is not None
    receiving.other.serve(question["id"], question | {"votersCount": 50})
    receiving.db.write_now(lambda tx: ballots.vote(tx, ada, post.poll_id or 0, [0]))

    def ends(tx: Any) -> None:
        poll = polls.of(tx, post)
        assert poll is not None
        polls.change(tx, poll.id, expires_at=tx.now)
        polls.end_later(tx, poll.id, tx.now)
        (job,) = (one for one in jobs.claim(tx, "default", "me", 9) if one.kind == END)
        polls.end(tx, job)

    receiving.db.write_now(ends)
    for member, kinds in ((ada, ["poll"]), (eve, [])):
        found = receiving.db.read_now(lambda tx, m=member: notices.listed(tx, m.id, Page()))
        assert [one.kind for one in found] == kinds
    await receiving.work()  # they are about to look at the result
    assert poll_of(receiving.house, post).voters_count == 50


END = "threads.end_poll"


# -- asked here -------------------------------------------------------------------------------


@pytest.fixture
def world(house: House) -> House:
    federation_jobs.react(house.db)
    return house


def ask(house: House, author: Account, **poll: Any) -> Post:
    new = msgspec.structs.replace(ASK, **poll)
    now = house.db.read_now(lambda tx: accounts.get(tx, author.id))
    return house.post(now, "?", poll=new)


def followed(house: House, author: Account, follower: Account) -> None:
    house.db.write_now(lambda tx: follows.follow(tx, follower, accounts.get(tx, author.id)))


def arrive(house: House, voter: Account, activity: dict[str, Any]) -> bool:
    """Whether what a server sent was done."""
    read = read_activity(activity)
    try:
        house.db.write_now(
            lambda tx: handlers.handle(tx, Act(voter, read, note_in(read), final=True))
        )
    except WeftError:
        return False
    return True


def test_a_members_poll_goes_out_as_a_question(world: House) -> None:
    ada, bo = world.person("ada"), world.remote("bo", "other.test")
    followed(world, ada, bo)
    post = ask(world, ada, multiple=True)
    (sent,) = told(world)[-1:]
    question = sent["object"]
    assert (sent["type"], question["type"]) == ("Create", "Question")
    assert [option["name"] for option in question["anyOf"]] == ["tea", "coffee", "<b>milk</b>"]
    assert [option["replies"]["totalItems"] for option in question["anyOf"]] == [0, 0, 0]
    assert question["votersCount"] == 0
    assert "closed" not in question
    assert {"toot": "http://joinmastodon.org/ns#", "votersCount": "toot:votersCount"}.items() <= (
        sent["@context"][-1].items()
    )
    given_back = read_note(question).poll
    poll = poll_of(world, post)
    assert given_back == GivenPoll(poll.options, [0, 0, 0], 0, True, poll.expires_at)


def test_votes_are_told_once_for_many_and_to_voters_servers(world: House) -> None:
    ada, bo = world.person("ada"), world.remote("bo", "other.test")
    post = ask(world, ada)
    for number in range(3):
        voter = world.remote(f"v{number}", f"v{number}.test")
        assert arrive(world, voter, vote_of(voter.uri, "tea", post.uri))
    assert arrive(world, bo, vote_of(bo.uri, "<b>milk</b>", post.uri))
    waiting = world.db.read_now(
        lambda tx: tx.rows(sa.select(jobs.jobs.c.payload).where(jobs.jobs.c.kind == outbox.TELL))
    )
    assert [row.payload for row in waiting] == [{"post": post.id}]
    before = len(told(world))
    world.db.write_now(lambda tx: outbox.tell_poll(tx, post.id))
    (sent,) = told(world)[before:]
    assert (sent["type"], sent["object"]["type"]) == ("Update", "Question")
    assert [option["replies"]["totalItems"] for option in sent["object"]["oneOf"]] == [3, 0, 1]
    assert sent["object"]["votersCount"] == 4
    assert "updated" not in sent["object"]
    lanes = world.db.read_now(
        lambda tx: {
            row.payload["inbox"]
            for row in tx.rows(sa.select(jobs.jobs.c.payload, jobs.jobs.c.kind))
            if row.kind == "federation.deliver"
        }
    )
    assert lanes == {
        f"https://{host}/inbox" for host in ("v0.test", "v1.test", "v2.test", "other.test")
    }


def test_hidden_totals_are_in_nothing_that_leaves(world: House) -> None:
    ada, bo = world.person("ada"), world.remote("bo", "other.test")
    followed(world, ada, bo)
    post = ask(world, ada, hide_totals=True)
    assert arrive(world, bo, vote_of(bo.uri, "tea", post.uri))
    # Nothing is told of the vote, and nobody who asks sees it.
    kinds = world.db.read_now(lambda tx: [row.kind for row in tx.rows(sa.select(jobs.jobs.c.kind))])
    assert outbox.TELL not in kinds
    poll = poll_of(world, post)
    assert poll.votes == [1, 0, 0]
    for document in (
        *(one["object"] for one in told(world)),
        world.db.read_now(lambda tx: render.note(tx.site, post, ada, outbox.around(tx, post))),
    ):
        assert "totalItems" not in str(document.get("oneOf"))
        assert "votersCount" not in document
    over = render.question(poll, (poll.expires_at or 0) + 1)
    assert [option["replies"]["totalItems"] for option in over["oneOf"]] == [1, 0, 0]
    assert over["votersCount"] == 1
    assert over["closed"] == over["endTime"]


def test_what_is_no_vote_counts_nothing(world: House) -> None:
    ada, bo, cy = world.person("ada"), world.remote("bo", "b.test"), world.remote("cy", "c.test")
    world.db.write_now(lambda tx: blocks.block(tx, ada, cy))
    post = ask(world, ada)
    private = world.post(ada, "?", poll=ASK, visibility="private")
    assert not arrive(world, cy, vote_of(cy.uri, "tea", post.uri))  # blocked
    assert not arrive(world, bo, vote_of(bo.uri, "beer", post.uri))  # no such option
    assert not arrive(world, bo, vote_of(bo.uri, "tea", private.uri))  # hidden
    assert arrive(world, bo, vote_of(bo.uri, "tea", post.uri))
    assert not arrive(world, bo, vote_of(bo.uri, "coffee", post.uri, 2))  # a second choice
    arrive(world, bo, vote_of(bo.uri, "tea", post.uri, 3))  # the same again
    somebody = vote_of(cy.uri, "tea", post.uri)
    arrive(world, bo, somebody)  # for somebody else
    assert poll_of(world, post).votes == [1, 0, 0]
    assert poll_of(world, private).votes == [0, 0, 0]
    world.db.write_now(lambda tx: polls.change(tx, post.poll_id or 0, expires_at=tx.now - 1))
    dan = world.remote("dan", "d.test")
    assert not arrive(world, dan, vote_of(dan.uri, "tea", post.uri))  # late
    assert poll_of(world, post).votes == [1, 0, 0]
    assert world.db.read_now(lambda tx: posts.by_uri(tx, f"{bo.uri}#votes/1")) is None  # no post


_numbers = count(1)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    multiple=st.booleans(),
    votes=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([*ASK.options, "beer"]), st.integers(1, 3)),
        max_size=25,
    ),
)
def test_votes_in_any_order_with_replays_count_once(
    world: House, multiple: bool, votes: list[tuple[int, str, int]]
) -> None:
    """Of each voter: each choice once, and only the first where there is one to make."""
    number = next(_numbers)
    ada = world.person(f"ada{number}")
    voters = [world.remote(f"v{n}", f"s{number}.test") for n in range(3)]
    post = ask(world, ada, multiple=multiple)
    chosen: dict[int, list[str]] = {}
    for who, name, times in votes:
        for _ in range(times):
            arrive(world, voters[who], vote_of(voters[who].uri, name, post.uri))
        mine = chosen.setdefault(who, [])
        if name in ASK.options and name not in mine and (multiple or not mine):
            mine.append(name)
    poll = poll_of(world, post)
    everything = [name for mine in chosen.values() for name in mine]
    assert poll.votes == [everything.count(option) for option in ASK.options]
    assert poll.voters_count == sum(map(bool, chosen.values()))
