"""Who hears what at once, and who must hear no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.conftest import House
from weft.api.streaming.channels import open_channel
from weft.api.streaming.hub import STREAMS_MAX, Hub, Listener
from weft.kernel.errors import WeftError
from weft.people import follows, oauth
from weft.people.model import Account
from weft.people.oauth import Bearer

pytestmark = pytest.mark.anyio


def bearer(house: House, account: Account, scopes: str = "read") -> tuple[Bearer, str]:
    def make(tx: oauth.Tx) -> tuple[Bearer, str]:
        issued = oauth.issue(tx, scopes, account_id=account.id, app_id=None)
        found = oauth.token_owner(tx, issued.token)
        assert found is not None
        return found, issued.token

    return house.db.write_now(make)


def listener(found: Bearer) -> Listener:
    assert found.account is not None
    return Listener(found.account.id, found.token_id, notifications=True)


@asynccontextmanager
async def running(house: House) -> AsyncIterator[Hub]:
    hub = Hub(house.db)
    task = asyncio.create_task(hub.run())
    # It follows from now on: what is written before it has looked is not for it.
    await asyncio.wait_for(hub.listening.wait(), 10)
    try:
        yield hub
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def heard(one: Listener) -> tuple[str, str] | None:
    async with asyncio.timeout(10):
        item = await one.next()
    return None if item is None else (item[1].event, item[1].payload)


async def test_a_revoked_token_ends_connections_that_have_no_stream_yet(house: House) -> None:
    """Else it could subscribe afterwards, with what was found out when it connected."""
    ada = house.person("ada")
    found, token = bearer(house, ada)
    async with running(house) as hub:
        waiting, subscribed = listener(found), listener(found)
        hub.enter(waiting)
        hub.join(subscribed, open_channel(found, "user"))
        await house.db.write(lambda tx: oauth.revoke(tx, token))
        assert await heard(waiting) is None
        assert await heard(subscribed) is None


async def test_private_words_reach_followers_only_and_edits_no_former_ones(house: House) -> None:
    ada, bo, cy = (house.person(name) for name in ("ada", "bo", "cy"))
    for reader in (bo, cy):
        house.db.write_now(lambda tx, at=reader: follows.follow(tx, at, ada))
    async with running(house) as hub:
        ears: dict[str, Listener] = {}
        for account in (bo, cy):
            found, _ = bearer(house, account)
            ears[account.username] = listener(found)
            hub.join(ears[account.username], open_channel(found, "user"))
        await house.db.write(lambda tx: follows.remove_follower(tx, ada, cy))
        house.post(ada, "for my followers", visibility="private")
        event = await heard(ears["bo"])
        assert event is not None
        assert "for my followers" in event[1]
        house.post(cy, "marker")
        event = await heard(ears["cy"])
        assert event is not None
        assert "marker" in event[1]


async def test_one_member_cannot_hold_all_connections(house: House) -> None:
    found, _ = bearer(house, house.person("ada"))
    hub = Hub(house.db)
    for _ in range(STREAMS_MAX):
        hub.check_room(1)
        one = Listener(1, found.token_id, notifications=True)
        hub.enter(one)
    with pytest.raises(WeftError):
        hub.check_room(1)
    hub.check_room(2)
    hub.leave(one)
    hub.check_room(1)
