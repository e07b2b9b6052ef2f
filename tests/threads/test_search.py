"""Nobody finds by its words what they may not see, nor learns from a search that it exists."""

from __future__ import annotations

import itertools

import pytest
from tests.conftest import House

from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.threads import posts, react, search

AUTHORS = ("willing", "unwilling", "silenced", "blocking", "suspended", "muted")
VISIBILITIES = ("public", "unlisted", "private", "direct")
RELATIONS = ("none", "mentioned", "liked", "bookmarked")


@pytest.fixture
def reader(house: House) -> Account:
    return house.person("reader")


def people(house: House, reader: Account, *, followed: bool) -> dict[str, Account]:
    found: dict[str, Account] = {}
    for name in AUTHORS:
        one = house.person(f"{name}{followed:d}", indexable=name != "unwilling")
        if followed:
            house.db.write_now(lambda tx, one=one: follows.follow(tx, reader, one))
        found[name] = one
    return found


def turn(house: House, reader: Account, authors: dict[str, Account]) -> None:
    """What authors become after they wrote."""
    now = house.db.read_now(lambda tx: tx.now)
    house.db.write_now(lambda tx: accounts.update(tx, authors["silenced"].id, silenced_at=now))
    house.db.write_now(lambda tx: accounts.update(tx, authors["suspended"].id, suspended_at=now))
    house.db.write_now(lambda tx: blocks.block(tx, authors["blocking"], reader))
    house.db.write_now(lambda tx: blocks.mute(tx, reader, authors["muted"]))


def found_by(house: House, viewer: Account | None, text: str) -> list[int]:
    as_ = viewer.id if viewer is not None else None
    return [
        post.id
        for post in house.db.read_now(lambda tx: search.find_posts(tx, as_, text, limit=1_000))
    ]


@pytest.mark.parametrize("followed", [False, True])
def test_what_is_found_is_what_one_may_search_and_see(
    house: House, reader: Account, followed: bool
) -> None:
    authors = people(house, reader, followed=followed)
    expected: set[int] = set()
    for_all: set[int] = set()
    for name, visibility, relation in itertools.product(AUTHORS, VISIBILITIES, RELATIONS):
        names = f"@{reader.username} " if relation == "mentioned" else ""
        post = house.post(authors[name], f"{names}heddle", visibility=visibility)
        seen = visibility in ("public", "unlisted") or relation == "mentioned"
        seen = seen or (visibility == "private" and followed)
        if relation in ("liked", "bookmarked") and seen:
            verb = react.like if relation == "liked" else react.bookmark
            house.db.write_now(lambda tx, verb=verb, post=post: verb(tx, reader, post.id))
        if name in ("blocking", "suspended", "muted"):
            continue
        open_ = visibility == "public" and name == "willing"
        if open_:
            for_all.add(post.id)
        if open_ or (seen and relation != "none"):
            expected.add(post.id)
    turn(house, reader, authors)
    # A mute is the reader's own: strangers find what the muted wrote.
    muted = authors["muted"].id
    strangers = set(found_by(house, None, "heddle"))
    blocking = authors["blocking"].id
    by_author = {
        row.id: row.author_id
        for row in house.db.read_now(lambda tx: search.find_posts(tx, None, "heddle", limit=1_000))
    }
    assert {one for one in strangers if by_author[one] not in (muted, blocking)} == for_all
    assert set(found_by(house, reader, "heddle")) == expected
    for scope in ("heddle in:public", "heddle in:library", "-loom", "-loom from:@willing0"):
        assert set(found_by(house, reader, scope)) <= expected, scope


def test_hidden_posts_change_nothing_of_what_is_found(
    house: House, reader: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOK_MAX", 3)
    willing = house.person("willing", indexable=True)
    house.post(willing, "reed one")
    house.post(reader, "reed two")
    house.post(willing, "reed three")
    before = {
        text: found_by(house, reader, text) for text in ("reed", "reed -one", "reed in:public")
    }
    stranger = found_by(house, None, "reed")
    for visibility in ("private", "direct", "unlisted"):
        for _ in range(5):
            house.post(willing, "reed hidden", visibility=visibility)
    assert {text: found_by(house, reader, text) for text in before} == before
    assert found_by(house, None, "reed") == stranger


def test_the_page_of_a_post_is_found_by_an_index(house: House) -> None:
    if house.db.engine.name != "sqlite":
        return  # PostgreSQL reads small tables whole, whatever indexes there are
    with house.db.engine.connect_reader() as connection:
        asked = posts._BY_URL.compile(dialect=connection.dialect)  # pyright: ignore[reportPrivateUsage]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("a", 1, 0))
        assert "ix_posts_url" in str(list(plan))
