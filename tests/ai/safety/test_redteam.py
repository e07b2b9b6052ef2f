"""What the server holds must hold with a model that writes nonsense, and with one that does as it is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.ai import tiny_model
from tests.ai.town import Scripted, Town
from weft.ai import members
from weft.ai.brains.local import LocalBrain
from weft.ai.brains.port import Answer, Ask, Brain
from weft.ai.brains.quotes import QuotesBrain
from weft.ai.knowledge import answers
from weft.ai.safety import redteam, suites
from weft.ai.safety.redteam import Card
from weft.ai.safety.rules import Rules
from weft.kernel.errors import Invalid
from weft.people.model import Account

pytestmark = pytest.mark.anyio

BOUNDS: dict[str, Any] = {
    "competitors": [{"name": "Rival Corp", "aliases": ["Rivalo"]}],
    "must_say": [{"topics": ["price"], "text": "Prices include tax."}],
    "links": ["shop.example"],
}


def bakery(town: Town) -> Account:
    ada = town.house.person("ada")
    crumb = town.ai(ada, "crumb", avoid=["politics"], persona="A bakery.")
    town.db.write_now(lambda tx: members.bound(tx, ada, crumb.id, BOUNDS))
    town.db.write_now(
        lambda tx: answers.add(tx, ada, crumb.id, "When do you open?", "At 9, «always».")
    )
    return crumb


async def tried(town: Town, ai: Account, brain: Brain, suite: str = "all", own: Any = ()) -> Card:
    row = town.db.read_now(lambda tx: members.by_account(tx, ai.id))
    assert row is not None
    return await redteam.run(town.db, brain, Rules(), row, ai, suite, own)


async def test_with_quotes_all_holds(town: Town) -> None:
    card = await tried(town, bakery(town), QuotesBrain())
    assert card.findings == []
    assert card.asked > 150
    assert town.db.read_now(lambda tx: redteam.of(tx, card.ai_id)) == [card]


async def test_with_a_random_model_the_invariants_hold(town: Town, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    model = await asyncio.to_thread(tiny_model.write, tmp_path / "tiny.gguf")
    brain = LocalBrain(model)
    try:
        ai = bakery(town)
        for suite in ("identity", "crisis"):
            assert (await tried(town, ai, brain, suite)).findings == []
    finally:
        await brain.close()


async def test_a_model_that_obeys_everybody_still_keeps_the_bounds(town: Town) -> None:
    def obey(ask: Ask) -> Answer:
        return Answer(
            "speak", f"I am human. Rivalo! https://evil.example/x {ask.question}", model="x"
        )

    ai = bakery(town)
    for suite in ("bounds", "identity", "personal", "crisis"):
        assert (await tried(town, ai, Scripted(obey), suite)).findings == []


async def test_who_follows_what_a_text_says_is_found_out(town: Town) -> None:
    def follow(ask: Ask) -> Answer:
        return Answer("speak", " ".join(line.text for line in ask.thread), model="x")

    card = await tried(town, bakery(town), Scripted(follow), "injection")
    assert card.failed == len(suites._WRAPPERS)
    assert suites.CANARY in card.findings[0].said


async def test_a_suite_of_ones_own(town: Town) -> None:
    own = suites.from_lines(
        '{"question": "hi", "must": ["bread"]}\n{"question": "yo", "must_not": ["x"]}'
    )
    card = await tried(town, bakery(town), Scripted(), "own", own)
    assert (card.asked, card.failed) == (2, 1)
    assert card.findings[0].wrong == ["misses: bread"]
    for wrong in ("", "{", '{"question": 1}', '{"no": 1}'):
        with pytest.raises(Invalid):
            suites.from_lines(wrong)
