"""Days of deliveries in seconds: the real delivery, jobs and store, a clock that is moved by hand,
and hosts that do whatever their day brings.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import msgspec
import pytest
import sqlalchemy as sa

from tests.conftest import House
from weft.federation import jobs as federation_jobs
from weft.federation.keys import Keys
from weft.federation.outbox import sending
from weft.kernel import clock
from weft.kernel.clock import DAY, SECOND, now_ms
from weft.net.client import Client, OutboundFailed, Response
from weft.people import accounts
from weft.people.model import Account
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import Runner
from weft.work.tables import jobs as job_table

Answer = Literal["ok", "timeout", "lied", "500", "503", "429", "410"]
"""``lied``: it took the message, and its answer was lost."""
Behaviour = Callable[[int, str], Answer]
"""What a host answers, by the ms since the beginning and the thing that a message is about."""

START = 1_800_000_000_000
AT_ONCE = 256
"""Jobs that are claimed together. A real server has 64 hands; here that only costs time."""
ASKS = 1_800
"""Seconds that a busy host asks for."""


class Clock:
    """Stands in for the module ``time`` in ``kernel.clock``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = START
        monkeypatch.setattr(clock, "time", self)

    def time_ns(self) -> int:
        return self.now * 1_000_000


@dataclass
class Far:
    """All other servers, in place of the client. ``arrived``: per host, each message as
    (id, thing), as often as it came; ``tries``: requests per host and day.
    """

    clock: Clock
    behaviour: dict[str, Behaviour] = field(default_factory=dict)
    arrived: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    tries: Counter[tuple[str, int]] = field(default_factory=Counter)
    early: list[tuple[str, int]] = field(default_factory=list)
    """Requests (host, ms too early) that came although the host had asked for a pause."""
    lies: int = 0
    _free: dict[str, int] = field(default_factory=dict)

    async def post(self, url: str, body: bytes, content_type: str, **_: Any) -> Response:
        del content_type
        host = urlsplit(url).netloc
        since = self.clock.now - START
        self.tries[host, since // DAY] += 1
        if self.clock.now < self._free.get(host, 0):
            self.early.append((host, self._free[host] - self.clock.now))
        told = msgspec.json.decode(body)
        answer = self.behaviour.get(host, _fine)(since, told["object"])
        await asyncio.sleep(0)
        if answer in ("ok", "lied"):
            self.arrived[host].append((told["id"], told["object"]))
        if answer == "lied":
            self.lies += 1
        if answer in ("timeout", "lied"):
            raise OutboundFailed("timed out")
        headers: dict[str, str] = {}
        if answer == "429":
            headers["retry-after"] = str(ASKS)
            self._free[host] = self.clock.now + ASKS * 1000
        return Response(202 if answer == "ok" else int(answer), url, headers, b"")

    def once(self, host: str) -> list[tuple[str, str]]:
        """What a host that knows ids made of it."""
        return list(dict.fromkeys(self.arrived[host]))


def _fine(_since: int, _about: str) -> Answer:
    return "ok"


class World:
    """A server of ours among simulated ones."""

    def __init__(
        self, house: House, monkeypatch: pytest.MonkeyPatch, *, tick: int = SECOND
    ) -> None:
        """``tick``: ms that pass at least between two looks; what is due in them is done together."""
        self.db = house.db
        self.tick = tick
        self.clock = Clock(monkeypatch)
        self.far = Far(self.clock)
        self.handled: Counter[tuple[str, int]] = Counter()
        self.died = 0
        self.said: list[tuple[str, str]] = []
        handlers = federation_jobs.handlers(self.db, cast("Client", self.far), Keys(self.db))
        self.runner = Runner(self.db, handlers, {})
        self.delivery = handlers["federation.deliver"]
        self._handlers = handlers

    def say(
        self, by: Account, kind: str, about: str, inboxes: list[str], *, followers: bool = False
    ) -> None:
        """Tell something, to these or to all followers."""
        told = {"id": f"{about}#{len(self.said)}", "type": kind, "actor": by.uri, "object": about}
        self.said.append((told["id"], about))
        self.db.write_now(
            lambda tx: sending.send(
                tx, accounts.get(tx, by.id), told, about, inboxes, followers=followers
            )
        )

    async def until(self, since: int, *, dies: Callable[[], bool] = lambda: False) -> None:
        """Let time pass, and work off what becomes due. ``dies``: whether the process is killed
        after it did what it has in hand, and before it could write so down.
        """
        end = START + since
        while True:
            while held := await self._claim():
                for job in held:
                    if job.kind == "federation.deliver":
                        host = urlsplit(job.payload["inbox"]).netloc
                        self.handled[host, (self.clock.now - START) // DAY] += 1
                if dies():
                    self.died += 1
                    works = (self._handlers[job.kind].run(job) for job in held)
                    await asyncio.gather(*works, return_exceptions=True)
                else:
                    await asyncio.gather(*map(self.runner._do, held))
            due = self.db.read_now(_next)
            if due is None or due > end:
                break
            self.clock.now = max(due, self.clock.now + self.tick)
        self.clock.now = max(end, self.clock.now)

    async def _claim(self) -> list[Job]:
        def claim(tx: jobs.Tx) -> list[Job]:
            return [
                *jobs.claim(tx, "default", "me", AT_ONCE),
                *jobs.claim(tx, "deliver", "me", AT_ONCE),
            ]

        return await self.db.write(claim)

    def waiting(self) -> int:
        counted = sa.select(sa.func.count()).where(job_table.c.dead_at.is_(None))
        return int(self.db.read_now(lambda tx: tx.scalar(counted)))


def _next(tx: jobs.Tx) -> int | None:
    """When something is due, or its lease is over."""
    due = sa.select(sa.func.min(job_table.c.run_at)).where(
        job_table.c.dead_at.is_(None), job_table.c.run_at > now_ms()
    )
    freed = sa.select(sa.func.min(job_table.c.lease_until)).where(job_table.c.lease_until > 0)
    found = [at for at in (tx.scalar(due), tx.scalar(freed)) if at is not None]
    return min(found) + 1 if found else None


def down(from_: int, to: int, how: Answer, otherwise: Behaviour = _fine) -> Behaviour:
    """Down between two moments."""
    return lambda since, about: how if from_ <= since < to else otherwise(since, about)


def flaky(seed: int, share: float, *ways: Answer) -> Behaviour:
    """Fails now and then, in one of these ways."""
    dice = random.Random(seed)
    return lambda _since, _about: dice.choice(ways) if dice.random() < share else "ok"


def stumbles(over: str, until: int) -> Behaviour:
    """Answers 500 to all about one thing, until then."""
    return lambda since, about: "500" if about == over and since < until else "ok"
