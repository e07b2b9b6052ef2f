"""Pages and feeds are read from real servers: again only when they changed, and only where we may."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from tests.ai.town import Town
from tests.net.hostile import serving
from weft.ai import documents
from weft.ai.knowledge import crawl, own_posts, purse, sources
from weft.ai.knowledge.sources import Source
from weft.kernel.clock import DAY, HOUR
from weft.net.client import Client, OutboundFailed
from weft.net.guard import Guard
from weft.people.model import Account
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import Retry

pytestmark = pytest.mark.anyio

PAGE = "<html><head><title>Hours</title></head><body><h1>Open</h1><p>From nine to five.</p></body>"


class Site:
    """A server of pages; ``asked`` is what it was asked for, with its validators."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.asked: list[tuple[str, str, str]] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        told = request.headers
        self.asked.append(
            (request.path, told.get("If-None-Match", ""), told.get("If-Modified-Since", ""))
        )
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404)
        return (
            page(request) if callable(page) else web.Response(text=page, content_type="text/html")
        )

    def count(self, path: str) -> int:
        return sum(1 for one in self.asked if one[0] == path)


class Walk:
    """An AI, a site, and the crawler between them."""

    def __init__(self, town: Town, ai: Account, site: Site, port: int, crawler: Any) -> None:
        self.db = town.db
        self.ai = ai
        self.site = site
        self.base = f"http://127.0.0.1:{port}"
        self._read = crawler.handlers()[sources.READ].run

    def follow(self, path: str, kind: Any = "page", **more: Any) -> Source:
        url = path if path.startswith("http") else self.base + path
        return self.db.write_now(lambda tx: sources.follow(tx, self.ai.id, kind, url, **more))

    async def read(self, source: Source, attempts: int = 1) -> Source:
        job = Job(1, sources.READ, None, {"source": source.id}, attempts, "x", 0)
        await self._read(job)
        found = self.db.read_now(lambda tx: sources.by_id(tx, source.id))
        assert found is not None
        return found

    def texts(self) -> dict[str, str]:
        found = self.db.read_now(lambda tx: documents.of(tx, self.ai.id))
        return {one.source: one.text for one in found}

    def version(self) -> int:
        return self.db.read_now(lambda tx: tx.scalar(documents._VERSION, ai=self.ai.id))


@pytest.fixture
def ai(town: Town) -> Account:
    return town.ai(town.house.person("ada"), "crumb")


@asynccontextmanager
async def walking(town: Town, ai: Account, **guard: Any) -> AsyncIterator[Walk]:
    site = Site()
    async with (
        serving(site.answer) as port,
        Client(
            user_agent="Weft/test",
            guard=Guard(guard.get("allow", ["127.0.0.1/32"]), allow_http=True),
            resolve={"inside.example": "10.0.0.1"},
        ) as client,
    ):
        yield Walk(town, ai, site, port, crawl.Crawler(town.db, client))


async def test_a_page_is_read_again_only_when_it_changed(town: Town, ai: Account) -> None:
    async with walking(town, ai) as walk:
        since = "Mon, 23 Nov 2026 08:00:00 GMT"

        def page(request: web.Request) -> web.Response:
            if request.headers.get("If-None-Match") == '"1"':
                return web.Response(status=304)
            told = {"ETag": '"1"', "Last-Modified": since}
            return web.Response(text=PAGE, content_type="text/html", headers=told)

        walk.site.pages["/hours"] = page
        source = await walk.read(walk.follow("/hours"))
        assert (source.state, source.title, source.etag) == ("ready", "Hours", '"1"')
        assert source.next_at is not None
        assert source.fetched_at is not None
        assert source.next_at - source.fetched_at == DAY
        (text,) = walk.texts().values()
        assert "From nine to five." in text

        before = walk.version()
        again = await walk.read(source)
        assert walk.site.asked[-1] == ("/hours", '"1"', since)
        assert again.state == "ready"
        assert walk.version() == before  # nothing changed: nobody wakes for it

        walk.site.pages["/hours"] = PAGE.replace("nine", "ten")
        await walk.read(source)
        assert "From ten" in next(iter(walk.texts().values()))
        assert walk.version() == before + 1


