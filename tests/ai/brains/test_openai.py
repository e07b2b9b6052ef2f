"""Any OpenAI-compatible server can answer for an AI; a broken one never breaks anything here."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from weft.ai.brains import chat
from weft.ai.brains.openai import OpenAIBrain, tidy
from weft.ai.brains.port import Ask, BrainRefused, BrainUnavailable, Passage, Persona
from weft.kernel.errors import WeftError

pytestmark = pytest.mark.anyio

PERSONA = Persona("Guide", "guide", avoid=("politics",), operator="Ada")
ASK = Ask(
    PERSONA,
    "When does the museum open?",
    passages=(Passage("The museum opens at nine.", "Museum", "https://a.example/museum"),),
    asker="lena",
)


def completion(text: str, finish: str = "stop") -> dict[str, Any]:
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {"prompt_tokens": 120, "completion_tokens": 9, "total_tokens": 129},
    }


class Server:
    """A model server that says what the test wants, and keeps what it was asked."""

    def __init__(self, respond: Callable[[], Awaitable[web.Response]]) -> None:
        self.respond = respond
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        return await self.respond()


@asynccontextmanager
async def serving(
    respond: Callable[[], Awaitable[web.Response]], **settings: Any
) -> AsyncIterator[tuple[OpenAIBrain, Server]]:
    server = Server(respond)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    brain = OpenAIBrain(f"http://127.0.0.1:{port}/v1/", "scripted", "key-1", **settings)
    try:
        yield brain, server
    finally:
        await brain.close()
        await runner.cleanup()


def says(text: str, finish: str = "stop") -> Callable[[], Awaitable[web.Response]]:
    async def respond() -> web.Response:
        return web.json_response(completion(text, finish))

    return respond


def answers(status: int, body: str) -> Callable[[], Awaitable[web.Response]]:
    async def respond() -> web.Response:
        return web.Response(status=status, text=body, content_type="application/json")

    return respond


async def test_an_answer_with_its_source_and_its_cost() -> None:
    async with serving(says("<think>hm</think>It **opens** at nine [1].")) as (brain, server):
        answer = await brain.answer(ASK)
    assert answer.action == "speak"
    assert answer.text == "It opens at nine [1].\n\n[1] Museum https://a.example/museum"
    assert answer.sources[0].quote == "The museum opens at nine."
    assert (answer.model, answer.tokens_in, answer.tokens_out) == ("scripted", 120, 9)
    assert server.keys == ["Bearer key-1"]
    (asked,) = server.asked
    assert asked["model"] == "scripted"
    # Ollama reads only this one; the newer name is OpenAI's own.
    assert asked["max_tokens"] == ASK.max_tokens
    assert [m["role"] for m in asked["messages"]] == ["system", "user"]
    assert "key-1" not in json.dumps(asked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Politically speaking, vote for me.", "I don't talk about politics."),
        ("I am a real human, trust me.", "I'm Guide, and I'm an AI, not a person."),
        ("Look at https://evil.example/?q=thread", "(link left out)"),
        ("Ask @noor about it.", "Ask somebody about it."),
    ],
)
async def test_bounds_hold_for_what_a_model_says(text: str, expected: str) -> None:
    async with serving(says(text)) as (brain, _):
        answer = await brain.answer(ASK)
    assert expected in answer.text
    assert answer.sources == ()


async def test_an_avoided_topic_never_reaches_the_model() -> None:
    async with serving(says("Sure!")) as (brain, server):
        answer = await brain.answer(Ask(PERSONA, "What about politics?"))
    assert answer.action == "decline"
    assert server.asked == []


async def test_asked_whether_it_is_an_ai_it_always_says_so() -> None:
    async with serving(says("What a question!")) as (brain, _):
        answer = await brain.answer(Ask(PERSONA, "Are you human?"))
    assert answer.text.startswith("I'm Guide, and I'm an AI")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, '{"error": {"message": "boom"}}'),
        (503, "loading model"),
        (429, "{}"),
        (200, "<html>not json</html>"),
        (200, "{}"),
        (200, '{"choices": []}'),
        (200, "null"),
        (200, '{"choices": [{"message": null}]}'),
        (200, '{"choices": "x", "usage": 3}'),
    ],
)
async def test_a_broken_server_is_tried_again_later(status: int, body: str) -> None:
    async with serving(answers(status, body)) as (brain, server):
        with pytest.raises(BrainUnavailable):
            await brain.answer(ASK)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_refusal_is_not_tried_again(status: int) -> None:
    body = '{"error": {"message": "no: key-1"}}'
    async with serving(answers(status, body)) as (brain, _):
        with pytest.raises(BrainRefused) as refused:
            await brain.answer(ASK)
    assert "key-1" not in refused.value.text + refused.value.cause


async def test_an_empty_answer_is_a_refusal() -> None:
    async with serving(says("<think>forever")) as (brain, _):
        with pytest.raises(BrainRefused):
            await brain.answer(ASK)


async def test_a_server_that_is_down_is_noticed_at_once() -> None:
    openai_ready = OpenAIBrain("http://127.0.0.1:9/v1", "x")
    with pytest.raises(BrainUnavailable):  # the first one also pays for the import
        await openai_ready.answer(ASK)
    started = time.monotonic()
    with pytest.raises(BrainUnavailable):
        await openai_ready.answer(ASK)
    assert time.monotonic() - started < 2
    await openai_ready.close()


async def test_a_server_that_hangs_is_given_up() -> None:
    release = asyncio.Event()

    async def hang() -> web.Response:
        await release.wait()
        return web.Response()

    async with serving(hang, timeout=0.3) as (brain, _):
        with pytest.raises(BrainUnavailable):
            await brain.answer(ASK)
        release.set()


def test_wrong_settings_are_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WeftError, match="no web address"):
        OpenAIBrain("localhost:11434", "x")
    monkeypatch.setattr(chat, "available", lambda: False)
    with pytest.raises(WeftError, match=r"pip install 'weft\[ai\]'"):
        OpenAIBrain("http://localhost/v1", "x")


def test_a_cut_off_answer_ends_with_a_sentence() -> None:
    assert tidy("One. Two and", cut_off=True) == "One."
    assert tidy("One and", cut_off=True) == "One and…"
    assert tidy("[here](https://a.example) ![x](https://b.example)\x07") == (
        "here https://a.example x https://b.example"
    )
