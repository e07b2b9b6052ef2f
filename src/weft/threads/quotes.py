"""Quoting: one's own words above somebody's post, with their consent.

Each post says who may quote it (``threads.consent``), and its author may take a quote back later
(``threads.quoting``). A
quote of what another wrote stands by that author's stamp (``threads.stamps``) alone, here as
elsewhere. What a quoting post quotes is checked for each reader anew: nobody sees through a quote
what they may not see without it.

https://docs.joinmastodon.org/methods/statuses/, …/entities/Quote/, …/entities/QuoteApproval/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people.model import Account
from weft.people.tables import blocks
from weft.store.database import Tx
from weft.threads import allow, consent, interaction_requests, posts, stamps
from weft.threads.markup import link
from weft.threads.model import Approval, Draft, Incoming, Post, QuotePolicy, QuoteState
from weft.threads.notifications import notify
from weft.threads.quoting import count, take_back
from weft.threads.tables import posts as post_table
from weft.work import events

POLICIES: tuple[QuotePolicy, ...] = ("public", "followers", "nobody")
USUAL: QuotePolicy = "public"
"""Of members who have chosen nothing: Mastodon's default too."""

_post = sa.bindparam("post", type_=sa.BigInteger)
_BLOCKS = sa.select(blocks.c.id).where(
    blocks.c.blocker_id == sa.bindparam("by"), blocks.c.target_id == sa.bindparam("target")
)
_STAND = (
    post_table.update()
    .where(post_table.c.id == _post)
    .values(
        quote_state=sa.bindparam("now_state"),
        quote_of_id=sa.bindparam("now_of", type_=sa.BigInteger),
        quote_uri=sa.bindparam("now_uri"),
    )
    .returning(*posts.COLUMNS)
)


# -- while a post is written ------------------------------------------------------------------


def sought(tx: Tx, author: Account, post_id: int | None) -> Post | None:
    """The post that ``author`` wants to quote and may; None when none is named. A boost stands
    for what it boosts.

    Errors: NotFound (not there, or not for the author's eyes), Forbidden (they may not quote it).
    """
    if post_id is None:
        return None
    try:
        found = posts.see(tx, author.id, post_id)
        if found.boost_of_id is not None:
            found = posts.see(tx, author.id, found.boost_of_id)
    except NotFound as hidden:
        raise NotFound("The post you are quoting was not found") from hidden
    if not _may_quote(tx, author, found):
        raise Forbidden("This post cannot be quoted by you")
    return found


def narrowed(draft: Draft, quoted: Post | None) -> Draft:
    """A private post is quoted for the same followers at most."""
    wide = draft.visibility in ("public", "unlisted")
    if quoted is not None and quoted.visibility == "private" and wide:
        return structs.replace(draft, visibility="private")
    return draft


def check_mentioned(
    author: Account, draft: Draft, quoted: Post | None, mentioned: Iterable[Account]
) -> None:
    """In a direct post only those are quoted who can read it. Errors: Invalid."""
    if quoted is None or draft.visibility != "direct":
        return
    if quoted.author_id not in {author.id, *(account.id for account in mentioned)}:
        raise Invalid("Validation failed: A direct post can only quote someone whom it mentions")


def judged(tx: Tx, author: Account, quoted: Post | None, uri: str) -> Approval | None:
    """How a quote with this uri is to be kept. Errors: Forbidden."""
    if quoted is None:
        return None
    return interaction_requests.judge(tx, author, quoted, "quote", uri)


def columns(quoted: Post | None, approval: Approval | None) -> dict[str, Any]:
    """What a new post keeps of what it quotes; ``approval`` as ``judged``."""
    if quoted is None:
        return {"quote_of_id": None, "quote_uri": None, "quote_state": None}
    return _standing_of(quoted, quoted.uri, approval or "accepted")


def received(tx: Tx, author: Account, incoming: Incoming) -> dict[str, Any]:
    """The same of a post from elsewhere: its quote stands if it quotes its own author, or if there
    is a stamp; else it waits for one.
    """
    if incoming.quote_uri is None:
        return columns(None, None)
    quoted = posts.by_uri(tx, incoming.quote_uri)
    return _standing_of(quoted, incoming.quote_uri, _stands(tx, author, quoted, incoming.uri))


