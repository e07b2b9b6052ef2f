"""What federation does later, and to what it reacts: wired in ``assemble``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from weft.federation import featured_tags, outbox, peers
from weft.federation.delivery import Delivery
from weft.federation.keys import Keys
from weft.kernel.clock import DAY
from weft.net.client import Client
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Database
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import Handler

AS_LONG_AS_IT_TAKES = 1_000_000
"""Deliveries end by their age (``policy.HORIZON``), not by a count."""

AT_ONCE = 250
"""Deliveries written in one transaction of a fan-out: some 10 ms of the writer, which all share."""


def react(db: Database) -> None:
    """Register what follows elsewhere from what members here do."""
    for reactions in outbox.REACTIONS:
        for kind, reaction in reactions.items():
            db.react(kind, reaction)
    db.react("follow.requested", featured_tags.follow_requested)


def handlers(db: Database, client: Client, keys: Keys) -> Mapping[str, Handler]:
    """The kinds of jobs of the way out. Pools: deliver, default."""
    delivery = Delivery(db, client, keys)

    async def fan_out(job: Job) -> None:
        """In parts, so that nobody waits long for the writer; each says in the job how far it is, in
        one transaction with its deliveries.
        """
        payload = job.payload
        which, actor, inboxes = payload["outgoing"], payload["actor"], payload["inboxes"]
        told: str = payload.get("told", "")
        left = await db.read(lambda tx: outbox.everyone(tx, actor, inboxes))
        left = [inbox for inbox in left if inbox > told]
        while left:
            part, left = left[:AT_ONCE], left[AT_ONCE:]
            if not await db.write(lambda tx, part=part: _part(tx, job, which, part)):
                break

    async def announce_actor(job: Job) -> None:
        await announce(job, outbox.announce_actor)

    async def announce_move(job: Job) -> None:
        await announce(job, outbox.announce_move)

    async def announce(job: Job, how: Callable[[jobs.Tx, Account, str, str], None]) -> None:
        account = await db.read(lambda tx: accounts.by_id(tx, job.payload["account"]))
        if account is None or account.suspended_at is not None:
            return
        keys.forget(account.id)  # it may be what changed
        public = await keys.public(account)

        def tell(tx: jobs.Tx) -> None:
            how(tx, accounts.get(tx, account.id), public.pem, public.multikey)
            jobs.finish(tx, job)

        await db.write(tell)

    async def tell_poll(job: Job) -> None:
        def tell(tx: jobs.Tx) -> None:
            outbox.tell_poll(tx, job.payload["post"])
            jobs.finish(tx, job)

        await db.write(tell)

    async def sweep(_: Job) -> None:
        await db.write(peers.sweep)

    return {
        "federation.deliver": Handler(delivery.deliver, attempts=AS_LONG_AS_IT_TAKES),
        "federation.fan_out": Handler(fan_out),
        "federation.announce_actor": Handler(announce_actor),
        "federation.announce_move": Handler(announce_move),
        outbox.TELL: Handler(tell_poll),
        "federation.sweep": Handler(sweep, every=1 * DAY),
    }


def _part(tx: jobs.Tx, job: Job, which: int, part: list[str]) -> bool:
    more = outbox.fan_out(tx, which, part, job.payload.get("order", ""))
    jobs.note(tx, job, {**job.payload, "told": part[-1]})
    return more
