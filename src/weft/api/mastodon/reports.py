"""Telling the admins: https://docs.joinmastodon.org/methods/reports/"""

from collections.abc import Iterable

from litestar import post
from litestar.params import JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon import policy
from weft.api.mastodon.accounts import visible
from weft.api.mastodon.answers import few
from weft.api.mastodon.entities_admin import Report
from weft.api.mastodon.fragments import account_fragments
from weft.kernel.clock import iso
from weft.kernel.errors import Forbidden
from weft.moderation import reports
from weft.moderation.reports import Complaint
from weft.store.database import Tx


class Filing(Struct, frozen=True):
    """``forward``: also to the admins of the other server, without the reporter's name. Of ours:
    ``room_line_ids``.
    """

    account_id: str | int = ""
    status_ids: list[str | int] = []
    collection_ids: list[str | int] = []
    room_line_ids: list[str | int] = []
    rule_ids: list[str | int] = []
    comment: str = ""
    category: str = "other"
    forward: bool = False


def rule_ids() -> set[str]:
    """Of the server's rules, as clients know them."""
    return {rule.id for rule in policy.rules()}


@post("/api/v1/reports", status_code=200, guards=[scope("write:reports")])
async def file(db: Db, me: Me, data: JSONBody[Filing]) -> Report:
    """Report an account, and some of its posts."""
    posts = few(data.status_ids, reports.ATTACHED_MAX)
    collections = few(data.collection_ids, reports.ATTACHED_MAX)
    lines = few(data.room_line_ids, reports.ATTACHED_MAX)
    rules = few(data.rule_ids)

    def work(tx: Tx) -> Report:
        target = visible(tx, reports.ids_of([str(data.account_id)])[0])
        complaint = Complaint(
            post_ids=reports.ids_of(map(str, posts)),
            collection_ids=reports.ids_of(map(str, collections)),
            line_ids=reports.ids_of(map(str, lines)),
            rule_ids=[str(one) for one in rules],
            comment=data.comment,
            category=data.category,
            forward=data.forward,
        )
        made = reports.file(tx, me, target, complaint, rules=rule_ids())
        if made is None:
            raise Forbidden
        return shown(tx, [made])[made.id]

    return await db.write(work)


def shown(tx: Tx, found: Iterable[reports.Report]) -> dict[int, Report]:
    """Reports by their ids, as clients read them: one read for any number."""
    wanted = list(found)
    faces = account_fragments(tx, [one.target_id for one in wanted])
    return {
        one.id: Report(
            id=str(one.id),
            action_taken=one.acted_at is not None,
            action_taken_at=iso(one.acted_at) if one.acted_at is not None else None,
            category=one.category,
            comment=one.comment,
            forwarded=one.forwarded,
            created_at=iso(one.created_at),
            status_ids=one.post_ids,
            collection_ids=one.collection_ids,
            rule_ids=one.rule_ids or None,
            target_account=faces[one.target_id],
        )
        for one in wanted
    }


ROUTES = [file]
