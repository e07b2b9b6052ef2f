"""What quotes a post, once it stands: listed for readers, told of edits, taken back, parted, gone.

Its author takes a quote back, or a block between the two does. What was quoted is then nowhere in
the quoting post, here or (``federation.outbox.consent``) elsewhere.

https://docs.joinmastodon.org/methods/statuses/#quotes, …/entities/Quote/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import sqlalchemy as sa

from weft.kernel.errors import Forbidden, NotFound
from weft.people.model import Account
from weft.people.tables import accounts, blocks, domain_mutes, follows, mutes
from weft.store.among import among
from weft.store.database import Database, Tx
from weft.store.page import Page, paged
from weft.threads import interaction_requests, posts
from weft.threads.model import Post
from weft.threads.notifications import notify
from weft.threads.tables import posts as post_table
from weft.threads.timelines import hidden_ai, unwanted
from weft.work import events, jobs
from weft.work.jobs import Job, NewJob

PART = 50
"""Quotes taken back in one transaction when somebody is blocked: tens of ms; the rest is a job."""
PART_JOB = "threads.part_quotes"

Standing = Literal["blocked_account", "blocked_domain", "muted_account"]

_INLINE = re.compile(r'<p class="quote-inline">.*?</p>')
_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_post = sa.bindparam("post", type_=sa.BigInteger)
_FOLLOWED = sa.select(follows.c.target_id).where(
    follows.c.follower_id == _viewer,
    follows.c.accepted.is_(True),
    among(follows.c.target_id, "ids"),
)
_COUNT = (
    post_table.update()
    .where(post_table.c.id == _post)
    .values(
        quotes_count=sa.case(
            (post_table.c.quotes_count + sa.bindparam("step") < 0, 0),
            else_=post_table.c.quotes_count + sa.bindparam("step"),
        )
    )
)
_accepted = post_table.c.quote_state == "accepted"
_OF = sa.and_(post_table.c.quote_of_id == _post, _accepted)
_QUOTES = paged(
    sa.select(*posts.COLUMNS).where(
        _OF,
        posts.seen_by(_viewer),  # pyright: ignore[reportArgumentType]
        ~unwanted(post_table.c.author_id),
        ~hidden_ai(),
    ),
    post_table.c.id,
)
# One's own post: also what quotes it of those who block one, as anybody sees it without signing in.
_OPEN_QUOTES = paged(
    sa.select(*posts.COLUMNS).where(
        _OF,
        sa.or_(posts.seen_by(_viewer), posts.seen_by(None)),  # pyright: ignore[reportArgumentType]
    ),
    post_table.c.id,
)
_quoted = post_table.alias("quoted")
_BETWEEN = (
    sa.select(*posts.COLUMNS)
    .join_from(post_table, _quoted, _quoted.c.id == post_table.c.quote_of_id)
    .where(
        post_table.c.author_id == sa.bindparam("quoter", type_=sa.BigInteger),
        _quoted.c.author_id == sa.bindparam("author", type_=sa.BigInteger),
        _accepted,
    )
    .limit(sa.bindparam("most"))
)
_HERE = sa.select(post_table.c.id, post_table.c.author_id).where(_OF, post_table.c.local.is_(True))
_LOST = post_table.update().where(_OF).values(quote_state="deleted", quote_of_id=None)
_REVOKE = (
    post_table.update()
    .where(post_table.c.id == _post)
    .values(quote_state="revoked", html=sa.bindparam("now_html"))
    .returning(*posts.COLUMNS)
)


def _standing(word: Standing) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{word}'", sa.String)


_STANDINGS = sa.union_all(
    sa.select(_standing("muted_account"), mutes.c.target_id).where(
        mutes.c.muter_id == _viewer,
        sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now", type_=sa.BigInteger)),
        among(mutes.c.target_id, "ids"),
    ),
    sa.select(_standing("blocked_domain"), accounts.c.id)
    .join_from(accounts, domain_mutes, domain_mutes.c.domain == accounts.c.domain)
    .where(domain_mutes.c.account_id == _viewer, among(accounts.c.id, "ids")),
    sa.select(_standing("blocked_account"), blocks.c.target_id).where(
        blocks.c.blocker_id == _viewer, among(blocks.c.target_id, "ids")
    ),
)


# -- counted, told, taken back ----------------------------------------------------------------


def count(tx: Tx, post_id: int, step: int) -> None:
    """So many more posts quote this one."""
    tx.run(_COUNT, post=post_id, step=step)


def tell_quoters(tx: Tx, author: Account, post: Post) -> None:
    """A quoted post was edited: who quoted it here stands beside new words."""
    if post.quotes_count:
        for quoting_id, quoter_id in tx.rows(_HERE, post=post.id):
            notify(tx, quoter_id, "quoted_update", author.id, quoting_id)


def removed(tx: Tx, post: Post) -> None:
    """A post goes away: it quotes no more, and nobody quotes it."""
    if post.quote_of_id is not None and post.quote_state == "accepted":
        count(tx, post.quote_of_id, -1)
    if post.quotes_count:
        tx.run(_LOST, post=post.id)


def revoke(tx: Tx, by: Account, post_id: int, quoting_id: int) -> Post:
    """The quoted author takes back their consent; gives the quoting post as it is then. Doing it
    twice is the same. Event: post.edited, of the quoting post.

    Errors: NotFound (no such post or quote that they may see; whom the quoting author blocks may
    see what anybody may), Forbidden (not their post).
    """
    quoted = posts.see(tx, by.id, post_id)
    mine = quoted.author_id == by.id
    quoting = posts.by_id(tx, quoting_id)
    if quoting is None or quoting.quote_of_id != quoted.id:
        raise NotFound
    if not (posts.may_see(tx, by.id, quoting) or (mine and posts.may_see(tx, None, quoting))):
        raise NotFound
    if not mine:
        raise Forbidden
    return quoting if quoting.quote_state == "revoked" else take_back(tx, quoting)


def part(tx: Tx, one: int, other: int) -> None:
    """Two whom a block parts: neither's words stand above the other's any more. What is not done
    at once is a job. Events: post.edited, of each quoting post.
    """
    if not _parted(tx, one, other):
        job = NewJob(PART_JOB, {"one": one, "other": other}, key=f"part_quotes:{one}:{other}")
        jobs.enqueue(tx, job)


async def part_rest(db: Database, job: Job) -> None:
    """The job: as many transactions as it takes. Done twice it is the same."""
    one, other = job.payload["one"], job.payload["other"]
    while not await db.write(lambda tx: _parted(tx, one, other)):
        pass


def take_back(tx: Tx, quoting: Post) -> Post:
    """A quote that stood or waited stands no more. Event: post.edited."""
    without = _INLINE.sub("", quoting.html, count=1)
    after = Post(*tx.run(_REVOKE, post=quoting.id, now_html=without).one())
    if quoting.quote_state == "accepted":
        count(tx, quoting.quote_of_id or 0, -1)
    interaction_requests.take_back(tx, "quote", quoting.uri, quoting.author_id)
    events.append(tx, "post.edited", actor_id=quoting.author_id, subject_id=quoting.id)
    return after


# -- for readers ------------------------------------------------------------------------------


def listed(tx: Tx, viewer: int, post: Post, page: Page) -> list[Post]:
    """The posts that quote this one, as far as the viewer may and wants to see them. Its author
    has all that anybody sees: to ``revoke`` it they have to know of it.
    """
    if viewer == post.author_id:
        rows = _OPEN_QUOTES.rows(tx, page, viewer=viewer, post=post.id)
    else:
        rows = _QUOTES.rows(tx, page, viewer=viewer, post=post.id, now=tx.now)
    return [Post(*row) for row in rows]


def standings(tx: Tx, viewer: int | None, authors: Iterable[int]) -> dict[int, Standing]:
    """Which of these authors the viewer keeps away, and how."""
    ids = list(set(authors))
    if viewer is None or not ids:
        return {}
    # In this order: of two reasons the stronger one is told.
    order = ("muted_account", "blocked_domain", "blocked_account")
    found = tx.rows(_STANDINGS, viewer=viewer, ids=ids, now=tx.now)
    return {author: word for word, author in sorted(found, key=lambda row: order.index(row[0]))}


def followed(tx: Tx, viewer: int, authors: Iterable[int]) -> set[int]:
    """Those of these authors whom the viewer follows."""
    ids = list(set(authors))
    return {row[0] for row in tx.rows(_FOLLOWED, viewer=viewer, ids=ids)} if ids else set()


def _parted(tx: Tx, one: int, other: int) -> bool:
    """Take back some of the quotes between two; whether those were all."""
    found = [
        Post(*row)
        for quoter, author in ((one, other), (other, one))
        for row in tx.rows(_BETWEEN, quoter=quoter, author=author, most=PART)
    ]
    for quoting in found[:PART]:
        take_back(tx, quoting)
    return len(found) < PART
