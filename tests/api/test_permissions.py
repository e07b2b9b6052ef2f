"""Who sees what, by which way: one table of expectations against every pair of people.

Sixty-four readers stand in every combination of six relations to an author here and to one
elsewhere, and others ask without a name, as an AI, or when it is too late. Each author says one
thing in each visibility. The table below says who may see it (``may``), and where it has to stand
(``WAYS``). Everything that is shown beyond that is a leak, everything that is missing a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.federation.keys import Keys
from weft.people import accounts, blocks, domains, follows
from weft.people.model import Account
from weft.reading import list_members, lists
from weft.store.database import Tx
from weft.threads.model import Incoming, Post, Visibility
from weft.threads.publish import receive

pytestmark = pytest.mark.anyio

VISIBILITIES: tuple[Visibility, ...] = ("public", "unlisted", "private", "direct")
FAR = "far.test"


class Tie(NamedTuple):
    """How a reader stands to both authors."""

    follows: bool = False
    named: bool = False
    """Mentioned in everything they say."""
    mutes: bool = False
    mutes_server: bool = False
    """Wants to see nothing of the remote author's server."""
    blocks: bool = False
    blocked: bool = False


EVERY_TIE = [Tie(*each) for each in product((False, True), repeat=len(Tie._fields))]


# -- the table ---------------------------------------------------------------------------------


def followed(tie: Tie, author: str) -> bool:
    """Blocking ends a following, in both directions, and so does muting a server."""
    return tie.follows and not (tie.blocks or tie.blocked or (tie.mutes_server and author == "rae"))


def may(tie: Tie, author: str, visibility: Visibility) -> bool:
    """Who may see it, wherever it is asked for."""
    if tie.blocked:
        return False
    reached = {
        "public": True,
        "unlisted": True,
        "private": tie.named or followed(tie, author),
        "direct": tie.named,
    }
    return reached[visibility]


def wants(tie: Tie, author: str) -> bool:
    """Whether it is shown to them unasked."""
    return not (tie.blocks or tie.mutes or (tie.mutes_server and author == "rae"))


Expected = Callable[[Tie, str, Visibility], bool]
"""Whether it has to be there, for those who may see it."""
Way = Callable[["Scene", "Reader"], Iterator[str]]

WAYS: dict[str, tuple[Way, Expected, bool]] = {
    # name: (addresses to ask, where it has to stand, whether the unwanted is left out)
    "by id": (
        lambda scene, reader: (f"/api/v1/statuses/{one.id}" for one in scene.posts),
        lambda tie, author, visibility: True,
        False,
    ),
    "several": (
        lambda scene, reader: iter(
            ["/api/v1/statuses?" + "&".join(f"id[]={one.id}" for one in scene.posts)]
        ),
        lambda tie, author, visibility: True,
        False,
    ),
    "history": (
        lambda scene, reader: (f"/api/v1/statuses/{one.id}/history" for one in scene.posts),
        lambda tie, author, visibility: True,
        False,
    ),
    "the author's posts": (
        lambda scene, reader: (
            f"/api/v1/accounts/{one.id}/statuses" for one in (scene.ada, scene.rae)
        ),
        lambda tie, author, visibility: True,
        False,
    ),
    "context": (
        lambda scene, reader: iter([f"/api/v1/statuses/{scene.root.id}/context"]),
        lambda tie, author, visibility: True,
        True,
    ),
    "public timeline": (
        lambda scene, reader: iter(
            ["/api/v1/timelines/public?local=true", "/api/v1/timelines/public?remote=true"]
        ),
        lambda tie, author, visibility: False,  # answers to others are no news to all
        True,
    ),
    "tag timeline": (
        lambda scene, reader: iter(["/api/v1/timelines/tag/matrix"]),
        lambda tie, author, visibility: visibility == "public",
        True,
    ),
    "home": (
        lambda scene, reader: iter(["/api/v1/timelines/home"]),
        # Everyone follows whom the authors answer.
        lambda tie, author, visibility: followed(tie, author),
        True,
    ),
    "list": (
        lambda scene, reader: iter([f"/api/v1/timelines/list/{reader.list_id}"]),
        lambda tie, author, visibility: followed(tie, author) and visibility != "direct",
        True,
    ),
    "search": (
        lambda scene, reader: iter(["/api/v2/search?q=canary&type=statuses"]),
        lambda tie, author, visibility: visibility == "public",
        True,
    ),
    "notifications": (
        lambda scene, reader: iter(["/api/v1/notifications", "/api/v2/notifications"]),
        lambda tie, author, visibility: tie.named and wants(tie, author),
        False,
    ),
    "conversations": (
        lambda scene, reader: iter(["/api/v1/conversations"]),
        lambda tie, author, visibility: False,  # the newest of a thread stands for all of it
        False,
    ),
}
ANYONES = (
    *("by id", "several", "history", "the author's posts", "context", "public timeline"),
    "tag timeline",
)
"""Ways that ask for no name."""
OPEN_PAGES = ("/@ada", "/@ada?tab=replies", "/@ada.rss", "/tags/matrix", "/explore", "/")
"""What anybody's browser gets, and every search engine."""


