"""What its owner says in public, as a source of an AI: followed as it is written, changed and deleted.

Only what everybody may see, of somebody who did not ask AIs to keep out (``noai``, of the account or of the
post): no boosts, nothing behind a warning, nothing that was said to somebody.
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.ai import documents
from weft.ai.knowledge import sources
from weft.ai.knowledge.documents import Document
from weft.ai.knowledge.markdown import literal
from weft.ai.knowledge.sources import Source
from weft.ai.knowledge.tables import ai_sources
from weft.ai.tables import ais
from weft.kernel.clock import iso
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import posts, signals
from weft.threads.model import Post
from weft.threads.sanitize import html_to_text
from weft.threads.tables import posts as post_table
from weft.work.events import Event

MOST = 300
"""Of the newest posts, when an AI begins to follow them."""
LEAST_CHARS = 40
"""What is shorter explains nothing."""

_FOLLOWERS = (
    sa.select(*sources.COLUMNS)
    .join_from(ai_sources, ais, ais.c.account_id == ai_sources.c.ai_id)
    .where(
        ais.c.owner_id == sa.bindparam("who"),
        ai_sources.c.kind == "posts",
        ai_sources.c.uri == sa.bindparam("name"),
    )
)
_LATEST = (
    sa.select(*posts.COLUMNS)
    .where(
        post_table.c.author_id == sa.bindparam("who"),
        post_table.c.visibility == "public",
        post_table.c.boost_of_id.is_(None),
    )
    .order_by(post_table.c.id.desc())
    .limit(MOST)
)


def react(db: Database) -> None:
    """Follow what members say, in their own transactions."""
    db.react("post.created", _said)
    db.react("post.edited", _said)
    db.react("post.deleted", _unsaid)
    db.react("account.updated", _changed)


def take_all(tx: Tx, source_id: int) -> None:
    """What the owner has said so far: all of it, and nothing that is not there any more."""
    source = sources.by_id(tx, source_id)
    owner = accounts.by_id(tx, int(source.uri)) if source is not None else None
    if source is None or owner is None:
        return
    found = [Post(*row) for row in tx.rows(_LATEST, who=owner.id)]
    asked = signals.of_posts(tx, found)
    kept = [
        _document(owner, post)
        for post in found
        if _may(owner, post) and signals.NOAI not in asked.get(post.id, ())
    ]
    sources.took(tx, source, kept, title=owner.acct, etag="", modified="")


def _said(tx: Tx, event: Event) -> None:
    if event.actor_id is None or event.subject_id is None:
        return
    followers = _followers(tx, event.actor_id, event.subject)
    if not followers:
        return
    post, owner = posts.by_id(tx, event.subject_id), accounts.by_id(tx, event.actor_id)
    if post is None or owner is None or post.author_id != owner.id:
        return
    fits = _may(owner, post) and signals.NOAI not in signals.of(tx, owner, post)
    for source in followers:
        if fits:
            documents.keep(tx, source.ai_id, source.id, [_document(owner, post)], whole=False)
        else:
            documents.drop_named(tx, source.ai_id, post.uri)


def _unsaid(tx: Tx, event: Event) -> None:
    if event.actor_id is None or not event.data.get("local"):
        return
    for source in _followers(tx, event.actor_id, None):
        documents.drop_named(tx, source.ai_id, event.data["uri"])


def _changed(tx: Tx, event: Event) -> None:
    """Somebody may have asked AIs to keep out, or no longer."""
    if event.subject_id is None:
        return
    for source in _followers(tx, event.subject_id, None):
        take_all(tx, source.id)


def _followers(tx: Tx, author_id: int, post: object) -> list[Source]:
    if isinstance(post, Post) and not post.local:
        return []
    return [Source(*row) for row in tx.rows(_FOLLOWERS, who=author_id, name=str(author_id))]


def _may(owner: Account, post: Post) -> bool:
    return (
        post.visibility == "public"
        and post.boost_of_id is None
        and not post.sensitive
        and not post.spoiler
        and post.ai is None
        and owner.suspended_at is None
        and signals.NOAI not in signals.of_account(owner)
        and (post.reply_to_id is None or post.reply_to_author_id == owner.id)
        and len(html_to_text(post.html)) >= LEAST_CHARS
    )


def _document(owner: Account, post: Post) -> Document:
    title = f"{owner.display_name}, {iso(post.created_at)[:10]}"
    return Document(title, post.url, literal(html_to_text(post.html)), post.uri)
