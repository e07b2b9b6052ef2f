"""Who wants to know whether an AI made a text, and what each member chose about AIs."""

from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from weft.ai import jobs as ai_jobs
from weft.ai import members as ais
from weft.ai.disclosure.marks import PURPOSE, Marks
from weft.api.limits import DETECTIONS, Limits
from weft.net.seal import KEY_BYTES, Seal
from weft.people.model import Account

pytestmark = pytest.mark.anyio

SAID = "Rye bread keeps for a week when it stands in a cool cupboard and is wrapped in linen."
DETECT = "/api/weft/v1/ai/detect"


def with_marks(edge: Edge, ada: Account) -> Account:
    """An AI whose words are marked with the key of these tests."""
    ai_jobs.react(edge.house.db)
    Marks(Seal(bytes(KEY_BYTES)).key_for(PURPOSE)).react(edge.house.db)
    return edge.house.db.write_now(lambda tx: ais.create(tx, ada, "guide"))


async def test_anybody_may_ask_without_an_account(edge: Edge, ada: Account) -> None:
    guide = with_marks(edge, ada)
    stranger = edge.of(None)
    nothing = (await stranger.post(DETECT, json={"text": SAID})).json()
    assert nothing == {"made": "no", "share": 0.0, "ais": [], "since": None}
    edge.house.post(guide, SAID)
    found = (await stranger.post(DETECT, json={"text": SAID})).json()
    since = found.pop("since")
    assert found == {"made": "yes", "share": 1.0, "ais": ["guide"]}
    assert since.endswith("Z")


async def test_private_answers_are_owned_up_to_and_no_more(edge: Edge, ada: Account) -> None:
    guide = with_marks(edge, ada)
    edge.house.post(guide, f"@ada {SAID}", visibility="direct")
    found = (await edge.of(None).post(DETECT, json={"text": SAID})).json()
    assert (found["made"], found["ais"]) == ("yes", [])


@pytest.mark.parametrize(
    "text", ["", "too short", "word " * 10_000], ids=["empty", "short", "long"]
)
async def test_what_cannot_be_told(edge: Edge, text: str) -> None:
    answer = await edge.of(None).post(DETECT, json={"text": text})
    assert answer.status_code == 422
    assert "error" in answer.json()


async def test_nobody_searches_through_private_answers(edge: Edge) -> None:
    stranger = edge.of(None)
    edge.app._things["limits"] = Limits()  # the server's own; tests have more
    for _ in range(DETECTIONS.most):
        assert (await stranger.post(DETECT, json={"text": SAID})).status_code == 200
    assert (await stranger.post(DETECT, json={"text": SAID})).status_code == 429
    # The page and the API count as one.
    assert (await stranger.post("/ai-made", data={"text": SAID})).status_code == 429


async def test_the_page_works_without_javascript(edge: Edge, ada: Account) -> None:
    guide = with_marks(edge, ada)
    edge.house.post(guide, SAID)
    stranger = edge.of(None)
    empty = await stranger.get("/ai-made")
    assert empty.status_code == 200
    assert '<form method="post" action="/ai-made"' in empty.text
    assert 'type="module"' not in empty.text
    found = await stranger.post("/ai-made", data={"text": SAID})
    assert "Yes. An AI of this server made this text." in found.text
    assert 'href="/@guide"' in found.text
    short = await stranger.post("/ai-made", data={"text": "<b>short</b>"})
    assert short.status_code == 422
    assert "fewer than 12 words" in short.text
    assert "<b>short" not in short.text
    assert (await stranger.post("/ai-made", data={})).status_code == 422
