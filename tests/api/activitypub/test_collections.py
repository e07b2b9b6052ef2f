"""What other servers read a whole conversation from: complete, in order, and nothing hidden in it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.activitypub.test_face import fetch, taken, web  # noqa: F401 - fixtures
from tests.conftest import House
from weft.people import follows
from weft.threads.model import Post

pytestmark = pytest.mark.anyio


async def all_pages(web: httpx.AsyncClient, uri: str) -> tuple[dict[str, Any], list[str]]:  # noqa: F811
    collection = await fetch(web, uri)
    page, found = collection["first"], []
    while True:
        found += page["items"]
        if "next" not in page:
            return collection, found
        at = page["next"]
        page = await fetch(web, at)
        assert page["id"] == at  # or readers would not believe it
        assert page["partOf"] == uri


async def test_answers_begin_with_the_authors_own(web: httpx.AsyncClient, house: House) -> None:  # noqa: F811
    """A long post in parts is read in its order, whoever spoke in between."""
    ada, bo = house.person("ada"), house.person("bo")
    root = house.post(ada, "1/70")
    own: list[Post] = []
    others: list[Post] = []
    for n in range(70):
        others.append(house.post(bo, f"aha {n}", reply_to_id=root.id))
        own.append(house.post(ada, f"{n}/70", reply_to_id=root.id))
    collection, found = await all_pages(web, f"{root.uri}/replies")
    assert found == [post.uri for post in (*own, *others)]
    assert collection["totalItems"] == 140


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_all_is_in_no_collection(
    web: httpx.AsyncClient,  # noqa: F811
    house: House,
    visibility: str,
) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    house.db.write_now(lambda tx: follows.follow(tx, bo, ada))
    root = house.post(ada, "root")
    shown = house.post(bo, "shown", reply_to_id=root.id)
    hidden = house.post(ada, "@bo hidden", reply_to_id=shown.id, visibility=visibility)
    under = house.post(bo, "under it", reply_to_id=hidden.id)
    context = (await fetch(web, root.uri))["context"]
    collection, found = await all_pages(web, context)
    assert found == [root.uri, shown.uri, under.uri]
    assert collection["totalItems"] == 3
    assert collection["attributedTo"] == ada.uri
    replies, listed = await all_pages(web, f"{shown.uri}/replies")
    assert (replies["totalItems"], listed) == (0, [])
    whole = house.post(ada, "all hidden", visibility=visibility)
    for path in (f"/ap/contexts/{whole.id}", f"/ap/posts/{whole.id}/replies"):
        assert (await web.get(path)).status_code == 404
