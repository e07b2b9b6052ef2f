"""Lists of servers that others keep, followed here: by address, looked at before they count.

    read (a job) → differs from what is in force? → waits → an admin looks and says yes → in force
                                                    └ small, and the list is automatic ┘

What is in force becomes rules in ``bringing``. A list that cannot be read, or whose file is bad, stays as it
was, and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.clock import DAY, HOUR, MINUTE, SECOND
from weft.kernel.errors import Invalid, NotFound, WeftError
from weft.kernel.ids import new_id
from weft.moderation import bringing
from weft.moderation.bringing import entries_from
from weft.moderation.domain_preview import Preview, preview
from weft.moderation.rules import Severity
from weft.moderation.shared import Entry, Source, is_suspicious
from weft.moderation.tables import domain_lists
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob

LISTS_MAX = 20
"""Every one is read whole whenever a rule is weighed; admins follow two or three."""
URL_CHARS = 2_000
NAME_CHARS = 100
ERROR_CHARS = 300
REFRESH_EVERY = 1 * DAY
"""Lists change some times a week."""
FAILED_FOR = 1 * HOUR
COOL_DOWN = 5 * MINUTE
"""Between two looks at one list, however often an admin asks: it lies on somebody's server."""


class DomainList(Struct, frozen=True):
    """Field for field the columns of ``domain_lists``. ``entries``: in force; ``waiting``: as last read,
    where that is something else; ``severity``: the hardest rule that it may make; ``fetched_at``: last
    asked for (ms), ``error``: why that failed.
    """

    id: int
    url: str
    name: str
    severity: Severity
    automatic: bool
    entries: list[Entry]
    waiting: list[Entry] | None
    etag: str
    error: str
    fetched_at: int | None
    applied_at: int | None
    created_at: int

    @property
    def held(self) -> bool:
        """Whether it would have gone by itself, but changes too much at once."""
        return self.automatic and self.waiting is not None and self.applied_at is not None

    @property
    def version(self) -> str:
        """Names what waits, so that nobody says yes to something else than they saw; "" for nothing."""
        if self.waiting is None:
            return ""
        return sha256(msgspec.json.encode(self.waiting)).hexdigest()[:16]


class Outdated(WeftError):
    """What was looked at is not what waits now."""

    status = 409

    def __init__(self) -> None:
        super().__init__("The list has changed since it was looked at; please look again")


_COLUMNS = tuple(domain_lists.c[field] for field in DomainList.__struct_fields__)
_which = domain_lists.c.id == sa.bindparam("which")
_ONE = sa.select(*_COLUMNS).where(_which)
_OF = sa.select(domain_lists.c.id).where(domain_lists.c.url == sa.bindparam("address"))
_ALL = sa.select(*_COLUMNS).order_by(domain_lists.c.id)
_COUNT = sa.select(sa.func.count()).select_from(domain_lists)
_DUE = sa.select(domain_lists.c.id).where(
    sa.or_(
        domain_lists.c.fetched_at.is_(None),
        domain_lists.c.fetched_at < sa.bindparam("before", type_=sa.BigInteger),
        sa.and_(
            domain_lists.c.error != "",
            domain_lists.c.fetched_at < sa.bindparam("failed_before", type_=sa.BigInteger),
        ),
    )
)
_DROP = domain_lists.delete().where(_which)


def get(tx: Tx, list_id: int) -> DomainList:
    """Errors: NotFound."""
    row = tx.row(_ONE, which=list_id)
    if row is None:
        raise NotFound
    return _made(row)


def every(tx: Tx) -> list[DomainList]:
    """All that are followed, oldest first."""
    return [_made(row) for row in tx.rows(_ALL)]


# -- what admins do ---------------------------------------------------------------------------


def subscribe(
    tx: Tx, url: str, *, name: str = "", severity: str = "suspend", automatic: bool = False
) -> DomainList:
    """Follow a list. It is read soon, and nothing of it counts before an admin has looked.

    Errors: Invalid (address, name, severity; followed already; too many lists).
    """
    url = url.strip()
    # Whether it may be reached is for the client to say; only what can be an address is kept.
    parts = _parts(url)
    if parts is None or len(url) > URL_CHARS:
        raise Invalid("Validation failed: URL is not a web address")
    if tx.row(_OF, address=url) is not None:
        raise Invalid("Validation failed: URL is followed already")
    if int(tx.scalar(_COUNT)) >= LISTS_MAX:
        raise Invalid(f"Validation failed: You cannot follow more than {LISTS_MAX} lists")
    made = DomainList(
        id=new_id(),
        url=url,
        name=_name(name) or parts,
        severity=_severity(severity),
        automatic=automatic,
        entries=[],
        waiting=None,
        etag="",
        error="",
        fetched_at=None,
        applied_at=None,
        created_at=tx.now,
    )
    tx.run(domain_lists.insert(), msgspec.to_builtins(made))
    _read_soon(tx, made.id)
    return made


