"""What follows later from what admins decide: a rule about a server reaches its accounts, and an
account's data goes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from weft.kernel.clock import HOUR
from weft.moderation import actions, domains, ip_blocks
from weft.people import accounts, follows
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import follows as follow_table
from weft.rooms import erase as rooms_erase
from weft.store.blobs import Blobs
from weft.store.database import Database, Tx
from weft.threads import files, media, profiles
from weft.threads.erase import bare_some, erase_some
from weft.threads.notifications import notify
from weft.threads.tables import media as media_table
from weft.work import events, jobs
from weft.work.jobs import Job
from weft.work.runner import Handler

AT_ONCE = 100
"""Accounts in one transaction, with the follows of each: some 50 ms for the one writer."""

_UPLOADS = sa.select(*media.COLUMNS).where(media_table.c.owner_id == sa.bindparam("owner"))
_there = sa.and_(
    sa.or_(
        account_table.c.domain == sa.bindparam("domain"),
        account_table.c.domain.like(sa.bindparam("with_port"), escape="\\"),
        account_table.c.domain.like(sa.bindparam("below"), escape="\\"),
    ),
    account_table.c.domain != "",
)
_SOME = (
    sa.select(*accounts.COLUMNS)
    .where(account_table.c.id > sa.bindparam("after"), _there)
    .order_by(account_table.c.id)
    .limit(AT_ONCE)
)
_who = sa.bindparam("who", type_=sa.BigInteger)
_here = account_table.alias("here")
_FOLLOWS = (
    sa.select(follow_table.c.follower_id, follow_table.c.target_id)
    .join_from(
        follow_table,
        _here,
        sa.or_(
            sa.and_(follow_table.c.follower_id == _here.c.id, follow_table.c.target_id == _who),
            sa.and_(follow_table.c.target_id == _here.c.id, follow_table.c.follower_id == _who),
        ),
    )
    .where(_here.c.domain == "")
    .limit(AT_ONCE)
)


def _ties(here: sa.Column[int], there: sa.Column[int]) -> sa.Select[*tuple[Any, ...]]:
    """(member, domain, how many follows in force between them)."""
    return (
        sa.select(_here.c.id, account_table.c.domain, sa.func.count())
        .select_from(
            follow_table.join(_here, _here.c.id == here).join(
                account_table, account_table.c.id == there
            )
        )
        .where(_here.c.domain == "", _there, follow_table.c.accepted.is_(True))
        .group_by(_here.c.id, account_table.c.domain)
    )


_FOLLOWERS = _ties(follow_table.c.target_id, follow_table.c.follower_id)
_FOLLOWED = _ties(follow_table.c.follower_id, follow_table.c.target_id)


def handlers(db: Database, blobs: Blobs) -> dict[str, Handler]:
    """The kinds of jobs of moderation. Pool: default."""

    async def apply_domain(job: Job) -> None:
        domain, undo = job.payload["domain"], job.payload["undo"]
        if not job.payload.get("told"):
            await db.write(lambda tx: _tell_lost(tx, domain, job))
        after = 0
        while True:
            some = await db.write(lambda tx, start=after: _apply_some(tx, domain, undo, start))
            if not some:
                break
            after = some[-1][0]
            for account_id in [one for one, bare in some if bare]:
                at: int | None = 0
                while at is not None:
                    at = await db.write(
                        lambda tx, who=account_id, start=at: bare_some(tx, who, start)
                    )
        await db.write(lambda tx: events.append(tx, "domain.ruled", data={"domain": domain}))

    async def erase(job: Job) -> None:
        account_id = job.payload["account"]
        account = await db.read(lambda tx: accounts.by_id(tx, account_id))
        if account is None:
            return
        while await db.write(lambda tx: erase_some(tx, account_id)):
            pass
        while await db.write(lambda tx: rooms_erase.erase_some(tx, account_id)):
            pass
        await files.drop(db, blobs, await db.write(lambda tx: _blank(tx, account_id, job)))

    async def sweep(_: Job) -> None:
        await db.write(ip_blocks.sweep)

    return {
        "moderation.apply_domain": Handler(apply_domain),
        "moderation.erase": Handler(erase),
        "moderation.sweep": Handler(sweep, every=HOUR),
    }


def _names(domain: str) -> dict[str, str]:
    """A domain, with its ports, and all below it, as the statements want them."""
    safe = domain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"domain": domain, "with_port": f"{safe}:%", "below": f"%.{safe}"}


def _apply_some(tx: Tx, domain: str, undo: int | None, after: int) -> list[tuple[int, bool]]:
    """Bring some accounts of a domain to what the rules say now. Gives them, by id, and whether
    the pictures in their posts have to go.
    """
    done: list[tuple[int, bool]] = []
    for row in tx.rows(_SOME, after=after, **_names(domain)):
        account = Account(*row)
        rules = domains.rules_for(tx, account.domain)
        rule = rules[0] if rules else None
        marks = {rule.created_at for rule in rules} | ({undo} if undo is not None else set())
        account = settle(tx, account, rule, marks)
        if rule is not None and rule.severity == "suspend":
            _sever(tx, account)
        bare = rule is not None and rule.reject_media
        if bare and (account.avatar or account.header):
            # As if it had never been looked up, so that they come back when the rule goes.
            accounts.update(tx, account.id, avatar="", header="", fetched_at=0)
        done.append((account.id, bare))
    return done


def settle(
    tx: Tx, account: Account, rule: domains.Rule | None, marks: Collection[int] = ()
) -> Account:
    """Make an account of another server what the rule about its server makes of it. ``marks``: the
    times of rules that may have done something to it before; what admins did themselves stays.
    """
    severity = rule.severity if rule is not None else "noop"
    suspended = account.suspended_at in marks
    silenced = account.silenced_at in marks
    if suspended and severity != "suspend":
        actions.unsuspend(tx, account)
    if silenced and severity != "silence":
        actions.unsilence(tx, account)
    if rule is None or severity == "noop":
        return account
    # What another rule did, and this one does too, is this one's from now on.
    if severity == "suspend":
        if suspended:
            return accounts.update(tx, account.id, suspended_at=rule.created_at)
        actions.suspend(tx, account, at=rule.created_at)
        return accounts.get(tx, account.id)
    if account.silenced_at is None or silenced:
        return accounts.update(tx, account.id, silenced_at=rule.created_at)
    return account


def _sever(tx: Tx, account: Account) -> None:
    """End the follows between an account and members here."""
    while pairs := tx.rows(_FOLLOWS, who=account.id):
        both = accounts.by_ids(tx, [one for pair in pairs for one in pair])
        for follower_id, target_id in pairs:
            follows.unfollow(tx, both[follower_id], both[target_id])


def _tell_lost(tx: Tx, domain: str, job: Job) -> None:
    """Tell members which follows a rule ends: before it does, since afterwards nobody knows, and
    once, however often the job is begun.
    """
    lost: dict[int, list[int]] = {}
    for at, statement in enumerate((_FOLLOWERS, _FOLLOWED)):
        for member, name, count in tx.rows(statement, **_names(domain)):
            rule = domains.rule_for(tx, name)
            if rule is not None and rule.severity == "suspend":
                lost.setdefault(member, [0, 0])[at] += count
    jobs.note(tx, job, {**job.payload, "told": True})
    for member, (followers, followed) in lost.items():
        told = {
            "type": "domain_block",
            "target_name": domain,
            "followers_count": followers,
            "following_count": followed,
        }
        notify(tx, member, "severed_relationships", member, data=told)


def _blank(tx: Tx, account_id: int, job: Job) -> list[str]:
    """The last of an account: its row anew, empty. Gives blobs that nothing names any more; the
    job keeps their names until they are gone.
    """
    account = accounts.by_id(tx, account_id)
    if account is None:
        return []
    uploads = [media.Upload(*row) for row in tx.rows(_UPLOADS, owner=account_id)]
    keys = [*job.payload.get("blobs", []), *(key for one in uploads for key in media.keys(one))]
    keys += [account.avatar, account.header] if account.local else []
    accounts.blank(tx, account)
    named = [key for key in dict.fromkeys(keys) if key]
    jobs.note(tx, job, {**job.payload, "blobs": named})
    return profiles.unused_pictures(tx, *named)
