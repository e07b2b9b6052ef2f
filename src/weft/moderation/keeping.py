"""Rules about servers, many at once: their rows, and the jobs by which they reach accounts that are
known here. Whoever decides about rules (``domains``, ``bringing``) writes them with this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.moderation.rules import COLUMNS, Rule, above
from weft.moderation.tables import domain_rules
from weft.people.tables import accounts
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob

_which = domain_rules.c.id == sa.bindparam("which")
_INSERT = domain_rules.insert()
_UPDATE = (
    domain_rules.update()
    .where(_which)
    .values(
        **{
            name: sa.bindparam(f"new_{name}")
            for name in Rule.__struct_fields__
            if name not in {"id", "domain", "created_at"}
        }
    )
)
_DROP = domain_rules.delete().where(_which)
_ALL = sa.select(*COLUMNS)
_KNOWN = sa.select(accounts.c.domain).where(accounts.c.domain != "").distinct()


class Change(Struct, frozen=True):
    """What becomes of the rule about one domain; None where there is none before, or after. Both have
    the same id and time: accounts bear the time as the mark of what did something to them.
    """

    before: Rule | None
    after: Rule | None

    @property
    def domain(self) -> str:
        rule = self.after or self.before
        return rule.domain if rule is not None else ""

    @property
    def matters(self) -> bool:
        """Whether it changes anything for the accounts there."""
        before, after = self.before, self.after
        return before is None or after is None or before.hardness != after.hardness


def every(tx: Tx) -> dict[str, Rule]:
    """All rules, by domain."""
    return {rule.domain: rule for rule in (Rule(*row) for row in tx.rows(_ALL))}


def known_domains(tx: Tx) -> list[str]:
    """The servers of which an account is known here."""
    return [row[0] for row in tx.rows(_KNOWN)]


def write(tx: Tx, changes: Sequence[Change]) -> None:
    """Write these rules. Those that concern nobody who is known here cost no job."""
    new = [one.after for one in changes if one.before is None and one.after is not None]
    tx.run_many(_INSERT, [structs.asdict(rule) for rule in new])
    tx.run_many(
        _UPDATE,
        [
            {
                "which": one.before.id,
                **{
                    f"new_{name}": value
                    for name, value in structs.asdict(one.after).items()
                    if name not in {"id", "domain", "created_at"}
                },
            }
            for one in changes
            if one.before is not None and one.after is not None
        ],
    )
    gone = [one.before for one in changes if one.after is None and one.before is not None]
    tx.run_many(_DROP, [{"which": rule.id} for rule in gone])
    mattering = {one.domain: one for one in changes if one.matters}
    if len(mattering) == 1:
        reached = mattering
    else:
        reached = _concerning(known_domains(tx), mattering) if mattering else {}
    for domain in reached:
        before = mattering[domain].before
        reach(tx, domain, before.created_at if before is not None else None)


def reach(tx: Tx, domain: str, undo: int | None = None) -> None:
    """Let the rules reach the accounts of a domain and those below it. ``undo``: the time that accounts
    bear to whom the rule did something before.
    """
    payload = {"domain": domain, "undo": undo}
    jobs.enqueue(tx, NewJob("moderation.apply_domain", payload, lane=f"domain-rule:{domain}"[:300]))


def _concerning(known: Iterable[str], changed: dict[str, Change]) -> list[str]:
    met = {name for domain in known for name in above(domain)}
    return [domain for domain in changed if domain in met]
