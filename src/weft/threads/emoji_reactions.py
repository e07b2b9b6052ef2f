"""Reacting to a post with an emoji, of Unicode or a picture of some server's.

Not liking: one may do both, and react with several. A name is the emoji itself, ``blobcat`` for a
picture of ours, or ``blobcat@server`` for one of another server's, as Pleroma, Akkoma and Misskey
name them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Forbidden, Invalid
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.people.tables import accounts, blocks
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import consent, emojis, posts
from weft.threads.limits import graphemes
from weft.threads.model import Post
from weft.threads.notifications import notify, untell
from weft.threads.tables import emoji_reactions as table
from weft.threads.tables import posts as post_table
from weft.work import events

KIND = "pleroma:emoji_reaction"
"""How a notification of one is called: the name that most apps know which know any."""
PER_ACCOUNT = 8
"""Different ones of one account on one post: a mood, not a sentence."""
PER_POST = 50
"""Different ones on one post: more cannot be shown. Further ones of the same kinds are welcome."""
NAME_CHARS = 255
"""As the table keeps it."""
CODE_POINTS = 32
"""Of a Unicode emoji: the longest families and flags have about ten."""

_PICTURED = re.compile(r"[A-Za-z0-9_+-]{1,128}(?:@[A-Za-z0-9.:\[\]-]{1,120})?")
_SYMBOLS = range(0x1F000, 0x1FC00)  # also those that this Python does not know yet
_KEYCAP, _AS_PICTURE = "\u20e3", "\ufe0f"


class Reaction(Struct, frozen=True):
    """One account's. ``url`` is the picture's, "" for Unicode; ``uri`` the activity's."""

    id: int
    account_id: int
    post_id: int
    name: str
    url: str
    uri: str


class Tally(Struct, frozen=True):
    """How many reacted so, the first first; ``mine``: whether the viewer did."""

    name: str
    url: str
    count: int
    mine: bool


_COLUMNS = tuple(table.c[field] for field in Reaction.__struct_fields__)
_by = sa.bindparam("by", type_=sa.BigInteger)
_post = sa.bindparam("post", type_=sa.BigInteger)
_PUT = insert(table).on_conflict_do_nothing().returning(table.c.id)
_DROP = (
    table.delete()
    .where(table.c.post_id == _post, table.c.account_id == _by, table.c.name == sa.bindparam("n"))
    .returning(*_COLUMNS)
)
_COUNT = (
    post_table.update()
    .where(post_table.c.id == _post)
    .values(reactions_count=post_table.c.reactions_count + sa.bindparam("step"))
    .returning(*posts.COLUMNS)
)
_NAMES = (
    sa.select(
        table.c.name,
        sa.func.max(table.c.url),
        sa.func.max(sa.case((table.c.account_id == _by, 1), else_=0)),
    )
    .where(table.c.post_id == _post)
    .group_by(table.c.name)
)
_OWN = (
    sa.select(*_COLUMNS)
    .where(table.c.post_id == _post, table.c.account_id == _by)
    .order_by(table.c.id)
)
_BY_URI = (
    sa.select(*_COLUMNS)
    .where(table.c.account_id == _by, table.c.uri == sa.bindparam("uri"))
    .limit(1)
)
_BLOCKED = sa.select(blocks.c.target_id).where(
    blocks.c.blocker_id == _by, blocks.c.target_id == sa.bindparam("author", type_=sa.BigInteger)
)
_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_standing = ~sa.exists().where(
    accounts.c.id == table.c.account_id, accounts.c.suspended_at.isnot(None)
)
_TALLIES = (
    sa.select(
        table.c.post_id,
        table.c.name,
        sa.func.max(table.c.url),
        sa.func.count(),
        sa.func.max(sa.case((table.c.account_id == _viewer, 1), else_=0)),
    )
    .where(among(table.c.post_id, "ids"), _standing)
    .group_by(table.c.post_id, table.c.name)
    .order_by(table.c.post_id, sa.func.min(table.c.id))
)
_WHO = (
    sa.select(table.c.name, table.c.account_id)
    .where(table.c.post_id == _post, _standing)
    .order_by(table.c.id)
    .limit(sa.bindparam("most"))
)


# -- verbs ------------------------------------------------------------------------------------


