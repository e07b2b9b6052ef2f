from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.api.conftest import Edge
from tests.conftest import House
from tests.federation.stranger import Stranger
from weft.assemble import POOLS
from weft.federation.rules import page_check
from weft.moderation import domains
from weft.net.client import Client, OutboundFailed
from weft.net.guard import Guard
from weft.people import accounts
from weft.people.model import Account
from weft.threads import cards, previews
from weft.threads.model import Incoming
from weft.threads.publish import receive
from weft.threads.tables import cards as table
from weft.work import jobs
from weft.work.tables import jobs as job_table

pytestmark = pytest.mark.anyio

HTML = "text/html; charset=utf-8"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1200, 630), "teal").save(out, "PNG")
    return out.getvalue()


class Web:
    """Another site, and our job that fetches from it."""

    def __init__(self, house: House, edge: Edge, site: Stranger, client: Client) -> None:
        self.house, self.edge, self.site, self.client = house, edge, site, client

    def page(self, path: str, head: str, **more: Any) -> str:
        url = f"{self.site.base()}{path}"
        self.site.serve(url, f"<html lang=en><head>{head}</head>", kind=HTML, **more)
        return url

    async def fetch(self, tries: int = 1) -> int:
        """Do the waiting jobs, as the last of ``tries``; how many there were."""
        db = self.house.db
        handlers = previews.handlers(db, self.edge.blobs, self.client, page_check(db))
        held = await self.house.db.write(lambda tx: jobs.claim(tx, "preview", "test", 10))
        for job in held:
            attempt = jobs.Job(job.id, job.kind, job.lane, job.payload, tries, "test", 0)
            await handlers["threads.preview"].run(attempt)
            await self.house.db.write(lambda tx, job=job: jobs.finish(tx, job))
        return len(held)

    async def card(self, me: Account, text: str) -> dict[str, Any] | None:
        """The card of a new post, once its page was looked for."""
        mine = self.edge.of(me)
        post = (await mine.post("/api/v1/statuses", json={"status": text})).json()
        await self.fetch()
        return (await mine.get(f"/api/v1/statuses/{post['id']}")).json()["card"]


@pytest.fixture
async def web(house: House, edge: Edge) -> AsyncIterator[Web]:
    async with Stranger("news.test") as site:
        guard = Guard(["127.0.0.0/8"], allow_http=True)
        async with Client(user_agent="test", guard=guard, resolve=site.resolve) as client:
            yield Web(house, edge, site, client)


async def test_a_link_gets_the_card_that_its_page_describes(web: Web, ada: Account) -> None:
    url = web.page(
        "/loaf",
        '<title>Loaf</title><meta property="og:description" content="Bread &lt;b&gt;">'
        '<meta property="og:site_name" content="News"><meta name="author" content="Zoe">'
        '<meta property="og:image" content="/loaf.png">'
        '<meta property="og:image:alt" content="A loaf">',
    )
    web.site.serve(f"{web.site.base()}/loaf.png", picture(), kind="image/png")
    card = await web.card(ada, f"see {url}#crust and https://second.test")
    assert card is not None
    assert card.pop("blurhash")
    image = card.pop("image")
    assert image.startswith("https://weft.test/media/")
    assert image.endswith(".webp")
    assert card == {
        "url": url,
        "title": "Loaf",
        "description": "Bread <b>",
        "language": "en",
        "type": "link",
        "author_name": "Zoe",
        "author_url": "",
        "provider_name": "News",
        "provider_url": "",
        "html": "",
        "width": 764,
        "height": 401,
        "image_description": "A loaf",
        "embed_url": "",
        "published_at": None,
        "authors": [{"name": "Zoe", "url": "", "account": None}],
        "missing_attribution": None,
    }
    assert (await web.edge.of(None).get(image.removeprefix("https://weft.test"))).status_code == 200


async def test_where_only_listed_servers_are_spoken_with_the_web_is_still_linked_to(
    web: Web, ada: Account
) -> None:
    url = web.page("/loaf", "<title>Loaf</title>")
    web.house.db.write_now(lambda tx: domains.limit_federation(tx, limited=True))
    assert (await web.card(ada, url) or {})["title"] == "Loaf"


