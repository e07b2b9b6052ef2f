"""The one guarded way out: every request that Weft makes to another server passes here.

    check the URL → resolve → check every address → connect to one of them and no other
      → sign → send → redirected? the same again, from the start → read within bounds

Pinning is what makes the check hold: the socket is opened to an address that was checked, never to a
name that could resolve differently a moment later, and the socket factory looks once more.
"""

import asyncio
import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import aiohttp
from yarl import URL

from weft.kernel.errors import WeftError
from weft.net.guard import Guard, OutboundRefused
from weft.net.pace import Pace
from weft.net.resolver import GuardedResolver
from weft.net.signatures import RequestSigner

# An ActivityPub document, and Mastodon's own bound for one. Callers who want media say more.
MAX_DOCUMENT = 1024 * 1024
# Of an answer to a delivery only the status counts; this much is kept to explain a refusal.
MAX_POST_ANSWER = 16 * 1024
# The whole request with its redirects. A slow small server answers in 5 s; a job tries again later.
TOTAL_SECONDS = 20.0
CONNECT_SECONDS = 8.0
# A download of gigabytes takes as long as it takes, but a line this long silent is dead.
STALL_SECONDS = 30.0
# http → https, bare domain → www, and one to spare.
MAX_REDIRECTS = 3
# Sockets in use at once: far more than the 64 that reach 200 slow servers in a second, and far under
# the 1,024 files that many systems allow a process.
MAX_SOCKETS = 256
# One server gets no more of our requests at once than a browser's would be.
MAX_SOCKETS_PER_HOST = 4
# Most servers keep an idle connection at least this long, and a conversation comes in bursts.
KEEP_SECONDS = 15.0
# A post to 10,000 servers in 12 s must not leave 10,000 sockets open: what goes beyond this many
# servers in KEEP_SECONDS is closed after its answer.
MAX_KEPT_HOSTS = 256
# A name's addresses, checked once, serve for this long.
DNS_CACHE_SECONDS = 60
DNS_CACHE_NAMES = 2048
# Of one host, where strangers choose the address: a timeline that is seen for the first time shows some
# hundred pictures of a large one, and a small one answers five requests a second from memory.
PACED_A_MINUTE = 300
_CHUNK = 64 * 1024

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# After the others a POST would become a GET, by tradition: an undelivered delivery.
_REDIRECTS_OF_POST = frozenset({307, 308})


Check = Callable[[str], Awaitable[None]]
"""Looks at the address to which a redirect leads before that is asked; raises to have it left alone."""


class OutboundFailed(WeftError):
    """The other server could not be reached, or broke off. Trying again later may help."""

    status = 503

    def __init__(self, cause: str) -> None:
        super().__init__("The other server did not answer", cause=cause)


