"""A real process, really killed while it notes what was said."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from tests.ai.memory.test_notes import Extracting, known
from tests.ai.town import DEADLINE_S, Town

SERVER = """
import asyncio, sys
from weft.ai import jobs as ai_jobs
from weft.ai.brains.choose import Brains
from weft.kernel.site import Site
from weft.store.database import Database
from weft.work.runner import Runner

class Thinks:
    name = "thinks"
    async def complete(self, told, max_tokens):
        print("thinking", flush=True)
        await asyncio.sleep(3600)
    async def close(self):
        pass

import weft.federation.tables, weft.people.tables, weft.threads.tables, weft.work.tables
db = Database(sys.argv[1], Site("weft.test", "https://weft.test"))
asyncio.run(Runner(db, ai_jobs.handlers(db, Brains(Thinks())), {"memory": 1}).run())
"""


@pytest.mark.anyio
async def test_what_was_said_is_noted_once_after_the_death_of_the_server(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide my name is Ada and I collect stamps")
    assert town.answer_all() == 1
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, town.house.url, stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            assert await server.stdout.readline() == b"thinking\n"
    finally:
        server.kill()
        await server.wait()
    assert known(town, guide, ada) == []
    town.expire_leases()
    brain = Extracting("fact: I collect stamps")
    await town.work(brain)
    assert known(town, guide, ada) == ["my name is Ada", "I collect stamps"]
    assert len(brain.prompts) == 1
    assert town.waiting() == 0
