"""When a stream has to end: with its token, also one that has not asked for anything yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.conftest import House
from weft.api.streaming.channels import open_channel
from weft.api.streaming.hub import STREAMS_MAX, Hub, Listener
from weft.kernel.errors import WeftError
from weft.people import oauth
from weft.people.model import Account
from weft.people.oauth import Bearer
from weft.work import events

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
    await asyncio.wait_for(hub.listening.wait(), 10)
    try:
        yield hub
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_revoked_token_ends_connections_that_have_no_stream_yet(house: House) -> None:
    """Else it could subscribe afterwards, with what was found out when it connected."""
    ada = house.person("ada")
    found, token = bearer(house, ada)
    async with running(house) as hub:
        waiting, subscribed = listener(found), listener(found)
        hub.enter(waiting)
        hub.join(subscribed, open_channel(found, "user"))
        await house.db.write(lambda tx: oauth.revoke(tx, token))
        async with asyncio.timeout(10):
            assert await waiting.next() is None
            assert await subscribed.next() is None


@pytest.mark.parametrize("kind", ["account.suspended", "account.disabled"])
async def test_a_suspended_account_ends_all_its_streams_and_nobody_elses(
    house: House, kind: str
) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    hers, _ = bearer(house, ada)
    theirs, _ = bearer(house, bob)
    async with running(house) as hub:
        first, second, other = listener(hers), listener(hers), listener(theirs)
        hub.join(first, open_channel(hers, "user"))
        hub.enter(second)
        hub.join(other, open_channel(theirs, "public"))
        await house.db.write(lambda tx: events.append(tx, kind, subject_id=ada.id))
        async with asyncio.timeout(10):
            assert await first.next() is None
            assert await second.next() is None
        assert not other.closed


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
