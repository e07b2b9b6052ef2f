"""Consent from elsewhere: who asks members whether they may, what members were answered, and what
was agreed to no longer.

Asking is polite: the activity names what would be done, and is always answered. What comes without
asking is judged by the same verbs (``threads.publish``, ``threads.react``), and held where the
author wants to be asked.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from weft.federation import authorizations, plain
from weft.federation.authorizations import Claim
from weft.federation.convert import incoming
from weft.federation.handlers import people
from weft.federation.handlers.act import Act, Done, Need, Table, refuse
from weft.federation.outbox import consent as outbox
from weft.federation.read_note import IncomingNote, read_note
from weft.federation.rules import admitted
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import (
    allow,
    approvals,
    consent,
    interaction_requests,
    posts,
    publish,
    quotes,
    react,
    stamps,
)
from weft.threads.interaction_requests import Request
from weft.threads.model import Incoming, Post, Visibility

# -- members are asked ------------------------------------------------------------------------------


def like_request(tx: Tx, act: Act) -> Done:
    post, interacting = _asked_about(tx, act)
    if post is not None:
        react.like(tx, act.actor, post.id, uri=interacting, asked=act.uri)
    return None


def announce_request(tx: Tx, act: Act) -> Done:
    post, interacting = _asked_about(tx, act)
    if post is not None:
        made = posts.by_uri(tx, interacting)
        if made is not None and (made.author_id, made.boost_of_id) != (act.actor.id, post.id):
            return refuse(act, "not their boost of it")
        inner: Any = plain.first(act.activity.instrument)
        shown = _visibility(inner) if isinstance(inner, dict) else "public"
        react.boost(tx, act.actor, post.id, visibility=shown, uri=interacting, asked=act.uri)
    return None


def reply_request(tx: Tx, act: Act) -> Done:
    post, interacting = _asked_about(tx, act)
    if post is None:
        return None
    made = posts.by_uri(tx, interacting)
    if made is None:
        note = _inline(act)
        if note is None:
            return None if act.final else Need("post", interacting, essential=True)
        if note.reply_to != post.uri or note.vote:
            return refuse(act, "no answer to it")
        publish.receive(tx, act.actor, _incoming(tx, act, note, asked=act.uri))
        return None
    if made.author_id != act.actor.id or made.reply_to_id != post.id:
        return refuse(act, "not their answer to it")
    approval = made.approval or "accepted"
    interaction_requests.settle(
        tx, approval, act.actor, post, "reply", made.uri, interacting_id=made.id, uri=act.uri
    )
    return None


def quote_request(tx: Tx, act: Act) -> Done:
    post, interacting = _asked_about(tx, act)
    if post is None:
        return None
    made = posts.by_uri(tx, interacting)
    if made is None:
        note = _inline(act)
        if note is None:
            return None if act.final else Need("post", interacting, essential=True)
        if post.uri not in (note.told.quote, note.told.linked):
            return refuse(act, "no quote of it")
        told = structs.replace(_incoming(tx, act, note), quote_uri=post.uri)
        made = publish.receive(tx, act.actor, told)
        if made is None:
            return None
    if made.author_id != act.actor.id or made.quote_uri != post.uri:
        return refuse(act, "not their quote of it")
    approval = interaction_requests.judge(tx, act.actor, post, "quote", made.uri, asked=True)
    interaction_requests.settle(
        tx, approval, act.actor, post, "quote", made.uri, interacting_id=made.id, uri=act.uri
    )
    if approval == "accepted":
        quotes.accept(tx, act.actor, made)
    elif approval == "rejected":
        quotes.refuse(tx, made)
    return None


def _asked_about(tx: Tx, act: Act) -> tuple[Post | None, str]:
    """The member's post that is asked about, if the actor may see it; what they would do, by uri."""
    interacting = plain.uri(act.activity.instrument)
    if not plain.same_origin(interacting, act.actor.uri):
        refuse(act, "asks for another")
        return None, ""
    post = posts.by_uri(tx, act.activity.object_id)
    if post is None or not post.local:
        return None, ""
    return posts.see(tx, act.actor.id, post.id), interacting


def _inline(act: Act) -> IncomingNote | None:
    inner: Any = plain.first(act.activity.instrument)
    if not isinstance(inner, dict) or "attributedTo" not in inner:
        return None
    note = read_note(inner, act.activity)
    return note if note.author == act.actor.uri else None


def _incoming(tx: Tx, act: Act, note: IncomingNote, *, asked: str = "") -> Incoming:
    return structs.replace(admitted(tx, act.actor, incoming(note, act.actor)), asked=asked)


def _visibility(announce: Any) -> Visibility:
    if any(map(plain.is_public, plain.addressees(announce.get("to")))):
        return "public"
    listed = any(map(plain.is_public, plain.addressees(announce.get("cc"))))
    return "unlisted" if listed else "private"


