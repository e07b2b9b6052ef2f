"""Rules about other servers: which are limited, which are kept out, whose pictures are not shown.

A rule about ``example.org`` is one about ``a.example.org`` too. What it does to accounts that are
known already is a job; each account bears the rule's time, so that taking the rule away takes
back what it did and nothing else. https://docs.joinmastodon.org/methods/admin/domain_blocks/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.moderation import bringing, keeping
from weft.moderation.keeping import Change
from weft.moderation.rules import COLUMNS, COMMENT_MAX, SEVERITIES, Rule, above, normal
from weft.moderation.tables import domain_allows, domain_rules
from weft.store import facts
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, paged

LIMITED = "limited_federation"
"""The fact that says that only allowed servers are spoken with."""


class AlreadyRuled(Invalid):
    """There is a rule about this domain, or a stricter one about the domain above it."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(f"You have already imposed stricter limits on {rule.domain}.")
        self.rule = rule


_ONE = sa.select(*COLUMNS).where(domain_rules.c.id == sa.bindparam("which"))
_OF = (
    sa.select(*COLUMNS)
    .where(among(domain_rules.c.domain, "names"))
    .order_by(sa.func.length(domain_rules.c.domain).desc())
)
_LIST = paged(sa.select(*COLUMNS), domain_rules.c.id)
_TOLD = (
    sa.select(*COLUMNS)
    .where(domain_rules.c.severity != "noop")
    .order_by(domain_rules.c.severity.desc(), domain_rules.c.domain)
)
_ALLOWED = sa.select(domain_allows.c.domain).where(among(domain_allows.c.domain, "names"))


def limit_federation(tx: Tx, *, limited: bool) -> None:
    """Whether only allowed servers are spoken with: a setting, which verbs cannot see."""
    wanted = "yes" if limited else "no"
    if facts.read(tx, LIMITED) != wanted:
        facts.write(tx, LIMITED, wanted)


# -- what the rules say -----------------------------------------------------------------------


def rule_for(tx: Tx, domain: str) -> Rule | None:
    """The rule that holds for a domain: its own, or that of the nearest above it."""
    row = tx.row(_OF, names=above(domain))
    return Rule(*row) if row is not None else None


def rules_for(tx: Tx, domain: str) -> list[Rule]:
    """The rules about a domain and those above it; the first is the one that holds."""
    return [Rule(*row) for row in tx.rows(_OF, names=above(domain))]


def refused(tx: Tx, hosts: Iterable[str]) -> set[str]:
    """Those of these hosts with which nothing is exchanged: suspended, or not on the list where
    only listed ones are spoken with. One read for all of them.
    """
    names = {host: above(host) for host in hosts if host}
    if not names:
        return set()
    asked = list({name for all_ in names.values() for name in all_})
    ruled = {row.domain: row.severity for row in tx.rows(_OF, names=asked)}
    bad: set[str] = set()
    for host, all_ in names.items():
        nearest = next((ruled[name] for name in all_ if name in ruled), None)
        if nearest == "suspend":
            bad.add(host)
    if facts.read(tx, LIMITED) == "yes":
        allowed = {row[0] for row in tx.rows(_ALLOWED, names=asked)}
        bad |= {host for host, all_ in names.items() if not allowed.intersection(all_)}
    return bad


def is_refused(tx: Tx, host: str) -> bool:
    return bool(refused(tx, [host]))


def rejects_media(tx: Tx, domain: str) -> bool:
    rule = rule_for(tx, domain)
    return rule is not None and rule.reject_media


def rejects_reports(tx: Tx, domain: str) -> bool:
    rule = rule_for(tx, domain)
    return rule is not None and (rule.reject_reports or rule.severity == "suspend")


# -- what admins do ---------------------------------------------------------------------------


def get(tx: Tx, rule_id: int) -> Rule:
    """Errors: NotFound."""
    row = tx.row(_ONE, which=rule_id)
    if row is None:
        raise NotFound
    return Rule(*row)


def of(tx: Tx, domain: str) -> Rule:
    """The rule about exactly this domain. Errors: NotFound, Invalid."""
    domain = normal(domain)
    rule = rule_for(tx, domain)
    if rule is None or rule.domain != domain:
        raise NotFound
    return rule


def listed(tx: Tx, page: Page) -> list[Rule]:
    return [Rule(*row) for row in _LIST.rows(tx, page)]


def every(tx: Tx) -> list[Rule]:
    """All of them, by domain."""
    return sorted(keeping.every(tx).values(), key=lambda rule: rule.domain)


def told(tx: Tx) -> list[Rule]:
    """Those that everyone may know of, the strictest first."""
    return [Rule(*row) for row in tx.rows(_TOLD)]


def add(tx: Tx, domain: str, **chosen: Any) -> Rule:
    """A new rule by hand; what it does to known accounts is a job. It takes the place of one that a list
    brought. ``chosen``: fields of ``Rule``.

    Errors: Invalid (domain, severity, comments), AlreadyRuled.
    """
    domain = foreign(tx, domain)
    known = rule_for(tx, domain)
    rule = structs.replace(fresh(tx, domain), **_checked(chosen))
    before = None
    if known is not None and known.list_id is not None:
        before = known if known.domain == domain else None
    elif known is not None and (known.domain == domain or rule.hardness <= known.hardness):
        raise AlreadyRuled(known)
    if before is not None:
        rule = structs.replace(rule, id=before.id, created_at=before.created_at)
    keeping.write(tx, [Change(before, rule)])
    bringing.soon(tx)
    return rule


def change(tx: Tx, rule: Rule, **chosen: Any) -> Rule:
    """It is the admin's own from now on, whoever brought it. Errors: Invalid."""
    changed = structs.replace(rule, **_checked(chosen), list_id=None)
    keeping.write(tx, [Change(rule, changed)])
    if rule.list_id is not None:
        bringing.soon(tx)
    return changed


def remove(tx: Tx, rule: Rule) -> None:
    """Take a rule away, and with it what it did. Of one that a list brought there stays a rule by hand
    that does nothing, else the list would bring it again; where that is taken away, the lists count.
    """
    if rule.list_id is None:
        keeping.write(tx, [Change(rule, None)])
        bringing.bring(tx, [rule.domain])
    else:
        nothing = structs.replace(fresh(tx, rule.domain), severity="noop")
        spared = structs.replace(nothing, id=rule.id, created_at=rule.created_at)
        keeping.write(tx, [Change(rule, spared)])
    bringing.soon(tx)


def foreign(tx: Tx, domain: str) -> str:
    """A domain as it is kept. Errors: Invalid, also for this server's own."""
    domain = normal(domain)
    if domain in {tx.site.domain, tx.site.domain.partition(":")[0]}:
        raise Invalid("Validation failed: Domain is this server's own")
    return domain


def fresh(tx: Tx, domain: str) -> Rule:
    """A rule as it is when nothing is chosen."""
    return Rule(
        id=new_id(),
        domain=domain,
        severity="silence",
        reject_media=False,
        reject_reports=False,
        private_comment=None,
        public_comment=None,
        obfuscate=False,
        created_at=tx.now,
    )


def _checked(chosen: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in chosen.items() if value is not None}
    if given.get("severity", "silence") not in SEVERITIES:
        raise Invalid("Validation failed: Severity is not included in the list")
    for name in ("private_comment", "public_comment"):
        if len(given.get(name) or "") > COMMENT_MAX:
            raise Invalid(
                f"Validation failed: {name.capitalize().replace('_', ' ')} is too long"
                f" (maximum is {COMMENT_MAX} characters)"
            )
        if name in given:
            given[name] = given[name].replace("\x00", "")
    return given
