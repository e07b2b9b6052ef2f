"""The inbox: what strangers send, believed only after it was checked, answered only after it is kept.

    size → type → signature there? → JSON → could it matter? → whose key? → verify → once
      → its server's turn → done in one transaction, or kept as a job that fetches what is missing

The order is by price. Until the signature is verified nothing is written, and for the storms of
``Delete`` that a leaving account sends to the whole world nothing is even looked up (Mastodon answers
those the same way). The answer 202 means that the activity is done or durably kept; 401 that the
sender could not be believed; 503 that its key could not be had just now, or that it cannot be kept
just now: it will come again.

Signatures of JSON-LD are never trusted: three holes in one year were in trusting them. What one server
forwards for another is a hint, and the object is fetched from where it belongs; unless a proof of its
actor (FEP-8b32), made lately, covers the whole of it. A proof that is wrong refuses any activity.
"""

from __future__ import annotations

import time

import structlog
from sqlalchemy.exc import IntegrityError

from weft.federation import handlers, hints, limits, peers, plain, seen, synchronisation
from weft.federation.discovery import Resolver
from weft.federation.featured_tags import FeaturedTags
from weft.federation.forget import forget
from weft.federation.handlers import Act
from weft.federation.importing import Importing
from weft.federation.later import NOT_TO_BE_DONE, Later, keep_for_later, note_in
from weft.federation.memory import Memory
from weft.federation.plain import Json
from weft.federation.read_activity import IncomingActivity, read_activity
from weft.federation.read_note import IncomingNote
from weft.federation.request import InboxRequest
from weft.federation.senders import ActorGone, Senders, signature_of
from weft.federation.synchronise import Synchronise
from weft.federation.turns import Turns
from weft.kernel.errors import WeftError
from weft.moderation import domains
from weft.net.proofs import proof_in
from weft.net.signatures import Signature, SignatureRejected
from weft.people import accounts
from weft.store.database import Database, Tx
from weft.work.runner import Handler

log = structlog.get_logger(__name__)

DONE = 202
ABOUT_WHAT_WE_HAVE = frozenset(
    {"Update", "Delete", "Undo", "Accept", "Reject", "Move", "Add", "Remove"}
)
"""Of an actor who is unknown here these can concern nothing: answered without a look at the key."""
FORWARDED = frozenset({"Create", "Update", "Delete"})
"""What one server passes on for another: what happens in a thread that it hosts."""
ID_TRIES = 3
"""Posts of the same millisecond share 65,536 ids: once in a while two draw the same. And another process
may keep the same post or person just now. If it happens so often in a row, so many posts are of this one
millisecond that hardly an id is left: nothing was kept, and the sender comes again later.
"""
_TYPES = ("application/activity+json", "application/ld+json", "application/json")


