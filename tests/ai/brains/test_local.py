"""The real engine, with a model of random numbers, inside this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.ai import tiny_model
from weft.ai.brains.engine import open_brain
from weft.ai.brains.local import LocalBrain
from weft.ai.brains.openai import OpenAIBrain
from weft.ai.brains.port import Ask, BrainRefused, Passage, Persona
from weft.ai.brains.quotes import QuotesBrain
from weft.kernel.errors import WeftError

pytestmark = pytest.mark.anyio

ASK = Ask(
    Persona("Guide", "guide", operator="Ada"),
    "When does it open?",
    passages=(Passage("It opens at nine.", "Museum"),),
    asker="lena",
    max_tokens=24,
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.write(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture
async def brain(model: Path) -> AsyncIterator[LocalBrain]:
    brain = LocalBrain(model)
    yield brain
    await brain.close()


async def test_the_local_engine_answers(brain: LocalBrain) -> None:
    assert brain.base_url == ""
    answer = await brain.answer(ASK)
    assert answer.action == "speak"
    assert answer.text
    assert answer.model == "tiny"
    assert answer.tokens_in > 100
    assert answer.tokens_out == ASK.max_tokens


async def test_its_port_speaks_openai_but_only_to_us(brain: LocalBrain) -> None:
    ours = await brain.start()
    assert (await ours.answer(ASK)).text
    assert brain.base_url.startswith("http://127.0.0.1:")
    stranger = OpenAIBrain(brain.base_url, "tiny", "guessed")
    with pytest.raises(BrainRefused):
        await stranger.answer(ASK)
    await stranger.close()


async def test_it_stops_and_starts_again(model: Path) -> None:
    brain = LocalBrain(model)
    await brain.answer(ASK)
    address = brain.base_url
    await brain.close()
    await brain.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
    assert (await brain.answer(ASK)).text
    await brain.close()


async def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeftError, match="no model file"):
        LocalBrain(tmp_path / "missing.gguf")
    (tmp_path / "a.gguf").write_bytes(b"hello")
    with pytest.raises(WeftError, match="no GGUF"):
        LocalBrain(tmp_path / "a.gguf")
    (tmp_path / "b.gguf").write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(BrainRefused, match="cannot be loaded"):
        await LocalBrain(tmp_path / "b.gguf").answer(ASK)


def test_settings_choose_the_engine(model: Path) -> None:
    assert isinstance(open_brain(), QuotesBrain)
    assert isinstance(open_brain(model_file=str(model)), LocalBrain)
    server = {"model_url": "http://127.0.0.1:1/v1", "model_name": "x"}
    assert isinstance(open_brain(**server), OpenAIBrain)
    with pytest.raises(WeftError, match="model_name"):
        open_brain(model_url="http://127.0.0.1:1/v1")
