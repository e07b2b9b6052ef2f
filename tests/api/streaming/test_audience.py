"""Every visibility, every tie, every stream: what one may not see or does not want never passes."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from tests.conftest import House
from weft.api.streaming.frames import Frame, Out, plan
from weft.moderation import announcements
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.reading import filter_changes, list_members, lists
from weft.reading.filter_changes import Change, Wish
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.delete import delete
from weft.threads.edit import edit
from weft.threads.model import Draft, Post
from weft.threads.react import boost
from weft.work import events

TIES = ("stranger", "follower", "mentioned", "blocked", "blocking", "muting", "author", "listing")
VISIBILITIES = ("public", "unlisted", "private", "direct")
TEXT = "about #tide"


class World:
    """An author, and one member for each tie to them, all with every stream open."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.author = house.person("author")
        self.members = {tie: self.author if tie == "author" else house.person(tie) for tie in TIES}
        self.booster = house.person("booster")
        house.db.write_now(self._tie)
        self.position = house.db.read_now(events.last_position)

    def _tie(self, tx: Tx) -> None:
        author, member = self.author, self.members
        for tie in ("follower", "mentioned", "muting", "listing"):
            follows.follow(tx, member[tie], author)
        for account in self.members.values():
            if account.id != author.id:
                follows.follow(tx, account, self.booster)
        blocks.block(tx, author, member["blocked"])
        blocks.block(tx, member["blocking"], author)
        blocks.mute(tx, member["muting"], author)
        self.list_id = lists.create(tx, member["listing"].id, "l").id
        list_members.add(tx, member["listing"].id, self.list_id, [author.id])

    def ears(self) -> dict[str, frozenset[int]]:
        everyone = frozenset(one.id for one in self.members.values())
        own = {
            f"{stream}:{one}": frozenset({one})
            for stream in ("user", "user:notification", "direct")
            for one in everyone
        }
        shared = dict.fromkeys(
            (
                "public",
                "public:local",
                "public:remote",
                "hashtag:tide",
                "hashtag:local:tide",
            ),
            everyone,
        )
        listing = frozenset({self.members["listing"].id})
        return own | shared | {f"list:{self.list_id}": listing}

    def heard(self) -> list[Out]:
        """What everybody hears of all that happened since the last time."""

        def read(tx: Tx) -> list[Out]:
            fresh = events.after(tx, self.position)
            self.position = fresh[-1].position if fresh else self.position
            return plan(tx, fresh, self.ears())

        return self.house.db.read_now(read)

    def who(self, outs: list[Out], event: str) -> dict[str, set[str]]:
        """Ties by the kind of stream that carried this event."""
        names = {account.id: tie for tie, account in self.members.items()}
        found: dict[str, set[str]] = {}
        for out in outs:
            for account_id, frame in out.frames.items():
                if frame.event == event:
                    stream = out.key.rstrip("0123456789").rstrip(":")
                    found.setdefault(stream, set()).add(names[account_id])
        return found


@pytest.fixture
def world(house: House) -> World:
    return World(house)


OPEN = {"stranger", "follower", "mentioned", "author", "listing"}
"""Who may see what is public, and wants to."""


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_each_stream_carries_a_post_to_these_and_no_others(world: World, visibility: str) -> None:
    house, author = world.house, world.author
    text = f"@mentioned {TEXT}" if visibility in ("direct", "private") else TEXT
    home = {"follower", "mentioned", "author", "listing"}
    if visibility == "direct":
        home = {"mentioned", "author"}
    expected = {"user": home}
    if visibility != "direct":
        expected["list"] = {"listing"}
    if visibility == "public":
        for stream in ("public", "public:local", "hashtag:tide", "hashtag:local:tide"):
            expected[stream] = OPEN
    post = house.post(author, text, visibility=visibility)
    assert world.who(world.heard(), "update") == expected

    house.db.write_now(lambda tx: edit(tx, author, post.id, Draft(text=text + " again")))
    assert world.who(world.heard(), "status.update") == expected

    house.db.write_now(lambda tx: delete(tx, author, post.id))
    told = world.who(world.heard(), "delete")
    could_see = {
        "public": OPEN | {"muting", "blocking"},
        "unlisted": OPEN | {"muting", "blocking"},
        "private": {"follower", "mentioned", "author", "listing", "muting"},
        "direct": {"mentioned", "author"},
    }[visibility]
    assert told.pop("user") == could_see
    for stream, heard in told.items():
        assert stream != "direct"
        assert heard <= could_see


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_a_boost_goes_where_both_may_be_seen(world: World, visibility: str) -> None:
    house = world.house
    post = house.post(world.author, TEXT, visibility=visibility)
    world.heard()
    house.db.write_now(lambda tx: boost(tx, world.booster, post.id))
    heard = world.who(world.heard(), "update")
    assert heard.keys() <= {"user", "list"}
    assert heard["user"] <= OPEN
    assert "stranger" in heard["user"]  # who follows the booster


