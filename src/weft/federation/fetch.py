"""Fetching documents from other servers, and believing only what they may say (FEP-fe34).

    signed GET by the server's own actor → is it ActivityStreams? → is its id where it came from?
      → if not: once more, from that id

A document is believed when it is served *under its own id*. Without that rule anybody could serve
somebody else's post, changed; and whoever may upload a file somewhere could speak for that server,
which is why the type of the answer counts too (Mastodon, GHSA-jhrq-qvrm-qr36).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from weft.federation import limits, plain
from weft.federation.keys import Signer
from weft.federation.knock import Knock
from weft.federation.memory import Memory
from weft.federation.plain import Json, Malformed
from weft.federation.purse import paid_by
from weft.kernel.clock import now_ms
from weft.kernel.errors import WeftError
from weft.kernel.site import Site
from weft.net.client import OutboundFailed, OutboundPaced, Response
from weft.net.guard import OutboundRefused
from weft.net.pace import Pace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
ACCEPT_JRD = "application/jrd+json, application/json"
_PROFILE = "https://www.w3.org/ns/activitystreams"


class Missing(WeftError):
    """The other server has no such thing, or does not show it to us. ``gone``: it said so for good
    (410, or a Tombstone); a 404 may be somebody's mistake.
    """

    status = 404

    def __init__(self, uri: str, why: str, *, gone: bool = False) -> None:
        super().__init__("Not found on the other server", cause=f"{uri}: {why}")
        self.gone = gone


class Hidden(Missing):
    """It may be there, but is not shown to us, or not asked for."""


class Unbelievable(WeftError):
    """What was served is not what was asked for, or not for this server to say."""

    status = 422

    def __init__(self, uri: str, why: str) -> None:
        super().__init__("The other server's answer cannot be used", cause=f"{uri}: {why}")


class Fetcher:
    """Gets documents. ``signer`` gives the signer of the server's own actor, with which ``knock``
    asks; ``refuses`` says with which hosts nothing is exchanged.
    """

    def __init__(
        self,
        knock: Knock,
        site: Site,
        signer: Callable[[], Awaitable[Signer]],
        refuses: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._knock = knock
        self._site = site
        self._signer = signer
        self._refuses = refuses
        self._hosts: Memory[asyncio.Semaphore] = Memory(3_600_000)
        self._pace = Pace(limits.FETCHES_A_MINUTE)
        self._paused: Memory[int] = Memory(limits.PAUSE)  # until when, ms
        self._missing: Memory[Missing] = Memory(limits.MISSING_FOR)

    async def document(self, uri: str, *, timeout: float = 20.0) -> Json:
        """The document with this id, or at this address. Its ``id`` is where it was served.

        Errors: Missing, Unbelievable, Malformed, OutboundRefused (do not retry); OutboundFailed
        (retry later).
        """
        asked = named = _without_fragment(uri)
        for _ in range(2):
            response = await self._get(asked, ACCEPT, timeout, signed=True)
            if not is_activity_json(response.headers.get("content-type", "")):
                raise Unbelievable(asked, "not ActivityStreams")
            document = plain.parse(response.body)
            if plain.kind(document) == "Tombstone":
                raise self._remember(Missing(asked, "a Tombstone", gone=True), asked)
            named = plain.uri(document)
            served = {_without_fragment(response.url), asked}
            if _without_fragment(named) in served and plain.same_origin(named, response.url):
                return document
            if not named:
                raise Malformed("the document has no id")
            asked = _without_fragment(named)
        raise Unbelievable(uri, f"served as {named}")

    async def jrd(self, url: str) -> Json:
        """A WebFinger answer (RFC 7033), unsigned. Errors as for `document`."""
        response = await self._get(url, ACCEPT_JRD, limits.INLINE_SECONDS, signed=False)
        return plain.parse(response.body)

    def forget(self, uri: str) -> None:
        """Ask again, although it was missing a moment ago."""
        self._missing.drop(_without_fragment(uri))

    def paused_for(self, host: str) -> int:
        """How long this host still wants to be left alone, in ms; 0 for one that does not."""
        until = self._paused.get(host)
        return max(until - now_ms(), 0) if until is not None else 0

    async def _get(self, url: str, accept: str, timeout: float, *, signed: bool) -> Response:
        host = plain.host(url)
        if not host or plain.same_origin(url, self._site.base):
            raise Unbelievable(url, "not an address on another server")
        if await self._refuses(host):
            raise Hidden(url, "a rule of this server keeps it out")
        known = self._missing.get(url)
        if known is not None:
            raise type(known)(url, known.cause, gone=known.gone)
        async with self._turn(host):
            if self.paused_for(host):
                raise OutboundFailed(f"{host} asked for a pause")
            if not self._pace.may(host):
                raise OutboundPaced(f"{host} was asked often enough for this minute")
            response = await self._paid(url, accept, timeout, signed=signed)
        self._check(response, url, host)
        return response

    async def _paid(self, url: str, accept: str, timeout: float, *, signed: bool) -> Response:
        """Ask; of the purse that this is done for. Errors besides: Spent."""
        purse = paid_by()
        if purse is not None:
            timeout = min(timeout, purse.pay(plain.host(url)))
        signer = await self._signer() if signed else None
        try:
            response = await self._knock.get(url, accept, timeout, signer)
        except OutboundRefused:
            if purse is not None:
                purse.took(limits.DOCUMENT_BYTES)  # mostly it was larger than that
            raise
        if purse is not None:
            purse.took(len(response.body))
        return response

    def _check(self, response: Response, url: str, host: str) -> None:
        status = response.status
        if status in {404, 410}:
            raise self._remember(Missing(url, str(status), gone=status == 410), url)
        if status in {401, 403, 406, 451}:
            raise self._remember(Hidden(url, f"not shown to us ({status})"), url)
        if status == 429 or (status == 503 and "retry-after" in response.headers):
            pause = _pause(response.headers.get("retry-after", ""))
            self._paused.put(host, now_ms() + pause, keep=pause)
        if status == 429 or status >= 500:
            raise OutboundFailed(f"{url} answered {status}")
        if status != 200:
            raise Unbelievable(url, f"answered {status}")

    def _remember(self, missing: Missing, url: str) -> Missing:
        self._missing.put(url, missing)
        return missing

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncGenerator[None]:
        """Not too many requests to one host at once."""
        turns = self._hosts.get(host)
        if turns is None:
            turns = asyncio.Semaphore(limits.FETCHES_PER_HOST)
            self._hosts.put(host, turns)
        async with turns:
            yield


def is_activity_json(content_type: str) -> bool:
    """Whether this names ActivityStreams, in either of its two ways (AS2, section 8.1.1)."""
    named, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if named == "application/activity+json":
        return True
    return named == "application/ld+json" and any(
        parameter.startswith("profile=") and _PROFILE in parameter for parameter in parameters
    )


def _without_fragment(uri: str) -> str:
    return uri.partition("#")[0]


def _pause(retry_after: str) -> int:
    """Milliseconds, from seconds; a date or nonsense gives the usual pause."""
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 8:
        return min(int(retry_after) * 1000, limits.PAUSE_MOST)
    return limits.PAUSE
