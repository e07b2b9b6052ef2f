"""Posts that are kept ready are as they stand in the database, whatever changed them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import House

from weft.people.model import Account
from weft.store.database import Tx
from weft.store.page import Page
from weft.threads import posts, ready, timelines
from weft.threads.model import Post
from weft.threads.tables import posts as post_table

CHANGES: dict[str, Any] = {
    "html": "<p>other</p>",
    "spoiler": "Careful",
    "sensitive": True,
    "media": [{"id": "1"}],
    "tags": ["bread"],
    "likes_count": 7,
    "edited_at": 1_800_000_000_000,
    "quote_state": "revoked",
    "approval": "pending",
    "poll_id": 12,
    "counted": True,
}


@pytest.fixture
def bob(house: House) -> Account:
    return house.person("bob")


@pytest.fixture
def post(house: House, bob: Account) -> Post:
    return house.post(bob, "Good morning")


def read(house: House, post: Post) -> Post:
    return house.db.read_now(lambda tx: posts.by_ids(tx, [post.id])[post.id])


def put(tx: Tx, post: Post, **values: Any) -> None:
    tx.run(post_table.update().where(post_table.c.id == post.id).values(**values))


def test_what_did_not_change_is_not_read_again(house: House, post: Post) -> None:
    assert read(house, post) is read(house, post)


@pytest.mark.parametrize(("column", "value"), CHANGES.items(), ids=CHANGES.keys())
def test_each_change_is_seen_at_once(house: House, post: Post, column: str, value: Any) -> None:
    """Stale, a reader would go on seeing what its author corrected or took back."""
    assert getattr(read(house, post), column) != value
    house.db.write_now(lambda tx: put(tx, post, **{column: value}))
    assert getattr(read(house, post), column) == value


def test_every_list_sees_it(house: House, bob: Account, post: Post) -> None:
    def lists(tx: Tx) -> list[Post]:
        page = Page()
        return [
            *timelines.home(tx, bob.id, page),
            *timelines.public(tx, None, page),
            *posts.seen(tx, None, [post.id]).values(),
        ]

    assert [one.html for one in house.db.read_now(lists)] == [post.html] * 3
    house.db.write_now(lambda tx: put(tx, post, html="<p>other</p>"))
    assert [one.html for one in house.db.read_now(lists)] == ["<p>other</p>"] * 3


def test_what_was_never_committed_is_never_shown(house: House, post: Post) -> None:
    """Both changes count the version up to the same number; only one of them came to be."""

    def fail(tx: Tx) -> None:
        put(tx, post, html="<p>never</p>")
        assert posts.by_ids(tx, [post.id])[post.id].html == "<p>never</p>"
        raise RuntimeError

    read(house, post)
    with pytest.raises(RuntimeError):
        house.db.write_now(fail)
    house.db.write_now(lambda tx: put(tx, post, html="<p>other</p>"))
    assert read(house, post).html == "<p>other</p>"


def test_who_writes_sees_what_they_wrote(house: House, post: Post) -> None:
    read(house, post)

    def change(tx: Tx) -> str:
        put(tx, post, html="<p>other</p>")
        return posts.by_ids(tx, [post.id])[post.id].html

    assert house.db.write_now(change) == "<p>other</p>"


def test_a_deleted_post_is_left_out(house: House, bob: Account, post: Post) -> None:
    read(house, post)
    house.db.write_now(lambda tx: tx.run(post_table.delete().where(post_table.c.id == post.id)))
    assert house.db.read_now(lambda tx: posts.by_ids(tx, [post.id])) == {}
    assert house.db.read_now(lambda tx: ready.listed(tx, [(post.id, 99)])) == []
    assert house.db.read_now(lambda tx: timelines.home(tx, bob.id, Page())) == []


def test_only_so_many_are_kept(house: House, bob: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "KEPT_MAX", 3)
    written = [house.post(bob, f"Number {n}") for n in range(5)]
    for _ in range(2):
        for one in written:
            assert read(house, one).html == one.html
    assert len(ready._kept[house.db.engine]) <= 3  # pyright: ignore[reportPrivateUsage]
