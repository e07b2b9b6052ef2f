"""What people bring from another server, in the files that it gave them."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.federation.conftest import Receiving
from weft.federation.importing import Importing
from weft.kernel.errors import Invalid
from weft.people import blocks, domains
from weft.people.model import Account
from weft.reading import imports, list_members, lists
from weft.reading.export import KINDS, Kind, export
from weft.store.database import Tx
from weft.store.page import Page
from weft.threads import react
from weft.work import jobs
from weft.work.runner import Runner

pytestmark = pytest.mark.anyio


def _due(tx: Tx) -> int:
    return tx.scalar(
        jobs.sa.select(jobs.sa.func.count()).where(
            jobs.jobs.c.kind == "federation.import", jobs.jobs.c.run_at <= tx.now
        )
    )


async def bring(world: Receiving, member: Account, kind: Kind, text: str) -> int:
    lines = await world.db.write(lambda tx: imports.begin(tx, member, kind, text))
    handlers = Importing(world.db, world.resolver).handlers()
    runner = asyncio.create_task(Runner(world.db, handlers, {"fetch": 2}).run())
    try:
        async with asyncio.timeout(20):
            while await world.db.read(_due):  # noqa: ASYNC110 - no event says "none left"
                await asyncio.sleep(0.01)
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
    return lines


async def written(world: Receiving, member: Account, kind: Kind) -> list[str]:
    return (await world.db.read(lambda tx: export(tx, member, kind))).splitlines()


async def test_mastodons_files_are_read_and_written_alike(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    bo = receiving.other.actor("bo")
    at = receiving.other.domain()
    post = receiving.other.note(bo, "1")
    files: dict[Kind, list[str]] = {
        "following": [
            "Account address,Show boosts,Notify on new posts,Languages",
            f'bo@{at},false,true,"en, de"',
        ],
        "lists": [f'"Bread, and games",bo@{at}'],
        "mutes": ["Account address,Hide notifications", f"bo@{at},false"],
        "domain_blocks": ["spam.example"],
        "bookmarks": [post["id"]],
    }
    for kind, lines in files.items():
        assert await bring(receiving, ada, kind, "\n".join(lines)) == 1
        assert await written(receiving, ada, kind) == lines
    assert await bring(receiving, ada, "blocks", f"bo@{at}\n") == 1
    assert await written(receiving, ada, "blocks") == [f"bo@{at}"]
    known = await receiving.account(bo["id"])
    assert known is not None
    stand = await receiving.db.read(lambda tx: blocks.relationships(tx, ada.id, [known.id])[0])
    assert stand.blocking
    assert not stand.requested


async def test_what_is_there_stays(receiving: Receiving) -> None:
    ada, cal = receiving.house.person("ada"), receiving.house.person("cal")
    handle = f"cal@{receiving.db.site.domain}"
    await receiving.db.write(lambda tx: blocks.mute(tx, ada, cal, notifications=False))
    await receiving.db.write(lambda tx: domains.mute(tx, ada, "spam.example"))
    for kind, text in (("mutes", f"{handle},true"), ("domain_blocks", "other.example")):
        await bring(receiving, ada, kind, text)
    assert await written(receiving, ada, "mutes") == [
        "Account address,Hide notifications",
        f"{handle},false",
    ]
    found = await receiving.db.read(lambda tx: domains.muted(tx, ada.id, Page(limit=9)))
    assert {domain for _, domain in found} == {"spam.example", "other.example"}


async def test_lists_are_filled_and_followed(receiving: Receiving) -> None:
    ada, cal, dee = (receiving.house.person(name) for name in ("ada", "cal", "dee"))
    at = receiving.db.site.domain
    text = f"Friends,cal@{at}\nFriends,dee@{at}\nWork,cal@{at}\n"
    for _ in range(2):
        assert await bring(receiving, ada, "lists", text) == 3
    mine = await receiving.db.read(lambda tx: lists.own(tx, ada.id))
    assert [one.title for one in mine] == ["Friends", "Work"]
    members = await receiving.db.read(lambda tx: list_members.members(tx, ada.id, mine[0].id, None))
    assert {one.id for one in members} == {cal.id, dee.id}


async def test_who_cannot_be_found_holds_up_nobody(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    receiving.house.person("cal")
    text = f"ghost@{receiving.other.domain()}\ncal@{receiving.db.site.domain}\n"
    assert await bring(receiving, ada, "following", text) == 2
    assert len(await written(receiving, ada, "following")) == 2
    waiting = await receiving.db.read(
        lambda tx: tx.rows(jobs.sa.select(jobs.jobs.c.payload, jobs.jobs.c.lane))
    )
    assert [(row.payload["tries"], row.lane) for row in waiting] == [(1, None)]


async def test_what_may_not_be_bookmarked_is_left_out(receiving: Receiving) -> None:
    ada, cal = receiving.house.person("ada"), receiving.house.person("cal")
    hidden = receiving.house.post(cal, "mine", visibility="direct")
    shown = receiving.house.post(cal, "yours")
    await bring(receiving, ada, "bookmarks", f"{hidden.uri}\n{shown.uri}\n")
    assert await written(receiving, ada, "bookmarks") == [shown.uri]
    await receiving.db.write(lambda tx: react.unbookmark(tx, ada, shown.id))


@pytest.mark.parametrize("text", ["", "\n\n", "no handle\n", "\x00"], ids=range(4))
async def test_what_is_no_file_is_refused(text: str, receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    with pytest.raises(Invalid):
        await receiving.db.write(lambda tx: imports.begin(tx, ada, "following", text))


@given(st.sampled_from(KINDS), st.text(max_size=400) | st.text('a@,."\n#', max_size=400))
def test_any_text_is_read_or_refused(kind: Kind, text: str) -> None:
    try:
        for line in imports.read(kind, text):
            assert line.subject
    except Invalid:
        pass
