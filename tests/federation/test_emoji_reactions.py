"""Reactions with an emoji between servers: each dialect, taken back, replayed, out of order."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import House
from tests.federation.conftest import Receiving
from tests.federation.test_questions import arrive, told
from tests.federation.test_rules import rule
from weft.federation import jobs as federation_jobs
from weft.people import blocks
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import emoji_reactions, emojis, erase, notices, posts, react
from weft.threads.emoji_reactions import KIND, PER_ACCOUNT, is_emoji
from weft.threads.model import Incoming, Post
from weft.threads.publish import receive

BLOB = "https://away.test/emoji/blobcat.png"


def pleroma(actor: str, post: str, emoji: str, number: int = 1) -> dict[str, Any]:
    base = "/".join(actor.split("/")[:3])
    return {
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            f"{base}/schemas/litepub-0.1.jsonld",
            {"@language": "und"},
        ],
        "actor": actor,
        "cc": ["https://www.w3.org/ns/activitystreams#Public"],
        "content": emoji,
        "context": "http://weft.test/ap/contexts/1",
        "id": f"{base}/activities/{number}",
        "object": post,
        "published": "2026-11-20T10:00:00.000000Z",
        "to": ["http://weft.test/ap/users/1", f"{actor}/followers"],
        "type": "EmojiReact",
    }


def picture(name: str, url: str = BLOB, **more: Any) -> dict[str, Any]:
    return {
        "type": "Emoji",
        "name": name,
        "icon": {"type": "Image", "mediaType": "image/png", "url": url},
        "updated": "1970-01-01T00:00:00Z",
    } | more


def akkoma(actor: str, post: str, emoji: str, number: int = 1) -> dict[str, Any]:
    made = pleroma(actor, post, emoji, number) | {"nickname": "bo"}
    pictured = emoji.startswith(":")
    return made | ({"tag": [picture(emoji, id=None)]} if pictured else {})


def misskey(actor: str, post: str, emoji: str, number: int = 1) -> dict[str, Any]:
    base = "/".join(actor.split("/")[:3])
    made: dict[str, Any] = {
        "type": "Like",
        "id": f"{base}/likes/{number}",
        "actor": actor,
        "object": post,
        "content": emoji,
        "_misskey_reaction": emoji,
    }
    if emoji.startswith(":"):
        made["tag"] = [picture(emoji, id=f"{base}/emojis/{emoji.strip(':')}", _misskey_license={})]
    return made


def undo(activity: dict[str, Any], *, by_id: bool = False) -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{activity['id']}/undo",
        "type": "Undo",
        "actor": activity["actor"],
        "object": activity["id"] if by_id else activity,
    }


DIALECTS = {"pleroma": pleroma, "akkoma": akkoma, "misskey": misskey}


def shown(house: House, post: Post, viewer: Account | None = None) -> list[tuple[str, int, bool]]:
    def read(tx: Any) -> list[tuple[str, int, bool]]:
        now = posts.by_id(tx, post.id)
        assert now is not None
        found = emoji_reactions.tallies(tx, viewer.id if viewer else None, [now]).get(now.id, [])
        assert now.reactions_count == sum(one.count for one in found)
        return [(one.name, one.count, one.mine) for one in found]

    return house.db.read_now(read)


def likes(house: House, post: Post) -> int:
    now = house.db.read_now(lambda tx: posts.by_id(tx, post.id))
    assert now is not None
    return now.likes_count


# -- what arrives -----------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("by_id", [False, True], ids=["whole", "by id"])
@pytest.mark.parametrize(
    ("dialect", "emoji"),
    [("pleroma", "🔥"), ("akkoma", "🧡"), ("akkoma", ":blobcat:"), ("misskey", "👍🏽"),
     ("misskey", ":blobcat:")],
    ids=["pleroma", "akkoma", "akkoma picture", "misskey", "misskey picture"],
)  # fmt: skip
async def test_each_dialect_comes_and_goes(
    receiving: Receiving, dialect: str, emoji: str, by_id: bool
) -> None:
    house = receiving.house
    ada = house.person("ada")
    bo = receiving.other.actor("bo")
    post = house.post(ada)
    activity = DIALECTS[dialect](bo["id"], post.uri, emoji)
    for _ in range(2):
        assert await receiving.send(activity) == 202
    name = emoji if is_emoji(emoji) else f"blobcat@{receiving.other.domain()}"
    assert shown(house, post) == [(name, 1, False)]
    assert likes(house, post) == 0
    found = receiving.db.read_now(lambda tx: notices.listed(tx, ada.id, Page()))
    assert [(one.kind, (one.data or {})["name"]) for one in found] == [(KIND, name)]
    assert await receiving.send(undo(activity, by_id=by_id)) == 202
    assert shown(house, post) == []
    assert receiving.db.read_now(lambda tx: notices.listed(tx, ada.id, Page())) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "activity",
    [
        {"type": "Like"},
        {"type": "Like", "content": "❤", "_misskey_reaction": "❤"},
        {"type": "Like", "content": ":missing:"},
        {"type": "EmojiReact", "content": "not an emoji at all"},
    ],
    ids=["Mastodon", "Misskey's heart", "no picture", "words"],
)
async def test_a_like_stays_one_and_is_undone_as_one(
    receiving: Receiving, activity: dict[str, Any]
) -> None:
    house = receiving.house
    post = house.post(house.person("ada"))
    bo = receiving.other.actor("bo")
    like = activity | {
        "id": f"{bo['id']}#likes/1",
        "actor": bo["id"],
        "object": post.uri,
    }
    assert await receiving.send(like) == 202
    assert (likes(house, post), shown(house, post)) == (1, [])
    assert await receiving.send(undo(like)) == 202
    assert likes(house, post) == 0


def test_taking_a_reaction_back_twice_leaves_the_like(house: House) -> None:
    post, bo = house.post(house.person("ada")), house.remote("bo", "away.test")
    reaction = misskey(bo.uri, post.uri, "👍")
    like = {"type": "Like", "id": f"{bo.uri}#l", "actor": bo.uri, "object": post.uri}
    for activity in (like, reaction, undo(reaction), undo(reaction)):
        arrive(house, bo, activity)
    assert (likes(house, post), shown(house, post)) == (1, [])


def test_nobody_reacts_to_what_they_may_not_see(house: House) -> None:
    ada, bo, cy = house.person("ada"), house.remote("bo", "b.test"), house.remote("cy", "c.test")
    house.db.write_now(lambda tx: blocks.block(tx, ada, cy))
    private, public = house.post(ada, visibility="private"), house.post(ada)
    assert not arrive(house, bo, pleroma(bo.uri, private.uri, "🔥"))
    assert not arrive(house, cy, pleroma(cy.uri, public.uri, "🔥"))
    assert shown(house, private) == shown(house, public) == []


def test_one_account_cannot_cover_a_post(house: House) -> None:
    ada, bo = house.person("ada"), house.remote("bo", "b.test")
    post = house.post(ada)
    for number in range(PER_ACCOUNT + 3):
        arrive(house, bo, pleroma(bo.uri, post.uri, chr(0x1F600 + number), number))
    assert len(shown(house, post)) == PER_ACCOUNT


def test_pictures_of_servers_whose_media_is_rejected_are_likes(house: House) -> None:
    bo = house.remote("bo", "b.test")
    post = house.post(house.person("ada"))
    rule(house.db, "b.test", "noop", reject_media=True)
    arrive(house, bo, akkoma(bo.uri, post.uri, ":blobcat:"))
    assert (likes(house, post), shown(house, post)) == (1, [])


def test_an_account_that_goes_takes_its_reactions_along(house: House) -> None:
    bo, cy = house.remote("bo", "b.test"), house.remote("cy", "c.test")
    post = house.post(house.person("ada"))
    for who in (bo, cy):
        arrive(house, who, pleroma(who.uri, post.uri, "🔥"))
    while house.db.write_now(lambda tx: erase.erase_some(tx, bo.id)):
        pass
    assert shown(house, post) == [("🔥", 1, False)]


_numbers = count(1)
CHOICES = ["🔥", "👍", ":blobcat:"]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*DIALECTS]),
            st.integers(0, 1),
            st.sampled_from(CHOICES),
            st.sampled_from(["do", "undo", "undo by id"]),
            st.integers(1, 2),
        ),
        max_size=20,
    )
)
def test_whatever_the_order_the_last_word_holds(
    house: House, deeds: list[tuple[str, int, str, str, int]]
) -> None:
    """Each account's set of emojis is what it did and did not take back, however often each came."""
    number = next(_numbers)
    people = [house.remote(f"p{n}", f"s{number}.test") for n in range(2)]
    post = house.post(house.person(f"ada{number}"))
    expected: set[tuple[int, str]] = set()
    made: dict[tuple[int, str], str] = {}
    for dialect, who, wanted, deed, times in deeds:
        emoji = "🔥" if dialect == "pleroma" and wanted == ":blobcat:" else wanted
        key = (who, emoji)
        kind = made.get(key, dialect) if deed == "undo by id" else dialect
        activity = DIALECTS[kind](people[who].uri, post.uri, emoji, who * 10 + CHOICES.index(emoji))
        for _ in range(times):
            arrive(
                house,
                people[who],
                activity if deed == "do" else undo(activity, by_id=deed == "undo by id"),
            )
        if deed == "do":
            made.setdefault(key, dialect)
            expected.add(key)
        else:
            made.pop(key, None)
            expected.discard(key)
    names = {":blobcat:": f"blobcat@s{number}.test"}
    counted: dict[str, int] = {}
    for _, emoji in expected:
        counted[names.get(emoji, emoji)] = counted.get(names.get(emoji, emoji), 0) + 1
    assert {name: n for name, n, _ in shown(house, post)} == counted
    assert likes(house, post) == 0


