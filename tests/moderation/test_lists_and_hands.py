"""Whatever admins set by hand and whatever lists say, in any order: the rules end as one page of plain
logic says, and every account known here bears exactly what its rule does.
"""

from __future__ import annotations

from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import House
from tests.moderation.desk import Desk
from weft.moderation import allows, domain_lists, domains
from weft.moderation.domain_lists import DomainList, get
from weft.moderation.domains import AlreadyRuled
from weft.moderation.rules import Rule
from weft.moderation.shared import Entry
from weft.moderation.tables import domain_allows, domain_rules
from weft.moderation.tables import domain_lists as list_table
from weft.people import accounts
from weft.store.database import Tx

pytestmark = pytest.mark.anyio

NAMES = ("a.test", "b.a.test", "c.b.a.test", "d.test", "e.d.test")
ABOVE = {
    "a.test": ("a.test",),
    "b.a.test": ("b.a.test", "a.test"),
    "c.b.a.test": ("c.b.a.test", "b.a.test", "a.test"),
    "d.test": ("d.test",),
    "e.d.test": ("e.d.test", "d.test"),
}
HARD = ("noop", "silence", "suspend")
SEVERITY = st.sampled_from(HARD)
NAME = st.sampled_from(NAMES)
CONTENT = st.dictionaries(NAME, st.tuples(SEVERITY, st.booleans()), min_size=1)
WHICH = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("block"), NAME, SEVERITY, st.booleans()),
        st.tuples(st.just("change"), NAME, SEVERITY, st.booleans()),
        st.tuples(st.just("unblock"), NAME),
        st.tuples(st.just("allow"), NAME),
        st.tuples(st.just("unallow"), NAME),
        st.tuples(st.just("says"), WHICH, CONTENT),
        st.tuples(st.just("cap"), WHICH, SEVERITY),
        st.tuples(st.just("unfollow"), WHICH),
        st.tuples(st.just("work")),
    ),
    max_size=14,
)

Said = tuple[str, bool]
"""(severity, whether media is rejected)."""


class Follow(NamedTuple):
    one: DomainList
    cap: str
    content: dict[str, Said]


class Model:
    """What should be, without a store."""

    def __init__(self) -> None:
        self.hand: dict[str, Said] = {}
        self.allowed: set[str] = set()
        self.lists: dict[int, Follow] = {}

    def rules(self) -> dict[str, Said]:
        wanted = {name: said for name in NAMES if (said := self.said(name)) is not None}
        kept = {
            name: said
            for name, said in wanted.items()
            if said != ("noop", False)
            or any(wanted.get(up, said) != ("noop", False) for up in ABOVE[name][1:])
        }
        return kept | self.hand

    def said(self, name: str) -> Said | None:
        """What the lists together say about a name that one of them names."""
        if any(up in self.hand or up in self.allowed for up in ABOVE[name]):
            return None
        if not any(name in follow.content for follow in self.lists.values()):
            return None
        near: list[Said] = []
        for follow in self.lists.values():
            for up in ABOVE[name]:
                if up in follow.content:
                    severity, media = follow.content[up]
                    near.append((min(severity, follow.cap, key=HARD.index), media))
                    break
        severity = max((one[0] for one in near), key=HARD.index)
        return severity, any(one[1] for one in near)


class Life:
    def __init__(self, house: House) -> None:
        self.desk = Desk(house)
        self.db = house.db
        self.model = Model()

    async def step(self, what: str, *given: Any) -> None:
        await getattr(self, what)(*given)

    async def block(self, name: str, severity: str, media: bool) -> None:
        try:
            self.desk.block(name, severity, reject_media=media)
        except AlreadyRuled:
            assert any(up in self.model.hand for up in ABOVE[name])
        else:
            self.model.hand[name] = (severity, media)

    async def change(self, name: str, severity: str, media: bool) -> None:
        rule = self.desk.rules().get(name)
        if rule is not None:
            self.db.write_now(
                lambda tx: domains.change(tx, rule, severity=severity, reject_media=media)
            )
            self.model.hand[name] = (severity, media)

    async def unblock(self, name: str) -> None:
        rule = self.desk.rules().get(name)
        if rule is None:
            return
        self.desk.unblock(name)
        if rule.list_id is None:
            del self.model.hand[name]
        else:
            self.model.hand[name] = ("noop", False)

    async def allow(self, name: str) -> None:
        self.db.write_now(lambda tx: allows.add(tx, name))
        self.model.allowed.add(name)

    async def unallow(self, name: str) -> None:
        if name in self.model.allowed:
            self.db.write_now(lambda tx: allows.remove(tx, allows.of(tx, name)))
            self.model.allowed.remove(name)

    async def says(self, which: int, content: dict[str, Said]) -> None:
        follow = self.model.lists.get(which)
        if follow is None:
            follow = Follow(self.desk.follow(f"https://lists.test/{which}"), "suspend", {})
        found = [
            Entry(name, severity, media)  # pyright: ignore[reportArgumentType]
            for name, (severity, media) in content.items()
        ]
        if self.desk.read(follow.one, found=found).waiting is not None:
            self.desk.approve(follow.one)
        self.model.lists[which] = follow._replace(content=content)

    async def cap(self, which: int, severity: str) -> None:
        follow = self.model.lists.get(which)
        if follow is not None:
            one = follow.one
            self.db.write_now(
                lambda tx: domain_lists.change(tx, get(tx, one.id), severity=severity)
            )
            self.model.lists[which] = follow._replace(cap=severity)

    async def unfollow(self, which: int) -> None:
        follow = self.model.lists.pop(which, None)
        if follow is not None:
            self.desk.unfollow(follow.one)

    async def work(self) -> None:
        await self.desk.work()


_numbers = count(1)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
async def test_any_life_of_hands_and_lists(house: House, steps: list[tuple[Any, ...]]) -> None:
    def clean(tx: Tx) -> None:
        for table in (domain_rules, list_table, domain_allows):
            tx.run(table.delete())

    house.db.write_now(clean)
    number = next(_numbers)
    people = {name: house.remote(f"p{number}", name) for name in NAMES}
    life = Life(house)
    for what, *given_ in steps:
        await life.step(what, *given_)
    await life.work()
    rules = life.desk.rules()
    assert {
        name: (rule.severity, rule.reject_media) for name, rule in rules.items()
    } == life.model.rules()
    assert {name for name, rule in rules.items() if rule.list_id is None} == set(life.model.hand)
    followed = {follow.one.id for follow in life.model.lists.values()}
    assert {rule.list_id for rule in rules.values()} <= followed | {None}
    for name, person in people.items():
        near = next((rules[up] for up in ABOVE[name] if up in rules), None)
        assert marks(house, person.id) == expected(near)


def marks(house: House, account_id: int) -> tuple[int | None, int | None]:
    now = house.db.read_now(lambda tx: accounts.get(tx, account_id))
    return now.suspended_at, now.silenced_at


def expected(rule: Rule | None) -> tuple[int | None, int | None]:
    if rule is None or rule.severity == "noop":
        return None, None
    return (rule.created_at, None) if rule.severity == "suspend" else (None, rule.created_at)
