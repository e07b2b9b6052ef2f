"""Saying something: what enters which home, what is refused, and what arrives out of order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import House

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people import blocks, follows
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import posts, react, timelines
from weft.threads.model import Draft, Incoming, Post
from weft.threads.publish import publish, receive


def home(house: House, who: Account) -> list[int]:
    return [
        post.boost_of_id or post.id
        for post in house.db.read_now(lambda tx: timelines.home(tx, who.id, Page(limit=40)))
    ]


def follow(house: House, who: Account, target: Account) -> None:
    house.db.write_now(lambda tx: follows.follow(tx, who, target))


def arrive(house: House, author: Account, uri: str, **more: object) -> Post | None:
    incoming = Incoming(
        uri=uri,
        url=uri,
        html="<p>from afar</p>",
        visibility=more.pop("visibility", "public"),  # pyright: ignore[reportArgumentType]
        created_at=more.pop("created_at", 1_700_000_000_000),  # pyright: ignore[reportArgumentType]
        **more,  # pyright: ignore[reportArgumentType]
    )
    return house.db.write_now(lambda tx: receive(tx, author, incoming))


def test_the_same_key_gives_the_same_post(house: House) -> None:
    ada = house.person("ada")
    first = house.post(ada, "once", idempotency_key="k")
    again = house.post(ada, "once more", idempotency_key="k")
    assert again.id == first.id
    assert house.post(ada, "once", idempotency_key="other").id != first.id


def test_a_reply_enters_homes_of_those_who_follow_both(house: House) -> None:
    ada, bo, both, one = (house.person(name) for name in ("ada", "bo", "both", "one"))
    for who, target in ((both, ada), (both, bo), (one, bo)):
        follow(house, who, target)
    root = house.post(ada, "a thread")
    reply = house.post(bo, "an answer", reply_to_id=root.id)
    assert home(house, both) == [reply.id, root.id]
    assert home(house, one) == []
    own = house.post(bo, "to myself", reply_to_id=house.post(bo, "first").id)
    assert own.id in home(house, one)


def test_a_direct_post_reaches_only_whom_it_names(house: House) -> None:
    ada, bo, cy = (house.person(name) for name in ("ada", "bo", "cy"))
    for who in (bo, cy):
        follow(house, who, ada)
    post = house.post(ada, "@bo between us", visibility="direct")
    assert home(house, bo) == [post.id]
    assert home(house, cy) == []
    for who, may in ((ada, True), (bo, True), (cy, False), (None, False)):
        viewer = who.id if who else None
        assert house.db.read_now(lambda tx, v=viewer: posts.may_see(tx, v, post)) is may


def test_a_boost_of_what_was_just_shown_is_not_shown_again(house: House) -> None:
    ada, bo, reader, other = (house.person(name) for name in ("ada", "bo", "reader", "other"))
    for who, target in ((reader, ada), (reader, bo), (other, bo)):
        follow(house, who, target)
    post = house.post(ada, "worth sharing")
    house.db.write_now(lambda tx: react.boost(tx, bo, post.id))
    assert home(house, reader) == [post.id]
    assert home(house, other) == [post.id]


def test_answers_that_came_first_find_their_thread(house: House) -> None:
    far = house.remote("far", "other.test")
    late = arrive(house, far, "https://other.test/3", reply_to_uri="https://other.test/2")
    middle = arrive(house, far, "https://other.test/2", reply_to_uri="https://other.test/1")
    root = arrive(house, far, "https://other.test/1")
    assert late is not None
    assert middle is not None
    assert root is not None
    found = house.db.read_now(lambda tx: posts.by_ids(tx, [late.id, middle.id, root.id]))
    assert found[late.id].reply_to_id == middle.id
    assert found[middle.id].reply_to_id == root.id
    assert {post.thread_id for post in found.values()} == {root.id}
    assert (found[root.id].replies_count, found[middle.id].replies_count) == (1, 1)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whoever_answers_whom_threads_have_no_circle(data: st.DataObject) -> None:
    """Strangers may claim that A answers B and B answers A; walking up must still end."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        house = House(f"sqlite:///{folder}/weft.db")
        try:
            far = house.remote("far", "other.test")
            count = 5
            for n in data.draw(st.permutations(range(count))):
                above = data.draw(st.sampled_from([None, *range(count)]))
                parent = f"https://other.test/{above}" if above is not None else None
                arrive(house, far, f"https://other.test/{n}", reply_to_uri=parent)
            every = house.db.read_now(
                lambda tx: [posts.by_uri(tx, f"https://other.test/{n}") for n in range(count)]
            )
            above_of = {post.id: post.reply_to_id for post in every if post is not None}
            for start in above_of:
                seen, at = set[int](), start
                while above_of[at] is not None:
                    assert at not in seen
                    seen.add(at)
                    at = above_of[at]  # pyright: ignore[reportAssignmentType]
        finally:
            house.db.close()


def test_what_was_deleted_stays_away(house: House) -> None:
    from weft.threads.delete import remove

    far = house.remote("far", "other.test")
    post = arrive(house, far, "https://other.test/1")
    assert post is not None
    house.db.write_now(lambda tx: remove(tx, post))
    assert arrive(house, far, "https://other.test/1") is None


def test_a_date_from_the_future_counts_as_now(house: House) -> None:
    far = house.remote("far", "other.test")
    post = arrive(house, far, "https://other.test/1", created_at=99_999_999_999_999)
    assert post is not None
    assert post.created_at < 99_999_999_999_999


def test_ais_stay_out_where_the_author_wants_people(house: House) -> None:
    ada = house.person("ada")
    helper = house.ai("helper", ada)
    far_ai = house.remote("bot", "other.test", kind="ai")
    root = house.post(ada, "people only", no_ai=True)
    reply = house.post(house.person("bo"), "yes", reply_to_id=root.id)
    with pytest.raises(Forbidden):
        house.post(helper, "may I?", reply_to_id=reply.id)
    assert arrive(house, far_ai, "https://other.test/9", reply_to_uri=root.uri) is None


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        (Draft(text=""), Invalid),
        (Draft(text="x" * 5_001), Invalid),
        (Draft(text="x", media_ids=(42,)), Invalid),
        (Draft(text="x", reply_to_id=42), NotFound),
        (Draft(text=" ".join(f"@n{n}" for n in range(51))), Invalid),
    ],
)
def test_what_breaks_a_rule_is_refused_and_changes_nothing(
    house: House, draft: Draft, wrong: type[Exception]
) -> None:
    ada = house.person("ada")
    with pytest.raises(wrong):
        house.db.write_now(lambda tx: publish(tx, ada, draft))
    assert home(house, ada) == []


def test_nobody_answers_whom_they_were_blocked_by(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    post = house.post(ada, "hello")
    house.db.write_now(lambda tx: blocks.block(tx, ada, bo))
    with pytest.raises(NotFound):
        house.post(bo, "but", reply_to_id=post.id)
