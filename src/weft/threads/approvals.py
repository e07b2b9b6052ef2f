"""Saying yes or no to what others do with a post, and taking a yes back: what becomes of it.

A member decides by ``authorize`` and ``reject``; an author elsewhere by what their server sends
(``answered``, ``revoked``). Nobody else can: every way in is asked for the author of the post.
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.kernel.errors import NotFound
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import consent, delete, interaction_requests, posts, quotes, react, say
from weft.threads.interaction_requests import Request
from weft.threads.model import Approval, Deed, Post
from weft.threads.notifications import untell
from weft.threads.stamps import Stamp
from weft.threads.tables import likes
from weft.threads.tables import posts as post_table

_APPROVE = (
    post_table.update()
    .where(post_table.c.id == sa.bindparam("which", type_=sa.BigInteger))
    .values(approval=sa.bindparam("now_approval"))
    .returning(*posts.COLUMNS)
)
_LIKER = sa.select(likes.c.account_id, likes.c.post_id).where(
    likes.c.uri == sa.bindparam("address"), likes.c.post_id == sa.bindparam("liked")
)


def authorize(tx: Tx, owner: Account, request_id: int) -> Request:
    """A member says yes. Said twice it is the same. Events: those of what is now done, and
    interaction.accepted.

    Errors: NotFound (not theirs to decide, or decided otherwise before).
    """
    request = interaction_requests.one(tx, owner.id, request_id)
    if request.state == "accepted":
        return request
    now = interaction_requests.decide(tx, request, "accept")
    if now is None:
        raise NotFound
    _done(tx, now)
    post = posts.by_id(tx, request.post_id)
    if post is not None:
        interaction_requests.agree(
            tx, request.account_id, post, request.kind, request.interacting, uri=request.uri
        )
    return now


def reject(tx: Tx, owner: Account, request_id: int) -> Request:
    """A member says no, or takes a yes back. Said twice it is the same. Events:
    interaction.refused, or stamp.revoked.

    Errors: NotFound (not theirs to decide).
    """
    request = interaction_requests.one(tx, owner.id, request_id)
    now = interaction_requests.decide(tx, request, "reject")
    if now is None:
        return request
    post = posts.by_id(tx, request.post_id)
    if request.state == "pending" and post is not None:
        interaction_requests.told(
            tx,
            "interaction.refused",
            request.account_id,
            post,
            request.kind,
            request.interacting,
            uri=request.uri,
        )
    else:
        interaction_requests.take_back(tx, request.kind, request.interacting, request.account_id)
    _undone(tx, request.kind, request.interacting, request.post_id, request)
    return now


def answered(tx: Tx, owner: Account, request: Request, *, yes: bool) -> None:
    """An author elsewhere said so, of their own post. What was answered before stays, but a yes may
    be taken back.
    """
    if request.owner_id != owner.id:
        return
    now = interaction_requests.decide(tx, request, "accept" if yes else "reject")
    if now is None:
        return
    if yes:
        _done(tx, now)
    else:
        if request.state == "accepted":
            interaction_requests.take_back(
                tx, request.kind, request.interacting, request.account_id
            )
        _undone(tx, request.kind, request.interacting, request.post_id, request)


def revoked(tx: Tx, stamp: Stamp) -> None:
    """Whoever gave a stamp elsewhere took it back."""
    if stamp.kind == "feature":
        return  # none is kept of others
    target = posts.by_uri(tx, stamp.target)
    request = interaction_requests.asked(tx, stamp.giver_id, stamp.interacting)
    interaction_requests.take_back(
        tx, stamp.kind, stamp.interacting, request.account_id if request is not None else 0
    )
    if target is not None:
        _undone(tx, stamp.kind, stamp.interacting, target.id, request)


def judge_late(tx: Tx, post: Post, replies: list[int]) -> None:
    """Answers from elsewhere that were here before the post which they answer: where its author
    wants to be asked, they wait from now on.
    """
    if consent.of(post).reply == consent.EVERYONE:
        return
    for made in posts.by_ids(tx, replies).values():
        by = accounts.get(tx, made.author_id)
        if by.local or interaction_requests.unsaid(made):
            continue
        approval = interaction_requests.judge(tx, by, post, "reply", made.uri)
        if approval == "pending":
            say.unsay(tx, by, made)
            _approve(tx, made, approval)
            interaction_requests.settle(
                tx, approval, by, post, "reply", made.uri, interacting_id=made.id
            )


# -- what a decision does -------------------------------------------------------------------------


def _done(tx: Tx, request: Request) -> None:
    _untell(tx, request)
    by = accounts.by_id(tx, request.account_id)
    if by is None:
        return
    if request.kind == "like":
        post = posts.by_id(tx, request.post_id)
        if post is not None:
            react.put_like(tx, by, post, request.interacting, new_id())
        return
    made = posts.by_uri(tx, request.interacting)
    if made is None or made.author_id != by.id or _about(made, request.kind) != request.post_id:
        return
    if request.kind == "quote":
        quotes.accept(tx, by, made)
    elif made.approval == "pending":
        say.say(tx, by, _approve(tx, made, "accepted"))


def _undone(tx: Tx, kind: Deed, interacting: str, post_id: int, request: Request | None) -> None:
    if request is not None:
        _untell(tx, request)
    if kind == "like":
        row = tx.row(_LIKER, address=interacting, liked=post_id)
        by = accounts.by_id(tx, row.account_id) if row is not None else None
        if by is not None:
            react.take_like(tx, by, post_id)
        return
    made = posts.by_uri(tx, interacting)
    if made is None or _about(made, kind) != post_id:
        return
    if kind == "quote":
        quotes.refuse(tx, made)
    elif made.boost_of_id is not None or not made.local:
        delete.remove(tx, made)
    elif made.approval != "rejected":
        if not interaction_requests.unsaid(made):
            say.unsay(tx, accounts.get(tx, made.author_id), made)
        _approve(tx, made, "rejected")


def _about(made: Post, kind: Deed) -> int | None:
    """With which post it is done by now: it may quote another than when it was asked for."""
    if kind == "quote":
        return made.quote_of_id
    return made.boost_of_id if kind == "announce" else made.reply_to_id


def _approve(tx: Tx, post: Post, approval: Approval) -> Post:
    return Post(*tx.run(_APPROVE, which=post.id, now_approval=approval).one())


def _untell(tx: Tx, request: Request) -> None:
    """Whom it concerned need not be told any more that somebody waits."""
    kind, about = interaction_requests.NOTICES[request.kind], request.interacting_id
    untell(tx, request.owner_id, kind, request.account_id, about or request.post_id)
