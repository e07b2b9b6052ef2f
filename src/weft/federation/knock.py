"""Knocking in the dialect that the other server speaks.

    known → that one      unknown → draft-cavage      answered 400 or 401 → once more in the other

Most servers understand only draft-cavage, so it comes first: trying RFC 9421 first would cost a
refused request at each of them. A host that signs with RFC 9421 itself, or that took the second
knock, is remembered (``peers.signature``). Of a host that refuses both, that is remembered for a
while: it means something else by it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType

from weft.federation import limits, peers, plain
from weft.federation.keys import Signer
from weft.federation.memory import Memory
from weft.moderation import domains
from weft.net.client import Client, Response
from weft.net.guard import OutboundRefused
from weft.net.signatures import Dialect, RequestSigner
from weft.store.database import Database

_OTHER: dict[Dialect, Dialect] = {"cavage": "rfc9421", "rfc9421": "cavage"}
_NOTHING: Mapping[str, str] = MappingProxyType({})
_NOT_UNDERSTOOD = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED})


class Knock:
    """Signed requests. One per server: it remembers who refused both dialects."""

    def __init__(self, db: Database, client: Client) -> None:
        self._db = db
        self._client = client
        self._in_vain: Memory[bool] = Memory(limits.KNOCK_IN_VAIN)

    async def post(
        self,
        url: str,
        body: bytes,
        content_type: str,
        signer: Signer,
        more: Mapping[str, str] = _NOTHING,
        first: Dialect | None = None,
    ) -> Response:
        """Deliver, with further headers; in the dialect ``first``, by who has just read it in ``peers``.
        Errors: OutboundRefused (never retry), OutboundFailed (retry later).
        """
        return await self._knock(
            url,
            signer,
            lambda signs: self._client.post(
                url, body, content_type, signer=signs, check=self._check
            ),
            more,
            first,
        )

    async def get(self, url: str, accept: str, timeout: float, signer: Signer | None) -> Response:
        """Fetch, unsigned without a ``signer``. Errors as for `post`."""
        check = self._check
        if signer is None:
            return await self._client.get(url, accept=accept, timeout=timeout, check=check)
        return await self._knock(
            url,
            signer,
            lambda signs: self._client.get(
                url, accept=accept, signer=signs, timeout=timeout, check=check
            ),
        )

    async def _check(self, url: str) -> None:
        """Nothing is asked where a redirect leads to a server that is kept out."""
        host = plain.host(url)
        if await self._db.glance(lambda tx: domains.is_refused(tx, host)):
            raise OutboundRefused(f"a redirect leads to {host}, which a rule keeps out")

    async def _knock(
        self,
        url: str,
        signer: Signer,
        ask: Callable[[RequestSigner], Awaitable[Response]],
        more: Mapping[str, str] = _NOTHING,
        first: Dialect | None = None,
    ) -> Response:
        host = plain.host(url)
        if first is None:
            first = await self._db.glance(lambda tx: peers.dialect(tx, host))
        answer = await ask(signer.requests(first, more))
        if answer.status not in _NOT_UNDERSTOOD or self._in_vain.get(host):
            return answer
        other = _OTHER[first]
        again = await ask(signer.requests(other, more))
        if again.status < HTTPStatus.BAD_REQUEST:
            await self._db.write(lambda tx: peers.speaks(tx, host, other))
        else:
            self._in_vain.put(host, value=True)
        return again
