"""Reports: what somebody tells the admins about an account and its posts.

https://docs.joinmastodon.org/methods/reports/, methods/admin/reports/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.clock import DAY
from weft.kernel.errors import Invalid, NotFound, WeftError
from weft.kernel.ids import floor_at, new_id, parse_id
from weft.moderation import domains
from weft.moderation.tables import reports
from weft.people import credentials
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import collections, follows
from weft.rooms import lines
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged
from weft.threads import posts
from weft.threads.notifications import notify
from weft.threads.tables import post_mentions
from weft.threads.tables import posts as post_table
from weft.work import events

CATEGORIES = ("spam", "legal", "violation", "other")
COMMENT_MAX = 1_000
"""https://docs.joinmastodon.org/methods/reports/#post"""
ATTACHED_MAX = 100
"""Posts and collections in one report: more than anybody reads; a spammer's worst day."""
COMMENT_ELSEWHERE_MAX = 5_000
"""What other servers send; Mastodon's number. Cut."""
PER_DAY = 50
"""Reports that one account files in a day: each tells every admin."""


class Report(Struct, frozen=True):
    """Field for field the columns of ``reports``. Ids in lists are strings. Times are ms."""

    id: int
    uri: str
    account_id: int
    target_id: int
    comment: str
    category: str
    post_ids: list[str]
    rule_ids: list[str]
    collection_ids: list[str]
    forwarded: bool
    assigned_to: int | None
    acted_at: int | None
    acted_by: int | None
    created_at: int
    updated_at: int
    line_ids: list[str] = []


class Complaint(Struct, frozen=True):
    """What a client sends: https://docs.joinmastodon.org/methods/reports/#post"""

    post_ids: Sequence[int] = ()
    collection_ids: Sequence[int] = ()
    line_ids: Sequence[int] = ()
    """Of rooms; of ours."""
    rule_ids: Sequence[str] = ()
    comment: str = ""
    category: str = "other"
    forward: bool = False
    """Also to the admins of the target's server, without the reporter's name."""


_COLUMNS = tuple(reports.c[field] for field in Report.__struct_fields__)
_ONE = sa.select(*_COLUMNS).where(reports.c.id == sa.bindparam("which"))
_THESE = sa.select(*_COLUMNS).where(among(reports.c.id, "ids"))
_LATELY = sa.select(sa.func.count()).where(
    reports.c.account_id == sa.bindparam("by"), reports.c.id > sa.bindparam("since")
)
_OPEN_ABOUT = sa.select(reports.c.id).where(
    reports.c.target_id == sa.bindparam("target"), reports.c.acted_at.is_(None)
)
_THEIR_COLLECTIONS = sa.select(collections.c.id).where(
    among(collections.c.id, "ids"), collections.c.account_id == sa.bindparam("owner")
)
_BY_URI = sa.select(reports.c.id).where(reports.c.uri == sa.bindparam("uri"))
_there = sa.bindparam("domain")
_REACHED = (
    sa.select(post_table.c.id)
    .where(
        post_table.c.uri.in_(sa.bindparam("uris", expanding=True)),
        post_table.c.author_id == sa.bindparam("target"),
        sa.or_(
            post_table.c.visibility.in_(("public", "unlisted")),
            sa.exists().where(
                post_mentions.c.post_id == post_table.c.id,
                account_table.c.id == post_mentions.c.account_id,
                account_table.c.domain == _there,
            ),
            sa.and_(
                post_table.c.visibility == "private",
                sa.exists().where(
                    follows.c.target_id == post_table.c.author_id,
                    follows.c.accepted.is_(True),
                    account_table.c.id == follows.c.follower_id,
                    account_table.c.domain == _there,
                ),
            ),
        ),
    )
    .order_by(post_table.c.id)
)
_CHANGE = reports.update().where(reports.c.id == sa.bindparam("which"))


