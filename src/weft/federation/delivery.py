"""Taking activities out: one signed POST per inbox, until it is taken or can never be.

What counts as failure of a *host*: no answer, or one that says that nobody is there (502, 503,
504), or that it stumbled (500). Those add up in ``peers``; at the fifth in a row the breaker opens
and everything for the host is held, while one probe at a time goes out. An answer that refuses a
*message* (403, 404, …) ends that message and says that the host is well.

A host's jobs are one lane: in order, one at a time, so a host that is down costs its own lane
only. A message over which a host stumbles three times leaves the lane, so that it alone waits.
"""

from __future__ import annotations

import random
import time
from collections import OrderedDict

import sqlalchemy as sa
import structlog
from msgspec import Struct

from weft.federation import peers, plain, policy
from weft.federation.keys import Keys
from weft.federation.peers import Peer
from weft.federation.policy import Verdict
from weft.federation.tables import outgoing
from weft.federation.vocabulary import ACTIVITY_JSON
from weft.kernel.clock import now_ms
from weft.moderation import domains
from weft.net.client import Client, OutboundFailed
from weft.net.guard import OutboundRefused
from weft.store.database import Database, Tx
from weft.work import jobs
from weft.work.jobs import Job, NewJob
from weft.work.runner import GiveUp, Retry

log = structlog.get_logger(__name__)

KEEP_BODIES = 256
"""Activities kept ready, since one goes to many hosts: at 3 kB each less than a megabyte."""
LOOK_S = 20.0
"""How old our picture of the failing hosts may be; our own failures are seen at once."""
NOTED_MAX = 10_000
"""Hosts of which we remember that their sign of life is written down."""

_SENT = sa.select(outgoing.c.body, outgoing.c.actor_id, outgoing.c.object).where(
    outgoing.c.id == sa.bindparam("which")
)


class Sent(Struct, frozen=True):
    """An activity as it goes over the wire."""

    body: bytes
    actor_id: int
    about: str


