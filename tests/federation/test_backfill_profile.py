"""A profile that is opened for the first time is not empty, and nobody is disturbed by it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.federation import groups, talking
from tests.federation.conftest import Receiving
from tests.federation.stranger import mention
from tests.federation.talking import Tricky, work
from weft.federation.backfill import budget, visits
from weft.people import remote_details
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import notices, pins, posts, timelines

pytestmark = pytest.mark.anyio


@pytest.fixture
async def other() -> AsyncIterator[Tricky]:
    async with Tricky("other.test", "third.test") as stranger:
        yield stranger


def profile(other: Tricky, posts: int, *, whole: bool = True) -> tuple[dict[str, Any], list[Any]]:
    """bo, with followers, an outbox of posts and one boost, and two featured posts. ``whole``: the
    outbox has the posts in it, as Mastodon's; else their addresses.
    """
    at = f"{other.base()}/users/bo"
    bo = other.actor(
        "bo",
        outbox=f"{at}/outbox",
        following=f"{at}/following",
        featured=f"{at}/featured",
        followers=f"{at}/followers",
    )
    notes = [
        other.note(bo, f"p{n}", f"post {n}", published=f"2026-01-{n + 1:02}T10:00:00Z")
        for n in range(posts)
    ]
    acts: list[Any] = [
        {
            "id": f"{note['id']}/activity",
            "type": "Create",
            "actor": bo["id"],
            "object": note if whole else note["id"],
        }
        for note in reversed(notes)
    ]
    boosted = {"type": "Announce", "id": f"{at}/b", "object": f"{other.base('third.test')}/x"}
    page = f"{at}/outbox?page=true"
    other.serve(
        f"{at}/outbox",
        {"id": f"{at}/outbox", "type": "OrderedCollection"} | {"totalItems": 321, "first": page},
    )
    other.serve(
        page, {"id": page, "type": "OrderedCollectionPage", "orderedItems": [boosted, *acts]}
    )
    for name, total in (("followers", 1234), ("following", 56)):
        other.serve(
            f"{at}/{name}",
            {"id": f"{at}/{name}", "type": "OrderedCollection"} | {"totalItems": total},
        )
    top = [*(note["id"] for note in notes[1:2]), *notes[:1]]
    other.serve(
        f"{at}/featured",
        {"id": f"{at}/featured", "type": "OrderedCollection"} | {"orderedItems": top},
    )
    return bo, notes


async def opened(world: Receiving, account: Account) -> None:
    await world.db.write(lambda tx: visits.begin(tx, account))


async def listed(world: Receiving, account: Account) -> list[str]:
    found = await world.db.read(lambda tx: timelines.account_posts(tx, None, account.id, Page()))
    return [post.uri for post in found]


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "addresses"])
async def test_the_first_visit_brings_posts_pins_and_counts(
    receiving: Receiving, other: Tricky, whole: bool
) -> None:
    bo, notes = profile(other, 5, whole=whole)
    account = await receiving.resolver.actor(bo["id"])
    other.asked.clear()
    await opened(receiving, account)
    await work(receiving)

    assert await listed(receiving, account) == [note["id"] for note in reversed(notes)]
    on_top = await receiving.db.read(lambda tx: pins.pinned(tx, None, account.id))
    assert [post.uri for post in on_top] == [notes[1]["id"], notes[0]["id"]]
    shown = await receiving.db.read(lambda tx: remote_details.with_counts(tx, [account]))
    counts = shown[account.id]
    assert (counts.followers_count, counts.following_count) == (1234, 56)
    assert counts.posts_count == 321
    assert other.count("third.test") == 0  # boosts are of others
    assert other.count() <= (8 if whole else 13)


async def test_it_is_silent(receiving: Receiving, other: Tricky) -> None:
    """Who follows somebody finds no old post at home, and no old mention among the new ones."""
    ada = receiving.house.person("ada")
    bo, _ = profile(other, 0)
    account = await receiving.follow(ada, bo["id"])
    _, notes = profile(other, 3)
    for note in notes:
        note["tag"] = [mention(ada.uri)]
    await opened(receiving, account)
    await work(receiving)
    assert len(await listed(receiving, account)) == 3
    assert await receiving.db.read(lambda tx: timelines.home(tx, ada.id, Page())) == []
    assert await receiving.db.read(lambda tx: notices.listed(tx, ada.id, Page())) == []


async def test_a_post_that_is_on_its_way_is_told(receiving: Receiving, other: Tricky) -> None:
    """Written after somebody here knew its author: the visit is only faster than its delivery."""
    ada = receiving.house.person("ada")
    bo, _ = profile(other, 0)
    account = await receiving.follow(ada, bo["id"])
    _, (note,) = profile(other, 1)
    note["published"] = None
    await opened(receiving, account)
    await work(receiving)
    at_home = await receiving.db.read(lambda tx: timelines.home(tx, ada.id, Page()))
    assert [post.uri for post in at_home] == [note["id"]]


async def test_it_is_read_once_and_rarely_again(receiving: Receiving, other: Tricky) -> None:
    bo, _ = profile(other, 1)
    account = await receiving.resolver.actor(bo["id"])
    for _ in range(3):
        await opened(receiving, account)
    assert await talking.waiting(receiving) == 1
    await work(receiving)
    await opened(receiving, account)
    assert await talking.waiting(receiving) == 0
    long_ago = -budget.PROFILE_AGAIN
    await receiving.db.write(
        lambda tx: remote_details.put(tx, account.id, backfilled_at=tx.now + long_ago)
    )
    await opened(receiving, account)
    assert await talking.waiting(receiving) == 1


async def test_others_cannot_be_made_to_say_things(receiving: Receiving, other: Tricky) -> None:
    """An outbox lists posts of another server, and of another member: neither is believed."""
    bo, notes = profile(other, 1)
    cy, di = other.actor("cy"), other.actor("di", host="third.test")
    lies = [
        notes[0] | {"id": f"{other.base('third.test')}/notes/1", "attributedTo": di["id"]},
        notes[0] | {"id": f"{other.base()}/notes/cys", "attributedTo": cy["id"]},
    ]
    page = f"{bo['id']}/outbox?page=true"
    items = [{"type": "Create", "object": lie} for lie in lies]
    other.serve(page, {"id": page, "type": "OrderedCollectionPage", "orderedItems": items})
    other.serve(bo["featured"], {"id": bo["featured"], "type": "Collection", "items": lies})
    account = await receiving.resolver.actor(bo["id"])
    await opened(receiving, account)
    await work(receiving)
    for lie in lies:
        assert await receiving.post(lie["id"]) is None
    assert await receiving.db.read(lambda tx: pins.pinned(tx, None, account.id)) == []
    assert other.count("third.test/notes") == 0


async def test_an_outbox_without_an_end_costs_so_much(receiving: Receiving, other: Tricky) -> None:
    bo, _ = profile(other, 0)
    base = other.base()

    def page(request: Any) -> Any:
        n = int(request.query.get("n", "0"))
        return {
            "id": f"{base}{request.path_qs}",
            "type": "OrderedCollectionPage",
            "orderedItems": [
                {"type": "Create", "object": f"{base}/made/{n}-{one}"} for one in range(30)
            ],
            "next": f"{base}{request.path}?n={n + 1}",
        }

    other.made["/users/bo/outbox"] = page
    account = await receiving.resolver.actor(bo["id"])
    other.asked.clear()
    await opened(receiving, account)
    await work(receiving)
    assert other.count("other.test/users/bo/outbox") <= 1 + budget.OUTBOX_PAGES
    assert other.count("other.test/made/") <= budget.PROFILE_POSTS
    assert other.count() <= budget.PROFILE_REQUESTS


async def test_a_group_shows_what_it_announced_and_nobody_hears_of_it(
    receiving: Receiving, other: Tricky
) -> None:
    """Lemmy's outbox: activities, the posts of other servers in them; one answer, one twice."""
    group = groups.lemmy(other)
    bo = other.actor("bo", host="third.test")
    ada = receiving.house.person("ada")
    old = [
        groups.page(other, bo, group, name, published=f"2026-01-0{day}T10:00:00Z")
        for day, name in enumerate(("wool", "silk"), start=1)
    ]
    answer = groups.comment(other, bo, group, "warm", old[0])
    items: list[Any] = [
        groups.announce(group, groups.did("Create", bo, note, group))
        for note in (answer, *reversed(old), old[1])
    ]
    other.serve(
        group["outbox"],
        {"id": group["outbox"], "type": "OrderedCollection", "orderedItems": [*items, "x", None]},
    )
    account = await receiving.follow(ada, group["id"])
    for _ in range(2):
        await opened(receiving, account)
        await work(receiving)
    found = await receiving.db.read(
        lambda tx: timelines.account_posts(tx, None, account.id, Page())
    )
    shown = [
        await receiving.db.read(lambda tx, b=b: posts.by_id(tx, b.boost_of_id or 0)) for b in found
    ]
    assert [one.uri for one in shown if one is not None] == [old[1]["id"], old[0]["id"]]
    assert await receiving.db.read(lambda tx: timelines.home(tx, ada.id, Page())) == []
    # What it announces again is what it showed before.
    assert await receiving.send(items[1]) == 202
    await receiving.work()
    assert len(await listed(receiving, account)) == 2
