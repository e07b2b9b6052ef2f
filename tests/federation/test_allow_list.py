"""Where only listed servers are spoken with: no way in or out leads to any other; and what is kept of
servers that a rule keeps out goes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import House
from tests.federation.conftest import Receiving
from tests.federation.elsewhere import caching, picture, pictures, seen
from tests.federation.stranger import create, mention
from tests.moderation.desk import Desk
from weft.federation import remote_media, ruled_media
from weft.federation.remote_media import key_of
from weft.kernel.errors import NotFound, WeftError
from weft.moderation import allows, domains
from weft.store.blobs import Blobs
from weft.store.database import Database
from weft.work import jobs

pytestmark = pytest.mark.anyio

WAYS = ["profile", "post", "handle", "webfinger", "document", "key", "redirect"]


def only(db: Database, *names: str) -> None:
    """Nobody but these is spoken with."""
    db.write_now(lambda tx: domains.limit_federation(tx, limited=True))
    for name in names:
        db.write_now(lambda tx, name=name: allows.add(tx, name))


def files_in(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


async def go(receiving: Receiving, way: str) -> Any:
    """Look something up at third.test, in one of the ways that lead out."""
    other, resolver = receiving.other, receiving.resolver
    cy = other.actor("cy", host="third.test", key=1)
    note = other.note(cy, "1")
    around = f"{other.base()}/around"
    other.serve(around, {}, status=302, Location=note["id"])
    match way:
        case "profile":
            return await resolver.resolve(cy["id"])
        case "post":
            return await resolver.resolve(note["id"])
        case "handle":
            return await resolver.resolve(f"@cy@{other.domain('third.test')}")
        case "webfinger":
            path = f"/.well-known/webfinger?resource=acct:cy@{other.domain('third.test')}"
            return await resolver.fetcher.jrd(other.base("third.test") + path)
        case "document":  # as threads and profiles are read
            return await resolver.fetcher.document(cy["id"])
        case "key":
            return await resolver.key(cy["id"], f"{cy['id']}#main-key")
        case _:
            return await resolver.resolve(around)


@pytest.mark.parametrize("way", WAYS)
async def test_no_way_out_leads_to_who_is_not_listed(receiving: Receiving, way: str) -> None:
    only(receiving.db, "other.test")
    try:
        found = await go(receiving, way)
    except WeftError:
        found = None
    assert found is None
    assert [place for place in receiving.other.asked if place.startswith("third.test")] == []
    assert await receiving.account(f"{receiving.other.base('third.test')}/users/cy") is None


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_out_leads_to_who_is_listed(receiving: Receiving, way: str) -> None:
    only(receiving.db, "other.test", "third.test")
    assert await go(receiving, way) is not None


async def test_no_way_in_either(receiving: Receiving) -> None:
    other, ada = receiving.other, receiving.house.person("ada")
    cy = other.actor("cy", host="third.test", key=1)
    note = other.note(cy, "1", cc=[ada.uri], tag=[mention(ada.uri)])
    only(receiving.db, "other.test")
    assert await receiving.send(create(note), key=1) == 202
    asking = other.request(create(note), key=1)
    with pytest.raises(WeftError) as refused:
        await receiving.inbox.asking(asking)
    assert refused.value.status == 401
    await receiving.work()
    assert await receiving.post(note["id"]) is None
    assert other.asked == []


async def test_pictures_come_from_who_is_listed_only(house: House, tmp_path: Path) -> None:
    async with pictures() as other, caching(house.db, tmp_path, 16_000_000) as cache:
        other.put("/a.png", picture(1000, "a"))
        theirs, mine = other.url("/a.png", "more.test"), other.url("/a.png")
        assert await seen(cache, theirs)
        only(house.db, "pics.test")
        assert await seen(cache, mine)
        other.asked.clear()
        with pytest.raises(NotFound):
            await seen(cache, theirs)
        with pytest.raises(NotFound):
            await seen(cache, other.url("/b.png", "more.test"))
        assert other.asked == []
        other.leads("/around", other.put("/b.png", picture(1000, "b")).replace("pics", "more"))
        with pytest.raises(NotFound):
            await seen(cache, other.url("/around"))
        assert other.asked == ["/around"]


@pytest.mark.parametrize(
    ("severity", "media", "goes"),
    [
        pytest.param("noop", True, True, id="media rejected"),
        pytest.param("suspend", False, True, id="suspended"),
        pytest.param("silence", False, False, id="limited"),
    ],
)
async def test_kept_pictures_of_a_server_go_with_the_rule_and_come_back_after_it(
    house: House, tmp_path: Path, severity: str, media: bool, goes: bool
) -> None:
    ruled_media.react(house.db)
    desk = Desk(house)
    async with pictures() as other, caching(house.db, tmp_path, 16_000_000) as cache:
        desk.handlers |= ruled_media.handlers(house.db, Blobs(tmp_path))
        url, kept = other.put("/a.png", picture(1000, "a")), other.url("/a.png", "more.test")
        await seen(cache, url)
        await seen(cache, kept)
        desk.block("pics.test", severity, reject_media=media)
        await desk.work()
        for job in house.db.write_now(lambda tx: jobs.claim(tx, "media", "test", 10)):
            await desk.handlers[job.kind].run(job)
            house.db.write_now(lambda tx, job=job: jobs.finish(tx, job))
        there = [
            house.db.read_now(lambda tx, one=one: remote_media.get(tx, key_of(one))) is not None
            for one in (url, kept)
        ]
        assert there == [not goes, True]
        assert files_in(tmp_path) == (1 if goes else 2)
        desk.unblock("pics.test")
        await desk.work()
        assert await seen(cache, url)
