"""Admins' rules about other servers, against one that speaks the real protocol: what it sends, what
is asked of it, and what is sent to it.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import House
from tests.federation.conftest import Receiving
from tests.federation.recording import delivering, follow, listening, remote, until
from tests.federation.stranger import Stranger, create, mention
from weft.federation import jobs as federation_jobs
from weft.moderation import actions, allows, domains
from weft.moderation import jobs as moderation_jobs
from weft.moderation.domains import Rule
from weft.people.model import Account
from weft.store.blobs import Blobs
from weft.store.database import Database
from weft.threads.model import Post
from weft.threads.tables import posts as post_table
from weft.work import jobs
from weft.work.tables import jobs as job_table

pytestmark = pytest.mark.anyio

PICTURE = {"type": "Document", "mediaType": "image/png", "url": "http://other.test/pic.png"}


def rule(db: Database, domain: str, severity: str = "suspend", **more: Any) -> Rule:
    return db.write_now(lambda tx: domains.add(tx, domain, severity=severity, **more))


async def work(db: Database) -> None:
    """Do what follows from rules."""
    apply = moderation_jobs.handlers(db, Blobs.__new__(Blobs))["moderation.apply_domain"]
    for job in await db.write(lambda tx: jobs.claim(tx, "default", "test", 50)):
        if job.kind == "moderation.apply_domain":
            await apply.run(job)
        await db.write(lambda tx, job=job: jobs.finish(tx, job))


async def lift(db: Database, made: Rule) -> None:
    await db.write(lambda tx: domains.remove(tx, made))
    await work(db)


def kept(db: Database) -> int:
    """Posts that are kept here."""
    return db.read_now(lambda tx: tx.scalar(sa.select(sa.func.count()).select_from(post_table)))


@pytest.mark.parametrize("named", ["other.test", "OTHER.test."])
async def test_a_suspended_server_is_not_heard_and_not_asked(
    receiving: Receiving, named: str
) -> None:
    other, ada = receiving.other, receiving.house.person("ada")
    bo = other.actor("bo")
    made = rule(receiving.db, named)
    note = other.note(bo, "1", cc=[ada.uri], tag=[mention(ada.uri)])
    assert await receiving.send(create(note)) == 202
    await receiving.work()
    for text in (bo["id"], note["id"], f"@bo@{other.domain()}"):
        assert await receiving.resolver.resolve(text) is None
    assert other.asked == []
    assert await receiving.account(bo["id"]) is None
    assert kept(receiving.db) == 0
    await lift(receiving.db, made)
    assert await receiving.send(create(note) | {"id": f"{note['id']}/again"}) == 202
    await receiving.work()
    assert await receiving.post(note["id"]) is not None


async def test_whom_one_knew_there_is_not_heard_either(receiving: Receiving) -> None:
    other, ada = receiving.other, receiving.house.person("ada")
    bo = other.actor("bo")
    await receiving.follow(ada, bo["id"])
    assert await receiving.send(create(other.note(bo, "1"))) == 202
    assert await receiving.post(f"{other.base()}/notes/1") is not None
    made = rule(receiving.db, "other.test")
    await work(receiving.db)
    hidden = await receiving.account(bo["id"])
    assert hidden is not None
    assert hidden.suspended_at == made.created_at
    counted = await receiving.account(ada.uri)
    assert counted is not None
    assert counted.following_count == 0
    before = list(other.asked)
    assert await receiving.send(create(other.note(bo, "2"))) == 202
    assert (
        await receiving.send(
            {"id": f"{other.base()}/acts/1", "type": "Follow", "actor": bo["id"], "object": ada.uri}
        )
        == 202
    )
    await receiving.work()
    assert await receiving.post(f"{other.base()}/notes/2") is None
    assert other.asked == before
    await lift(receiving.db, made)
    back = await receiving.account(bo["id"])
    assert back is not None
    assert back.suspended_at is None


async def test_nobody_passes_on_for_others_what_is_not_taken_from_them(
    receiving: Receiving,
) -> None:
    """A suspended server that forwards a third one's post gets us to ask nobody."""
    other = receiving.other
    bo = other.actor("bo")
    cy = other.actor("cy", host="third.test", key=1)
    await receiving.resolver.actor(bo["id"])
    note = other.note(cy, "1")
    rule(receiving.db, "other.test")
    before = list(other.asked)
    sent = await receiving.send(create(note), key_id=f"{bo['id']}#main-key")
    await receiving.work()
    assert sent in {202, 401}
    assert other.asked == before
    assert await receiving.post(note["id"]) is None