# -- what goes out ----------------------------------------------------------------------------


@pytest.fixture
def world(house: House) -> House:
    federation_jobs.react(house.db)
    house.db.write_now(lambda tx: emojis.put(tx, "yarn", "ab/yarn.png", "ab/yarn.png"))
    return house


def written(house: House, author: Account) -> Post:
    uri = f"https://{author.domain}/notes/1"
    incoming = Incoming(uri=uri, url=uri, html="<p>hi</p>", visibility="public", created_at=1)
    post = house.db.write_now(lambda tx: receive(tx, author, incoming))
    assert post is not None
    return post


def test_a_reaction_is_told_as_a_like_that_says_more(world: House) -> None:
    ada, bo = world.person("ada"), world.remote("bo", "b.test")
    post = written(world, bo)
    for name in ("🎉", ":yarn:"):
        world.db.write_now(lambda tx, n=name: emoji_reactions.react(tx, ada, post.id, n))
    party, yarn = told(world)
    assert (party["type"], party["content"], party["_misskey_reaction"]) == ("Like", "🎉", "🎉")
    assert (party["object"], party["actor"], party["to"]) == (post.uri, ada.uri, [bo.uri])
    assert yarn["content"] == ":yarn:"
    (tag,) = yarn["tag"]
    assert (tag["type"], tag["name"]) == ("Emoji", ":yarn:")
    assert tag["id"].endswith("/ap/emojis/yarn")
    assert tag["icon"]["mediaType"] == "image/png"
    world.db.write_now(lambda tx: emoji_reactions.unreact(tx, ada, post.id, "yarn"))
    undone, again = told(world)[2:]
    assert (undone["type"], undone["object"]["id"]) == ("Undo", yarn["id"])
    assert undone["object"]["content"] == ":yarn:"
    # Who keeps one like per account has dropped it now.
    assert again["id"] == party["id"]


