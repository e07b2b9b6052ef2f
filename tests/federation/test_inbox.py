"""What arrives and is true: it is kept once, shown to whom it concerns, and ignored otherwise."""

from __future__ import annotations

import pytest

from tests.federation.conftest import Receiving
from tests.federation.stranger import PUBLIC, create, mention
from weft.people import blocks, follows
from weft.threads import posts, react
from weft.threads.tables import notifications
from weft.work import jobs

pytestmark = pytest.mark.anyio


async def told(world: Receiving, kind: str) -> int:
    return await world.db.read(
        lambda tx: len(
            tx.rows(jobs.sa.select(notifications.c.id).where(notifications.c.kind == kind))
        )
    )


async def test_a_mention_from_an_unknown_server_arrives(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(
        bo, "1", 'hi <script>alert(1)</script><b onclick="x()">you</b>', tag=[mention(ada.uri)]
    )

    assert await receiving.send(create(note)) == 202

    post = await receiving.post(note["id"])
    assert post is not None
    assert post.html == "<p>hi <b>you</b></p>"
    assert post.visibility == "public"
    assert [mentioned["id"] for mentioned in post.mentions] == [str(ada.id)]
    assert await told(receiving, "mention") == 1
    account = await receiving.account(bo["id"])
    assert account is not None
    assert account.acct == f"bo@{receiving.other.domain()}"


async def test_every_fetch_is_signed_by_the_server_itself(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    await receiving.send(create(receiving.other.note(bo, "1", tag=[mention(ada.uri)])))
    assert "other.test/users/bo" in receiving.other.signed


async def test_sent_twice_it_is_done_once(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1", tag=[mention(ada.uri)])
    for _ in range(3):
        assert await receiving.send(create(note)) == 202
    assert await told(receiving, "mention") == 1


async def test_when_no_id_is_free_it_is_to_come_again(
    receiving: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posts of one millisecond share a bounded number of ids. One more is not lost, and no error of ours."""
    ada, bo = receiving.house.person("ada"), receiving.other.actor("bo")
    at = {"published": "2026-11-20T10:00:00.123Z", "tag": [mention(ada.uri)], "cc": [ada.uri]}
    first, second = (receiving.other.note(bo, slug, **at) for slug in ("1", "2"))
    with monkeypatch.context() as one_id:
        one_id.setattr("weft.kernel.ids.secrets.randbelow", lambda _: 7)
        assert await receiving.send(create(first)) == 202
        assert await receiving.send(create(second)) == 503
        assert await receiving.post(second["id"]) is None
    assert await receiving.send(create(second)) == 202
    assert await receiving.post(second["id"]) is not None


async def test_what_concerns_nobody_here_is_not_kept(receiving: Receiving) -> None:
    receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1")
    assert await receiving.send(create(note)) == 202
    assert await receiving.post(note["id"]) is None


async def test_posts_of_those_who_are_followed_are_kept(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    await receiving.follow(ada, bo["id"])
    everybody = receiving.other.note(bo, "1")
    unlisted = receiving.other.note(bo, "2", to=[bo["followers"]], cc="as:Public")
    private = receiving.other.note(bo, "3", to=bo["followers"], cc=[])
    for note in (everybody, unlisted, private):
        assert await receiving.send(create(note)) == 202
    kept = [await receiving.post(note["id"]) for note in (everybody, unlisted, private)]
    assert [post and post.visibility for post in kept] == ["public", "unlisted", "private"]


async def test_a_direct_post_is_seen_by_whom_it_is_for(receiving: Receiving) -> None:
    ada, eve = receiving.house.person("ada"), receiving.house.person("eve")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1", to=[ada.uri], cc=[])
    assert await receiving.send(create(note)) == 202
    post = await receiving.post(note["id"])
    assert post is not None
    assert post.visibility == "direct"
    assert await receiving.db.read(lambda tx: posts.may_see(tx, ada.id, post))
    assert not await receiving.db.read(lambda tx: posts.may_see(tx, eve.id, post))


async def test_a_reply_brings_its_thread_along(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo, cy = receiving.other.actor("bo"), receiving.other.actor("cy", host="third.test", key=1)
    root = receiving.other.note(cy, "root", "the beginning")
    middle = receiving.other.note(bo, "middle", "then", inReplyTo=root["id"])
    last = receiving.other.note(bo, "last", "now", inReplyTo=middle["id"], tag=[mention(ada.uri)])

    assert await receiving.send(create(last)) == 202
    await receiving.work()

    found = [await receiving.post(note["id"]) for note in (root, middle, last)]
    assert all(found)
    assert len({post.thread_id for post in found if post}) == 1
    assert found[2] is not None
    assert found[1] is not None
    assert found[2].reply_to_id == found[1].id


async def test_a_reply_is_kept_when_what_it_answers_is_gone(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(
        bo, "1", inReplyTo=f"{receiving.other.base()}/notes/gone", tag=[mention(ada.uri)]
    )
    await receiving.send(create(note))
    await receiving.work()
    assert await receiving.post(note["id"]) is not None


async def test_a_thread_without_end_is_followed_for_a_while_only(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    base = receiving.other.base()
    for number in range(60):
        receiving.other.note(bo, f"n{number}", inReplyTo=f"{base}/notes/n{number + 1}")
    loop = receiving.other.note(bo, "x", inReplyTo=f"{base}/notes/n0", tag=[mention(ada.uri)])
    await receiving.send(create(loop))
    await receiving.work()
    assert await receiving.post(loop["id"]) is not None
    assert sum("/notes/" in path for path in receiving.other.asked) <= 32


async def test_an_answer_to_a_post_here_is_kept_unasked(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    mine = receiving.house.post(ada, "what do you think?")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1", inReplyTo=mine.uri)
    await receiving.send(create(note))
    post = await receiving.post(note["id"])
    assert post is not None
    assert post.reply_to_id == mine.id


async def test_edits_and_deletions_follow(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1", tag=[mention(ada.uri)])
    await receiving.send(create(note))
    edited = note | {"content": "<p>better</p>", "updated": "2026-11-20T11:00:00Z"}
    update = create(edited, type="Update", id=f"{note['id']}#updates/1")
    assert await receiving.send(update) == 202
    post = await receiving.post(note["id"])
    assert post is not None
    assert post.html == "<p>better</p>"
    assert post.edited_at is not None

    deletion = {
        "id": f"{note['id']}#delete",
        "type": "Delete",
        "actor": bo["id"],
        "object": {"id": note["id"], "type": "Tombstone"},
    }
    assert await receiving.send(deletion) == 202
    assert await receiving.post(note["id"]) is None
    # A copy that was still on its way stays out.
    assert await receiving.send(create(note, id=f"{note['id']}/again")) == 202
    assert await receiving.post(note["id"]) is None


async def test_a_deletion_that_overtakes_its_post_counts(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    await receiving.follow(ada, bo["id"])
    note = receiving.other.note(bo, "1")
    await receiving.send(
        {"id": f"{note['id']}#d", "type": "Delete", "actor": bo["id"], "object": note["id"]}
    )
    await receiving.send(create(note))
    assert await receiving.post(note["id"]) is None


async def test_follow_and_undo(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    ask = {"id": f"{bo['id']}#f/1", "type": "Follow", "actor": bo["id"], "object": ada.uri}
    assert await receiving.send(ask) == 202
    account = await receiving.account(ada.uri)
    assert account is not None
    assert (account.followers_count, await told(receiving, "follow")) == (1, 1)
    undo = {"id": f"{bo['id']}#u/1", "type": "Undo", "actor": bo["id"], "object": ask}
    assert await receiving.send(undo) == 202
    account = await receiving.account(ada.uri)
    assert account is not None
    assert (account.followers_count, await told(receiving, "follow")) == (0, 0)


@pytest.mark.parametrize("shape", ["embedded", "id", "rewritten"])
async def test_accept(receiving: Receiving, shape: str) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    target = await receiving.resolver.actor(bo["id"])
    await receiving.db.write(lambda tx: follows.follow(tx, ada, target, uri=f"{ada.uri}#f/1"))
    mine = {"id": f"{ada.uri}#f/1", "type": "Follow", "actor": ada.uri, "object": bo["id"]}
    sent = {
        "embedded": mine,
        "id": mine["id"],
        "rewritten": mine | {"id": f"{receiving.other.base()}/f/77"},
    }[shape]
    answer = {"id": f"{bo['id']}#a", "type": "Accept", "actor": bo["id"], "object": sent}
    assert await receiving.send(answer) == 202
    account = await receiving.account(bo["id"])
    assert account is not None
    assert account.followers_count == 1


async def test_likes_and_boosts_count_and_can_be_taken_back(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    mine = receiving.house.post(ada, "nice")
    bo = receiving.other.actor("bo")
    like = {"id": f"{bo['id']}#l/1", "type": "Like", "actor": bo["id"], "object": mine.uri}
    boost = {
        "id": f"{bo['id']}#b/1",
        "type": "Announce",
        "actor": bo["id"],
        "object": mine.uri,
        "to": [PUBLIC],
        "published": "2026-11-20T10:00:00Z",
    }
    react_with = {"id": f"{bo['id']}#l/2", "type": "EmojiReact", "content": "🎉"}
    for activity in (like, like | react_with, boost):
        assert await receiving.send(activity) == 202
    post = await receiving.post(mine.uri)
    assert post is not None
    assert (post.likes_count, post.boosts_count) == (1, 1)
    assert await told(receiving, "reblog") == 1

    for number, inner in enumerate((like, boost["id"])):
        undo = {"id": f"{bo['id']}#u/{number}", "type": "Undo", "actor": bo["id"], "object": inner}
        assert await receiving.send(undo) == 202
    post = await receiving.post(mine.uri)
    assert post is not None
    assert (post.likes_count, post.boosts_count) == (0, 0)
    assert [await told(receiving, kind) for kind in ("favourite", "reblog")] == [0, 0]


async def test_a_boost_of_an_unknown_post_fetches_it_from_its_author(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo, cy = receiving.other.actor("bo"), receiving.other.actor("cy", host="third.test", key=1)
    await receiving.follow(ada, bo["id"])
    note = receiving.other.note(cy, "1", "the real words")
    fake = note | {"content": "<p>forged words</p>"}
    boost = {
        "id": f"{bo['id']}#b/1",
        "type": "Announce",
        "actor": bo["id"],
        "to": PUBLIC,
        "object": fake,
    }
    assert await receiving.send(boost) == 202
    await receiving.work()
    post = await receiving.post(note["id"])
    assert post is not None
    assert post.html == "<p>the real words</p>"
    made = await receiving.post(boost["id"])
    assert made is not None
    assert made.boost_of_id == post.id


async def test_a_block_ends_following_both_ways(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    await receiving.follow(ada, bo["id"])
    block = {"id": f"{bo['id']}#k/1", "type": "Block", "actor": bo["id"], "object": ada.uri}
    assert await receiving.send(block) == 202
    target = await receiving.account(bo["id"])
    assert target is not None
    (standing,) = await receiving.db.read(lambda tx: blocks.relationships(tx, ada.id, [target.id]))
    assert standing.blocked_by
    assert not standing.following
    undo = {"id": f"{bo['id']}#u", "type": "Undo", "actor": bo["id"], "object": block["id"]}
    await receiving.send(undo)
    (standing,) = await receiving.db.read(lambda tx: blocks.relationships(tx, ada.id, [target.id]))
    assert not standing.blocked_by


async def test_whom_a_member_blocks_does_not_reach_them(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    account = await receiving.resolver.actor(bo["id"])
    await receiving.db.write(lambda tx: blocks.block(tx, ada, account))
    note = receiving.other.note(bo, "1", tag=[mention(ada.uri)], to=[ada.uri], cc=[])
    assert await receiving.send(create(note)) == 202
    assert await receiving.post(note["id"]) is None


async def test_a_profile_changes_and_an_account_is_deleted(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    await receiving.follow(ada, bo["id"])
    note = receiving.other.note(bo, "1")
    await receiving.send(create(note))
    changed = bo | {"name": "Bo the Great", "summary": "<p>new <script>x</script>bio</p>"}
    await receiving.send(
        {"id": f"{bo['id']}#up", "type": "Update", "actor": bo["id"], "object": changed}
    )
    account = await receiving.account(bo["id"])
    assert account is not None
    assert account.name == "Bo the Great"
    assert account.bio == "<p>new bio</p>"

    await receiving.send(
        {"id": f"{bo['id']}#del", "type": "Delete", "actor": bo["id"], "object": bo["id"]}
    )
    await receiving.work()
    assert await receiving.account(bo["id"]) is None
    assert await receiving.post(note["id"]) is None
    member = await receiving.account(ada.uri)
    assert member is not None
    assert member.following_count == 0


async def test_an_ai_from_elsewhere_is_known_as_one(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    helper = receiving.other.actor(
        "helper",
        type="Service",
        attachment=[
            {"type": "PropertyValue", "name": "AI", "value": "I am an AI."},
            {
                "type": "PropertyValue",
                "name": "Run by",
                "value": '<a href="https://other.test/@bo">@bo@other.test</a>',
            },
        ],
    )
    note = receiving.other.note(
        helper, "1", tag=[mention(ada.uri)], **{"weft:hops": 1, "weft:aiGenerated": True}
    )
    await receiving.send(create(note))
    account = await receiving.account(helper["id"])
    assert account is not None
    assert account.kind == "ai"
    assert account.bot
    assert account.ai is not None
    assert account.ai["disclosure"] == "I am an AI."
    assert account.ai["operator"]["acct"] == "bo@other.test"
    post = await receiving.post(note["id"])
    assert post is not None
    assert post.ai == {"hops": 1}


async def test_what_a_bot_says_always_counts_as_a_bots(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bot = receiving.other.actor("bot", type="Application")
    await receiving.send(create(receiving.other.note(bot, "1", tag=[mention(ada.uri)])))
    post = await receiving.post(f"{receiving.other.base()}/notes/1")
    assert post is not None
    assert post.ai == {}


async def test_a_thread_without_ais_stays_without(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1", tag=[mention(ada.uri)], **{"weft:noAI": True})
    await receiving.send(create(note))
    post = await receiving.post(note["id"])
    assert post is not None
    assert post.no_ai


async def test_what_a_server_forwards_is_looked_up_where_it_belongs(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    mine = receiving.house.post(ada, "a thread")
    bo = receiving.other.actor("bo")
    cy = receiving.other.actor("cy", host="third.test", key=1)
    note = receiving.other.note(cy, "1", "true", inReplyTo=mine.uri)
    forged = create(note | {"content": "<p>forged</p>"})
    assert await receiving.send(forged, key_id=f"{bo['id']}#main-key") == 202
    await receiving.work()
    post = await receiving.post(note["id"])
    assert post is not None
    assert post.html == "<p>true</p>"

    deletion = {"id": f"{note['id']}#d", "type": "Delete", "actor": cy["id"], "object": note["id"]}
    # Still there: nobody deletes it for its author.
    await receiving.send(deletion, key_id=f"{bo['id']}#main-key")
    await receiving.work()
    assert await receiving.post(note["id"]) is not None
    receiving.other.serve(note["id"], {"id": note["id"], "type": "Tombstone"}, status=410)
    again = deletion | {"id": f"{note['id']}#d2"}
    await receiving.send(again, key_id=f"{bo['id']}#main-key")
    await receiving.work()
    assert await receiving.post(note["id"]) is None


async def test_unlike_of_what_was_never_liked_is_nothing(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    mine = receiving.house.post(ada, "nice")
    await receiving.db.write(lambda tx: react.like(tx, ada, mine.id))
    bo = receiving.other.actor("bo")
    await receiving.resolver.actor(bo["id"])
    undo = {
        "id": f"{bo['id']}#u",
        "type": "Undo",
        "actor": bo["id"],
        "object": {"type": "Like", "actor": ada.uri, "object": mine.uri},
    }
    assert await receiving.send(undo) == 202
    post = await receiving.post(mine.uri)
    assert post is not None
    assert post.likes_count == 1
