"""Quoting: one's own words above somebody's post, with their consent.

Each post says who may quote it (``threads.consent``), and its author may take a quote back later. A
quote of what another wrote stands by that author's stamp (``threads.stamps``) alone, here as
elsewhere. What a quoting post quotes is checked for each reader anew: nobody sees through a quote
what they may not see without it.

https://docs.joinmastodon.org/methods/statuses/, …/entities/Quote/, …/entities/QuoteApproval/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people.model import Account
from weft.people.tables import accounts, blocks, domain_mutes, follows, mutes
from weft.store.among import among
from weft.store.database import Database, Tx
from weft.store.page import Page, paged
from weft.threads import allow, consent, interaction_requests, posts, stamps
from weft.threads.markup import link
from weft.threads.model import Approval, Draft, Incoming, Post, QuotePolicy, QuoteState
from weft.threads.notifications import notify
from weft.threads.tables import posts as post_table
from weft.threads.timelines import unwanted
from weft.work import events, jobs
from weft.work.jobs import Job, NewJob

POLICIES: tuple[QuotePolicy, ...] = ("public", "followers", "nobody")
USUAL: QuotePolicy = "public"
"""Of members who have chosen nothing: Mastodon's default too."""

PART = 50
"""Quotes taken back in one transaction when somebody is blocked: tens of ms; the rest is a job."""
PART_JOB = "threads.part_quotes"

Standing = Literal["blocked_account", "blocked_domain", "muted_account"]