def file(
    tx: Tx, by: Account, target: Account, complaint: Complaint, *, rules: Collection[str]
) -> Report | None:
    """Tell the admins. ``rules``: ids of the server's rules. None when the reporter's server may
    report nothing here. Event: report.forwarded, when it is to be.

    Errors: Invalid (category, comment, rules), NotFound (a post or collection that is not the
    target's, or hidden from the reporter), 429.
    """
    if not by.local and domains.rejects_reports(tx, by.domain):
        return None
    forward = complaint.forward and by.local and not target.local
    named = _rules(complaint.rule_ids, rules)
    category = _category("violation" if named else complaint.category)
    if len(complaint.comment) > COMMENT_MAX:
        raise Invalid(
            f"Validation failed: Comment is too long (maximum is {COMMENT_MAX} characters)"
        )
    attached = (complaint.post_ids, complaint.collection_ids, complaint.line_ids)
    if sum(map(len, attached)) > ATTACHED_MAX:
        raise Invalid(f"Validation failed: At most {ATTACHED_MAX} posts can be attached")
    _check_rate(tx, by)
    report_id = new_id()
    report = Report(
        id=report_id,
        uri=f"{tx.site.base}/ap/reports/{report_id}",
        account_id=by.id,
        target_id=target.id,
        comment=complaint.comment.replace("\x00", ""),
        category=category,
        post_ids=_posts(tx, by, target, complaint.post_ids),
        rule_ids=named,
        collection_ids=_collections(tx, target, complaint.collection_ids),
        line_ids=_lines(tx, by, target, complaint.line_ids),
        forwarded=forward,
        assigned_to=None,
        acted_at=None,
        acted_by=None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    _keep(tx, by, report)
    if forward:
        events.append(tx, "report.forwarded", actor_id=by.id, subject_id=report.id, subject=report)
    return report


def receive(
    tx: Tx, by: Account, target: Account, comment: str, post_uris: Sequence[str], *, uri: str
) -> Report | None:
    """Another server tells of a member here. None when it may not, or did so before.

    ``by``: whoever signed it, mostly the other server's own actor. Of the posts those are attached
    that the other server can have: they are for everyone, or somebody there was meant.
    """
    if domains.rejects_reports(tx, by.domain) or tx.row(_BY_URI, uri=uri) is not None:
        return None
    _check_rate(tx, by)
    wanted = list(dict.fromkeys(post_uris))[:ATTACHED_MAX]
    found = tx.rows(_REACHED, uris=wanted, target=target.id, domain=by.domain) if wanted else []
    report = Report(
        id=new_id(),
        uri=uri,
        account_id=by.id,
        target_id=target.id,
        comment=comment.replace("\x00", "")[:COMMENT_ELSEWHERE_MAX],
        category="other",
        post_ids=[str(row[0]) for row in found],
        rule_ids=[],
        collection_ids=[],
        forwarded=False,
        assigned_to=None,
        acted_at=None,
        acted_by=None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    _keep(tx, by, report)
    return report


def _check_rate(tx: Tx, by: Account) -> None:
    since = floor_at(tx.now - DAY)
    if tx.scalar(_LATELY, by=by.id, since=since) >= PER_DAY:
        raise WeftError("You have filed too many reports today", 429)


def _keep(tx: Tx, by: Account, report: Report) -> None:
    tx.run(reports.insert(), structs.asdict(report))
    for admin_id in credentials.admins(tx):
        notify(tx, admin_id, "admin.report", by.id, data={"report_id": str(report.id)})


def _category(text: str) -> str:
    if text not in CATEGORIES:
        raise Invalid("Validation failed: Category is not included in the list")
    return text


def _rules(wanted: Iterable[str], known: Collection[str]) -> list[str]:
    named = list(dict.fromkeys(wanted))
    if any(one not in known for one in named):
        raise Invalid("Validation failed: Rule ids does not reference valid rules")
    return named


def _posts(tx: Tx, by: Account, target: Account, ids: Iterable[int]) -> list[str]:
    wanted = list(dict.fromkeys(ids))
    found = posts.seen(tx, by.id, wanted)
    if any(one not in found or found[one].author_id != target.id for one in wanted):
        raise NotFound
    return [str(one) for one in wanted]


def _collections(tx: Tx, target: Account, ids: Iterable[int]) -> list[str]:
    wanted = list(dict.fromkeys(ids))
    found = {row[0] for row in tx.rows(_THEIR_COLLECTIONS, ids=wanted, owner=target.id)}
    if found != set(wanted):
        raise NotFound
    return [str(one) for one in wanted]


def _lines(tx: Tx, by: Account, target: Account, ids: Iterable[int]) -> list[str]:
    wanted = list(dict.fromkeys(ids))
    if any(lines.see(tx, by.id, one).author_id != target.id for one in wanted):
        raise NotFound
    return [str(one) for one in wanted]


# -- what admins do with them -----------------------------------------------------------------


def get(tx: Tx, report_id: int) -> Report:
    """Errors: NotFound."""
    row = tx.row(_ONE, which=report_id)
    if row is None:
        raise NotFound
    return Report(*row)


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Report]:
    wanted = list(set(ids))
    return {row[0]: Report(*row) for row in tx.rows(_THESE, ids=wanted)} if wanted else {}


def listed(
    tx: Tx,
    page: Page,
    *,
    resolved: bool = False,
    by_id: int | None = None,
    target_id: int | None = None,
) -> list[Report]:
    """Open ones, or those that were acted on; filed by an account, or about one. Newest first."""
    named = {"by": by_id, "target": target_id}
    given = {name: value for name, value in named.items() if value is not None}
    list_ = _list(resolved, tuple(given))
    return [Report(*row) for row in list_.rows(tx, page, **given)]


@cache
def _list(resolved: bool, given: tuple[str, ...]) -> Paged:
    at = reports.c.acted_at
    select = sa.select(*_COLUMNS).where(at.isnot(None) if resolved else at.is_(None))
    columns = {"by": reports.c.account_id, "target": reports.c.target_id}
    for name in given:
        select = select.where(columns[name] == sa.bindparam(name, type_=sa.BigInteger))
    return paged(select, reports.c.id)


def update(
    tx: Tx,
    report: Report,
    *,
    category: str | None,
    rule_ids: Sequence[str] | None,
    rules: Collection[str],
) -> Report:
    """Sort it anew. Errors: Invalid."""
    chosen = _category(category) if category is not None else report.category
    named = _rules(rule_ids, rules) if rule_ids is not None else report.rule_ids
    return _change(tx, report, category=chosen, rule_ids=named if chosen == "violation" else [])


def assign(tx: Tx, report: Report, admin: Account | None) -> Report:
    """Somebody takes it on; None: anybody may."""
    return _change(tx, report, assigned_to=admin.id if admin is not None else None)


def resolve(tx: Tx, by: Account, report: Report) -> Report:
    if report.acted_at is not None:
        return report
    return _change(tx, report, acted_at=tx.now, acted_by=by.id)


def reopen(tx: Tx, report: Report) -> Report:
    return _change(tx, report, acted_at=None, acted_by=None)


def close_about(tx: Tx, by: Account, target: Account, *, only: Report | None = None) -> None:
    """Something was done about an account: its open reports (or ``only`` one) are answered."""
    ids = [only.id] if only is not None else [r[0] for r in tx.rows(_OPEN_ABOUT, target=target.id)]
    for report in by_ids(tx, ids).values():
        resolve(tx, by, report)


def _change(tx: Tx, report: Report, **columns: object) -> Report:
    tx.run(_CHANGE.values(updated_at=tx.now, **columns), which=report.id)
    return structs.replace(report, updated_at=tx.now, **columns)


def ids_of(texts: Iterable[str]) -> list[int]:
    """The numbers in ids from a client. Errors: NotFound for what is no id."""
    found = [parse_id(text) for text in texts]
    if None in found:
        raise NotFound
    return [one for one in found if one is not None]
