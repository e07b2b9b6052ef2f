"""Who fetches from us: servers sign their requests with their own actor's key, or with a member's.

Whoever it is, what it is shown is the same for all its people: what one of them may see, its server
was or will be sent. Nothing is looked up for a server that is kept out.
"""

from __future__ import annotations

from weft.federation import plain
from weft.federation.discovery import Resolver
from weft.federation.request import InboxRequest
from weft.federation.senders import Senders, signature_of
from weft.kernel.errors import NotFound
from weft.moderation import domains
from weft.net.signatures import SignatureRejected
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Database


class Readers:
    """One per server. ``demanded``: unsigned requests are not answered (*authorized fetch*)."""

    def __init__(self, db: Database, resolver: Resolver, *, demanded: bool) -> None:
        self.demanded = demanded
        self._db = db
        self._senders = Senders(db.site, resolver)
        self._own = ""

    async def is_everybodys(self, path: str) -> bool:
        """Whether this is the server's own actor: others need its key to let us read anything, and
        would otherwise wait for us while we wait for them.
        """
        if not self._own:
            self._own = (await self._db.write(accounts.instance_actor)).uri
        return self._db.site.base + path == self._own

    async def is_kept_out(self, request: InboxRequest) -> bool:
        """Whether it says itself that it comes from a server that a rule keeps out: cheap, and
        believed, for nobody says so falsely.
        """
        try:
            host = plain.host(signature_of(request).key_id)
        except SignatureRejected:
            return False
        return await self._db.glance(lambda tx: domains.is_refused(tx, host))

    async def look(self, request: InboxRequest) -> Account:
        """The account that signed this request.

        Errors: SignatureRejected (401), KeyNotNow (503); NotFound for who is suspended here.
        """
        uri = await self._senders.signer(request, signature_of(request))
        reader = await self._db.read(lambda tx: accounts.by_uri(tx, uri))
        if reader is None or reader.local:
            raise SignatureRejected("by nobody of another server")
        if reader.suspended_at is not None:
            raise NotFound
        return reader
