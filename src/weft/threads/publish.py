"""Saying something: what people and AIs here write, and what arrives from elsewhere.

Both ways end in one ``_keep``: the row, its mentions and tags, the counters, the home timelines,
the notifications, the search index and the event, all in the caller's transaction. What follows
elsewhere (delivery to other servers, an AI waking up) are reactions to ``post.created``.
"""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import structs
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.clock import MINUTE
from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.kernel.ids import id_at, new_id
from weft.people import accounts, moves
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import (
    approvals,
    cards,
    consent,
    details,
    emojis,
    expiry,
    extras,
    groups,
    interaction_requests,
    limits,
    markup,
    once,
    polls,
    polls_elsewhere,
    posts,
    quotes,
    say,
)
from weft.threads.model import Draft, GivenPoll, Incoming, Media, Mention, NewPoll, Post
from weft.threads.tables import media, post_mentions, post_tags
from weft.threads.tables import posts as post_table
from weft.threads.tags import tag_links, usable_tags
from weft.threads.tokens import fold_tag, storable

FUTURE_MAX = 5 * MINUTE
"""How far ahead a peer's clock may be before a post counts as written now."""
FORMATS = {"plain": markup.Format.PLAIN, "markdown": markup.Format.MARKDOWN}


# -- verbs ----------------------------------------------------------------------------------


def publish(tx: Tx, author: Account, draft: Draft) -> Post:
    """Post as a member of this server, person or AI. The same idempotency key gives the same
    post again.

    Errors: Invalid (too long, empty, media that is not theirs), NotFound (the parent or what is
    quoted is hidden or gone), Forbidden (an AI where the thread's author wants none; an answer or a
    quote that is not allowed; an author who moved away).

    Where the author of what it answers wants to be asked first, it waits (``Post.approval``).
    """
    if draft.idempotency_key is not None:
        said = once.said(tx, author.id, draft.idempotency_key)
        if said is not None and (earlier := posts.by_id(tx, said)) is not None:
            return earlier
    moves.check_here(author)
    quoted = quotes.sought(tx, author, draft.quote_of_id)
    draft = quotes.narrowed(tidy(draft), quoted)
    poll = check(draft, quoting=quoted is not None)
    parent = parent_of(tx, author, draft.reply_to_id)
    if author.kind == "ai" and parent is not None and ais_are_off(tx, parent.thread_id):
        raise Forbidden("AIs are switched off in this thread")
    written = tx.now if draft.at is None else min(draft.at, tx.now)
    post_id = new_id() if draft.at is None else id_at(written)
    uri = tx.site.post_uri(post_id)
    approval = interaction_requests.judge(tx, author, parent, "reply", uri) if parent else None
    quoting = quotes.judged(tx, author, quoted, uri)
    pictures = attach(tx, author.id, draft.media_ids, post_id)
    html, mentioned, tags = write_html(tx, draft)
    quotes.check_mentioned(author, draft, quoted, mentioned)
    told = extras.of_draft(draft, lambda text: write_html(tx, structs.replace(draft, text=text))[0])
    post = _keep(
        tx,
        author,
        mentioned,
        {
            "id": post_id,
            "uri": uri,
            "url": tx.site.post_url(author.username, post_id),
            "local": True,
            "visibility": draft.visibility,
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
            "emojis": emojis.named(tx, draft.spoiler, draft.text, *(poll.options if poll else ())),
            "poll_id": new_id() if poll is not None else None,
            "ai": draft.ai,
            "app": draft.app,
            "created_at": written,
            "edited_at": None,
            "expires_at": written + draft.lasts_ms if draft.lasts_ms is not None else None,
            "approval": approval,
            "audience_id": groups.group_of(tx, parent, mentioned, draft.visibility),
            **_place(parent, post_id),
            **quotes.columns(quoted, quoting),
            **consent.of_draft(tx, author, draft, quotes.USUAL),
        },
        poll,
        told,
    )
    quotes.said(tx, author, post, quoted)
    if parent is not None:
        interaction_requests.settle(
            tx, approval, author, parent, "reply", uri, interacting_id=post.id
        )
    if quoted is not None:
        interaction_requests.settle(
            tx, quoting, author, quoted, "quote", uri, interacting_id=post.id
        )
    if draft.idempotency_key is not None:
        once.say(tx, author.id, draft.idempotency_key, post.id)
    return post


