"""What apps are given of other servers' pictures: addresses here, that lead to what is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.api.conftest import ALL, Edge
from tests.conftest import House
from tests.federation.elsewhere import Pictures, caching, picture, pictures
from tests.kept import Kept
from weft.api.mastodon import serialise
from weft.api.mastodon.entities_accounts import avatar_url, header_url
from weft.federation import render
from weft.federation.media_cache import MediaCache
from weft.kernel.clock import now_ms
from weft.kernel.site import Site
from weft.people import credentials
from weft.people.model import Account
from weft.threads import react
from weft.threads.model import Incoming, Media, Post
from weft.threads.publish import receive

pytestmark = pytest.mark.anyio

VEIL = b"v" * 32
BUDGET = 16 * 1024 * 1024


class Showing(Edge):
    """The API of a house that shows pictures of other servers."""

    other: Pictures
    cache: MediaCache

    def remote(self, **more: Any) -> Account:
        return self.house.remote(
            "bee", "pics.test", avatar=self.other.put("/face.png", picture(50)), **more
        )

    def received(self, author: Account, mime: str = "image/png") -> Post:
        url = self.other.put("/cat.png", picture(1000, "cat"))
        emoji = self.other.put("/blob.png", picture(20, "blob"))
        incoming = Incoming(
            uri="http://pics.test/1",
            url="http://pics.test/@bee/1",
            html="<p>:blob:</p>",
            visibility="public",
            created_at=now_ms(),
            media=(Media(id="7", mime=mime, remote_url=url, description="a cat"),),
            emojis=({"shortcode": "blob", "url": emoji, "static_url": emoji},),
        )
        post = self.house.db.write_now(lambda tx: receive(tx, author, incoming))
        assert post is not None
        return post

    def given(self, url: str) -> str:
        """The path of an address of ours."""
        base = self.house.db.site.base
        assert url.startswith(f"{base}/media/remote/"), url
        return url.removeprefix(base)


@pytest.fixture
async def showing(kept: Kept, tmp_path: Path) -> AsyncIterator[Showing]:
    site = Site("weft.test", "http://weft.test", VEIL)
    house = House(kept.url, site, made=True, kept=kept)
    async with pictures() as other, caching(house.db, tmp_path / "remote-media", BUDGET) as cache:
        made = Showing(house, tmp_path / "media", media_cache=cache)
        made.other, made.cache = other, cache
        async with made.http:
            yield made
    house.db.close()


async def test_every_picture_of_another_server_is_seen_from_here(showing: Showing) -> None:
    bee = showing.remote(header=showing.other.put("/sea.png", picture(60)))
    post = showing.received(bee)
    ada = showing.of(showing.house.person("ada"))
    status = (await ada.get(f"/api/v1/statuses/{post.id}")).json()
    media, emoji, account = status["media_attachments"][0], status["emojis"][0], status["account"]
    assert media["remote_url"] == showing.other.url("/cat.png")
    seen = {
        media["url"]: "/cat.png",
        media["preview_url"]: "/cat.png",
        emoji["url"]: "/blob.png",
        emoji["static_url"]: "/blob.png",
        account["avatar"]: "/face.png",
        account["avatar_static"]: "/face.png",
        account["header"]: "/sea.png",
        account["header_static"]: "/sea.png",
    }
    for url, path in seen.items():
        answer = await showing.http.get(showing.given(url))
        assert answer.status_code == 200
        assert answer.content == showing.other.files[path]
        assert answer.headers["content-type"] == "image/png"
    assert sorted(showing.other.asked) == ["/blob.png", "/cat.png", "/face.png", "/sea.png"]


async def test_it_can_run_nowhere_and_be_kept_by_browsers(showing: Showing) -> None:
    post = showing.received(showing.remote())
    status = (await showing.of(None).get(f"/api/v1/statuses/{post.id}")).json()
    path = showing.given(status["media_attachments"][0]["url"])
    answer = await showing.http.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "max-age=604800" in answer.headers["cache-control"]
    again = await showing.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


RANGES = {
    "bytes=0-9": (206, 0, 10),
    "bytes=990-": (206, 990, 1000),
    "bytes=-10": (206, 990, 1000),
    "bytes=5-5": (206, 5, 6),
    "bytes=990-5000": (206, 990, 1000),
    "bytes=-5000": (206, 0, 1000),
    "bytes=1000-": (416, 0, 0),
    "bytes=9-5": (416, 0, 0),
    "bytes=-0": (416, 0, 0),
    "bytes=0-1,5-6": (200, 0, 1000),  # several parts are more than a player asks for
    "lines=0-1": (200, 0, 1000),
    "bytes=x": (200, 0, 1000),
}


@pytest.mark.parametrize("asked", RANGES)
async def test_players_may_ask_for_a_part(asked: str, showing: Showing) -> None:
    status, start, end = RANGES[asked]
    url = showing.other.put("/cat.png", picture(1000, "".join(map(chr, range(33, 120)))))
    path = showing.given(showing.house.db.site.remote_url(url))
    answer = await showing.http.get(path, headers={"Range": asked})
    assert answer.status_code == status
    assert answer.content == showing.other.files["/cat.png"][start:end]
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/1000"
        assert answer.headers["content-length"] == str(end - start)
    if status == 416:
        assert answer.headers["content-range"] == "bytes */1000"
    other = await showing.http.get(path, headers={"Range": asked, "If-Range": '"another"'})
    assert (other.status_code, len(other.content)) == (200, 1000)


async def test_nobody_can_have_this_server_fetch_what_it_did_not_show(showing: Showing) -> None:
    url = showing.other.put("/cat.png", picture(10))
    path = showing.given(showing.house.db.site.remote_url(url))
    _, _, _, mark, text = path.split("/")
    other_text = showing.house.db.site.remote_url(showing.other.url("/dog.png")).split("/")[-1]
    forged = Site("weft.test", "http://weft.test", b"w" * 32).remote_url(url)
    for tried in (
        f"/media/remote/{mark}/{other_text}",
        f"/media/remote/{mark[:-2]}/{text}",
        f"/media/remote/{mark}/{text}AA",
        f"/media/remote/{mark}/ä",
        f"/media/remote/=/{text}",
        f"/media/remote/{mark}",
        f"/media/remote/{mark}/",
        f"/media/remote/{mark}/{text}/more",
        forged.removeprefix("http://weft.test"),
    ):
        assert (await showing.http.get(tried)).status_code == 404, tried
    assert showing.other.asked == []


async def test_a_picture_that_is_gone_is_missing_for_a_while(showing: Showing) -> None:
    url = showing.house.db.site.remote_url(showing.other.url("/gone.png"))
    for _ in range(2):
        answer = await showing.http.get(showing.given(url))
        assert answer.status_code == 404
        assert "max-age=300" in answer.headers["cache-control"]
    assert showing.other.asked == ["/gone.png"]


async def test_a_film_that_is_too_large_is_played_from_where_it_is(showing: Showing) -> None:
    film = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
    url = showing.other.put("/film.mp4", film.ljust(2_000_000, b"."))
    for _ in range(2):
        answer = await showing.http.get(showing.given(showing.house.db.site.remote_url(url)))
        assert answer.status_code == 302
        assert answer.headers["location"] == url
    assert showing.other.asked == ["/film.mp4"]


async def test_other_servers_are_told_the_true_addresses(showing: Showing) -> None:
    bee = showing.remote()
    post = showing.received(bee)
    document = render.note(showing.house.db.site, post, bee, render.Around())
    assert document["attachment"][0]["url"] == showing.other.url("/cat.png")  # pyright: ignore[reportIndexIssue, reportArgumentType, reportUnknownVariableType, reportCallIssue]
    assert "/media/remote/" not in str(document)


async def test_what_belongs_here_and_what_is_turned_off_stays_as_it_is(showing: Showing) -> None:
    own = showing.received(showing.remote())
    bare = Site("weft.test", "http://weft.test")
    assert serialise.attachment(bare, own.media[0]).url == showing.other.url("/cat.png")
    ada = showing.house.person("ada")
    drawn = structs.replace(ada, avatar="ab/" + "c" * 62 + ".png")
    site = showing.house.db.site
    assert avatar_url(site, drawn) == f"http://weft.test/media/{drawn.avatar}"
    assert "/media/faces/" in header_url(site, ada)


async def test_the_pages_too_show_nobody_to_other_servers(showing: Showing) -> None:
    post = showing.received(showing.remote())
    ada = showing.house.person("ada")
    showing.house.db.write_now(lambda tx: react.boost(tx, ada, post.id))
    page = (await showing.of(None).get("/@ada", headers={"Accept": "text/html"})).text
    assert "/media/remote/" in page
    assert showing.other.url("/cat.png") not in page


async def test_admins_see_what_it_costs_and_throw_it_away(showing: Showing) -> None:
    boss = showing.house.person("boss")
    showing.house.db.write_now(
        lambda tx: credentials.enrol(tx, boss, "boss@weft.test", "x", role="admin")
    )
    url = showing.house.db.site.remote_url(showing.other.put("/cat.png", picture(1000)))
    await showing.http.get(showing.given(url))
    missing = showing.house.db.site.remote_url(showing.other.url("/gone.png"))
    await showing.http.get(showing.given(missing))
    admin = showing.of(boss, f"{ALL} admin:read admin:write")
    told = (await admin.get("/api/weft/v1/admin/media")).json()
    assert (told["files"], told["bytes"], told["budget"]) == (1, 1000, BUDGET)
    assert told["oldest_at"]
    assert told["failures"] == [{"host": f"pics.test:{showing.other.port}", "count": 1}]
    pruned = await admin.post("/api/weft/v1/admin/media/prune", json={"host": "else.test"})
    assert pruned.json() == {"files": 0, "bytes": 0}
    pruned = await admin.post("/api/weft/v1/admin/media/prune")
    assert pruned.json() == {"files": 1, "bytes": 1000}
    ada = showing.of(showing.house.person("ada"), f"{ALL} admin:read admin:write")
    assert (await ada.get("/api/weft/v1/admin/media")).status_code == 403
    assert (await ada.post("/api/weft/v1/admin/media/prune")).status_code == 403
    assert (await showing.of(None).get("/api/weft/v1/admin/media")).status_code == 401
