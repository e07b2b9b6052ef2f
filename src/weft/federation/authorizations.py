"""Looking at the stamp by which somebody elsewhere agreed to something.

A stamp is believed when it is served under its own id (``fetch`` sees to that, redirects included),
by the server of whoever gave it, and names exactly this doing, this post and its author. That one
address equals another was not enough twice in Mastodon: GHSA-q4g8-82c5-9h33, GHSA-8h43-rcqj-wpc6.
"""

from __future__ import annotations

import structlog
from msgspec import Struct

from weft.federation import limits, plain
from weft.federation.fetch import Fetcher, Hidden, Missing
from weft.federation.plain import Json
from weft.federation.read_consent import Told
from weft.federation.read_note import IncomingNote
from weft.kernel.clock import now_ms
from weft.kernel.errors import WeftError
from weft.people import accounts
from weft.store.database import Database, Tx
from weft.threads import approvals, consent, interaction_requests, posts, stamps
from weft.threads.model import Deed
from weft.threads.stamps import Stamp
from weft.work import jobs
from weft.work.jobs import NewJob

TYPES: dict[Deed, tuple[str, ...]] = {
    # GoToSocial's documentation says Approval, its server and FEP-044f say Authorization.
    "like": ("LikeAuthorization", "LikeApproval"),
    "reply": ("ReplyAuthorization", "ReplyApproval"),
    "announce": ("AnnounceAuthorization", "AnnounceApproval"),
    "quote": ("QuoteAuthorization",),
}

CHECK = "federation.check_stamp"

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
    long.
    """
    before = now_ms() - limits.STAMP_FRESH
    for stamp in await db.read(lambda tx: stamps.oldest(tx, before, limits.STAMPS_AT_ONCE)):
        await check(db, fetcher, stamp)


async def check(db: Database, fetcher: Fetcher, stamp: Stamp) -> bool:
    """The same for one; False when it could not be found out.

    It was taken back if its own server says that there is none (404, 410, a Tombstone), or shows
    there something else of ActivityStreams. A server that is down, shows a page instead or wants to
    know who asks has said nothing.
    """
    if stamp.kind == "feature":
        return True  # none is kept of others
    claim = Claim(stamp.uri, stamp.kind, stamp.interacting, stamp.target)
    if await db.read(lambda tx: _giver(tx, claim)) is None:
        await db.write(lambda tx: stamps.checked(tx, stamp.id))
        return True  # what it was for is gone
    try:
        stands = await learn(db, fetcher, claim) is not None
    except WeftError as refused:
        if not isinstance(refused, Missing) or isinstance(refused, Hidden):
            log.info("stamps.unchecked", uri=stamp.uri, why=refused.cause or refused.text)
            await db.write(lambda tx: stamps.checked(tx, stamp.id))
            return False
        stands = False
    if not stands:
        await db.write(lambda tx: approvals.revoked(tx, stamp))
    return True


def doubt(tx: Tx, uri: str) -> None:
    """Somebody, anybody, says that a stamp was taken back: it is looked at, but however many say so,
    once in a while.
    """
    stamp = stamps.by_uri(tx, uri)
    if stamp is None or stamp.revoked_at is not None or plain.same_origin(uri, tx.site.base):
        return
    rest = max(stamp.checked_at + limits.STAMP_REST - tx.now, 0)
    job = NewJob(CHECK, {"stamp": stamp.id}, key=f"{CHECK}:{stamp.id}", pool="fetch", delay=rest)
    jobs.enqueue(tx, job)


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
