"""Lists of servers that others keep: looked at before they count, never stronger than an admin's hand,
and when they go, so does what they brought, and nothing else.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import House
from tests.moderation.desk import Desk, entries
from weft.kernel.errors import Invalid, WeftError
from weft.moderation import allows, bringing, domain_files, domain_lists, domains, list_jobs
from weft.moderation.domain_lists import COOL_DOWN, LISTS_MAX, Outdated, get
from weft.moderation.tables import domain_lists as table
from weft.people import follows
from weft.people.model import Account
from weft.store.database import Tx
from weft.work import jobs

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def tie(desk: Desk, member: Account, other: Account) -> None:
    def work(tx: Tx) -> None:
        follows.follow(tx, member, other)
        follows.accept(tx, other, member)
        follows.follow(tx, other, member)

    desk.db.write_now(work)


async def test_nothing_of_a_list_counts_before_somebody_said_yes(desk: Desk) -> None:
    one = desk.follow(automatic=True)
    desk.read(one, "bad.test")
    await desk.work("moderation.bring_rules")
    assert desk.rules() == {}
    assert desk.get(one).waiting == entries("bad.test")
    desk.approve(one)
    await desk.work("moderation.bring_rules")
    assert desk.said() == {"bad.test": ("suspend", one.id)}
    assert desk.get(one).waiting is None


async def test_a_preview_says_what_then_happens(desk: Desk) -> None:
    ada, bob = desk.house.person("ada"), desk.house.person("bob")
    lost = [desk.house.remote("x", "a.bad.test"), desk.house.remote("y", "bad.test")]
    kept = desk.house.remote("z", "good.test")
    for member, other in ((ada, lost[0]), (ada, lost[1]), (bob, lost[1]), (bob, kept)):
        tie(desk, member, other)
    one = desk.follow()
    await desk.bring(one, "mild.test silence", "gone.test", "soft.test")
    desk.block("mine.test", "silence")
    desk.read(
        one, "bad.test", "mild.test suspend", "mine.test", "soft.test silence", "loud.test noop"
    )
    seen = desk.db.read_now(lambda tx: domain_lists.look(tx, get(tx, one.id)))
    assert [(line.what, line.domain) for line in seen.lines] == [
        ("added", "bad.test"),
        ("removed", "gone.test"),
        ("hardened", "mild.test"),
        ("softened", "soft.test"),
    ]
    assert (seen.members, seen.followers, seen.following) == (2, 3, 3)
    assert (seen.lines[0].followers, seen.lines[0].following) == (3, 3)
    before = desk.rules()
    desk.approve(one)
    await desk.work()
    after = desk.rules()
    changed = {d for d in before.keys() | after.keys() if before.get(d) != after.get(d)}
    assert changed == {line.domain for line in seen.lines}
    assert [desk.now(m).followers_count for m in (ada, bob)] == [0, 1]
    assert all(desk.now(other).suspended_at for other in lost)
    assert desk.now(kept).suspended_at is None


async def test_nobody_says_yes_to_what_they_did_not_see(desk: Desk) -> None:
    one = desk.follow()
    seen = desk.read(one, "bad.test").version
    desk.read(one, "bad.test", "good.test")
    with pytest.raises(Outdated):
        desk.db.write_now(lambda tx: domain_lists.approve(tx, get(tx, one.id), seen))
    await desk.work("moderation.bring_rules")
    assert desk.rules() == {}
    desk.approve(one)
    with pytest.raises(Invalid, match="Nothing of this list waits"):
        desk.approve(one)


async def test_what_an_admin_set_by_hand_wins(desk: Desk) -> None:
    desk.block("mine.test", "silence")
    desk.block("spared.test", "noop")
    one = desk.follow()
    named = ("mine.test", "a.mine.test", "spared.test", "friend.test", "later.test", "weft.test")
    await desk.bring(one, *named)
    said = desk.said()
    assert said == {
        "mine.test": ("silence", None),
        "spared.test": ("noop", None),
        "friend.test": ("suspend", one.id),
        "later.test": ("suspend", one.id),
    }


async def test_an_allowed_server_is_kept_out_by_no_list(desk: Desk) -> None:
    one = desk.follow()
    await desk.bring(one, "friend.test", "a.friend.test")
    allowed = desk.db.write_now(lambda tx: allows.add(tx, "friend.test"))
    await desk.work()
    assert desk.rules() == {}
    desk.db.write_now(lambda tx: allows.remove(tx, allowed))
    await desk.work()
    assert set(desk.rules()) == {"friend.test", "a.friend.test"}


async def test_a_lists_rule_that_an_admin_takes_in_hand_is_theirs(desk: Desk) -> None:
    far = desk.house.remote("far", "bad.test")
    one = desk.follow()
    await desk.bring(one, "bad.test", "worse.test", "a.worse.test")
    made = desk.block("bad.test", "silence")
    desk.db.write_now(lambda tx: domains.change(tx, domains.of(tx, "worse.test"), obfuscate=True))
    await desk.work()
    assert desk.said() == {"bad.test": ("silence", None), "worse.test": ("suspend", None)}
    now = desk.now(far)
    assert (now.suspended_at, now.silenced_at) == (None, made.created_at)
    desk.unfollow(one)
    await desk.work()
    assert set(desk.said()) == {"bad.test", "worse.test"}


async def test_taking_a_lists_rule_away_lasts(desk: Desk) -> None:
    far = desk.house.remote("far", "bad.test")
    one = desk.follow()
    await desk.bring(one, "bad.test")
    assert desk.now(far).suspended_at is not None
    desk.unblock("bad.test")
    await desk.work()
    desk.read(one, "bad.test", "more.test")
    desk.approve(one)
    await desk.work()
    assert desk.said() == {"bad.test": ("noop", None), "more.test": ("suspend", one.id)}
    assert desk.now(far).suspended_at is None
    desk.unblock("bad.test")
    assert desk.said()["bad.test"] == ("suspend", one.id)  # at once, without a gap
    await desk.work()
    assert desk.now(far).suspended_at is not None


async def test_unfollowing_takes_back_what_that_list_alone_brought(desk: Desk) -> None:
    far = {name: desk.house.remote("far", name) for name in ("a.test", "b.test", "c.test")}
    hand = desk.block("c.test")
    first, second = desk.follow(), desk.follow("https://lists.test/b.csv")
    await desk.bring(first, "a.test", "b.test", "c.test")
    await desk.bring(second, "b.test silence")
    assert desk.said()["b.test"] == ("suspend", first.id)
    desk.unfollow(first)
    await desk.work()
    assert desk.said() == {"b.test": ("silence", second.id), "c.test": ("suspend", None)}
    assert desk.now(far["a.test"]).suspended_at is None
    softer = desk.now(far["b.test"])
    assert (softer.suspended_at, softer.silenced_at is not None) == (None, True)
    assert desk.now(far["c.test"]).suspended_at == hand.created_at
    desk.unfollow(second)
    await desk.work()
    assert desk.now(far["b.test"]).silenced_at is None


async def test_a_name_below_is_no_way_around_another_list(desk: Desk) -> None:
    """One list keeps a server out; another only limits a name below it."""
    first, second = desk.follow(), desk.follow("https://lists.test/b.csv")
    await desk.bring(first, "bad.test", "ok.bad.test noop")
    await desk.bring(second, "a.bad.test silence")
    assert desk.said() == {
        "bad.test": ("suspend", first.id),
        "a.bad.test": ("suspend", first.id),
        "ok.bad.test": ("noop", first.id),  # that list itself excepts it
    }
    assert not desk.db.read_now(lambda tx: domains.is_refused(tx, "ok.bad.test"))


async def test_a_list_does_no_more_than_its_cap(desk: Desk) -> None:
    one = desk.follow(severity="silence")
    await desk.bring(one, "bad.test suspend media", "loud.test silence")
    assert desk.said() == {"bad.test": ("silence", one.id), "loud.test": ("silence", one.id)}
    assert desk.rules()["bad.test"].reject_media
    desk.db.write_now(lambda tx: domain_lists.change(tx, get(tx, one.id), severity="suspend"))
    await desk.work()
    assert desk.said()["bad.test"] == ("suspend", one.id)
    desk.db.write_now(lambda tx: domain_lists.change(tx, get(tx, one.id), severity="noop"))
    await desk.work()
    assert desk.said() == {"bad.test": ("noop", one.id)}


BASE = [f"d{n}.test" for n in range(100)]


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        pytest.param([*BASE, "new.test"], True, id="one more"),
        pytest.param(BASE[:85], True, id="some less"),
        pytest.param(BASE[:75], False, id="a quarter less"),
        pytest.param(BASE[:1], False, id="nearly empty"),
        pytest.param([*BASE, *(f"e{n}.test" for n in range(30))], False, id="much more"),
        pytest.param([f"{name} silence" for name in BASE], False, id="all milder"),
    ],
)
async def test_small_changes_go_by_themselves_and_large_ones_are_held(
    desk: Desk, now: list[str], goes: bool
) -> None:
    one = desk.follow(automatic=True)
    desk.read(one, *BASE)
    desk.approve(one)
    desk.read(one, *now)
    held = desk.get(one)
    assert (held.held, held.waiting is None) == (not goes, goes)
    await desk.work("moderation.bring_rules")
    wanted = {
        line.split()[0]: line.partition(" ")[2] or "suspend" for line in (now if goes else BASE)
    }
    assert {name: said[0] for name, said in desk.said().items()} == wanted


async def test_a_list_that_is_as_it_was_waits_for_nobody(desk: Desk) -> None:
    one = desk.follow()
    await desk.bring(one, "a.test", "b.test")
    desk.read(one, "c.test")
    desk.read(one, "b.test", "a.test")
    assert desk.get(one).waiting is None


@pytest.mark.parametrize("at", [0, 1, 2, 3])
async def test_killed_while_a_list_is_brought_in_nothing_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    class Killed(Exception):
        """As kill -9 would end it."""

    far = [desk.house.remote("far", f"d{n}.test") for n in range(7)]
    one = desk.follow()
    desk.read(one, *(f"d{n}.test" for n in range(7)))
    desk.approve(one)
    monkeypatch.setattr(bringing, "AT_ONCE", 3)
    real, calls = bringing.bring, 0

    def bring(tx: Tx, names: Any) -> None:
        nonlocal calls
        real(tx, names)
        calls += 1
        if calls == at + 1:
            raise Killed

    (job,) = [
        job
        for job in desk.db.write_now(lambda tx: jobs.claim(tx, "default", "worker", 50))
        if job.kind == "moderation.bring_rules"
    ]
    with monkeypatch.context() as patched:
        patched.setattr(bringing, "bring", bring)
        if at < 3:
            with pytest.raises(Killed):
                await desk.handlers[job.kind].run(job)
            assert 0 < desk.differing() <= 7
        else:
            await desk.handlers[job.kind].run(job)
    desk.db.write_now(lambda tx: jobs.release(tx, "worker"))
    await desk.work()
    assert desk.said() == {f"d{n}.test": ("suspend", one.id) for n in range(7)}
    rules = desk.rules()
    for account in far:
        assert desk.now(account).suspended_at == rules[account.domain].created_at


async def test_what_an_admin_does_while_a_list_comes_in_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk.follow()
    desk.read(one, "a.test", "b.test", "c.test")
    desk.approve(one)
    monkeypatch.setattr(bringing, "AT_ONCE", 1)
    real, done = bringing.bring, False

    def bring(tx: Tx, names: Any) -> None:
        nonlocal done
        if not done:
            done = True
            domains.add(tx, "a.test", severity="silence")
        real(tx, names)

    monkeypatch.setattr(bringing, "bring", bring)
    await desk.work()
    assert desk.said() == {
        "a.test": ("silence", None),
        "b.test": ("suspend", one.id),
        "c.test": ("suspend", one.id),
    }


def test_an_imported_file_is_all_or_nothing_and_is_the_admins_own(desk: Desk) -> None:
    desk.block("old.test")
    desk.block("kept.test")
    good = entries("old.test silence", "new.test suspend media")
    seen = desk.db.read_now(lambda tx: domain_files.preview_blocks(tx, good))
    assert [(line.what, line.domain) for line in seen.lines] == [
        ("added", "new.test"),
        ("softened", "old.test"),
    ]
    assert set(desk.said()) == {"old.test", "kept.test"}
    with pytest.raises(Invalid, match=r"weft\.test is this server's own"):
        desk.db.write_now(lambda tx: domain_files.import_blocks(tx, [*good, *entries("weft.test")]))
    assert set(desk.said()) == {"old.test", "kept.test"}
    desk.db.write_now(lambda tx: domain_files.import_blocks(tx, good))
    assert desk.said() == {
        "old.test": ("silence", None),
        "kept.test": ("suspend", None),
        "new.test": ("suspend", None),
    }
    again = desk.db.write_now(lambda tx: domain_files.import_blocks(tx, good))
    assert again.lines == []


def test_how_a_list_may_be_followed_has_bounds(desk: Desk) -> None:
    for url in ("", "ftp://x.test/a", "no address", "https://", "https://x test/", "https://[x"):
        with pytest.raises(Invalid, match="URL"):
            desk.follow(url)
    with pytest.raises(Invalid, match="Severity"):
        desk.follow(severity="kill")
    one = desk.follow()
    with pytest.raises(Invalid, match="followed already"):
        desk.follow()
    for number in range(1, LISTS_MAX):
        desk.follow(f"https://lists.test/{number}")
    with pytest.raises(Invalid, match="more than"):
        desk.follow("https://lists.test/last")

    def asked(tx: Tx, ago: int) -> None:
        tx.run(table.update().where(table.c.id == one.id), {"fetched_at": tx.now - ago})

    desk.db.write_now(lambda tx: asked(tx, COOL_DOWN - 5_000))
    with pytest.raises(WeftError) as early:
        desk.db.write_now(lambda tx: domain_lists.refresh(tx, get(tx, one.id)))
    assert early.value.status == 429
    desk.db.write_now(lambda tx: asked(tx, COOL_DOWN + 1))
    desk.db.write_now(lambda tx: domain_lists.refresh(tx, get(tx, one.id)))


def test_lists_are_read_once_a_day_and_failing_ones_each_hour(desk: Desk) -> None:
    hour = 3_600_000
    ages = {"new": None, "fresh": (2 * hour, ""), "old": (25 * hour, ""), "ill": (2 * hour, "x")}
    ids = {name: desk.follow(f"https://lists.test/{name}").id for name in ages}

    def age(tx: Tx) -> list[int]:
        for name, state in ages.items():
            if state is not None:
                new = {"fetched_at": tx.now - state[0], "error": state[1]}
                tx.run(table.update().where(table.c.id == ids[name]), new)
        return domain_lists.due(tx)

    assert set(desk.db.write_now(age)) == {ids["new"], ids["old"], ids["ill"]}
    assert list_jobs.handlers(desk.db, None)["moderation.read_lists"].every == hour  # pyright: ignore[reportArgumentType]


def test_a_rule_about_nobody_known_here_costs_no_job(desk: Desk) -> None:
    desk.house.remote("far", "d1.test")
    desk.db.write_now(
        lambda tx: domain_files.import_blocks(tx, entries(*(f"d{n}.test" for n in range(50))))
    )
    waiting = desk.db.read_now(
        lambda tx: tx.rows(
            sa.select(jobs.jobs.c.payload).where(jobs.jobs.c.kind == "moderation.apply_domain")
        )
    )
    assert [row[0]["domain"] for row in waiting] == ["d1.test"]