def receive(tx: Tx, author: Account, incoming: Incoming, *, quiet_before: int = 0) -> Post | None:
    """Keep a post from elsewhere. A known one is given back as it is; None when it was deleted
    here before, when it is an AI's answer in a thread whose author wants none, or an answer that
    the author of what it answers does not want.

    What was written before ``quiet_before`` (ms) was found, not told: it is kept where it belongs,
    and nobody hears of it.
    """
    known = posts.by_uri(tx, incoming.uri)
    if known is not None:
        return known
    if posts.is_gone(tx, incoming.uri):
        return None
    if incoming.expires_at is not None and incoming.expires_at <= tx.now:
        return None
    parent = posts.by_uri(tx, incoming.reply_to_uri) if incoming.reply_to_uri else None
    if author.kind == "ai" and parent is not None and ais_are_off(tx, parent.thread_id):
        return None
    approval = None
    if parent is not None:
        approval = interaction_requests.judge(
            tx, author, parent, "reply", incoming.uri, asked=bool(incoming.asked)
        )
        if approval == "rejected":
            interaction_requests.settle(
                tx, approval, author, parent, "reply", incoming.uri, uri=incoming.asked
            )
            return None
    written = min(incoming.created_at, tx.now)
    if incoming.created_at > tx.now + FUTURE_MAX:
        written = tx.now
    post_id = id_at(written)
    mentioned = [
        account
        for uri in dict.fromkeys(incoming.mentions)
        if (account := accounts.by_uri(tx, uri)) is not None
    ]
    post = _keep(
        tx,
        author,
        mentioned,
        {
            "id": post_id,
            "uri": incoming.uri,
            "url": incoming.url,
            "local": False,
            "visibility": incoming.visibility,
            "source": "",
            "format": "html",
            "html": incoming.html,
            "spoiler": incoming.spoiler,
            "sensitive": incoming.sensitive,
            "language": incoming.language,
            "tags": list(incoming.tags),
            "media": [msgspec.to_builtins(picture) for picture in incoming.media],
            "emojis": list(incoming.emojis),
            "ai": incoming.ai,
            "app": None,
            "created_at": written,
            "edited_at": incoming.edited_at,
            "expires_at": incoming.expires_at,
            "poll_id": new_id() if incoming.poll is not None else None,
            "approval": approval,
            **_place(parent, post_id),
            "reply_to_uri": incoming.reply_to_uri,
            "audience_id": groups.group_of(
                tx, parent, mentioned, incoming.visibility, incoming.audience_uri
            ),
            **quotes.received(tx, author, incoming),
            **consent.of_received(incoming.rules, incoming.visibility, no_ai=incoming.no_ai),
        },
        incoming.poll,
        incoming.details,
        quiet=written < quiet_before,
    )
    if parent is not None:
        interaction_requests.settle(
            tx,
            approval,
            author,
            parent,
            "reply",
            post.uri,
            interacting_id=post.id,
            uri=incoming.asked,
        )
    if post.quote_state == "accepted":
        quotes.said(tx, author, post, quotes.quoted_by(tx, post))
    _adopt(tx, post)
    return post


# -- what editing shares ----------------------------------------------------------------------


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


_POST_MENTION = insert(post_mentions).on_conflict_do_nothing()
_POST_TAG = insert(post_tags).on_conflict_do_nothing()


def name_things(tx: Tx, post_id: int, mentioned: list[Account], tags: list[str]) -> None:
    """The rows by which a post is found from the people and tags it names."""
    tx.run_many(_POST_MENTION, [{"post_id": post_id, "account_id": one.id} for one in mentioned])
    tx.run_many(
        _POST_TAG,
        [{"tag": fold, "post_id": post_id} for fold in dict.fromkeys(map(fold_tag, tags))],
    )


def mention_json(account: Account) -> dict[str, Any]:
    return msgspec.to_builtins(
        Mention(str(account.id), account.username, account.acct, account.url, account.uri)
    )


_NO_AI = sa.select(post_table.c.no_ai).where(post_table.c.id == sa.bindparam("root"))


def ais_are_off(tx: Tx, thread_id: int) -> bool:
    """Whether the author of a thread switched AIs off in it."""
    return bool(tx.scalar(_NO_AI, root=thread_id))


# -- stages -----------------------------------------------------------------------------------


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


def _place(parent: Post | None, post_id: int) -> dict[str, Any]:
    if parent is None:
        return {
            "thread_id": post_id,
            "reply_to_id": None,
            "reply_to_author_id": None,
            "reply_to_uri": None,
        }
    return {
        "thread_id": parent.thread_id,
        "reply_to_id": parent.id,
        "reply_to_author_id": parent.author_id,
        "reply_to_uri": parent.uri,
    }


_INSERT = post_table.insert()


def _keep(
    tx: Tx,
    author: Account,
    mentioned: list[Account],
    values: dict[str, Any],
    poll: NewPoll | GivenPoll | None,
    told: dict[str, Any],
    *,
    quiet: bool = False,
) -> Post:
    """``told``: columns of ``post_details``. ``quiet``: no home, no notice, no event."""
    values |= {
        "author_id": author.id,
        "boost_of_id": None,
        "mentions": [mention_json(account) for account in mentioned],
        "replies_count": 0,
        "boosts_count": 0,
        "likes_count": 0,
        "extras": extras.has(told),
    }
    values["card_id"] = cards.behind(tx, values)
    tx.run(_INSERT, values)
    post = Post(**values)
    details.learn(tx, post.id, told)
    if poll is not None and post.poll_id is not None:
        if isinstance(poll, NewPoll):
            polls.keep(tx, post.poll_id, post.id, poll)
        else:
            polls_elsewhere.keep(tx, post.poll_id, post.id, poll)
    name_things(tx, post.id, mentioned, post.tags)
    expiry.later(tx, post)
    if interaction_requests.unsaid(post):
        say.hold(tx, author, post)
    else:
        say.say(tx, author, post, quiet=quiet)
    return post


_ORPHANS = sa.select(post_table.c.id, post_table.c.thread_id).where(
    post_table.c.reply_to_uri == sa.bindparam("uri"), post_table.c.reply_to_id.is_(None)
)


def _adopt(tx: Tx, post: Post) -> None:
    """Replies that arrived before what they reply to find their thread."""
    orphans = tx.rows(_ORPHANS, uri=post.uri)
    adopted = 0
    for orphan_id, orphan_thread in orphans:
        if orphan_thread == post.thread_id:
            continue  # it stands above this post: two posts that each answer the other
        adopted += 1
        tx.run(
            post_table.update()
            .where(post_table.c.id == orphan_id)
            .values(reply_to_id=post.id, reply_to_author_id=post.author_id)
        )
        tx.run(
            post_table.update()
            .where(post_table.c.thread_id == orphan_thread)
            .values(thread_id=post.thread_id)
        )
    if adopted:
        say.replied(tx, post.id, adopted)
        approvals.judge_late(tx, post, [row[0] for row in orphans])