def reconsider(tx: Tx, author: Account, post: Post, quote_uri: str | None) -> Post:
    """A post from elsewhere was told again: what it quotes now, and whether that stands. What was
    refused or taken back stays so.
    """
    same = quote_uri == post.quote_uri
    if quote_uri is None or (same and post.quote_state in ("accepted", "rejected", "revoked")):
        return post if same else _stand(tx, post, columns(None, None))
    quoted = posts.by_uri(tx, quote_uri)
    now = _stand(tx, post, _standing_of(quoted, quote_uri, _stands(tx, author, quoted, post.uri)))
    if now.quote_state == "accepted":
        said(tx, author, now, quoted)
    return now


def accept(tx: Tx, author: Account, post: Post) -> Post:
    """The quoted author agreed. Event: post.edited."""
    if post.quote_state != "pending":
        return post
    quoted = posts.by_id(tx, post.quote_of_id) if post.quote_of_id is not None else None
    now = _stand(tx, post, _standing_of(quoted, post.quote_uri, "accepted"))
    said(tx, author, now, quoted)
    events.append(tx, "post.edited", actor_id=post.author_id, subject_id=post.id)
    return now


def refuse(tx: Tx, post: Post) -> Post:
    """The quoted author did not agree, or does not any more. Event: post.edited."""
    if post.quote_state == "pending":
        now = _stand(tx, post, {**_quote_columns(post), "quote_state": "rejected"})
        events.append(tx, "post.edited", actor_id=post.author_id, subject_id=post.id)
        return now
    return take_back(tx, post) if post.quote_state == "accepted" else post


def inline(quoted: Post | None, text: str) -> str:
    """The paragraph for readers whose apps know no quotes; "" where the text has the link."""
    if quoted is None or quoted.url in text or quoted.uri in text:
        return ""
    return f'<p class="quote-inline">RE: {link(quoted.url)}</p>'


def quoted_by(tx: Tx, post: Post) -> Post | None:
    """What a post quotes, while the quote stands."""
    if post.quote_of_id is None or post.quote_state != "accepted":
        return None
    return posts.by_id(tx, post.quote_of_id)


def said(tx: Tx, author: Account, post: Post, quoted: Post | None) -> None:
    """A quote stands: counted, and its quoted author told, if they may see it."""
    if quoted is None or post.quote_state != "accepted":
        return
    count(tx, quoted.id, 1)
    if posts.may_see(tx, quoted.author_id, post):
        notify(tx, quoted.author_id, "quote", author.id, post.id)


def set_policy(tx: Tx, by: Account, post_id: int, policy: QuotePolicy) -> Post:
    """Say anew who may quote one's own post; quotes that there are stay. It changes nothing for
    posts that are not for everyone. Errors: NotFound (not theirs). Event: post.edited.
    """
    return allow.allow(tx, by, post_id, {"quote": consent.quote_rule(policy)})


def usual_policy(preferences: dict[str, Any]) -> QuotePolicy:
    """What a member's preferences say of new posts."""
    chosen = preferences.get("quote_policy")
    return chosen if chosen in POLICIES else USUAL


def _stands(tx: Tx, author: Account, quoted: Post | None, uri: str) -> QuoteState:
    if quoted is None:
        return "pending"
    own = quoted.author_id == author.id
    agreed = own or stamps.stands(tx, "quote", uri, quoted.uri, quoted.author_id)
    return "accepted" if agreed else "pending"


def _standing_of(quoted: Post | None, uri: str | None, state: QuoteState) -> dict[str, Any]:
    number = quoted.id if quoted is not None else None
    return {"quote_of_id": number, "quote_uri": uri, "quote_state": state}


def _quote_columns(post: Post) -> dict[str, Any]:
    return {field: getattr(post, field) for field in ("quote_of_id", "quote_uri", "quote_state")}


def _stand(tx: Tx, post: Post, columns: dict[str, Any]) -> Post:
    if post.quote_state == "accepted" and post.quote_of_id is not None:
        count(tx, post.quote_of_id, -1)
    row = tx.run(
        _STAND,
        post=post.id,
        now_state=columns["quote_state"],
        now_of=columns["quote_of_id"],
        now_uri=columns["quote_uri"],
    ).one()
    return Post(*row)


def _may_quote(tx: Tx, author: Account, post: Post) -> bool:
    if post.author_id == author.id:
        return post.visibility != "direct"
    if post.visibility not in consent.OPEN or interaction_requests.unsaid(post):
        return False
    # Whom the author keeps away does not see the post; the other way round it would be a jeer at
    # somebody who cannot answer.
    if tx.row(_BLOCKS, by=author.id, target=post.author_id) is not None:
        return False
    return consent.verdict(tx, author, post, "quote") != "no"