class Delivery:
    """The handler of ``federation.deliver``. Payload: ``outgoing`` (id), ``inbox``, and ``since``
    (ms) on a message that left its lane.
    """

    def __init__(self, db: Database, client: Client, keys: Keys) -> None:
        self._db = db
        self._client = client
        self._keys = keys
        self._bodies: OrderedDict[int, Sent] = OrderedDict()
        self._troubled: dict[str, Peer] = {}
        self._looked = -LOOK_S
        self._noted: dict[str, int] = {}
        self._fresh: set[str] = set()

    async def deliver(self, job: Job) -> None:
        """Errors, as the runner reads them: Retry, GiveUp."""
        inbox: str = job.payload["inbox"]
        host = plain.host(inbox)
        if await self._db.glance(lambda tx: domains.is_refused(tx, host)):
            return  # kept out since this was written
        await self._hold_if_open(host, job)
        sent = await self._sent(job.payload["outgoing"])
        if sent is None:
            return  # nobody waits for it any more
        signer = await self._keys.signer(sent.actor_id)
        try:
            answer = await self._client.post(inbox, sent.body, ACTIVITY_JSON, signer=signer)
        except OutboundRefused as refused:
            log.info("deliver.refused_here", inbox=inbox, why=refused.cause)
            return
        except OutboundFailed as failed:
            await self._host_failed(job, host, failed.cause)
            return
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
                self._retry(job, why, answer.headers.get("retry-after"))
            case Verdict.DOUBT:
                await self._host_is_well(host)
                if job.attempts < policy.DOUBT_TRIES:
                    self._retry(job, why, None)
                log.info("deliver.refused", inbox=inbox, why=why)
            case Verdict.FAULT:
                if job.attempts == policy.FAULT_TRIES and "since" not in job.payload:
                    await self._db.write(lambda tx: self._set_aside(tx, job, host, sent, why))
                else:
                    await self._host_failed(job, host, why)
            case Verdict.DOWN:
                await self._host_failed(job, host, why, answer.headers.get("retry-after"))

    # -- the host ---------------------------------------------------------------------------

    async def _hold_if_open(self, host: str, job: Job) -> None:
        """Errors: Retry while the breaker of the host is open and it is not time for a probe."""
        if time.monotonic() - self._looked > LOOK_S:
            await self._look()
        peer = self._troubled.get(host)
        if peer is None or peer.opened_at is None:
            return
        self._end_if_old(job, peer.error)
        # What others know of it counts, not our picture: it may have been heard of just now.
        now = await self._db.read(lambda tx: peers.get(tx, host))
        if now is None or now.opened_at is None:
            return
        due = now.probe_at <= now_ms()
        if not due or not await self._db.write(lambda tx: peers.may_probe(tx, host)):
            wait = max(now.probe_at - now_ms(), policy.FIRST)
            raise Retry(wait, f"held: {now.error}", count=False)

    async def _host_failed(self, job: Job, host: str, why: str, after: str | None = None) -> None:
        peer = await self._db.write(lambda tx: peers.failed(tx, host, why))
        self._troubled[host] = peer
        self._noted.pop(host, None)
        self._fresh.discard(host)
        if peer.opened_at is not None:
            self._end_if_old(job, why)
            wait = max(peer.probe_at - now_ms(), policy.FIRST)
            raise Retry(max(wait, policy.retry_after(after, now_ms()) or 0), why, count=False)
        self._retry(job, why, after)

    async def _host_is_well(self, host: str) -> None:
        if host in self._troubled:
            await self._db.write(lambda tx: peers.took(tx, [host]))
            self._troubled.pop(host, None)
        if now_ms() - self._noted.get(host, 0) > peers.NOTE_EVERY:
            # Written with many others at the next look: losing it in a crash costs nothing.
            self._fresh.add(host)
            self._noted[host] = now_ms()
            if len(self._noted) > NOTED_MAX:
                self._noted.clear()

    async def _look(self) -> None:
        self._looked = time.monotonic()
        fresh, self._fresh = [*self._fresh], set()
        if fresh:
            await self._db.write(lambda tx: peers.took(tx, fresh))
        self._troubled = await self._db.read(peers.troubled)

    # -- the message ------------------------------------------------------------------------

    async def _sent(self, outgoing_id: int) -> Sent | None:
        known = self._bodies.get(outgoing_id)
        if known is not None:
            self._bodies.move_to_end(outgoing_id)
            return known
        row = await self._db.read(lambda tx: tx.row(_SENT, which=outgoing_id))
        if row is None:
            return None
        known = Sent(row.body.encode(), row.actor_id, row.object)
        self._bodies[outgoing_id] = known
        if len(self._bodies) > KEEP_BODIES:
            self._bodies.popitem(last=False)
        return known

    def _retry(self, job: Job, why: str, after: str | None) -> None:
        """Errors: Retry by the policy, or when the peer asked to be left alone until; GiveUp."""
        delay = policy.retry_delay(job.attempts, _age(job), random.random())  # noqa: S311 - no secret
        if delay is None:
            raise GiveUp(why)
        raise Retry(max(delay, policy.retry_after(after, now_ms()) or 0), why)

    def _end_if_old(self, job: Job, why: str) -> None:
        if _age(job) >= policy.HORIZON:
            raise GiveUp(why)

    def _set_aside(self, tx: Tx, job: Job, host: str, sent: Sent, why: str) -> None:
        """Out of its host's lane, still in order with what is about the same thing."""
        delay = policy.retry_delay(job.attempts, _age(job)) or 0
        peers.failed(tx, host, why)
        jobs.finish(tx, job)
        jobs.enqueue(
            tx,
            NewJob(
                job.kind,
                {**job.payload, "since": job.created_at},
                lane=f"aside:{host}:{sent.about}"[:300],
                pool="deliver",
                delay=delay,
            ),
        )


def _age(job: Job) -> int:
    return now_ms() - job.payload.get("since", job.created_at)
