"""A member's lists: what they are, and which posts stand in them (who is in them:
``list_members``).

As home timelines (docs/decisions/0003-fan-out-on-write.md) they are written when a post is: reading
one is a range of an index. One rule, ``_belongs``, says which post of which member enters which
list, whether it was said just now or long before its author was added.
"""

from __future__ import annotations

from typing import Literal, get_args

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import floor_at, new_id
from weft.people.tables import follows
from weft.reading.tables import list_members, list_posts, lists
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.threads import ready, relations
from weft.threads.homes import BOOST_AGAIN
from weft.threads.model import Post
from weft.threads.posts import seen_by
from weft.threads.ready import HEAD
from weft.threads.relations import BACKFILL
from weft.threads.tables import home, posts
from weft.threads.timelines import boost_unwanted, hidden_ai, unwanted
from weft.threads.tokens import storable

LISTS_MAX = 50
"""Lists of one member, as on Mastodon: each post looks through those its author is in."""
TITLE_CHARS = 255
"""Longer ones fit no menu."""

RepliesPolicy = Literal["followed", "list", "none"]
POLICIES: tuple[RepliesPolicy, ...] = get_args(RepliesPolicy)


class List(Struct, frozen=True):
    """``replies_policy``: replies to whom are shown: whomever the owner follows, members of the
    list, nobody. ``exclusive``: what members say is in the list, and not in the home timeline.
    """

    id: int
    account_id: int
    title: str
    replies_policy: RepliesPolicy
    exclusive: bool


_COLUMNS = tuple(lists.c[field] for field in List.__struct_fields__)
_owner = sa.bindparam("owner", type_=sa.BigInteger)
_list = sa.bindparam("list", type_=sa.BigInteger)
_member = sa.bindparam("member", type_=sa.BigInteger)

_OWN = sa.select(*_COLUMNS).where(lists.c.account_id == _owner).order_by(lists.c.id)
_ONE = sa.select(*_COLUMNS).where(lists.c.id == _list, lists.c.account_id == _owner)
_WITH = (
    sa.select(*_COLUMNS)
    .join_from(list_members, lists, lists.c.id == list_members.c.list_id)
    .where(lists.c.account_id == _owner, list_members.c.account_id == _member)
    .order_by(lists.c.id)
)
_COUNT = sa.select(sa.func.count()).where(lists.c.account_id == _owner)
_DELETE = lists.delete().where(lists.c.id == _list)


# -- the lists themselves ---------------------------------------------------------------------


def own(tx: Tx, owner: int) -> list[List]:
    """All lists of a member, the oldest first."""
    return [List(*row) for row in tx.rows(_OWN, owner=owner)]


def get(tx: Tx, owner: int, list_id: int) -> List:
    """Errors: NotFound, also for other people's."""
    row = tx.row(_ONE, list=list_id, owner=owner)
    if row is None:
        raise NotFound
    return List(*row)


def containing(tx: Tx, owner: int, member: int) -> list[List]:
    """Those of one's lists that an account is in."""
    return [List(*row) for row in tx.rows(_WITH, owner=owner, member=member)]


def create(
    tx: Tx, owner: int, title: str, replies_policy: str = "list", *, exclusive: bool = False
) -> List:
    """Errors: Invalid (no title, an unknown policy, too many lists)."""
    if tx.scalar(_COUNT, owner=owner) >= LISTS_MAX:
        raise Invalid("Validation failed: You have reached the maximum number of lists")
    made = List(new_id(), owner, _title(title), _policy(replies_policy), exclusive)
    values = {field: getattr(made, field) for field in List.__struct_fields__}
    tx.run(lists.insert(), values | {"created_at": tx.now})
    return made


def update(
    tx: Tx,
    owner: int,
    list_id: int,
    *,
    title: str | None = None,
    replies_policy: str | None = None,
    exclusive: bool | None = None,
) -> List:
    """Change what is given. A new policy is for what is said from now on; what members said
    leaves the home timeline, or comes back, at once. Errors: NotFound, Invalid.
    """
    was = get(tx, owner, list_id)
    now = List(
        was.id,
        owner,
        was.title if title is None else _title(title),
        was.replies_policy if replies_policy is None else _policy(replies_policy),
        was.exclusive if exclusive is None else exclusive,
    )
    values = {field: getattr(now, field) for field in ("title", "replies_policy", "exclusive")}
    tx.run(lists.update().where(lists.c.id == list_id).values(**values))
    if was.exclusive != now.exclusive:
        for member in _member_ids(tx, list_id):
            settle_home(tx, owner, member)
    return now


