"""Rules about other servers: which are limited, which are kept out, whose pictures are not shown.

A rule about ``example.org`` is one about ``a.example.org`` too. What it does to accounts that are
known already is a job; each account bears the rule's time, so that taking the rule away takes
back what it did and nothing else. https://docs.joinmastodon.org/methods/admin/domain_blocks/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Literal, get_args

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.moderation.tables import domain_allows, domain_rules
from weft.store import facts
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.work import jobs
from weft.work.jobs import NewJob

Severity = Literal["silence", "suspend", "noop"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
DOMAIN_MAX = 255
"""RFC 1035."""
COMMENT_MAX = 2_000
LABELS_MAX = 12
"""Names above a name that are asked about: no real one has more."""
LIMITED = "limited_federation"
"""The fact that says that only allowed servers are spoken with."""
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}(?::\d{{1,5}})?", re.ASCII)
"""Letters, digits, hyphens within; underscores, which some names have against the rules."""


class Rule(Struct, frozen=True):
    """Field for field the columns of ``domain_rules``."""

    id: int
    domain: str
    severity: Severity
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool
    created_at: int

    @property
    def digest(self) -> str:
        """So that whoever knows a name can see whether it is this one."""
        return sha256(self.domain.encode()).hexdigest()

    @property
    def public_name(self) -> str:
        """The name as everyone may read it: ``exa******org`` when it is to be hidden."""
        if not self.obfuscate:
            return self.domain
        shown = len(self.domain) // 4
        return "".join(
            char if char == "." or at <= shown or at >= len(self.domain) - shown else "*"
            for at, char in enumerate(self.domain)
        )


class AlreadyRuled(Invalid):
    """There is a rule about this domain, or a stricter one about the domain above it."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(f"You have already imposed stricter limits on {rule.domain}.")
        self.rule = rule


_COLUMNS = tuple(domain_rules.c[field] for field in Rule.__struct_fields__)
_names = sa.bindparam("names", expanding=True)
_ONE = sa.select(*_COLUMNS).where(domain_rules.c.id == sa.bindparam("which"))
_OF = (
    sa.select(*_COLUMNS)
    .where(domain_rules.c.domain.in_(_names))
    .order_by(sa.func.length(domain_rules.c.domain).desc())
)
_LIST = paged(sa.select(*_COLUMNS), domain_rules.c.id)
_TOLD = (
    sa.select(*_COLUMNS)
    .where(domain_rules.c.severity != "noop")
    .order_by(domain_rules.c.severity.desc(), domain_rules.c.domain)
)
_ALLOWED = sa.select(domain_allows.c.domain).where(domain_allows.c.domain.in_(_names))
_DROP = domain_rules.delete().where(domain_rules.c.id == sa.bindparam("which"))


def normal(text: str) -> str:
    """A domain as it is kept: lower case, in ASCII. Errors: Invalid."""
    text = text.strip().lower().removeprefix("@").rstrip(".")
    if not text:
        raise Invalid("Validation failed: Domain can't be blank")
    if not text.isascii():
        try:
            text = text.encode("idna").decode()
        except UnicodeError:
            text = ""
    if len(text) > DOMAIN_MAX or not _DOMAIN.fullmatch(text):
        raise Invalid("Validation failed: Domain is not a valid domain name")
    return text


def above(domain: str) -> list[str]:
    """The names whose rules hold for a domain: itself, without its port, and all above it. Names
    spelled otherwise are the same to whoever connects: with a dot at the end, or not in ASCII.
    """
    bare, _, port = domain.lower().partition(":")
    if not bare.isascii():
        try:
            bare = bare.encode("idna").decode()
        except UnicodeError:
            bare = ""  # no server answers to it
    bare = bare.rstrip(".")
    domain = f"{bare}:{port}" if port else bare
    labels = bare.split(".")[-LABELS_MAX:]
    higher = [".".join(labels[at:]) for at in range(1, len(labels) - 1)]
    return list(dict.fromkeys([domain, bare, *higher]))


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


def listed(tx: Tx, page: Page) -> list[Rule]:
    return [Rule(*row) for row in _LIST.rows(tx, page)]


def told(tx: Tx) -> list[Rule]:
    """Those that everyone may know of, the strictest first."""
    return [Rule(*row) for row in tx.rows(_TOLD)]


def add(tx: Tx, domain: str, **chosen: Any) -> Rule:
    """A new rule; what it does to known accounts is a job. ``chosen``: fields of ``Rule``.

    Errors: Invalid (domain, severity, comments), AlreadyRuled.
    """
    domain = normal(domain)
    if domain in {tx.site.domain, tx.site.domain.partition(":")[0]}:
        raise Invalid("Validation failed: Domain is this server's own")
    known = rule_for(tx, domain)
    rule = Rule(
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
    rule = structs.replace(rule, **_checked(chosen))
    if known is not None and (known.domain == domain or not _stricter(rule, known)):
        raise AlreadyRuled(known)
    tx.run(domain_rules.insert(), structs.asdict(rule))
    _apply(tx, domain)
    return rule


def change(tx: Tx, rule: Rule, **chosen: Any) -> Rule:
    """Errors: Invalid."""
    changed = structs.replace(rule, **_checked(chosen))
    tx.run(domain_rules.update().where(domain_rules.c.id == rule.id), structs.asdict(changed))
    _apply(tx, rule.domain, rule.created_at)
    return changed


def remove(tx: Tx, rule: Rule) -> None:
    """Take a rule away, and with it what it did."""
    tx.run(_DROP, which=rule.id)
    _apply(tx, rule.domain, rule.created_at)


def _stricter(rule: Rule, known: Rule) -> bool:
    order = ("noop", "silence", "suspend")
    return order.index(rule.severity) > order.index(known.severity) or (
        rule.severity == known.severity
        and (rule.reject_media, rule.reject_reports) > (known.reject_media, known.reject_reports)
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


def _apply(tx: Tx, domain: str, undo: int | None = None) -> None:
    """``undo``: the time that accounts bear to whom the rule did something before."""
    payload = {"domain": domain, "undo": undo}
    jobs.enqueue(tx, NewJob("moderation.apply_domain", payload, lane=f"domain-rule:{domain}"[:300]))
