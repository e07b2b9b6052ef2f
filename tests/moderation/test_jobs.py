"""The jobs of moderation, begun, killed and begun again: each of their effects happens once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import House
from weft.moderation import actions, domains
from weft.moderation import jobs as moderation_jobs
from weft.people import accounts, credentials, follows
from weft.people.model import Account
from weft.store.blobs import Blobs
from weft.store.database import Tx
from weft.threads import erase, posts, react
from weft.threads.tables import notifications
from weft.work import jobs
from weft.work.jobs import Job

pytestmark = pytest.mark.anyio


BLANK, DROP = 98, 99
"""When all is erased but the account itself; and when its pictures alone are left on the disk."""


class Killed(Exception):
    """As kill -9 would end it: nothing after it runs."""


class Worker:
    def __init__(self, house: House, folder: Path) -> None:
        self.db = house.db
        self.blobs = Blobs(folder)
        self.handlers = moderation_jobs.handlers(house.db, self.blobs)

    async def take(self, kind: str) -> Job:
        claimed = await self.db.write(lambda tx: jobs.claim(tx, "default", "worker", 50))
        return next(job for job in claimed if job.kind == kind)

    async def run(self, job: Job) -> None:
        await self.handlers[job.kind].run(job)

    async def again(self, job: Job) -> Job:
        """The job as the next worker finds it."""
        await self.db.write(lambda tx: jobs.release(tx, "worker"))
        return await self.take(job.kind)


@pytest.fixture
def worker(house: House, tmp_path: Path) -> Worker:
    return Worker(house, tmp_path / "media")


def crowd(house: House, ada: Account) -> list[Account]:
    """Three accounts of a server: two follow ada, whom she follows both, and one does not."""
    far = [house.remote(name, "far.test") for name in ("x", "y", "z")]

    def tie(tx: Tx) -> None:
        for one in far[:2]:
            follows.follow(tx, one, ada)
            follows.follow(tx, ada, one)
            follows.accept(tx, one, ada)

    house.db.write_now(tie)
    return far


def told(house: House, member: Account) -> list[dict[str, Any]]:
    mine = sa.select(notifications.c.data).where(
        notifications.c.account_id == member.id, notifications.c.kind == "severed_relationships"
    )
    return [row[0] for row in house.db.read_now(lambda tx: tx.rows(mine))]


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_rule_reaches_everybody_and_tells_once_wherever_it_was_killed(
    house: House, worker: Worker, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    ada = house.person("ada")
    far = crowd(house, ada)
    made = house.db.write_now(lambda tx: domains.add(tx, "far.test", severity="suspend"))
    monkeypatch.setattr(moderation_jobs, "_SOME", moderation_jobs._SOME.limit(1))  # pyright: ignore[reportPrivateUsage]
    job = await worker.take("moderation.apply_domain")
    real, calls = moderation_jobs._apply_some, 0  # pyright: ignore[reportPrivateUsage]

    def some(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at + 1:
            raise Killed
        return real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(moderation_jobs, "_apply_some", some)
        with pytest.raises(Killed):
            await worker.run(job)
    job = await worker.again(job)
    await worker.run(job)
    await worker.run(await worker.again(job))
    now = house.db.read_now(lambda tx: accounts.by_ids(tx, [one.id for one in [*far, ada]]))
    assert {now[one.id].suspended_at for one in far} == {made.created_at}
    assert (now[ada.id].followers_count, now[ada.id].following_count) == (0, 0)
    (once,) = told(house, ada)
    assert (once["target_name"], once["followers_count"], once["following_count"]) == (
        "far.test",
        2,
        2,
    )


async def test_of_a_domain_below_with_a_milder_rule_nobody_is_lost(
    house: House, worker: Worker
) -> None:
    ada, near = house.person("ada"), house.remote("near", "mild.far.test")
    crowd(house, ada)
    house.db.write_now(lambda tx: follows.follow(tx, near, ada))
    house.db.write_now(lambda tx: domains.add(tx, "mild.far.test", severity="noop"))
    house.db.write_now(lambda tx: domains.add(tx, "far.test", severity="suspend"))
    claimed = await house.db.write(lambda tx: jobs.claim(tx, "default", "worker", 50))
    for job in claimed:
        if job.kind == "moderation.apply_domain":
            await worker.run(job)
    assert [one["followers_count"] for one in told(house, ada)] == [2]
    kept = house.db.read_now(lambda tx: (accounts.get(tx, ada.id), accounts.get(tx, near.id)))
    assert (kept[0].followers_count, kept[1].suspended_at) == (1, None)


@pytest.mark.parametrize("at", [0, 1, 2, BLANK, DROP])
async def test_what_is_erased_is_gone_wherever_it_was_killed(
    house: House, worker: Worker, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    picture = worker.blobs.put(b"a face", "png")

    def fill(tx: Tx) -> None:
        credentials.enrol(tx, bob, "bob@weft.test", "x")
        accounts.update(tx, bob.id, avatar=picture, name="Bob", bio="<p>me</p>")
        follows.follow(tx, ada, bob)
        follows.follow(tx, bob, ada)

    house.db.write_now(fill)
    liked = house.post(ada, "liked")
    house.db.write_now(lambda tx: react.like(tx, bob, liked.id))
    said = [house.post(bob, f"said {n}") for n in range(3)]
    answer = house.post(ada, "an answer", reply_to_id=said[0].id)
    monkeypatch.setattr(erase, "_SOME", erase._SOME.limit(2))  # pyright: ignore[reportPrivateUsage]

    def put_out(tx: Tx) -> None:
        actions.suspend(tx, bob)
        actions.delete(tx, accounts.get(tx, bob.id))
        actions.delete(tx, accounts.get(tx, bob.id))

    house.db.write_now(put_out)
    job = await worker.take("moderation.erase")
    if at == DROP:
        where, name = worker.blobs, "drop"
    else:
        where, name = moderation_jobs, "_blank" if at == BLANK else "erase_some"
    real, calls = getattr(where, name), 0

    def some(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if at >= BLANK or calls == at + 1:
            raise Killed
        return real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(where, name, some)
        with pytest.raises(Killed):
            await worker.run(job)
    job = await worker.again(job)
    await worker.run(job)
    await worker.run(await worker.again(job))

    def left(tx: Tx) -> None:
        now, her = accounts.get(tx, bob.id), accounts.get(tx, ada.id)
        assert (now.name, now.bio, now.avatar) == ("", "", "")
        assert (now.followers_count, now.following_count) == (0, 0)
        assert (her.followers_count, her.following_count) == (0, 0)
        assert [posts.by_id(tx, one.id) for one in said] == [None] * 3
        kept = posts.by_id(tx, liked.id)
        assert kept is not None
        assert kept.likes_count == 0
        assert posts.by_id(tx, answer.id) is not None
        assert credentials.by_account(tx, bob.id) is None

    house.db.read_now(left)
    assert worker.blobs.path(picture) is None
