"""Answering polls: members by their apps, people elsewhere by votes that their servers send.

A member says all choices at once and is done; of somebody elsewhere each choice arrives by itself
(FEP-9967), in any order, perhaps twice, perhaps late. Both count once per account and choice, and an
account is one voter however many choices it made.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people.model import Account
from weft.people.tables import blocks
from weft.store.database import Tx
from weft.threads import polls
from weft.threads.model import Post
from weft.threads.polls import Poll
from weft.threads.sanitize import clean_name
from weft.threads.tables import poll_votes
from weft.work import events

OPTION_CHARS = 500
"""Of an option as another server names it: what is kept of theirs at most."""

_id = sa.bindparam("poll", type_=sa.BigInteger)
_voter = sa.bindparam("voter", type_=sa.BigInteger)
_CHOSEN = sa.select(poll_votes.c.choice).where(
    poll_votes.c.poll_id == _id, poll_votes.c.account_id == _voter
)
_BLOCKED = sa.select(blocks.c.target_id).where(
    blocks.c.blocker_id == _voter, blocks.c.target_id == sa.bindparam("author")
)
_VOTE = poll_votes.insert()


def vote(tx: Tx, voter: Account, poll_id: int, choices: Sequence[int]) -> Post:
    """Answer a poll, once; gives its post. ``choices``: options from 0, one or (``multiple``) more.

    Errors: NotFound (hidden or gone), Forbidden (the voter blocks who asks), Invalid (their own,
    ended, answered before, no such option). Event: poll.voted, with {choices}.
    """
    post, poll = _open(tx, voter, poll_id)
    chosen = sorted(set(choices))
    if not chosen:
        raise Invalid("Validation failed: Choices can't be blank")
    if chosen[0] < 0 or chosen[-1] >= len(poll.options):
        raise Invalid("Validation failed: The chosen vote option does not exist")
    if tx.row(_CHOSEN, poll=poll_id, voter=voter.id) is not None:
        raise Invalid("Validation failed: You have already voted on this poll")
    if len(chosen) > 1 and not poll.multiple:
        raise Invalid("Validation failed: Only one option can be chosen in this poll")
    uris = {choice: f"{tx.site.actor_uri(voter.id)}#votes/{poll_id}/{choice}" for choice in chosen}
    _count(tx, voter, post, poll, uris, new_voter=True)
    if not post.local and poll.expires_at is not None:
        polls.end_later(tx, poll_id, poll.expires_at)
    return post


def cast(tx: Tx, voter: Account, post: Post, name: str, uri: str) -> bool:
    """A vote from elsewhere for the option of this name in a poll from here; whether it counts. Sent
    again, it does not count again. ``uri``: of the vote.

    Errors: as for ``vote``; also for a second choice where there is one to make.
    """
    if post.poll_id is None or not post.local:
        raise NotFound
    post, poll = _open(tx, voter, post.poll_id)
    choice = _choice(poll, name)
    chosen = {row[0] for row in tx.rows(_CHOSEN, poll=poll.id, voter=voter.id)}
    if choice in chosen:
        return False
    if chosen and not poll.multiple:
        raise Invalid("Validation failed: You have already voted on this poll")
    _count(tx, voter, post, poll, {choice: uri}, new_voter=not chosen)
    return True


def _open(tx: Tx, voter: Account, poll_id: int) -> tuple[Post, Poll]:
    """A poll that the voter may answer now, so that nobody else counts before this is counted."""
    post = polls.see(tx, voter.id, poll_id)
    poll = polls.locked(tx, poll_id)
    if poll is None:
        raise NotFound
    if tx.row(_BLOCKED, voter=voter.id, author=post.author_id) is not None:
        raise Forbidden
    if post.author_id == voter.id:
        raise Invalid("Validation failed: You can't vote in your own polls")
    if poll.ended(tx.now):
        raise Invalid("Validation failed: The poll has already ended")
    return post, poll


def _choice(poll: Poll, name: str) -> int:
    """Which option this is. Servers trim and tidy names, so both are compared tidied."""
    wanted = clean_name(name, OPTION_CHARS)
    for number, option in enumerate(poll.options):
        if clean_name(option, OPTION_CHARS) == wanted:
            return number
    raise Invalid("Validation failed: The chosen vote option does not exist")


def _count(
    tx: Tx, voter: Account, post: Post, poll: Poll, uris: dict[int, str], *, new_voter: bool
) -> None:
    tx.run_many(
        _VOTE,
        [
            {
                "poll_id": poll.id,
                "account_id": voter.id,
                "choice": choice,
                "uri": uri,
                "created_at": tx.now,
            }
            for choice, uri in uris.items()
        ],
    )
    votes = [count + (n in uris) for n, count in enumerate(poll.votes)]
    polls.change(tx, poll.id, votes=votes, voters_count=poll.voters_count + new_voter)
    events.append(
        tx,
        "poll.voted",
        actor_id=voter.id,
        subject_id=post.id,
        data={"choices": sorted(uris)},
        subject=post,
    )
