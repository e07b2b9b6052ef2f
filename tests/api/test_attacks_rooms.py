"""What no app sends, at the doors of rooms: each is refused, and none is a fault of ours."""

from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from weft.people.model import Account

pytestmark = pytest.mark.anyio
ROOMS = "/api/weft/v1/rooms"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"name": "\xff"}', id="no utf-8"),
        pytest.param(b'{"name": "\\ud800"}', id="half a sign"),
        pytest.param(b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", id="deep"),
        pytest.param(b"null", id="null"),
        pytest.param(b"", id="nothing"),
    ],
)
async def test_a_body_that_nobody_can_read_is_refused(
    edge: Edge, ada: Account, body: bytes
) -> None:
    answer = await edge.of(ada).post(ROOMS, content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert "error" in answer.json()


@pytest.mark.parametrize("number", ["0", str(2**63), "9" * 40, "%00", "-1"])
async def test_ids_that_nothing_has_are_not_there(edge: Edge, ada: Account, number: str) -> None:
    a = edge.of(ada)
    room = (await a.post(ROOMS, json={"name": "Den"})).json()["id"]
    for path in (f"{ROOMS}/{number}", f"{ROOMS}/{number}/lines", f"{ROOMS}/{room}/lines/{number}"):
        assert (await a.get(path)).status_code == 404, path
    for body in ({"text": "x", "in_reply_to_id": number},):
        answer = await a.post(f"{ROOMS}/{room}/lines", json=body)
        assert answer.status_code == 404, answer.text
