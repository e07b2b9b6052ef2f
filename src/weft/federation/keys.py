"""The keys of local accounts: made when first needed, read once, kept ready to sign."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from weft.net import keys as rsa
from weft.net.cavage import Signer
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Database

READY_MAX = 1_024
"""Signers kept: the accounts that are active within minutes. Another costs a read."""


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
        if ready is None:
            account, pem = await self._with_key(account_id)
            ready = Signer(account.key_id, rsa.private_key(pem))
            self._ready[account_id] = ready
            if len(self._ready) > READY_MAX:
                self._ready.popitem(last=False)
        else:
            self._ready.move_to_end(account_id)
        return ready

    async def instance_signer(self) -> Signer:
        """Signs as the server itself: for everything that is fetched."""
        if self._instance is None:
            self._instance = (await self._db.write(accounts.instance_actor)).id
        return await self.signer(self._instance)

    async def public_pem(self, account: Account) -> str:
        """The public half, as its actor document shows it."""
        if account.public_key:
            return account.public_key
        return (await self._with_key(account.id))[0].public_key

    async def _with_key(self, account_id: int) -> tuple[Account, str]:
        account = await self._db.read(lambda tx: accounts.get(tx, account_id))
        pem = await self._db.read(lambda tx: accounts.private_key(tx, account_id))
        if pem is not None and account.public_key:
            return account, pem
        pair = await asyncio.to_thread(rsa.generate)

        await self._db.write(
            lambda tx: accounts.put_key(tx, account_id, pair.private_pem, pair.public_pem)
        )
        # Another may have been first: what counts is what is kept.
        account = await self._db.read(lambda tx: accounts.get(tx, account_id))
        kept = await self._db.read(lambda tx: accounts.private_key(tx, account_id))
        return account, kept or pair.private_pem
