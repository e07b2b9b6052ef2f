"""Servers that hold conversations: honest ones, and those that would keep us busy for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.federation.conftest import Receiving
from tests.federation.stranger import ACTIVITY, Stranger, create, mention
from weft.federation.backfill import jobs as backfill_jobs
from weft.federation.backfill import looks
from weft.federation.backfill.looks import Look
from weft.people import accounts
from weft.threads import posts
from weft.threads.model import Post
from weft.work import jobs
from weft.work.runner import Retry

Made = Callable[[web.Request], Any]


class Tricky(Stranger):
    """``made``: what is thought up for each request, by the beginning of its path."""

    def __init__(self, *hosts: str) -> None:
        super().__init__(*hosts)
        self.made: dict[str, Made] = {}
        self.slow: dict[str, float] = {}

    async def _answer(self, request: web.Request) -> web.Response:
        for begins, seconds in self.slow.items():
            if request.path.startswith(begins):
                await asyncio.sleep(seconds)
        for begins, make in self.made.items():
            if request.path.startswith(begins):
                self.asked.append(f"{request.host.partition(':')[0]}{request.path_qs}")
                made = make(request)
                if isinstance(made, web.Response):
                    return made
                return web.Response(text=json.dumps(made), content_type=ACTIVITY)
        return await super()._answer(request)

    def count(self, begins: str = "") -> int:
        """Requests to addresses (host and path) that begin so."""
        return sum(1 for one in self.asked if one.startswith(begins))

    def talk(self, replies: int, **root: Any) -> tuple[Any, list[Any]]:
        """A post by bo with a collection of the whole conversation, and answers in a chain of
        threes by cy.
        """
        bo, cy = self.actor("bo"), self.actor("cy")
        context = f"{self.base()}/contexts/1"
        first = self.note(bo, "root", "the first", context=context, **root)
        answers: list[Any] = []
        for n in range(replies):
            above = answers[-1]["id"] if n % 3 else first["id"]
            answers.append(self.note(cy, f"r{n}", f"answer {n}", inReplyTo=above, context=context))
        self.listed(context, [first["id"], *(one["id"] for one in answers)])
        return first, answers

    def listed(self, uri: str, items: list[Any], **more: Any) -> None:
        """A collection of one page, that stands in it."""
        first = {"type": "CollectionPage", "id": f"{uri}?page=1", "partOf": uri, "items": items}
        self.serve(uri, {"id": uri, "type": "Collection", "first": first} | more)


async def heard(world: Receiving, note: dict[str, Any]) -> Post:
    """The note arrives by itself: it names ada."""
    ada = world.db.read_now(lambda tx: accounts.by_handle(tx, "ada")) or world.house.person("ada")
    assert await world.send(create(note | {"tag": [mention(ada.uri)]})) == 202
    await world.work()
    found = await world.post(note["id"])
    assert found is not None
    return found


async def open_thread(world: Receiving, post: Post) -> Look | None:
    return await world.db.write(lambda tx: looks.begin(tx, post))


async def work(world: Receiving) -> list[int]:
    """Do what waits in the pool, once each; the delays of those that want to be done again."""
    handlers = backfill_jobs.handlers(world.db, world.resolver)
    delays: list[int] = []
    claimed = await world.db.write(lambda tx: jobs.claim(tx, looks.POOL, "test", 10))
    for job in claimed:
        try:
            await handlers[job.kind].run(job)
        except Retry as retry:
            delays.append(retry.delay)
            await world.db.write(
                lambda tx, job=job: jobs.again(tx, job, delay=0, why="", count=False)
            )
    return delays


async def waiting(world: Receiving) -> int:
    """Unfinished jobs of the pool."""
    table = jobs.jobs
    return await world.db.read(
        lambda tx: tx.scalar(jobs.sa.select(jobs.sa.func.count()).where(table.c.pool == looks.POOL))
    )


async def thread(world: Receiving, post: Post) -> list[Post]:
    """All of it that is known, oldest first."""
    table = posts.posts
    now = await world.db.read(lambda tx: posts.by_id(tx, post.id))
    assert now is not None
    query = jobs.sa.select(table.c.id).where(table.c.thread_id == now.thread_id)
    rows = await world.db.read(lambda tx: tx.rows(query.order_by(table.c.id)))
    found = await world.db.read(lambda tx: posts.by_ids(tx, [row[0] for row in rows]))
    return [found[row[0]] for row in rows]
