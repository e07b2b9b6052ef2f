"""Who finds what in which list."""

from __future__ import annotations

import pytest
from tests.conftest import House

from weft.people import blocks, follows
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import posts, react, threadview, timelines
from weft.threads.model import Incoming, Media, Post
from weft.threads.publish import receive

PAGE = Page()


def ids(found: list[Post]) -> list[int]:
    return [post.id for post in found]


def follow(house: House, follower: Account, target: Account) -> None:
    house.db.write_now(lambda tx: follows.follow(tx, follower, target))


def home(house: House, viewer: Account, page: Page = PAGE) -> list[int]:
    return house.db.read_now(lambda tx: ids(timelines.home(tx, viewer.id, page)))


def public(house: House, viewer: Account | None, **more: bool) -> list[int]:
    as_ = viewer.id if viewer else None
    return house.db.read_now(lambda tx: ids(timelines.public(tx, as_, PAGE, **more)))


def of_account(house: House, viewer: Account | None, author: Account, **more: object) -> list[int]:
    as_ = viewer.id if viewer else None
    return house.db.read_now(
        lambda tx: ids(timelines.account_posts(tx, as_, author.id, PAGE, **more))  # pyright: ignore[reportArgumentType]
    )


@pytest.fixture
def ada(house: House) -> Account:
    return house.person("ada")


@pytest.fixture
def bob(house: House) -> Account:
    return house.person("bob")


@pytest.fixture
def cy(house: House) -> Account:
    return house.person("cy")


def test_home_holds_what_the_followed_say_newest_first(
    house: House, ada: Account, bob: Account, cy: Account
) -> None:
    follow(house, ada, bob)
    first = house.post(bob, "first")
    house.post(cy, "a stranger")
    mine = house.post(ada, "mine")
    private = house.post(bob, "followers", visibility="private")
    house.post(bob, "direct to another", visibility="direct")
    assert home(house, ada) == [private.id, mine.id, first.id]


def test_pages_go_both_ways_and_meet(house: House, ada: Account) -> None:
    made = [house.post(ada, f"post {n}").id for n in range(7)][::-1]
    older = home(house, ada, Page(max_id=made[2], limit=2))
    assert older == made[3:5]
    # min_id: right next to it; since_id: the newest.
    assert home(house, ada, Page(min_id=made[5], limit=2)) == made[3:5]
    assert home(house, ada, Page(since_id=made[5], limit=2)) == made[:2]
    assert home(house, ada, Page(min_id=made[0], limit=2)) == []


def test_muting_hides_posts_and_boosts_of_them(
    house: House, ada: Account, bob: Account, cy: Account
) -> None:
    for one in (bob, cy):
        follow(house, ada, one)
    post = house.post(cy, "loud")
    boost = house.db.write_now(lambda tx: react.boost(tx, bob, post.id))
    assert set(home(house, ada)) <= {post.id, boost.id}
    house.db.write_now(lambda tx: blocks.mute(tx, ada, cy))
    assert home(house, ada) == []
    assert public(house, ada) == []
    house.db.write_now(lambda tx: blocks.unmute(tx, ada, cy))
    assert post.id in home(house, ada)


def test_blocking_hides_both_from_each_other(house: House, ada: Account, bob: Account) -> None:
    mine, theirs = house.post(ada, "mine"), house.post(bob, "theirs")
    house.db.write_now(lambda tx: blocks.block(tx, ada, bob))
    assert public(house, ada) == [mine.id]
    assert public(house, bob) == [theirs.id]
    assert of_account(house, bob, ada) == []
    assert public(house, None) == [theirs.id, mine.id]


def test_public_lists_have_only_public_posts_that_open_a_conversation(
    house: House, ada: Account, bob: Account
) -> None:
    far = house.remote("far", "other.test")
    opening = house.post(ada, "opening")
    own_reply = house.post(ada, "and more", reply_to_id=opening.id)
    house.post(bob, "a reply", reply_to_id=opening.id)
    for visibility in ("unlisted", "private", "direct"):
        house.post(ada, visibility, visibility=visibility)
    house.db.write_now(lambda tx: react.boost(tx, bob, opening.id))
    picture = Media(id="1", mime="image/png", remote_url="https://other.test/a.png")
    incoming = Incoming(
        uri="https://other.test/1",
        url="https://other.test/1",
        html="<p>hi</p>",
        visibility="public",
        created_at=far.created_at,
        media=(picture,),
    )
    remote = house.db.write_now(lambda tx: receive(tx, far, incoming))
    assert remote is not None
    assert set(public(house, None)) == {own_reply.id, opening.id, remote.id}
    assert public(house, ada, local=True) == [own_reply.id, opening.id]
    assert public(house, ada, remote=True) == [remote.id]
    assert public(house, None, only_media=True) == [remote.id]