def change(
    tx: Tx,
    one: DomainList,
    *,
    name: str | None = None,
    severity: str | None = None,
    automatic: bool | None = None,
) -> DomainList:
    """What is None stays. Another severity counts at once, for what is in force too.

    Errors: Invalid.
    """
    changed = structs.replace(
        one,
        name=one.name if name is None else _name(name) or one.name,
        severity=one.severity if severity is None else _severity(severity),
        automatic=one.automatic if automatic is None else automatic,
        # So that the next look reads it whole, and weighs by the new rules what waits.
        etag="" if automatic else one.etag,
    )
    _put(tx, changed, "name", "severity", "automatic", "etag")
    bringing.soon(tx)
    return changed


def unsubscribe(tx: Tx, one: DomainList) -> None:
    """No longer. What this list alone brought goes, and with it what it did."""
    tx.run(_DROP, which=one.id)
    bringing.soon(tx)


def refresh(tx: Tx, one: DomainList) -> None:
    """Read it again, soon. Errors: WeftError 429 (asked for a moment ago)."""
    if one.fetched_at is not None and tx.now - one.fetched_at < COOL_DOWN:
        wait = (one.fetched_at + COOL_DOWN - tx.now) // SECOND + 1
        raise WeftError(f"This list was read a moment ago; please try again in {wait} seconds", 429)
    _read_soon(tx, one.id)


def look(tx: Tx, one: DomainList) -> Preview:
    """Exactly what would change if what waits were in force (and whatever else is not yet done)."""
    return preview(tx, bringing.differences(tx, _with(tx, one)))


def approve(tx: Tx, one: DomainList, version: str) -> DomainList:
    """An admin says yes to what waits. ``version``: of what they looked at.

    Errors: Outdated (409); Invalid, when nothing waits.
    """
    if one.waiting is None:
        raise Invalid("Nothing of this list waits")
    if version != one.version:
        raise Outdated
    return _in_force(tx, one)


# -- what the job does ------------------------------------------------------------------------


def due(tx: Tx) -> list[int]:
    """Those that nobody read for a day, or tried to for an hour."""
    named = {"before": tx.now - REFRESH_EVERY, "failed_before": tx.now - FAILED_FOR}
    return [row[0] for row in tx.rows(_DUE, **named)]


def take(tx: Tx, one: DomainList, entries: Sequence[Entry], etag: str) -> DomainList:
    """A list was read: what is new in it waits, or counts at once where that was said and not much
    changes. Never the first time.
    """
    new = list(entries)
    same = one.applied_at is not None and _sorted(new) == _sorted(one.entries)
    read = structs.replace(
        one, waiting=None if same else new, etag=etag, error="", fetched_at=tx.now
    )
    _put(tx, read, "waiting", "etag", "error", "fetched_at")
    goes = one.automatic and one.applied_at is not None and not is_suspicious(one.entries, new)
    return _in_force(tx, read) if goes and not same else read


def unchanged(tx: Tx, one: DomainList) -> None:
    """Its server says that it is as it was."""
    _put(tx, structs.replace(one, error="", fetched_at=tx.now), "error", "fetched_at")


def fail(tx: Tx, one: DomainList, why: str) -> None:
    """It could not be read: what is in force stays."""
    why = why[:ERROR_CHARS].replace("\x00", "").encode(errors="replace").decode()
    _put(tx, structs.replace(one, error=why, fetched_at=tx.now), "error", "fetched_at")


def _in_force(tx: Tx, one: DomainList) -> DomainList:
    now = structs.replace(one, entries=one.waiting or [], waiting=None, applied_at=tx.now)
    _put(tx, now, "entries", "waiting", "applied_at")
    bringing.soon(tx)
    return now


def _with(tx: Tx, one: DomainList) -> list[Source]:
    """The lists as they would be with what waits of this one."""
    entries = {
        entry.domain: entry for entry in (one.entries if one.waiting is None else one.waiting)
    }
    return [
        Source(source.id, one.severity, entries) if source.id == one.id else source
        for source in bringing.sources(tx)
    ]


def _put(tx: Tx, one: DomainList, *fields: str) -> None:
    kept: dict[str, Any] = msgspec.to_builtins(one)
    tx.run(domain_lists.update().where(domain_lists.c.id == one.id), {f: kept[f] for f in fields})


def _read_soon(tx: Tx, list_id: int) -> None:
    jobs.enqueue(
        tx,
        NewJob(
            "moderation.read_list", {"list": list_id}, key=f"domain-list:{list_id}", pool="fetch"
        ),
    )


def read_due(tx: Tx) -> None:
    """Have those read whose turn it is."""
    for list_id in due(tx):
        _read_soon(tx, list_id)


def _made(row: Sequence[Any]) -> DomainList:
    given = dict(zip(DomainList.__struct_fields__, row, strict=True))
    given["entries"] = entries_from(given["entries"])
    given["waiting"] = None if given["waiting"] is None else entries_from(given["waiting"])
    return DomainList(**given)


def _sorted(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.domain)


def _parts(url: str) -> str | None:
    """The host of an http(s) address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in {"http", "https"} else None
    except ValueError:
        return None
    return host if url.isprintable() and " " not in url else None


def _name(text: str) -> str:
    name = " ".join(text.replace("\x00", "").split())
    if len(name) > NAME_CHARS:
        raise Invalid(f"Validation failed: Name is too long (maximum is {NAME_CHARS} characters)")
    return name


def _severity(text: str) -> Severity:
    for known in get_args(Severity):
        if text == known:
            return known
    raise Invalid("Validation failed: Severity is not included in the list")
