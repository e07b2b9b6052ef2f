"""Who sent a request, and who made a document: the actor whose key signed it, proved.

A key that is known costs a look into memory. A new one is fetched while the sender waits; since
strangers choose which, there are bounds to that: so many at once, so many per host, and after a
signature that failed one second look per actor and while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import urlsplit

from weft.federation import limits, plain
from weft.federation.discovery import Resolver
from weft.federation.fetch import Missing, Unbelievable
from weft.federation.memory import Memory, Quota
from weft.federation.plain import Malformed
from weft.federation.request import InboxRequest
from weft.kernel.errors import WeftError
from weft.kernel.site import Site
from weft.net import cavage, rfc9421
from weft.net.client import OutboundFailed
from weft.net.guard import OutboundRefused
from weft.net.keys import PublicKey, public_key
from weft.net.proofs import Proof
from weft.net.signatures import Signature, SignatureMismatch, SignatureRejected

T = TypeVar("T")


class KeyNotNow(WeftError):
    """The key could not be had just now: the sender keeps the message and comes again."""

    status = 503

    def __init__(self, cause: str) -> None:
        super().__init__("Your key could not be fetched just now", cause=cause)


class ActorGone(SignatureRejected):
    """There is no key because its actor is gone, as its own server says (410)."""


class Senders:
    """Verifies. One per server."""

    def __init__(self, site: Site, resolver: Resolver) -> None:
        self._resolver = resolver
        here = urlsplit(site.base)
        self._scheme = here.scheme
        self._hosts = frozenset({here.netloc.lower(), site.domain.lower()})
        self._lookups = Quota(limits.KEY_LOOKUPS_PER_HOST, limits.KEY_LOOKUPS_IN)
        self._looked: Memory[bool] = Memory(limits.KEY_REFRESH_AFTER)
        self._owners: Memory[str] = Memory(limits.KEY_OWNERS_FOR)
        self._looking = 0

    async def verified(self, request: InboxRequest, signature: Signature, actor_uri: str) -> str:
        """Id of the actor who signed the request: ``actor_uri``, or somebody who forwards it.

        Errors: SignatureRejected (401), ActorGone (401), KeyNotNow (503).
        """
        key_id = signature.key_id

        def check(key: PublicKey) -> None:
            signature.verify(request, key, time.time(), scheme=self._scheme, hosts=self._hosts)

        with _refusing(key_id):
            owner = actor_uri
            if not plain.same_origin(key_id, actor_uri):
                owner = await self._look(key_id, lambda: self._resolver.owner_of(key_id))
            await self._verify(owner, key_id, check)
        return owner

    async def asking(self, request: InboxRequest) -> str:
        """Id of the actor who signed a request for a document, mostly a server's own. Errors: as for
        `verified`; SignatureRejected for none.
        """
        signature = signature_of(request)
        # Mostly the key's id is the actor's with something behind it; whose it really is, the
        # actor's own document says.
        actor_uri = signature.key_id.partition("#")[0].removesuffix("/main-key")
        return await self.verified(request, signature, actor_uri)

    async def signer(self, request: InboxRequest, signature: Signature) -> str:
        """Id of the actor who signed a request that names none. Errors: as for `verified`."""
        key_id = signature.key_id
        owner, fragment, _ = key_id.partition("#")
        if not fragment:
            owner = self._owners.get(key_id) or ""
        if not owner:
            with _refusing(key_id):
                owner = await self._look(key_id, lambda: self._resolver.owner_of(key_id))
            self._owners.put(key_id, owner)
        return await self.verified(request, signature, owner)

    async def proved(self, proof: Proof, actor_uri: str) -> None:
        """Whether this actor made the document with this proof. Errors: as for `verified`."""
        if not plain.same_origin(proof.method, actor_uri):
            raise SignatureRejected("the proof is another's than the actor's")
        with _refusing(proof.method):
            await self._verify(
                actor_uri, proof.method, lambda key: proof.verify(key, time.time()), proves=True
            )

    async def _verify(
        self, owner: str, key_id: str, check: Callable[[PublicKey], None], *, proves: bool = False
    ) -> None:
        # Whoever forwards bad proofs of somebody must not keep us from seeing his new key.
        looked = f"{owner} proves" if proves else owner
        key = await self._resolver.known_key(owner, key_id, proves=proves)
        if key is not None:
            try:
                check(public_key(key.pem))
            except SignatureMismatch:
                # Perhaps the key is new; but not every bad signature may become a request of ours.
                if self._looked.get(looked):
                    raise
            else:
                return
        elif self._looked.get(looked):
            raise SignatureRejected(f"no key {key_id[:200]} a moment ago")
        try:
            fresh = await self._look(
                owner, lambda: self._resolver.key(owner, key_id, proves=proves)
            )
        except (OutboundFailed, TimeoutError, KeyNotNow):
            raise
        except WeftError:
            self._looked.put(looked, value=True)
            raise
        try:
            check(public_key(fresh.pem))
        except SignatureMismatch:
            self._looked.put(looked, value=True)
            raise

    async def _look(self, address: str, look: Callable[[], Awaitable[T]]) -> T:
        """Fetch something while the sender waits."""
        if self._looking >= limits.INLINE_LOOKUPS or not self._lookups.take(plain.host(address)):
            raise KeyNotNow(f"too many look-ups at {address}")
        self._looking += 1
        try:
            async with asyncio.timeout(limits.INLINE_SECONDS):
                return await look()
        finally:
            self._looking -= 1


@contextmanager
def _refusing(key_id: str) -> Generator[None]:
    """What went wrong in looking for a key, as the sender is to be told."""
    try:
        yield
    except (OutboundFailed, TimeoutError) as failed:
        raise KeyNotNow(f"{key_id}: {failed!r}") from failed
    except Missing as missing:
        refusal = ActorGone if missing.gone else SignatureRejected
        raise refusal(f"no key {key_id[:200]} ({missing.cause})") from missing
    except (Unbelievable, Malformed, OutboundRefused) as refused:
        raise SignatureRejected(f"no usable key {key_id[:200]} ({refused.cause})") from refused


def signature_of(request: InboxRequest) -> Signature:
    """In whichever dialect it is: ``Signature-Input`` (RFC 9421); ``Signature``, or the same in
    ``Authorization`` (draft-cavage-12, section 3). Errors: SignatureRejected.
    """
    header = request.headers.get("signature", "")
    told = request.headers.get("signature-input")
    if told is not None:
        return rfc9421.parse_signature(told, header)
    if not header:
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        header = rest if scheme.lower() == "signature" else ""
    if not header:
        raise SignatureRejected("there is none")
    return cavage.parse_signature(header)