async def test_a_page_that_is_gone_leaves_nothing(town: Town, ai: Account) -> None:
    async with walking(town, ai) as walk:
        walk.site.pages["/a"] = PAGE
        source = await walk.read(walk.follow("/a"))
        del walk.site.pages["/a"]
        source = await walk.read(source)
        assert (source.state, len(walk.texts())) == ("failed", 1)  # it may come back
        assert source.next_at is not None
        walk.site.pages["/a"] = lambda _: web.Response(status=410)
        source = await walk.read(source)
        assert (source.state, source.next_at, walk.texts()) == ("failed", None, {})


async def test_robots_txt_is_kept_to(town: Town, ai: Account) -> None:
    async with walking(town, ai) as walk:
        walk.site.pages |= {"/open": PAGE, "/shut/in": PAGE}
        walk.site.pages["/robots.txt"] = "User-agent: weft\nDisallow: /shut"
        walk.site.pages["/way"] = lambda _: web.Response(
            status=302, headers={"Location": "/shut/in"}
        )
        assert (await walk.read(walk.follow("/open"))).state == "ready"
        for path in ("/shut/in", "/way"):
            found = await walk.read(walk.follow(path))
            assert (found.state, "robots.txt" in found.error) == ("failed", True)
        assert walk.site.count("/shut/in") == 0
        assert walk.site.count("/robots.txt") == 1


async def test_a_site_that_cannot_say_what_it_allows_is_asked_later(
    town: Town, ai: Account
) -> None:
    async with walking(town, ai) as walk:
        walk.site.pages |= {"/a": PAGE, "/robots.txt": lambda _: web.Response(status=503)}
        source = walk.follow("/a")
        with pytest.raises(OutboundFailed):
            await walk.read(source)
        found = await walk.read(source, attempts=crawl.TRIES)
        assert found.state == "failed"
        assert found.next_at is not None
        assert walk.site.count("/a") == 0


@pytest.mark.parametrize("how", ["header", "meta"])
async def test_who_asks_ais_to_keep_out_is_not_read(town: Town, ai: Account, how: str) -> None:
    async with walking(town, ai) as walk:
        meta = '<meta name="robots" content="noai, noindex">'
        text = PAGE.replace("<title>", f"{meta}<title>") if how == "meta" else PAGE
        told = {"X-Robots-Tag": "noai"} if how == "header" else {}
        walk.site.pages["/a"] = lambda _: web.Response(
            text=text, content_type="text/html", headers=told
        )
        found = await walk.read(walk.follow("/a"))
        assert (found.state, walk.texts()) == ("failed", {})


async def test_nothing_leads_into_a_private_network(town: Town, ai: Account) -> None:
    async with walking(town, ai) as walk:
        for n, target in enumerate(
            (
                "http://10.0.0.1/",
                "http://inside.example/",
                "http://127.0.0.2/",
                "file:///etc/passwd",
            )
        ):
            walk.site.pages[f"/{n}"] = lambda _, to=target: web.Response(
                status=302, headers={"Location": to}
            )
            found = await walk.read(walk.follow(f"/{n}"), attempts=crawl.TRIES)
            assert found.state == "failed"
        direct = await walk.read(walk.follow("http://169.254.169.254/latest"), crawl.TRIES)
        assert direct.state == "failed"
        assert walk.texts() == {}


async def test_large_and_strange_answers_are_refused(town: Town, ai: Account) -> None:
    async with walking(town, ai) as walk:
        bomb = gzip.compress(b"<p>x</p>" * 2_000_000)
        walk.site.pages["/bomb"] = lambda _: web.Response(
            body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"}
        )
        walk.site.pages["/zip"] = lambda _: web.Response(
            body=b"PK", headers={"Content-Type": "application/zip"}
        )
        for path in ("/bomb", "/zip"):
            assert (await walk.read(walk.follow(path))).state == "failed"
        assert walk.texts() == {}


