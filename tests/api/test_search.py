from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.explore import tags as explored
from weft.kernel.clock import DAY, HOUR, iso, now_ms
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.store import search as index
from weft.threads import indexed
from weft.threads.model import Incoming, NewPoll, Post
from weft.threads.publish import receive
from weft.work import jobs
from weft.work.jobs import NewJob

pytestmark = pytest.mark.anyio


async def find(edge: Edge, account: Account | None, **query: object) -> dict[str, list[str]]:
    answer = await edge.of(account).get("/api/v2/search", params=query)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert set(found) == {"accounts", "statuses", "hashtags"}
    return {
        "accounts": [one["acct"] for one in found["accounts"]],
        "statuses": [one["id"] for one in found["statuses"]],
        "hashtags": [one["name"] for one in found["hashtags"]],
    }


async def test_words_find_accounts_posts_and_tags(edge: Edge, house: House) -> None:
    weaver = house.person("weaver", indexable=True)
    shy = house.person("shy")
    post = house.post(weaver, "A loom for #weaving wool")
    own = house.post(shy, "weaving in secret")
    house.post(weaver, "weaving for followers", visibility="private")
    found = await find(edge, shy, q="weav")
    assert (found["accounts"], found["hashtags"]) == (["weaver"], ["weaving"])
    assert (await find(edge, shy, q="loom wool"))["statuses"] == [str(post.id)]
    mine_too = [str(own.id), str(post.id)]
    assert (await find(edge, shy, q="weaving", type="statuses"))["statuses"] == mine_too
    assert (await find(edge, None, q="weaving", type="statuses"))["statuses"] == [str(post.id)]
    assert (await find(edge, shy, q="weaving", type="accounts"))["hashtags"] == []
    assert (await find(edge, shy, q="#weav"))["hashtags"] == ["weaving"]
    tag = (await edge.of(shy).get("/api/v2/search?q=%23weaving")).json()["hashtags"][0]
    assert tag["url"] == "https://weft.test/tags/weaving"
    house.db.write_now(lambda tx: blocks.block(tx, weaver, shy))
    assert (await find(edge, shy, q="loom"))["statuses"] == []


async def test_resolve_asks_elsewhere_only_for_what_is_unknown(
    edge: Edge, house: House, ada: Account
) -> None:
    edge.elsewhere["@cy@other.test"] = lambda: house.remote("cy", "other.test")
    for _ in range(2):
        found = await find(edge, ada, q="@cy@other.test", resolve="true")
        assert found["accounts"] == ["cy@other.test"]
    assert edge.looked_up == ["@cy@other.test"]
    assert (await find(edge, ada, q="@nobody@other.test", resolve="true"))["accounts"] == []
    stranger = await edge.of(None).get("/api/v2/search?q=@x@other.test&resolve=true")
    assert stranger.status_code == 401
    await find(edge, ada, q="no address", resolve="true")
    assert len(edge.looked_up) == 2


async def test_addresses_open_accounts_and_posts(edge: Edge, house: House, ada: Account) -> None:
    far = house.remote("far", "other.test")
    incoming = Incoming(
        uri="https://other.test/ap/1",
        url="https://other.test/@far/1",
        html="<p>hi</p>",
        visibility="public",
        created_at=far.created_at,
    )
    edge.elsewhere[incoming.url] = lambda: house.db.write_now(lambda tx: receive(tx, far, incoming))
    found = await find(edge, ada, q=incoming.url, resolve="true")
    assert len(found["statuses"]) == 1
    assert await find(edge, ada, q=incoming.uri) == found
    for address in (far.url, far.uri):
        assert (await find(edge, ada, q=address))["accounts"] == ["far@other.test"]
    mine = house.post(ada, "mine", visibility="private")
    assert (await find(edge, ada, q=mine.url))["statuses"] == [str(mine.id)]
    assert (await find(edge, None, q=mine.url))["statuses"] == []
    assert (await find(edge, ada, q="https://weft.test/@ada"))["accounts"] == ["ada"]


