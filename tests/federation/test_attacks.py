"""What a malicious server tries: a yes to one thing used for another, names used twice, floods."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.federation.conftest import Receiving
from tests.federation.stranger import PUBLIC, create, mention
from tests.federation.test_consent import ASK, World
from weft.kernel.errors import NotFound
from weft.people import blocks, follows
from weft.reading import featured
from weft.threads import consent, edit, elsewhere, emoji_reactions, quoting, stamps
from weft.threads.model import Draft, Post
from weft.threads.tables import notifications

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
    number = kept.id
    world.db.write_now(lambda tx: quoting.revoke(tx, world.ada, mine.id, number))

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


# -- what somebody else said or showed ---------------------------------------------------------------


async def test_nobody_changes_the_picture_of_another_s_reaction(world: World) -> None:
    mine = world.mine()
    first = f"{world.other.base('third.test')}/a.png"
    for actor, url in (
        (world.yan["id"], first),
        (world.zoe["id"], f"{world.other.base()}/zzz.png"),
    ):
        named = ":cat:" if actor == world.yan["id"] else f":cat@{world.other.domain('third.test')}:"
        reaction = {
            "id": f"{actor}/reactions/1",
            "type": "EmojiReact",
            "actor": actor,
            "object": mine.uri,
            "content": named,
            "tag": [{"type": "Emoji", "name": ":cat:", "icon": {"type": "Image", "url": url}}],
        }
        key = {"key_id": f"{actor}#main-key"}
        await world.receiving.send(reaction, **key)
        await world.receiving.work()

    kept = world.post(mine.uri)
    assert kept is not None
    [tally] = world.db.read_now(lambda tx: emoji_reactions.tallies(tx, None, [kept]))[kept.id]
    assert (tally.count, tally.url) == (2, first)


async def test_a_picture_is_of_ours_only_if_it_is(world: World) -> None:
    mine = world.mine()
    url = f"{world.db.site.base}/elsewhere/zzz.png"
    await world.send(
        {
            "id": f"{world.zoe['id']}/reactions/1",
            "type": "EmojiReact",
            "actor": world.zoe["id"],
            "object": mine.uri,
            "content": ":cat:",
            "tag": [{"type": "Emoji", "name": ":cat:", "icon": {"type": "Image", "url": url}}],
        }
    )

    kept = world.post(mine.uri)
    assert kept is not None
    found = world.db.read_now(lambda tx: emoji_reactions.tallies(tx, None, [kept]))
    assert url not in [tally.url for tally in found.get(kept.id, [])]


async def test_an_older_edit_brings_no_older_policy_back(world: World) -> None:
    await world.follows(world.zoe)
    note = world.other.note(world.zoe, "1")
    await world.send(create(note))
    closed = note | {
        "content": "<p>leave me alone</p>",
        "updated": "2026-11-22T10:00:00Z",
        "interactionPolicy": {"canLike": {"automaticApproval": [world.zoe["id"]]}},
    }
    await world.send(create(closed, id=f"{note['id']}#updates/2", type="Update"))
    older = note | {"updated": "2026-11-21T10:00:00Z"}
    await world.send(create(older, id=f"{note['id']}#updates/1", type="Update"))

    kept = world.post(note["id"])
    assert kept is not None
    assert consent.of(kept).like != consent.EVERYONE


async def test_whom_one_blocks_opens_no_post_to_their_server(world: World) -> None:
    zoe = await world.receiving.resolver.actor(world.zoe["id"])
    zed = await world.receiving.resolver.actor(world.other.actor("zed")["id"])
    post = world.house.post(world.ada, f"@zoe@{world.other.domain()} hi", visibility="private")
    assert world.db.read_now(lambda tx: elsewhere.see(tx, zed, post.id)).id == post.id

    world.db.write_now(lambda tx: blocks.block(tx, world.ada, zoe))

    for reader in (zoe, zed):
        with pytest.raises(NotFound):
            world.db.read_now(lambda tx, reader=reader: elsewhere.see(tx, reader, post.id))


async def test_an_answer_that_waits_calls_nobody_by_an_edit(world: World) -> None:
    bob = world.house.person("bob")
    mine = world.mine(policy={"reply": ASK})
    note = world.reply(mine.uri)
    await world.send(create(note))
    assert len(world.waiting()) == 1

    called = note | {"tag": [mention(bob.uri, "@bob@weft.test")], "cc": [bob.uri]}
    await world.send(_update(world, called))

    rows = world.db.read_now(
        lambda tx: tx.rows(
            sa.select(notifications.c.kind).where(notifications.c.account_id == bob.id)
        )
    )
    assert [row[0] for row in rows] == []


async def test_a_profile_shows_so_many_hashtags_and_no_more(world: World) -> None:
    await world.follows(world.zoe)
    for number in range(60):
        await world.receiving.send(
            {
                "id": f"{world.zoe['id']}/adds/{number}",
                "type": "Add",
                "actor": world.zoe["id"],
                "object": {"type": "Hashtag", "name": f"#tag{number}"},
                "target": f"{world.zoe['id']}/featured",
            }
        )
    zoe = await world.receiving.account(world.zoe["id"])
    assert zoe is not None
    assert len(world.db.read_now(lambda tx: featured.of(tx, zoe.id))) <= featured.ELSEWHERE_MAX


async def test_an_answer_that_waits_is_told_to_nobody_by_an_edit(world: World) -> None:
    await world.follows(world.zoe)
    yan = await world.receiving.resolver.actor(world.yan["id"])
    world.db.write_now(lambda tx: follows.follow(tx, yan, world.ada))
    asked = world.other.note(
        world.zoe,
        "asks",
        interactionPolicy={"canReply": {"manualApproval": [PUBLIC]}},
    )
    await world.send(create(asked))
    above = world.post(asked["id"])
    assert above is not None
    mine = world.mine(reply_to_id=above.id)
    assert mine.approval == "pending"

    world.db.write_now(lambda tx: edit.edit(tx, world.ada, mine.id, Draft("changed")))

    assert world.told("Update", "Create") == []
