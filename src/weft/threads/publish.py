"""Saying something: what people and AIs here write, and what arrives from elsewhere.

Both ways end in one ``keep``: the row, its mentions and tags, the counters, the home timelines,
the notifications, the search index and the event, all in the caller's transaction. What follows
elsewhere (delivery to other servers, an AI waking up) are reactions to ``post.created``.
"""

from __future__ import annotations

import msgspec
from msgspec import structs

from weft.kernel.clock import MINUTE
from weft.kernel.errors import Forbidden
from weft.kernel.ids import id_at, new_id
from weft.people import accounts, moves
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import consent, emojis, extras, groups, interaction_requests, once, posts, quotes
from weft.threads.drafts import attach, check, parent_of, tidy, write_html
from weft.threads.keep import adopt, ais_are_off, keep, place
from weft.threads.model import Draft, Incoming, Post

FUTURE_MAX = 5 * MINUTE
"""How far ahead a peer's clock may be before a post counts as written now."""


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
    post = keep(
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
            # A program may speak for an AI: its words are marked as well.
            "ai": {} if draft.ai is None and author.kind == "ai" else draft.ai,
            "app": draft.app,
            "created_at": written,
            "edited_at": None,
            "expires_at": written + draft.lasts_ms if draft.lasts_ms is not None else None,
            "approval": approval,
            "audience_id": groups.group_of(tx, parent, mentioned, draft.visibility),
            **place(parent, post_id),
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
    post = keep(
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
            **place(parent, post_id),
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
    adopt(tx, post)
    return post
