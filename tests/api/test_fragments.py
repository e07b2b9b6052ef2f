"""What is kept as JSON is what would be made anew, whatever happened and for whoever looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.api.mastodon import fragments
from weft.api.mastodon.answers import encode
from weft.api.mastodon.serialise import statuses
from weft.people import accounts, follows
from weft.people.model import Account
from weft.store.database import Tx
from weft.store.page import Page
from weft.threads import timelines
from weft.threads.model import Draft, Post
from weft.threads.publish import publish
from weft.threads.tables import posts

pytestmark = pytest.mark.anyio

Deed = Callable[[Client, Client, Post], Awaitable[object]]
"""What ``ada``, who reads, or ``bob``, who wrote it, does."""


def on(what: str) -> Deed:
    def deed(ada: Client, _bob: Client, post: Post) -> Awaitable[object]:
        return ada.post(f"/api/v1/statuses/{post.id}/{what}")

    return deed


DEEDS: dict[str, Deed] = {
    "liked": on("favourite"),
    "boosted": on("reblog"),
    "kept": on("bookmark"),
    "muted": on("mute"),
    "answered": lambda ada, _bob, post: ada.post(
        "/api/v1/statuses", json={"status": "yes", "in_reply_to_id": str(post.id)}
    ),
    "reacted": lambda ada, _, post: ada.put(f"/api/v1/pleroma/statuses/{post.id}/reactions/🐐"),
    "filtered": lambda ada, _, __: ada.post(
        "/api/v2/filters",
        json={"title": "t", "context": ["home"], "keywords_attributes": [{"keyword": "goat"}]},
    ),
    "edited": lambda _, bob, post: bob.put(
        f"/api/v1/statuses/{post.id}", json={"status": "the sheep"}
    ),
    "pinned": lambda _, bob, post: bob.post(f"/api/v1/statuses/{post.id}/pin"),
    "renamed": lambda _, bob, __: bob.ask(
        "PATCH", "/api/v1/accounts/update_credentials", json={"display_name": "Robert"}
    ),
    "not to be quoted": lambda _, bob, post: bob.put(
        f"/api/v1/statuses/{post.id}/interaction_policy", json={"quote_approval_policy": "nobody"}
    ),
    "to be quoted by followers": lambda _, bob, post: bob.put(
        f"/api/v1/statuses/{post.id}/interaction_policy",
        json={"quote_approval_policy": "followers"},
    ),
}


def shown(house: House, viewer: Account | None, *, encoded: bool) -> list[object]:
    def read(tx: Tx) -> bytes:
        found = (
            timelines.public(tx, None, Page())
            if viewer is None
            else timelines.home(tx, viewer.id, Page())
        )
        return encode(
            statuses(tx, viewer.id if viewer is not None else None, found, encoded=encoded)
        )

    return msgspec.json.decode(house.db.read_now(read))


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
async def test_each_deed_shows_at_once_and_to_whom_it_concerns(
    edge: Edge, house: House, ada: Account, bob: Account, deed: Deed
) -> None:
    cy = house.person("cy")
    for reader in (ada, cy):
        house.db.write_now(lambda tx, by=reader: follows.follow(tx, by, bob))
    post = house.post(bob, "the goat")
    # Whoever looked last, looks first again: it is theirs that is kept.
    everybody = (ada, cy, bob, None, ada)
    before = [shown(house, one, encoded=True) for one in everybody]
    answer = await deed(edge.of(ada), edge.of(bob), post)
    assert getattr(answer, "status_code", 0) == 200
    after = [shown(house, one, encoded=True) for one in everybody]
    assert after != before
    assert after == [shown(house, one, encoded=False) for one in everybody]
    assert after == [shown(house, one, encoded=True) for one in everybody]


async def test_pictures_of_who_is_always_sensitive_are_hidden(
    house: House, ada: Account, bob: Account
) -> None:
    house.db.write_now(lambda tx: follows.follow(tx, ada, bob))
    post = house.post(bob, "the goat")
    picture = {"id": "1", "mime": "image/png", "blob": "a", "small": "", "remote_url": ""}
    picture |= {"description": "", "blurhash": None, "focus_x": 0, "focus_y": 0}
    picture |= dict.fromkeys(("width", "height", "small_width", "small_height"))
    house.db.write_now(
        lambda tx: tx.run(posts.update().where(posts.c.id == post.id).values(media=[picture]))
    )
    assert shown(house, ada, encoded=True) == shown(house, ada, encoded=False)
    house.db.write_now(lambda tx: accounts.update(tx, bob.id, sensitized_at=tx.now))
    assert shown(house, ada, encoded=True) == shown(house, ada, encoded=False)


def test_only_so_many_are_kept(house: House, bob: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "POSTS_KEPT_MAX", 3)
    for number in range(5):
        house.db.write_now(lambda tx, n=number: publish(tx, bob, Draft(text=f"Number {n}")))
    assert shown(house, None, encoded=True) == shown(house, None, encoded=False)
    assert len(fragments._shown) <= 3  # pyright: ignore[reportPrivateUsage]