def test_tags_fold_and_combine(house: House, ada: Account) -> None:
    both = house.post(ada, "#Straße #one")
    one = house.post(ada, "#strasse")
    other = house.post(ada, "#other")

    def tagged(name: str, **more: tuple[str, ...]) -> list[int]:
        return house.db.read_now(lambda tx: ids(timelines.tag(tx, None, name, PAGE, **more)))  # pyright: ignore[reportArgumentType]

    assert tagged("STRASSE") == [one.id, both.id]
    assert tagged("strasse", also=("other",)) == [other.id, one.id, both.id]
    assert tagged("strasse", every=("one",)) == [both.id]
    assert tagged("strasse", without=("one",)) == [one.id]


def test_an_accounts_posts_for_stranger_follower_and_self(
    house: House, ada: Account, bob: Account, cy: Account
) -> None:
    follow(house, bob, ada)
    public_ = house.post(ada, "public #tea")
    private = house.post(ada, "private", visibility="private")
    direct = house.post(ada, "@cy psst", visibility="direct")
    theirs = house.post(cy, "nice")
    reply = house.post(ada, "yes", reply_to_id=theirs.id)
    boost = house.db.write_now(lambda tx: react.boost(tx, ada, theirs.id))
    everyone = [boost.id, reply.id, public_.id]
    assert of_account(house, None, ada) == everyone
    assert of_account(house, bob, ada) == [boost.id, reply.id, private.id, public_.id]
    assert of_account(house, cy, ada) == [boost.id, reply.id, direct.id, public_.id]
    assert len(of_account(house, ada, ada)) == 5
    assert of_account(house, None, ada, exclude_replies=True) == [boost.id, public_.id]
    assert of_account(house, None, ada, exclude_boosts=True) == [reply.id, public_.id]
    assert of_account(house, None, ada, tagged="TEA") == [public_.id]
    assert of_account(house, None, ada, only_media=True) == []


def test_liked_and_kept_posts_go_when_they_may_no_longer_be_seen(
    house: House, ada: Account, bob: Account
) -> None:
    follow(house, bob, ada)
    post = house.post(ada, "for followers", visibility="private")
    house.db.write_now(lambda tx: react.like(tx, bob, post.id))
    house.db.write_now(lambda tx: react.bookmark(tx, bob, post.id))

    def kept() -> list[int]:
        return house.db.read_now(
            lambda tx: [
                found.id
                for _, found in (
                    *timelines.favourites(tx, bob.id, PAGE),
                    *timelines.bookmarks(tx, bob.id, PAGE),
                )
            ]
        )

    assert kept() == [post.id, post.id]
    house.db.write_now(lambda tx: follows.unfollow(tx, bob, ada))
    assert kept() == []


def test_a_thread_leaves_out_what_the_viewer_may_not_or_does_not_want_to_see(
    house: House, ada: Account, bob: Account, cy: Account
) -> None:
    root = house.post(ada, "root")
    from_bob = house.post(bob, "from bob", reply_to_id=root.id)
    under = house.post(cy, "under bob", reply_to_id=from_bob.id)

    def below(viewer: Account | None) -> list[int]:
        as_ = viewer.id if viewer else None
        return house.db.read_now(
            lambda tx: ids(threadview.context(tx, as_, posts.see(tx, as_, root.id))[1])
        )

    assert below(None) == below(ada) == [from_bob.id, under.id]
    house.db.write_now(lambda tx: blocks.mute(tx, ada, bob))
    assert below(ada) == [under.id]


def test_reading_order_is_depth_first_and_ends_in_rings() -> None:
    order = threadview.in_reading_order(1, [(2, 1), (3, 1), (4, 2), (5, 3), (6, 2)])
    assert order == [2, 4, 6, 3, 5]
    assert threadview.in_reading_order(1, [(2, 1), (1, 2), (2, 2)]) == [2]
