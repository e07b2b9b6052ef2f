"""A small town for the tests of turns: people, AIs, a bot from elsewhere, and engines on strings."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import copy
from typing import TypeVar
from unittest import mock

import sqlalchemy as sa

from tests.conftest import House
from weft.ai import ending, hear_room, members, taken, turn
from weft.ai import jobs as ai_jobs
from weft.ai.brains.choose import Brains
from weft.ai.brains.port import Answer, Ask
from weft.ai.documents import Shelf
from weft.ai.model import Turn
from weft.ai.turns import open_floor
from weft.kernel.clock import now_ms
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Incoming, Post
from weft.threads.publish import receive
from weft.threads.tables import posts as post_table
from weft.work import jobs
from weft.work.runner import Runner
from weft.work.tables import jobs as job_table

T = TypeVar("T")
DEADLINE_S = 20.0


class Scripted:
    """An engine that says what a test wants, and remembers what it was asked."""

    name = "scripted"

    def __init__(self, reply: Callable[[Ask], Answer] | None = None) -> None:
        self.reply = reply or (lambda _ask: Answer("speak", "An answer.", model="scripted"))
        self.asks: list[Ask] = []

    async def answer(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        return self.reply(ask)

    async def close(self) -> None:
        pass


class Stuck(Scripted):
    """An engine that thinks until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.thinking = asyncio.Event()
        self.go = asyncio.Event()

    async def answer(self, ask: Ask) -> Answer:
        self.thinking.set()
        await self.go.wait()
        return await super().answer(ask)


class Within:
    """A database that is one open transaction."""

    def __init__(self, tx: Tx) -> None:
        self.site = tx.site
        self._tx = tx

    def write_now(self, work: Callable[[Tx], T]) -> T:
        return work(self._tx)

    read_now = write_now


class Town:
    """A house whose AIs hear."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.db = house.db
        ai_jobs.react(house.db)
        self.shelf = Shelf()
        self.ears = hear_room.Ears()
        known = ai_jobs.handlers(house.db, Brains())
        self._again = [kind for kind, one in known.items() if one.every is not None]
        self._notes = 0

    def at_once(self, scene: Callable[[Town], None]) -> None:
        """Play a scene in one transaction: hundreds of posts in the time of one commit."""

        def play(tx: Tx) -> None:
            inner = copy(self)
            inner.house = copy(self.house)
            inner.db = inner.house.db = Within(tx)  # pyright: ignore[reportAttributeAccessIssue]
            scene(inner)
            self._notes = inner._notes

        self.db.write_now(play)

    def ai(self, owner: Account, handle: str, **more: object) -> Account:
        return self.db.write_now(lambda tx: members.create(tx, owner, handle, **more))  # pyright: ignore[reportArgumentType]

    def heard(self, author: Account, text: str, **more: object) -> Post:
        """A post that arrives from elsewhere. ``mentions``: accounts; ``reply_to``: a post."""
        self._notes += 1
        uri = f"https://{author.domain}/notes/{self._notes}"
        called: list[Account] = more.pop("mentions", [])  # pyright: ignore[reportAssignmentType]
        parent = more.pop("reply_to", None)
        note = Incoming(
            uri=uri,
            url=uri,
            html=f"<p>{text}</p>",
            mentions=tuple(one.uri for one in called),
            reply_to_uri=parent.uri if isinstance(parent, Post) else None,
            visibility=more.pop("visibility", "public"),  # pyright: ignore[reportArgumentType]
            created_at=more.pop("created_at", now_ms()),  # pyright: ignore[reportArgumentType]
            ai=more.pop("ai", {} if author.bot else None),  # pyright: ignore[reportArgumentType]
        )
        for _ in range(3):  # as the inbox does: an id of the same millisecond may be taken
            try:
                post = self.db.write_now(lambda tx: receive(tx, author, note))
            except sa.exc.IntegrityError:
                continue
            assert post is not None
            return post
        raise AssertionError("no id is free")

    def turns(self, ai: Account) -> list[Turn]:
        """Oldest first."""
        return self.db.read_now(lambda tx: taken.last(tx, ai.id, 1_000))[::-1]

    def outcomes(self, ai: Account) -> list[tuple[str, str]]:
        return [(one.outcome, one.reason) for one in self.turns(ai)]

    def answers(self, ai: Account) -> list[Post]:
        """What an AI said, oldest first."""
        rows = self.db.read_now(
            lambda tx: tx.rows(
                sa.select(*posts.COLUMNS)
                .where(post_table.c.author_id == ai.id)
                .order_by(post_table.c.id)
            )
        )
        return [Post(*row) for row in rows]

    def answer_all(self, text: str = "An answer.") -> int:
        """Take the turns that wait with a given text and without an engine: what the text holds
        is said as it stands. Gives how many were taken.
        """
        taken = 0
        while claimed := self.db.write_now(lambda tx: jobs.claim(tx, "ai", "test", 100)):
            for job in claimed:
                self.db.write_now(lambda tx, job=job: self._take(tx, job, text))
                taken += 1
        return taken

    def _take(self, tx: Tx, job: jobs.Job, text: str) -> None:
        if job.kind == open_floor.WAIT:
            self.ears.due(tx, job)
            return
        ready = turn.prepare(tx, int(job.payload["turn"]), self.shelf)
        if ready is None:
            jobs.finish(tx, job)
            return
        said = ready.said or turn.Said("answered", "", text, model="scripted")
        ending.conclude(tx, job, ready.turn.id, said)

    def expire_leases(self) -> None:
        """As if two minutes had passed since the worker was last heard of."""
        self.db.write_now(lambda tx: tx.run(job_table.update().values(lease_until=0)))
        self.db.write_now(lambda tx: tx.signal("jobs"))

    def waiting(self) -> int:
        return self.db.read_now(
            lambda tx: tx.scalar(
                sa.select(sa.func.count()).where(
                    job_table.c.dead_at.is_(None),
                    # Nobody looks here at the pages that posts link to.
                    job_table.c.pool != "preview",
                    job_table.c.kind.not_in(self._again),
                )
            )
        )

    @asynccontextmanager
    async def working(
        self, brain: Scripted | None = None, *, at_once: int = 4, **limits: float
    ) -> AsyncIterator[None]:
        """A server that works off the jobs. Leaving is kill -9: nothing that it holds is given
        back, so that only the end of its leases frees it.
        """
        brains = Brains(brain or Scripted())
        handlers = ai_jobs.handlers(self.db, brains)
        if limits:
            turns = turn.Turns(self.db, brains, **limits)  # pyright: ignore[reportArgumentType]
            handlers["ai.turn"] = type(handlers["ai.turn"])(turns.take)
        task = asyncio.create_task(
            Runner(self.db, handlers, {"ai": at_once, "default": 2, "memory": 1}).run()
        )
        try:
            yield
        finally:
            task.cancel()
            with mock.patch("weft.work.jobs.release"), contextlib.suppress(asyncio.CancelledError):
                await task

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not true():  # noqa: ASYNC110 - what it waits for is in the database
                await asyncio.sleep(0.01)

    async def work(self, brain: Scripted | None = None, **limits: float) -> None:
        """Work until nothing waits."""
        async with self.working(brain, **limits):
            await self.until(lambda: self.waiting() == 0)
