"""Threads as the gate hears them: posts as lines, and who said them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from weft.ai import hops
from weft.ai.turns import kept, reasons
from weft.ai.turns.heard import Heard
from weft.ai.turns.kept import STATE_LINES, Mark, Piece
from weft.ai.turns.kinds import kind
from weft.ai.turns.lines import Line
from weft.ai.turns.tail import Said
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.sanitize import html_to_text
from weft.threads.tables import posts as post_table

_before = (
    post_table.c.thread_id == sa.bindparam("thread"),
    post_table.c.id < sa.bindparam("before"),
    post_table.c.boost_of_id.is_(None),
)
_last = (
    sa.select(post_table.c.id)
    .where(*_before)
    .order_by(post_table.c.id.desc())
    .limit(STATE_LINES)
    .subquery()
)
_MARK = sa.select(
    sa.func.coalesce(sa.func.max(_last.c.id), 0),
    sa.func.coalesce(sa.func.min(_last.c.id), 0),
    sa.func.count(),
)
_READ = (
    sa.select(*posts.COLUMNS)
    .where(*_before)
    .order_by(post_table.c.id.desc())
    .limit(sa.bindparam("most"))
)


class Threads:
    """See `kept.Source`. The state of a thread knows all its posts; what an engine is told, and who
    hears of a decision, is for `weft.ai.context` and the permissions of the post.
    """

    def mark(self, tx: Tx, place_id: int, before: int) -> Mark:
        row = tx.row(_MARK, thread=place_id, before=before)
        return Mark(int(row[0]), int(row[1]), lines=int(row[2])) if row is not None else Mark()

    def read(self, tx: Tx, place_id: int, before: int, most: int) -> Sequence[Piece]:
        rows = tx.rows(_READ, thread=place_id, before=before, most=most)
        found = [Post(*row) for row in rows][::-1]
        authors = accounts.by_ids(tx, {one.author_id for one in found})
        return [piece(one, authors.get(one.author_id)) for one in found]


def piece(post: Post, author: Account | None) -> Piece:
    why = (post.ai or {}).get("why")
    called = {int(one["id"]) for one in post.mentions} | {post.reply_to_author_id or 0}
    return Piece(
        Line(
            str(post.id),
            post.created_at,
            author.acct if author is not None else "",
            html_to_text(post.html),
            kept.parent(post.reply_to_id, post.author_id, post.reply_to_author_id),
        ),
        Said(
            post.id,
            post.created_at,
            post.author_id,
            hops.is_machine(author, post),
            frozenset(called),
            unasked=why is not None,
            meant=why is not None and reasons.is_meant(str(why.get("code"))),
            answers=post.reply_to_author_id or 0,
        ),
    )


def plain(one: Piece) -> Heard:
    """A line on its own, for rules that need no more than its words."""
    line = one.line or Line("", one.said.at, "", "")
    what, words = kind(line.text)
    return Heard(line, 0, line.at, line.author, what, words, {}, bot=one.said.machine)
