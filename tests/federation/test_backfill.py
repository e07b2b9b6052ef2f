"""The rest of a conversation: all of it comes, once, with few requests, and nothing that is not of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.federation import talking
from tests.federation.conftest import Receiving
from tests.federation.stranger import mention
from tests.federation.talking import Tricky, heard, open_thread, thread, work
from weft.federation import outbox
from weft.federation.backfill import budget, listing, looks
from weft.kernel.clock import MINUTE, iso, now_ms
from weft.people import accounts
from weft.store.page import Page
from weft.threads import details, notices, posts
from weft.work import jobs

pytestmark = pytest.mark.anyio


@pytest.fixture
async def other() -> AsyncIterator[Tricky]:
    async with Tricky("other.test", "third.test", "split.test") as stranger:
        yield stranger


async def state(world: Receiving, post: Any) -> looks.Look:
    now = await world.db.read(lambda tx: posts.by_id(tx, post.id))
    assert now is not None
    found = await world.db.read(lambda tx: looks.of(tx, now.thread_id))
    assert found is not None
    return found


async def test_a_whole_thread_comes_when_it_is_opened(receiving: Receiving, other: Tricky) -> None:
    first, answers = other.talk(30)
    post = await heard(receiving, first)
    known = await heard(receiving, answers[0])
    other.asked.clear()

    begun = await open_thread(receiving, known)
    assert begun is not None
    assert begun.running
    assert await work(receiving) == []

    found = await thread(receiving, post)
    assert {one.uri for one in found} == {first["id"], *(one["id"] for one in answers)}
    assert [one.reply_to_uri for one in found if one.uri == answers[1]["id"]] == [answers[0]["id"]]
    now = await state(receiving, post)
    assert (now.running, now.found) == (False, 29)
    assert now.complete_at is not None
    # One for the list, one for each post, two for the counts of the two that were known.
    assert other.count() <= 29 + 1 + 2
    assert await talking.waiting(receiving) == 0


async def test_a_thread_is_looked_at_once_at_a_time_and_less_and_less(
    receiving: Receiving, other: Tricky
) -> None:
    first, _ = other.talk(2)
    post = await heard(receiving, first)
    for _ in range(3):
        await open_thread(receiving, post)
    assert await talking.waiting(receiving) == 1
    await work(receiving)
    assert await open_thread(receiving, post) is None
    assert await talking.waiting(receiving) == 0

    pauses: list[int] = []
    for _ in range(3):
        now = await state(receiving, post)
        pauses.append(now.next_at - now.asked_at)
        await receiving.db.write(
            lambda tx, now=now: tx.run(
                looks.backfills.update().values(
                    next_at=tx.now, asked_at=tx.now - (now.next_at - now.asked_at)
                )
            )
        )
        assert await open_thread(receiving, post) is not None
        await work(receiving)
    assert pauses[0] >= budget.AGAIN
    assert pauses[1] >= 2 * pauses[0] - MINUTE
    assert pauses[2] >= 2 * pauses[1] - MINUTE


async def test_a_post_of_this_minute_is_left_alone_for_a_while(
    receiving: Receiving, other: Tricky
) -> None:
    first, _ = other.talk(2, published=iso(now_ms()))
    post = await heard(receiving, first)
    assert await open_thread(receiving, post) is None
    assert await work(receiving) == []
    (due,) = await receiving.db.read(
        lambda tx: tx.rows(jobs.sa.select(jobs.jobs.c.run_at - jobs.jobs.c.created_at))
    )
    assert budget.YOUNG - MINUTE < due[0] <= budget.YOUNG + budget.JITTER


async def test_answers_that_only_their_own_server_knows_are_found(
    receiving: Receiving, other: Tricky
) -> None:
    """The branch is held at another server than the conversation."""
    first, answers = other.talk(1)
    di = other.actor("di", host="third.test")
    branch = other.note(di, "b1", inReplyTo=answers[0]["id"])
    branch["replies"] = f"{branch['id']}/replies"
    other.serve(branch["id"], branch)
    leaf = other.note(di, "b2", inReplyTo=branch["id"])
    other.listed(branch["replies"], [leaf["id"]])
    post = await heard(receiving, first)
    await heard(receiving, branch)
    await open_thread(receiving, post)
    await work(receiving)
    uris = {one.uri for one in await thread(receiving, post)}
    assert {answers[0]["id"], branch["id"], leaf["id"]} <= uris


async def test_what_the_thread_begins_with_is_found_from_its_middle(
    receiving: Receiving, other: Tricky
) -> None:
    first, answers = other.talk(6)
    other.unserve(first["id"])  # at first it cannot be had
    post = await heard(receiving, answers[2])
    assert await receiving.post(first["id"]) is None
    other.serve(first["id"], first)
    receiving.resolver.fetcher.forget(first["id"])
    await open_thread(receiving, post)
    await work(receiving)
    assert len(await thread(receiving, post)) == 7
    now = await state(receiving, post)
    assert not now.running
    assert now.complete_at is not None


async def test_only_what_hangs_together_is_kept(receiving: Receiving, other: Tricky) -> None:
    """A list may name anything; posts of other conversations, votes and lies stay out."""
    first, answers = other.talk(1)
    context = first["context"]
    eve = other.actor("eve", host="third.test")
    alien = other.note(eve, "alien", "buy this")
    aside = other.note(
        eve, "aside", "and this", inReplyTo=f"{other.base('third.test')}/notes/alien"
    )
    forged = f"{other.base('third.test')}/notes/forged"
    other.serve(forged, answers[0] | {"id": answers[0]["id"] + "x", "content": "a lie"})
    private = other.note(eve, "p", "psst", inReplyTo=first["id"], to=[eve["followers"]], cc=[])
    ours = f"{receiving.db.site.base}/ap/posts/1"
    names = [alien["id"], aside["id"], forged, private["id"], ours, "nonsense", answers[0]["id"]]
    other.listed(context, names)
    post = await heard(receiving, first)
    await open_thread(receiving, post)
    await work(receiving)
    assert {one.uri for one in await thread(receiving, post)} == {first["id"], answers[0]["id"]}
    for stranger in (alien, aside, private):
        assert await receiving.post(stranger["id"]) is None


async def test_old_posts_come_in_silence_and_new_ones_are_told(
    receiving: Receiving, other: Tricky
) -> None:
    first, _ = other.talk(0)
    post = await heard(receiving, first)
    ada = post.mentions[0]["id"]
    cy = other.actor("cy")
    named = {"inReplyTo": first["id"], "tag": [mention(f"{receiving.db.site.base}/ap/users/{ada}")]}
    old = other.note(cy, "old", published="2026-01-01T10:00:00Z", **named)
    new = other.note(cy, "new", **named)
    other.listed(first["context"], [old["id"], new["id"]])
    await open_thread(receiving, post)
    await work(receiving)
    assert len(await thread(receiving, post)) == 3
    told = await receiving.db.read(lambda tx: notices.listed(tx, int(ada), Page()))
    about = await receiving.db.read(
        lambda tx: posts.by_ids(tx, [one.post_id for one in told if one.post_id is not None])
    )
    assert {one.uri for one in about.values()} == {first["id"], new["id"]}


async def test_counts_are_those_of_the_origin(receiving: Receiving, other: Tricky) -> None:
    first, _ = other.talk(0)
    post = await heard(receiving, first)
    other.serve(first["id"], first | {"likes": {"type": "Collection", "totalItems": 41}})
    await open_thread(receiving, post)
    await work(receiving)
    (now,) = await thread(receiving, post)
    shown = await receiving.db.read(lambda tx: details.counts(tx, [now]))
    assert (shown[post.id].likes_count, shown[post.id].boosts_count) == (41, 0)


async def test_our_answers_say_to_which_conversation_they_belong(
    receiving: Receiving, other: Tricky
) -> None:
    """FEP-7888: so its owner, and everybody else, finds them together."""
    first, _ = other.talk(0)
    post = await heard(receiving, first)
    ada = await receiving.db.read(lambda tx: accounts.get(tx, int(post.mentions[0]["id"])))
    answer = receiving.house.post(ada, "yes", reply_to_id=post.id)
    around = await receiving.db.read(lambda tx: outbox.around(tx, answer))
    assert around.conversation == first["context"]
    await receiving.db.write(
        lambda tx: details.put(tx, post.id, context_uri="http://third.test/contexts/1")
    )
    around = await receiving.db.read(lambda tx: outbox.around(tx, answer))
    assert around.conversation == ""  # it began at another server than that


# -- servers that would keep us busy ------------------------------------------------------------


def endless(other: Tricky, kind: str) -> Any:
    """Collections that never end, of posts that never end."""
    base = other.base()

    def page(request: web.Request) -> Any:
        n = int(request.query.get("n", "0"))
        at = f"{base}{request.path_qs}"
        following = {
            "endless": f"{base}{request.path}?n={n + 1}",
            "looping": f"{base}{request.path}?n={(n + 1) % 2}",
            "elsewhere": f"{other.base('third.test')}/victim?n={n}",
        }[kind]
        return {
            "id": at,
            "type": "Collection" if not n else "CollectionPage",
            "items": [f"{base}/made/{n}-{one}" for one in range(50)],
            "next": following,
        }

    def post(request: web.Request) -> Any:
        return {
            "id": f"{base}{request.path}",
            "type": "Note",
            "attributedTo": f"{base}/users/bo",
            "content": "x",
            "to": ["as:Public"],
            "published": "2026-11-20T10:00:00Z",
            "inReplyTo": f"{base}/notes/root",
            "replies": f"{base}/lists/{request.path.rpartition('/')[2]}",
        }

    other.made |= {"/contexts/": page, "/lists/": page, "/made/": post}


@pytest.mark.parametrize("kind", ["endless", "looping", "elsewhere"])
async def test_endless_collections_cost_so_much_and_no_more(
    receiving: Receiving, other: Tricky, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "REQUESTS", 60)
    monkeypatch.setattr(budget, "POSTS", 40)
    first, _ = other.talk(0)
    endless(other, kind)
    post = await heard(receiving, first)
    other.asked.clear()
    await open_thread(receiving, post)
    assert await work(receiving) == []
    assert other.count() <= 60
    assert other.count("third.test/victim") == 0
    assert len(await thread(receiving, post)) <= 41
    now = await state(receiving, post)
    assert (now.running, now.complete_at) == (False, None)
    assert await talking.waiting(receiving) == 0


async def test_pages_are_so_many(receiving: Receiving, other: Tricky) -> None:
    first, _ = other.talk(0)
    endless(other, "endless")
    found = await listing.read(
        receiving.resolver.fetcher, first["context"], pages=3, most=budget.LISTED
    )
    assert other.count("other.test/contexts/") <= 4
    assert not found.whole
    assert len(found.items) <= 200


async def test_oversized_pages_are_not_read_for_ever(
    receiving: Receiving, other: Tricky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "BYTES", 3 * 1024 * 1024)
    first, _ = other.talk(0)
    names = [f"{other.base()}/big/{n}" for n in range(100)]
    other.listed(first["context"], names)
    other.made["/big/"] = lambda request: web.Response(
        body=b"x" * 1_100_000, content_type="application/activity+json"
    )
    post = await heard(receiving, first)
    await open_thread(receiving, post)
    await work(receiving)
    # Those that were under way when it was spent are done.
    assert other.count("other.test/big/") <= 3 + budget.AT_ONCE


async def test_slow_servers_are_left_and_asked_again(
    receiving: Receiving, other: Tricky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weft.federation.backfill.thread.PAGE_SECONDS", 0.2)
    first, answers = other.talk(3)
    other.slow["/notes/r1"] = 1.0
    post = await heard(receiving, first)
    await open_thread(receiving, post)
    (delay,) = await work(receiving)
    assert delay >= budget.HOLES_AFTER
    assert {one.uri for one in await thread(receiving, post)} == {first["id"], answers[0]["id"]}
    assert (await state(receiving, post)).complete_at is None
    other.slow.clear()
    assert await work(receiving) == []
    assert len(await thread(receiving, post)) == 4
    assert (await state(receiving, post)).complete_at is not None


async def test_too_many_requests_leave_holes_that_are_filled_later(
    receiving: Receiving, other: Tricky
) -> None:
    """mastodon#40113: a thread must not keep its holes because a server was busy for a minute."""
    first, _ = other.talk(12)
    turn = {"n": 0}
    whole = dict(other.answers)

    def busy(request: web.Request) -> Any:
        turn["n"] += 1
        if turn["n"] > 9:
            return web.Response(status=429, headers={"Retry-After": "300"})
        return whole["other.test", request.path_qs].body

    other.made["/notes/r"] = busy
    post = await heard(receiving, first)
    await open_thread(receiving, post)
    (delay,) = await work(receiving)
    assert delay >= 300_000 - 5_000
    assert turn["n"] <= 9 + budget.AT_ONCE_PER_HOST  # asked no more once it said so
    assert 1 < len(await thread(receiving, post)) < 13
    del other.made["/notes/r"]
    receiving.resolver.fetcher._paused.drop(other.domain())  # the five minutes are over
    assert await work(receiving) == []
    assert len(await thread(receiving, post)) == 13


async def test_a_thread_that_is_hidden_is_not_asked_after(
    receiving: Receiving, other: Tricky
) -> None:
    first, _ = other.talk(1, to=["http://weft.test/nobody"], cc=[])
    post = await heard(receiving, first)
    assert post.visibility == "direct"
    assert await open_thread(receiving, post) is None
    assert await talking.waiting(receiving) == 0
