"""Whatever a client sends, the server answers in order: nothing on any route makes it fall over.

The requests are made from our own OpenAPI document, valid and invalid ones, and then from what
breaks servers: characters that cannot be stored, numbers without end, bodies of the wrong kind.
Each goes to a server on SQLite and to one on PostgreSQL: making it up costs more than answering.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tests.api.conftest import ALL, Edge
from tests.conftest import House
from tests.kept import Kept
from weft.federation.keys import Keys
from weft.net.guard import Guard
from weft.people import credentials, oauth
from weft.rooms import lines, rooms
from weft.rooms.model import RoomDraft

EXAMPLES = 1
"""Valid and invalid ones of each route in each run: a thousand requests, other ones each time."""
ENDLESS = r"^/api/v1/streaming|^/oauth/authorize"
"""Streams, which go on until one leaves, and pages."""
SCOPES = f"{ALL} admin:read admin:write"


class Town:
    """The API of a house with an admin in it, asked from outside of any event loop."""

    def __init__(self, house: House, folder: Path) -> None:
        # Of the way out only the look at an address; nobody is asked.
        self.edge = Edge(house, folder, client=Guard(), keys=Keys(house.db))
        ada, bo = house.person("ada"), house.person("bo")
        house.db.write_now(
            lambda tx: [
                credentials.enrol(tx, ada, "ada@weft.test", "x", role="admin"),
                credentials.enrol(tx, bo, "bo@weft.test", "x"),
            ]
        )
        cy = house.remote("cy", "other.test")
        post = house.post(ada, "hello @bo #weft")
        house.post(bo, "hi", reply_to_id=post.id)
        self.ids = {"status_id": post.id, "account_id": bo.id, "target_id": cy.id}
        self.ids |= {"username": "bo", "hashtag": "weft", "name": "weft"}
        room, _ = house.db.write_now(lambda tx: rooms.create(tx, ada, "Den", access="public"))
        line = house.db.write_now(lambda tx: lines.say(tx, ada, room.id, RoomDraft("hello")))
        self.ids |= {"room_id": room.id, "line_id": line.id}
        issued = house.db.write_now(
            lambda tx: oauth.issue(tx, SCOPES, account_id=ada.id, app_id=None)
        )
        self.headers = {"Authorization": f"Bearer {issued.token}"}
        self.schema: Any = schemathesis.openapi.from_asgi(
            "/api/openapi/openapi.json", self.edge.app
        )

    def ask(self, case: Any, *, found: bool) -> str | None:
        """What the case makes of this server: None, or how it fell. ``found``: about something
        that is there.
        """
        given_ = case.path_parameters or {}
        if found:
            given_ |= {name: str(self.ids[name]) for name in given_ if name in self.ids}
        own = self.schema.find_operation_by_label(case.operation.label).Case(
            path_parameters=given_,
            headers=case.headers,
            cookies=case.cookies,
            query=case.query,
            body=case.body,
            media_type=case.media_type,
        )
        answer = own.call(headers=self.headers)
        if answer.status_code < 500 or answer.status_code == 503:
            return None
        return f"{answer.status_code} {own.as_curl_command()}"


@pytest.fixture
def towns(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Town]]:
    chosen = request.config.getoption("--db")
    engines: list[Kept] = [
        request.getfixturevalue(f"kept_{name}")
        for name in ("sqlite", "postgres")
        if chosen in (name, "both")
    ]
    made = [Town(House(kept.url, made=True, kept=kept), tmp_path / kept.name) for kept in engines]
    yield made
    for town, kept in zip(made, engines, strict=True):
        town.edge.house.db.close()
        kept.empty()


@pytest.mark.slow
@pytest.mark.postgres
def test_no_route_falls_over(towns: list[Town]) -> None:
    asked = 0
    fell: list[str] = []
    for found in towns[0].schema.exclude(path_regex=ENDLESS).get_all_operations():
        operation = found.ok()
        asked += 1
        for mode in GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
            )
            @given(case=strategy)
            def ask(case: Any) -> None:
                for town in towns:
                    how = town.ask(case, found=mode is GenerationMode.POSITIVE)  # noqa: B023 - at once
                    if how is not None:
                        fell.append(how)

            with contextlib.suppress(Unsatisfiable):  # nothing about it can be wrong
                ask()
    assert asked > 250
    assert fell == []