async def test_a_detour_does_not_lead_to_a_suspended_server(receiving: Receiving) -> None:
    other = receiving.other
    bo = other.actor("bo")
    note = other.note(bo, "1")
    await receiving.resolver.actor(bo["id"])
    rule(receiving.db, "other.test")
    around = f"{other.base('third.test')}/to/1"
    other.serve(around, {}, status=302, Location=note["id"])
    assert await receiving.resolver.resolve(around) is None
    assert kept(receiving.db) == 0


async def test_of_a_limited_server_everybody_is_limited(receiving: Receiving) -> None:
    other, ada = receiving.other, receiving.house.person("ada")
    known = await receiving.follow(ada, other.actor("bo")["id"])
    made = rule(receiving.db, "other.test", "silence")
    await work(receiving.db)
    late = await receiving.resolver.actor(other.actor("cy", key=1)["id"])
    for one in (known, late):
        now = await receiving.account(one.uri)
        assert now is not None
        assert now.silenced_at == made.created_at
        assert now.suspended_at is None
    assert await receiving.send(create(other.note(other.actor("bo"), "1"))) == 202
    assert await receiving.post(f"{other.base()}/notes/1") is not None
    await lift(receiving.db, made)
    for one in (known, late):
        now = await receiving.account(one.uri)
        assert now is not None
        assert now.silenced_at is None


async def test_what_an_admin_did_outlives_the_rule(receiving: Receiving) -> None:
    db, other = receiving.db, receiving.other
    bo = await receiving.resolver.actor(other.actor("bo")["id"])
    await db.write(lambda tx: actions.suspend(tx, bo))
    made = rule(db, "other.test")
    await work(db)
    await lift(db, made)
    now = await receiving.account(bo.uri)
    assert now is not None
    assert now.suspended_at is not None


async def test_a_rule_that_is_changed_changes_what_it_did(receiving: Receiving) -> None:
    db = receiving.db
    bo = await receiving.resolver.actor(receiving.other.actor("bo")["id"])
    made = rule(db, "other.test")
    await work(db)

    async def state() -> tuple[bool, bool]:
        now = await receiving.account(bo.uri)
        assert now is not None
        return now.suspended_at is not None, now.silenced_at is not None

    assert await state() == (True, False)
    for severity, wanted in (("silence", (False, True)), ("noop", (False, False))):
        made = await db.write(
            lambda tx, was=made, to=severity: domains.change(tx, was, severity=to)
        )
        await work(db)
        assert await state() == wanted


async def test_two_rules_over_one_account_end_with_the_last(receiving: Receiving) -> None:
    """One about a server, and one about the domain it lies in."""
    db = receiving.db
    far = receiving.house.remote("far", "a.loud.test")
    inner = rule(db, "a.loud.test")
    await work(db)
    outer = rule(db, "loud.test")
    await work(db)

    async def suspended() -> bool:
        now = await receiving.account(far.uri)
        assert now is not None
        return now.suspended_at is not None

    await lift(db, inner)
    assert await suspended()
    await lift(db, outer)
    assert not await suspended()


async def test_rejected_media_is_neither_taken_nor_shown(receiving: Receiving) -> None:
    db, other = receiving.db, receiving.other
    icon = {"type": "Image", "url": f"{other.base()}/face.png"}
    bo = other.actor("bo", icon=icon)
    await receiving.follow(receiving.house.person("ada"), bo["id"])
    await receiving.send(create(other.note(bo, "1", attachment=[PICTURE])))

    async def shown(slug: str) -> tuple[bool, bool]:
        account, post = (
            await receiving.account(bo["id"]),
            await receiving.post(f"{other.base()}/notes/{slug}"),
        )
        assert account is not None
        assert post is not None
        return bool(account.avatar), bool(post.media)

    assert await shown("1") == (True, True)
    made = rule(db, "other.test", "noop", reject_media=True)
    await work(db)
    assert await shown("1") == (False, False)
    await receiving.send(create(other.note(bo, "2", attachment=[PICTURE])))
    assert await shown("2") == (False, False)
    edited = other.note(bo, "2", "again", attachment=[PICTURE], updated="2026-11-21T10:00:00Z")
    await receiving.send(
        {"id": f"{other.base()}/acts/e", "type": "Update", "actor": bo["id"], "object": edited}
    )
    await receiving.send(
        {"id": f"{other.base()}/acts/u", "type": "Update", "actor": bo["id"], "object": bo}
    )
    assert await shown("2") == (False, False)
    await lift(db, made)
    await receiving.send(
        {"id": f"{other.base()}/acts/v", "type": "Update", "actor": bo["id"], "object": bo}
    )
    await receiving.send(create(other.note(bo, "3", attachment=[PICTURE])))
    assert await shown("3") == (True, True)


