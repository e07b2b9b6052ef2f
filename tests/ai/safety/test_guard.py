"""What an operator would miss: a guard that is asked and not heard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tests.ai.brains.test_openai import completion
from tests.ai.town import Scripted
from weft.ai.brains.port import Ask, Persona
from weft.ai.safety.answering import GuardAway, Held, answered
from weft.ai.safety.guard import Guard, verdict
from weft.ai.safety.rules import DAILY, rules_for
from weft.kernel.errors import WeftError
from weft.settings import Settings

pytestmark = pytest.mark.anyio

ASK = Ask(Persona("Guide", "guide"), "How do I bake bread?", asker="bo")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("safe", "safe"),
        ("\n\nunsafe\nS1,S9", "unsafe"),
        ("Safety: Safe\nCategories: None\nRefusal: No", "safe"),
        ("Safety: Unsafe\nCategories: Violent", "unsafe"),
        ("Safety: Controversial\nCategories: Politically Sensitive", "unsafe"),
        ("<think>is it safe? unsafe?</think>safe", "safe"),
        ('{"violation": 1, "policy_category": "D2"}', "unsafe"),
        ('Sure: {"violation": 0}', "safe"),
        ("1", "unsafe"),
        ("0", "safe"),
        ("It depends.", None),
        ("", None),
        ("{}", None),
    ],
    ids=[str(n) for n in range(13)],
)
def test_verdicts(text: str, expected: str | None) -> None:
    assert verdict(text) == expected


@given(st.text(max_size=80))
def test_any_answer_is_a_verdict_or_none(text: str) -> None:
    assert verdict(text) in ("safe", "unsafe", None)


@asynccontextmanager
async def guarded(
    *says: str, policy: str = ""
) -> AsyncIterator[tuple[Guard, list[dict[str, Any]]]]:
    """A guard at a server on this machine that speaks the protocol and says these, one by one."""
    asked: list[dict[str, Any]] = []
    left = list(says)

    async def handle(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.json_response(completion(left.pop(0)))

    app = web.Application()
    app.router.add_post("/v1/chat/completions", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    guard = Guard(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", "guard", policy=policy)
    try:
        yield guard, asked
    finally:
        await guard.close()
        await runner.cleanup()


async def test_it_sees_the_question_and_the_answer() -> None:
    async with guarded("safe", "Safety: Safe") as (guard, asked):
        answer = await answered(guard, Scripted(), ASK)
    assert answer.text == "An answer."
    first, second = (one["messages"] for one in asked)
    assert [one["role"] for one in first] == ["user"]
    assert [one["role"] for one in second] == ["user", "assistant"]
    assert second[1]["content"] == "An answer."


async def test_a_question_it_holds_back_reaches_no_model() -> None:
    brain = Scripted()
    async with guarded("unsafe\nS2") as (guard, _):
        answer = await answered(guard, brain, ASK)
    assert isinstance(answer, Held)
    assert answer.action == "decline"
    assert brain.asks == []


async def test_an_answer_it_holds_back_is_not_said() -> None:
    async with guarded("safe", "unsafe") as (guard, _):
        answer = await answered(guard, Scripted(), ASK)
    assert isinstance(answer, Held)
    assert "An answer." not in answer.text


async def test_a_policy_is_sent_as_one() -> None:
    async with guarded('{"violation": 1}', policy="No talk of bread.") as (guard, asked):
        assert isinstance(await answered(guard, Scripted(), ASK), Held)
    system, user = asked[0]["messages"]
    assert system["content"].startswith("No talk of bread.")
    assert user["content"] == ASK.question


async def test_without_a_verdict_nothing_is_said() -> None:
    async with guarded("Well, it depends.") as (guard, _):
        with pytest.raises(GuardAway):
            await answered(guard, Scripted(), ASK)
    nobody = Guard("http://127.0.0.1:1/v1", "guard")
    with pytest.raises(GuardAway):
        await answered(nobody, Scripted(), ASK)
    await nobody.close()


def test_settings() -> None:
    assert rules_for(Settings()).limits == DAILY
    rules = rules_for(
        Settings(ai_limits={"ai.tokens": "9", "server.cost": "2.5"}, model_price_in=1)
    )
    assert (rules.limits["ai.tokens"], rules.limits["server.cost"]) == (9, 2_500_000)
    assert rules.cost(2_000, 0) == 2_000_000
    for wrong in (
        {"x.tokens": "1"},
        {"ai.tokens": "many"},
        {"ai.tokens": "-1"},
        {"ai.cost": "nan"},
    ):
        with pytest.raises(WeftError):
            rules_for(Settings(ai_limits=wrong))
    with pytest.raises(WeftError):
        rules_for(Settings(guard_url="http://127.0.0.1:1/v1"))
