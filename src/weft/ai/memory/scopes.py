"""Where a message belongs: the scope in which what it says may be noted, and told again.

A post for everybody is public. A direct post to the AI and nobody else is between the two. A line of a
room is the room's. Whatever is left (for followers, to several) has an audience that no later place is
sure to have: nothing of it is noted.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from weft.ai.memory.model import Scope
from weft.people import accounts
from weft.people.model import Account
from weft.rooms import lines, members, presence
from weft.rooms.model import RoomLine
from weft.rooms.tables import room_lines, room_members
from weft.rooms.tables import rooms as room_table
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.keep import ais_are_off
from weft.threads.model import Post

Where = tuple[Scope, int]
LISTED = ("public", "unlisted")


def of_post(tx: Tx, ai_id: int, post: Post) -> Where | None:
    """(scope, its id) of a post, as an AI hears it now; None: nothing of it may be noted."""
    if post.boost_of_id is not None or ais_are_off(tx, post.thread_id):
        return None
    if not posts.may_see(tx, ai_id, post):
        return None
    if post.visibility in LISTED:
        root = posts.by_id(tx, post.thread_id)
        return ("public", 0) if root is None or root.visibility in LISTED else None
    return ("person", post.author_id) if alone(tx, ai_id, post) else None


def of_line(tx: Tx, ai_id: int, line: RoomLine) -> Where | None:
    """The same for a line of a room."""
    if line.kind != "line" or line.deleted_at is not None or line.author_id is None:
        return None
    if members.of(tx, line.room_id, ai_id) is None or not presence.seen(tx, ai_id, line):
        return None
    if members.of(tx, line.room_id, line.author_id) is None:
        return None
    return "room", line.room_id


def alone(tx: Tx, ai_id: int, post: Post) -> bool:
    """Whether a post is said to the AI and to nobody else, so that its answer is too."""
    if post.visibility != "direct" or post.audience_id is not None:
        return False
    named = {int(one["id"]) for one in post.mentions} - {post.author_id}
    if named != {ai_id}:
        return False
    parent = posts.by_id(tx, post.reply_to_id) if post.reply_to_id is not None else None
    return parent is None or parent.author_id in (ai_id, post.author_id)


_MISSED = (  # somebody reads along who has not what was said then
    sa.select(room_lines.c.id)
    .join_from(room_lines, room_table, room_table.c.id == room_lines.c.room_id)
    .join(room_members, room_members.c.room_id == room_lines.c.room_id)
    .where(
        among(room_lines.c.id, "ids"),
        room_table.c.access != "public",
        ~presence.was_there(room_lines.c.id, room_members.c.account_id),  # pyright: ignore[reportArgumentType]
    )
    .distinct()
)


def heard_by_all(tx: Tx, line_ids: Collection[int]) -> set[int]:
    """Those of these lines that everybody who is in their room now may read."""
    if not line_ids:
        return set()
    return set(line_ids) - {row[0] for row in tx.rows(_MISSED, ids=list(line_ids))}


def message(tx: Tx, source_id: int) -> Post | RoomLine | None:
    """The post or line behind an id: both are given by the same clock, so no two are alike."""
    return posts.by_id(tx, source_id) or lines.by_id(tx, source_id)


def of(tx: Tx, ai_id: int, said: Post | RoomLine) -> Where | None:
    return of_post(tx, ai_id, said) if isinstance(said, Post) else of_line(tx, ai_id, said)


def author(tx: Tx, said: Post | RoomLine) -> Account | None:
    return accounts.by_id(tx, said.author_id) if said.author_id is not None else None