class OutboundPaced(OutboundFailed):
    """This server has asked that one often enough for this minute."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whatever its status. ``url`` is the one that answered, after redirects.

    ``headers`` have lower-case names; a repeated one is joined by ``", "``.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


class Coming:
    """An answer whose body is still on its way; ``status`` and ``url`` as in `Response`. ``length``: of
    the body, in bytes, as its server says; None where it says nothing or sends it compressed.
    """

    def __init__(self, answer: aiohttp.ClientResponse, url: str, max_bytes: int) -> None:
        self.status = answer.status
        self.url = url
        plain = "Content-Encoding" not in answer.headers
        self.length = answer.content_length if plain else None
        self._answer = answer
        self._max_bytes = max_bytes

    async def parts(self) -> AsyncIterator[bytes]:
        """The decoded body, as it arrives. Errors: OutboundRefused when it is longer than allowed."""
        size = 0
        async for part in self._answer.content.iter_chunked(_CHUNK):
            size += len(part)
            if size > self._max_bytes:
                raise OutboundRefused(f"{self.url} is larger than {self._max_bytes} bytes")
            yield part


class Client:
    """Fetches and delivers. Made inside a running event loop, used there, and closed there.

    ``resolve`` maps host names to addresses ahead of DNS, and ``ca_file`` adds a certificate
    authority (PEM); both are for tests and private networks, and neither gets past the guard.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        guard: Guard | None = None,
        resolve: Mapping[str, str] | None = None,
        ca_file: str | None = None,
    ) -> None:
        self._guard = guard or Guard()
        self._resolver = GuardedResolver(self._guard, dict(resolve or {}))
        self._tls = ssl.create_default_context()
        if ca_file is not None:
            self._tls.load_verify_locations(ca_file)
        self._keeping = self._session(user_agent, self._connector(keep=True))
        self._closing = self._session(user_agent, self._connector(keep=False))
        self._kept: OrderedDict[URL, float] = OrderedDict()
        self._pace = Pace(PACED_A_MINUTE)

    async def get(
        self,
        url: str,
        *,
        accept: str,
        signer: RequestSigner | None = None,
        max_bytes: int = MAX_DOCUMENT,
        timeout: float = TOTAL_SECONDS,
        whole: bool = True,
        paced: bool = False,
        etag: str = "",
        modified: str = "",
        check: Check | None = None,
    ) -> Response:
        """Fetch ``url``, at most ``max_bytes`` of it after decompression, in ``timeout`` seconds.
        ``whole=False``: of what is larger the beginning will do. ``paced``: a stranger chose the
        address, so no host is asked too often, wherever it redirects to. ``etag``, ``modified``: ETag
        and Last-Modified of what is had already; where it is still that, the answer is 304 (RFC 9110, 13.1).
        ``check``: of redirects.

        Raises `OutboundRefused` (never retry) or `OutboundFailed` (retry later). A status of 400 or
        above is an answer, not an error.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {"Accept": accept, **{name: value for name, value in known.items() if value}}
        request = _Request("GET", headers, None, signer, _REDIRECTS, paced, check)
        response, complete = await self._send(request, url, max_bytes, timeout)
        if whole and not complete:
            raise OutboundRefused(f"{response.url} is larger than {max_bytes} bytes")
        return response

    @asynccontextmanager
    async def open(
        self,
        url: str,
        *,
        accept: str,
        max_bytes: int,
        timeout: float,
        check: Check | None = None,
    ) -> AsyncGenerator[Coming]:
        """Fetch what is too large to be held in memory; within ``timeout`` seconds from here to the
        end of the block. Paced, unsigned, redirects followed. Errors as for `get`; do not let an
        OSError of your own leave the block.
        """
        request = _Request("GET", {"Accept": accept}, None, None, _REDIRECTS, True, check)
        async with _budget(url, timeout), self._last_answer(request, url) as (answer, here):
            yield Coming(answer, str(here), max_bytes)

    async def post(
        self,
        url: str,
        body: bytes,
        content_type: str,
        *,
        headers: Mapping[str, str] | None = None,
        signer: RequestSigner | None = None,
        timeout: float = TOTAL_SECONDS,
        max_bytes: int = MAX_POST_ANSWER,
        check: Check | None = None,
    ) -> Response:
        """Send ``body`` to ``url``, with further ``headers``. Errors as for `get`.

        A redirect that would drop the body is not followed but returned. Of the answer's body the
        first ``max_bytes`` are kept: too long an answer does not undo a delivery.
        """
        told = {"Content-Type": content_type, **(headers or {})}
        request = _Request("POST", told, body, signer, _REDIRECTS_OF_POST, check=check)
        response, _whole = await self._send(request, url, max_bytes, timeout)
        return response

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        max_bytes: int = MAX_DOCUMENT,
        timeout: float = TOTAL_SECONDS,
    ) -> Response:
        """Any method with any headers, as an app of an API needs it. Errors as for `get`.

        No redirect is followed: a token must not travel to where it was not sent.
        """
        request = _Request(method, dict(headers), body, None, frozenset())
        response, whole = await self._send(request, url, max_bytes, timeout)
        if not whole:
            raise OutboundRefused(f"{response.url} is larger than {max_bytes} bytes")
        return response

    async def download(
        self,
        url: str,
        to: Path,
        *,
        max_bytes: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Fetch ``url`` into the file ``to``, going on where that ends when the server can.

        Returns the file's size. ``progress(have, whole)`` is called as it grows, in bytes; ``whole``
        is 0 when the server does not say. There is no bound on the whole time, but the download
        fails when nothing comes for `STALL_SECONDS`. Raises `OutboundRefused` for more than
        ``max_bytes`` and for a status of 400 to 499, else `OutboundFailed`; what has come is kept.
        """
        have = _size_of(to)
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        request = _Request("GET", headers, None, None, _REDIRECTS)
        patience = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=STALL_SECONDS
        )
        async with _budget(url, None):
            here = self._guard.check_url(url)
            for _ in range(MAX_REDIRECTS + 1):
                async with self._session_for(here).get(
                    here, headers=request.headers, allow_redirects=False, timeout=patience
                ) as answer:
                    there = self._redirect(answer, here, request.redirects)
                    if there is None:
                        return await _save(answer, to, have, max_bytes, progress)
                here = there
        raise OutboundRefused(f"{url} redirects more than {MAX_REDIRECTS} times")

    def check_url(self, url: str) -> None:
        """Raise `OutboundRefused` for an address that would be refused by its looks alone."""
        self._guard.check_url(url)

    async def close(self) -> None:
        """Close every connection. What is still under way fails."""
        await self._keeping.close()
        await self._closing.close()
        await self._resolver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _send(
        self, request: "_Request", url: str, max_bytes: int, timeout: float
    ) -> tuple[Response, bool]:
        """The last answer, and whether its body is whole."""
        async with _budget(url, timeout), self._last_answer(request, url) as (answer, here):
            body, whole = await _read(answer, max_bytes)
            return Response(answer.status, str(here), _headers(answer), body), whole

    @asynccontextmanager
    async def _last_answer(
        self, request: "_Request", url: str
    ) -> AsyncGenerator[tuple[aiohttp.ClientResponse, URL]]:
        """The answer at the end of the redirects, its body not read yet, and who gave it."""
        here = self._guard.check_url(url)
        for _ in range(MAX_REDIRECTS + 1):
            if request.paced and not self._pace.may(here.host or ""):
                raise OutboundPaced(f"{here.host} was asked often enough for this minute")
            async with self._session_for(here).request(
                request.method,
                here,
                headers=request.headers_for(here),
                data=request.body,
                allow_redirects=False,
            ) as answer:
                there = self._redirect(answer, here, request.redirects)
                if there is None:
                    yield answer, here
                    return
            if request.check is not None:
                await request.check(str(there))
            here = there
        raise OutboundRefused(f"{url} redirects more than {MAX_REDIRECTS} times")

    def _redirect(
        self, answer: aiohttp.ClientResponse, here: URL, statuses: frozenset[int]
    ) -> URL | None:
        """Where the answer sends us, checked like any address; None when it is final."""
        location = answer.headers.get("Location")
        if answer.status not in statuses or not location:
            return None
        try:
            there = self._guard.check_url(str(here.join(URL(location))))
        except ValueError as error:
            raise OutboundRefused(f"{here} redirects to no address: {error}") from None
        if here.scheme == "https" and there.scheme != "https":
            raise OutboundRefused(f"{here} redirects to plain http")
        return there

    def _session_for(self, url: URL) -> aiohttp.ClientSession:
        """Keep the connection when the server was met lately, or when there is room for another."""
        now, origin = time.monotonic(), url.origin()
        while self._kept and next(iter(self._kept.values())) < now - KEEP_SECONDS:
            self._kept.popitem(last=False)
        if origin not in self._kept and len(self._kept) >= MAX_KEPT_HOSTS:
            return self._closing
        self._kept[origin] = now
        self._kept.move_to_end(origin)
        return self._keeping

    def _connector(self, *, keep: bool) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            resolver=self._resolver,
            ssl=self._tls,
            limit=MAX_SOCKETS,
            limit_per_host=MAX_SOCKETS_PER_HOST,
            ttl_dns_cache=DNS_CACHE_SECONDS,
            dns_cache_max_size=DNS_CACHE_NAMES,
            socket_factory=self._socket,
            force_close=not keep,
            keepalive_timeout=KEEP_SECONDS if keep else None,
        )

    def _socket(self, info: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, address = info
        self._guard.check_address(str(address[0]))
        return socket.socket(family, kind, protocol)

    @staticmethod
    def _session(user_agent: str, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            headers={"User-Agent": user_agent},
            cookie_jar=aiohttp.DummyCookieJar(),
            # The whole is timed by `_budget`, over all redirects.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        )


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    headers: dict[str, str]
    body: bytes | None
    signer: RequestSigner | None
    redirects: frozenset[int]
    paced: bool = False
    check: Check | None = None

    def headers_for(self, url: URL) -> dict[str, str]:
        if self.signer is None:
            return self.headers
        content_type = self.headers.get("Content-Type", "")
        return self.headers | self.signer.headers(
            self.method, str(url), time.time(), body=self.body, content_type=content_type
        )


@asynccontextmanager
async def _budget(url: str, seconds: float | None) -> AsyncGenerator[None]:
    """Bounds the time, and turns whatever the network throws into `OutboundFailed`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
        raise OutboundFailed(f"{url}: {type(error).__name__} {error}") from error


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> tuple[bytes, bool]:
    """The decoded body, and whether that is all of it.

    aiohttp decompresses as we read, in bounded steps, so a bomb is left after its first ones; and a
    connection that is left before its end is closed, not kept.
    """
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_chunked(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > max_bytes:
            return b"".join(parts)[:max_bytes], False
    return b"".join(parts), True


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def _save(
    answer: aiohttp.ClientResponse,
    to: Path,
    have: int,
    max_bytes: int,
    progress: Callable[[int, int], None] | None,
) -> int:
    """The body at the end of the file, or instead of it when the server sends all from the start."""
    if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
        return have  # there is nothing after what we have
    if answer.status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
        cause = f"{answer.url} answered {answer.status}"
        if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise OutboundRefused(cause)
        raise OutboundFailed(cause)
    begins = f"bytes {have}-"
    if answer.status == HTTPStatus.OK or not answer.headers.get("Content-Range", "").startswith(
        begins
    ):
        if answer.status == HTTPStatus.PARTIAL_CONTENT:
            raise OutboundFailed(f"{answer.url} answered another range than asked")
        have = 0
    whole = have + (answer.content_length or 0) if answer.content_length else 0
    if whole > max_bytes:
        raise OutboundRefused(f"{answer.url} is larger than {max_bytes} bytes")
    with to.open("r+b" if have else "wb") as file:
        file.seek(have)
        async for part in answer.content.iter_chunked(_CHUNK):
            have += len(part)
            if have > max_bytes:
                raise OutboundRefused(f"{answer.url} is larger than {max_bytes} bytes")
            file.write(part)
            if progress:
                progress(have, whole)
    return have


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in answer.headers.items():
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
