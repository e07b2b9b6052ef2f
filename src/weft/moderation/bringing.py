"""From lists to rules: what the followed lists want becomes rules, and what they no longer want goes.

The lists and the rules are compared, and what differs is changed, in parts; so it does not matter where it
was killed, and what an admin does meanwhile counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec
import sqlalchemy as sa
from msgspec import structs

from weft.kernel.ids import new_id
from weft.moderation import keeping
from weft.moderation.keeping import Change
from weft.moderation.rules import COLUMNS, Rule, above
from weft.moderation.shared import Entry, Judge, Source, Verdict
from weft.moderation.tables import domain_allows, domain_lists, domain_rules
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob

AT_ONCE = 200
"""Rules in one transaction: some 35 ms of the one writer, with lists of 6,000 lines."""
LANE = "domain-lists"

_SOURCES = sa.select(domain_lists.c.id, domain_lists.c.severity, domain_lists.c.entries).order_by(
    domain_lists.c.id
)
_FOLLOWED = sa.select(domain_lists.c.id).limit(1)
_BROUGHT = sa.select(domain_rules.c.id).where(domain_rules.c.list_id.is_not(None)).limit(1)
_NAMED = sa.select(*COLUMNS).where(domain_rules.c.domain.in_(sa.bindparam("names", expanding=True)))
_ALLOWS = sa.select(domain_allows.c.domain)


def sources(tx: Tx) -> list[Source]:
    """The followed lists, oldest first, with what is in force of them."""
    return [
        Source(row[0], row[1], {entry.domain: entry for entry in entries_from(row[2])})
        for row in tx.rows(_SOURCES)
    ]


def entries_from(kept: object) -> list[Entry]:
    """What a column holds."""
    return msgspec.convert(kept, list[Entry])


def by_hand(tx: Tx, rules: Iterable[Rule]) -> set[str]:
    """The domains about which no list is heard: those of rules (of these) and allows that an admin set,
    and our own.
    """
    hand = {rule.domain for rule in rules if rule.list_id is None}
    hand.update(row[0] for row in tx.rows(_ALLOWS))
    return hand | {tx.site.domain, tx.site.domain.partition(":")[0]}


def differences(tx: Tx, lists: Sequence[Source] | None = None) -> list[Change]:
    """What has to change so that the rules are what the lists (those that are followed, or these) want."""
    rules = keeping.every(tx)
    judge = Judge(sources(tx) if lists is None else lists, by_hand(tx, rules.values()))
    brought = {rule.domain for rule in rules.values() if rule.list_id is not None}
    return _changes(tx, judge, rules, sorted(brought.union(judge)))


def bring(tx: Tx, domains: Collection[str]) -> None:
    """Make the rules about these domains what the lists want."""
    names = list({name for domain in domains for name in above(domain)}.union(domains))
    rules = {rule.domain: rule for rule in (Rule(*row) for row in tx.rows(_NAMED, names=names))}
    judge = Judge(sources(tx), by_hand(tx, rules.values()))
    keeping.write(tx, _changes(tx, judge, rules, sorted(domains)))


def soon(tx: Tx) -> None:
    """Something changed in what the lists, or an admin, say: a job brings the rules into agreement."""
    if tx.row(_FOLLOWED) is not None or tx.row(_BROUGHT) is not None:
        jobs.enqueue(tx, NewJob("moderation.bring_rules", lane=LANE))


def _changes(tx: Tx, judge: Judge, rules: dict[str, Rule], domains: Iterable[str]) -> list[Change]:
    found: list[Change] = []
    for domain in domains:
        before = rules.get(domain)
        if before is not None and before.list_id is None:
            continue
        verdict = judge.wanted(domain)
        after = _rule(tx, verdict, before) if verdict is not None else None
        if before != after:
            found.append(Change(before, after))
    return found


def _rule(tx: Tx, verdict: Verdict, before: Rule | None) -> Rule:
    entry = verdict.entry
    known = before or Rule(
        id=new_id(),
        domain=entry.domain,
        severity="noop",
        reject_media=False,
        reject_reports=False,
        private_comment=None,
        public_comment=None,
        obfuscate=False,
        created_at=tx.now,
    )
    return structs.replace(
        known,
        severity=entry.severity,
        reject_media=entry.reject_media,
        reject_reports=entry.reject_reports,
        public_comment=entry.public_comment or None,
        obfuscate=entry.obfuscate,
        list_id=verdict.list_id,
    )