def react(
    tx: Tx, by: Account, post_id: int, name: str, *, url: str = "", uri: str | None = None
) -> Post:
    """React once with each emoji; gives the post as it is then. ``url`` and ``uri``: of a picture
    and an activity from elsewhere. A member reacts with what anybody did already (also a picture of
    another server's), with Unicode, or with a picture of ours.

    Errors: NotFound (they may not see it), Forbidden (they block its author, or may not like it), Invalid (no emoji;
    too many). Event: reaction.created, with {name, url, uri}.
    """
    post = original(tx, by, post_id)
    there: dict[str, tuple[str, bool]] = {
        row[0]: (row[1], bool(row[2])) for row in tx.rows(_NAMES, post=post.id, by=by.id)
    }
    if by.local:
        name = name.strip(":") if len(name) > 1 else name
        name, url = (name, there[name][0]) if name in there else known(tx, name)
    elif not (is_emoji(name) or (url and _PICTURED.fullmatch(name))) or len(name) > NAME_CHARS:
        raise Invalid("Validation failed: Name is not an emoji")
    if tx.row(_BLOCKED, by=by.id, author=post.author_id) is not None:
        raise Forbidden
    if name in there:
        if there[name][1]:
            return post
        url = there[name][0]  # whose picture it is, who was first said
    # Nothing waits here: where a like has to be asked for, one likes.
    if consent.verdict(tx, by, post, "like") != "yes":
        raise Forbidden("Its author does not want reactions from you to this post")
    if sum(mine for _, mine in there.values()) >= PER_ACCOUNT or (
        name not in there and len(there) >= PER_POST
    ):
        raise Invalid("Validation failed: Too many different reactions")
    reaction_id = new_id()
    address = uri or f"{by.uri}#reactions/{reaction_id}"
    made = tx.scalar(
        _PUT,
        id=reaction_id,
        account_id=by.id,
        post_id=post.id,
        name=name,
        url=url,
        uri=address,
        created_at=tx.now,
    )
    if made is None:  # another process was first
        return post
    post = Post(*tx.run(_COUNT, post=post.id, step=1).one())
    told = {"name": name, "url": url}
    notify(tx, post.author_id, KIND, by.id, post.id, data=told)
    events.append(
        tx,
        "reaction.created",
        actor_id=by.id,
        subject_id=post.id,
        data={**told, "uri": address},
    )
    return post


def unreact(tx: Tx, by: Account, post_id: int, name: str) -> Post:
    """Errors: NotFound (they may not see it). Event: reaction.removed, with {name, url, uri}."""
    post = original(tx, by, post_id)
    row = tx.row(_DROP, post=post.id, by=by.id, n=name.strip(":")[:NAME_CHARS])
    if row is None:
        return post
    gone = Reaction(*row)
    post = Post(*tx.run(_COUNT, post=post.id, step=-1).one())
    untell(tx, post.author_id, KIND, by.id, post.id)
    events.append(
        tx,
        "reaction.removed",
        actor_id=by.id,
        subject_id=post.id,
        data={"name": gone.name, "url": gone.url, "uri": gone.uri},
    )
    return post


def original(tx: Tx, by: Account, post_id: int) -> Post:
    """The post itself, also when its boost was named. Errors: NotFound."""
    post = posts.see(tx, by.id, post_id)
    return post if post.boost_of_id is None else posts.see(tx, by.id, post.boost_of_id)


# -- reading ----------------------------------------------------------------------------------


def tallies(tx: Tx, viewer: int | None, shown: Iterable[Post]) -> dict[int, list[Tally]]:
    """By post; no read where nobody reacted."""
    ids = [post.id for post in shown if post.reactions_count > 0]
    if not ids:
        return {}
    found: dict[int, list[Tally]] = {}
    for post_id, name, url, count, mine in tx.rows(_TALLIES, ids=ids, viewer=viewer or 0):
        found.setdefault(post_id, []).append(Tally(name, url, count, bool(mine)))
    return found


def who(tx: Tx, post: Post, most: int) -> dict[str, list[int]]:
    """Accounts by what they reacted with, the first first, ``most`` in all."""
    found: dict[str, list[int]] = {}
    if post.reactions_count > 0:
        for name, account_id in tx.rows(_WHO, post=post.id, most=most):
            found.setdefault(name, []).append(account_id)
    return found


def own(tx: Tx, by_id: int, post_id: int) -> list[Reaction]:
    """What an account reacted to a post with, the first first."""
    return [Reaction(*row) for row in tx.rows(_OWN, by=by_id, post=post_id)]


def by_uri(tx: Tx, by_id: int, uri: str) -> Reaction | None:
    """The reaction that an account sent with this activity."""
    row = tx.row(_BY_URI, by=by_id, uri=uri) if uri else None
    return Reaction(*row) if row is not None else None


# -- what an emoji is -------------------------------------------------------------------------


def known(tx: Tx, given: str) -> tuple[str, str]:
    """(name, address of its picture or "") of what a member here reacts with: Unicode, or
    the shortcode of a picture of this server's, with or without colons. Errors: Invalid.
    """
    if is_emoji(given):
        return given, ""
    shortcode = given.strip(":")
    found = emojis.named(tx, f":{shortcode}:") if _PICTURED.fullmatch(shortcode) else []
    if not found:
        raise Invalid("Validation failed: Name is not a recognized emoji")
    return shortcode, found[0]["url"]


def is_emoji(text: str) -> bool:
    """Whether a text is one emoji of Unicode (UTS #51), as far as can be told without its tables."""
    if not 0 < len(text) <= CODE_POINTS or graphemes(text) != 1:
        return False
    first = text[0]
    if _KEYCAP in text:
        return first in "0123456789#*"
    if ord(first) in _SYMBOLS or unicodedata.category(first) == "So":
        return True
    # ‼ ⁉ ℹ ↔ 〰: signs, unless they are asked to be pictures.
    return text[1:] == _AS_PICTURE and not (first.isascii() or first.isspace())


# -- when an account goes ---------------------------------------------------------------------

_MANY = sa.select(table.c.post_id, table.c.name).where(table.c.account_id == _by).limit(100)


def forget_some(tx: Tx, account_id: int) -> bool:
    """Take some reactions of an account away, nobody is told; False when none is left."""
    found: Collection[tuple[int, str]] = [(row[0], row[1]) for row in tx.rows(_MANY, by=account_id)]
    for post_id, name in found:
        tx.run(_DROP, post=post_id, by=account_id, n=name)
        tx.run(_COUNT, post=post_id, step=-1)
    return bool(found)
