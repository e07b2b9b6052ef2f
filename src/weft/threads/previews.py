"""Fetching the pages behind links, for their cards: the jobs ``threads.preview`` (pool ``preview``)
and ``threads.sweep_cards``.

By the guarded client only, within small bounds, and what comes is kept as plain text and as a
picture that was decoded and written anew. Nothing of a page reaches a reader as it stands.
"""

from __future__ import annotations

import asyncio

from weft.kernel.clock import DAY
from weft.kernel.errors import WeftError
from weft.net.client import Check, Client, OutboundFailed
from weft.store.blobs import Blobs, Hand
from weft.store.database import Database
from weft.threads import cards, files, pictures, webpage
from weft.threads.cards import Image
from weft.threads.webpage import Facts
from weft.work.jobs import Job
from weft.work.runner import Handler

PAGE_BYTES = 1024 * 1024
"""The first of a page; its head is in there, even where large scripts stand before it."""
PAGE_SECONDS = 10.0
IMAGE_BYTES = 4 * 1024 * 1024
"""Pictures made for previews have about 200 kB; the rest is for those who send a photo as it is."""
IMAGE_SECONDS = 15.0
TRIES = 3
"""A page that is down for five minutes is not shown under a link."""
_HTML = ("text/html", "application/xhtml+xml")


class _Nothing(WeftError):
    """The page is there, but has nothing for a card."""


def handlers(db: Database, blobs: Blobs, client: Client, check: Check) -> dict[str, Handler]:
    """The kinds of job about cards. ``check`` raises for addresses of which nothing is shown."""

    async def preview(job: Job) -> None:
        card_id = int(job.payload["card"])
        url = await db.read(lambda tx: cards.due(tx, card_id))
        if url is None:
            return
        async with files.keeping(db, blobs) as hand:
            try:
                facts, image = await look(client, hand, url, check)
            except WeftError as fault:
                if isinstance(fault, OutboundFailed) and job.attempts < TRIES:
                    raise
                why = fault.cause or fault.text
                await db.write(lambda tx: cards.refuse(tx, card_id, why))
                return
            replaced = await db.write(lambda tx: cards.keep(tx, card_id, facts, image))
        await files.drop(db, blobs, replaced)

    async def sweep(_job: Job) -> None:
        await files.drop(db, blobs, await db.write(cards.sweep))

    return {
        "threads.preview": Handler(preview, attempts=TRIES),
        "threads.sweep_cards": Handler(sweep, every=DAY),
    }


async def look(client: Client, hand: Hand, url: str, check: Check) -> tuple[Facts, Image | None]:
    """What the page at ``url`` says of itself, and its picture, stored.

    Errors: OutboundFailed (try again), another WeftError (there is nothing for a card).
    """
    await check(url)
    page = await client.get(
        url,
        accept=", ".join(_HTML),
        max_bytes=PAGE_BYTES,
        timeout=PAGE_SECONDS,
        whole=False,
        paced=True,
        check=check,
    )
    if page.status == 429 or page.status >= 500:
        raise OutboundFailed(f"{url} answered {page.status}")
    kind = page.headers.get("content-type", "")
    if page.status != 200:
        raise _Nothing("nothing there", cause=f"answered {page.status}")
    if kind.partition(";")[0].strip().lower() not in _HTML:
        raise _Nothing("no page", cause=f"is {kind[:80]}")
    facts = await asyncio.to_thread(webpage.read, page.body, kind, page.url)
    if not facts.title or not facts.image:
        return facts, None
    return facts, await _picture(client, hand, facts.image, check)


async def _picture(client: Client, hand: Hand, url: str, check: Check) -> Image | None:
    """None when it cannot be had: the card is good without it."""
    try:
        await check(url)
        answer = await client.get(
            url,
            accept="image/*",
            max_bytes=IMAGE_BYTES,
            timeout=IMAGE_SECONDS,
            paced=True,
            check=check,
        )
        if answer.status != 200:
            return None
        return await asyncio.to_thread(_store, hand, answer.body)
    except WeftError:
        return None


def _store(hand: Hand, data: bytes) -> Image:
    made = pictures.preview(data)
    return Image(hand.put(made.original, made.format), made.width, made.height, made.blurhash)
