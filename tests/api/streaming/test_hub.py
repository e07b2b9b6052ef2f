"""Live updates: what one may not see must never pass, and what one follows must arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest

from tests.conftest import House
from weft.api.auth import Unauthorized
from weft.api.streaming.channels import open_channel
from weft.api.streaming.frames import Frame
from weft.api.streaming.hub import QUEUE_MAX, Hub, Listener
from weft.kernel.errors import Forbidden, WeftError
from weft.people import blocks, follows, oauth
from weft.people.model import Account
from weft.people.oauth import Bearer, token_owner
from weft.threads import react
from weft.threads.delete import delete
from weft.threads.edit import edit
from weft.threads.model import Draft

pytestmark = pytest.mark.anyio
SOON_S = 5.0


class Live:
    """A hub that runs, and listeners on it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.hub = Hub(house.db)

    def bearer(self, account: Account, scopes: str = "read") -> Bearer:
        token = self.house.db.write_now(
            lambda tx: oauth.issue(tx, scopes, account_id=account.id, app_id=None).token
        )
        found = self.house.db.read_now(lambda tx: token_owner(tx, token))
        assert found is not None
        return found

    def listen(
        self, account: Account, *streams: str, tag: str = "", scopes: str = "read"
    ) -> Listener:
        bearer = self.bearer(account, scopes)
        listener = Listener(
            account.id, bearer.token_id, notifications=bearer.may("read:notifications")
        )
        for stream in streams:
            self.hub.join(listener, open_channel(bearer, stream, tag))
        return listener

    async def heard(self, listener: Listener, marker: Account) -> list[tuple[str, str]]:
        """All (event, text or id) up to a public post that the marker writes now."""
        self.house.post(marker, "end of test")
        frames: list[tuple[str, str]] = []
        while True:
            async with asyncio.timeout(SOON_S):
                item = await listener.next()
            assert item is not None
            frame = item[1]
            if "end of test" in (frame.payload or ""):
                return frames
            frames.append((frame.event, _said(frame)))


def _said(frame: Frame) -> str:
    assert frame.payload is not None
    if frame.event == "delete":
        return frame.payload
    shown = msgspec.json.decode(frame.payload)
    if frame.event == "notification":
        return shown["type"]
    return shown["content"] or f"boost of {shown['reblog']['content']}"


@pytest.fixture
async def live(house: House) -> AsyncIterator[Live]:
    made = Live(house)
    running = asyncio.create_task(made.hub.run())
    await asyncio.wait_for(made.hub.listening.wait(), SOON_S)
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def do(house: House, work: Callable[..., object]) -> None:
    house.db.write_now(work)


async def test_home_carries_what_the_followed_say_and_nothing_else(
    house: House, live: Live
) -> None:
    ada, bo, cy, mark = (house.person(name) for name in ("ada", "bo", "cy", "mark"))
    for target in (bo, mark):
        do(house, lambda tx, target=target: follows.follow(tx, ada, target))
    listener = live.listen(ada, "user")
    house.post(bo, "to followers", visibility="private")
    house.post(cy, "not followed")
    house.post(bo, "@cy between us", visibility="direct")
    heard = await live.heard(listener, mark)
    assert heard == [("update", "<p>to followers</p>")]


async def test_public_streams_leave_out_the_blocked_the_muted_and_the_private(
    house: House, live: Live
) -> None:
    ada, bo, cy, dee, mark = (house.person(name) for name in ("ada", "bo", "cy", "dee", "mark"))
    do(house, lambda tx: blocks.block(tx, ada, bo))
    do(house, lambda tx: blocks.mute(tx, ada, cy))
    do(house, lambda tx: blocks.block(tx, dee, ada))
    listener = live.listen(ada, "public")
    for author in (bo, cy, dee):
        house.post(author, "unwanted")
    for visibility in ("unlisted", "private", "direct"):
        house.post(mark, "quiet", visibility=visibility)
    assert await live.heard(listener, mark) == []


async def test_edits_deletions_and_notifications_follow(house: House, live: Live) -> None:
    ada, bo, mark = (house.person(name) for name in ("ada", "bo", "mark"))
    for target in (bo, mark):
        do(house, lambda tx, target=target: follows.follow(tx, ada, target))
    listener = live.listen(ada, "user")
    post = house.post(bo, "first words")
    assert await live.heard(listener, mark) == [("update", "<p>first words</p>")]
    do(house, lambda tx: edit(tx, bo, post.id, Draft(text="second words")))
    assert await live.heard(listener, mark) == [("status.update", "<p>second words</p>")]
    do(house, lambda tx: delete(tx, bo, post.id))
    assert await live.heard(listener, mark) == [("delete", str(post.id))]
    own = house.post(ada, "mine")
    do(house, lambda tx: react.like(tx, bo, own.id))
    assert await live.heard(listener, mark) == [
        ("update", "<p>mine</p>"),
        ("notification", "favourite"),
    ]


async def test_without_the_scope_no_notification_passes(house: House, live: Live) -> None:
    ada, bo, mark = (house.person(name) for name in ("ada", "bo", "mark"))
    do(house, lambda tx: follows.follow(tx, ada, mark))
    listener = live.listen(ada, "user", scopes="read:statuses")
    own = house.post(ada, "mine")
    do(house, lambda tx: react.like(tx, bo, own.id))
    assert await live.heard(listener, mark) == [("update", "<p>mine</p>")]


async def test_hashtags_and_media_only(house: House, live: Live) -> None:
    ada, mark = house.person("ada"), house.person("mark")
    tagged = live.listen(ada, "hashtag", tag="Tide")
    pictured = live.listen(ada, "public:media")
    house.post(mark, "about #tide")
    house.post(mark, "about #bread")
    async with asyncio.timeout(SOON_S):
        item = await tagged.next()
    assert item is not None
    assert item[0] == ("hashtag", "Tide")
    assert "tide" in (item[1].payload or "")
    assert tagged.queue.empty()
    assert pictured.queue.empty()


async def test_a_revoked_token_ends_its_stream_at_once(house: House, live: Live) -> None:
    ada = house.person("ada")
    bearer = live.bearer(ada)
    listener = Listener(ada.id, bearer.token_id, notifications=True)
    live.hub.join(listener, open_channel(bearer, "user"))
    token_id = bearer.token_id

    def revoke(tx: object) -> None:
        from weft.work import events

        events.append(tx, "token.revoked", actor_id=ada.id, subject_id=token_id)  # pyright: ignore[reportArgumentType]

    do(house, revoke)
    async with asyncio.timeout(SOON_S):
        assert await listener.next() is None


async def test_a_listener_that_does_not_read_is_let_go(house: House, live: Live) -> None:
    ada = house.person("ada")
    listener = live.listen(ada, "user")
    key = next(iter(listener.channels))
    for _ in range(QUEUE_MAX + 1):
        listener.push(key, Frame("update", "{}"), pictured=False)
    assert listener.closed
    assert await listener.next() is None


async def test_who_may_open_what(house: House, live: Live) -> None:
    ada = house.person("ada")
    with pytest.raises(Forbidden):
        open_channel(live.bearer(ada, "write"), "user")
    with pytest.raises(Forbidden):
        open_channel(live.bearer(ada, "read:statuses"), "user:notification")
    with pytest.raises(WeftError):
        open_channel(live.bearer(ada), "everything")
    with pytest.raises(WeftError):
        open_channel(live.bearer(ada), "hashtag")
    app_only = Bearer(1, None, frozenset({"read"}), None, None)
    with pytest.raises(Unauthorized):
        open_channel(app_only, "public")
