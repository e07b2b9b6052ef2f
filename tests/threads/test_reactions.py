"""Likes, boosts, edits and deletions: what they leave behind, and what they must not."""

from __future__ import annotations

import pytest
from tests.conftest import House

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people import accounts, follows
from weft.people.model import Account
from weft.store import search
from weft.store.page import Page
from weft.threads import notices, posts, react, timelines
from weft.threads.ais import let_ais
from weft.threads.delete import delete
from weft.threads.edit import edit, history, receive_edit
from weft.threads.model import Draft, Incoming, Post
from weft.threads.publish import receive
from weft.work import events
from weft.work.events import Event


@pytest.fixture
def ada(house: House) -> Account:
    return house.person("ada", indexable=True)


@pytest.fixture
def bob(house: House) -> Account:
    return house.person("bob")


def happened(house: House, *kinds: str) -> list[Event]:
    return house.db.read_now(
        lambda tx: [event for event in events.after(tx, 0, 500) if event.kind in kinds]
    )


def told(house: House, account: Account) -> list[tuple[str, int | None]]:
    return house.db.read_now(
        lambda tx: [(one.kind, one.post_id) for one in notices.listed(tx, account.id, Page())]
    )


def now(house: House, post: Post) -> Post:
    found = house.db.read_now(lambda tx: posts.by_id(tx, post.id))
    assert found is not None
    return found


def test_a_like_counts_once_and_tells_the_author_once(
    house: House, ada: Account, bob: Account
) -> None:
    post = house.post(ada)
    for _ in range(2):
        assert house.db.write_now(lambda tx: react.like(tx, bob, post.id)).likes_count == 1
    for _ in range(2):
        assert house.db.write_now(lambda tx: react.unlike(tx, bob, post.id)).likes_count == 0
    house.db.write_now(lambda tx: react.like(tx, bob, post.id))
    assert told(house, ada) == [("favourite", post.id)]
    liked, unliked, _again = happened(house, "like.created", "like.removed")
    assert liked.actor_id == bob.id
    assert liked.subject_id == post.id
    assert liked.data["uri"] == unliked.data["uri"]


def test_a_boost_enters_the_homes_of_ones_followers_and_counts_once(
    house: House, ada: Account, bob: Account
) -> None:
    cy = house.person("cy")
    house.db.write_now(lambda tx: follows.follow(tx, cy, bob))
    post = house.post(ada)
    boost = house.db.write_now(lambda tx: react.boost(tx, bob, post.id))
    assert house.db.write_now(lambda tx: react.boost(tx, bob, post.id)).id == boost.id
    home = house.db.read_now(lambda tx: timelines.home(tx, cy.id, Page()))
    assert [(one.id, one.boost_of_id) for one in home] == [(boost.id, post.id)]
    assert now(house, post).boosts_count == 1
    assert told(house, ada) == [("reblog", post.id)]
    # Boosting or liking a boost means what it shows.
    assert house.db.write_now(lambda tx: react.like(tx, cy, boost.id)).id == post.id
    back = house.db.write_now(lambda tx: react.unboost(tx, bob, post.id))
    assert (back.id, back.boosts_count) == (post.id, 0)
    (gone,) = happened(house, "post.deleted")
    assert gone.data["boost_of_id"] == post.id
    assert gone.data["boost_of_uri"] == post.uri
    after = house.db.read_now(lambda tx: accounts.get(tx, bob.id))
    assert after.posts_count == 0


def test_what_was_said_to_few_cannot_be_boosted(house: House, ada: Account, bob: Account) -> None:
    house.db.write_now(lambda tx: follows.follow(tx, bob, ada))
    private = house.post(ada, "followers", visibility="private")
    direct = house.post(ada, "@bob hi", visibility="direct")
    for post in (private, direct):
        with pytest.raises(Forbidden):
            house.db.write_now(lambda tx, post=post: react.boost(tx, bob, post.id))
    own = house.db.write_now(lambda tx: react.boost(tx, ada, private.id))
    assert own.visibility == "private"


def test_an_edit_keeps_what_was_and_tells_who_boosted(
    house: House, ada: Account, bob: Account
) -> None:
    post = house.post(ada, "frist #one")
    house.db.write_now(lambda tx: react.boost(tx, bob, post.id))
    changed = house.db.write_now(lambda tx: edit(tx, ada, post.id, Draft(text="first #two @bob")))
    assert changed.edited_at is not None
    assert changed.tags == ["two"]
    versions = house.db.read_now(lambda tx: history(tx, now(house, post)))
    assert [version.html.count("frist") for version in versions] == [1, 0]
    assert set(told(house, bob)) == {("update", post.id), ("mention", post.id)}
    found = house.db.read_now(
        lambda tx: [len(timelines.tag(tx, None, tag, Page())) for tag in ("one", "two")]
    )
    assert found == [0, 1]
    assert house.db.read_now(lambda tx: search.find(tx, "frist", limit=5)) == []
    same = house.db.write_now(lambda tx: edit(tx, ada, post.id, Draft(text="first #two @bob")))
    assert same == changed
    assert len(happened(house, "post.edited")) == 1


