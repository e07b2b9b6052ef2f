"""What another server says of its post besides: kept where it says it, refreshed, never more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.conftest import Receiving
from tests.federation.stranger import create, mention
from weft.federation.read_details import read_details
from weft.threads import details

BASE = "https://other.test/notes/1"


@pytest.mark.parametrize(
    ("document", "found"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param(
            {"context": "https://root.test/contexts/1", "conversation": "tag:x"},
            {"context_uri": "https://root.test/contexts/1"},
            id="context",
        ),
        pytest.param({"conversation": "tag:other.test,2026:1"}, {}, id="a tag is no address"),
        pytest.param(
            {"conversation": "https://root.test/c/1"},
            {"context_uri": "https://root.test/c/1"},
            id="conversation",
        ),
        pytest.param(
            {"replies": {"id": f"{BASE}/replies", "type": "Collection", "totalItems": 3}},
            {"replies_uri": f"{BASE}/replies", "replies_count": 3},
            id="replies",
        ),
        pytest.param(
            {"replies": "https://victim.test/replies"}, {}, id="replies of another server"
        ),
        pytest.param(
            {"likes": {"totalItems": 7}, "shares": {"totalItems": 0}},
            {"likes_count": 7, "boosts_count": 0},
            id="counts",
        ),
        pytest.param({"likes": {"totalItems": 2**40}, "shares": -1}, {}, id="lies"),
        pytest.param({"likes": {"totalItems": True}, "shares": [[]]}, {}, id="nonsense"),
    ],
)
def test_reading(document: dict[str, Any], found: dict[str, Any]) -> None:
    assert read_details({"id": BASE, **document}) == found


@pytest.mark.anyio
async def test_what_a_post_says_of_itself_is_kept_and_refreshed(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(
        bo,
        "1",
        tag=[mention(ada.uri)],
        context="http://other.test/contexts/1",
        likes={"type": "Collection", "totalItems": 4},
    )
    await receiving.send(create(note))
    post = await receiving.post(note["id"])
    assert post is not None

    async def now() -> details.Details:
        found = await receiving.db.read(lambda tx: details.of(tx, [post.id, 0]))
        return found[post.id]

    kept = await now()
    assert (kept.context_uri, kept.likes_count, kept.boosts_count) == (
        "http://other.test/contexts/1",
        4,
        None,
    )
    assert kept.counted_at is not None

    await receiving.db.write(lambda tx: details.put(tx, post.id, signals=["noai"]))
    changed = note | {"likes": {"totalItems": 9}, "updated": "2026-11-21T10:00:00Z"}
    update = create(changed) | {"type": "Update", "id": f"{note['id']}/update"}
    await receiving.send(update)
    kept = await now()
    assert (kept.likes_count, kept.signals) == (9, ["noai"])
    assert kept.context_uri == "http://other.test/contexts/1"


@pytest.mark.anyio
async def test_a_post_that_says_nothing_has_no_row(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1", tag=[mention(ada.uri)])
    await receiving.send(create(note))
    post = await receiving.post(note["id"])
    assert post is not None
    assert await receiving.db.read(lambda tx: details.of(tx, [post.id])) == {}