def test_what_is_heard_may_always_be_seen(world: World) -> None:
    """The rule itself: for each frame, the post is asked for as its hearer."""
    house = world.house
    strangers = [house.person(f"s{n}") for n in range(2)]
    made: dict[int, Post] = {}
    for author, visibility, text in itertools.product(
        (world.author, *strangers), VISIBILITIES, (TEXT, f"@mentioned @follower {TEXT}")
    ):
        post = house.post(author, text, visibility=visibility)
        made[post.id] = post
    outs = world.heard()
    assert outs

    def check(tx: Tx) -> None:
        for out in outs:
            for account_id, frame in out.frames.items():
                if frame.event == "update" and frame.payload is not None:
                    shown = msgspec.json.decode(frame.payload)
                    assert posts.may_see(tx, account_id, made[int(shown["id"])])
                    if out.key.startswith(("public", "hashtag")):
                        assert shown["visibility"] == "public"

    house.db.read_now(check)


def test_the_suspended_and_the_limited_are_not_heard_in_public(world: World) -> None:
    house, author = world.house, world.author
    house.db.write_now(lambda tx: accounts.update(tx, author.id, silenced_at=tx.now))
    house.post(author, TEXT)
    assert world.who(world.heard(), "update").keys() == {"user", "list"}
    house.post(author, TEXT)
    house.db.write_now(lambda tx: accounts.update(tx, author.id, suspended_at=tx.now))
    assert world.who(world.heard(), "update").get("user", set()) <= {"author"}


def test_each_hears_what_their_own_filters_say(world: World) -> None:
    house = world.house
    reader = world.members["follower"]
    wish = Wish(title="t", context=["public"], keywords=[Change(text="tide")])
    house.db.write_now(lambda tx: filter_changes.create(tx, reader.id, wish))
    assert [(out.key, out.frames) for out in world.heard()] == [
        (f"user:{reader.id}", {reader.id: Frame("filters_changed", None)})
    ]
    house.post(world.author, TEXT)
    for out in world.heard():
        for account_id, frame in out.frames.items():
            if frame.event == "update":
                assert frame.payload is not None
                filtered = msgspec.json.decode(frame.payload)["filtered"]
                assert bool(filtered) == (account_id == reader.id), out.key


def test_direct_carries_conversations_without_a_home_stream(world: World) -> None:
    house, reader = world.house, world.members["mentioned"]
    house.post(world.author, "@mentioned between us", visibility="direct")

    def read(tx: Tx) -> list[Out]:
        fresh = events.after(tx, world.position)
        return plan(tx, fresh, {f"direct:{reader.id}": frozenset({reader.id})})

    (out,) = house.db.read_now(read)
    frame = out.frames[reader.id]
    assert (frame.event, list(out.frames)) == ("conversation", [reader.id])
    assert frame.payload is not None
    shown = msgspec.json.decode(frame.payload)
    assert shown["unread"] is True
    assert "between us" in shown["last_status"]["content"]


def test_announcements_reach_every_member(world: World) -> None:
    house = world.house
    everyone = {"user": set(TIES)}
    made = house.db.write_now(lambda tx: announcements.announce(tx, "Tonight we *rest*."))
    assert world.who(world.heard(), "announcement") == everyone
    reader: Account = world.members["stranger"]
    house.db.write_now(lambda tx: announcements.react(tx, reader, made.id, "🎉"))
    outs = world.heard()
    assert world.who(outs, "announcement.reaction") == everyone
    assert msgspec.json.decode(own(outs, reader)) == {
        "name": "🎉",
        "count": 1,
        "announcement_id": str(made.id),
    }
    house.db.write_now(lambda tx: announcements.remove(tx, made.id))
    outs = world.heard()
    assert world.who(outs, "announcement.delete") == everyone
    assert own(outs, reader) == str(made.id)


def own(outs: list[Out], account: Account) -> str:
    """What an account's home stream says."""
    (payload,) = (one.frames[account.id].payload for one in outs if one.key == f"user:{account.id}")
    assert payload is not None
    return payload