class Inbox:
    """One per server."""

    def __init__(self, db: Database, resolver: Resolver) -> None:
        self._db = db
        self._resolver = resolver
        self._senders = Senders(db.site, resolver)
        self._turns = Turns()
        self._later = Later(db, resolver)
        self._errands = (
            Synchronise(db, resolver),
            Importing(db, resolver),
            FeaturedTags(db, resolver),
        )
        self._heard: Memory[bool] = Memory(limits.HEARD_FOR)
        self._modern: Memory[bool] = Memory(limits.DIALECT_FOR)

    def handlers(self) -> dict[str, Handler]:
        """The kinds of jobs of the way in. Pools: fetch, default."""
        found = self._later.handlers()
        for errand in self._errands:
            found |= errand.handlers()
        return found

    async def accept(self, request: InboxRequest) -> int:
        """The status to answer: 202, or 400, 401, 413, 415, 429, 503."""
        try:
            await self._accept(request)
        except WeftError as refused:
            log.info(
                "inbox.refused",
                status=refused.status,
                why=refused.cause or refused.text,
                signature=request.headers.get("signature", "")[:200],
            )
            return refused.status
        return DONE

    async def asking(self, request: InboxRequest) -> str:
        """Id of the actor who signed a request for a document. Errors: SignatureRejected (401), also
        for those with whom nothing is exchanged; KeyNotNow (503).
        """
        asker = await self._senders.asking(request)
        if await self._is_refused(asker):
            raise SignatureRejected("this server does not speak with yours")
        return asker

    async def _accept(self, request: InboxRequest) -> None:
        if len(request.body) > limits.DOCUMENT_BYTES:
            raise WeftError("Larger than 1 MB", 413)
        if not request.headers.get("content-type", "").lower().startswith(_TYPES):
            raise WeftError("Send ActivityStreams", 415)
        signature = signature_of(request)
        document = plain.parse(request.body)
        activity = read_activity(document)
        if handlers.find(activity) is None:
            return  # means nothing here, whoever sent it
        if await self._is_refused(activity.actor):
            return
        if activity.type in ABOUT_WHAT_WE_HAVE and not await self._is_known(activity.actor):
            return
        try:
            sender = await self._senders.verified(request, signature, activity.actor)
        except ActorGone:
            if activity.type == "Delete" and activity.object_id == activity.actor:
                await self._db.write(lambda tx: _forget(tx, activity.actor))
                return  # its own server says so: as good as a signature
            raise
        async with self._turns.of(plain.host(sender)):
            await self._learn_dialect(signature, sender)
            proof = proof_in(document)
            if proof is not None:
                await self._senders.proved(proof, activity.actor)
            if sender == activity.actor:
                await self._take(document, activity, note_in(activity))
                followers = request.headers.get(synchronisation.NAME)
                if followers is not None and signature.covers(synchronisation.NAME):
                    await self._compare(sender, followers)
            elif await self._is_refused(sender):
                return
            elif proof is not None and proof.is_recent(time.time()):
                await self._take(document, activity, note_in(activity))
            else:
                await self._take_hint(activity, sender)

    async def _is_refused(self, actor: str) -> bool:
        host = plain.host(actor)
        return await self._db.glance(lambda tx: domains.is_refused(tx, host))

    async def _is_known(self, uri: str) -> bool:
        return await self._db.glance(lambda tx: accounts.by_uri(tx, uri) is not None)

    async def _take(
        self, document: Json, activity: IncomingActivity, note: IncomingNote | None
    ) -> None:
        host = self._newly_heard(activity.actor)
        for left in range(ID_TRIES, 0, -1):
            try:
                await self._db.write(lambda tx: _do_or_keep(tx, document, activity, note, host))
                break
            except NOT_TO_BE_DONE as refused:
                log.info("inbox.not_done", type=activity.type, why=refused.cause or refused.text)
                break
            except IntegrityError as taken:
                if left == 1:
                    raise WeftError("Please send this again later", 503) from taken
        if activity.object_id == activity.actor:
            self._resolver.forget_keys(activity.actor)

    def _newly_heard(self, actor_uri: str) -> str:
        """The host, if it was silent for a while; "" if it was not."""
        host = plain.host(actor_uri)
        if self._heard.get(host):
            return ""
        self._heard.put(host, value=True)
        return host

    async def _learn_dialect(self, signature: Signature, sender: str) -> None:
        """Who signs by RFC 9421 understands it too, and is written to so from now on."""
        host = plain.host(sender)
        if signature.dialect == "rfc9421" and not self._modern.get(host):
            self._modern.put(host, value=True)
            await self._db.write(lambda tx: peers.speaks(tx, host, "rfc9421"))

    async def _compare(self, actor: str, header: str) -> None:
        """The other server says who it takes for the actor's followers here (FEP-8fcf)."""
        told = synchronisation.read_header(header)
        if told is not None and await self._db.read(
            lambda tx: synchronisation.differs(tx, actor, told)
        ):
            await self._db.write(lambda tx: synchronisation.look_later(tx, actor, told))

    async def _take_hint(self, activity: IncomingActivity, sender: str) -> None:
        """A server passed on what an actor of another one did."""
        uri = activity.object_id
        if activity.type not in FORWARDED or not plain.same_origin(uri, activity.actor):
            return
        host = self._newly_heard(sender)

        def keep(tx: Tx) -> None:
            if host:
                peers.heard_from(tx, host)
            if seen.first_time(tx, seen.mark("hint", activity.type, activity.id or uri)):
                hints.keep_hint(tx, activity.type, uri, plain.host(sender))

        await self._db.write(keep)


def _do_or_keep(
    tx: Tx, document: Json, activity: IncomingActivity, note: IncomingNote | None, host: str
) -> None:
    """Do a verified activity, once; or keep it for when what it needs is there."""
    if host:
        peers.heard_from(tx, host)
    actor = accounts.by_uri(tx, activity.actor)
    if actor is None or actor.local:
        return
    act = Act(actor, activity, note)
    if actor.suspended_at is not None or not seen.first_time(tx, seen.mark(actor.uri, act.uri)):
        return
    if handlers.handle(tx, act) is not None:
        keep_for_later(tx, actor, document)


def _forget(tx: Tx, uri: str) -> None:
    actor = accounts.by_uri(tx, uri)
    if actor is not None and not actor.local:
        forget(tx, actor)
