"""The routes about people on the shared world, wrapped as the server wraps them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.api.standing import Standing
from tests.conftest import House
from weft.api.resolver import Resolver
from weft.people import credentials, oauth
from weft.people.model import Account
from weft.settings import Settings
from weft.store.blobs import Blobs

PASSWORD = "correct horse battery"
HASHED = credentials.hash_password(PASSWORD)


class Api:
    """A client of the API in somebody's name."""

    def __init__(self, client: TestClient[Any], token: str | None = None) -> None:
        self.client = client
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, status: int = 200, **more: Any) -> Any:
        return self._json("GET", path, status, **more)

    def post(self, path: str, status: int = 200, **more: Any) -> Any:
        return self._json("POST", path, status, **more)

    def patch(self, path: str, status: int = 200, **more: Any) -> Any:
        return self._json("PATCH", path, status, **more)

    def delete(self, path: str, status: int = 200, **more: Any) -> Any:
        return self._json("DELETE", path, status, **more)

    def _json(self, method: str, path: str, status: int, **more: Any) -> Any:
        answer = self.client.request(method, path, headers=self.headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json()


class Town:
    """The world with a door: members, their tokens, and the app that serves them."""

    def __init__(self, house: House, client: TestClient[Any]) -> None:
        self.house = house
        self.client = client
        self.anyone = Api(client)

    def member(self, name: str, *, role: Any = "user", **more: object) -> Account:
        account = self.house.person(name, **more)
        self.house.db.write_now(
            lambda tx: credentials.enrol(tx, account, f"{name}@mail.test", HASHED, role=role)
        )
        return account

    def as_(self, account: Account, scopes: str = "read write follow push") -> Api:
        issued = self.house.db.write_now(
            lambda tx: oauth.issue(tx, scopes, account_id=account.id, app_id=None)
        )
        return Api(self.client, issued.token)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, domain="weft.test", registrations="open")


@pytest.fixture
def town(house: House, settings: Settings) -> Iterator[Town]:
    app = Standing(
        {
            "db": house.db,
            "settings": settings,
            "blobs": Blobs(settings.data / "media"),
            "resolver": Resolver(),
        },
        generous=1,
    )
    with TestClient(app, base_url="https://weft.test") as client:
        yield Town(house, client)
