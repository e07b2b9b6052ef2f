"""Changing what was said; what it was before stays readable."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import NotFound
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import (
    cards,
    details,
    emojis,
    expiry,
    extras,
    interaction_requests,
    polls,
    polls_elsewhere,
    posts,
    quotes,
    quoting,
)
from weft.threads.drafts import attach, check, tidy, write_html
from weft.threads.indexed import index_anew
from weft.threads.keep import mention_json, name_things
from weft.threads.model import Draft, Incoming, Post
from weft.threads.notifications import notify
from weft.threads.tables import media, post_edits, post_tags
from weft.threads.tables import posts as post_table
from weft.work import events

_post = sa.bindparam("post", type_=sa.BigInteger)
_KEEP_OLD = post_edits.insert()
_UNTAG = post_tags.delete().where(post_tags.c.post_id == _post)
_DETACH = (
    media.update()
    .where(media.c.post_id == _post, media.c.id.not_in(sa.bindparam("kept", expanding=True)))
    .values(post_id=None, created_at=sa.bindparam("at", type_=sa.BigInteger))
)
_BOOSTERS = sa.select(post_table.c.author_id).where(
    post_table.c.boost_of_id == _post, post_table.c.local.is_(True)
)
_VERSIONS = (
    sa.select(
        post_edits.c.at,
        post_edits.c.html,
        post_edits.c.spoiler,
        post_edits.c.sensitive,
        post_edits.c.media,
        post_edits.c.poll,
    )
    .where(post_edits.c.post_id == _post)
    .order_by(post_edits.c.id)
)
_SHOWN = ("html", "spoiler", "sensitive", "media")
"""What readers see of a version: a change in nothing of it is no edit."""


class Version(msgspec.Struct, frozen=True):
    """What a post was at ``at`` (ms)."""

    at: int
    html: str
    spoiler: str
    sensitive: bool
    media: list[dict[str, Any]]
    poll: list[str] | None
    """The options it had."""


def edit(tx: Tx, author: Account, post_id: int, draft: Draft, *, keep_poll: bool = False) -> Post:
    """Replace what one's own post says. Visibility, place in the thread, and the AI record stay.
    Those mentioned before may still see it. Nothing changed: no new version. ``keep_poll``: its
    poll stays as it is; else it gets the draft's, or none.

    Errors: NotFound (not theirs), Invalid (as for a new post).
    """
    post = posts.by_id(tx, post_id)
    if post is None or post.author_id != author.id or post.boost_of_id is not None:
        raise NotFound
    draft = tidy(draft)
    quoted = quotes.quoted_by(tx, post)
    check(draft, quoting=quoted is not None)
    before = polls.of(tx, post)
    poll = polls.keep_as_is(before) if keep_poll else polls.replace(tx, post, before, draft.poll)
    tx.run(_DETACH, post=post.id, kept=list(draft.media_ids) or [0], at=tx.now)
    pictures = attach(tx, author.id, draft.media_ids, post.id)
    html, mentioned, tags = write_html(tx, draft)
    draft = structs.replace(draft, language=draft.language or post.language)
    told = extras.of_edit(
        tx, post, draft, lambda text: write_html(tx, structs.replace(draft, text=text))[0]
    )
    details.put(tx, post.id, **told)
    return _change(
        tx,
        author,
        post,
        mentioned,
        {
            "source": draft.text,
            "format": draft.format,
            "html": quotes.inline(quoted, draft.text) + html,
            "spoiler": draft.spoiler,
            "sensitive": draft.sensitive
            or bool(draft.spoiler)
            or (bool(pictures) and author.sensitized_at is not None),
            "language": draft.language,
            "tags": tags,
            "media": [msgspec.to_builtins(picture) for picture in pictures],
            "emojis": emojis.named(tx, draft.spoiler, draft.text, *poll.options),
            "poll_id": poll.id,
            "extras": extras.has(told),
        },
        at=tx.now,
        asked=before.options if before is not None else None,
        asks_anew=poll.changed or bool(draft.languages) or draft.signals is not None,
    )


def receive_edit(tx: Tx, author: Account, incoming: Incoming) -> Post | None:
    """A post from elsewhere was changed there. None for one that is not known here, or not by
    this author. An edit older than what is here changes nothing.
    """
    post = posts.by_uri(tx, incoming.uri)
    if post is None or post.author_id != author.id:
        return None
    at = min(incoming.edited_at or tx.now, tx.now)
    if post.edited_at is not None and at < post.edited_at:
        return post
    mentioned = [
        account
        for uri in dict.fromkeys(incoming.mentions)
        if (account := accounts.by_uri(tx, uri)) is not None
    ]
    told = extras.of_update(post, incoming.details)
    details.learn(tx, post.id, told)
    before = polls.of(tx, post)
    poll = polls_elsewhere.settle(tx, post, before, incoming.poll)
    changed = _change(
        tx,
        author,
        post,
        mentioned,
        {
            "html": incoming.html,
            "spoiler": incoming.spoiler,
            "sensitive": incoming.sensitive,
            "language": incoming.language or post.language,
            "tags": list(incoming.tags),
            "media": _same_ids(post.media, incoming),
            "emojis": list(incoming.emojis),
            "poll_id": poll.id,
            "expires_at": incoming.expires_at,
            "extras": extras.has(told),
        },
        at=at,
        asked=before.options if before is not None else None,
        asks_anew=poll.changed,
    )
    if changed.expires_at != post.expires_at:
        expiry.later(tx, changed)
    return changed


def history(tx: Tx, post: Post) -> list[Version]:
    """Every version, oldest first, the present one last."""
    earlier = [Version(*row) for row in tx.rows(_VERSIONS, post=post.id)]
    poll = polls.of(tx, post)
    now = Version(
        post.edited_at or post.created_at,
        post.html,
        post.spoiler,
        post.sensitive,
        post.media,
        poll.options if poll is not None else None,
    )
    return [*earlier, now]


def _change(
    tx: Tx,
    author: Account,
    post: Post,
    mentioned: list[Account],
    values: dict[str, Any],
    *,
    at: int,
    asked: list[str] | None = None,
    asks_anew: bool = False,
) -> Post:
    values["mentions"] = [mention_json(account) for account in mentioned]
    if not asks_anew and all(getattr(post, field) == value for field, value in values.items()):
        return post
    if asks_anew or any(getattr(post, field) != values[field] for field in _SHOWN):
        tx.run(
            _KEEP_OLD,
            id=new_id(),
            post_id=post.id,
            at=post.edited_at or post.created_at,
            source=post.source,
            html=post.html,
            spoiler=post.spoiler,
            sensitive=post.sensitive,
            media=post.media,
            poll=asked,
        )
        values["edited_at"] = at
    values["card_id"] = cards.behind(
        tx, {"visibility": post.visibility, "local": post.local, **values}
    )
    row = tx.run(
        post_table.update()
        .where(post_table.c.id == post.id)
        .values(**values)
        .returning(*posts.COLUMNS)
    ).one()
    changed = Post(*row)
    tx.run(_UNTAG, post=post.id)
    name_things(tx, post.id, mentioned, changed.tags)
    if not interaction_requests.unsaid(changed):  # those whom it concerns hear of it with the yes
        index_anew(tx, author, changed)
        _tell(tx, author, post, changed, mentioned)
    events.append(tx, "post.edited", actor_id=author.id, subject_id=post.id)
    return changed


def _tell(tx: Tx, author: Account, before: Post, after: Post, mentioned: list[Account]) -> None:
    known = {mention["id"] for mention in before.mentions}
    for account in mentioned:
        if account.local and str(account.id) not in known:
            notify(tx, account.id, "mention", author.id, after.id)
    if after.edited_at != before.edited_at:
        for row in tx.rows(_BOOSTERS, post=after.id):
            notify(tx, row[0], "update", author.id, after.id)
        quoting.tell_quoters(tx, author, after)


def _same_ids(before: list[dict[str, Any]], incoming: Incoming) -> list[dict[str, Any]]:
    """Pictures that were there already keep their ids: else every edit would look like one of
    its pictures.
    """
    ids = {picture["remote_url"]: picture["id"] for picture in before}
    return [
        msgspec.to_builtins(picture) | {"id": ids.get(picture.remote_url, picture.id)}
        for picture in incoming.media
    ]
