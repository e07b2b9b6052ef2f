"""A real process, really killed while an open question waits, and while its answer is made."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from tests.ai.parlour import Parlour
from tests.ai.test_killed import SERVER
from tests.ai.town import DEADLINE_S, Scripted, Town

IDLE = SERVER.replace('"ai": 1}', '"ai": 1, "default": 1}').replace(
    "asyncio.run(", 'print("up", flush=True)\nasyncio.run('
)


async def killed_when(says: bytes, script: str, url: str) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, url, stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            assert await server.stdout.readline() == says
    finally:
        server.kill()
        await server.wait()


@pytest.mark.anyio
async def test_a_question_that_waits_for_people_survives_and_is_answered_once(town: Town) -> None:
    here = Parlour(town, ["ada", "bo", "cy"], ["guide"], mode="helpful")
    for name in ("ada", "bo", "cy", "ada", "bo", "cy"):
        here.say(name, "good morning")
    line = here.say("bo", "does anybody know when the station opens?")
    assert here.code("guide", line) == ("wait", "people_first")
    # Killed while it waits: nothing of it was in the process.
    await killed_when(b"up\n", IDLE, town.house.url)
    here.time_passes()
    # Killed after the wait came due, while the engine thinks: the turn is there.
    await killed_when(b"thinking\n", SERVER, town.house.url)
    assert town.outcomes(here.ais["guide"]) == [("heard", "")]
    assert here.said() == []
    town.expire_leases()
    brain = Scripted()
    await town.work(brain)
    assert len(here.said()) == 1
    assert brain.asks[0].call == "unasked"
    found = here.why("guide", line)
    assert found is not None
    assert (found.outcome, found.reasons[0][0]) == ("due", "open_for")
    await town.work(brain)
    assert len(here.said()) == 1
