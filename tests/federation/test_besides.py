"""What few posts have besides, between servers: other languages, opt-outs, an end, emoji in names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import House
from tests.federation.conftest import Receiving
from tests.federation.stranger import create
from tests.federation.test_questions import told
from weft.federation import jobs as federation_jobs
from weft.federation.read_note import read_note
from weft.kernel.clock import DAY, HOUR, iso, now_ms
from weft.people import accounts, follows
from weft.people.model import Account
from weft.store import search
from weft.threads import details, edit, expiry, posts, profiles, signals
from weft.threads.model import Draft, Incoming, Post, Said
from weft.threads.profiles import Changes
from weft.threads.publish import receive
from weft.work import jobs


def kept(house: House, post: Post) -> details.Details:
    return house.db.read_now(lambda tx: details.of(tx, [post.id]))[post.id]


async def followed(receiving: Receiving, **changes: Any) -> dict[str, Any]:
    bo = receiving.other.actor("bo", **changes)
    await receiving.follow(receiving.house.person("ada"), bo["id"])
    return bo


# -- languages --------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_post_in_several_languages_keeps_them(receiving: Receiving) -> None:
    bo = await followed(receiving)
    note = receiving.other.note(
        bo,
        "1",
        contentMap={
            "en": "<p>hello</p>",
            "de": "<p>hallo <script>x()</script></p>",
            "fr-CA": "<p>allô</p>",
            "not a language": "<p>?</p>",
        },
        summary="greeting",
        summaryMap={"en": "greeting", "de": "Gruß"},
    )
    assert await receiving.send(create(note)) == 202
    post = await receiving.post(note["id"])
    assert post is not None
    assert (post.html, post.language, post.spoiler) == ("<p>hello</p>", "en", "greeting")
    assert post.extras
    assert kept(receiving.house, post).content_map == {
        "de": {"html": "<p>hallo </p>", "spoiler": "Gruß"},
        "fr-CA": {"html": "<p>allô</p>", "spoiler": ""},
    }
    note["contentMap"] = {"en": "<p>hello</p>"}
    update = create(note, id=f"{note['id']}#u") | {"type": "Update"}
    assert await receiving.send(update) == 202
    assert kept(receiving.house, post).content_map is None
    plain = receiving.other.note(bo, "2", contentMap={"en": "<p>hello</p>"})
    await receiving.send(create(plain))
    other = await receiving.post(plain["id"])
    assert other is not None
    assert not other.extras


@pytest.fixture
def world(house: House) -> House:
    federation_jobs.react(house.db)
    return house


def member(house: House, **more: Any) -> Account:
    """Somebody whom one person elsewhere follows."""
    ada, bo = house.person("ada", **more), house.remote("bo", "b.test")
    house.db.write_now(lambda tx: follows.follow(tx, bo, ada))
    return house.db.read_now(lambda tx: accounts.get(tx, ada.id))


def test_further_languages_go_out_and_come_back_the_same(world: House) -> None:
    ada = member(world)
    post = world.post(
        ada, "hello", language="en", languages={"de": Said("hallo"), "fr": Said("allô", "ici")}
    )
    note = told(world)[-1]["object"]
    assert note["contentMap"] == {"en": "<p>hello</p>", "de": "<p>hallo</p>", "fr": "<p>allô</p>"}
    assert note["summaryMap"] == {"fr": "ici"}
    assert read_note(note).details["content_map"] == kept(world, post).content_map
    world.db.write_now(lambda tx: edit.edit(tx, ada, post.id, Draft(text="bye", language="en")))
    assert told(world)[-1]["object"]["contentMap"] == {"en": "<p>bye</p>"}  # no longer the same


# -- opt-outs ---------------------------------------------------------------------------------

SPELLINGS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a word": ({"xRobotsTag": "noai"}, ["noai"]),
    "a header": ({"xRobotsTag": "NOINDEX, noai"}, ["noai", "noindex"]),
    "a list": ({"xRobotsTag": ["noai", "noindex"]}, ["noai", "noindex"]),
    "prefixed": ({"webStandards:xRobotsTag": "noai"}, ["noai"]),
    "none": ({"xRobotsTag": "none"}, ["nofollow", "noindex"]),
    "privacy control": ({"secGPC": 1}, ["gpc"]),
    "both": ({"secGPC": "1", "xRobotsTag": "noai"}, ["gpc", "noai"]),
    "for one machine": ({"xRobotsTag": "otherbot: noindex, noai"}, ["noai"]),
    "with a value": ({"xRobotsTag": "max-snippet:20"}, []),
    "unknown": ({"xRobotsTag": "yes, please"}, []),
    "nonsense": ({"xRobotsTag": [{"a": 1}, 7, None], "secGPC": {"b": []}}, []),
}


@pytest.mark.anyio
@pytest.mark.parametrize("spelling", [*SPELLINGS])
async def test_what_a_post_asks_of_machines_is_kept(receiving: Receiving, spelling: str) -> None:
    term, expected = SPELLINGS[spelling]
    bo = await followed(receiving)
    note = receiving.other.note(bo, "1") | term
    assert await receiving.send(create(note)) == 202
    post = await receiving.post(note["id"])
    assert post is not None
    found = receiving.db.read_now(lambda tx: signals.of_posts(tx, [post]))
    assert sorted(found.get(post.id, ())) == expected
    assert not post.no_ai  # AIs may take part; they are not told what it says


@pytest.mark.anyio
async def test_what_an_account_asks_holds_for_all_it_writes(receiving: Receiving) -> None:
    emoji = {
        "type": "Emoji",
        "name": ":cat:",
        "icon": {"type": "Image", "url": "https://other.test/cat.png"},
    }
    bo = await followed(receiving, xRobotsTag="noai, noindex", indexable=True, tag=[emoji])
    account = await receiving.account(bo["id"])
    assert account is not None
    assert signals.of_account(account) == {"noai", "noindex"}
    assert not account.indexable
    assert [one["shortcode"] for one in (account.profile or {})["emojis"]] == ["cat"]


def test_what_members_ask_goes_out(world: House) -> None:
    ada = member(world)
    changes = Changes(signals=["noai", "gpc"])
    ada = world.db.write_now(lambda tx: profiles.change(tx, ada, changes))
    world.post(ada, "hello", signals=("noindex",))
    note = told(world)[-1]["object"]
    assert (note["xRobotsTag"], note["secGPC"]) == ("noai, noindex", 1)
    assert read_note(note).details["signals"] == ["gpc", "noai", "noindex"]


def test_no_index_is_not_found_by_others(house: House) -> None:
    ada = house.person("ada", indexable=True)
    open_, closed = house.post(ada, "porridge"), house.post(ada, "porridge", signals=("noindex",))
    found = house.db.read_now(lambda tx: search.find(tx, "porridge", limit=9))
    assert open_.id in found
    assert closed.id not in found
    changes = Changes(indexable=True, signals=["noindex"])
    assert not house.db.write_now(lambda tx: profiles.change(tx, ada, changes)).indexable


# -- the end ----------------------------------------------------------------------------------


@pytest.mark.parametrize("term", ["expiry", "expires", "endTime"])
def test_when_a_post_is_to_go_is_read(term: str) -> None:
    document: dict[str, Any] = {
        "id": "https://a.test/1",
        "type": "Note",
        "attributedTo": "https://a.test/a",
        "content": "hi",
        "published": "2026-11-20T10:00:00Z",
    }
    assert read_note(document | {term: "2026-11-21T10:00:00Z"}).expires_at is not None
    assert read_note(document | {term: "2026-11-19T10:00:00Z"}).expires_at is None  # before it was
    poll = document | {"type": "Question", "oneOf": [{"type": "Note", "name": "a"}]}
    ends = read_note(poll | {term: "2026-11-21T10:00:00Z"}).expires_at
    assert (ends is None) is (term == "endTime")  # that is the end of the poll


def expired(house: House, post: Post) -> None:
    """Its time has come."""

    def work(tx: Any) -> None:
        tx.run(jobs.jobs.update().where(jobs.jobs.c.kind == expiry.JOB).values(run_at=0))
        for job in jobs.claim(tx, "default", "me", 50):
            if job.kind == expiry.JOB:
                expiry.expire(tx, job)

    house.db.write_now(work)
    assert house.db.read_now(lambda tx: posts.by_id(tx, post.id)) is None


def test_a_members_post_goes_and_others_are_told(world: House) -> None:
    ada = member(world)
    post = world.post(ada, "for a day", lasts_ms=1 * DAY)
    note = told(world)[-1]["object"]
    assert note["expiry"] == note["endTime"] == iso(post.created_at + DAY)
    expired(world, post)
    assert told(world)[-1]["type"] == "Delete"
    assert told(world)[-1]["object"]["id"] == post.uri


def test_a_post_from_elsewhere_goes_or_never_comes(world: House) -> None:
    bo = world.remote("bo", "b.test")

    def arrives(slug: str, at: int) -> Post | None:
        uri = f"https://b.test/{slug}"
        one = Incoming(
            uri=uri, url=uri, html="hi", visibility="public", created_at=1, expires_at=at
        )
        return world.db.write_now(lambda tx: receive(tx, bo, one))

    assert arrives("late", now_ms() - HOUR) is None
    post = arrives("soon", now_ms() + HOUR)
    assert post is not None
    expired(world, post)
    assert told(world) == []  # it is not ours to delete elsewhere
