"""An admin's desk: rules by hand, followed lists, and the jobs that follow, run by hand too."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tests.conftest import House
from weft.moderation import bringing, domain_lists, domains, keeping, list_jobs
from weft.moderation import jobs as moderation_jobs
from weft.moderation.domain_lists import DomainList
from weft.moderation.rules import Rule
from weft.moderation.shared import Entry
from weft.net.client import Client
from weft.people import accounts
from weft.people.model import Account
from weft.store.blobs import Blobs
from weft.work import jobs
from weft.work.jobs import LeaseLost


def entries(*lines: str) -> list[Entry]:
    """``domain severity flags``, each a line: ``x.test suspend media reports``."""
    made: list[Entry] = []
    for line in lines:
        domain, severity, *flags = [*line.split(), "suspend"][: max(2, len(line.split()))]
        made.append(
            Entry(
                domain,
                severity,  # pyright: ignore[reportArgumentType]
                reject_media="media" in flags,
                reject_reports="reports" in flags,
            )
        )
    return made


class Desk:
    def __init__(self, house: House, client: Client | None = None) -> None:
        self.house = house
        self.db = house.db
        self.handlers = {
            **moderation_jobs.handlers(house.db, Blobs.__new__(Blobs)),
            **list_jobs.handlers(house.db, client or Client.__new__(Client)),
        }
        if client is None:
            del self.handlers["moderation.read_list"]

    async def work(self, *kinds: str) -> None:
        """Do what waits, of these kinds or of all, until none does."""
        wanted = set(kinds or self.handlers)
        ran = True
        while ran:
            ran = False
            for pool in ("default", "fetch"):
                for job in await self.db.write(
                    lambda tx, pool=pool: jobs.claim(tx, pool, "desk", 500)
                ):
                    if job.kind in wanted:
                        ran = True
                        await self.handlers[job.kind].run(job)
                        with suppress(LeaseLost):  # those that ended themselves
                            await self.db.write(lambda tx, job=job: jobs.finish(tx, job))
            await self.db.write(lambda tx: jobs.release(tx, "desk"))

    def follow(self, url: str = "https://lists.test/a.csv", **more: Any) -> DomainList:
        return self.db.write_now(lambda tx: domain_lists.subscribe(tx, url, **more))

    def read(self, one: DomainList, *lines: str, found: Sequence[Entry] = ()) -> DomainList:
        """As if the list had been read."""
        new = list(found) or entries(*lines)
        return self.db.write_now(
            lambda tx: domain_lists.take(tx, domain_lists.get(tx, one.id), new, "")
        )

    def approve(self, one: DomainList) -> DomainList:
        def work(tx: Any) -> DomainList:
            now = domain_lists.get(tx, one.id)
            return domain_lists.approve(tx, now, now.version)

        return self.db.write_now(work)

    async def bring(self, one: DomainList, *lines: str) -> None:
        """A list says this from now on, and everything follows."""
        self.read(one, *lines)
        self.approve(one)
        await self.work()

    def get(self, one: DomainList) -> DomainList:
        return self.db.read_now(lambda tx: domain_lists.get(tx, one.id))

    def unfollow(self, one: DomainList) -> None:
        self.db.write_now(lambda tx: domain_lists.unsubscribe(tx, domain_lists.get(tx, one.id)))

    def block(self, domain: str, severity: str = "suspend", **more: Any) -> Rule:
        return self.db.write_now(lambda tx: domains.add(tx, domain, severity=severity, **more))

    def unblock(self, domain: str) -> None:
        self.db.write_now(lambda tx: domains.remove(tx, domains.of(tx, domain)))

    def rules(self) -> dict[str, Rule]:
        return self.db.read_now(keeping.every)

    def said(self) -> dict[str, tuple[str, int | None]]:
        """(severity, list) of each rule."""
        return {name: (rule.severity, rule.list_id) for name, rule in self.rules().items()}

    def now(self, account: Account) -> Account:
        return self.db.read_now(lambda tx: accounts.get(tx, account.id))

    def differing(self) -> int:
        return len(self.db.read_now(bringing.differences))
