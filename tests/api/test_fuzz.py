"""Whatever a client sends, the server answers in order: nothing on any route makes it fall over.

The requests are made from our own OpenAPI document, valid and invalid ones, and then from what
breaks servers: characters that cannot be stored, numbers without end, bodies of the wrong kind.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tests.api.conftest import ALL, Edge
from tests.conftest import House
from weft.people import oauth

EXAMPLES = 2
"""Valid and invalid ones of each route in each run: a few hundred requests, other ones each time."""
ENDLESS = r"^/api/v1/streaming|^/oauth/authorize"
"""Streams, which go on until one leaves, and pages."""


class Town:
    """The API of a house with a member in it, asked from outside of any event loop."""

    def __init__(self, house: House, folder: Path) -> None:
        self.edge = Edge(house, folder)
        ada, bo = house.person("ada"), house.person("bo")
        house.remote("cy", "other.test")
        self.post = house.post(ada, "hello @bo #weft")
        house.post(bo, "hi", reply_to_id=self.post.id)
        self.ada = ada
        issued = house.db.write_now(lambda tx: oauth.issue(tx, ALL, account_id=ada.id, app_id=None))
        self.headers = {"Authorization": f"Bearer {issued.token}"}
        self.app = self.edge.app


@pytest.fixture
def town(house: House, tmp_path: Path) -> Town:
    return Town(house, tmp_path / "media")


def test_no_route_falls_over(town: Town) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi/openapi.json", town.app)
    asked = 0
    fell: list[str] = []
    for found in schema.exclude(path_regex=ENDLESS).get_all_operations():
        operation = found.ok()
        asked += 1
        for mode in GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=strategy)
            def ask(case: Any) -> None:
                answer = case.call(headers=town.headers)
                if answer.status_code >= 500:
                    fell.append(f"{answer.status_code} {case.as_curl_command()}")

            with contextlib.suppress(Unsatisfiable):  # nothing about it can be wrong
                ask()
    assert asked > 80
    assert fell == []
