"""Servers that a member wants to see nothing of: Mastodon's "domain blocks" of a user.

https://docs.joinmastodon.org/methods/domain_blocks/. Nothing of theirs is shown (``threads``
asks the table), nobody there follows the member or is followed, and nobody can begin to.
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid
from weft.kernel.ids import new_id
from weft.people import accounts, follows
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import domain_mutes
from weft.people.tables import follows as follow_table
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.work import events, jobs
from weft.work.jobs import NewJob

DOMAIN_CHARS = 255
"""RFC 1035."""
DOMAINS_MAX = 5_000
"""Lists that people share with one another hold some hundreds."""
PART = 100
"""Follows that end in one transaction: each is told to the other server. The rest are a job's."""

_owner = sa.bindparam("owner", type_=sa.BigInteger)
_domain = sa.bindparam("domain")
_PUT = insert(domain_mutes).on_conflict_do_nothing().returning(domain_mutes.c.id)
_DROP = domain_mutes.delete().where(
    domain_mutes.c.account_id == _owner, domain_mutes.c.domain == _domain
)
_ONE = sa.select(domain_mutes.c.id).where(
    domain_mutes.c.account_id == _owner, domain_mutes.c.domain == _domain
)
_COUNT = sa.select(sa.func.count()).where(domain_mutes.c.account_id == _owner)
_COLUMNS = tuple(domain_mutes.c[name] for name in ("id", "domain"))
_LISTED = paged(sa.select(*_COLUMNS).where(domain_mutes.c.account_id == _owner), domain_mutes.c.id)
_FOLLOWERS = (
    sa.select(account_table.c.id)
    .join_from(follow_table, account_table, account_table.c.id == follow_table.c.follower_id)
    .where(follow_table.c.target_id == _owner, account_table.c.domain == _domain)
)
_FOLLOWED = (
    sa.select(account_table.c.id)
    .join_from(follow_table, account_table, account_table.c.id == follow_table.c.target_id)
    .where(follow_table.c.follower_id == _owner, account_table.c.domain == _domain)
)
_in_force = follow_table.c.accepted.is_(True)
_FOLLOWERS_COUNT = _FOLLOWERS.where(_in_force).with_only_columns(sa.func.count())
_FOLLOWED_COUNT = _FOLLOWED.where(_in_force).with_only_columns(sa.func.count())
_FOLLOWERS_PART = _FOLLOWERS.limit(PART)
_FOLLOWED_PART = _FOLLOWED.limit(PART)


class Preview(Struct, frozen=True):
    """What a domain block would end."""

    following_count: int
    followers_count: int


def clean(tx: Tx, domain: str) -> str:
    """A domain as it is kept. Errors: Invalid, in Mastodon's words, for none, for one with spaces
    in it or too long, and for this server.
    """
    cleaned = domain.strip().lower().removesuffix(".")
    if not cleaned:
        raise Invalid("Validation failed: Domain can't be blank")
    try:
        ascii_only = cleaned if cleaned.isascii() else cleaned.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_only = ""
    bad = not ascii_only.isprintable() or " " in ascii_only or len(ascii_only) > DOMAIN_CHARS
    if not ascii_only or bad or ascii_only == tx.site.domain:
        raise Invalid("Validation failed: Domain is not a valid domain name")
    return ascii_only


def mute(tx: Tx, by: Account, domain: str) -> None:
    """See nothing of a server from now on. A second time changes nothing. Event: domain.muted
    (with what ``preview`` says), and those of the follows that end. Errors: Invalid.
    """
    domain = clean(tx, domain)
    if int(tx.scalar(_COUNT, owner=by.id)) >= DOMAINS_MAX:
        raise Invalid(f"Validation failed: You cannot block more than {DOMAINS_MAX} domains")
    made = tx.row(_PUT, id=new_id(), account_id=by.id, domain=domain, created_at=tx.now)
    if made is None:
        return
    ends = structs.asdict(preview(tx, by.id, domain))
    events.append(tx, "domain.muted", actor_id=by.id, data={"domain": domain, **ends})
    part(tx, by, domain)


def part(tx: Tx, by: Account, domain: str) -> None:
    """End some of the follows between a member and a server they muted; a job ends the rest."""
    if tx.row(_ONE, owner=by.id, domain=domain) is None:
        return  # taken back meanwhile
    followed = [row[0] for row in tx.rows(_FOLLOWED_PART, owner=by.id, domain=domain)]
    followers = [row[0] for row in tx.rows(_FOLLOWERS_PART, owner=by.id, domain=domain)]
    known = accounts.by_ids(tx, [*followed, *followers])
    for one in followed:
        follows.unfollow(tx, by, known[one])
    for one in followers:
        follows.remove_follower(tx, by, known[one])
    if len(followed) == PART or len(followers) == PART:
        jobs.enqueue(
            tx,
            NewJob(
                "people.part_from_domain",
                {"account": by.id, "domain": domain},
                lane=f"part:{by.id}",
            ),
        )


def unmute(tx: Tx, by: Account, domain: str) -> None:
    """See them again. What ended does not come back. Errors: Invalid (no domain)."""
    tx.run(_DROP, owner=by.id, domain=clean(tx, domain))


def muted(tx: Tx, owner_id: int, page: Page) -> list[tuple[int, str]]:
    """(key of the page, domain), last muted first."""
    return [tuple(row) for row in _LISTED.rows(tx, page, owner=owner_id)]


def preview(tx: Tx, owner_id: int, domain: str) -> Preview:
    """How many follows a block would end. Errors: Invalid (no domain)."""
    who = {"owner": owner_id, "domain": clean(tx, domain)}
    return Preview(
        int(tx.scalar(_FOLLOWED_COUNT, **who) or 0), int(tx.scalar(_FOLLOWERS_COUNT, **who) or 0)
    )
