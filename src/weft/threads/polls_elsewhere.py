"""Polls of other servers: kept as they are counted there, looked at again when somebody cares.

Their server counts; what a member's own vote adds here is replaced by the next count from there. A
poll is asked for again when a member opens it, at most once in ``COOL``, and once after its end.
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.kernel.clock import MINUTE
from weft.kernel.ids import new_id
from weft.store.database import Tx
from weft.threads import polls, posts
from weft.threads.model import GivenPoll, Post
from weft.threads.polls import Edited, Poll
from weft.threads.tables import poll_votes
from weft.threads.tables import polls as table
from weft.work import events

COOL = 1 * MINUTE
"""Mastodon's: between two looks at the same poll."""

_id = sa.bindparam("poll", type_=sa.BigInteger)
_ANSWERED = sa.select(poll_votes.c.poll_id).where(poll_votes.c.poll_id == _id).limit(1)
_LOOK = (
    table.update()
    .where(
        table.c.id == _id,
        sa.or_(table.c.checked_at.is_(None), table.c.checked_at < sa.bindparam("before")),
        # What ended, and was counted after that, stays as it is.
        sa.or_(
            table.c.expires_at.is_(None),
            table.c.checked_at.is_(None),
            table.c.checked_at < table.c.expires_at,
        ),
    )
    .values(checked_at=sa.bindparam("at", type_=sa.BigInteger))
    .returning(table.c.id)
)


def keep(tx: Tx, poll_id: int, post_id: int, given: GivenPoll) -> None:
    """Hang it on a post whose ``poll_id`` names it already."""
    tx.run(
        table.insert(),
        id=poll_id,
        post_id=post_id,
        options=given.options,
        votes=given.votes,
        voters_count=given.voters_count,
        multiple=given.multiple,
        hide_totals=False,
        expires_at=given.expires_at,
        checked_at=tx.now,
    )


def settle(tx: Tx, post: Post, now: Poll | None, given: GivenPoll | None) -> Edited:
    """The poll that a changed post has, as its server tells it; ``now``: what it had before."""
    if given is None:
        if now is not None:
            polls.drop(tx, now.id)
        return Edited(None, (), now is not None)
    if now is not None:
        return _replace(tx, now, given)
    poll_id = new_id()
    keep(tx, poll_id, post.id, given)
    return Edited(poll_id, given.options, changed=True)


def _replace(tx: Tx, now: Poll, given: GivenPoll) -> Edited:
    """Other options, or one choice instead of many, are another question: what members answered
    before counts no more.
    """
    polls.locked(tx, now.id)  # a vote that another process is counting goes before, or after
    changed = (given.options, given.multiple) != (now.options, now.multiple)
    if changed:
        polls.forget_votes(tx, now.id)
    polls.change(
        tx,
        now.id,
        options=given.options,
        votes=given.votes,
        voters_count=given.voters_count,
        multiple=given.multiple,
        expires_at=given.expires_at,
        checked_at=tx.now,
    )
    moved = given.expires_at is not None and given.expires_at != now.expires_at
    if moved and given.expires_at is not None and tx.row(_ANSWERED, poll=now.id) is not None:
        polls.end_later(tx, now.id, given.expires_at)
    return Edited(now.id, given.options, changed)


def opened(tx: Tx, post: Post, poll: Poll) -> None:
    """A member looks at it: have its server asked, unless that was a moment ago, or nothing can
    change any more. Event: poll.stale.
    """
    if post.local or not is_stale(poll, tx.now):
        return
    if tx.row(_LOOK, poll=poll.id, before=tx.now - COOL, at=tx.now) is not None:
        events.append(tx, "poll.stale", subject_id=post.id, subject=post)


def is_stale(poll: Poll, now: int) -> bool:
    """Whether to ask, as far as can be told without writing anything."""
    if poll.checked_at is None:
        return True
    final = poll.expires_at is not None and poll.checked_at >= poll.expires_at
    return not final and poll.checked_at < now - COOL


def open_again(tx: Tx, viewer: int, poll_id: int) -> None:
    """As ``opened``, by ids. Errors: NotFound."""
    post = polls.see(tx, viewer, poll_id)
    poll = polls.of(tx, post)
    if poll is not None:
        opened(tx, post, poll)


def stale_behind(tx: Tx, post: Post) -> int | None:
    """The poll of a post from elsewhere (or of what a boost shows) that is to be asked for again."""
    shown = posts.by_id(tx, post.boost_of_id) if post.boost_of_id is not None else post
    if shown is None or shown.local or shown.poll_id is None:
        return None
    poll = polls.of(tx, shown)
    return poll.id if poll is not None and is_stale(poll, tx.now) else None
