"""Taking activities out: one signed POST per inbox, until it is taken or can never be.

What counts as failure of a *host*: no answer, or one that says that nobody is there (502, 503,
504), or that it stumbled (500). Those add up in ``peers``; at the fifth in a row the breaker opens
and everything for the host is held, while one probe at a time goes out. An answer that refuses a
*message* (403, 404, …) ends that message and says that the host is well.

A host has a few lanes. What is about one thing (a post, a person) is in one of them and goes in
order: nobody hears of an edit before the post. So a big host takes several messages at once, and one
that is down costs its own lanes only. A message over which a host stumbles three times goes on in a
lane for its thing alone; what comes later about the same thing goes behind it.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, OrderedDict

import sqlalchemy as sa
import structlog
from msgspec import Struct

from weft.federation import peers, plain, policy, synchronisation
from weft.federation.keys import Keys
from weft.federation.knock import Knock
from weft.federation.peers import Peer
from weft.federation.policy import Verdict
from weft.federation.synchronisation import Digests
from weft.federation.tables import outgoing
from weft.federation.vocabulary import ACTIVITY_JSON
from weft.kernel.clock import SECOND, now_ms
from weft.moderation import domains
from weft.net.client import Client, OutboundFailed
from weft.net.guard import OutboundRefused
from weft.net.signatures import Dialect
from weft.store.database import Database, Tx
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import GiveUp, Retry

log = structlog.get_logger(__name__)

KEEP_BODIES = 256
"""Activities kept ready, since one goes to many hosts: at 3 kB each less than a megabyte."""
LOOK = 20 * SECOND
"""How old our picture of the failing hosts may be; our own failures are seen at once."""
NOTED_MAX = 10_000
"""Hosts of which we remember that their sign of life is written down."""

_SENT = sa.select(
    outgoing.c.body, outgoing.c.actor_id, outgoing.c.object, outgoing.c.created_at
).where(outgoing.c.id == sa.bindparam("which"))


class Sent(Struct, frozen=True):
    """An activity as it goes over the wire."""

    body: bytes
    actor_id: int
    about: str
    private: bool
    """For followers only."""


class Delivery:
    """The handler of ``federation.deliver``. Payload: ``outgoing`` (id), ``inbox``."""

    def __init__(self, db: Database, client: Client, keys: Keys) -> None:
        self._db = db
        self._knock = Knock(db, client)
        self._keys = keys
        self._digests = Digests()
        self._bodies: OrderedDict[int, Sent] = OrderedDict()
        self._making = asyncio.Lock()
        self._troubled: dict[str, Peer] = {}
        self._looked = 0
        self._noted: dict[str, int] = {}
        self._fresh: set[str] = set()
        self._paused: dict[str, int] = {}
        self._under_way: Counter[str] = Counter()

    async def deliver(self, job: Job) -> None:
        """Errors, as the runner reads them: Retry, GiveUp."""
        inbox: str = job.payload["inbox"]
        host = plain.host(inbox)
        sent = await self._sent(job.payload["outgoing"])
        if sent is None:
            return  # nobody waits for it any more
        aside = peers.aside(host, sent.about)

        def look(tx: Tx) -> tuple[bool, bool, Dialect]:
            behind = job.lane != aside and jobs.has_lane(tx, aside)
            return domains.is_refused(tx, host), behind, peers.dialect(tx, host)

        refused, behind, dialect = await self._db.glance(look)
        if refused:
            return  # kept out since this was written
        if behind:
            raise Retry(0, "behind one that it stumbled over", count=False, lane=aside)
        await self._hold_if_open(host, job, alone=job.lane == aside)
        self._under_way[host] += 1
        try:
            await self._post(job, inbox, host, sent, aside, dialect)
        finally:
            self._under_way[host] -= 1
            if not self._under_way[host]:
                del self._under_way[host]

    async def _post(
        self, job: Job, inbox: str, host: str, sent: Sent, aside: str, dialect: Dialect
    ) -> None:
        signer = await self._keys.signer(sent.actor_id)
        more: dict[str, str] = {}
        if sent.private:
            known = await self._db.read(lambda tx: self._digests.header(tx, sent.actor_id, inbox))
            more = {synchronisation.HEADER: known} if known else {}
        try:
            answer = await self._knock.post(inbox, sent.body, ACTIVITY_JSON, signer, more, dialect)
        except OutboundRefused as refused:
            log.info("deliver.refused_here", inbox=inbox, why=refused.cause)
            return
        except OutboundFailed as failed:
            await self._host_failed(job, host, failed.cause)
            return
        asked = answer.headers.get("retry-after")
        why = f"{answer.status} {answer.body[:200].decode(errors='replace')}"
        match policy.judge(answer.status):
            case Verdict.DONE:
                await self._host_is_well(host)
            case Verdict.GONE:
                await self._host_is_well(host)
                await self._db.write(lambda tx: peers.gone(tx, inbox, host))
            case Verdict.REFUSED:
                log.info("deliver.refused", inbox=inbox, why=why)
                await self._host_is_well(host)
            case Verdict.LATER:
                await self._host_is_well(host)
                self._pause(host, asked)
                self._retry(job, why, asked)
            case Verdict.DOUBT:
                await self._host_is_well(host)
                if job.attempts < policy.DOUBT_TRIES:
                    self._retry(job, why, None)
                log.info("deliver.refused", inbox=inbox, why=why)
            case Verdict.FAULT:
                if job.lane == aside and not self._is_open(host):
                    self._retry(job, why, asked)  # known: it says nothing of the host
                if job.lane != aside and job.attempts >= policy.FAULT_TRIES:
                    await self._db.write(lambda tx: peers.failed(tx, host, why))
                    raise Retry(policy.retry_delay(job.attempts, 0) or 0, why, lane=aside)
                await self._host_failed(job, host, why, asked)
            case Verdict.DOWN:
                await self._host_failed(job, host, why, asked)

    # -- the host ---------------------------------------------------------------------------

    async def _hold_if_open(self, host: str, job: Job, *, alone: bool) -> None:
        """Errors: Retry while the breaker of the host is open and it is not time for a probe, while
        the host wants a pause, or while another message tries whether a failing one is up.
        ``alone``: in its own lane, aside.
        """
        now = now_ms()
        if abs(now - self._looked) > LOOK:
            await self._look()
        pause = self._paused.get(host, 0) - now
        if pause > 0:
            raise Retry(pause, "held: it asked for a pause", count=False)
        peer = self._troubled.get(host)
        if peer is None:
            return
        if peer.opened_at is None:
            if self._under_way[host]:
                raise Retry(policy.FIRST, f"held: {peer.error}", count=False)
            return
        await self._end_if_old(job, peer)
        # What others know of it counts, not our picture: it may have been heard of just now.
        known = await self._db.read(lambda tx: peers.get(tx, host))
        if known is None or known.opened_at is None:
            return
        wait = _until_probe(known, alone=alone)
        if wait > 0 or not await self._db.write(lambda tx: peers.may_probe(tx, host)):
            raise Retry(max(wait, policy.FIRST), f"held: {known.error}", count=False)

    def _is_open(self, host: str) -> bool:
        peer = self._troubled.get(host)
        return peer is not None and peer.opened_at is not None

    def _pause(self, host: str, asked: str | None) -> int:
        """Leave a host alone as long as it asks for: ms."""
        pause = policy.retry_after(asked, now_ms()) or 0
        if pause:
            self._paused[host] = now_ms() + pause
        return pause

    async def _host_failed(self, job: Job, host: str, why: str, asked: str | None = None) -> None:
        pause = self._pause(host, asked)
        peer = await self._db.write(lambda tx: peers.failed(tx, host, why, pause))
        self._troubled[host] = peer
        self._noted.pop(host, None)
        self._fresh.discard(host)
        if peer.opened_at is not None:
            await self._end_if_old(job, peer)
            raise Retry(max(_until_probe(peer), policy.FIRST), why, count=False)
        self._retry(job, why, asked)

    async def _host_is_well(self, host: str) -> None:
        if host in self._troubled:
            await self._db.write(lambda tx: peers.back(tx, host))
            self._troubled.pop(host, None)
        if now_ms() - self._noted.get(host, 0) > peers.NOTE_EVERY:
            # Written with many others at the next look: losing it in a crash costs nothing.
            self._fresh.add(host)
            self._noted[host] = now_ms()
            if len(self._noted) > NOTED_MAX:
                self._noted.clear()

    async def _look(self) -> None:
        self._looked = now = now_ms()
        self._paused = {host: until for host, until in self._paused.items() if until > now}
        fresh, self._fresh = [*self._fresh], set()
        if fresh:
            await self._db.write(lambda tx: peers.took(tx, fresh))
        self._troubled = await self._db.read(peers.troubled)

    # -- the message ------------------------------------------------------------------------

    async def _sent(self, outgoing_id: int) -> Sent | None:
        if outgoing_id not in self._bodies:
            async with self._making:  # dozens of deliveries of one activity begin at once
                if outgoing_id not in self._bodies:
                    return await self._made(outgoing_id)
        self._bodies.move_to_end(outgoing_id)
        return self._bodies[outgoing_id]

    async def _made(self, outgoing_id: int) -> Sent | None:
        row = await self._db.read(lambda tx: tx.row(_SENT, which=outgoing_id))
        if row is None:
            return None
        # Its proof is made here, once for all hosts: nobody who posts waits for it.
        body = (await self._keys.signer(row.actor_id)).proven(row.body, row.created_at)
        sent = Sent(body, row.actor_id, row.object, synchronisation.is_private(body))
        self._bodies[outgoing_id] = sent
        if len(self._bodies) > KEEP_BODIES:
            self._bodies.popitem(last=False)
        return sent

    def _retry(self, job: Job, why: str, after: str | None) -> None:
        """Errors: Retry by the policy, or when the peer asked to be left alone until; GiveUp."""
        delay = policy.retry_delay(job.attempts, _age(job), random.random())  # noqa: S311 - no secret
        if delay is None:
            raise GiveUp(why)
        raise Retry(max(delay, policy.retry_after(after, now_ms()) or 0), why)

    async def _end_if_old(self, job: Job, peer: Peer) -> None:
        """Errors: GiveUp. With it goes the inbox, if its host was silent all the while: what is
        written from now on does not wait for it.
        """
        if _age(job) < policy.HORIZON:
            return
        if now_ms() - (peer.opened_at or now_ms()) >= peers.LOST:
            inbox: str = job.payload["inbox"]
            await self._db.write(lambda tx: peers.gone(tx, inbox, peer.host))
        raise GiveUp(peer.error)


def _until_probe(peer: Peer, *, alone: bool = False) -> int:
    """Milliseconds. Others go first: over one that is aside the host may stumble, up or not."""
    return peer.probe_at - now_ms() + (2 * policy.PROBE_LEASE if alone else 0)


def _age(job: Job) -> int:
    return now_ms() - job.created_at
