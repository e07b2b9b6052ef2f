"""Which posts are indexed, and by which words.

Indexed is what somebody here may search for: all that members here write, what those elsewhere
write in public who agreed to be found, and what mentions a member or was kept by one (liked,
boosted, bookmarked). Who may find what is decided when they search (``threads.search``).
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.kernel.ids import MAX_ID
from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.store import search
from weft.store.database import Tx
from weft.threads import signals
from weft.threads.model import Post
from weft.threads.posts import COLUMNS
from weft.threads.sanitize import html_to_text
from weft.threads.tables import bookmarks, likes, polls, posts
from weft.work import jobs
from weft.work.jobs import Job, NewJob

BATCH = 300
"""Posts in one transaction of the job that indexes old ones: a few tens of ms."""
JOB = "threads.index_posts"

_OPTIONS = sa.select(polls.c.options).where(polls.c.post_id == sa.bindparam("post"))
_here = sa.select(account_table.c.id).where(account_table.c.domain == "")
_booster = posts.alias("booster")
_KEPT = sa.select(
    sa.or_(
        *(
            sa.exists().where(
                table.c.post_id == sa.bindparam("post"), table.c.account_id.in_(_here)
            )
            for table in (likes, bookmarks)
        ),
        sa.exists().where(
            _booster.c.boost_of_id == sa.bindparam("post"), _booster.c.local.is_(True)
        ),
    )
)
_OLDER = (
    sa.select(*COLUMNS)
    .where(posts.c.id < sa.bindparam("below"), posts.c.boost_of_id.is_(None))
    .order_by(posts.c.id.desc())
    .limit(BATCH)
)


def index_words(tx: Tx, author: Account, post: Post) -> None:
    """Index a new post, if somebody here may search for it."""
    if _wanted(author, post):
        _put(tx, post)


def index_anew(tx: Tx, author: Account, post: Post) -> None:
    """After a change: what was indexed stays so, with its new words."""
    known = search.has(tx, post.id)
    search.drop(tx, post.id)
    if known or _wanted(author, post):
        _put(tx, post)


def index_kept(tx: Tx, by: Account, post: Post) -> None:
    """A member here liked, boosted or bookmarked it, and may search for it from now on."""
    if by.local and not post.local and not search.has(tx, post.id):
        _put(tx, post)


def index_old(tx: Tx, job: Job) -> None:
    """One batch of the posts that were here before this index was, the newest first; the rest
    follows in further jobs.
    """
    rows = tx.rows(_OLDER, below=int(job.payload.get("below", MAX_ID)))
    found = [Post(*row) for row in rows]
    authors = accounts.by_ids(tx, [post.author_id for post in found])
    for post in found:
        author = authors.get(post.author_id)
        if author is None or search.has(tx, post.id):
            continue
        if _wanted(author, post) or tx.scalar(_KEPT, post=post.id):
            _put(tx, post)
    if found:
        jobs.enqueue(tx, NewJob(JOB, {"below": str(found[-1].id)}))
    jobs.finish(tx, job)


def _wanted(author: Account, post: Post) -> bool:
    return (
        author.local
        or (post.visibility == "public" and author.indexable)
        or any("@" not in mention["acct"] for mention in post.mentions)
    )


def _put(tx: Tx, post: Post) -> None:
    parts = [post.spoiler, html_to_text(post.html)]
    parts += [picture["description"] for picture in post.media]
    if post.poll_id is not None:
        parts += tx.scalar(_OPTIONS, post=post.id) or []
    # Who asks not to be indexed is found by those concerned: who wrote it, is named in it, kept it.
    hidden = signals.NOINDEX in signals.of_posts(tx, [post]).get(post.id, ())
    everyone = post.visibility == "public" and not hidden
    search.put(tx, post.id, " ".join(parts), everyone=everyone)
