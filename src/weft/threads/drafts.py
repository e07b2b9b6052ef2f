"""A draft, made ready to be kept: checked, its words as HTML, its pictures, what it answers. Writing,
editing and scheduling share it.
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import Invalid, NotFound
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import expiry, limits, markup, polls, posts
from weft.threads.model import Draft, Media, NewPoll, Post
from weft.threads.tables import media
from weft.threads.tags import tag_links, usable_tags
from weft.threads.tokens import storable

FORMATS = {"plain": markup.Format.PLAIN, "markdown": markup.Format.MARKDOWN}


def tidy(draft: Draft) -> Draft:
    """Without what cannot be stored or shown."""
    return structs.replace(draft, text=storable(draft.text), spoiler=storable(draft.spoiler))


def check(draft: Draft, *, quoting: bool = False) -> NewPoll | None:
    """Whether a tidied draft can be posted; gives its poll as it will be kept. Errors: Invalid."""
    limits.check_post(draft.text, draft.spoiler, media=draft.media_ids, quotes=quoting)
    expiry.check(draft.lasts_ms)
    return polls.check(draft.poll) if draft.poll is not None else None


def write_html(tx: Tx, draft: Draft) -> tuple[str, list[Account], list[str]]:
    """(safe HTML, accounts it mentions that are known here, usable tags as written)."""
    form = FORMATS.get(draft.format)
    if form is None:
        raise Invalid("Validation failed: Content type is not supported")
    found = markup.scan(draft.text, form)
    if len(found.mentions) > limits.MENTIONS_PER_POST:
        raise Invalid(
            f"Validation failed: Cannot mention more than {limits.MENTIONS_PER_POST} accounts"
        )
    known: dict[str, Account] = {}
    for token in found.mentions:
        account = accounts.by_handle(tx, token.username, token.host)
        if account is not None and account.kind != "application":
            known[token.key] = account
    targets = {
        key: markup.MentionTarget(account.url, account.username, account.acct)
        for key, account in known.items()
    }
    usable = usable_tags(tx, found.tags)
    html = markup.render(draft.text, form, targets, tag_links(tx, usable))
    people = {account.id: account for account in known.values()}
    return html, list(people.values()), usable[: limits.TAGS_PER_POST]


def attach(tx: Tx, owner: int, media_ids: tuple[int, ...], post_id: int) -> list[Media]:
    """Give uploaded pictures to a post, in the order asked for."""
    pictures: list[Media] = []
    for media_id in dict.fromkeys(media_ids):
        row = tx.row(
            sa.select(media).where(
                media.c.id == media_id,
                media.c.owner_id == owner,
                sa.or_(media.c.post_id.is_(None), media.c.post_id == post_id),
            )
        )
        if row is None:
            raise Invalid("Validation failed: Media was not found or is already used")
        if row.error:
            raise Invalid(f"Validation failed: {row.error}")
        if not row.blob:
            raise Invalid("Validation failed: Media is still being processed; try again soon")
        pictures.append(
            Media(
                id=str(row.id),
                mime=row.mime,
                blob=row.blob,
                small=row.small,
                description=row.description,
                blurhash=row.blurhash,
                width=row.width,
                height=row.height,
                small_width=row.small_width,
                small_height=row.small_height,
                focus_x=row.focus_x,
                focus_y=row.focus_y,
            )
        )
        tx.run(media.update().where(media.c.id == media_id).values(post_id=post_id))
    return pictures


def parent_of(tx: Tx, author: Account, reply_to_id: int | None) -> Post | None:
    """What a draft answers; of a boost, what it boosts. Errors: NotFound."""
    if reply_to_id is None:
        return None
    try:
        parent = posts.see(tx, author.id, reply_to_id)
    except NotFound as hidden:
        raise NotFound("The post you are replying to was not found") from hidden
    if parent.boost_of_id is not None:
        return posts.see(tx, author.id, parent.boost_of_id)
    return parent
