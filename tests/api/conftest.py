"""The API over a real database, without a network: every route, every middleware."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from tests.api.standing import Standing
from tests.conftest import House
from weft.api.resolver import Resolver
from weft.api.streaming.hub import Hub
from weft.federation.discovery import Resolver as Discovery
from weft.federation.inbox import Inbox
from weft.federation.media_cache import MediaCache
from weft.net.client import Client as HttpClient
from weft.net.seal import KEY_BYTES, Seal
from weft.people import credentials, oauth
from weft.people.model import Account
from weft.settings import Settings
from weft.store.blobs import Blobs
from weft.threads import jobs as thread_jobs
from weft.work import jobs
from weft.work.runner import GiveUp

ALL = "read write follow push"


class Client:
    """Somebody at the API: ``get`` and the rest answer with the response."""

    def __init__(self, http: httpx.AsyncClient, token: str | None) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = self.headers | more.pop("headers", {})
        return await self.http.request(method, path, headers=headers, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("POST", path, **more)

    async def put(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("PUT", path, **more)

    async def delete(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("DELETE", path, **more)


def _no_media(house: House, folder: Path) -> MediaCache:
    """Copies of others' files that are only counted: nothing is fetched by the API's tests."""
    return MediaCache(house.db, Blobs(folder / "remote-media"), cast("HttpClient", None), 0)


class Edge:
    """The API of one house. ``looked_up`` is what was asked for elsewhere; ``elsewhere`` maps it
    to what then becomes known.
    """

    def __init__(self, house: House, folder: Path, **more: Any) -> None:
        self.house = house
        self.blobs = Blobs(folder)
        self.looked_up: list[str] = []
        self.elsewhere: dict[str, Callable[[], object]] = {}
        self.app = app = Standing(
            {
                "db": house.db,
                "settings": Settings(data=folder),
                "blobs": self.blobs,
                "resolver": Resolver(self._fetch),
                "seal": Seal(bytes(KEY_BYTES)),
                "media_cache": _no_media(house, folder),
                "hub": Hub(house.db),
                "inbox": Inbox(house.db, cast("Discovery", None)),  # nobody elsewhere is looked up
                **more,  # who asks for others gives them
            }
        )
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://weft.test"
        )

    async def _fetch(self, text: str) -> None:
        self.looked_up.append(text)
        if text in self.elsewhere:
            self.elsewhere[text]()

    def of(self, account: Account | None, scopes: str = ALL) -> Client:
        """The API as this account's app sees it; None: as a stranger."""
        if account is None:
            return Client(self.http, None)
        issued = self.house.db.write_now(
            lambda tx: oauth.issue(tx, scopes, account_id=account.id, app_id=None)
        )
        return Client(self.http, issued.token)

    async def work(self) -> None:
        """Do the waiting jobs about pictures."""
        db = self.house.db
        handlers = thread_jobs.handlers(db, self.blobs)
        for job in await db.write(lambda tx: jobs.claim(tx, "media", "test", 10)):
            try:
                await handlers[job.kind].run(job)
            except GiveUp:
                continue


@pytest.fixture
async def edge(house: House, tmp_path: Path) -> AsyncIterator[Edge]:
    made = Edge(house, tmp_path / "media")
    async with made.http:
        yield made


@pytest.fixture
def ada(house: House) -> Account:
    return house.person("ada")


@pytest.fixture
def bob(house: House) -> Account:
    return house.person("bob")


@pytest.fixture
def boss(edge: Edge) -> Account:
    """An admin."""
    account = edge.house.person("boss")
    edge.house.db.write_now(
        lambda tx: credentials.enrol(tx, account, "boss@weft.test", "x", role="admin")
    )
    return account
