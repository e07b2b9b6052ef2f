"""A phone is woken for what it asked for, once, and only while it may be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conftest import House
from tests.push.phone import Phone, Service, serving
from weft.kernel.clock import HOUR, MINUTE
from weft.net.client import Client
from weft.net.guard import Guard
from weft.net.seal import KEY_BYTES, Seal
from weft.net.webpush import BODY_MAX, Receiver
from weft.people import accounts, blocks, credentials, follows, oauth
from weft.people.model import Account
from weft.push import jobs as push_jobs
from weft.push import server_key, subscriptions
from weft.push.send import HORIZON, Sender
from weft.push.subscriptions import KINDS
from weft.push.tables import push_subscriptions
from weft.reading import filter_changes
from weft.reading.filter_changes import Change, Wish
from weft.store.database import Tx
from weft.threads import react
from weft.threads.notices import clear
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import GiveUp, Retry

pytestmark = pytest.mark.anyio

SEAL = Seal(bytes(KEY_BYTES))
EVERYTHING: dict[str, bool] = dict.fromkeys(KINDS, True)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    guard = Guard(["127.0.0.0/8"], allow_http=True)
    async with Client(user_agent="Weft/test", guard=guard) as made:
        yield made


class Desk:
    """Ada's phone, subscribed, and the work that is done for it."""

    def __init__(self, house: House, service: Service, client: Client) -> None:
        self.house, self.service, self.phone = house, service, Phone()
        push_jobs.react(house.db)
        self.client = client
        self.sender = self.sender_with(SEAL)
        self.ada, self.bob = house.person("ada"), house.person("bob")
        house.db.write_now(
            lambda tx: credentials.enrol(tx, self.ada, "ada@example.org", "a long password")
        )
        self.token = house.db.write_now(
            lambda tx: oauth.issue(tx, "push", account_id=self.ada.id, app_id=None).token
        )
        self.subscription = self.subscribe()

    def sender_with(self, seal: Seal) -> Sender:
        db, client = self.house.db, self.client
        return Sender(db, client, seal, lambda _site, who: f"icon of {who.username}")

    def subscribe(
        self,
        *,
        standard: bool = True,
        alerts: dict[str, bool] = EVERYTHING,
        policy: str = "all",
    ) -> subscriptions.Subscription:
        def put(tx: Tx) -> subscriptions.Subscription:
            owner = oauth.token_owner(tx, self.token)
            assert owner is not None
            server_key.settle(tx)
            return subscriptions.put(
                tx,
                owner.token_id,
                self.ada.id,
                token=self.token,
                seal=SEAL,
                endpoint=f"{self.service.url}/wake/ada",
                receiver=Receiver.read(**self.phone.keys()),
                standard=standard,
                alerts=alerts,
                policy=policy,
            )

        return self.house.db.write_now(put)

    def waiting(self) -> list[Job]:
        return self.house.db.write_now(lambda tx: jobs.claim(tx, "deliver", "test", 50))

    async def work(self) -> list[dict[str, object]]:
        """Do what waits; gives what the phone then read."""
        before = len(self.service.got)
        while found := self.waiting():  # one of a lane at a time
            for job in found:
                await self.sender.send(job)
                self.house.db.write_now(lambda tx, job=job: jobs.finish(tx, job))
        return [self.phone.open(headers, body) for headers, body in self.service.got[before:]]

    def mention(self, text: str = "@ada good morning") -> None:
        self.house.post(self.bob, text)


@pytest.fixture
def desk(house: House, service: Service, client: Client) -> Desk:
    return Desk(house, service, client)


