from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.people.model import Account

pytestmark = pytest.mark.anyio


async def test_a_public_post_says_who_wrote_it(house: House, edge: Edge, ada: Account) -> None:
    post, private = house.post(ada), house.post(ada, visibility="private")
    anyone = edge.of(None)
    for url in (post.url, post.uri):
        told = (await anyone.get("/api/oembed", params={"url": url})).json()
        assert told["version"] == "1.0"
        assert (told["type"], told["author_name"]) == ("link", "Ada")
        assert told["author_url"] == "https://weft.test/@ada"
    for url in (private.url, "https://weft.test/@ada/1", "https://else.test/", "\x00", ""):
        answer = await anyone.get("/api/oembed", params={"url": url})
        assert answer.status_code == 404, url