@pytest.mark.parametrize("way", ["link", "redirect", "picture"])
async def test_of_a_server_that_is_kept_out_no_page_is_shown(
    web: Web, ada: Account, way: str
) -> None:
    """Nor is it asked."""
    bad = web.site.base("bad.test")
    web.site.serve(f"{bad}/loaf", "<title>Loaf</title>", kind=HTML)
    web.site.serve(f"{bad}/loaf.png", picture(), kind="image/png")
    around = web.page("/around", "", status=302, Location=f"{bad}/loaf")
    pictured = web.page(
        "/one", f'<title>One</title><meta property="og:image" content="{bad}/loaf.png">'
    )
    web.house.db.write_now(lambda tx: domains.add(tx, "bad.test", severity="suspend"))
    card = await web.card(
        ada, {"link": f"{bad}/loaf", "redirect": around, "picture": pictured}[way]
    )
    assert (card or {}).get("image") is None
    assert (card is not None) == (way == "picture")
    assert [place for place in web.site.asked if place.startswith("bad.test")] == []


async def test_a_page_is_asked_once_for_all_who_link_to_it(
    web: Web, ada: Account, bob: Account
) -> None:
    url = web.page("/one", "<title>One</title>")
    assert (await web.card(ada, url) or {})["title"] == "One"
    post = (await web.edge.of(bob).post("/api/v1/statuses", json={"status": f"too: {url}"})).json()
    assert post["card"]["title"] == "One"  # at once
    assert await web.fetch() == 0
    assert web.site.asked == ["news.test/one"]
    # Weeks later it is asked again; what it says then is shown, and an old picture goes.
    house = web.house
    house.db.write_now(lambda tx: tx.run(table.update().values(fetched_at=1)))
    web.page("/one", "<title>One, again</title>")
    assert (await web.card(ada, url) or {})["title"] == "One, again"


async def test_posts_that_link_to_a_page(
    house: House, web: Web, ada: Account, bob: Account
) -> None:
    shy = house.person("shy")
    house.db.write_now(lambda tx: accounts.update(tx, shy.id, discoverable=False))
    url = web.page("/one", "<title>One</title>")
    assert await web.card(bob, url)
    house.post(shy, url)
    house.post(ada, url, visibility="private")
    anyone = web.edge.of(None)
    found = await anyone.get("/api/v1/timelines/link", params={"url": url})
    assert [post["account"]["acct"] for post in found.json()] == ["bob"]
    for other in ("https://unknown.test/", "nonsense", "http://[", "\x00"):
        answer = await anyone.get("/api/v1/timelines/link", params={"url": other})
        assert answer.status_code == 404, other
    assert (await anyone.get("/api/v1/timelines/link")).status_code == 422


@pytest.mark.parametrize(
    "answer",
    [
        {"body": "<title>gone</title>", "status": 404, "kind": HTML},
        {"body": "not a page", "kind": "application/pdf"},
        {"body": "<p>no head at all", "kind": HTML},
        {"body": "", "status": 302, "kind": HTML, "Location": "http://169.254.169.254/secret"},
        {"body": "", "status": 302, "kind": HTML, "Location": "file:///etc/passwd"},
    ],
)
async def test_a_page_without_a_card_is_not_asked_again(
    web: Web, ada: Account, answer: dict[str, Any]
) -> None:
    url = f"{web.site.base()}/bad"
    web.site.serve(url, **answer)
    assert await web.card(ada, url) is None
    assert await web.card(ada, url) is None
    assert web.site.asked == ["news.test/bad"]
    kept = web.house.db.read_now(lambda tx: tx.scalar(sa.select(table.c.error)))
    assert kept


async def test_a_site_that_is_down_is_tried_again_and_then_left(web: Web, ada: Account) -> None:
    url = web.page("/down", "", status=503)
    web.house.post(ada, url)
    with pytest.raises(OutboundFailed):
        await web.fetch()
    web.house.db.write_now(lambda tx: tx.run(job_table.update().values(lease=None, lease_until=0)))
    assert await web.fetch(previews.TRIES) == 1
    assert web.house.db.read_now(lambda tx: tx.scalar(sa.select(table.c.fetched_at)))


