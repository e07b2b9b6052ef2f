"""Polls: a question with a few answers, open for some time, to which each account answers once.

https://docs.joinmastodon.org/methods/polls/. A poll belongs to its post: who may see the post may
see it, and it goes with the post.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.clock import MINUTE, SECOND
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people.tables import accounts
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.limits import graphemes
from weft.threads.model import NewPoll, Post
from weft.threads.notifications import notify
from weft.threads.tables import poll_votes, polls
from weft.threads.tables import posts as post_table
from weft.threads.tokens import storable
from weft.work import events, jobs
from weft.work.jobs import Job, NewJob

OPTIONS_MIN = 2
OPTIONS_MAX = 4
"""Mastodon's; what fits under a post on a phone."""
OPTION_CHARS = 50
"""Mastodon's: one line."""
LASTS_MIN = 5 * MINUTE
LASTS_MAX = 2_629_746 * SECOND
"""Mastodon's: a mean month."""
TOLD_AT_ONCE = 200
"""Voters told of the end in one transaction: some 50 ms of the writer."""


class Poll(Struct, frozen=True):
    """Field for field the columns of ``polls``. ``votes``: how many for each option.
    ``expires_at`` (ms) None: it never ends.
    """

    id: int
    post_id: int
    options: list[str]
    votes: list[int]
    voters_count: int
    multiple: bool
    hide_totals: bool
    expires_at: int | None
    checked_at: int | None = None
    """When its own server was last asked; None of polls from here, and of those never asked for."""

    def ended(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class Edited(NamedTuple):
    """The poll that a post has after an edit, and whether it asks something else than before."""

    id: int | None
    options: Sequence[str]
    changed: bool


_COLUMNS = tuple(polls.c[field] for field in Poll.__struct_fields__)
_id = sa.bindparam("poll", type_=sa.BigInteger)
_voter = sa.bindparam("voter", type_=sa.BigInteger)
_BY_IDS = sa.select(*_COLUMNS).where(among(polls.c.id, "ids"))
_LOCKED = sa.select(*_COLUMNS).where(polls.c.id == _id).with_for_update()
_DROP = polls.delete().where(polls.c.id == _id)
_FORGET_VOTES = poll_votes.delete().where(poll_votes.c.poll_id == _id)
_CHANGE = polls.update().where(polls.c.id == _id)
_OWN = (
    sa.select(poll_votes.c.poll_id, poll_votes.c.choice)
    .where(poll_votes.c.account_id == _voter, among(poll_votes.c.poll_id, "ids"))
    .order_by(poll_votes.c.choice)
)
_voters = accounts.alias("voters")  # `seen_by` looks at other accounts
_LOCAL_VOTERS = (
    sa.select(poll_votes.c.account_id)
    .distinct()
    .join_from(poll_votes, _voters, _voters.c.id == poll_votes.c.account_id)
    .join(post_table, post_table.c.id == sa.bindparam("post"))
    .where(
        poll_votes.c.poll_id == _id,
        poll_votes.c.account_id > sa.bindparam("after"),
        _voters.c.domain == "",
        # Whoever may not see the post any more hears nothing of it.
        posts.seen_by(poll_votes.c.account_id),
    )
    .order_by(poll_votes.c.account_id)
    .limit(TOLD_AT_ONCE)
)


# -- asking -----------------------------------------------------------------------------------


def check(new: NewPoll) -> NewPoll:
    """A poll as it will be kept: options trimmed, empty ones left out. Errors: Invalid."""
    options = tuple(text for option in new.options if (text := storable(option).strip()))
    if len(options) < OPTIONS_MIN:
        raise Invalid("Validation failed: Poll options must have more than one item")
    if len(options) > OPTIONS_MAX:
        raise Invalid(f"Validation failed: Poll options can't be more than {OPTIONS_MAX} items")
    # Combining marks cost nothing as characters; this stops one letter of ten thousand accents.
    if any(graphemes(text) > OPTION_CHARS or len(text) > OPTION_CHARS * 4 for text in options):
        raise Invalid(
            f"Validation failed: Poll options can't be longer than {OPTION_CHARS} characters each"
        )
    if len(set(options)) < len(options):
        raise Invalid("Validation failed: Poll options contain duplicate items")
    if new.lasts_ms < LASTS_MIN:
        raise Invalid("Validation failed: Poll expires_in is too soon")
    if new.lasts_ms > LASTS_MAX:
        raise Invalid("Validation failed: Poll expires_in is too far into the future")
    return structs.replace(new, options=options)


def keep(tx: Tx, poll_id: int, post_id: int, new: NewPoll) -> None:
    """Hang a checked poll on a post whose ``poll_id`` names it already."""
    tx.run(
        polls.insert(),
        id=poll_id,
        post_id=post_id,
        options=list(new.options),
        votes=[0] * len(new.options),
        voters_count=0,
        multiple=new.multiple,
        hide_totals=new.hide_totals,
        expires_at=tx.now + new.lasts_ms,
    )
    end_later(tx, poll_id, tx.now + new.lasts_ms)


def keep_as_is(poll: Poll | None) -> Edited:
    """An edit that does not touch the poll."""
    return Edited(poll.id, poll.options, changed=False) if poll else Edited(None, (), changed=False)


def replace(tx: Tx, post: Post, now: Poll | None, new: NewPoll | None) -> Edited:
    """Give a post whose poll is ``now`` another one, or none. Other options, or one choice instead
    of many, begin the count anew; another end or hidden totals do not.

    Errors: Invalid.
    """
    if new is None:
        if now is not None:
            drop(tx, now.id)
        return Edited(None, (), now is not None)
    new = check(new)
    if now is None:
        poll_id = new_id()
        keep(tx, poll_id, post.id, new)
        return Edited(poll_id, new.options, changed=True)
    locked(tx, now.id)  # a vote that another process is counting goes before, or after
    changed = (list(new.options), new.multiple) != (now.options, now.multiple)
    values: dict[str, Any] = {
        "hide_totals": new.hide_totals,
        "expires_at": tx.now + new.lasts_ms,
    }
    if changed:
        forget_votes(tx, now.id)
        values |= {
            "options": list(new.options),
            "multiple": new.multiple,
            "votes": [0] * len(new.options),
            "voters_count": 0,
        }
    change(tx, now.id, **values)
    end_later(tx, now.id, tx.now + new.lasts_ms)
    return Edited(now.id, new.options, changed)


def end_later(tx: Tx, poll_id: int, at: int) -> None:
    """See to it that who asked and who answered are told when it ends (ms)."""
    job = NewJob(
        "threads.end_poll",
        {"id": poll_id, "at": at},
        key=f"poll:{poll_id}:{at}",
        delay=max(0, at - tx.now),
    )
    jobs.enqueue(tx, job)


# -- what its other rooms share: `ballots`, `polls_elsewhere` -------------------------------------


def locked(tx: Tx, poll_id: int) -> Poll | None:
    """The poll as it is now; another process that would change it waits for this transaction."""
    row = tx.row(_LOCKED, poll=poll_id)
    return Poll(*row) if row is not None else None


def change(tx: Tx, poll_id: int, **columns: Any) -> None:
    tx.run(_CHANGE.values(**columns), poll=poll_id)


def drop(tx: Tx, poll_id: int) -> None:
    tx.run(_DROP, poll=poll_id)


def forget_votes(tx: Tx, poll_id: int) -> None:
    tx.run(_FORGET_VOTES, poll=poll_id)


# -- reading ----------------------------------------------------------------------------------


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Poll]:
    wanted = list(set(ids))
    return {row[0]: Poll(*row) for row in tx.rows(_BY_IDS, ids=wanted)} if wanted else {}