async def test_where_only_listed_servers_are_spoken_with(receiving: Receiving) -> None:
    db, other, ada = receiving.db, receiving.other, receiving.house.person("ada")
    good, bad = other.actor("bo"), other.actor("cy", host="third.test", key=1)
    db.write_now(lambda tx: domains.limit_federation(tx, limited=True))
    allowed = db.write_now(lambda tx: allows.add(tx, "other.test"))
    assert await receiving.send(create(other.note(bad, "b")), key=1) == 202
    assert await receiving.resolver.resolve(bad["id"]) is None
    assert other.asked == []
    assert await receiving.send(create(other.note(good, "g", cc=[ada.uri]))) == 202
    await receiving.work()
    assert isinstance(await receiving.resolver.resolve(f"{other.base()}/notes/g"), Post)
    await db.write(lambda tx: allows.remove(tx, allowed))
    assert await receiving.send(create(other.note(good, "h", cc=[ada.uri]))) == 202
    await receiving.work()
    assert await receiving.post(f"{other.base()}/notes/h") is None
    db.write_now(lambda tx: domains.limit_federation(tx, limited=False))
    assert isinstance(await receiving.resolver.resolve(bad["id"]), Account)


def waiting(house: House) -> int:
    counted = sa.select(sa.func.count()).where(job_table.c.kind == "federation.deliver")
    return house.db.read_now(lambda tx: tx.scalar(counted))


@pytest.mark.parametrize("how", ["suspended", "not listed"])
async def test_nothing_is_sent_to_a_server_that_is_kept_out(house: House, how: str) -> None:
    federation_jobs.react(house.db)
    ada = house.person("ada")
    async with listening() as peers:
        fans = [remote(house, peers, f"fan{n}", f"h{n}.test") for n in range(2)]
        for fan in fans:
            follow(house, fan, ada)
        house.db.write_now(lambda tx: jobs.claim(tx, "deliver", "nobody", 50))
        house.post(ada, "written before")
        if how == "suspended":
            made = rule(house.db, "h1.test")
        else:
            house.db.write_now(lambda tx: domains.limit_federation(tx, limited=True))
            house.db.write_now(lambda tx: allows.add(tx, "h0.test"))
            made = None
        house.post(ada, "written after")
        async with delivering(house, ["h0.test", "h1.test"]):
            await until(lambda: len(peers.bodies("h0.test")) >= 2)
            await until(lambda: waiting(house) == 0 or how == "")
        assert "h1.test" not in peers.tries
        if made is not None:
            house.db.write_now(lambda tx: domains.remove(tx, made))
        else:
            house.db.write_now(lambda tx: domains.limit_federation(tx, limited=False))
        house.post(ada, "written when all is well")
        async with delivering(house, ["h0.test", "h1.test"]):
            await until(lambda: len(peers.bodies("h1.test")) == 1)
        (heard,) = peers.bodies("h1.test")
        assert "all is well" in heard["object"]["content"]


@pytest.mark.parametrize(
    ("ruled", "spelled"),
    [
        ("bad.test", "bad.test."),
        ("bad.test", "b\uff41d.test"),
        ("bad.test", "BAD.test:8443"),
        ("bad.test", "a.bad.test."),
        ("bäd.test", "xn--bd-via.test"),
        ("xn--bd-via.test", "BÄD.test"),
    ],
)
def test_a_name_spelled_otherwise_is_the_same(house: House, ruled: str, spelled: str) -> None:
    rule(house.db, ruled)
    assert house.db.read_now(lambda tx: domains.is_refused(tx, spelled))
    assert not house.db.read_now(lambda tx: domains.is_refused(tx, "good.test"))


@pytest.fixture
async def other() -> Any:
    async with Stranger("other.test", "third.test") as stranger:
        yield stranger
