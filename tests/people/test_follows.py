"""Following: what each side has afterwards, here and when one of them is elsewhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.conftest import House
from weft.kernel.errors import Forbidden, NotFound
from weft.people import accounts, blocks, follows, lists
from weft.people.model import Account, Relationship
from weft.store.page import Page
from weft.threads.tables import home, notifications
from weft.work import events


def kinds(house: House) -> list[str]:
    return [
        event.kind
        for event in house.db.read_now(lambda tx: events.after(tx, 0))
        if event.kind.startswith(("follow.", "block."))
    ]


def stand(house: House, viewer: Account, other: Account) -> Relationship:
    return house.db.read_now(lambda tx: blocks.relationships(tx, viewer.id, [other.id]))[0]


def counts(house: House, one: Account) -> tuple[int, int]:
    fresh = house.db.read_now(lambda tx: accounts.get(tx, one.id))
    return fresh.followers_count, fresh.following_count


def told(house: House, one: Account) -> list[tuple[str, int]]:
    rows = house.db.read_now(
        lambda tx: tx.rows(
            sa.select(notifications.c.kind, notifications.c.from_id)
            .where(notifications.c.account_id == one.id)
            .order_by(notifications.c.id)
        )
    )
    return [(row[0], row[1]) for row in rows]


def reads(house: House, one: Account) -> set[int]:
    rows = house.db.read_now(
        lambda tx: tx.rows(sa.select(home.c.post_id).where(home.c.account_id == one.id))
    )
    return {row[0] for row in rows}


def test_following_a_local_account_is_in_force_at_once(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    assert house.db.write_now(lambda tx: follows.follow(tx, ada, bo)) is True
    assert stand(house, ada, bo).following
    assert stand(house, bo, ada).followed_by
    assert counts(house, bo) == (1, 0)
    assert counts(house, ada) == (0, 1)
    assert told(house, bo) == [("follow", ada.id)]
    assert kinds(house) == ["follow.accepted"]


def test_following_brings_the_latest_posts_home(house: House) -> None:
    ada, bo, cy = house.person("ada"), house.person("bo"), house.person("cy")
    public = house.post(bo, "one")
    followers = house.post(bo, "two", visibility="private")
    direct = house.post(bo, "@cy three", visibility="direct")
    to_cy = house.post(bo, "four", reply_to_id=house.post(cy, "hm").id)
    own_thread = house.post(bo, "five", reply_to_id=public.id)
    house.db.write_now(lambda tx: follows.follow(tx, ada, bo))
    there = reads(house, ada)
    assert {public.id, followers.id, own_thread.id} <= there
    assert not {direct.id, to_cy.id} & there
    house.db.write_now(lambda tx: follows.unfollow(tx, ada, bo))
    assert reads(house, ada) == set()


def test_who_asks_to_be_asked_is_asked(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo", locked=True)
    assert house.db.write_now(lambda tx: follows.follow(tx, ada, bo)) is False
    assert stand(house, ada, bo).requested
    assert not stand(house, ada, bo).following
    assert stand(house, bo, ada).requested_by
    assert counts(house, bo) == (0, 0)
    assert told(house, bo) == [("follow_request", ada.id)]
    asking = house.db.read_now(lambda tx: lists.follow_requests(tx, bo.id, Page()))
    assert [entry.account.id for entry in asking] == [ada.id]
    assert house.db.read_now(lambda tx: lists.follow_request_count(tx, bo.id)) == 1

    house.db.write_now(lambda tx: follows.accept(tx, bo, ada))
    assert stand(house, ada, bo).following
    assert counts(house, bo) == (1, 0)
    # The request is answered: only the new follower is left to see.
    assert told(house, bo) == [("follow", ada.id)]
    house.db.write_now(lambda tx: follows.accept(tx, bo, ada))  # twice changes nothing
    assert counts(house, bo) == (1, 0)
    assert kinds(house) == ["follow.requested", "follow.accepted"]


def test_a_refused_request_leaves_nothing(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo", locked=True)
    house.db.write_now(lambda tx: follows.follow(tx, ada, bo))
    house.db.write_now(lambda tx: follows.reject(tx, bo, ada))
    assert stand(house, ada, bo) == Relationship(bo.id)
    assert told(house, bo) == []
    with pytest.raises(NotFound):
        house.db.write_now(lambda tx: follows.reject(tx, bo, ada))
    with pytest.raises(NotFound):
        house.db.write_now(lambda tx: follows.accept(tx, bo, ada))


def test_following_elsewhere_waits_for_their_answer(house: House) -> None:
    ada, mo = house.person("ada"), house.remote("mo", "other.test")
    assert house.db.write_now(lambda tx: follows.follow(tx, ada, mo)) is False
    assert stand(house, ada, mo).requested
    house.db.write_now(lambda tx: follows.accept(tx, mo, ada))
    assert stand(house, ada, mo).following
    assert counts(house, mo) == (1, 0)


def test_a_remote_follower_who_asks_again_gets_the_answer_again(house: House) -> None:
    ada, mo = house.person("ada"), house.remote("mo", "other.test")
    first, second = "https://other.test/f/1", "https://other.test/f/2"
    assert house.db.write_now(lambda tx: follows.follow(tx, mo, ada, uri=first))
    assert house.db.write_now(lambda tx: follows.follow(tx, mo, ada, uri=second))
    assert counts(house, ada) == (1, 0)
    found = house.db.read_now(lambda tx: events.after(tx, 0))
    assert [e.data["uri"] for e in found if e.kind == "follow.accepted"] == [first, second]


def test_following_again_changes_how(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    house.db.write_now(lambda tx: follows.follow(tx, ada, bo))
    house.db.write_now(
        lambda tx: follows.follow(tx, ada, bo, reblogs=False, notify=True, languages=["de"])
    )
    how = stand(house, ada, bo)
    assert (how.showing_reblogs, how.notifying, how.languages) == (False, True, ["de"])
    assert counts(house, bo) == (1, 0)
    assert kinds(house) == ["follow.accepted"]


def test_nobody_follows_themselves_the_server_or_who_blocks_them(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    server = house.db.write_now(accounts.instance_actor)
    house.db.write_now(lambda tx: blocks.block(tx, bo, ada))
    for target, error in ((ada, Forbidden), (bo, Forbidden), (server, NotFound)):
        with pytest.raises(error):
            house.db.write_now(lambda tx, target=target: follows.follow(tx, ada, target))


def test_a_follower_can_be_sent_away(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    house.db.write_now(lambda tx: follows.follow(tx, ada, bo))
    house.db.write_now(lambda tx: follows.remove_follower(tx, bo, ada))
    house.db.write_now(lambda tx: follows.remove_follower(tx, bo, ada))
    assert stand(house, ada, bo) == Relationship(bo.id)
    assert counts(house, bo) == (0, 0)
    assert kinds(house) == ["follow.accepted", "follow.rejected"]


def test_lists_page_by_the_follow_newest_first(house: House) -> None:
    ada = house.person("ada")
    fans = [house.person(f"fan{number}") for number in range(5)]
    for fan in fans:
        house.db.write_now(lambda tx, fan=fan: follows.follow(tx, fan, ada))

    def names(page: Page) -> list[str]:
        found = house.db.read_now(lambda tx: lists.followers(tx, ada.id, page))
        return [entry.account.username for entry in found]

    first = house.db.read_now(lambda tx: lists.followers(tx, ada.id, Page(limit=2)))
    assert names(Page(limit=2)) == ["fan4", "fan3"]
    assert names(Page(limit=2, max_id=first[-1].key)) == ["fan2", "fan1"]
    assert names(Page(limit=2, min_id=first[-1].key)) == ["fan4"]
    followed = house.db.read_now(lambda tx: lists.following(tx, fans[0].id, Page()))
    assert [entry.account.id for entry in followed] == [ada.id]


def test_familiar_followers_are_those_one_follows(house: House) -> None:
    ada, bo, cy, di = (house.person(name) for name in ("ada", "bo", "cy", "di"))
    for follower, target in ((ada, bo), (bo, cy), (di, cy)):
        house.db.write_now(lambda tx, f=follower, t=target: follows.follow(tx, f, t))
    found = house.db.read_now(lambda tx: lists.familiar(tx, ada.id, [cy.id, di.id]))
    assert {one: [who.id for who in those] for one, those in found.items()} == {
        cy.id: [bo.id],
        di.id: [],
    }