def test_what_is_left_is_told_again(world: House) -> None:
    ada, bo = world.person("ada"), world.remote("bo", "b.test")
    post = written(world, bo)
    world.db.write_now(lambda tx: react.like(tx, ada, post.id))
    world.db.write_now(lambda tx: emoji_reactions.react(tx, ada, post.id, "🎉"))
    world.db.write_now(lambda tx: emoji_reactions.unreact(tx, ada, post.id, "🎉"))
    like, _, undone, again = told(world)
    assert (undone["type"], again["id"], "content" in again) == ("Undo", like["id"], False)
    world.db.write_now(lambda tx: emoji_reactions.react(tx, ada, post.id, "🎉"))
    world.db.write_now(lambda tx: react.unlike(tx, ada, post.id))
    assert [one["type"] for one in told(world)[4:]] == ["Like", "Undo", "Like"]
    assert told(world)[-1]["content"] == "🎉"


def test_a_member_joins_in_with_another_servers_picture(world: House) -> None:
    ada, bo = world.person("ada"), world.remote("bo", "b.test")
    post = written(world, bo)
    arrive(world, bo, akkoma(bo.uri, post.uri, ":blobcat:"))
    world.db.write_now(lambda tx: emoji_reactions.react(tx, ada, post.id, "blobcat@b.test"))
    assert shown(world, post, ada) == [("blobcat@b.test", 2, True)]
    (sent,) = told(world)
    assert (sent["content"], sent["tag"][0]["icon"]["url"]) == (":blobcat:", BLOB)
    assert "id" not in sent["tag"][0]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("🎉", True),
        ("❤️", True),
        ("❤", True),
        ("👩‍👩‍👧‍👦", True),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", True),
        ("🇩🇪", True),
        ("5️⃣", True),
        ("ℹ️", True),
        ("🫩", True),
        ("a", False),
        ("5", False),
        ("", False),
        ("🎉🎉", False),
        ("<b>", False),
        (":yarn:", False),
        ("\u200d", False),
        ("🎉" + "\ufe0f" * 50, False),
    ],
    ids=str,
)
def test_what_an_emoji_is(text: str, is_one: bool) -> None:
    assert is_emoji(text) is is_one
