"""Who is told what: each act of a member, and the inboxes it goes to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.conftest import House
from weft.federation import jobs as federation_jobs
from weft.federation import outbox
from weft.federation.tables import gone_inboxes, outgoing
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.threads import delete as deleting
from weft.threads import edit as editing
from weft.threads import react
from weft.threads.model import Draft
from weft.work.tables import jobs


@pytest.fixture
def world(house: House) -> House:
    federation_jobs.react(house.db)
    return house


def sent(house: House) -> list[tuple[dict[str, Any], list[str]]]:
    """Every activity that waits, oldest first, with the inboxes it goes to."""

    def read(tx: Any) -> list[tuple[dict[str, Any], list[str]]]:
        found: list[tuple[dict[str, Any], list[str]]] = []
        waiting = tx.rows(sa.select(jobs.c.payload, jobs.c.kind).order_by(jobs.c.id))
        for row in tx.rows(sa.select(outgoing.c.id, outgoing.c.body).order_by(outgoing.c.id)):
            inboxes = [
                payload["inbox"]
                for payload, kind in waiting
                if kind == "federation.deliver" and payload["outgoing"] == row.id
            ]
            found.append((msgspec.json.decode(row.body), sorted(inboxes)))
        return found

    return house.db.read_now(read)


def follow(house: House, follower: Account, target: Account) -> None:
    house.db.write_now(
        lambda tx: follows.follow(
            tx, accounts.get(tx, follower.id), accounts.get(tx, target.id), uri=f"{follower.uri}#f"
        )
    )


def forget(house: House) -> None:
    house.db.write_now(lambda tx: (tx.run(outgoing.delete()), tx.run(jobs.delete())))


def do(house: House, verb: Any, by: Account, *more: Any, **named: Any) -> Any:
    return house.db.write_now(lambda tx: verb(tx, accounts.get(tx, by.id), *more, **named))


def known(world: House, account: Account) -> Account:
    return world.db.read_now(lambda tx: accounts.get(tx, account.id))


@pytest.fixture
def ada(world: House) -> Account:
    return world.person("ada")


@pytest.fixture
def bo(world: House) -> Account:
    return world.remote("bo", "other.test")


def test_nobody_elsewhere_nothing_leaves(world: House, ada: Account) -> None:
    follow(world, world.person("cy"), ada)
    world.post(ada, "for us")
    assert sent(world) == []


def test_what_is_for_followers_goes_behind_what_made_them_that(world: House, bo: Account) -> None:
    """Else their server drops it: as far as it knows nobody there follows. An edit of it neither."""
    cy = world.person("cy", locked=True)
    follow(world, bo, cy)
    do(world, follows.accept, cy, known(world, bo))
    said = [world.post(known(world, cy), "for us", visibility="private") for _ in range(8)]
    do(world, editing.edit, cy, said[0].id, Draft(text="no"))
    do(world, deleting.delete, cy, said[1].id)
    assert [one["type"] for one, _ in sent(world)] == [
        "Accept",
        *["Create"] * 8,
        "Update",
        "Delete",
    ]
    lanes = sa.select(jobs.c.lane).where(jobs.c.kind == "federation.deliver")
    found = world.db.read_now(lambda tx: [row.lane for row in tx.rows(lanes)])
    assert len(found) == 11
    assert len(set(found)) == 1


def test_what_others_do_is_not_told_by_us(world: House, ada: Account, bo: Account) -> None:
    follow(world, world.remote("dee", "far.test"), ada)
    forget(world)
    world.post(ada, "hello")
    forget(world)
    post_id = world.post(ada, "again").id
    forget(world)
    do(world, react.like, bo, post_id)
    do(world, react.boost, bo, post_id)
    assert sent(world) == []


def test_a_server_with_many_followers_gets_one_copy(
    world: House, ada: Account, bo: Account
) -> None:
    for follower in (bo, world.remote("cy", "other.test"), world.remote("dee", "far.test")):
        follow(world, follower, ada)
    forget(world)
    world.post(ada, "hello")
    [(activity, inboxes)] = sent(world)
    assert activity["type"] == "Create"
    assert inboxes == ["https://far.test/inbox", "https://other.test/inbox"]


def test_the_mentioned_and_the_answered_hear_of_it(world: House, ada: Account) -> None:
    world.remote("bo", "other.test")
    world.remote("cy", "far.test")
    world.post(ada, "@bo@other.test @cy@far.test hello", visibility="direct")
    [(activity, inboxes)] = sent(world)
    assert activity["object"]["to"] == [
        "https://other.test/users/bo",
        "https://far.test/users/cy",
    ]
    assert inboxes == ["https://far.test/inbox", "https://other.test/inbox"]


def test_a_direct_post_does_not_go_to_followers(world: House, ada: Account, bo: Account) -> None:
    follow(world, bo, ada)
    forget(world)
    world.post(ada, "to myself", visibility="direct")
    assert sent(world) == []


def test_edits_and_deletion_reach_whoever_has_a_copy(
    world: House, ada: Account, bo: Account
) -> None:
    follow(world, bo, ada)
    post = world.post(ada, "first")
    booster = world.remote("cy", "far.test")
    do(world, react.boost, booster, post.id)
    forget(world)
    do(world, editing.edit, ada, post.id, Draft(text="second"))
    do(world, deleting.delete, ada, post.id)
    (update, to_update), (delete, to_delete) = sent(world)
    assert update["type"] == "Update"
    assert update["object"]["content"] == "<p>second</p>"
    assert update["object"]["updated"].endswith("Z")
    assert delete["type"] == "Delete"
    assert delete["object"] == {"id": post.uri, "type": "Tombstone"}
    assert to_update == to_delete == ["https://far.test/inbox", "https://other.test/inbox"]


def test_likes_and_boosts(world: House, ada: Account, bo: Account) -> None:
    from weft.threads.model import Incoming
    from weft.threads.publish import receive

    follow(world, world.remote("cy", "far.test"), ada)
    forget(world)
    theirs = world.db.write_now(
        lambda tx: receive(
            tx,
            bo,
            Incoming(
                uri="https://other.test/p/1",
                url="https://other.test/p/1",
                html="<p>x</p>",
                visibility="public",
                created_at=tx.now,
            ),
        )
    )
    assert theirs is not None
    do(world, react.like, ada, theirs.id)
    do(world, react.unlike, ada, theirs.id)
    boost = do(world, react.boost, ada, theirs.id)
    do(world, react.unboost, ada, theirs.id)
    told = sent(world)
    assert [activity["type"] for activity, _ in told] == ["Like", "Undo", "Announce", "Undo"]
    like, undo_like, announce, undo_announce = [activity for activity, _ in told]
    assert like["object"] == "https://other.test/p/1"
    assert undo_like["object"]["id"] == like["id"]
    assert announce["id"] == boost.uri
    assert announce["object"] == "https://other.test/p/1"
    assert bo.uri in announce["cc"]
    assert undo_announce["object"]["id"] == boost.uri
    assert undo_announce["object"]["object"] == "https://other.test/p/1"
    # A server that did not keep the boost reads it anew, and refuses one that is to nobody.
    assert undo_announce["object"]["to"] == announce["to"]
    assert undo_announce["object"]["cc"] == announce["cc"]
    assert [inboxes for _, inboxes in told] == [
        ["https://other.test/inbox"],
        ["https://other.test/inbox"],
        ["https://far.test/inbox", "https://other.test/inbox"],
        ["https://far.test/inbox", "https://other.test/inbox"],
    ]


def test_following_and_being_followed(world: House, ada: Account, bo: Account) -> None:
    do(world, follows.follow, ada, bo)
    do(world, follows.unfollow, ada, bo)
    follow(world, bo, ada)
    do(world, follows.reject, ada, bo)
    told = sent(world)
    follow_, undo, accept, reject = [activity for activity, _ in told]
    assert (follow_["type"], follow_["object"]) == ("Follow", bo.uri)
    assert (undo["type"], undo["object"]["id"]) == ("Undo", follow_["id"])
    assert accept["type"] == "Accept"
    assert accept["object"] == {
        "id": f"{bo.uri}#f",
        "type": "Follow",
        "actor": bo.uri,
        "object": ada.uri,
    }
    assert reject["type"] == "Reject"
    assert reject["object"] == accept["object"]
    assert {inbox for _, inboxes in told for inbox in inboxes} == {
        "https://other.test/users/bo/inbox"
    }


def test_blocking(world: House, ada: Account, bo: Account) -> None:
    do(world, blocks.block, ada, bo)
    do(world, blocks.unblock, ada, bo)
    (block, to), (undo, _) = sent(world)
    assert (block["type"], block["object"]) == ("Block", bo.uri)
    assert undo["object"]["id"] == block["id"]
    assert to == ["https://other.test/users/bo/inbox"]


def test_a_gone_inbox_is_left_alone(world: House, ada: Account, bo: Account) -> None:
    follow(world, bo, ada)
    forget(world)
    world.db.write_now(
        lambda tx: tx.run(
            gone_inboxes.insert(), inbox=bo.shared_inbox, host="other.test", at=tx.now
        )
    )
    world.post(ada, "hello")
    assert sent(world) == []


def test_a_changed_profile_is_told_once(world: House, ada: Account, bo: Account) -> None:
    follow(world, bo, ada)
    forget(world)
    for name in ("A", "Ad", "Ada L."):
        world.db.write_now(lambda tx, name=name: accounts.update(tx, ada.id, name=name))
    waiting = world.db.read_now(lambda tx: tx.rows(sa.select(jobs.c.kind)))
    assert [row[0] for row in waiting] == ["federation.announce_actor"]
    world.db.write_now(
        lambda tx: outbox.announce_actor(tx, accounts.get(tx, ada.id), "PEM", "z6Mk")
    )
    [(activity, inboxes)] = sent(world)
    assert (activity["type"], activity["object"]["name"]) == ("Update", "Ada L.")
    assert inboxes == ["https://other.test/inbox"]


def test_what_was_rolled_back_never_leaves(world: House, ada: Account, bo: Account) -> None:
    follow(world, bo, ada)
    forget(world)

    def fails(tx: Any) -> None:
        from weft.threads.publish import publish

        publish(tx, accounts.get(tx, ada.id), Draft(text="hello"))
        raise RuntimeError("after the post")

    with pytest.raises(RuntimeError, match="after the post"):
        world.db.write_now(fails)
    assert sent(world) == []