@pytest.mark.parametrize("standard", [True, False])
async def test_a_mention_wakes_the_phone(desk: Desk, standard: bool) -> None:
    desk.subscribe(standard=standard)
    desk.mention()
    (read,) = await desk.work()
    assert isinstance(read.pop("notification_id"), int)
    assert read == {
        "access_token": desk.token,
        "preferred_locale": "en",
        "notification_type": "mention",
        "icon": "icon of bob",
        "title": "Bob mentioned you",
        "body": "@ada good morning",
    }
    ((headers, body),) = desk.service.got
    assert desk.service.signer(headers) == desk.house.db.write_now(server_key.settle).public
    assert headers["content-encoding"] == ("aes128gcm" if standard else "aesgcm")
    assert headers["ttl"] == str(HORIZON // 1000)
    assert headers["urgency"] == "normal"
    assert 0 < len(headers["topic"]) <= 32
    assert len(body) <= BODY_MAX


async def test_a_token_that_cannot_be_unsealed_holds_up_no_push(desk: Desk) -> None:
    """A restored backup without its key wakes phones all the same."""
    desk.sender = desk.sender_with(Seal(b"x" * KEY_BYTES))
    desk.mention()
    (read,) = await desk.work()
    assert (read["access_token"], read["body"]) == ("", "@ada good morning")


@pytest.mark.parametrize("what", ["id", "p256dh"])
async def test_a_token_opens_only_for_the_phone_it_was_sealed_for(desk: Desk, what: str) -> None:
    """Somebody who can write to the database puts in their own key, or moves the token."""
    other = Phone()
    changed = {"p256dh": other.keys()["p256dh"], "auth": other.keys()["auth"]}
    if what == "id":
        changed = {"id": desk.subscription.id % 7 + 1}
    desk.house.db.write_now(lambda tx: tx.run(push_subscriptions.update().values(changed)))
    desk.mention()
    desk.phone = other if what == "p256dh" else desk.phone
    (read,) = await desk.work()
    assert read["access_token"] == ""


async def test_only_what_was_asked_for(desk: Desk) -> None:
    desk.subscribe(alerts={"favourite": True})
    desk.mention()
    assert await desk.work() == []
    post = desk.house.post(desk.ada, "mine")
    desk.house.db.write_now(lambda tx: react.like(tx, desk.bob, post.id))
    assert [one["notification_type"] for one in await desk.work()] == ["favourite"]


@pytest.mark.parametrize("policy", ["all", "followed", "follower", "none"])
async def test_only_from_whom_it_was_asked_for(desk: Desk, policy: str) -> None:
    desk.subscribe(policy=policy)
    house, cy, dee = desk.house, desk.house.person("cy"), desk.house.person("dee")
    house.db.write_now(lambda tx: follows.follow(tx, desk.ada, cy))
    house.db.write_now(lambda tx: follows.follow(tx, dee, desk.ada))
    await desk.work()
    for author in (desk.bob, cy, dee):
        house.post(author, "@ada hello")
    heard = {str(one["title"]).split()[0] for one in await desk.work()}
    expected = {"all": {"Bob", "Cy", "Dee"}, "followed": {"Cy"}, "follower": {"Dee"}, "none": set()}
    assert heard == expected[policy]


async def test_a_warning_is_shown_instead_of_what_it_hides(desk: Desk) -> None:
    desk.house.post(desk.bob, "@ada the murderer is the gardener", spoiler="a film")
    (read,) = await desk.work()
    assert read["body"] == "a film"


async def test_long_words_are_cut_and_fit(desk: Desk) -> None:
    desk.house.post(desk.bob, "@ada " + "🧵" * 4_000)
    (read,) = await desk.work()
    assert str(read["body"]).endswith("…")


def _revoke(tx: Tx, desk: Desk) -> None:
    oauth.revoke(tx, desk.token)


def _suspend(tx: Tx, desk: Desk) -> None:
    accounts.update(tx, desk.ada.id, suspended_at=tx.now)


def _disable(tx: Tx, desk: Desk) -> None:
    credentials.change(tx, desk.ada.id, disabled_at=tx.now)


def _dismiss(tx: Tx, desk: Desk) -> None:
    clear(tx, desk.ada.id)


def _block(tx: Tx, desk: Desk) -> None:
    blocks.block(tx, desk.bob, desk.ada)


def _filter(tx: Tx, desk: Desk) -> None:
    wish = Wish(
        title="t",
        context=["notifications"],
        action="hide",
        keywords=[Change(text="morning")],
    )
    filter_changes.create(tx, desk.ada.id, wish)


def _block_them(tx: Tx, desk: Desk) -> None:
    blocks.block(tx, desk.ada, desk.bob)


def _mute(tx: Tx, desk: Desk) -> None:
    blocks.mute(tx, desk.ada, desk.bob)


def _suspend_them(tx: Tx, desk: Desk) -> None:
    accounts.update(tx, desk.bob.id, suspended_at=tx.now)


@pytest.mark.parametrize("meanwhile", [_block_them, _mute, _suspend_them])
async def test_whom_one_sent_away_meanwhile_wakes_nobody(desk: Desk, meanwhile: object) -> None:
    desk.mention()
    desk.house.db.write_now(lambda tx: follows.follow(tx, desk.bob, desk.ada))
    assert callable(meanwhile)
    desk.house.db.write_now(lambda tx: meanwhile(tx, desk))
    assert await desk.work() == []


@pytest.mark.parametrize("meanwhile", [_revoke, _suspend, _disable, _dismiss, _block, _filter])
async def test_what_happens_meanwhile_counts(desk: Desk, meanwhile: object) -> None:
    desk.mention()
    assert callable(meanwhile)
    desk.house.db.write_now(lambda tx: meanwhile(tx, desk))
    assert await desk.work() == []


@pytest.mark.parametrize("status", [404, 410])
async def test_a_phone_that_is_gone_is_forgotten(desk: Desk, status: int) -> None:
    desk.service.answers = [status]
    desk.mention()
    await desk.work()
    desk.mention("@ada are you there?")
    assert await desk.work() == []


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_service_is_asked_again_for_two_days(desk: Desk, status: int) -> None:
    desk.mention()
    (job,) = desk.waiting()
    desk.service.answers = [status]
    with pytest.raises(Retry) as later:
        await desk.sender.send(job)
    assert 0 < later.value.delay <= 4 * HOUR + MINUTE
    old = Job(
        job.id, job.kind, job.lane, job.payload, 20, job.lease, job.created_at - HORIZON + MINUTE
    )
    desk.service.answers = [status]
    with pytest.raises(GiveUp):
        await desk.sender.send(old)
    too_old = Job(
        job.id, job.kind, job.lane, job.payload, 20, job.lease, job.created_at - HORIZON - MINUTE
    )
    before = len(desk.service.got)
    await desk.sender.send(too_old)
    assert len(desk.service.got) == before


async def test_sent_twice_the_second_takes_the_firsts_place(desk: Desk) -> None:
    """Killed between sending and noting it, the job runs again: RFC 8030 section 5.4."""
    desk.mention()
    (job,) = desk.waiting()
    await desk.sender.send(job)
    await desk.sender.send(job)
    first, second = (headers["topic"] for headers, _ in desk.service.got)
    assert first == second


async def test_one_mention_is_one_job_for_each_phone(desk: Desk) -> None:
    other: Account = desk.house.person("cy")
    desk.house.post(other, "nobody is meant")
    desk.mention()
    assert len(desk.waiting()) == 1