def of(tx: Tx, post: Post) -> Poll | None:
    return by_ids(tx, [post.poll_id]).get(post.poll_id) if post.poll_id is not None else None


def own_votes(tx: Tx, voter_id: int, ids: Collection[int]) -> dict[int, list[int]]:
    """What an account chose in each of these polls, from 0; polls it did not answer are absent."""
    chosen: dict[int, list[int]] = {}
    for poll_id, choice in tx.rows(_OWN, voter=voter_id, ids=list(ids)):
        chosen.setdefault(poll_id, []).append(choice)
    return chosen


def see(tx: Tx, viewer: int | None, poll_id: int) -> Post:
    """The post of a poll that ``viewer`` may see. Errors: NotFound."""
    poll = by_ids(tx, [poll_id]).get(poll_id)
    if poll is None:
        raise NotFound
    return posts.see(tx, viewer, poll.post_id)


# -- the end ----------------------------------------------------------------------------------


def end(tx: Tx, job: Job, after: int = 0) -> int | None:
    """Tell who asked and the local voters (those with ids above ``after``) that a poll has ended.
    Gives the last one told, when there are more; else None, and the job is done.

    A poll whose end was moved has another job.
    """
    poll = by_ids(tx, [job.payload["id"]]).get(job.payload["id"])
    post = posts.by_id(tx, poll.post_id) if poll is not None else None
    if poll is None or post is None or poll.expires_at != job.payload["at"]:
        jobs.finish(tx, job)
        return None
    if not after:
        notify(tx, post.author_id, "poll", post.author_id, post.id)
        events.append(tx, "poll.ended", actor_id=post.author_id, subject_id=post.id, subject=post)
    voters = [row[0] for row in tx.rows(_LOCAL_VOTERS, poll=poll.id, post=post.id, after=after)]
    for voter in voters:
        notify(tx, voter, "poll", post.author_id, post.id)
    if len(voters) == TOLD_AT_ONCE:
        return voters[-1]
    jobs.finish(tx, job)
    return None
