"""The keys of local accounts: made when first needed, read once, kept ready to sign."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from msgspec import Struct

from weft.federation.vocabulary import CONTEXT, encode
from weft.net import cavage, proofs, rfc9421
from weft.net import keys as made
from weft.net.signatures import Dialect, RequestSigner
from weft.people import accounts, own_keys
from weft.people.model import Account
from weft.people.own_keys import OwnKeys
from weft.store.database import Database

READY_MAX = 1_024
"""Signers kept: the accounts that are active within minutes. Another costs a read."""
READY_S = 3_600.0
"""An account whose keys were replaced by the command line is forgotten at once by the job that tells
its followers; should that job be given up, its old key is used for no longer than this.
"""
_SIGNERS: dict[Dialect, type[cavage.Signer | rfc9421.Signer]] = {
    "cavage": cavage.Signer,
    "rfc9421": rfc9421.Signer,
}


class PublicKeys(Struct, frozen=True):
    """As an actor document shows them: PEM (RSA), and Multikey (Ed25519)."""

    pem: str
    multikey: str


class Signer(Struct, frozen=True):
    """Signs as one local account: requests with RSA, in either dialect, and documents with Ed25519."""

    key_id: str
    rsa: RSAPrivateKey
    proof_id: str
    ed25519: Ed25519PrivateKey
    read_at: float

    def requests(
        self, dialect: Dialect, more: Mapping[str, str] = MappingProxyType({})
    ) -> RequestSigner:
        """``more``: further headers, which are sent and signed."""
        return _SIGNERS[dialect](self.key_id, self.rsa, more)

    def proven(self, body: str, at: int) -> bytes:
        """An activity with its proof (FEP-8b32), made at a time in ms: the same bytes each time.
        What another did, and is passed on, as it is.
        """
        document = msgspec.json.decode(body)
        if document["actor"] != self.proof_id.partition("#")[0]:
            return body.encode()
        created = datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        document["@context"].insert(len(CONTEXT), proofs.CONTEXT)
        return encode(proofs.prove(document, self.ed25519, self.proof_id, created)).encode()


class Keys:
    """An AI at rest has no key; it gets one when somebody elsewhere first asks for it, or when
    it first has something to send there.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._ready: OrderedDict[int, Signer] = OrderedDict()
        self._instance: int | None = None

    async def signer(self, account_id: int) -> Signer:
        """Signs as a local account. Errors: NotFound."""
        ready = self._ready.get(account_id)
        if ready is None or time.monotonic() - ready.read_at > READY_S:
            account = await self._db.read(lambda tx: accounts.get(tx, account_id))
            own = await self._own(account_id)
            ready = Signer(
                account.key_id,
                made.private_key(own.private_pem),
                proof_key_id(account),
                made.ed25519(own.seed or ""),
                time.monotonic(),
            )
            self._ready[account_id] = ready
            if len(self._ready) > READY_MAX:
                self._ready.popitem(last=False)
        self._ready.move_to_end(account_id)
        return ready

    async def instance_signer(self) -> Signer:
        """Signs as the server itself: for everything that is fetched."""
        if self._instance is None:
            self._instance = (await self._db.write(accounts.instance_actor)).id
        return await self.signer(self._instance)

    async def public(self, account: Account) -> PublicKeys:
        """The public halves, as its actor document shows them."""
        own = await self._own(account.id)
        return PublicKeys(own.public_pem, made.multikey(made.ed25519(own.seed or "").public_key()))

    def forget(self, account_id: int) -> None:
        """Its keys were replaced: read them anew."""
        self._ready.pop(account_id, None)

    async def _own(self, account_id: int) -> OwnKeys:
        """The account's keys, both; what is missing is made."""
        own = await self._db.read(lambda tx: own_keys.of(tx, account_id))
        if own is not None and own.seed is not None:
            return own
        new = await asyncio.to_thread(new_keys) if own is None else own
        whole = OwnKeys(new.private_pem, new.public_pem, new.seed or made.generate_seed())
        # Another may have been first: what counts is what is kept.
        return await self._db.write(lambda tx: own_keys.put(tx, account_id, whole))


def new_keys() -> OwnKeys:
    """Takes 20-200 ms of CPU without the GIL: call it in a thread."""
    pair = made.generate()
    return OwnKeys(pair.private_pem, pair.public_pem, made.generate_seed())


def proof_key_id(account: Account) -> str:
    return f"{account.uri}#ed25519-key"