# -- the world ---------------------------------------------------------------------------------


def word(author: str, visibility: str) -> str:
    """Stands in one post, and nowhere else."""
    return f"canary{author}{visibility}"


class Reader(NamedTuple):
    tie: Tie
    account: Account
    list_id: int | None


class Scene:
    """Ada is here, Rae elsewhere; both answer Bea, whom everybody follows."""

    def __init__(self, house: House, ties: list[Tie], *, late: bool, kind: str = "person") -> None:
        self.house = house
        self.bea = house.person("bea")
        self.ada = house.person("ada", indexable=True)
        self.rae = house.remote("rae", FAR, indexable=True)
        self.readers = [self._reader(number, tie, kind) for number, tie in enumerate(ties)]
        self.root = house.post(self.bea, "root")
        if not late:
            self._fall_out()
        self.posts = [post for at in VISIBILITIES for post in (self._here(at), self._elsewhere(at))]
        if late:
            self._fall_out()

    def _reader(self, number: int, tie: Tie, kind: str) -> Reader:
        name = f"reader{number}"
        one = self.house.ai(name, self.bea) if kind == "ai" else self.house.person(name)

        def begin(tx: Tx) -> int | None:
            follows.follow(tx, one, self.bea)
            if not tie.follows:
                return None
            for author in (self.ada, self.rae):
                follows.follow(tx, one, author)
            follows.accept(tx, self.rae, one)
            made = lists.create(tx, one.id, "all", "followed", exclusive=False)
            list_members.add(tx, one.id, made.id, [self.ada.id, self.rae.id])
            return made.id

        return Reader(tie, one, self.house.db.write_now(begin))

    def _fall_out(self) -> None:
        def part(tx: Tx) -> None:
            for reader in self.readers:
                tie, one = reader.tie, reader.account
                for author in (self.ada, self.rae):
                    if tie.mutes:
                        blocks.mute(tx, one, author)
                    if tie.blocks:
                        blocks.block(tx, one, author)
                    if tie.blocked:
                        blocks.block(tx, author, one)
                if tie.mutes_server:
                    domains.mute(tx, one, FAR)

        self.house.db.write_now(part)

    def _named(self) -> list[Account]:
        return [reader.account for reader in self.readers if reader.tie.named]

    def _here(self, at: Visibility) -> Post:
        names = " ".join(f"@{one.username}" for one in self._named())
        text = f"{word('ada', at)} canary #matrix {names}"
        return self.house.post(self.ada, text, visibility=at, reply_to_id=self.root.id)

    def _elsewhere(self, at: Visibility) -> Post:
        uri = f"https://{FAR}/posts/{at}"
        incoming = Incoming(
            uri=uri,
            url=uri,
            html=f"<p>{word('rae', at)} canary</p>",
            visibility=at,
            created_at=self.root.created_at,
            reply_to_uri=self.root.uri,
            mentions=tuple(one.uri for one in self._named()),
            tags=("matrix",),
        )
        kept = self.house.db.write_now(lambda tx: receive(tx, self.rae, incoming))
        assert kept is not None
        return kept


async def shown(scene: Scene, asking: Client, reader: Reader, way: Way) -> set[str]:
    """The words that stand in the answers."""
    found: set[str] = set()
    for path in way(scene, reader):
        text = (await asking.get(path, params=None)).text
        found |= {
            word(author, at)
            for author, at in product(("ada", "rae"), VISIBILITIES)
            if word(author, at) in text
        }
    return found


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
async def test_everyone_sees_what_they_may_by_every_way_and_nothing_else(
    house: House, tmp_path: Path, *, late: bool
) -> None:
    edge = Edge(house, tmp_path / "media", keys=Keys(house.db))
    scene = Scene(house, EVERY_TIE, late=late)
    leaks: list[str] = []
    missing: list[str] = []
    async with edge.http:
        for reader in scene.readers:
            asking = edge.of(reader.account)
            tie = reader.tie
            for name, (way, due, picks) in WAYS.items():
                if name == "list" and reader.list_id is None:
                    continue
                found = await shown(scene, asking, reader, way)
                for author, at in product(("ada", "rae"), VISIBILITIES):
                    there = word(author, at) in found
                    allowed = may(tie, author, at) and (not picks or wants(tie, author))
                    what = f"{name}: {author}'s {at} to {tie}"
                    if there and not allowed:
                        leaks.append(what)
                    if not there and allowed and due(tie, author, at):
                        missing.append(what)
    assert leaks == []
    assert missing == []