def delete(tx: Tx, owner: int, list_id: int) -> None:
    """Errors: NotFound."""
    gone = get(tx, owner, list_id)
    members = _member_ids(tx, list_id) if gone.exclusive else []
    tx.run(_DELETE, list=list_id)
    for member in members:
        settle_home(tx, owner, member)


def _title(text: str) -> str:
    title = storable(text).strip()
    if not title:
        raise Invalid("Validation failed: Title can't be blank")
    if len(title) > TITLE_CHARS:
        raise Invalid(f"Validation failed: Title is too long (maximum is {TITLE_CHARS} characters)")
    return title


def _policy(text: str) -> RepliesPolicy:
    if text not in POLICIES:
        raise Invalid(f"'{storable(text)[:TITLE_CHARS]}' is not a valid replies_policy")
    return text


# -- what stands in them ----------------------------------------------------------------------

_follow = follows.alias("f")
_parents = follows.alias("parents")
_fellow = list_members.alias("fellow")
_shown = list_posts.alias("shown")
_shown_post = posts.alias("shown_post")

_by_owner = lists.c.account_id == posts.c.author_id
_answers_member = sa.exists().where(
    _fellow.c.list_id == lists.c.id, _fellow.c.account_id == posts.c.reply_to_author_id
)
_answers_followed = sa.exists().where(
    _parents.c.follower_id == lists.c.account_id,
    _parents.c.target_id == posts.c.reply_to_author_id,
    _parents.c.accepted.is_(True),
)
_belongs = sa.and_(
    posts.c.visibility != "direct",
    sa.or_(_by_owner, _follow.c.accepted.is_(True)),
    sa.or_(posts.c.boost_of_id.is_(None), _by_owner, _follow.c.reblogs.is_(True)),
    sa.or_(
        posts.c.reply_to_uri.is_(None),
        posts.c.reply_to_author_id == posts.c.author_id,  # a thread is no conversation
        sa.and_(
            lists.c.replies_policy == "list",
            sa.or_(posts.c.reply_to_author_id == lists.c.account_id, _answers_member),
        ),
        sa.and_(
            lists.c.replies_policy == "followed",
            sa.or_(posts.c.reply_to_author_id == lists.c.account_id, _answers_followed),
        ),
    ),
)
"""Whether a post of a list's member stands in that list."""

_not_again = sa.or_(
    posts.c.boost_of_id.is_(None),
    ~sa.exists().where(
        _shown.c.list_id == lists.c.id,
        _shown.c.post_id == _shown_post.c.id,
        _shown.c.post_id > sa.bindparam("recent", type_=sa.BigInteger),
        sa.or_(
            _shown_post.c.id == posts.c.boost_of_id,
            _shown_post.c.boost_of_id == posts.c.boost_of_id,
        ),
    ),
)


def _write(*which: sa.ColumnElement[bool]) -> sa.Insert:
    found = (
        sa.select(lists.c.id, posts.c.id, posts.c.author_id)
        .select_from(
            posts.join(list_members, list_members.c.account_id == posts.c.author_id)
            .join(lists, lists.c.id == list_members.c.list_id)
            .outerjoin(
                _follow,
                sa.and_(
                    _follow.c.follower_id == lists.c.account_id,
                    _follow.c.target_id == posts.c.author_id,
                ),
            )
        )
        .where(_belongs, *which)
    )
    return (
        insert(list_posts)
        .from_select(["list_id", "post_id", "author_id"], found)
        .on_conflict_do_nothing()
    )