def test_nobody_edits_or_deletes_what_is_not_theirs(
    house: House, ada: Account, bob: Account
) -> None:
    post = house.post(ada)
    with pytest.raises(NotFound):
        house.db.write_now(lambda tx: edit(tx, bob, post.id, Draft(text="ha")))
    with pytest.raises(NotFound):
        house.db.write_now(lambda tx: delete(tx, bob, post.id))
    with pytest.raises(Invalid):
        house.db.write_now(lambda tx: edit(tx, ada, post.id, Draft(text="")))


def test_deleting_takes_all_that_hangs_on_it_and_leaves_replies(
    house: House, ada: Account, bob: Account
) -> None:
    post = house.post(ada, "@bob hello #tag")
    reply = house.post(bob, "a reply", reply_to_id=post.id)
    house.db.write_now(lambda tx: react.boost(tx, bob, post.id))
    house.db.write_now(lambda tx: react.like(tx, bob, post.id))
    house.db.write_now(lambda tx: react.bookmark(tx, bob, post.id))
    house.db.write_now(lambda tx: delete(tx, ada, post.id))
    assert told(house, bob) == []
    left = now(house, reply)
    assert (left.reply_to_id, left.reply_to_uri) == (None, post.uri)
    assert house.db.read_now(lambda tx: posts.is_gone(tx, post.uri))
    assert house.db.read_now(lambda tx: timelines.favourites(tx, bob.id, Page())) == []
    counts = house.db.read_now(
        lambda tx: [one.posts_count for one in accounts.by_ids(tx, [ada.id, bob.id]).values()]
    )
    assert sorted(counts) == [0, 1]  # bob's boost is gone, his reply is not
    (gone,) = happened(house, "post.deleted")
    assert gone.data == {
        "uri": post.uri,
        "thread_id": post.id,
        "visibility": "public",
        "boost_of_id": None,
        "boost_of_uri": None,
        "audience_id": None,
        "mentions": [bob.id],
        "tags": ["tag"],
        "local": True,
        "was_ai": False,
        "boosters": [],
        "reply_to_author_id": None,
    }


def test_deleting_a_reply_uncounts_it(house: House, ada: Account, bob: Account) -> None:
    post = house.post(ada)
    reply = house.post(bob, "reply", reply_to_id=post.id)
    assert now(house, post).replies_count == 1
    house.db.write_now(lambda tx: delete(tx, bob, reply.id))
    assert now(house, post).replies_count == 0


def incoming(**more: object) -> Incoming:
    base: dict[str, object] = {
        "uri": "https://other.test/1",
        "url": "https://other.test/1",
        "html": "<p>one</p>",
        "visibility": "public",
        "created_at": 1_700_000_000_000,
    }
    return Incoming(**(base | more))  # pyright: ignore[reportArgumentType]


def test_an_edit_from_elsewhere_only_by_its_author_and_never_backwards(house: House) -> None:
    far, liar = house.remote("far", "other.test"), house.remote("liar", "other.test")
    post = house.db.write_now(lambda tx: receive(tx, far, incoming()))
    assert post is not None

    def change(by: Account, html: str, at: int) -> Post | None:
        return house.db.write_now(
            lambda tx: receive_edit(tx, by, incoming(html=html, edited_at=at))
        )

    assert change(liar, "<p>lie</p>", 1_700_000_005_000) is None
    second = change(far, "<p>two</p>", 1_700_000_010_000)
    assert second is not None
    assert second.html == "<p>two</p>"
    late = change(far, "<p>between</p>", 1_700_000_005_000)
    assert late is not None
    assert late.html == "<p>two</p>"
    unknown = incoming(uri="https://other.test/2", edited_at=1_700_000_020_000)
    assert house.db.write_now(lambda tx: receive_edit(tx, far, unknown)) is None


def test_only_a_threads_author_decides_about_ais(house: House, ada: Account, bob: Account) -> None:
    root = house.post(ada, "people only, please")
    reply = house.post(bob, "hi", reply_to_id=root.id)
    with pytest.raises(Forbidden):
        house.db.write_now(lambda tx: let_ais(tx, bob, reply.id, allowed=False))
    assert house.db.write_now(lambda tx: let_ais(tx, ada, reply.id, allowed=False)).no_ai
    helper = house.ai("helper", ada)
    with pytest.raises(Forbidden):
        house.post(helper, "As an AI …", reply_to_id=reply.id)
    house.db.write_now(lambda tx: let_ais(tx, ada, root.id, allowed=True))
    house.post(helper, "Hello!", reply_to_id=reply.id)


def test_a_muted_thread_is_quiet(house: House, ada: Account, bob: Account) -> None:
    root = house.post(ada, "root")
    house.db.write_now(lambda tx: react.mute_thread(tx, ada, root.id))
    house.post(bob, "@ada look", reply_to_id=root.id)
    assert told(house, ada) == []
    house.db.write_now(lambda tx: react.unmute_thread(tx, ada, root.id))
    reply = house.post(bob, "@ada now", reply_to_id=root.id)
    assert told(house, ada) == [("mention", reply.id)]
