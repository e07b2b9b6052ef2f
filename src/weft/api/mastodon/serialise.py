"""From rows to what clients read: posts, pictures, notifications, without a query per post.

The home timeline is the most asked question of all; what is done here is done forty times for
each answer. So: four small reads for any number of posts, and positions instead of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, structs

from weft.api.mastodon import cards, extras, filtering, polls, quotes
from weft.api.mastodon.entities_accounts import Account, emojis_shown
from weft.api.mastodon.entities_statuses import (
    AiSource,
    AiWhy,
    Application,
    DeletedStatus,
    EditedPoll,
    EditedPollOption,
    FilterResult,
    Focus,
    MediaAttachment,
    MediaMeta,
    Poll,
    PreviewCard,
    Quote,
    QuoteApproval,
    Size,
    Status,
    StatusAi,
    StatusEdit,
    StatusMention,
    StatusSource,
    StatusTag,
)
from weft.api.mastodon.extras import Extras
from weft.api.mastodon.fragments import account_fragments, status_fragment
from weft.api.mastodon.interaction_policy import of_post
from weft.kernel.clock import iso
from weft.kernel.errors import NotFound
from weft.kernel.site import Site
from weft.people import accounts
from weft.store.database import Tx
from weft.threads import details, regard
from weft.threads import posts as posts_
from weft.threads.details import Counts
from weft.threads.edit import Version
from weft.threads.media import Upload
from weft.threads.model import Media, Post
from weft.threads.regard import Marks
from weft.threads.tokens import fold_tag

CONTENT_TYPES = {"plain": "text/plain", "markdown": "text/markdown", "html": "text/html"}

_NOTHING: list[Any] = []


class Parts(NamedTuple):
    """What hangs on some posts only, by the id it is known by (filters: the post's)."""

    marks: Marks
    polls: dict[int, Poll]
    cards: dict[int, PreviewCard]
    approvals: dict[int, QuoteApproval]
    filtered: dict[int, list[FilterResult]]
    sensitized: set[int]
    """Authors whose media is always sensitive."""
    counts: dict[int, Counts]
    extras: Extras

    def special(self, viewer: int | None, posts: Iterable[Post]) -> set[int]:
        """Those of these posts that do not look to the viewer as they do to others, or to which
        belongs what is not in their row.
        """
        marks = self.marks
        return {
            *marks.liked,
            *marks.boosted,
            *marks.kept,
            *self.filtered,
            *self.counts,
            *self.extras.reactions,
            *self.extras.wordings,
            *(
                post.id
                for post in posts
                if post.author_id == viewer
                or post.poll_id is not None
                or post.card_id is not None
                or post.thread_id in marks.muted
                or (post.media and post.author_id in self.sensitized)
            ),
        }


def statuses(
    tx: Tx,
    viewer: int | None,
    posts: Sequence[Post],
    *,
    redraft: bool = False,
    encoded: bool = False,
) -> list[Status]:
    """Posts as ``viewer`` (an account id; None: anyone) sees them, in the order given. Visibility
    was checked by whoever found them. What was deleted between two reads (PostgreSQL shows each
    the newest) is left out.

    What is boosted and what is quoted is read first, so that whatever hangs on posts is asked for
    once. ``redraft``: show what was quoted also where the quote stands no more. ``encoded``: they
    are only encoded and not looked into, so those that are known as JSON may be ``msgspec.Raw``.
    """
    if not posts:
        return []
    boosted = [post.boost_of_id for post in posts if post.boost_of_id is not None]
    originals = posts_.by_ids(tx, boosted) if boosted else {}
    named = [*posts, *originals.values()]
    quoted = quotes.look(tx, viewer, named, redraft=redraft)
    within = quotes.look(tx, viewer, quoted.seen.values())
    shown = list({post.id: post for post in (*named, *quoted.seen.values())}.values())
    authors = account_fragments(tx, [post.author_id for post in shown])
    parts = Parts(
        regard.marks(tx, viewer, shown),
        polls.shown(tx, viewer, shown),
        cards.shown(tx, shown),
        quotes.approvals(tx, viewer, shown),
        filtering.applied(tx, viewer, shown),
        accounts.sensitized(tx, [post.author_id for post in shown if post.media]),
        details.counts(tx, shown),
        extras.shown(tx, viewer, shown),
    )
    site = tx.site
    special = parts.special(viewer, shown) if encoded else set[int]()

    def made(post: Post, original: Status | None, quote: Quote | None) -> Status:
        author = authors[post.author_id]
        if encoded and original is None and quote is None and post.id not in special:
            return status_fragment(
                post,
                author,
                parts.approvals[post.id],
                lambda: _status(site, post, author, parts, viewer, None, None),
            )
        if post.extras and (said := parts.extras.wordings.get(post.id)) is not None:
            post = structs.replace(
                post, html=said.html, spoiler=said.spoiler, language=said.language
            )
        return _status(site, post, author, parts, viewer, original, quote)

    inside = {
        post.id: made(post, None, quotes.shallow(post, within) if post.quote_state else None)
        for post in quoted.seen.values()
        if post.author_id in authors
    }
    answer: list[Status] = []
    for post in posts:
        original: Status | None = None
        if post.boost_of_id is not None:
            inner = originals.get(post.boost_of_id)
            if inner is None or inner.author_id not in authors:
                continue
            original = made(
                inner, None, quotes.whole(inner, quoted, inside) if inner.quote_state else None
            )
        if post.author_id in authors:
            quote = quotes.whole(post, quoted, inside) if post.quote_state else None
            answer.append(made(post, original, quote))
    return answer


def status(
    tx: Tx,
    viewer: int | None,
    post: Post,
    *,
    redraft: bool = False,
) -> Status:
    """One post. Errors: NotFound when it went away meanwhile."""
    made = statuses(tx, viewer, [post], redraft=redraft)
    if not made:
        raise NotFound
    return made[0]


def deleted_status(shown: Status, post: Post) -> DeletedStatus:
    """What a deletion answers: the post as it was shown, and what was written."""
    values = {
        field: getattr(shown, field)
        for field in DeletedStatus.__struct_fields__
        if field not in ("text", "content_type")
    }
    return DeletedStatus(text=post.source, content_type=CONTENT_TYPES[post.format], **values)


def source(post: Post) -> StatusSource:
    return StatusSource(str(post.id), post.source, post.spoiler, CONTENT_TYPES[post.format])


def status_edit(
    site: Site,
    version: Version,
    author: Account,
    emojis: list[dict[str, Any]],
    quote: Quote | None,
) -> StatusEdit:
    return StatusEdit(
        content=version.html,
        spoiler_text=version.spoiler,
        sensitive=version.sensitive,
        created_at=iso(version.at),
        account=author,
        poll=EditedPoll([EditedPollOption(title) for title in version.poll])
        if version.poll is not None
        else None,
        quote=quote,
        media_attachments=[attachment(site, picture) for picture in version.media],
        emojis=emojis_shown(site, emojis),
    )


def upload(site: Site, one: Upload) -> MediaAttachment:
    """A picture that is not on a post yet; without an address until it is processed."""
    picture = Media(
        id=str(one.id),
        mime=one.mime or "image/unknown",
        blob=one.blob,
        small=one.small,
        description=one.description,
        blurhash=one.blurhash,
        width=one.width,
        height=one.height,
        small_width=one.small_width,
        small_height=one.small_height,
        focus_x=one.focus_x,
        focus_y=one.focus_y,
    )
    return attachment(site, msgspec.to_builtins(picture))


def attachment(site: Site, picture: dict[str, Any]) -> MediaAttachment:
    """A picture of a post, from ``threads.model.Media`` as JSON."""
    remote = picture["remote_url"] or None
    blob, small = picture["blob"], picture["small"]
    url = site.blob_url(blob) if blob else site.remote_url(remote) if remote else None
    x, y = picture["focus_x"], picture["focus_y"]
    kind = picture["mime"].partition("/")[0]
    return MediaAttachment(
        id=picture["id"],
        type=kind if kind in ("image", "video", "audio") else "unknown",
        url=url,
        preview_url=site.blob_url(small) if small else url,
        remote_url=remote,
        preview_remote_url=None,
        text_url=None,
        meta=MediaMeta(
            original=_size(picture["width"], picture["height"]),
            small=_size(picture["small_width"], picture["small_height"]),
            focus=Focus(x, y) if x or y else None,
        ),
        description=picture["description"] or None,
        blurhash=picture["blurhash"],
    )


def _size(width: int | None, height: int | None) -> Size | None:
    if not width or not height:
        return None
    return Size(width, height, f"{width}x{height}", width / height)


def _status(
    site: Site,
    post: Post,
    author: Account,
    parts: Parts,
    viewer: int | None,
    original: Status | None,
    quote: Quote | None,
) -> Status:
    marks = parts.marks
    counts = parts.counts.get(post.id, post)
    reactions = parts.extras.reactions.get(post.id, UNSET)
    # By position, in the order of ``Status``: names would cost a third more.
    return Status(
        str(post.id),
        iso(post.created_at),
        str(post.reply_to_id) if post.reply_to_id is not None else None,
        str(post.reply_to_author_id) if post.reply_to_author_id is not None else None,
        post.sensitive or (bool(post.media) and post.author_id in parts.sensitized),
        post.spoiler,
        post.visibility,
        post.language,
        post.uri,
        post.url,
        counts.replies_count,
        counts.boosts_count,
        counts.likes_count,
        post.quotes_count,
        iso(post.edited_at) if post.edited_at is not None else None,
        post.id in marks.liked,
        post.id in marks.boosted,
        post.thread_id in marks.muted,
        post.id in marks.kept,
        post.html,
        parts.filtered.get(post.id, _NOTHING),
        original,
        Application(post.app["name"], post.app.get("website")) if post.app else None,
        author,
        [attachment(site, picture) for picture in post.media] if post.media else _NOTHING,
        [
            StatusMention(one["id"], one["username"], one["url"], one["acct"])
            for one in post.mentions
        ]
        if post.mentions
        else _NOTHING,
        [StatusTag(tag, site.tag_url(fold_tag(tag))) for tag in post.tags]
        if post.tags
        else _NOTHING,
        emojis_shown(site, post.emojis) if post.emojis else _NOTHING,
        quote,
        parts.approvals[post.id],
        parts.cards.get(post.card_id) if post.card_id is not None else None,
        parts.polls.get(post.poll_id) if post.poll_id is not None else None,
        _ai(post.ai) if post.ai is not None else None,
        post.no_ai,
        post.id in marks.pinned if post.author_id == viewer and post.boost_of_id is None else UNSET,
        expires_at=iso(post.expires_at) if post.expires_at is not None else UNSET,
        reactions=reactions,
        emoji_reactions=reactions,
        interaction_policy=of_post(post),
        approval=post.approval or UNSET,
    )


def _ai(record: dict[str, Any]) -> StatusAi:
    trigger = record.get("trigger")
    return StatusAi(
        sources=[
            AiSource(one.get("n", n), one.get("title", ""), one.get("url"), one.get("quote", ""))
            for n, one in enumerate(record.get("sources") or (), 1)
        ],
        model=record.get("model"),
        trigger=str(trigger) if trigger is not None else None,
        why=AiWhy(str(why["code"]), str(why["text"])) if (why := record.get("why")) else None,
    )
