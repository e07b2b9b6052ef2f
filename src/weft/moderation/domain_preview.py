"""What would change if rules about servers changed, before anything does: which become harder or milder,
and which follows between members here and accounts there would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct

from weft.moderation import keeping
from weft.moderation.keeping import Change
from weft.moderation.rules import Rule, above
from weft.people.tables import accounts, follows
from weft.store.database import Tx

What = Literal["added", "hardened", "softened", "removed"]
DOMAINS_AT_ONCE = 500
"""In one statement: engines bound its parameters."""

_here, _there = accounts.alias("here"), accounts.alias("there")
_names = sa.bindparam("names", expanding=True)


def _ties(here: sa.Column[int], there: sa.Column[int]) -> sa.Select[*tuple[Any, ...]]:
    """(member, domain, follows in force between them)."""
    return (
        sa.select(_here.c.id, _there.c.domain, sa.func.count())
        .select_from(follows.join(_there, _there.c.id == there).join(_here, _here.c.id == here))
        .where(_there.c.domain.in_(_names), _here.c.domain == "", follows.c.accepted.is_(True))
        .group_by(_here.c.id, _there.c.domain)
    )


_FOLLOWED = _ties(follows.c.follower_id, follows.c.target_id)
_FOLLOWERS = _ties(follows.c.target_id, follows.c.follower_id)


class Line(Struct, frozen=True):
    """What would become of one domain. ``followers`` and ``following``: follows of members here that it
    would end.
    """

    what: What
    domain: str
    before: Rule | None
    after: Rule | None
    followers: int
    following: int


class Preview(Struct, frozen=True):
    """``members``: how many people here would lose somebody. Lines are sorted by domain."""

    lines: list[Line]
    members: int
    followers: int
    following: int

    def count(self, what: What) -> int:
        return sum(line.what == what for line in self.lines)


def preview(tx: Tx, changes: Sequence[Change]) -> Preview:
    """What these changes would do. Those that only touch a comment, or to which list a rule is put
    down, are left out.
    """
    rules = keeping.every(tx)
    changed = {one.domain: one.after for one in changes if one.matters}
    after = {domain: rule for domain, rule in (rules | changed).items() if rule is not None}
    lost: dict[str, str] = {}
    for domain in keeping.known_domains(tx):
        new = _suspending(domain, after)
        if new is not None and _suspending(domain, rules) is None:
            lost[domain] = new
    members: set[int] = set()
    ended: dict[str, list[int]] = {}
    names = sorted(lost)
    for start in range(0, len(names), DOMAINS_AT_ONCE):
        some = names[start : start + DOMAINS_AT_ONCE]
        for at, statement in enumerate((_FOLLOWERS, _FOLLOWED)):
            for member, domain, number in tx.rows(statement, names=some):
                members.add(member)
                ended.setdefault(lost[domain], [0, 0])[at] += number
    lines = [
        Line(_what(one), one.domain, one.before, one.after, *ended.get(one.domain, (0, 0)))
        for one in sorted(changes, key=lambda one: one.domain)
        if one.matters
    ]
    return Preview(
        lines,
        len(members),
        sum(line.followers for line in lines),
        sum(line.following for line in lines),
    )


def _what(change: Change) -> What:
    before, after = change.before, change.after
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "hardened" if after.hardness > before.hardness else "softened"


def _suspending(domain: str, rules: Mapping[str, Rule]) -> str | None:
    """The domain whose rule suspends this one, if the nearest does."""
    near = next((rules[name] for name in above(domain) if name in rules), None)
    return near.domain if near is not None and near.severity == "suspend" else None
