"""E-mail addresses that may not sign up: whole providers, and single mailboxes by their hash.

https://docs.joinmastodon.org/methods/admin/email_domain_blocks/, canonical_email_blocks/
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.clock import DAY
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.moderation import domains
from weft.moderation.tables import email_blocks, email_domain_blocks
from weft.people.credentials import canonical_hash
from weft.people.tables import credentials
from weft.store.database import Tx
from weft.store.page import Page, paged

_LATELY = sa.select(credentials.c.email, credentials.c.created_at, credentials.c.sign_up_ip).where(
    credentials.c.created_at >= sa.bindparam("since")
)
_HASH = re.compile(r"[0-9a-f]{64}")


class EmailDomain(Struct, frozen=True):
    """Field for field the columns of ``email_domain_blocks``."""

    id: int
    domain: str
    allow_with_approval: bool
    created_at: int


class Mailbox(Struct, frozen=True):
    """A blocked address, as ``canonical_hash`` has it."""

    id: int
    hash: str
    created_at: int


_COLUMNS = tuple(email_domain_blocks.c[field] for field in EmailDomain.__struct_fields__)
_ONE = sa.select(*_COLUMNS).where(email_domain_blocks.c.id == sa.bindparam("which"))
_OF = (
    sa.select(*_COLUMNS)
    .where(email_domain_blocks.c.domain.in_(sa.bindparam("names", expanding=True)))
    .order_by(sa.func.length(email_domain_blocks.c.domain).desc())
)
_LIST = paged(sa.select(*_COLUMNS), email_domain_blocks.c.id)
_DROP = email_domain_blocks.delete().where(email_domain_blocks.c.id == sa.bindparam("which"))
_BOX = tuple(email_blocks.c[field] for field in Mailbox.__struct_fields__)
_ONE_BOX = sa.select(*_BOX).where(email_blocks.c.id == sa.bindparam("which"))
_BOX_OF = sa.select(*_BOX).where(email_blocks.c.hash == sa.bindparam("named"))
_BOXES = paged(sa.select(*_BOX), email_blocks.c.id)
_DROP_BOX = email_blocks.delete().where(email_blocks.c.id == sa.bindparam("which"))


# -- providers --------------------------------------------------------------------------------


def get(tx: Tx, block_id: int) -> EmailDomain:
    """Errors: NotFound."""
    row = tx.row(_ONE, which=block_id)
    if row is None:
        raise NotFound
    return EmailDomain(*row)


def listed(tx: Tx, page: Page) -> list[EmailDomain]:
    return [EmailDomain(*row) for row in _LIST.rows(tx, page)]


def add(tx: Tx, domain: str, *, allow_with_approval: bool = False) -> EmailDomain:
    """Errors: Invalid (malformed, taken)."""
    domain = domains.normal(domain)
    if tx.row(_OF, names=[domain]) is not None:
        raise Invalid("Validation failed: Domain has already been taken")
    made = EmailDomain(new_id(), domain, allow_with_approval, tx.now)
    tx.run(email_domain_blocks.insert(), structs.asdict(made))
    return made


def remove(tx: Tx, block: EmailDomain) -> None:
    tx.run(_DROP, which=block.id)


def rule_for(tx: Tx, email: str) -> EmailDomain | None:
    """The block that an address falls under: its domain's, or one above it."""
    row = tx.row(_OF, names=domains.above(email.rpartition("@")[2].strip()))
    return EmailDomain(*row) if row is not None else None


def joined(
    tx: Tx, blocks: Sequence[EmailDomain], days: int
) -> dict[int, dict[int, tuple[int, int]]]:
    """Of each block, by day number: how many who joined lately have such an address, and from how
    many networks' addresses. One read for any number of blocks.
    """
    seen: dict[int, dict[int, tuple[int, set[str]]]] = {block.id: {} for block in blocks}
    for email, at, ip in tx.rows(_LATELY, since=tx.now - days * DAY):
        names = domains.above(email.rpartition("@")[2])
        for block in blocks:
            if block.domain in names:
                count, ips = seen[block.id].get(at // DAY, (0, set[str]()))
                seen[block.id][at // DAY] = (count + 1, ips | ({ip} if ip else set()))
    return {
        which: {day: (count, len(ips)) for day, (count, ips) in by_day.items()}
        for which, by_day in seen.items()
    }


# -- single mailboxes -------------------------------------------------------------------------


def get_mailbox(tx: Tx, block_id: int) -> Mailbox:
    """Errors: NotFound."""
    row = tx.row(_ONE_BOX, which=block_id)
    if row is None:
        raise NotFound
    return Mailbox(*row)


def mailboxes(tx: Tx, page: Page) -> list[Mailbox]:
    return [Mailbox(*row) for row in _BOXES.rows(tx, page)]


def find_mailbox(tx: Tx, email: str) -> Mailbox | None:
    row = tx.row(_BOX_OF, named=canonical_hash(email))
    return Mailbox(*row) if row is not None else None


def block_mailbox(tx: Tx, *, email: str = "", digest: str = "") -> Mailbox:
    """By the address, or by its hash. Errors: Invalid (neither, malformed, taken)."""
    if email and "@" not in email:
        raise Invalid("Validation failed: Email is invalid")
    digest = canonical_hash(email) if email else digest.strip().lower()
    if not _HASH.fullmatch(digest):
        raise Invalid("Validation failed: Canonical email hash can't be blank")
    if tx.row(_BOX_OF, named=digest) is not None:
        raise Invalid("Validation failed: Canonical email hash has already been taken")
    made = Mailbox(new_id(), digest, tx.now)
    tx.run(email_blocks.insert(), structs.asdict(made))
    return made


def unblock_mailbox(tx: Tx, block: Mailbox) -> None:
    tx.run(_DROP_BOX, which=block.id)