# -- what members asked, and what they see of others' asking -------------------------------------------


def accepted(tx: Tx, act: Act) -> Done:
    request = _answered(tx, act)
    if request is None:
        return people.accept_follow(tx, act)
    result = act.activity.result
    target = posts.by_id(tx, request.post_id)
    if result and target is not None and not act.final:
        held = stamps.of(tx, request.kind, request.interacting)
        if held is None or held.uri != result:
            claim = Claim(result, request.kind, request.interacting, target.uri)
            # Without it a quote is not shown: its server may be away for a moment.
            return Need("stamp", result, essential=request.kind == "quote", claim=claim)
    if request.kind == "quote" and (
        target is None
        or not stamps.stands(tx, "quote", request.interacting, target.uri, act.actor.id)
    ):
        return None  # nobody else would show it
    approvals.answered(tx, act.actor, request, yes=True)
    return None


def rejected(tx: Tx, act: Act) -> Done:
    request = _answered(tx, act)
    if request is None:
        return people.reject_follow(tx, act)
    approvals.answered(tx, act.actor, request, yes=False)
    return None


def _answered(tx: Tx, act: Act) -> Request | None:
    inner: Any = act.activity.object
    instrument = plain.uri(inner.get("instrument")) if isinstance(inner, dict) else ""
    named = act.activity.object_id or instrument
    return interaction_requests.asked(tx, act.actor.id, named, instrument)


def revoked(tx: Tx, act: Act) -> bool:
    """Whether a ``Delete`` is of a stamp that is known here; then it is worth nothing any more.
    Whoever saw a member's quote is told in its giver's own words (FEP-044f).
    """
    stamp = stamps.by_uri(tx, act.activity.object_id)
    if stamp is None or stamp.giver_id != act.actor.id:
        return False
    if stamp.kind == "quote" and stamp.revoked_at is None and act.activity.whole is not None:
        outbox.pass_on(tx, act.activity.whole, posts.by_uri(tx, stamp.interacting))
    approvals.revoked(tx, stamp)
    return True


# -- posts that name others' consent --------------------------------------------------------------------


def need(tx: Tx, act: Act, note: IncomingNote) -> Need | None:
    """What has to be looked at before a post is kept: what it quotes, and the stamps it names."""
    if act.final or (note.told.quote is None and not note.told.stamps):
        return None
    quote = note.told.quote
    if quote is not None and posts.by_uri(tx, quote) is None and not posts.is_gone(tx, quote):
        ours = plain.same_origin(quote, tx.site.base)
        return None if ours else Need("post", quote, essential=False)
    for claim in authorizations.wanted(tx, note.id, note.told, note.reply_to, note.author):
        return Need("stamp", claim.uri, essential=False, claim=claim)
    return None


def boost_need(tx: Tx, act: Act, post: Post) -> Need | None:
    """The same for a boost of a post from elsewhere."""
    address = act.activity.stamp
    if act.final or post.local or not address:
        return None
    if consent.of(post).announce == consent.EVERYONE:
        return None
    if stamps.stands(tx, "announce", act.uri, post.uri, post.author_id):
        return None
    claim = Claim(address, "announce", act.uri, post.uri)
    return Need("stamp", address, essential=False, claim=claim)


def told_again(tx: Tx, author: Account, told: Incoming) -> None:
    """A post was edited elsewhere: its policy, its quote and the yes that it names may be new."""
    post = posts.by_uri(tx, told.uri)
    if post is None:
        return
    at = min(told.edited_at or tx.now, tx.now)
    if post.edited_at is not None and at < post.edited_at:
        return  # older than what is here
    columns = consent.of_received(told.rules, post.visibility, no_ai=told.no_ai)
    post = allow.put(tx, post, consent.of(structs.replace(post, **columns)))
    if told.quote_uri is not None or post.quote_uri is not None:
        quotes.reconsider(tx, author, post, told.quote_uri)
    if post.approval != "pending" or post.reply_to_id is None:
        return
    above = posts.by_id(tx, post.reply_to_id)
    request = interaction_requests.of(tx, "reply", post.uri)
    if above is None or request is None or above.local:
        return
    if stamps.stands(tx, "reply", post.uri, above.uri, above.author_id):
        approvals.answered(tx, accounts.get(tx, above.author_id), request, yes=True)


_REQUESTS = ("LikeRequest", "ReplyRequest", "AnnounceRequest", "QuoteRequest")
_ANSWERED = (*_REQUESTS, "Like", "Announce", "post", "id")

TABLE: Table = {
    "LikeRequest": {"*": like_request},
    "ReplyRequest": {"*": reply_request},
    "AnnounceRequest": {"*": announce_request},
    "QuoteRequest": {"*": quote_request},
    "Accept": dict.fromkeys(_ANSWERED, accepted),
    "Reject": dict.fromkeys(_ANSWERED, rejected),
}
