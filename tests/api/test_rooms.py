"""Rooms as an app uses them: made, joined, talked in, set, left, closed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import Client, Edge
from tests.api.test_media import file
from tests.conftest import House
from weft.people import blocks, credentials
from weft.people.model import Account
from weft.rooms import rooms as rooms_
from weft.rooms import settings

pytestmark = pytest.mark.anyio
ROOMS = "/api/weft/v1/rooms"


async def made(client: Client, **more: object) -> str:
    answer = await client.post(ROOMS, json={"name": "Den", "access": "public", **more})
    assert answer.status_code == 200, answer.text
    return f"{ROOMS}/{answer.json()['id']}"


async def do(client: Client, method: str, path: str, **body: object) -> Any:
    answer = await client.ask(method, path, json=body or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def texts(client: Client, path: str) -> list[str]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return [one["text"] for one in answer.json() if one["kind"] == "line"][::-1]


async def test_a_room_from_its_making_to_its_end(edge: Edge, ada: Account, bob: Account) -> None:
    a, b = edge.of(ada), edge.of(bob)
    answer = await a.post(ROOMS, json={"name": "  The  den ", "topic": "Tea", "access": "public"})
    room = answer.json()
    assert room == {
        "id": room["id"],
        "name": "The den",
        "topic": "Tea",
        "access": "public",
        "owner_id": str(ada.id),
        "people": 1,
        "ais": 0,
        "mode": "meant",
        "liveliness": "normal",
        "quiet_hours": None,
        "hushed_until": None,
        "ais_max": 2,
        "learns": False,
        "scene": None,
        "last_line_id": room["last_line_id"],
        "last_line_at": room["last_line_at"],
        "created_at": room["created_at"],
        "closed_at": None,
        "me": {
            "role": "owner",
            "joined_at": room["created_at"],
            "read_id": room["last_line_id"],
            "unread": 0,
            "mentions": 0,
            "notify": "all",
            "only_when_called": False,
        },
    }
    path = f"{ROOMS}/{room['id']}"
    assert [one["id"] for one in (await b.get(f"{ROOMS}/public")).json()] == [room["id"]]
    assert (await b.get(ROOMS)).json() == []
    joined = await do(b, "POST", f"{path}/join")
    assert (joined["people"], joined["me"]["role"]) == (2, "member")
    members = (await b.get(f"{path}/members")).json()
    assert [(one["account"]["acct"], one["role"]) for one in members] == [
        ("bob", "member"),
        ("ada", "owner"),
    ]
    changed = await do(a, "PATCH", path, topic="Coffee", mode="called", learns=True)
    assert (changed["topic"], changed["mode"], changed["learns"]) == ("Coffee", "called", True)
    kinds = [one["kind"] for one in (await b.get(f"{path}/lines")).json()]
    assert kinds == ["topic", "join", "join"]
    assert (await b.ask("DELETE", path)).status_code == 403
    closed = await do(a, "DELETE", path)
    assert closed["closed_at"] is not None
    assert (await b.post(f"{path}/lines", json={"text": "late"})).status_code == 403
    assert (await b.get(f"{path}/lines")).status_code == 200
    assert (await b.get(f"{ROOMS}/public")).json() == []
    assert await do(b, "POST", f"{path}/leave") == {}


async def test_lines_are_said_once_paged_changed_and_taken_back(
    edge: Edge, ada: Account, bob: Account
) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    key = {"Idempotency-Key": "k" * 200}
    body = {"text": "Hello @bob **there**"}
    first = await a.post(f"{path}/lines", json=body, headers=key)
    again = await a.post(f"{path}/lines", json=body, headers=key)
    assert first.json() == again.json()
    line = first.json()
    assert line["content"].endswith("<strong>there</strong></p>")
    assert [one["acct"] for one in line["mentions"]] == ["bob"]
    reply = await do(b, "POST", f"{path}/lines", text="Hi", in_reply_to_id=line["id"])
    assert (reply["in_reply_to_id"], reply["in_reply_to_account_id"]) == (line["id"], str(ada.id))
    plain = await do(a, "POST", f"{path}/lines", text="*not* bold <b>", content_type="text/plain")
    assert plain["content"] == "<p>*not* bold &lt;b&gt;</p>"

    page = await b.get(f"{path}/lines?limit=2")
    assert [one["text"] for one in page.json()] == ["*not* bold <b>", "Hi"]
    assert f"max_id={reply['id']}" in page.headers["link"]
    assert await texts(b, f"{path}/lines?limit=1&min_id={line['id']}") == ["Hi"]
    assert await texts(b, f"{path}/lines?limit=1&since_id={line['id']}") == ["*not* bold <b>"]

    one = f"{path}/lines/{line['id']}"
    edited = await do(a, "PUT", one, text="Hello again")
    assert (edited["content"], edited["edited_at"] is not None) == ("<p>Hello again</p>", True)
    versions = (await b.get(f"{one}/history")).json()
    assert [one["text"] for one in versions] == ["Hello @bob **there**", "Hello again"]
    assert (await b.put(one, json={"text": "mine"})).status_code == 403
    assert (await b.delete(one)).status_code == 403
    assert await do(a, "DELETE", one) == {}
    assert (await b.get(one)).status_code == 404
    assert (await b.get(f"{one}/history")).status_code == 404
    assert await texts(b, f"{path}/lines") == ["Hi", "*not* bold <b>"]


async def test_reactions_count_and_show_whose_they_are(
    edge: Edge, ada: Account, bob: Account
) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    line = await do(a, "POST", f"{path}/lines", text="tea?")
    one = f"{path}/lines/{line['id']}/reactions"
    await do(b, "PUT", f"{one}/🫖")
    shown = await do(a, "PUT", f"{one}/🫖")
    assert shown["reactions"] == [
        {"name": "🫖", "count": 2, "me": True, "url": None, "static_url": None}
    ]
    await do(a, "PUT", f"{one}/🫖")
    gone = await do(a, "DELETE", f"{one}/🫖")
    assert gone["reactions"] == [
        {"name": "🫖", "count": 1, "me": False, "url": None, "static_url": None}
    ]
    assert (await a.put(f"{one}/tea")).status_code == 422


async def test_unread_lines_are_counted_and_marked(edge: Edge, ada: Account, bob: Account) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    for text in ("one", "@bob two", "three"):
        last = await do(a, "POST", f"{path}/lines", text=text)
    await do(b, "POST", f"{path}/lines", text="mine")
    await made(a, name="Another")
    for room in (await b.get(ROOMS)).json()[0], (await b.get(path)).json():
        assert (room["me"]["unread"], room["me"]["mentions"]) == (3, 1)
    marked = await do(b, "POST", f"{path}/read", line_id=last["id"])
    assert (marked["me"]["unread"], marked["me"]["read_id"]) == (0, last["id"])
    back = await do(b, "POST", f"{path}/read", line_id="5")
    assert back["me"]["read_id"] == last["id"]
    assert (await b.get(ROOMS)).json()[0]["me"]["unread"] == 0


async def test_search_finds_words_of_this_room(edge: Edge, ada: Account) -> None:
    a = edge.of(ada)
    path, other = await made(a), await made(a)
    await do(a, "POST", f"{path}/lines", text="The Kettle is on")
    line = await do(a, "POST", f"{path}/lines", text="A second kéttle")
    await do(a, "POST", f"{other}/lines", text="kettle elsewhere")
    assert await texts(a, f"{path}/search?q=kettle") == ["The Kettle is on", "A second kéttle"]
    assert await texts(a, f'{path}/search?q="kettle is"') == ["The Kettle is on"]
    assert await texts(a, f"{path}/search?q=") == []
    await do(a, "PUT", f"{path}/lines/{line['id']}", text="A second teapot")
    assert await texts(a, f"{path}/search?q=kettle") == ["The Kettle is on"]
    await do(a, "DELETE", f"{path}/lines/{line['id']}")
    assert await texts(a, f"{path}/search?q=teapot") == []


async def test_a_picture_is_its_uploaders_and_hangs_on_one_line(
    edge: Edge, ada: Account, bob: Account
) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    picture = (await a.post("/api/v2/media", files=file())).json()["id"]
    await edge.work()
    theirs = await b.post(f"{path}/lines", json={"media_ids": [picture]})
    assert theirs.status_code == 422
    line = await do(a, "POST", f"{path}/lines", media_ids=[picture])
    assert [one["id"] for one in line["media_attachments"]] == [picture]
    for where in (f"{path}/lines", "/api/v1/statuses"):
        body = {"text": "x", "status": "x", "media_ids": [picture]}
        assert (await a.post(where, json=body)).status_code == 422
    edited = await do(a, "PUT", f"{path}/lines/{line['id']}", text="with words")
    assert [one["id"] for one in edited["media_attachments"]] == [picture]
    await do(a, "DELETE", f"{path}/lines/{line['id']}")
    await do(a, "POST", f"{path}/lines", media_ids=[picture])  # free again


async def test_exports_are_lines_of_json(edge: Edge, ada: Account, bob: Account) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    for client, text in ((a, "one"), (b, "two")):
        await do(client, "POST", f"{path}/lines", text=text)
    whole = await b.get(f"{path}/export")
    assert whole.headers["content-type"].startswith("application/x-ndjson")
    found = [json.loads(line) for line in whole.text.splitlines()]
    assert [one["text"] for one in found if one["kind"] == "line"] == ["one", "two"]
    await do(b, "POST", f"{path}/leave")
    own = await b.get("/api/weft/v1/exports/room_lines.jsonl")
    rows = [json.loads(line) for line in own.text.splitlines()]
    assert [(one["room"], one["line"]["text"]) for one in rows] == [("Den", "two")]


async def test_hush_is_anybodys_and_its_end_the_moderators(
    edge: Edge, ada: Account, bob: Account
) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    hushed = await do(b, "POST", f"{path}/hush", duration=3_600)
    assert hushed["hushed_until"] is not None
    shorter = await do(b, "POST", f"{path}/hush", duration=60)
    assert shorter["hushed_until"] == hushed["hushed_until"]
    assert (await b.post(f"{path}/hush", json={"duration": 0})).status_code == 403
    for wrong in (5, -1, 10**9):
        assert (await b.post(f"{path}/hush", json={"duration": wrong})).status_code == 422
    assert (await do(a, "POST", f"{path}/hush", duration=0))["hushed_until"] is None


async def test_scenes_begin_by_moderators_and_end_by_anybody(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    assert (await b.post(f"{path}/scene", json={"lines": 3})).status_code == 403
    scene = (await do(a, "POST", f"{path}/scene", lines=2))["scene"]
    assert scene == {"owner_id": str(ada.id), "lines": 2, "left": 2}
    number = int(path.rpartition("/")[2])

    def spend() -> bool:
        return house.db.write_now(lambda tx: settings.spend_scene(tx, rooms_.get(tx, number)))

    assert spend()
    assert (await a.get(path)).json()["scene"]["left"] == 1
    assert spend()
    assert (await a.get(path)).json()["scene"] is None
    assert not spend()
    await do(a, "POST", f"{path}/scene", lines=2)
    assert (await do(b, "DELETE", f"{path}/scene"))["scene"] is None


async def test_ais_are_brought_in_by_moderators_and_kept_out_by_their_owner(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    ais = [house.ai(name, bob) for name in ("uno", "due", "tre")]
    await do(b, "POST", f"{path}/join")
    body = {"account_id": str(ais[0].id)}
    assert (await b.post(f"{path}/members", json=body)).status_code == 403
    assert (await edge.of(ais[0]).post(f"{path}/join")).status_code == 403
    assert (await a.post(f"{path}/invites", json=body)).status_code == 403
    assert (await a.post(f"{path}/members", json={"account_id": str(bob.id)})).status_code == 404
    for one in ais[:2]:
        member = await do(a, "POST", f"{path}/members", account_id=str(one.id))
        assert member["account"]["bot"]
    over = await a.post(f"{path}/members", json={"account_id": str(ais[2].id)})
    assert over.status_code == 422
    muted = await do(a, "PATCH", f"{path}/members/{ais[0].id}", muted=True)
    assert muted["muted"]
    silenced = await edge.of(ais[0]).post(f"{path}/lines", json={"text": "but"})
    assert silenced.status_code == 403
    assert (await a.put(f"{path}/kept_out/{ais[0].id}")).status_code == 404
    assert await do(b, "PUT", f"{path}/kept_out/{ais[0].id}") == {}
    assert (await a.post(f"{path}/members", json=body)).status_code == 403
    assert (await a.delete(f"{path}/bans/{ais[0].id}")).status_code == 403
    assert await do(b, "DELETE", f"{path}/kept_out/{ais[0].id}") == {}
    await do(a, "POST", f"{path}/members", **body)
    for wrong in ("owner", "moderator"):
        answer = await a.ask("PATCH", f"{path}/members/{ais[1].id}", json={"role": wrong})
        assert answer.status_code in (403, 422)
    promoted = await a.post(f"{path}/owner", json={"account_id": str(ais[1].id)})
    assert promoted.status_code == 403


async def test_an_ai_reads_its_own_times_also_in_a_public_room(
    edge: Edge, house: House, ada: Account
) -> None:
    a = edge.of(ada)
    path = await made(a)
    ai = house.ai("uno", ada)
    await do(a, "POST", f"{path}/lines", text="before")
    assert (await edge.of(ai).get(f"{path}/lines")).status_code == 404
    await do(a, "POST", f"{path}/members", account_id=str(ai.id))
    await do(a, "POST", f"{path}/lines", text="during")
    assert await texts(edge.of(ai), f"{path}/lines") == ["during"]
    assert await texts(edge.of(ai), f"{path}/search?q=before") == []
    await do(a, "DELETE", f"{path}/members/{ai.id}")
    assert (await edge.of(ai).get(f"{path}/lines")).status_code == 404


async def test_owners_hand_over_and_moderators_stay_below(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    cy = house.person("cy")
    a, b, c = edge.of(ada), edge.of(bob), edge.of(cy)
    path = await made(a)
    for client in (b, c):
        await do(client, "POST", f"{path}/join")
    assert (await a.post(f"{path}/leave")).status_code == 403
    await do(a, "PATCH", f"{path}/members/{bob.id}", role="moderator")
    for whom in (ada, bob):
        for method, where in (("DELETE", f"members/{whom.id}"), ("POST", "bans")):
            answer = await b.ask(method, f"{path}/{where}", json={"account_id": str(whom.id)})
            assert answer.status_code == 403
    await do(b, "DELETE", f"{path}/members/{cy.id}")
    await do(c, "POST", f"{path}/join")
    handed = await do(a, "POST", f"{path}/owner", account_id=str(cy.id))
    assert (handed["owner_id"], handed["me"]["role"]) == (str(cy.id), "moderator")
    assert await do(a, "POST", f"{path}/leave") == {}


async def test_a_banned_person_finds_no_room(edge: Edge, ada: Account, bob: Account) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    assert await do(a, "POST", f"{path}/bans", account_id=str(bob.id)) == {}
    for method, where in (
        ("GET", ""),
        ("GET", "/lines"),
        ("GET", "/members"),
        ("GET", "/search?q=a"),
        ("GET", "/export"),
        ("POST", "/join"),
    ):
        assert (await b.ask(method, f"{path}{where}")).status_code == 404, where
    assert (await b.get(f"{ROOMS}/public")).json() == []
    assert [one["account"]["acct"] for one in (await a.get(f"{path}/bans")).json()] == ["bob"]
    await do(a, "DELETE", f"{path}/bans/{bob.id}")
    await do(b, "POST", f"{path}/join")


async def test_invitations_are_answered_or_taken_back(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    cy = house.person("cy")
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a, access="private")
    assert (await b.post(f"{path}/join")).status_code == 404
    await do(a, "POST", f"{path}/invites", account_id=str(bob.id))
    assert [one["name"] for one in (await b.get(f"{ROOMS}/invited")).json()] == ["Den"]
    assert (await b.get(path)).json()["me"] is None
    assert (await b.get(f"{path}/lines")).status_code == 404
    waiting = (await a.get(f"{path}/invites")).json()
    assert [(one["account"]["acct"], one["by"]["acct"]) for one in waiting] == [("bob", "ada")]
    assert await do(b, "DELETE", f"{path}/invites/{bob.id}") == {}
    assert (await b.get(path)).status_code == 404
    assert (await b.delete(f"{path}/invites/{bob.id}")).status_code == 404
    await do(a, "POST", f"{path}/invites", account_id=str(bob.id))
    await do(a, "DELETE", f"{path}/invites/{bob.id}")
    assert (await b.post(f"{path}/join")).status_code == 404
    house.db.write_now(lambda tx: blocks.block(tx, cy, ada))
    refused = await a.post(f"{path}/invites", json={"account_id": str(cy.id)})
    assert refused.status_code == 403
    for nobody in ("7", "x", ""):
        answer = await a.post(f"{path}/invites", json={"account_id": nobody})
        assert answer.status_code == 404
    far = house.remote("far", "elsewhere.test")
    answer = await a.post(f"{path}/invites", json={"account_id": str(far.id)})
    assert answer.status_code == 404


async def test_filters_are_told_on_lines(edge: Edge, ada: Account, bob: Account) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    body = {"title": "t", "context": ["home"], "keywords_attributes": [{"keyword": "spoiler"}]}
    assert (await b.post("/api/v2/filters", json=body)).status_code == 200
    await do(a, "POST", f"{path}/lines", text="a spoiler here")
    line = (await b.get(f"{path}/lines")).json()[0]
    assert [one["keyword_matches"] for one in line["filtered"]] == [["spoiler"]]
    assert (await a.get(f"{path}/lines")).json()[0]["filtered"] == []


@pytest.mark.parametrize(
    ("method", "where", "body", "status"),
    [
        pytest.param("POST", "", {"name": " "}, 422, id="no-name"),
        pytest.param("POST", "", {"name": "a" * 101}, 422, id="long-name"),
        pytest.param("POST", "", {"name": "a", "access": "secret"}, 422, id="access"),
        pytest.param("PATCH", "/1", {"mode": "loud"}, 422, id="mode"),
        pytest.param("PATCH", "/1", {"ais_max": 9}, 422, id="ais-max"),
        pytest.param("PATCH", "/1", {"learns": True}, 422, id="learns-in-private"),
        pytest.param("PATCH", "/1", {"topic": "x", "mode": "loud"}, 422, id="all-or-nothing"),
        pytest.param(
            "PATCH",
            "/1",
            {"quiet_hours": {"from": "25:00", "to": "07:00", "zone": "UTC"}},
            422,
            id="hours",
        ),
        pytest.param(
            "PATCH",
            "/1",
            {"quiet_hours": {"from": "22:00", "to": "07:00", "zone": "Mars"}},
            422,
            id="zone",
        ),
        pytest.param("PATCH", "/1/me", {"notify": "loudly"}, 422, id="notify"),
        pytest.param("POST", "/1/lines", {"text": ""}, 422, id="nothing-said"),
        pytest.param("POST", "/1/lines", {"text": "\x00"}, 422, id="nul"),
        pytest.param("POST", "/1/lines", {"text": "a", "in_reply_to_id": "7"}, 404, id="reply"),
        pytest.param("POST", "/1/lines", {"text": "a", "content_type": "x"}, 422, id="format"),
        pytest.param("POST", "/1/lines", {"text": "a", "media_ids": ["1"] * 5}, 422, id="media"),
        pytest.param("POST", "/1/read", {"line_id": "x"}, 422, id="read"),
        pytest.param("POST", "/1/scene", {"lines": 0}, 422, id="scene"),
        pytest.param("GET", "/x", None, 404, id="no-id"),
        pytest.param("GET", "/99", None, 404, id="no-room"),
    ],
)
async def test_bad_requests_change_nothing(
    edge: Edge, ada: Account, method: str, where: str, body: dict[str, Any] | None, status: int
) -> None:
    a = edge.of(ada)
    path = await made(a, access="private")
    before = (await a.get(path)).json(), (await a.get(f"{path}/lines")).json()
    there = f"{path}{where.removeprefix('/1')}" if where.startswith("/1") else f"{ROOMS}{where}"
    answer = await a.ask(method, there, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]
    assert ((await a.get(path)).json(), (await a.get(f"{path}/lines")).json()) == before
    assert len((await a.get(ROOMS)).json()) == 1


async def test_whoever_is_suspended_is_not_heard(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    from weft.moderation import actions

    house.db.write_now(lambda tx: credentials.enrol(tx, bob, "bob@weft.test", "x"))
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a)
    await do(b, "POST", f"{path}/join")
    await do(b, "POST", f"{path}/lines", text="mine")
    house.db.write_now(lambda tx: actions.suspend(tx, bob))
    assert await texts(a, f"{path}/lines") == []
    assert (await b.post(f"{path}/lines", json={"text": "again"})).status_code in (401, 403)


async def test_lines_can_be_reported_and_admins_read_them(
    edge: Edge, house: House, ada: Account, bob: Account, boss: Account
) -> None:
    a, b = edge.of(ada), edge.of(bob)
    path = await made(a, access="private")
    await do(a, "POST", f"{path}/invites", account_id=str(bob.id))
    await do(b, "POST", f"{path}/join")
    line = await do(b, "POST", f"{path}/lines", text="nasty words")
    body = {"account_id": str(bob.id), "room_line_ids": [line["id"]]}
    outsider = edge.of(house.person("cy"))
    assert (await outsider.post("/api/v1/reports", json=body)).status_code == 404
    wrong = body | {"account_id": str(boss.id)}
    assert (await a.post("/api/v1/reports", json=wrong)).status_code == 404
    filed = await a.post("/api/v1/reports", json=body)
    assert filed.status_code == 200, filed.text
    admin = edge.of(boss, "admin:read")
    report = (await admin.get(f"/api/v1/admin/reports/{filed.json()['id']}")).json()
    assert [one["text"] for one in report["room_lines"]] == ["nasty words"]
    await do(b, "DELETE", f"{path}/lines/{line['id']}")
    report = (await admin.get(f"/api/v1/admin/reports/{filed.json()['id']}")).json()
    assert report["room_lines"] == []
