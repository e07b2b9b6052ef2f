"""Lists by the page, as a plain HTTP client turns them: the addresses in Link are followed as they
stand, to the end and back.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.servers import Client, Server

MANY = 5


@pytest.fixture(scope="module")
def reader(server: Server) -> Client:
    """Somebody with five of everything."""
    reader = server.person("reader")
    me = reader.me()["id"]
    for number in range(MANY):
        friend = server.person(f"friend{number}")
        it = friend.me()["id"]
        reader.send(f"v1/accounts/{it}/follow")
        friend.send(f"v1/accounts/{me}/follow")
        post = friend.post(f"@reader page {number} #pages", visibility="public")
        reader.send(f"v1/statuses/{post['id']}/favourite")
        reader.send(f"v1/statuses/{post['id']}/bookmark")
        friend.post(f"@reader between us {number}", visibility="direct")
        reader.send(f"v1/tags/page{number}/follow")
        reader.http.post("/api/v1/domain_blocks", json={"domain": f"d{number}.example"})
    for number in range(MANY):
        other = server.person(f"other{number}").me()["id"]
        reader.send(f"v1/accounts/{other}/mute")
        reader.send(f"v1/accounts/{other}/block")
    made = reader.send("v1/lists", title="Friends")["id"]
    friends = [one["id"] for one in reader.get(f"v1/accounts/{me}/following", limit=80)]
    reader.send(f"v1/lists/{made}/accounts", account_ids=friends)
    return reader


def turned(reader: Client, path: str) -> tuple[list[list[Any]], httpx.Response]:
    """All pages of two, and the last answer that had something."""
    pages: list[list[Any]] = []
    address, last = f"/api/{path}", None
    params: dict[str, Any] | None = {"limit": 2}
    while address and len(pages) < 2 * MANY:
        answer = reader.http.get(address, params=params)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        if found:
            pages.append([one["id"] if isinstance(one, dict) else one for one in found])
            last = answer
        address, params = answer.links.get("next", {}).get("url", ""), None
    assert last is not None
    return pages, last


@pytest.mark.parametrize(
    "path",
    [
        *("v1/timelines/home", "v1/timelines/public", "v1/timelines/tag/pages"),
        *("v1/accounts/me/followers", "v1/accounts/me/following", "v1/lists/mine/accounts"),
        *("v1/timelines/list/mine", "v1/favourites", "v1/bookmarks", "v1/conversations"),
        *("v1/notifications", "v1/mutes", "v1/blocks", "v1/domain_blocks", "v1/followed_tags"),
    ],
)
def test_to_the_end_and_back(reader: Client, path: str) -> None:
    path = path.replace("/me/", f"/{reader.me()['id']}/")
    if "mine" in path:
        path = path.replace("mine", reader.get("v1/lists")[0]["id"])
    pages, last = turned(reader, path)
    found = [one for page in pages for one in page]
    assert len(found) == len(set(found)) >= MANY
    if "conversations" in path:
        return  # read between pages they may move; the way back is no promise
    back = reader.http.get(last.links["prev"]["url"])
    above = [one["id"] if isinstance(one, dict) else one for one in back.json()]
    assert above == pages[-2]
