"""What a malicious server tries: a yes to one thing used for another, names used twice, floods."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.conftest import Receiving
from tests.federation.stranger import create
from tests.federation.test_consent import ASK, World
from weft.threads import consent, quotes, stamps
from weft.threads.model import Post

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(receiving: Receiving) -> World:
    return World(receiving)


def _quoting(world: World, quoted: Post, slug: str = "1", **more: Any) -> dict[str, Any]:
    return world.other.note(world.zoe, slug, "look", quote=quoted.uri, **more)


def _update(world: World, note: dict[str, Any], slug: str = "1") -> dict[str, Any]:
    changed = note | {"updated": "2026-11-22T10:00:00Z"}
    world.other.serve(note["id"], changed)
    return create(changed, id=f"{note['id']}#updates/{slug}", type="Update")


# -- a yes to one thing, used for another ----------------------------------------------------------


async def test_a_yes_to_one_quote_is_none_to_another(world: World) -> None:
    wanted = world.mine(policy={"quote": ASK})
    never = world.mine(policy={"quote": consent.AUTHOR})
    note = _quoting(world, wanted)
    await world.send(world.ask("QuoteRequest", wanted.uri, note))
    world.decide(yes=True)
    kept = world.post(note["id"])
    assert kept is not None
    assert kept.quote_state == "accepted"

    other = _quoting(world, never)
    await world.send(_update(world, other))
    await world.send(world.ask("QuoteRequest", never.uri, other, slug="2"))

    kept = world.post(note["id"])
    assert kept is not None
    assert kept.quote_of_id != never.id or kept.quote_state != "accepted"


async def test_a_quote_changed_while_it_waits_is_not_what_was_agreed_to(world: World) -> None:
    wanted = world.mine(policy={"quote": ASK})
    never = world.mine(policy={"quote": consent.AUTHOR})
    note = _quoting(world, wanted)
    await world.send(world.ask("QuoteRequest", wanted.uri, note))

    await world.send(_update(world, _quoting(world, never)))
    world.decide(yes=True)

    kept = world.post(note["id"])
    assert kept is not None
    assert kept.quote_of_id != never.id or kept.quote_state != "accepted"


@pytest.mark.parametrize("by", ["zoe", "zed"])
async def test_a_yes_to_one_like_is_none_to_another(world: World, by: str) -> None:
    world.other.actor("zed")
    wanted = world.mine(policy={"like": ASK})
    never = world.mine(policy={"like": consent.AUTHOR})
    like = f"{world.zoe['id']}/likes/1"
    await world.send(world.ask("LikeRequest", wanted.uri, like))
    world.decide(yes=True)

    again = world.ask("LikeRequest", never.uri, like, slug="2")
    again["actor"] = f"{world.other.base()}/users/{by}"
    await world.send(again)

    kept = world.post(never.uri)
    assert kept is not None
    assert kept.likes_count == 0


async def test_a_stamp_of_ones_own_does_not_wipe_out_a_quote_taken_back(world: World) -> None:
    mine = world.mine(policy={"quote": consent.EVERYONE})
    note = _quoting(world, mine)
    await world.send(world.ask("QuoteRequest", mine.uri, note))
    kept = world.post(note["id"])
    assert kept is not None
    assert kept.quote_state == "accepted"
    world.db.write_now(lambda tx: quotes.revoke(tx, world.ada, mine.id, kept.id))

    zoes = await world.follows(world.zoe)
    bait = world.other.note(world.zoe, "bait")
    await world.send(create(bait))
    world.db.write_now(
        lambda tx: stamps.learn(
            tx, f"{world.zoe['id']}/stamps/9", "quote", note["id"], bait["id"], zoes.id
        )
    )
    await world.send(_update(world, note | {"quote": bait["id"]}, slug="2"))
    await world.send(_update(world, note, slug="3"))
    await world.send(world.ask("QuoteRequest", mine.uri, note, slug="3"))

    kept = world.post(note["id"])
    assert kept is not None
    assert kept.quote_of_id != mine.id or kept.quote_state != "accepted"


# -- names used twice ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["of a post", "of another boost"])
async def test_a_boost_by_a_name_that_is_taken_breaks_nothing(world: World, kind: str) -> None:
    await world.follows(world.zoe)
    first, second = world.mine(), world.mine()
    taken = world.other.note(world.zoe, "taken")["id"]
    if kind == "of a post":
        await world.send(create(world.other.note(world.zoe, "taken")))
    else:
        await world.send(world.ask("AnnounceRequest", first.uri, taken))
    assert world.post(taken) is not None

    status = await world.receiving.send(world.ask("AnnounceRequest", second.uri, taken, slug="2"))

    assert status == 202
    boosted = world.post(second.uri)
    assert boosted is not None
    assert boosted.boosts_count == 0


# -- floods ----------------------------------------------------------------------------------------


async def test_one_who_asks_for_one_like_by_many_names_waits_once(world: World) -> None:
    mine = world.mine(policy={"like": ASK})
    for number in range(5):
        like = f"{world.zoe['id']}/likes/{number}"
        await world.send(world.ask("LikeRequest", mine.uri, like, slug=str(number)))
        await world.send(
            {
                "id": f"{world.zoe['id']}/likes/alone/{number}",
                "type": "Like",
                "actor": world.zoe["id"],
                "object": mine.uri,
            }
        )

    assert len(world.waiting()) == 1
