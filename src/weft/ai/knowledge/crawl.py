"""Reading pages and feeds: the jobs ``ai.source`` (pool ``preview``) and ``ai.sources``.

By the guarded client only, within bounds of bytes and time, and only what the site's robots.txt lets us.
What comes is kept as plain text; nothing of a page is ever shown as it stands.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from urllib.parse import urlsplit

import structlog

from weft.ai.knowledge import feeds, own_posts, robots, sources
from weft.ai.knowledge.documents import Document, read
from weft.ai.knowledge.purse import Purses
from weft.ai.knowledge.sources import Source
from weft.kernel.clock import HOUR
from weft.kernel.errors import Invalid, WeftError
from weft.net.client import Client, OutboundFailed, OutboundPaced, Response
from weft.net.guard import OutboundRefused
from weft.store.database import Database
from weft.threads import signals
from weft.work.jobs import Job
from weft.work.runner import Handler, Retry

log = structlog.get_logger(__name__)

PAGE_BYTES = 2 * 1024 * 1024
"""As much as a document may have."""
PAGE_SECONDS = 20.0
TRIES = 5
"""Seven minutes; then it is read again when its time comes."""
ROBOTS_SECONDS = 3_600.0
"""How long a robots.txt is believed: well under the day that the RFC allows."""
ROBOTS_KEPT = 256
GONE_AFTER = 7 * 24 * HOUR
"""A page that was not found for so long is taken away, as one that says that it is gone."""
VALIDATOR_MAX = 300
_PAGE = (
    "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.8, application/pdf;q=0.7"
)
_FEED = "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.8, text/xml;q=0.8, */*;q=0.1"
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
}


class _NotAllowed(WeftError):
    """The site does not want it to be read by us."""


class _Gone(WeftError):
    """The page says that it is no more."""


class _Missing(WeftError):
    """Nothing is there now."""


class Crawler:
    """Reads sources. Used in one event loop."""

    def __init__(self, db: Database, client: Client) -> None:
        self._db = db
        self._client = client
        self._purses = Purses()
        self._robots: OrderedDict[str, tuple[float, str | None]] = OrderedDict()

    def handlers(self) -> dict[str, Handler]:
        """The kinds of job about sources."""
        return {
            sources.READ: Handler(self._read, attempts=TRIES),
            "ai.sources": Handler(self._sweep, every=HOUR),
        }

    async def _sweep(self, _: Job) -> None:
        while await self._db.write(sources.due):
            pass

    async def _read(self, job: Job) -> None:
        source_id = int(job.payload["source"])
        source = await self._db.read(lambda tx: sources.by_id(tx, source_id))
        if source is None or source.kind == "file":
            return
        if source.kind == "posts":
            await self._db.write(lambda tx: own_posts.take_all(tx, source_id))
            return
        try:
            await self._look(source)
        except _Gone as gone:
            await self._fail(source_id, gone.text, gone=True)
        except (OutboundPaced, Retry):
            raise
        except OutboundFailed as fault:
            if job.attempts < TRIES:
                raise
            await self._fail(source_id, fault.cause or fault.text)
        except _Missing as missing:
            last = source.fetched_at
            long_ago = last is not None and time.time() * 1000 - last > GONE_AFTER
            await self._fail(source_id, missing.text, gone=long_ago)
        except WeftError as fault:
            await self._fail(source_id, fault.cause or fault.text)

    async def _fail(self, source_id: int, why: str, *, gone: bool = False) -> None:
        log.info("ai.source_unread", source=source_id, why=why[:200])

        def write(tx: sources.Tx) -> None:
            found = sources.by_id(tx, source_id)
            if found is not None:
                sources.failed(tx, found, why, gone=gone)

        await self._db.write(write)

    async def _look(self, source: Source) -> None:
        async def may(url: str) -> None:
            if not await self._allowed(source.ai_id, url):
                raise _NotAllowed("Its robots.txt asks not to be read")

        await may(source.uri)
        answer = await self._get(
            source.ai_id,
            source.uri,
            accept=_FEED if source.kind == "feed" else _PAGE,
            etag=source.etag,
            modified=source.modified,
            check=may,
        )
        source_id = source.id
        if answer.status == 304 and (source.etag or source.modified):

            def same(tx: sources.Tx) -> None:
                found = sources.by_id(tx, source_id)
                if found is not None:
                    sources.unchanged(tx, found)

            await self._db.write(same)
            return
        _check(answer)
        title, found = await asyncio.to_thread(_documents, source, answer)
        etag, modified = (_validator(answer, name) for name in ("etag", "last-modified"))

        def write(tx: sources.Tx) -> None:
            # Taken away meanwhile: then nothing of it is kept.
            still = sources.by_id(tx, source_id)
            if still is not None:
                sources.took(
                    tx,
                    still,
                    found,
                    title=title,
                    etag=etag,
                    modified=modified,
                    whole=still.kind == "page",
                )

        await self._db.write(write)

    async def _get(self, ai_id: int, url: str, **more: object) -> Response:
        if wait := self._purses.pay(ai_id):
            delay = int(wait * 1000) + 1000
            raise Retry(delay, "this AI has read enough for this hour", count=False)
        answer = await self._client.get(
            url,
            max_bytes=PAGE_BYTES,
            timeout=PAGE_SECONDS,
            paced=True,
            **more,  # pyright: ignore[reportArgumentType] - named where it is called
        )
        self._purses.took(ai_id, len(answer.body))
        return answer

    async def _allowed(self, ai_id: int, url: str) -> bool:
        """Errors: OutboundFailed when the site cannot say so now (RFC 9309, 2.3.1.4)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        held = self._robots.get(origin)
        if held is None or held[0] < time.monotonic():
            held = (time.monotonic() + ROBOTS_SECONDS, await self._robots_of(ai_id, origin))
            self._robots[origin] = held
            self._robots.move_to_end(origin)
            while len(self._robots) > ROBOTS_KEPT:
                self._robots.popitem(last=False)
        path = parts.path or "/"
        return robots.allows(held[1] or "", f"{path}?{parts.query}" if parts.query else path)

    async def _robots_of(self, ai_id: int, origin: str) -> str | None:
        try:
            answer = await self._get(
                ai_id, f"{origin}/robots.txt", accept="text/plain", whole=False
            )
        except OutboundRefused:
            return None  # it leads to where we do not go: as if there were none
        if answer.status >= 500 or answer.status == 429:
            raise OutboundFailed(f"{origin}/robots.txt answered {answer.status}")
        if answer.status != 200:
            return None
        return answer.body[: robots.MAX_BYTES].decode("utf-8", "replace")


