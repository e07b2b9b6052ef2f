"""Pictures of other servers are shown from here: fetched once, within the budget, whoever serves them."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SITE, House
from tests.federation.elsewhere import MP4, PNG, Pictures, caching, picture, pictures, seen
from weft.federation import media_cache, media_files, remote_media, sniff
from weft.federation.media_cache import FAILED_FOR, MediaCache, TooLarge
from weft.federation.remote_media import key_of
from weft.federation.tables import remote_media as table
from weft.kernel.clock import now_ms
from weft.kernel.errors import NotFound, WeftError
from weft.kernel.veil import unveiled, veiled
from weft.moderation import domains
from weft.net import client as client_module
from weft.net.client import OutboundPaced
from weft.work.jobs import Job

pytestmark = pytest.mark.anyio

KB = 1024
BUDGET = 1600 * KB
"""So a file may have 100 KB, and 800 KB are kept."""


@pytest.fixture
async def other() -> AsyncIterator[Pictures]:
    async with pictures() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "remote-media"


@pytest.fixture
async def cache(house: House, folder: Path) -> AsyncIterator[MediaCache]:
    async with caching(house.db, folder, BUDGET) as made:
        yield made


def on_disk(folder: Path) -> dict[str, int]:
    return {f"{path.parent.name}/{path.name}": path.stat().st_size for path in folder.glob("*/*")}


def rows(house: House) -> dict[str, int]:
    return {file.blob: file.bytes for file in house.db.read_now(remote_media.every) if file.blob}


def expire(house: House) -> None:
    """As if the time had passed until what failed may be asked for again."""
    house.db.write_now(lambda tx: tx.run(table.update().values(again_at=tx.now - 1)))


async def test_many_who_look_at_once_cause_one_request_and_later_ones_none(
    cache: MediaCache, other: Pictures, house: House, folder: Path
) -> None:
    url = other.put("/cat.png", picture(5000, "cat"))
    answers = await asyncio.gather(*(seen(cache, url) for _ in range(30)))
    assert set(answers) == {picture(5000, "cat")}
    assert await seen(cache, url) == picture(5000, "cat")
    assert other.asked == ["/cat.png"]
    assert on_disk(folder) == rows(house) == {remote_media.blob_of(key_of(url)): 5000}
    shown = await cache.show(url)
    shown.file.close()
    assert shown.mime == "image/png"  # whatever its server says


async def test_the_budget_holds_at_every_moment_and_the_least_recently_used_goes(
    cache: MediaCache, other: Pictures, house: House, folder: Path
) -> None:
    urls = [other.put(f"/{n}.png", picture(90 * KB, str(n))) for n in range(40)]
    most = 0
    done = asyncio.Event()

    async def watch() -> None:
        nonlocal most
        while not done.is_set():
            with suppress(FileNotFoundError):
                most = max(most, sum(on_disk(folder).values()))
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    for at in range(0, 40, 5):
        await asyncio.gather(*(seen(cache, url) for url in urls[at : at + 5]))
        # The very first is looked at again and again.
        await seen(cache, urls[0])
        house.db.write_now(lambda tx: remote_media.use(tx, key_of(urls[0])))
    done.set()
    await watching
    assert 0 < most <= BUDGET
    assert sum(rows(house).values()) <= BUDGET // 2
    assert on_disk(folder) == rows(house)
    assert other.asked.count("/0.png") == 1
    assert remote_media.blob_of(key_of(urls[1])) not in rows(house)
    assert len(rows(house)) == 8  # as many as there is room for


async def test_what_is_looked_at_is_noted_as_used(
    cache: MediaCache, other: Pictures, house: House
) -> None:
    url = other.put("/a.png", picture(100))
    await seen(cache, url)
    house.db.write_now(lambda tx: tx.run(table.update().values(used_at=5)))
    await seen(cache, url)
    house.db.write_now(lambda _: None)  # behind what nobody waited for
    file = house.db.read_now(lambda tx: remote_media.get(tx, key_of(url)))
    assert file is not None
    assert file.used_at > now_ms() - 60_000


HARMFUL = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg with a declaration": b'<?xml version="1.0"?><svg onload="alert(1)"/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "html after spaces": b" " * 5000 + b"<script>alert(1)</script>",
    "script": b"alert(1)",
    "pdf": b"%PDF-1.7",
    "zip": b"PK\x03\x04",
    "a page that names a picture": b"<img src='x.png'>\x89PNG\r\n\x1a\n",
    "another RIFF": b"RIFF\x00\x00\x00\x00AVI ",
    "another EBML": b"\x1aE\xdf\xa3matroska",
    "nothing": b"",
}


@pytest.mark.parametrize("what", HARMFUL)
async def test_what_is_no_picture_is_never_served(
    what: str, cache: MediaCache, other: Pictures, folder: Path
) -> None:
    async def lie(_: web.Request) -> web.Response:
        return web.Response(body=HARMFUL[what], content_type="image/png")

    other.answers["/a.png"] = lie
    for _ in range(3):
        with pytest.raises(NotFound):
            await seen(cache, other.url("/a.png"))
    assert other.asked == ["/a.png"]  # and not asked for again soon
    assert on_disk(folder) == {}


KINDS = {
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": PNG,
    "image/gif": b"GIF89a",
    "image/webp": b"RIFF\x00\x00\x00\x00WEBP",
    "image/avif": b"\x00\x00\x00\x1cftypavif",
    "image/heic": b"\x00\x00\x00\x18ftypheic",
    "video/mp4": MP4,
    "video/quicktime": b"\x00\x00\x00\x14ftypqt  ",
    "video/webm": b"\x1aE\xdf\xa3\x01\x00B\x82\x84webm",
    "audio/mpeg": b"ID3\x04",
    "audio/mp4": b"\x00\x00\x00\x18ftypM4A ",
    "audio/flac": b"fLaC",
    "audio/wav": b"RIFF\x00\x00\x00\x00WAVE",
    "application/ogg": b"OggS\x00",
}


@pytest.mark.parametrize("mime", KINDS)
def test_what_is_shown_is_known_by_its_first_bytes(mime: str) -> None:
    assert sniff.kind(KINDS[mime].ljust(64, b"\x00")) == mime


@given(st.binary(max_size=100) | st.sampled_from([*KINDS.values(), MP4]))
def test_any_bytes_are_a_picture_or_not(head: bytes) -> None:
    kind = sniff.kind(head)
    assert kind is None or kind in KINDS


async def test_what_is_missing_is_asked_for_once_until_it_may_be_back(
    cache: MediaCache, other: Pictures, house: House
) -> None:
    url = other.url("/a.png")
    for _ in range(3):
        with pytest.raises(NotFound):
            await seen(cache, url)
    assert other.asked == ["/a.png"]
    held = house.db.read_now(remote_media.held)
    assert held.failures == [(f"pics.test:{other.port}", 1)]
    other.put("/a.png", picture(10))
    expire(house)
    assert await seen(cache, url) == picture(10)
    assert house.db.read_now(remote_media.held).failures == []


async def test_a_server_that_stumbles_is_asked_again_sooner(
    cache: MediaCache, other: Pictures, house: House
) -> None:
    async def stumble(_: web.Request) -> web.Response:
        return web.Response(status=502)

    other.answers["/a.png"] = stumble
    with pytest.raises(NotFound):
        await seen(cache, other.url("/a.png"))
    file = house.db.read_now(lambda tx: remote_media.get(tx, key_of(other.url("/a.png"))))
    assert file is not None
    assert file.again_at is not None
    assert file.again_at - file.used_at == FAILED_FOR


@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize("plays", [True, False], ids=["film", "picture"])
async def test_what_is_too_large_is_left_where_it_is(
    told: bool, plays: bool, cache: MediaCache, other: Pictures, folder: Path
) -> None:
    sent = 0

    async def large(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        if told:
            answer.content_length = 50_000_000
        await answer.prepare(request)
        with suppress(ConnectionError):
            await answer.write((MP4 if plays else PNG).ljust(20_000, b"."))
            while sent < 50_000_000 - 20_000:
                await answer.write(bytes(60_000))
                sent += 60_000
        return answer

    other.answers["/a"] = large
    for _ in range(2):
        with pytest.raises(TooLarge if plays else NotFound):
            await seen(cache, other.url("/a"))
    assert other.asked == ["/a"]
    assert sent < 20_000_000  # what the sockets hold
    assert on_disk(folder) == {}


@pytest.mark.parametrize(
    "where",
    [
        "http://10.0.0.1/a.png",
        "http://inside.test/a.png",
        "http://metadata.test/latest/meta-data/",
        "http://[::1]/a.png",
        "http://0x7f.1/a.png",
        "http://pics.test:22/a.png",
        "http://user@pics.test/a.png",
        "https://weft.test/media/ab/cd.png",
        "https://WEFT.test/media/ab/cd.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "",
    ],
)
async def test_no_address_of_a_picture_leads_inward(
    where: str, cache: MediaCache, folder: Path
) -> None:
    with pytest.raises(NotFound):
        await seen(cache, where)
    assert on_disk(folder) == {}


@pytest.mark.parametrize(
    "where",
    ["http://10.0.0.1/", "http://inside.test/", "//metadata.test/", "file:///etc/passwd"],
)
async def test_no_picture_redirects_inward(where: str, cache: MediaCache, other: Pictures) -> None:
    async def away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": where})

    other.answers["/a.png"] = away
    with pytest.raises(NotFound):
        await seen(cache, other.url("/a.png"))
    assert other.asked == ["/a.png"]


async def test_a_bomb_a_drip_and_a_broken_answer_leave_nothing(
    cache: MediaCache, other: Pictures, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_cache, "SECONDS", 0.5)

    async def bomb(_: web.Request) -> web.Response:
        body = gzip.compress(PNG + bytes(64 * 1024 * KB), 9)
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with suppress(ConnectionError):
            while True:
                await answer.write(PNG)
                await asyncio.sleep(0.05)
        return answer

    async def broken(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        answer.content_length = 90_000
        await answer.prepare(request)
        await answer.write(picture(50_000))
        assert request.transport is not None
        request.transport.close()
        return answer

    other.answers |= {"/bomb": bomb, "/drip": drip, "/broken": broken}
    for path in other.answers:
        with pytest.raises(NotFound):
            await seen(cache, other.url(path))
    assert sum(on_disk(folder).values()) == 0


async def test_one_slow_host_does_not_hold_up_the_others(
    cache: MediaCache, other: Pictures
) -> None:
    free = asyncio.Event()
    at_once = most = 0

    async def slow(_: web.Request) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await free.wait()
        at_once -= 1
        return web.Response(body=picture(10))

    other.answers |= {f"/slow{n}": slow for n in range(20)}
    waiting = [asyncio.create_task(seen(cache, other.url(path))) for path in other.answers]
    other.put("/quick.png", picture(20))
    async with asyncio.timeout(5):
        assert await seen(cache, other.url("/quick.png", "more.test")) == picture(20)
    free.set()
    await asyncio.gather(*waiting)
    assert most == media_cache.PER_HOST


async def test_a_host_is_not_asked_more_often_than_is_decent(
    house: House, folder: Path, other: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "PACED_A_MINUTE", 3)
    async with caching(house.db, folder, BUDGET) as cache:
        for n in range(3):
            await seen(cache, other.put(f"/{n}", picture(10)))
        with pytest.raises(OutboundPaced):
            await seen(cache, other.put("/3", picture(10)))
    assert len(other.asked) == 3
    # It was not its fault: nothing is held against it.
    assert house.db.read_now(remote_media.held).failures == []


@pytest.mark.parametrize("rule", ["suspend", "reject_media", "above"])
async def test_a_rule_keeps_pictures_out_also_those_that_are_here(
    rule: str, cache: MediaCache, other: Pictures, house: House
) -> None:
    urls = [other.put("/a.png", picture(10)), other.put("/b.png", picture(10))]

    async def away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": urls[1]})

    other.answers["/away.png"] = away
    await seen(cache, urls[0])
    severity = "suspend" if rule == "suspend" else "noop"
    domain = "test" if rule == "above" else "pics.test"
    if rule == "above":
        urls.append(other.url("/a.png", "a.pics.test"))
        domain = "pics.test"
    house.db.write_now(
        lambda tx: domains.add(tx, domain, severity=severity, reject_media=rule != "suspend")
    )
    for url in (*urls, other.url("/away.png", "more.test")):
        with pytest.raises(NotFound):
            await seen(cache, url)
    # Where a redirect leads is not asked.
    assert other.asked == ["/a.png", "/away.png"]
    assert len(rows(house)) == 1


async def test_a_full_disk_is_not_held_against_the_other_server(
    cache: MediaCache, other: Pictures, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise WeftError("There is no room for this file", 503)

    url = other.put("/a.png", picture(10))
    with monkeypatch.context() as patch:
        patch.setattr(media_cache, "_append", full)
        with pytest.raises(WeftError) as refused:
            await seen(cache, url)
        assert refused.value.status == 503
    assert house.db.read_now(remote_media.held).failures == []
    assert await seen(cache, url) == picture(10)


async def test_a_file_that_is_gone_from_the_disk_is_fetched_again(
    cache: MediaCache, other: Pictures, folder: Path
) -> None:
    url = other.put("/a.png", picture(10))
    await seen(cache, url)
    (folder / remote_media.blob_of(key_of(url))).unlink()
    assert await seen(cache, url) == picture(10)
    assert len(other.asked) == 2


async def test_the_sweep_brings_files_and_rows_into_agreement(
    cache: MediaCache,
    other: Pictures,
    house: House,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = [other.put(f"/{n}.png", picture(50 * KB, str(n))) for n in range(12)]
    for url in urls:
        await seen(cache, url)
    (folder / remote_media.blob_of(key_of(urls[11]))).unlink()
    stray = folder / "ab" / f"{'c' * 62}.bin"
    stray.parent.mkdir(exist_ok=True)
    half = folder / "arriving" / "half"
    for path in (stray, half):
        path.write_bytes(b"left by a kill")
    with pytest.raises(NotFound):
        await seen(cache, other.url("/missing.png"))
    house.db.write_now(
        lambda tx: tx.run(table.update().where(table.c.blob == "").values(again_at=5))
    )
    async with caching(house.db, folder, 800 * KB) as smaller:
        sweep = smaller.handlers()["federation.sweep_media"]
        job = cast("Job", None)  # it does not look at it
        await sweep.run(job)
        assert stray.exists()  # young: it may be about to be named
        assert len(on_disk(folder)) == len(rows(house)) - 1 + 2
        assert sum(rows(house).values()) <= 400 * KB  # the budget is smaller than it was
        monkeypatch.setattr(media_files, "YOUNG", -60_000)
        await sweep.run(job)
    assert on_disk(folder) == rows(house)
    assert remote_media.blob_of(key_of(urls[11])) not in rows(house)
    assert house.db.read_now(remote_media.held).failures == []


async def test_pruning_throws_away_what_is_of_one_host_or_of_all(
    cache: MediaCache, other: Pictures, house: House, folder: Path
) -> None:
    one = other.put("/a.png", picture(100))
    two = other.url("/a.png", "more.test")
    for url in (one, two):
        await seen(cache, url)
    gone = media_files.prune(house.db, cache.blobs, f"more.test:{other.port}")
    assert (gone.files, gone.bytes) == (1, 100)
    assert on_disk(folder) == rows(house) == {remote_media.blob_of(key_of(one)): 100}
    assert media_files.prune(house.db, cache.blobs).files == 1
    assert on_disk(folder) == rows(house) == {}
    assert await seen(cache, one) == picture(100)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.federation.elsewhere import caching, seen
from weft.federation import media_cache, media_files, remote_media
from weft.kernel.site import Site
from weft.store.blobs import Blobs
from weft.store.database import Database

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

where, database, folder, budget, url = sys.argv[1:]
if where == "as it comes":
    write = media_cache._append
    media_cache._append = lambda file, part: (write(file, part[:100]), die())
elif where == "between its row and its file":
    Blobs.settle = die
elif where == "between another's file and its row":
    remote_media.drop = die

async def main():
    db = Database(database, Site("weft.test", "https://weft.test"))
    async with caching(db, Path(folder), int(budget)) as cache:
        await seen(cache, url)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "where",
    ["as it comes", "between its row and its file", "between another's file and its row"],
)
async def test_a_kill_leaves_no_file_without_a_row_and_no_row_that_stays_without_a_file(
    where: str,
    house: House,
    cache: MediaCache,
    other: Pictures,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = [other.put(f"/{n}.png", picture(90 * KB, str(n))) for n in range(9)]
    for url in urls[:8]:
        await seen(cache, url)
    # Somebody else's process, at work in the same folder, is killed.
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, where, house.url, str(folder), str(BUDGET), urls[8]],
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert {blob for blob in on_disk(folder) if not blob.startswith("arriving")} <= rows(
        house
    ).keys()
    assert await seen(cache, urls[8]) == other.files["/8.png"]
    monkeypatch.setattr(media_files, "YOUNG", -60_000)
    await asyncio.to_thread(media_files.sweep, house.db, cache.blobs)
    assert on_disk(folder) == rows(house)


@given(st.text(max_size=50), st.binary(min_size=32, max_size=32), st.text(max_size=50))
def test_only_what_this_server_wrote_leads_anywhere(address: str, key: bytes, forged: str) -> None:
    address = address.encode(errors="ignore").decode()
    _, _, _, mark, text = veiled(key, address).split("/")
    assert unveiled(key, mark, text) == address
    assert unveiled(bytes(32), mark, text) is None or key == bytes(32)
    if forged not in (mark, text):
        assert unveiled(key, forged, text) is None
        assert unveiled(key, mark, forged) is None


def test_addresses_of_our_own_stay_as_they_are() -> None:
    site = SITE.__class__(SITE.domain, SITE.base, bytes(32))
    assert site.remote_url("https://weft.test/media/a.png") == "https://weft.test/media/a.png"
    assert site.remote_url("https://weft.test.evil.example/a.png").startswith(f"{SITE.base}/media/")
    assert site.remote_url("") == ""
    assert SITE.remote_url("https://a.test/b.png") == "https://a.test/b.png"  # it is turned off


def test_the_table_is_bounded(house: House) -> None:
    """Strangers choose what fails."""
    house.db.write_now(lambda tx: remote_media.fail(tx, "https://a.test/1", "x" * 9000 + "\x00", 5))
    house.db.write_now(lambda tx: tx.run(table.update().values(again_at=5)))
    house.db.write_now(lambda tx: remote_media.fail(tx, "https://a.test/2", "", 5))
    house.db.write_now(remote_media.expire)
    left = house.db.read_now(lambda tx: tx.rows(sa.select(table.c.url)))
    assert [row[0] for row in left] == ["https://a.test/2"]
