"""Clients hear that more of a thread is coming, and how far it is; others hear nothing."""

from __future__ import annotations

import re

import pytest

from tests.api.conftest import Edge
from weft.api.limits import Limits, Rule
from weft.api.opening import look_elsewhere, opened
from weft.federation.backfill import budget, looks, visits
from weft.kernel.clock import HOUR
from weft.people.model import Account
from weft.threads.model import Incoming, Post
from weft.threads.publish import receive
from weft.work import jobs

pytestmark = pytest.mark.anyio
LONG_AGO = 1_700_000_000_000
_HEADER = re.compile(r'id="([^"]+)", retry=\d+, result_count=(\d+)')


@pytest.fixture
def far(edge: Edge) -> Post:
    """A post of another server."""
    bo = edge.house.remote("bo", "far.test")
    incoming = Incoming(
        uri="https://far.test/notes/1",
        url="https://far.test/notes/1",
        html="<p>far</p>",
        visibility="public",
        created_at=LONG_AGO,
    )
    post = edge.house.db.write_now(lambda tx: receive(tx, bo, incoming))
    assert post is not None
    return post


def waiting(edge: Edge, kind: str) -> int:
    table = jobs.jobs
    query = jobs.sa.select(jobs.sa.func.count()).where(table.c.kind == kind)
    return edge.house.db.read_now(lambda tx: tx.scalar(query))


async def test_a_client_hears_that_more_is_coming(edge: Edge, ada: Account, far: Post) -> None:
    client = edge.of(ada)
    answer = await client.get(f"/api/v1/statuses/{far.id}/context")
    assert answer.json() == {"ancestors": [], "descendants": []}
    found = _HEADER.fullmatch(answer.headers["Mastodon-Async-Refresh"])
    assert found is not None
    path = f"/api/v1_alpha/async_refreshes/{found[1]}"
    assert (await client.get(path)).json() == {
        "async_refresh": {"id": found[1], "status": "running", "result_count": 0}
    }
    again = await client.get(f"/api/v1/statuses/{far.id}/context")
    assert "Mastodon-Async-Refresh" in again.headers
    assert waiting(edge, looks.KIND) == 1

    def end(tx: jobs.Tx) -> None:
        looks.end(tx, far.thread_id, found=7, complete=True, pause=budget.AGAIN)

    edge.house.db.write_now(end)
    assert (await client.get(path)).json()["async_refresh"] == {
        "id": found[1],
        "status": "finished",
        "result_count": 7,
    }
    over = await client.get(f"/api/v1/statuses/{far.id}/context")
    assert "Mastodon-Async-Refresh" not in over.headers


async def test_a_refresh_is_its_owners(edge: Edge, ada: Account, bob: Account, far: Post) -> None:
    answer = await edge.of(ada).get(f"/api/v1/statuses/{far.id}/context")
    found = _HEADER.fullmatch(answer.headers["Mastodon-Async-Refresh"])
    assert found is not None
    path = f"/api/v1_alpha/async_refreshes/{found[1]}"
    assert (await edge.of(bob).get(path)).status_code == 404
    assert (await edge.of(None).get(path)).status_code == 401
    for broken in (found[1][:-2], "x", "ä", f"{far.id}"):
        other = f"/api/v1_alpha/async_refreshes/{broken}"
        assert (await edge.of(ada).get(other)).status_code == 404
    edge.house.db.write_now(
        lambda tx: tx.run(looks.post_table.update().values(visibility="direct"))
    )
    assert (await edge.of(ada).get(path)).status_code == 404  # what one may see now counts


async def test_completeness_is_told(edge: Edge, ada: Account, far: Post) -> None:
    client = edge.of(ada)
    path = f"/api/weft/v1/threads/{far.id}/completeness"
    before = (await client.get(path)).json()
    assert (before["elsewhere"], before["complete_as_of"], before["looking"]) == (True, None, False)
    await client.get(f"/api/v1/statuses/{far.id}/context")
    assert (await client.get(path)).json()["looking"] is True

    def end(tx: jobs.Tx) -> None:
        looks.end(tx, far.thread_id, found=3, complete=True, pause=budget.AGAIN)

    edge.house.db.write_now(end)
    after = (await client.get(path)).json()
    assert after["complete_as_of"] is not None
    assert (after["looking"], after["found"]) == (False, 3)
    own = edge.house.post(ada, "mine")
    mine = (await client.get(f"/api/weft/v1/threads/{own.id}/completeness")).json()
    assert mine["elsewhere"] is False
    assert mine["complete_as_of"] is not None
    secret = edge.house.post(ada, "psst", visibility="direct")
    hidden = f"/api/weft/v1/threads/{secret.id}/completeness"
    assert (await edge.of(None).get(hidden)).status_code == 404


async def test_threads_of_this_server_alone_are_not_asked_after(edge: Edge, ada: Account) -> None:
    own = edge.house.post(ada, "mine")
    edge.house.post(ada, "too", reply_to_id=own.id)
    answer = await edge.of(ada).get(f"/api/v1/statuses/{own.id}/context")
    assert "Mastodon-Async-Refresh" not in answer.headers
    assert waiting(edge, looks.KIND) == 0


async def test_a_profile_is_read_at_its_first_page_alone(
    edge: Edge, ada: Account, far: Post
) -> None:
    client = edge.of(ada)
    await client.get(f"/api/v1/accounts/{far.author_id}/statuses?max_id={far.id}")
    assert waiting(edge, visits.KIND) == 0
    for _ in range(2):
        await client.get(f"/api/v1/accounts/{far.author_id}/statuses")
    await client.get(f"/api/v1/accounts/{ada.id}/statuses")
    assert waiting(edge, visits.KIND) == 1


async def test_whoever_is_not_signed_in_causes_few_looks(
    edge: Edge, far: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crawler opens everything; other servers would pay for it."""
    few = Limits()
    monkeypatch.setattr(few.looks, "rule", Rule(1, HOUR))
    db = edge.house.db
    what = db.read_now(lambda tx: opened(tx, far))
    assert await look_elsewhere(db, few, None, what) is not None
    db.write_now(lambda tx: tx.run(looks.backfills.delete()))
    what = db.read_now(lambda tx: opened(tx, far))
    assert await look_elsewhere(db, few, None, what) is None
    assert db.read_now(lambda tx: looks.of(tx, far.thread_id)) is None


async def test_an_answer_to_anybody_has_no_header(edge: Edge, far: Post) -> None:
    answer = await edge.of(None).get(f"/api/v1/statuses/{far.id}/context")
    assert answer.status_code == 200
    assert "Mastodon-Async-Refresh" not in answer.headers