def _check(answer: Response) -> None:
    if answer.status == 410:
        raise _Gone("It says that it is gone")
    if answer.status == 429 or answer.status >= 500:
        raise OutboundFailed(f"It answered {answer.status}")
    if answer.status == 404:
        raise _Missing("It answered 404")
    if answer.status != 200:
        raise Invalid(f"It answered {answer.status}")
    if signals.NOAI in signals.read(answer.headers.get("x-robots-tag", "")):
        raise _NotAllowed("It asks AIs not to read it")


def _validator(answer: Response, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= VALIDATOR_MAX and value.isascii() and value.isprintable() else ""


def _documents(source: Source, answer: Response) -> tuple[str, list[Document]]:
    """(title, documents) in an answer. Errors: Invalid."""
    if source.kind == "feed":
        feed = feeds.read(answer.body, answer.url)
        return feed.title, [
            Document(
                entry.title or feed.title or source.uri,
                entry.url,
                entry.text,
                f"{source.uri}#{entry.id}",
            )
            for entry in feed.entries
        ]
    kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    ending = _ENDINGS.get(kind)
    if ending is None:
        raise Invalid("It is no page", cause=f"It is {kind[:80]}")
    one = read(_utf8(answer, ending), f"page{ending}", answer.url)
    if ending == ".html" and _asks_no_ai(answer.body):
        raise _NotAllowed("It asks AIs not to read it")
    title = one.title if one.title != "Page" else source.uri
    return title, [Document(title, answer.url, one.text, source.uri, one.rows)]


def _utf8(answer: Response, ending: str) -> bytes:
    charset = answer.headers.get("content-type", "").lower().partition("charset=")[2].strip("\"' ;")
    if ending == ".pdf" or not charset or charset in ("utf-8", "utf8"):
        return answer.body
    try:
        return answer.body.decode(charset, "replace").encode()
    except LookupError:
        return answer.body


def _asks_no_ai(body: bytes) -> bool:
    """``<meta name="robots" content="noai">`` in the head of a page."""
    from weft.ai.knowledge.html import robots_of

    return signals.NOAI in signals.read(robots_of(body[:65_536].decode("utf-8", "replace")))
