"""Asking to do something with somebody's post, and waiting for their yes.

Two stages, around the row of what is done: ``judge`` before it is written says how it is to be kept,
``settle`` afterwards writes what follows from that. The life of a request is data (``LIFE``). Whose
decision it is: the author's of the post, member or not; one and the same table holds what members
are asked for and what members ask for elsewhere. What a decision does: ``threads.approvals``.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Forbidden, NotFound
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.threads import consent, stamps
from weft.threads.model import Approval, Deed, Post
from weft.threads.notifications import notify, untell
from weft.threads.tables import interaction_requests as table
from weft.work import events

State = Literal["pending", "accepted", "rejected"]
Answer = Literal["accept", "reject"]

LIFE: dict[State, dict[Answer, State]] = {
    "pending": {"accept": "accepted", "reject": "rejected"},
    "accepted": {"reject": "rejected"},  # taken back
    "rejected": {},
}
"""What each answer makes of a request. What is not named changes nothing: a no stays one."""
NOTICES: dict[Deed, str] = {
    "like": "pending.favourite",
    "reply": "pending.reply",
    "announce": "pending.reblog",
    "quote": "pending.quote",
}
_REFUSALS: dict[Deed, str] = {
    "like": "Its author does not want this post to be liked by you",
    "reply": "Its author does not want answers from you to this post",
    "announce": "Its author does not want this post to be boosted by you",
    "quote": "This post cannot be quoted by you",
}
WAITS = "This post still waits for its author's yes"


class Request(Struct, frozen=True):
    """Field for field the columns of ``interaction_requests``, in their order. ``interacting``: uri
    of what would be done, ``interacting_id`` where that is a post kept here; ``uri``: of the
    activity that asked, "" for none. Times are ms.
    """

    id: int
    kind: Deed
    owner_id: int
    account_id: int
    post_id: int
    interacting: str
    interacting_id: int | None
    uri: str
    state: State
    created_at: int
    decided_at: int | None


COLUMNS = tuple(table.c[field] for field in Request.__struct_fields__)
_PUT = insert(table).on_conflict_do_nothing().returning(*COLUMNS)
_of = sa.and_(table.c.kind == sa.bindparam("wanted"), table.c.interacting == sa.bindparam("doing"))
_OF = sa.select(*COLUMNS).where(_of)
_ONE = sa.select(*COLUMNS).where(
    table.c.id == sa.bindparam("which"), table.c.owner_id == sa.bindparam("owner")
)
_ASKED = (
    sa.select(*COLUMNS)
    .where(
        table.c.owner_id == sa.bindparam("owner"),
        sa.or_(
            table.c.interacting == sa.bindparam("named"),
            table.c.interacting == sa.bindparam("inner"),
            sa.and_(table.c.uri == sa.bindparam("named"), table.c.uri != ""),
        ),
    )
    .limit(1)
)
_DECIDE = (
    table.update()
    .where(table.c.id == sa.bindparam("which"))
    .values(state=sa.bindparam("now_state"), decided_at=sa.bindparam("now"))
)
_NAME = (
    table.update()
    .where(table.c.id == sa.bindparam("which"))
    .values(uri=sa.bindparam("asked"), interacting_id=sa.bindparam("found"))
)
_OWN = sa.select(*COLUMNS).where(
    table.c.kind == sa.bindparam("wanted"),
    table.c.account_id == sa.bindparam("by"),
    table.c.post_id == sa.bindparam("post"),
)
_WITHDRAW = table.delete().where(table.c.id == sa.bindparam("which"))
_WAITING = paged(
    sa.select(*COLUMNS).where(
        table.c.owner_id == sa.bindparam("owner"),
        table.c.state == "pending",
        table.c.kind.in_(sa.bindparam("kinds", expanding=True)),
        sa.or_(
            sa.bindparam("post", type_=sa.BigInteger) == 0, table.c.post_id == sa.bindparam("post")
        ),
    ),
    table.c.id,
)


# -- before and after it is done ----------------------------------------------------------------


def judge(
    tx: Tx, by: Account, post: Post, deed: Deed, interacting: str, *, asked: bool = False
) -> Approval | None:
    """How what ``by`` does with a post is to be kept: as usual (None), as agreed to, as waiting, or
    not at all ("rejected", for what comes from elsewhere). ``asked``: by an activity of its own,
    which is to be answered.

    Errors: Forbidden, for members who may not.
    """
    if unsaid(post):
        return _no(by, WAITS)
    says = consent.verdict(tx, by, post, deed)
    if says == "yes" and not asked and (by.id == post.author_id or _open(post, deed)):
        return None
    if by.id == post.author_id:
        return None
    known = of(tx, deed, interacting)
    if known is not None and (known.account_id, known.post_id) != (by.id, post.id):
        # The name of something else: what was said to that is not said to this.
        return _no(by, _REFUSALS[deed])
    if known is not None and known.state != "pending":
        return known.state
    if post.local:
        stamp = stamps.of(tx, deed, interacting)
        taken = stamp is not None and (stamp.revoked_at is not None or stamp.target != post.uri)
        if says == "no" or taken:
            return _no(by, _REFUSALS[deed])
        return "accepted" if says == "yes" else "pending"
    if says == "yes" and deed != "quote":
        return None  # anybody can see that it is allowed
    if by.local:
        return "pending" if says != "no" else _no(by, _REFUSALS[deed])
    agreed = stamps.stands(tx, deed, interacting, post.uri, post.author_id)
    return "accepted" if agreed else "pending"


def settle(
    tx: Tx,
    approval: Approval | None,
    by: Account,
    post: Post,
    deed: Deed,
    interacting: str,
    *,
    interacting_id: int | None = None,
    uri: str = "",
) -> None:
    """What follows from how it was judged: the request and its notification, or the stamp, and the
    answer. ``uri``: of the activity that asked.

    Events: interaction.asked, .accepted, .refused (the subject is the post; data: see ``told``).
    """
    if approval is None:
        return
    if approval == "rejected":
        if post.local:
            told(tx, "interaction.refused", by.id, post, deed, interacting, uri=uri)
        return
    if approval == "accepted":
        agree(tx, by.id, post, deed, interacting, uri=uri)
        return
    if by.local and not post.local:
        uri = f"{interacting}/asks" if "#" in interacting else f"{interacting}#asks"
    row = tx.row(
        _PUT,
        id=new_id(),
        kind=deed,
        owner_id=post.author_id,
        account_id=by.id,
        post_id=post.id,
        interacting=interacting,
        interacting_id=interacting_id,
        uri=uri,
        state="pending",
        created_at=tx.now,
        decided_at=None,
    )
    if row is None:  # asked again: by the activity, after what it is about came alone
        known = of(tx, deed, interacting)
        if known is not None and known.account_id == by.id:
            found = interacting_id if known.interacting_id is None else known.interacting_id
            tx.run(_NAME, which=known.id, asked=uri or known.uri, found=found)
        return
    if post.local:
        notify(tx, post.author_id, NOTICES[deed], by.id, interacting_id or post.id)
    told(tx, "interaction.asked", by.id, post, deed, interacting, uri=uri)


def agree(tx: Tx, by: int, post: Post, deed: Deed, interacting: str, *, uri: str = "") -> None:
    """A member's yes to what ``by`` (an account id) did with their post: the stamp, and the answer
    to whoever is elsewhere. Nothing for posts from elsewhere: their servers say so.
    """
    if not post.local:
        return
    stamp = stamps.give(tx, accounts.get(tx, post.author_id), deed, interacting, post.uri)
    if stamp.revoked_at is None:
        told(tx, "interaction.accepted", by, post, deed, interacting, uri=uri, stamp=stamp.uri)


def told(tx: Tx, what: str, by: int, post: Post, deed: Deed, interacting: str, **more: Any) -> None:
    """Say in the event log what became of something: {deed, interacting, target, account_id} and,
    where there are some, {uri, stamp}.
    """
    data = {"deed": deed, "interacting": interacting, "target": post.uri, "account_id": by}
    events.append(tx, what, actor_id=post.author_id, subject_id=post.id, data=data | more)


def unsaid(post: Post) -> bool:
    """Whether a post or boost counts for nobody but its author: it waits, or was refused."""
    return post.approval is not None and post.approval != "accepted"


def _open(post: Post, deed: Deed) -> bool:
    # A quote always needs a stamp: without one no other server shows it.
    return deed != "quote" and consent.of(post).rule(deed) == consent.EVERYONE


def _no(by: Account, why: str) -> Approval:
    if by.local:
        raise Forbidden(why)
    return "rejected"


# -- requests -----------------------------------------------------------------------------------


def of(tx: Tx, deed: Deed, interacting: str) -> Request | None:
    row = tx.row(_OF, wanted=deed, doing=interacting)
    return Request(*row) if row is not None else None


def one(tx: Tx, owner_id: int, request_id: int) -> Request:
    """Errors: NotFound, also for what others are asked."""
    row = tx.row(_ONE, owner=owner_id, which=request_id)
    if row is None:
        raise NotFound
    return Request(*row)


def asked(tx: Tx, owner_id: int, named: str, inner: str = "") -> Request | None:
    """What ``owner_id`` was asked, by the uri of the asking or of what would be done."""
    row = tx.row(_ASKED, owner=owner_id, named=named, inner=inner or named) if named else None
    return Request(*row) if row is not None else None


def waiting(
    tx: Tx, owner_id: int, page: Page, deeds: tuple[Deed, ...] = (), post_id: int | None = None
) -> list[Request]:
    """What a member is asked for and has not decided, newest first."""
    kinds = list(deeds or NOTICES)
    rows = _WAITING.rows(tx, page, owner=owner_id, kinds=kinds, post=post_id or 0)
    return [Request(*row) for row in rows]


def ended(tx: Tx, post: Post) -> None:
    """A post or boost goes away: nobody is asked about it any more, and nothing stands for it. A no
    stays one, should it come again.
    """
    for deed in ("reply", "announce", "quote"):
        request = of(tx, deed, post.uri)
        if request is not None and request.state != "rejected":
            tx.run(_WITHDRAW, which=request.id)


def take_back(tx: Tx, deed: Deed, interacting: str, by: int) -> None:
    """What was agreed to is not any more: the request says so, and the stamp is worth nothing."""
    request = of(tx, deed, interacting)
    if request is not None:
        decide(tx, request, "reject")
    stamp = stamps.of(tx, deed, interacting)
    if stamp is not None:
        stamps.revoke(tx, stamp, by)


def decide(tx: Tx, request: Request, answer: Answer) -> Request | None:
    """The request after an answer; None when that changes nothing."""
    state = LIFE[request.state].get(answer)
    if state is None:
        return None
    tx.run(_DECIDE, which=request.id, now_state=state, now=tx.now)
    return structs.replace(request, state=state, decided_at=tx.now)


def waits(tx: Tx, by: Account, post: Post, deed: Deed) -> bool:
    """Whether ``by`` asked already, and was not answered."""
    rows = tx.rows(_OWN, wanted=deed, by=by.id, post=post.id)
    return any(Request(*row).state == "pending" for row in rows)


def withdraw(tx: Tx, by: Account, post: Post, deed: Deed) -> None:
    """Whoever asked no longer wants to. What was decided stays, so that it is not asked anew.
    Event: interaction.withdrawn.
    """
    for row in tx.rows(_OWN, wanted=deed, by=by.id, post=post.id):
        request = Request(*row)
        if request.state == "pending":
            tx.run(_WITHDRAW, which=request.id)
            untell(
                tx, post.author_id, NOTICES[deed], by.id, request.interacting_id or request.post_id
            )
            told(tx, "interaction.withdrawn", by.id, post, deed, request.interacting)