async def test_a_picture_that_is_none_costs_only_the_picture(web: Web, ada: Account) -> None:
    url = web.page("/one", '<title>One</title><meta property=og:image content="/bomb.png">')
    web.site.serve(f"{web.site.base()}/bomb.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, kind="x/y")
    card = await web.card(ada, url)
    assert card is not None
    assert (card["image"], card["image_description"], card["width"]) == (None, "", 0)


async def test_only_the_beginning_of_a_huge_page_is_read(web: Web, ada: Account) -> None:
    url = web.page("/huge", "<title>Huge</title>" + "x" * (3 * 1024 * 1024))
    assert (await web.card(ada, url) or {})["title"] == "Huge"


async def test_what_has_no_card(house: House, web: Web, ada: Account, bob: Account) -> None:
    url = web.page("/one", "<title>One</title>")
    house.post(ada, "@bob #tag https://weft.test/@bob and no more")
    house.post(ada, f"@bob between us: {url}", visibility="direct")
    original = house.post(ada)
    house.post(bob, "quoting", quote_of_id=original.id)
    assert await web.fetch() == 0


async def test_an_edit_changes_the_card(web: Web, ada: Account) -> None:
    first, second = (web.page(f"/{name}", f"<title>{name}</title>") for name in ("one", "two"))
    mine = web.edge.of(ada)
    post = (await mine.post("/api/v1/statuses", json={"status": first})).json()
    await web.fetch()
    await mine.put(f"/api/v1/statuses/{post['id']}", json={"status": second})
    await web.fetch()
    now = (await mine.get(f"/api/v1/statuses/{post['id']}")).json()
    assert now["card"]["title"] == "two"
    bare = await mine.put(f"/api/v1/statuses/{post['id']}", json={"status": "neither"})
    assert bare.json()["card"] is None


async def test_posts_from_elsewhere_wait_a_moment_before_they_ask(house: House) -> None:
    zoe = house.remote("zoe", "far.test")
    mention = '<a href="https://far.test/@zoe" class="u-url mention">@zoe</a>'
    html = f'<p>{mention} <a href="https://news.test/x">x</a></p>'
    uri = "https://far.test/notes/1"
    house.db.write_now(lambda tx: receive(tx, zoe, Incoming(uri, uri, html, "public", 1)))
    rows = house.db.read_now(lambda tx: tx.rows(sa.select(job_table)))
    (job,) = [row for row in rows if row.kind == "threads.preview"]
    assert 0 <= job.run_at - job.created_at < cards.JITTER
    assert house.db.read_now(lambda tx: tx.scalar(sa.select(table.c.url))) == "https://news.test/x"


async def test_cards_that_no_post_has_are_forgotten(house: House, web: Web, ada: Account) -> None:
    url = web.page("/one", '<title>One</title><meta property=og:image content="/loaf.png">')
    web.site.serve(f"{web.site.base()}/loaf.png", picture(), kind="image/png")
    assert await web.card(ada, url)
    house.db.write_now(lambda tx: tx.run(table.update().values(fetched_at=1)))
    assert house.db.write_now(cards.sweep) == []
    mine = web.edge.of(ada)
    post = (await mine.get(f"/api/v1/accounts/{ada.id}/statuses")).json()[0]
    await mine.delete(f"/api/v1/statuses/{post['id']}")
    (key,) = house.db.write_now(cards.sweep)
    assert key.endswith(".webp")
    assert house.db.read_now(lambda tx: tx.rows(sa.select(table))) == []


@pytest.mark.parametrize(
    "url", [f"http://xn--{'a' * 70}/", "http://xn--%zzxn--/", "http://xn--a/", "https://[v1.x]a:b@"]
)
async def test_an_address_that_breaks_decoders_is_only_no_card(
    house: House, web: Web, ada: Account, url: str
) -> None:
    assert await web.card(ada, f"look: {url}") is None
    assert (await web.edge.of(ada).get("/api/v1/timelines/link", params={"url": url})).is_error
    eve = house.remote("eve", "far.test")
    post = Incoming(
        uri="https://far.test/1",
        url="https://far.test/1",
        html=f'<p><a href="{url}">x</a></p>',
        visibility="public",
        created_at=1,
    )
    kept = house.db.write_now(lambda tx: receive(tx, eve, post))
    assert kept is not None
    assert kept.card_id is None


async def test_nobody_learns_that_a_page_was_linked_to_in_private(
    house: House, web: Web, ada: Account, bob: Account
) -> None:
    house.post(ada, "see https://docs.test/secret", visibility="private")
    asked = [
        await web.edge.of(bob).get("/api/v1/timelines/link", params={"url": url})
        for url in ("https://docs.test/secret", "https://docs.test/never")
    ]
    assert [answer.status_code for answer in asked] == [404, 404]


async def test_slow_pages_hold_up_no_post_from_elsewhere(house: House, ada: Account) -> None:
    house.post(ada, "https://tarpit.test/")
    waits = sa.select(job_table.c.pool).where(job_table.c.kind == "threads.preview")
    pool = house.db.read_now(lambda tx: tx.scalar(waits))
    assert pool in POOLS
    assert pool != "fetch"  # where the inbox is read
