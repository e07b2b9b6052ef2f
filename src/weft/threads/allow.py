"""Saying anew who may do what with one's own post. What was done with it before stays."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import NotFound
from weft.people.model import Account
from weft.store.database import Tx
from weft.store.schema import Json
from weft.threads import consent, posts
from weft.threads.model import Deed, Post, Rule
from weft.threads.tables import posts as post_table
from weft.work import events

_ALLOW = (
    post_table.update()
    .where(post_table.c.id == sa.bindparam("which", type_=sa.BigInteger))
    .values(
        policy=sa.bindparam("now_policy", type_=Json),
        quote_policy=sa.bindparam("now_word"),
        no_ai=sa.bindparam("now_no_ai", type_=sa.Boolean),
    )
    .returning(*posts.COLUMNS)
)


def allow(tx: Tx, by: Account, post_id: int, chosen: Mapping[Deed, Rule]) -> Post:
    """The deeds named get these rules; the others keep theirs. Posts that are not for everyone are
    not quoted by others, whatever is chosen.

    Errors: NotFound (not theirs, or a boost). Event: post.edited, if anything changed.
    """
    post = posts.by_id(tx, post_id)
    if post is None or post.author_id != by.id or post.boost_of_id is not None:
        raise NotFound
    rules = {
        deed: rule
        for deed, rule in chosen.items()
        if deed != "quote" or post.visibility in consent.OPEN
    }
    now = put(tx, post, structs.replace(consent.of(post), **rules))
    if now != post:
        events.append(tx, "post.edited", actor_id=by.id, subject_id=post.id)
    return now


def put(tx: Tx, post: Post, policy: consent.Policy) -> Post:
    """Keep a post's policy; nothing is written where it is the same."""
    columns = consent.columns(policy, post.visibility)
    if all(getattr(post, field) == value for field, value in columns.items()):
        return post
    row = tx.run(
        _ALLOW,
        which=post.id,
        now_policy=columns["policy"],
        now_word=columns["quote_policy"],
        now_no_ai=columns["no_ai"],
    ).one()
    return Post(*row)
