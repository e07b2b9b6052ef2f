from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.people import accounts, follows
from weft.people.model import Account
from weft.threads import react

pytestmark = pytest.mark.anyio


def links(header: str) -> dict[str, str]:
    return {rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', header)}


async def test_home_shows_posts_boosts_and_what_the_viewer_did(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    cy = house.person("cy")
    house.db.write_now(lambda tx: follows.follow(tx, ada, bob))
    liked = house.post(bob, "liked")
    plain = house.post(bob, "plain")
    original = house.post(cy, "by cy")
    house.db.write_now(lambda tx: react.boost(tx, bob, original.id))
    house.db.write_now(lambda tx: react.like(tx, ada, liked.id))
    house.db.write_now(lambda tx: react.bookmark(tx, ada, original.id))
    answer = await edge.of(ada).get("/api/v1/timelines/home")
    boost, second, first = answer.json()
    assert boost["account"]["acct"] == "bob"
    assert boost["reblog"]["account"]["acct"] == "cy"
    assert boost["reblog"]["content"] == "<p>by cy</p>"
    assert boost["reblog"]["bookmarked"] is True
    assert (second["id"], second["favourited"]) == (str(plain.id), False)
    assert (first["id"], first["favourited"], first["favourites_count"]) == (
        str(liked.id),
        True,
        1,
    )


async def test_link_headers_turn_pages_until_there_are_none(
    edge: Edge, house: House, ada: Account
) -> None:
    made = [str(house.post(ada, f"post {n}").id) for n in range(5)][::-1]
    client = edge.of(ada)
    seen: list[str] = []
    path = "/api/v1/timelines/home?limit=2&types[]=x"
    while True:
        answer = await client.get(path)
        if not answer.json():
            break
        seen += [status["id"] for status in answer.json()]
        found = links(answer.headers["link"])
        following = urlsplit(found["next"])
        assert f"{following.scheme}://{following.netloc}" == "https://weft.test"
        assert parse_qs(following.query)["limit"] == ["2"]
        path = f"{following.path}?{following.query}"
    assert seen == made
    assert "link" not in answer.headers
    first = await client.get("/api/v1/timelines/home?limit=2")
    newer = urlsplit(links(first.headers["link"])["prev"])
    house.post(ada, "later")
    (later,) = (await client.get(f"{newer.path}?{newer.query}")).json()
    assert later["content"] == "<p>later</p>"


async def test_an_account_as_shown_is_never_out_of_date(
    edge: Edge, house: House, ada: Account
) -> None:
    house.post(ada, "one")
    client = edge.of(ada)

    async def account() -> dict[str, object]:
        return (await client.get("/api/v1/timelines/home")).json()[0]["account"]

    assert (await account())["display_name"] == "Ada"
    house.db.write_now(lambda tx: accounts.update(tx, ada.id, name="Countess"))
    assert (await account())["display_name"] == "Countess"
    house.post(ada, "two")
    assert (await account())["statuses_count"] == 2


async def test_public_tag_and_account_lists_need_no_token(
    edge: Edge, house: House, ada: Account
) -> None:
    post = house.post(ada, "hello #weft")
    house.post(ada, "quiet", visibility="unlisted")
    stranger = edge.of(None)
    for path in (
        "/api/v1/timelines/public",
        "/api/v1/timelines/public?local=true",
        "/api/v1/timelines/tag/WEFT",
        "/api/v1/timelines/tag/other?any[]=weft",
        f"/api/v1/accounts/{ada.id}/statuses?tagged=weft",
    ):
        assert [one["id"] for one in (await stranger.get(path)).json()] == [str(post.id)], path
    for path in (
        "/api/v1/timelines/public?remote=1",
        "/api/v1/timelines/public?only_media=true",
        "/api/v1/timelines/tag/weft?none[]=weft",
        f"/api/v1/accounts/{ada.id}/statuses?pinned=true",
        f"/api/v1/accounts/{ada.id}/statuses?only_media=true",
    ):
        assert (await stranger.get(path)).json() == [], path
    assert (await stranger.get("/api/v1/timelines/home")).status_code == 401
    assert (await stranger.get("/api/v1/accounts/7/statuses")).status_code == 404


async def test_what_is_no_id_or_number_is_refused(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    assert (await client.get("/api/v1/timelines/home?max_id=abc")).status_code == 400
    assert (await client.get("/api/v1/timelines/home?limit=many")).status_code == 422
    assert (await client.get("/api/v1/timelines/home?limit=0")).status_code == 200