FEED = """<rss><channel><title>News</title>
<item><guid>1</guid><title>Rye</title><link>https://x.example/1</link><description>Rye is %s.</description></item>
</channel></rss>"""


async def test_entries_of_a_feed_stay_when_it_moves_on(town: Town, ai: Account) -> None:
    async with walking(town, ai) as walk:
        walk.site.pages["/feed"] = FEED % "dark"
        source = await walk.read(walk.follow("/feed", "feed"))
        walk.site.pages["/feed"] = (FEED % "darker").replace(
            "</channel>", "<item><guid>2</guid><title>Spelt</title></item></channel>"
        )
        await walk.read(source)
        texts = walk.texts()
        assert len(texts) == 2
        assert "Rye is darker." in texts[f"{walk.base}/feed#1"]
        walk.db.write_now(lambda tx: sources.remove(tx, ai.id, source.id))
        assert walk.texts() == {}


async def test_an_ai_reads_no_more_than_its_purse_holds(
    town: Town, ai: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purse, "REQUESTS_AN_HOUR", 3)  # robots.txt is one of them
    async with walking(town, ai) as walk:
        for path in ("/1", "/2", "/3"):
            walk.site.pages[path] = PAGE
        await walk.read(walk.follow("/1"))
        await walk.read(walk.follow("/2"))
        with pytest.raises(Retry):
            await walk.read(walk.follow("/3"))
        assert walk.site.count("/3") == 0


def test_what_is_due_is_read(town: Town, ai: Account) -> None:
    source = town.db.write_now(
        lambda tx: sources.follow(tx, ai.id, "page", "https://a.example/", HOUR)
    )
    claimed = town.db.write_now(lambda tx: jobs.claim(tx, sources.POOL, "w", 9))
    town.db.write_now(lambda tx: [jobs.finish(tx, job) for job in claimed])
    assert not town.db.write_now(sources.due)

    def past(tx: Any) -> None:
        found = sources.get(tx, ai.id, source.id)
        sources.failed(tx, found, "down")
        tx.run(sources.ai_sources.update().values(next_at=tx.now - 1))

    town.db.write_now(past)
    assert town.db.write_now(sources.due)
    (job,) = town.db.write_now(lambda tx: jobs.claim(tx, sources.POOL, "w", 9))
    assert job.payload == {"source": source.id}


def test_own_posts_are_followed_as_they_are_said(town: Town) -> None:
    from weft.threads import edit
    from weft.threads.delete import delete
    from weft.threads.model import Draft
    from weft.threads.publish import publish

    ada = town.house.person("ada")
    long = "The oven is hot from four in the morning, every day but Sunday."
    say = lambda text, **more: town.db.write_now(  # noqa: E731
        lambda tx: publish(tx, ada, Draft(text=text, **more))
    )
    old = say(long)
    crumb = town.ai(ada, "crumb")
    source = town.db.write_now(lambda tx: sources.follow_posts(tx, crumb.id, ada.id))
    town.db.write_now(lambda tx: own_posts.take_all(tx, source.id))

    def known() -> set[str]:
        found = town.db.read_now(lambda tx: documents.of(tx, crumb.id))
        return {one.source for one in found}

    assert known() == {old.uri}
    new = say(long.replace("four", "five"))
    for kept_out in (
        {"visibility": "unlisted"},
        {"visibility": "direct"},
        {"spoiler": "bread"},
        {"signals": ("noai",)},
    ):
        say(long, **kept_out)
    assert known() == {old.uri, new.uri}
    town.db.write_now(
        lambda tx: edit.edit(tx, ada, new.id, Draft(text=long.replace("four", "six")))
    )
    texts = [one.text for one in town.db.read_now(lambda tx: documents.of(tx, crumb.id))]
    assert any("from six" in text for text in texts)
    assert not any("from five" in text for text in texts)
    town.db.write_now(lambda tx: delete(tx, ada, old.id))
    assert known() == {new.uri}
    from weft.people import accounts

    town.db.write_now(lambda tx: accounts.update(tx, ada.id, profile={"signals": ["noai"]}))
    assert known() == set()
