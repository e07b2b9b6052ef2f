"""What buggy clients send: it is refused in words, or kept without what cannot be kept."""

from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from tests.api.test_media import file
from tests.conftest import House
from weft.people.model import Account

pytestmark = pytest.mark.anyio


async def test_characters_that_no_database_keeps_are_left_out(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    answer = await client.post(
        "/api/v1/statuses", json={"status": "nul \x00 bell \x07\r\nline", "spoiler_text": "a\x00b"}
    )
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made["spoiler_text"] == "ab"
    source = (await client.get(f"/api/v1/statuses/{made['id']}/source")).json()
    assert source["text"] == "nul  bell \nline"
    changed = await client.put(f"/api/v1/statuses/{made['id']}", json={"status": "again\x00!"})
    assert changed.json()["content"] == "<p>again!</p>"
    spoken = await client.post("/api/v1/statuses", json={"status": "hi", "language": "\x00"})
    assert spoken.json()["language"] is None
    empty = await client.post("/api/v1/statuses", json={"status": "\x00"})
    assert empty.status_code == 422
    app = await edge.of(None).post(
        "/api/v1/apps",
        json={"client_name": "A\x00pp\u202e", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"},
    )
    assert app.json()["name"] == "App"


@pytest.mark.parametrize(
    "path",
    [
        "/@a%00b",
        "/@a%00b.rss",
        "/tags/%00",
        "/ap/named/%00",
        "/.well-known/webfinger?resource=acct:%00@weft.test",
        "/oauth/authorize?client_id=%00",
        "/api/v1/accounts/lookup?acct=%00",
        "/api/v1/timelines/tag/x?any=%00",
        "/api/v2/search?q=%00",
        "/api/v2/search?q=a&offset=99999999999999999999",
        "/api/v1/notifications/unread_count?types=%00",
    ],
)
async def test_addresses_that_name_nothing_are_answered(
    edge: Edge, ada: Account, path: str
) -> None:
    assert (await edge.of(ada).get(path)).status_code < 500


async def test_long_lists_are_counted_before_they_are_looked_at(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    """The same entry again and again, which would be found each time."""
    client = edge.of(ada)
    picture = (await client.post("/api/v2/media", files=file())).json()["id"]
    await edge.work()
    mine = house.post(ada, "mine")
    asked = await edge.of(bob).post(
        "/api/v1/statuses",
        json={"status": "?", "poll": {"options": ["a", "b"], "expires_in": 600}},
    )
    made = (await client.post("/api/v1/lists", json={"title": "l"})).json()["id"]
    about = {"account_id": str(bob.id)}
    many = 1_200
    for method, path, body in (
        ("PUT", f"statuses/{mine.id}", {"media_attributes": [{"id": picture}] * many}),
        ("PUT", f"statuses/{mine.id}", {"media_ids": [picture] * many}),
        ("POST", "statuses", {"media_ids": [picture] * many}),
        ("POST", "statuses", {"poll": {"options": ["a", "b", *[""] * many], "expires_in": 600}}),
        ("POST", f"polls/{asked.json()['poll']['id']}/votes", {"choices": [0] * many}),
        ("POST", f"lists/{made}/accounts", {"account_ids": [str(ada.id)] * many}),
        ("DELETE", f"lists/{made}/accounts", {"account_ids": [str(ada.id)] * many}),
        ("POST", "reports", about | {"status_ids": [str(mine.id)] * many}),
        ("POST", "reports", about | {"collection_ids": ["1"] * many}),
        ("POST", "reports", about | {"rule_ids": ["1"] * many}),
    ):
        answer = await client.ask(method, f"/api/v1/{path}", json=body)
        assert (answer.status_code, "At most" in answer.text) == (422, True), (path, answer.text)


async def test_json_without_end_is_refused(edge: Edge, ada: Account) -> None:
    kind = {"content-type": "application/json"}
    for method, path in (
        ("POST", "/api/v1/statuses"),
        ("PATCH", "/api/v1/accounts/update_credentials"),
    ):
        body = b'{"note":' + b"[" * 100_000
        answer = await edge.of(ada).ask(method, path, content=body, headers=kind)
        assert answer.status_code == 400, answer.text


async def test_a_key_is_good_again_once_its_post_was_taken_back(
    edge: Edge, house: House, ada: Account
) -> None:
    client = edge.of(ada)
    key = {"Idempotency-Key": "k"}
    first = (await client.post("/api/v1/statuses", json={"status": "one"}, headers=key)).json()
    await client.delete(f"/api/v1/statuses/{first['id']}")
    again = await client.post("/api/v1/statuses", json={"status": "one"}, headers=key)
    assert again.status_code == 200, again.text
    assert again.json()["id"] != first["id"]
    same = await client.post("/api/v1/statuses", json={"status": "one"}, headers=key)
    assert same.json()["id"] == again.json()["id"]


async def test_only_those_who_may_send_files_may_send_much(edge: Edge, ada: Account) -> None:
    body = b'{"grant_type": "' + b"x" * (3 * 1024 * 1024) + b'"}'
    kind = {"content-type": "application/json"}
    for client, path in (
        (edge.of(None), "/oauth/token"),
        (edge.of(None), "/api/v1/apps"),
        (edge.of(ada), "/api/v1/statuses"),
    ):
        answer = await client.post(path, content=body, headers=kind)
        assert answer.status_code == 413, answer.text[:200]


async def test_a_tag_that_grows_when_it_is_folded(edge: Edge, ada: Account) -> None:
    tag = "\ufdfa" * 100  # one character each, which compatibility folding writes as eighteen
    client = edge.of(ada)
    answer = await client.post("/api/v1/statuses", json={"status": f"#{tag}"})
    assert answer.status_code == 200, answer.text
    found = await client.get(f"/api/v1/timelines/tag/{tag}")
    assert [one["id"] for one in found.json()] == [answer.json()["id"]]