async def test_following_and_limits(edge: Edge, house: House, ada: Account) -> None:
    people = [house.person(f"weaver{n}") for n in range(3)]
    house.db.write_now(lambda tx: follows.follow(tx, ada, people[1]))
    found = await find(edge, ada, q="weaver", following="true")
    assert found["accounts"] == ["weaver1"]
    assert len((await find(edge, ada, q="weaver", limit=2))["accounts"]) == 2
    one_kind = {"q": "weaver", "type": "accounts", "limit": 2, "offset": 2}
    assert len((await find(edge, ada, **one_kind))["accounts"]) == 1
    assert len((await find(edge, ada, q="weaver", limit=2, offset=2))["accounts"]) == 2
    long = await edge.of(ada).get("/api/v2/search", params={"q": "x" * 3000})
    assert long.status_code == 422
    assert (await edge.of(ada).get("/api/v2/search?q=x&type=planets")).status_code == 422


async def test_a_slow_or_broken_elsewhere_is_not_our_fault(
    edge: Edge, house: House, ada: Account
) -> None:
    def broken() -> None:
        raise RuntimeError

    edge.elsewhere["@x@broken.test"] = broken
    assert (await find(edge, ada, q="@x@broken.test", resolve="true"))["accounts"] == []


async def test_tags_of_what_was_said_to_a_few_are_not_found(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.post(ada, "#layoffs #picnic", visibility="private")
    house.post(ada, "@bob #layoffstalks", visibility="direct")
    house.post(ada, "#layers for cakes")
    for viewer in (None, bob, ada):
        assert (await find(edge, viewer, q="lay", type="hashtags"))["hashtags"] == ["layers"]


async def test_a_letter_finds_tags_of_late_and_the_very_tag_whenever(
    edge: Edge, house: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weft.threads.search.USES_MAX", 4)
    for tag in ("w", "wold", "other", "weft", "warp", "weft"):
        house.post(ada, f"#{tag}")

    async def tags(q: str) -> list[str]:
        return (await find(edge, ada, q=q, type="hashtags"))["hashtags"]

    assert await tags("w") == ["w", "weft", "warp"]
    assert await tags("wo") == ["wold"]  # few enough: all of them


async def test_who_no_longer_wants_to_be_found_is_not(edge: Edge, house: House) -> None:
    weaver = house.person("weaver", indexable=True)
    house.post(weaver, "A loom for wool")
    assert (await find(edge, None, q="loom"))["statuses"]
    house.db.write_now(lambda tx: accounts.update(tx, weaver.id, indexable=False))
    assert (await find(edge, None, q="loom"))["statuses"] == []


async def test_one_finds_what_one_wrote_kept_or_was_named_in(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    far = house.remote("far", "other.test")

    def come(number: int, html: str, **more: object) -> Post:
        incoming = Incoming(
            uri=f"https://other.test/ap/{number}",
            url=f"https://other.test/@far/{number}",
            html=html,
            visibility="public",
            created_at=far.created_at + number,
            **more,  # pyright: ignore[reportArgumentType]
        )
        return house.db.write_now(lambda tx: receive(tx, far, incoming))  # pyright: ignore[reportReturnType]

    liked, boosted, marked, other = (come(n, f"<p>A walnut, {n}</p>") for n in range(4))
    named = come(5, "<p>@ada a walnut for you</p>", mentions=(ada.uri,))
    for viewer in (ada, bob, None):
        assert str(other.id) not in (await find(edge, viewer, q="walnut"))["statuses"]
    api = edge.of(ada)
    for verb, post in (("favourite", liked), ("reblog", boosted), ("bookmark", marked)):
        assert (await api.post(f"/api/v1/statuses/{post.id}/{verb}")).status_code == 200
    own = house.post(ada, "my walnut", visibility="direct")
    mine = {str(one.id) for one in (liked, boosted, marked, named, own)}
    assert set((await find(edge, ada, q="WALNÚT"))["statuses"]) == mine
    assert (await find(edge, ada, q="walnut in:public"))["statuses"] == []
    assert (await find(edge, bob, q="walnut"))["statuses"] == []
    await api.post(f"/api/v1/statuses/{liked.id}/unfavourite")
    assert str(liked.id) not in (await find(edge, ada, q="walnut"))["statuses"]


async def test_operators_narrow_what_is_found(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    old = house.post(ada, "an old loaf of rye bread", language="en", at=now_ms() - 40 * DAY)
    day = iso(old.created_at)[:10]
    new = house.post(ada, "a new loaf, bread of rye", language="de-AT", sensitive=True)
    reply = house.post(ada, "loaf again", reply_to_id=new.id)
    poll = house.post(ada, "which loaf?", poll=NewPoll(("rye", "spelt"), HOUR))
    house.post(bob, "loaf of mine")
    expected = {
        "loaf": [poll, reply, new, old],
        '"rye bread"': [old],
        "bread -old": [new],
        '-"rye bread" loaf': [poll, reply, new],
        "+loaf spelt": [poll],
        "has:poll": [poll],
        "loaf -has:poll is:reply": [reply],
        "is:sensitive": [new],
        "language:de": [new],
        "loaf -language:de language:en": [old],
        f"loaf before:{day}": [],
        f"loaf during:{day}": [old],
        f"loaf after:{day} -is:reply": [poll, new],
        "from:me loaf has:media": [],
        "from:@ada has:poll": [poll],
        "from:bob loaf": [],
        "loaf from:nobody@nowhere.test": [],
        "loaf in:library -has:poll is:reply": [reply],
        "loaf in:public": [],
        "has:unicorns": [],
        "before:breakfast loaf": [],
    }
    for text, posts in expected.items():
        found = (await find(edge, ada, q=text, type="statuses"))["statuses"]
        assert found == [str(post.id) for post in posts], text
    by_id = {"q": "loaf", "type": "statuses", "max_id": poll.id, "min_id": old.id}
    assert (await find(edge, ada, **by_id))["statuses"] == [str(reply.id), str(new.id)]
    assert (await find(edge, ada, q="loaf", account_id=bob.id))["statuses"] == []
    paged = {"q": "loaf", "type": "statuses", "limit": 2, "offset": 1}
    assert (await find(edge, ada, **paged))["statuses"] == [str(reply.id), str(new.id)]


async def test_every_script_is_found(edge: Edge, house: House, ada: Account) -> None:
    for said, asked in (
        ("東京で織物を見た", "織物"),
        ("Über die Größe", "uber grösse"),
        ("Η ΎΦΑΝΣΗ", "υφανση"),
        ("ткань", "ТКАНЬ"),
        ("कपड़ा बुनना", "बुनना"),
        ("نسيج", "نسيج"),
        ("tea 🍵 time", "tea time"),
    ):
        post = house.post(ada, said)
        assert (await find(edge, ada, q=asked))["statuses"] == [str(post.id)], said


async def test_an_edit_changes_by_what_a_post_is_found(
    edge: Edge, house: House, ada: Account
) -> None:
    post = house.post(ada, "first words")
    api = edge.of(ada)
    await api.put(f"/api/v1/statuses/{post.id}", json={"status": "other text"})
    assert (await find(edge, ada, q="first"))["statuses"] == []
    assert (await find(edge, ada, q="other"))["statuses"] == [str(post.id)]
    await api.delete(f"/api/v1/statuses/{post.id}")
    assert (await find(edge, ada, q="other"))["statuses"] == []


async def test_tags_that_an_admin_hid_are_not_found(edge: Edge, house: House, ada: Account) -> None:
    house.post(ada, "#weft #weave")
    assert (await find(edge, ada, q="we", type="hashtags"))["hashtags"] == ["weave", "weft"]
    seen = {"q": "we", "type": "hashtags", "exclude_unreviewed": "true"}
    assert (await find(edge, ada, **seen))["hashtags"] == []
    # Mastodon.py always asks so; a tag that is named in full is found.
    assert (await find(edge, ada, **(seen | {"q": "#weave"})))["hashtags"] == ["weave"]
    house.db.write_now(lambda tx: explored.change(tx, "weave", listable=False))
    house.db.write_now(lambda tx: explored.change(tx, "weft", listable=True))
    assert (await find(edge, ada, q="we", type="hashtags"))["hashtags"] == ["weft"]
    assert (await find(edge, ada, **seen))["hashtags"] == ["weft"]


async def test_what_was_here_before_the_index_is_indexed_by_a_job(
    edge: Edge, house: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [house.post(ada, f"sesame {n}") for n in range(5)]
    for post in posts:
        house.db.write_now(lambda tx, post=post: index.drop(tx, post.id))
    assert (await find(edge, ada, q="sesame"))["statuses"] == []
    monkeypatch.setattr(indexed, "BATCH", 2)
    house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob(indexed.JOB)))
    while waiting := house.db.write_now(lambda tx: jobs.claim(tx, "default", "test", 10)):
        for job in waiting:
            house.db.write_now(lambda tx, job=job: indexed.index_old(tx, job))
    assert len((await find(edge, ada, q="sesame"))["statuses"]) == 5
