"""Looking at the stamp by which somebody elsewhere agreed to something.

A stamp is believed when it is served under its own id (``fetch`` sees to that, redirects included),
by the server of whoever gave it, and names exactly this doing, this post and its author. That one
address equals another was not enough twice in Mastodon: GHSA-q4g8-82c5-9h33, GHSA-8h43-rcqj-wpc6.
"""

from __future__ import annotations

import structlog
from msgspec import Struct

from weft.federation import limits, plain
from weft.federation.fetch import Fetcher, Hidden, Missing, Unbelievable
from weft.federation.plain import Json, Malformed
from weft.federation.read_consent import Told
from weft.federation.read_note import IncomingNote
from weft.kernel.clock import now_ms
from weft.kernel.errors import WeftError
from weft.people import accounts
from weft.store.database import Database, Tx
from weft.threads import approvals, consent, interaction_requests, posts, stamps
from weft.threads.model import Deed
from weft.threads.stamps import Stamp

TYPES: dict[Deed, tuple[str, ...]] = {
    # GoToSocial's documentation says Approval, its server and FEP-044f say Authorization.
    "like": ("LikeAuthorization", "LikeApproval"),
    "reply": ("ReplyAuthorization", "ReplyApproval"),
    "announce": ("AnnounceAuthorization", "AnnounceApproval"),
    "quote": ("QuoteAuthorization",),
}

log = structlog.get_logger(__name__)


class Claim(Struct, frozen=True):
    """That at ``uri`` the author of ``target`` agrees to ``interacting`` (uris)."""

    uri: str
    deed: Deed
    interacting: str
    target: str


def proves(document: Json, claim: Claim, giver: str) -> bool:
    """Whether a document, served under its id, is the stamp that is claimed. ``giver``: uri of the
    author of what was done something with.
    """
    interacting = document.get("interactingObject", document.get("object"))
    target = document.get("interactionTarget", document.get("target"))
    return (
        plain.uri(document) == claim.uri
        and plain.same_origin(claim.uri, giver)
        and plain.kind(document) in TYPES.get(claim.deed, ())
        and plain.uri(document.get("attributedTo")) == giver
        and plain.uri(interacting) == claim.interacting
        and plain.uri(target) == claim.target
    )


async def learn(db: Database, fetcher: Fetcher, claim: Claim) -> Stamp | None:
    """Look at the stamp and keep it; None: it does not say so. One that is gone before it was looked
    at is a no to the member who asked. Errors: those of ``Fetcher.document``.
    """
    giver = await db.read(lambda tx: _giver(tx, claim))
    if giver is None or not plain.same_origin(claim.uri, giver[1]):
        return None
    fetcher.forget(claim.uri)
    try:
        document = await fetcher.document(claim.uri)
    except Missing as missing:
        if not isinstance(missing, Hidden):
            await db.write(lambda tx: _too_late(tx, claim, giver[0]))
        raise
    if not proves(document, claim, giver[1]):
        return None
    return await db.write(
        lambda tx: stamps.learn(
            tx, claim.uri, claim.deed, claim.interacting, claim.target, giver[0]
        )
    )


async def prove(db: Database, fetcher: Fetcher, note: IncomingNote) -> None:
    """Look at the stamps that a fetched post names. It is kept without what cannot be had."""
    if not note.told.stamps:
        return
    for claim in await db.read(
        lambda tx: wanted(tx, note.id, note.told, note.reply_to, note.author)
    ):
        try:
            await learn(db, fetcher, claim)
        except WeftError as refused:
            log.info("stamps.without", uri=claim.uri, why=refused.cause or refused.text)


async def check_again(db: Database, fetcher: Fetcher) -> None:
    """Whether those elsewhere who agreed still do: some of the stamps that were not looked at for
    long. What is not there any more was taken back.
    """
    before = now_ms() - limits.STAMP_FRESH
    for stamp in await db.read(lambda tx: stamps.oldest(tx, before, limits.STAMPS_AT_ONCE)):
        await check(db, fetcher, stamp)


async def check(db: Database, fetcher: Fetcher, stamp: Stamp) -> None:
    """The same for one."""
    claim = Claim(stamp.uri, stamp.kind, stamp.interacting, stamp.target)
    try:
        stands = await learn(db, fetcher, claim) is not None
    except (Missing, Unbelievable, Malformed):
        stands = False
    except WeftError as refused:  # another time
        log.info("stamps.unchecked", uri=stamp.uri, why=refused.cause or refused.text)
        await db.write(lambda tx: stamps.checked(tx, stamp.id))
        return
    if not stands:
        await db.write(lambda tx: approvals.revoked(tx, stamp))


def wanted(tx: Tx, uri: str, told: Told, reply_to: str | None, author: str) -> list[Claim]:
    """The stamps that a post names, that matter here, and that were not looked at yet."""
    claims: list[Claim] = []
    named: dict[Deed, str | None] = {"quote": told.quote, "reply": reply_to}
    for deed, target in named.items():
        address = told.stamps.get(deed)
        if address is None or target is None:
            continue
        post = posts.by_uri(tx, target)
        if post is None or post.local or post.uri == author:
            continue
        if deed == "reply" and consent.of(post).reply == consent.EVERYONE:
            continue
        if not stamps.stands(tx, deed, uri, target, post.author_id):
            claims.append(Claim(address, deed, uri, target))
    return claims


def _too_late(tx: Tx, claim: Claim, giver_id: int) -> None:
    """Its author agreed, and took it back at once: what tells of that names a stamp unknown here."""
    request = interaction_requests.asked(tx, giver_id, claim.interacting)
    if request is not None and request.state == "pending":
        approvals.answered(tx, accounts.get(tx, giver_id), request, yes=False)


def _giver(tx: Tx, claim: Claim) -> tuple[int, str] | None:
    post = posts.by_uri(tx, claim.target)
    if post is None or post.local:
        return None
    author = accounts.by_id(tx, post.author_id)
    return (author.id, author.uri) if author is not None else None