def _pages(scene: Scene) -> Iterator[str]:
    yield from OPEN_PAGES
    yield f"/@bea/{scene.root.id}"
    yield f"/ap/users/{scene.ada.id}/outbox?page=true"
    yield f"/ap/contexts/{scene.root.id}?page=true"
    yield f"/ap/posts/{scene.root.id}/replies?page=true"
    for one in scene.posts:
        yield from (f"/@ada/{one.id}", f"/ap/posts/{one.id}", f"/ap/posts/{one.id}/activity")


async def test_without_a_name_one_sees_what_is_public_or_unlisted(
    house: House, tmp_path: Path
) -> None:
    edge = Edge(house, tmp_path / "media", keys=Keys(house.db))
    scene = Scene(house, [Tie(follows=True, named=True)], late=False)
    nobody = Reader(Tie(), scene.bea, None)
    asking = edge.of(None)
    open_words = {word(author, at) for author in ("ada", "rae") for at in ("public", "unlisted")}
    async with edge.http:
        for name in ANYONES:
            way, due, _ = WAYS[name]
            found = await shown(scene, asking, nobody, way)
            assert found <= open_words, name
            for author, at in product(("ada", "rae"), ("public", "unlisted")):
                assert word(author, at) in found or not due(Tie(), author, at), (name, at)
        pages = await shown(scene, asking, nobody, lambda scene, _: _pages(scene))
        assert {word("ada", "public"), word("ada", "unlisted")} <= pages <= open_words
        for name in WAYS.keys() - set(ANYONES) - {"search"}:
            for path in WAYS[name][0](scene, nobody):
                assert (await asking.get(path)).status_code in (401, 404), path


async def test_an_ai_sees_no_more_than_a_person(house: House, tmp_path: Path) -> None:
    edge = Edge(house, tmp_path / "media")
    ties = [Tie(), Tie(named=True), Tie(follows=True), Tie(follows=True, blocked=True)]
    scene = Scene(house, ties, late=False, kind="ai")
    async with edge.http:
        for reader in scene.readers:
            for name, (way, _, picks) in WAYS.items():
                if name == "list" and reader.list_id is None:
                    continue
                found = await shown(scene, edge.of(reader.account), reader, way)
                for author, at in product(("ada", "rae"), VISIBILITIES):
                    allowed = may(reader.tie, author, at)
                    allowed = allowed and (not picks or wants(reader.tie, author))
                    assert allowed or word(author, at) not in found, (name, author, at, reader.tie)


async def test_nothing_of_a_suspended_author_is_seen_by_anyone(
    house: House, tmp_path: Path
) -> None:
    edge = Edge(house, tmp_path / "media", keys=Keys(house.db))
    scene = Scene(house, [Tie(), Tie(follows=True, named=True)], late=False)
    house.db.write_now(
        lambda tx: [
            accounts.update(tx, one.id, suspended_at=tx.now) for one in (scene.ada, scene.rae)
        ]
    )
    async with edge.http:
        for reader in scene.readers:
            for name, (way, _, _) in WAYS.items():
                if name != "list" or reader.list_id is not None:
                    asking = edge.of(reader.account)
                    assert await shown(scene, asking, reader, way) == set(), name
        nobody = Reader(Tie(), scene.bea, None)
        assert not await shown(scene, edge.of(None), nobody, lambda scene, _: _pages(scene))


async def test_who_is_suspended_sees_nothing(house: House, tmp_path: Path) -> None:
    edge = Edge(house, tmp_path / "media")
    scene = Scene(house, [Tie(follows=True, named=True)], late=False)
    [reader] = scene.readers
    asking = edge.of(reader.account)
    house.db.write_now(lambda tx: accounts.update(tx, reader.account.id, suspended_at=tx.now))
    async with edge.http:
        for name, (way, _, _) in WAYS.items():
            for path in way(scene, reader):
                answer = await asking.get(path)
                assert answer.status_code in (401, 403), (name, answer.status_code)
