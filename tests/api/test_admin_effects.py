"""What an admin's decision does to what people see and to those it is about: pictures that are
marked, streams and sessions that end, pages that refuse.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from tests.api.conftest import Client, Edge
from tests.api.streaming.test_ends import bearer, listener, running
from tests.api.test_admin import ADMIN, member
from tests.api.test_media import file
from weft.api.streaming.channels import open_channel
from weft.people import credentials, follows, oauth
from weft.people.model import Account
from weft.threads import publish
from weft.threads.model import Incoming, Media

pytestmark = pytest.mark.anyio

PASSWORD = "a long enough one"


@pytest.fixture
def admin(edge: Edge, boss: Account) -> Client:
    return edge.of(boss, ADMIN)


async def act(admin: Client, account: Account, kind: str) -> None:
    done = await admin.post(f"/api/v1/admin/accounts/{account.id}/action", json={"type": kind})
    assert done.status_code == 200, done.text


async def test_pictures_of_the_sensitized_are_marked(
    edge: Edge, admin: Client, ada: Account, bob: Account
) -> None:
    """Whether they live here or elsewhere; those from before too, until it is taken back."""
    member(edge, bob)
    db, his = edge.house.db, edge.of(bob)

    async def with_picture() -> str:
        made = (await his.post("/api/v2/media", files=file())).json()["id"]
        await edge.work()
        answer = await his.post("/api/v1/statuses", json={"status": "look", "media_ids": [made]})
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    far = edge.house.remote("far", "far.test")
    picture = Media("1", "image/png", remote_url="https://far.test/1.png")
    theirs = db.write_now(
        lambda tx: publish.receive(
            tx,
            far,
            Incoming(
                uri="https://far.test/1",
                url="https://far.test/1",
                html="<p>look</p>",
                visibility="public",
                created_at=tx.now,
                media=(picture,),
            ),
        )
    )
    assert theirs is not None
    old, plain = await with_picture(), edge.house.post(bob, "only words")

    async def marked(reader: Client, *ids: str) -> list[bool]:
        return [(await reader.get(f"/api/v1/statuses/{one}")).json()["sensitive"] for one in ids]

    reader = edge.of(ada)
    seen = [old, str(theirs.id), str(plain.id)]
    assert await marked(reader, *seen) == [False, False, False]
    for one in (bob, far):
        await act(admin, one, "sensitive")
    assert await marked(reader, *seen) == [True, True, False]
    assert await marked(edge.of(None), *seen) == [True, True, False]
    new = await with_picture()
    assert await marked(reader, new) == [True]
    for path in (f"/api/v1/accounts/{bob.id}/statuses", "/api/v1/timelines/public"):
        shown = {one["id"]: one["sensitive"] for one in (await reader.get(path)).json()}
        assert shown[old] is True, path
    for one in (bob, far):
        back = await admin.post(f"/api/v1/admin/accounts/{one.id}/unsensitive")
        assert back.json()["sensitized"] is False
    assert await marked(reader, *seen) == [False, False, False]


async def test_pictures_of_the_sensitized_are_marked_in_streams(
    edge: Edge, admin: Client, ada: Account, bob: Account
) -> None:
    member(edge, bob)
    db, his = edge.house.db, edge.of(bob)
    db.write_now(lambda tx: follows.follow(tx, ada, bob))
    await act(admin, bob, "sensitive")
    found, _ = bearer(edge.house, ada)
    made = (await his.post("/api/v2/media", files=file())).json()["id"]
    await edge.work()
    async with running(edge.house) as hub:
        ear = listener(found)
        hub.join(ear, open_channel(found, "user"))
        await his.post("/api/v1/statuses", json={"status": "look", "media_ids": [made]})
        async with asyncio.timeout(10):
            frame: Any = await ear.next()
        assert '"sensitive":true' in str(frame).replace('\\"', '"').replace(" ", "")


@pytest.mark.parametrize("kind", ["suspend", "disable"])
async def test_who_is_put_out_hears_no_more_and_cannot_come_back_in(
    edge: Edge, admin: Client, bob: Account, kind: str
) -> None:
    db = edge.house.db
    hashed = credentials.hash_password(PASSWORD)
    db.write_now(lambda tx: credentials.enrol(tx, bob, "bob@weft.test", hashed))
    found, _ = bearer(edge.house, bob)
    other, _ = bearer(edge.house, edge.house.person("other"))
    key = db.write_now(lambda tx: oauth.open_session(tx, bob.id))
    assert db.read_now(lambda tx: oauth.session_owner(tx, key)) is not None
    app = (
        await edge.of(None).post(
            "/api/v1/apps",
            json={"client_name": "App", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"},
        )
    ).json()
    asked = {
        "client_id": app["client_id"],
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "response_type": "code",
        "scope": "read",
    }
    async with running(edge.house) as hub:
        ear, neighbour = listener(found), listener(other)
        hub.join(ear, open_channel(found, "user"))
        hub.join(neighbour, open_channel(other, "user"))
        await act(admin, bob, kind)
        async with asyncio.timeout(10):
            assert await ear.next() is None
        assert not neighbour.closed
    assert db.read_now(lambda tx: oauth.session_owner(tx, key)) is None
    his = edge.of(bob)
    for path in ("/api/v1/streaming/user", "/api/v1/timelines/home"):
        refused = await his.get(path)
        assert refused.status_code == 403, path
        assert refused.json() == {"error": "Your login is currently disabled"}
    form = await edge.http.get("/oauth/authorize", params=asked)
    stamp = re.search(r'name="stamp" value="([^"]+)"', form.text)
    assert stamp is not None
    sent = asked | {"name": "bob", "password": PASSWORD, "do": "sign_in", "stamp": stamp[1]}
    # By hand: it is for https alone, which no test speaks.
    cookie = {"Cookie": form.headers["set-cookie"].partition(";")[0]}
    page = await edge.http.post("/oauth/authorize", data=sent, headers=cookie)
    assert page.status_code in {200, 401, 403}, page.text
    words = {"suspend": "This account is suspended", "disable": "Your login is currently disabled"}
    assert words[kind] in page.text
    assert "weft_session" not in str(page.headers)
    undo = {"suspend": "unsuspend", "disable": "enable"}[kind]
    assert (await admin.post(f"/api/v1/admin/accounts/{bob.id}/{undo}")).status_code == 200
    assert (await his.get("/api/v1/timelines/home")).status_code == 200
