"""A real process, really killed between hearing and answering."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

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
    async def answer(self, ask):
        print("thinking", flush=True)
        await asyncio.sleep(3600)
    async def close(self):
        pass

import weft.federation.tables, weft.people.tables, weft.threads.tables, weft.work.tables
db = Database(sys.argv[1], Site("weft.test", "https://weft.test"))
asyncio.run(Runner(db, ai_jobs.handlers(db, Brains(Thinks())), {"ai": 1}).run())
"""


@pytest.mark.anyio
async def test_an_answer_survives_the_death_of_the_server(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
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
    assert town.outcomes(guide) == [("heard", "")]
    town.expire_leases()
    await town.work()
    assert len(town.answers(guide)) == 1
    assert town.outcomes(guide) == [("answered", "")]