_HAS_AUTHOR = (
    sa.select(sa.func.max(sa.cast(lists.c.exclusive, sa.Integer)))
    .join_from(list_members, lists, lists.c.id == list_members.c.list_id)
    .where(list_members.c.account_id == _member)
)
_ENTER_POST = _write(posts.c.id == sa.bindparam("post", type_=sa.BigInteger), _not_again)
_latest = (
    sa.select(posts.c.id)
    .where(posts.c.author_id == sa.bindparam("author", type_=sa.BigInteger))
    .order_by(posts.c.id.desc())
    .limit(BACKFILL)
)
_FILL = _write(posts.c.id.in_(_latest), lists.c.id == _list)
_ONLY_IN_LIST = home.delete().where(
    home.c.post_id == sa.bindparam("post", type_=sa.BigInteger),
    home.c.account_id.in_(
        sa.select(lists.c.account_id)
        .join_from(list_members, lists, lists.c.id == list_members.c.list_id)
        .where(
            list_members.c.account_id == _member,
            lists.c.exclusive.is_(True),
            lists.c.account_id != _member,
        )
    ),
)
_MEMBER_IDS = sa.select(list_members.c.account_id).where(list_members.c.list_id == _list)
_LEAVE = (
    list_members.delete()
    .where(list_members.c.list_id == _list, list_members.c.account_id == _member)
    .returning(list_members.c.account_id)
)
_FORGET = list_posts.delete().where(
    list_posts.c.list_id == _list, list_posts.c.author_id == _member
)
_LISTING = sa.select(list_posts.c.list_id).where(
    list_posts.c.post_id == sa.bindparam("post", type_=sa.BigInteger)
)
_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_TIMELINE = paged(
    sa.select(*HEAD)
    .select_from(list_posts.join(posts, posts.c.id == list_posts.c.post_id))
    .where(
        list_posts.c.list_id == _list,
        seen_by(_viewer),
        ~unwanted(list_posts.c.author_id),
        ~hidden_ai(),
        ~boost_unwanted(),
    ),
    list_posts.c.post_id,
)


def enter(tx: Tx, post: Post) -> None:
    """Write a new post into the lists it belongs in, and out of the home timelines of those who
    want it only there. Nearly always nobody lists its author: then it costs one look.
    """
    exclusive = tx.scalar(_HAS_AUTHOR, member=post.author_id)
    if exclusive is None:
        return
    tx.run(_ENTER_POST, post=post.id, recent=floor_at(tx.now - BOOST_AGAIN))
    if exclusive and post.visibility != "direct":
        tx.run(_ONLY_IN_LIST, post=post.id, member=post.author_id)


def _member_ids(tx: Tx, list_id: int) -> list[int]:
    return [row[0] for row in tx.rows(_MEMBER_IDS, list=list_id)]


def settle_home(tx: Tx, owner: int, member: int) -> None:
    """Whether what a member says stands in the owner's home: not while an exclusive list has it.
    What one says oneself always does.
    """
    if member == owner:
        return
    relations.clear_home(tx, owner, member)
    if not any(one.exclusive for one in containing(tx, owner, member)):
        relations.fill_home(tx, owner, member)


def fill(tx: Tx, list_id: int, author: int) -> None:
    """The latest posts of an account that was put in."""
    tx.run(_FILL, list=list_id, author=author)


def leave(tx: Tx, list_id: int, member: int) -> bool:
    """An account is out, and what it said with it. False when it was not in."""
    if tx.row(_LEAVE, list=list_id, member=member) is None:
        return False
    tx.run(_FORGET, list=list_id, member=member)
    return True


def joined(tx: Tx, owner: int, member: int) -> None:
    """A request to follow was granted: what the lists it was for waited for."""
    found = containing(tx, owner, member)
    for one in found:
        fill(tx, one.id, member)
    if any(one.exclusive for one in found):
        settle_home(tx, owner, member)


def parted(tx: Tx, owner: int, member: int) -> None:
    """Whom one follows no longer is in none of one's lists."""
    for one in containing(tx, owner, member):
        leave(tx, one.id, member)


def listing(tx: Tx, post: Post) -> set[int]:
    """Ids of the lists in which a post stands."""
    return {row[0] for row in tx.rows(_LISTING, post=post.id)}


def timeline(tx: Tx, owner: int, list_id: int, page: Page) -> list[Post]:
    """What members of a list said, as far as its owner may and wants to see it. Errors: NotFound."""
    get(tx, owner, list_id)
    return ready.listed(tx, _TIMELINE.rows(tx, page, list=list_id, viewer=owner, now=tx.now))
