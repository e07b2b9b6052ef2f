"""Whatever a stranger's documents name, nothing behind this server is asked for it: each address in an
actor, a post, an answer of WebFinger or a collection is put to the test, one after another, by what
would follow it.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.federation.conftest import Receiving
from tests.federation.elsewhere import seen
from tests.federation.stranger import ACTIVITY, PUBLIC, create
from weft.federation import nodeinfo
from weft.federation.backfill import listing
from weft.federation.keys import Keys
from weft.federation.knock import Knock
from weft.federation.media_cache import MediaCache
from weft.federation.rules import page_check
from weft.kernel.errors import WeftError
from weft.net.guard import OutboundRefused
from weft.people import accounts
from weft.store.blobs import Blobs
from weft.threads import previews

pytestmark = pytest.mark.anyio


class Trap:
    """A port on this machine's other loopback, which nothing may reach."""

    port = 0
    caught = 0

    @property
    def addresses(self) -> list[str]:
        return [
            f"http://[::1]:{self.port}/in",
            f"http://[::ffff:127.0.0.1]:{self.port}/in",
            f"http://private.test:{self.port}/in",
            f"http://0x7f000001.:{self.port}/in",
            "http://10.1.2.3/in",
            "http://169.254.169.254/latest/meta-data/",
            f"http://me@127.0.0.1:{self.port}/in",
            f"gopher://127.0.0.1:{self.port}/in",
        ]


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    made = Trap()

    async def catch(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.caught += 1
        writer.close()

    server = await asyncio.start_server(catch, "::", 0, family=socket.AF_INET6)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


async def document(world: Receiving, trap: Trap) -> None:
    for address in trap.addresses:
        with pytest.raises(WeftError):
            await world.resolver.fetcher.document(address)


async def redirect(world: Receiving, trap: Trap) -> None:
    for number, address in enumerate(trap.addresses):
        url = f"{world.other.base()}/{number}"
        world.other.serve(url, "", status=302, Location=address)
        with pytest.raises(WeftError):
            await world.resolver.fetcher.document(url)


async def search(world: Receiving, trap: Trap) -> None:
    for address in trap.addresses:
        assert await world.resolver.resolve(address) is None
    for host in ("[::1]", "0x7f.1", "private.test", "10.1.2.3", "169.254.169.254"):
        assert await world.resolver.resolve(f"@eve@{host}:{trap.port}") is None


async def webfinger(world: Receiving, trap: Trap) -> None:
    for number, address in enumerate(trap.addresses):
        world.other.webfinger(f"eve{number}", address)
        with pytest.raises(WeftError):
            await world.resolver.handle(f"eve{number}", world.other.domain())


async def split_domain(world: Receiving, trap: Trap) -> None:
    """The domain that a WebFinger answer names is asked too."""
    actor = world.other.actor("eve")
    for host in (f"private.test:{trap.port}", f"[::1]:{trap.port}", "10.1.2.3"):
        world.other.webfinger("eve", actor["id"], subject=f"acct:eve@{host}")
        with pytest.raises(WeftError):
            await world.resolver.actor(actor["id"])


async def actor_inbox(world: Receiving, trap: Trap) -> None:
    for number, address in enumerate(trap.addresses):
        actor = world.other.actor(f"eve{number}", inbox=address)
        with pytest.raises(WeftError):
            await world.resolver.actor(actor["id"])


async def shared_inbox(world: Receiving, trap: Trap) -> None:
    """That it is on another server is reason enough not to believe it."""
    for number, address in enumerate(trap.addresses):
        actor = world.other.actor(f"eve{number}", endpoints={"sharedInbox": address})
        assert (await world.resolver.actor(actor["id"])).shared_inbox == ""


async def inbox_of_a_host_that_moved_in(world: Receiving, trap: Trap) -> None:
    """It was believed when its name led elsewhere."""
    knock = Knock(world.db, world.client)
    signer = await Keys(world.db).instance_signer()
    for address in trap.addresses:
        with pytest.raises(OutboundRefused):
            await knock.post(address, b"{}", ACTIVITY, signer)


async def key(world: Receiving, trap: Trap) -> None:
    ada = await world.db.write(lambda tx: accounts.create_local(tx, f"ada{trap.port}"))
    for number, address in enumerate(trap.addresses):
        actor = world.other.actor(f"eve{number}")
        follow = {
            "id": f"{actor['id']}/1",
            "type": "Follow",
            "actor": actor["id"],
            "object": ada.uri,
        }
        # The same of somebody who is behind us altogether.
        inward = follow | {"actor": address, "id": f"{address}/1"}
        for told, named in (
            (follow, address),
            (inward, address),
            (inward, f"{actor['id']}#main-key"),
        ):
            with suppress(WeftError):
                await world.send(told, key_id=named)
            await world.work()
    assert (await world.db.read(lambda tx: accounts.get(tx, ada.id))).followers_count == 0


async def what_posts_name(world: Receiving, trap: Trap) -> None:
    eve = world.other.actor("eve")
    ada = await world.db.write(lambda tx: accounts.create_local(tx, "ada"))
    await world.follow(ada, eve["id"])
    for number, address in enumerate(trap.addresses):
        named: dict[str, Any] = {
            "inReplyTo": address,
            "quote": address,
            "quoteUrl": address,
            "context": address,
            "replies": address,
            "url": address,
            "tag": [{"type": "Mention", "href": address, "name": "@x"}],
        }
        note = world.other.note(eve, f"n{number}", **named)
        await world.send(create(note))
        for kind in ("Announce", "Like", "Delete", "Update", "Move", "Add"):
            told = {
                "id": f"{eve['id']}/{kind}/{number}",
                "type": kind,
                "actor": eve["id"],
                "object": address,
                "target": address,
                "to": [PUBLIC],
            }
            with suppress(WeftError):
                await world.send(told)
        await world.work()


async def collections(world: Receiving, trap: Trap) -> None:
    url = f"{world.other.base()}/outbox"
    for address in trap.addresses:
        for named in ({"first": address}, {"first": {"type": "CollectionPage", "next": address}}):
            world.other.serve(url, {"id": url, "type": "OrderedCollection", **named})
            with suppress(WeftError):
                await listing.read(world.resolver.fetcher, url, pages=3, most=10)


async def collection_itself(world: Receiving, trap: Trap) -> None:
    for address in trap.addresses:
        with pytest.raises(WeftError):
            await listing.read(world.resolver.fetcher, address, pages=3, most=10)


async def node_info(world: Receiving, trap: Trap) -> None:
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    for address in trap.addresses:
        world.other.serve(
            f"{world.other.base()}/.well-known/nodeinfo",
            {"links": [{"rel": rel, "href": address}]},
            kind="application/json",
        )
        with pytest.raises(WeftError):
            await nodeinfo.software(world.resolver, world.other.base())


async def icon(world: Receiving, trap: Trap) -> None:
    for number, address in enumerate(trap.addresses):
        actor = world.other.actor(f"eve{number}", icon={"type": "Image", "url": address})
        account = await world.resolver.actor(actor["id"])
        with tempfile.TemporaryDirectory() as folder:
            cache = MediaCache(world.db, Blobs(Path(folder)), world.client, 16_000_000)
            for url in {account.avatar, address} - {""}:
                with pytest.raises(WeftError):
                    await seen(cache, url)
            await cache.close()


async def card(world: Receiving, trap: Trap) -> None:
    page = f"{world.other.base()}/page"
    with tempfile.TemporaryDirectory() as folder:
        hand = Blobs(Path(folder)).hand()
        for address in trap.addresses:
            with pytest.raises(WeftError):
                await previews.look(world.client, hand, address, page_check(world.db))
            said = f'<title>a</title><meta property="og:image" content="{address}">'
            world.other.serve(page, said, kind="text/html")
            _, image = await previews.look(world.client, hand, page, page_check(world.db))
            assert image is None


DOORS: dict[str, Callable[[Receiving, Trap], Awaitable[None]]] = {
    door.__name__: door
    for door in (
        *(document, redirect, search, webfinger, split_domain, actor_inbox, shared_inbox),
        *(inbox_of_a_host_that_moved_in, key, what_posts_name, collections, collection_itself),
        *(node_info, icon, card),
    )
}


@pytest.mark.parametrize("door", DOORS)
async def test_no_door_leads_inward(door: str, receiving: Receiving, trap: Trap) -> None:
    await DOORS[door](receiving, trap)
    assert trap.caught == 0