_INLINE = re.compile(r'<p class="quote-inline">.*?</p>')
_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_post = sa.bindparam("post", type_=sa.BigInteger)
_BLOCKS = sa.select(blocks.c.id).where(
    blocks.c.blocker_id == sa.bindparam("by"), blocks.c.target_id == sa.bindparam("target")
)
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
_STAND = (
    post_table.update()
    .where(post_table.c.id == _post)
    .values(
        quote_state=sa.bindparam("now_state"),
        quote_of_id=sa.bindparam("now_of", type_=sa.BigInteger),
        quote_uri=sa.bindparam("now_uri"),
    )
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


# -- while a post is written ------------------------------------------------------------------


def sought(tx: Tx, author: Account, post_id: int | None) -> Post | None:
    """The post that ``author`` wants to quote and may; None when none is named. A boost stands
    for what it boosts.

    Errors: NotFound (not there, or not for the author's eyes), Forbidden (they may not quote it).
    """
    if post_id is None:
        return None
    try:
        found = posts.see(tx, author.id, post_id)
        if found.boost_of_id is not None:
            found = posts.see(tx, author.id, found.boost_of_id)
    except NotFound as hidden:
        raise NotFound("The post you are quoting was not found") from hidden
    if not _may_quote(tx, author, found):
        raise Forbidden("This post cannot be quoted by you")
    return found


def narrowed(draft: Draft, quoted: Post | None) -> Draft:
    """A private post is quoted for the same followers at most."""
    wide = draft.visibility in ("public", "unlisted")
    if quoted is not None and quoted.visibility == "private" and wide:
        return structs.replace(draft, visibility="private")
    return draft


def check_mentioned(
    author: Account, draft: Draft, quoted: Post | None, mentioned: Iterable[Account]
) -> None:
    """In a direct post only those are quoted who can read it. Errors: Invalid."""
    if quoted is None or draft.visibility != "direct":
        return
    if quoted.author_id not in {author.id, *(account.id for account in mentioned)}:
        raise Invalid("Validation failed: A direct post can only quote someone whom it mentions")


def judged(tx: Tx, author: Account, quoted: Post | None, uri: str) -> Approval | None:
    """How a quote with this uri is to be kept. Errors: Forbidden."""
    if quoted is None:
        return None
    return interaction_requests.judge(tx, author, quoted, "quote", uri)


def columns(quoted: Post | None, approval: Approval | None) -> dict[str, Any]:
    """What a new post keeps of what it quotes; ``approval`` as ``judged``."""
    if quoted is None:
        return {"quote_of_id": None, "quote_uri": None, "quote_state": None}
    return _standing_of(quoted, quoted.uri, approval or "accepted")


def received(tx: Tx, author: Account, incoming: Incoming) -> dict[str, Any]:
    """The same of a post from elsewhere: its quote stands if it quotes its own author, or if there
    is a stamp; else it waits for one.
    """
    if incoming.quote_uri is None:
        return columns(None, None)
    quoted = posts.by_uri(tx, incoming.quote_uri)
    return _standing_of(quoted, incoming.quote_uri, _stands(tx, author, quoted, incoming.uri))


def reconsider(tx: Tx, author: Account, post: Post, quote_uri: str | None) -> Post:
    """A post from elsewhere was told again: what it quotes now, and whether that stands. What was
    refused or taken back stays so.
    """
    same = quote_uri == post.quote_uri
    if quote_uri is None or (same and post.quote_state in ("accepted", "rejected", "revoked")):
        return post if same else _stand(tx, post, columns(None, None))
    quoted = posts.by_uri(tx, quote_uri)
    now = _stand(tx, post, _standing_of(quoted, quote_uri, _stands(tx, author, quoted, post.uri)))
    if now.quote_state == "accepted":
        said(tx, author, now, quoted)
    return now


def accept(tx: Tx, author: Account, post: Post) -> Post:
    """The quoted author agreed. Event: post.edited."""
    if post.quote_state != "pending":
        return post
    quoted = posts.by_id(tx, post.quote_of_id) if post.quote_of_id is not None else None
    now = _stand(tx, post, _standing_of(quoted, post.quote_uri, "accepted"))
    said(tx, author, now, quoted)
    events.append(tx, "post.edited", actor_id=post.author_id, subject_id=post.id)
    return now


def refuse(tx: Tx, post: Post) -> Post:
    """The quoted author did not agree, or does not any more. Event: post.edited."""
    if post.quote_state == "pending":
        now = _stand(tx, post, {**_quote_columns(post), "quote_state": "rejected"})
        events.append(tx, "post.edited", actor_id=post.author_id, subject_id=post.id)
        return now
    return _take_back(tx, post) if post.quote_state == "accepted" else post


def inline(quoted: Post | None, text: str) -> str:
    """The paragraph for readers whose apps know no quotes; "" where the text has the link."""
    if quoted is None or quoted.url in text or quoted.uri in text:
        return ""
    return f'<p class="quote-inline">RE: {link(quoted.url)}</p>'


def quoted_by(tx: Tx, post: Post) -> Post | None:
    """What a post quotes, while the quote stands."""
    if post.quote_of_id is None or post.quote_state != "accepted":
        return None
    return posts.by_id(tx, post.quote_of_id)


def said(tx: Tx, author: Account, post: Post, quoted: Post | None) -> None:
    """A quote stands: counted, and its quoted author told, if they may see it."""
    if quoted is None or post.quote_state != "accepted":
        return
    tx.run(_COUNT, post=quoted.id, step=1)
    if posts.may_see(tx, quoted.author_id, post):
        notify(tx, quoted.author_id, "quote", author.id, post.id)


# -- afterwards -------------------------------------------------------------------------------


def tell_quoters(tx: Tx, author: Account, post: Post) -> None:
    """A quoted post was edited: who quoted it here stands beside new words."""
    if post.quotes_count:
        for quoting_id, quoter_id in tx.rows(_HERE, post=post.id):
            notify(tx, quoter_id, "quoted_update", author.id, quoting_id)


def removed(tx: Tx, post: Post) -> None:
    """A post goes away: it quotes no more, and nobody quotes it."""
    if post.quote_of_id is not None and post.quote_state == "accepted":
        tx.run(_COUNT, post=post.quote_of_id, step=-1)
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
    return quoting if quoting.quote_state == "revoked" else _take_back(tx, quoting)


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


def set_policy(tx: Tx, by: Account, post_id: int, policy: QuotePolicy) -> Post:
    """Say anew who may quote one's own post; quotes that there are stay. It changes nothing for
    posts that are not for everyone. Errors: NotFound (not theirs). Event: post.edited.
    """
    return allow.allow(tx, by, post_id, {"quote": consent.quote_rule(policy)})


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


def usual_policy(preferences: dict[str, Any]) -> QuotePolicy:
    """What a member's preferences say of new posts."""
    chosen = preferences.get("quote_policy")
    return chosen if chosen in POLICIES else USUAL


def _take_back(tx: Tx, quoting: Post) -> Post:
    without = _INLINE.sub("", quoting.html, count=1)
    after = Post(*tx.run(_REVOKE, post=quoting.id, now_html=without).one())
    if quoting.quote_state == "accepted":
        tx.run(_COUNT, post=quoting.quote_of_id, step=-1)
    interaction_requests.take_back(tx, "quote", quoting.uri, quoting.author_id)
    events.append(tx, "post.edited", actor_id=quoting.author_id, subject_id=quoting.id)
    return after


def _stands(tx: Tx, author: Account, quoted: Post | None, uri: str) -> QuoteState:
    if quoted is None:
        return "pending"
    own = quoted.author_id == author.id
    agreed = own or stamps.stands(tx, "quote", uri, quoted.uri, quoted.author_id)
    return "accepted" if agreed else "pending"


def _standing_of(quoted: Post | None, uri: str | None, state: QuoteState) -> dict[str, Any]:
    number = quoted.id if quoted is not None else None
    return {"quote_of_id": number, "quote_uri": uri, "quote_state": state}


def _quote_columns(post: Post) -> dict[str, Any]:
    return {field: getattr(post, field) for field in ("quote_of_id", "quote_uri", "quote_state")}


def _stand(tx: Tx, post: Post, columns: dict[str, Any]) -> Post:
    if post.quote_state == "accepted" and post.quote_of_id is not None:
        tx.run(_COUNT, post=post.quote_of_id, step=-1)
    row = tx.run(
        _STAND,
        post=post.id,
        now_state=columns["quote_state"],
        now_of=columns["quote_of_id"],
        now_uri=columns["quote_uri"],
    ).one()
    return Post(*row)


def _parted(tx: Tx, one: int, other: int) -> bool:
    """Take back some of the quotes between two; whether those were all."""
    found = [
        Post(*row)
        for quoter, author in ((one, other), (other, one))
        for row in tx.rows(_BETWEEN, quoter=quoter, author=author, most=PART)
    ]
    for quoting in found[:PART]:
        _take_back(tx, quoting)
    return len(found) < PART


def _may_quote(tx: Tx, author: Account, post: Post) -> bool:
    if post.author_id == author.id:
        return post.visibility != "direct"
    if post.visibility not in consent.OPEN or interaction_requests.unsaid(post):
        return False
    # Whom the author keeps away does not see the post; the other way round it would be a jeer at
    # somebody who cannot answer.
    if tx.row(_BLOCKS, by=author.id, target=post.author_id) is not None:
        return False
    return consent.verdict(tx, author, post, "quote") != "no"
