"""What other servers find here when they look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar, get
from litestar.di import Provide
from litestar.params import FromPath

from tests.conftest import House
from weft.api import errors
from weft.api.activitypub import actors, discovery, inbox, posts
from weft.api.activitypub.negotiate import Negotiate
from weft.federation.inbox import Inbox
from weft.federation.keys import Keys
from weft.federation.request import InboxRequest
from weft.net import keys as rsa
from weft.people import accounts
from weft.people.model import Account
from weft.settings import Settings
from weft.threads import delete as deleting
from weft.threads import react
from weft.threads.model import Rule, Visibility

pytestmark = pytest.mark.anyio
AP = {"Accept": "application/activity+json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class FakeInbox(Inbox):
    """Stands where the inbox is: what the route hands over is what counts here."""

    def __init__(self) -> None:
        self.got: list[InboxRequest] = []
        self.status = 202

    async def accept(self, request: InboxRequest) -> int:
        self.got.append(request)
        return self.status


@pytest.fixture
def taken() -> FakeInbox:
    return FakeInbox()


@pytest.fixture
async def web(house: House, taken: FakeInbox) -> AsyncIterator[httpx.AsyncClient]:
    @get("/{name:str}")
    async def page(name: FromPath[str]) -> str:
        return f"a page of {name}"

    given: dict[str, Any] = {
        "db": house.db,
        "keys": Keys(house.db),
        "settings": Settings(title="Test", registrations="open"),
        "inbox": taken,
    }

    def provider(value: Any) -> Provide:
        return Provide(lambda: value, sync_to_thread=False)

    app = Litestar(
        [page, *actors.ROUTES, *posts.ROUTES, *discovery.ROUTES, *inbox.ROUTES],
        dependencies={name: provider(value) for name, value in given.items()},
        exception_handlers=errors.HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    transport = httpx.ASGITransport(app=Negotiate(app))  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="https://weft.test") as client:
        yield client


@pytest.fixture
def ada(house: House) -> Account:
    return house.person("ada")


async def fetch(web: httpx.AsyncClient, url: str) -> dict[str, Any]:
    answer = await web.get(url, headers=AP)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/activity+json; charset=utf-8"
    assert answer.headers["vary"] == "Accept, Signature"
    document = answer.json()
    assert document["@context"][0] == "https://www.w3.org/ns/activitystreams"
    return document


async def test_an_actor_has_a_key_as_soon_as_somebody_asks(
    web: httpx.AsyncClient, ada: Account
) -> None:
    assert ada.public_key == ""
    document = await fetch(web, ada.uri)
    assert document["id"] == ada.uri
    pem = document["publicKey"]["publicKeyPem"]
    rsa.public_key(pem)
    assert (await fetch(web, ada.uri))["publicKey"]["publicKeyPem"] == pem


async def test_one_address_for_people_and_servers(
    web: httpx.AsyncClient, house: House, ada: Account
) -> None:
    post = house.post(ada, "hello")
    assert (await fetch(web, "/@ada"))["id"] == ada.uri
    assert (await fetch(web, "/@ADA"))["id"] == ada.uri
    assert (await fetch(web, f"/@ada/{post.id}"))["id"] == post.uri
    page = await web.get("/@ada", headers=BROWSER)
    assert page.text == "a page of @ada"
    assert page.headers["vary"] == "Accept, Signature"
    for url, people in ((ada.uri, ada.url), (post.uri, post.url)):
        sent_on = await web.get(url, headers=BROWSER)
        assert (sent_on.status_code, sent_on.headers["location"]) == (302, people)


@pytest.mark.parametrize(
    ("accept", "activity"),
    [
        ("application/activity+json", True),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', True),
        ("application/activity+json, application/ld+json, text/html;q=0.1", True),
        ("text/html, application/activity+json", False),
        ("*/*", False),
        ("application/json", False),
        ("", False),
    ],
)
async def test_who_is_asking(
    web: httpx.AsyncClient, ada: Account, accept: str, activity: bool
) -> None:
    answer = await web.get("/@ada", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("application/activity+json") is activity


async def test_a_note_its_activity_and_counts(
    web: httpx.AsyncClient, house: House, ada: Account
) -> None:
    bo = house.person("bo")
    post = house.post(ada, "hello")
    house.db.write_now(lambda tx: react.like(tx, bo, post.id))
    boost = house.db.write_now(lambda tx: react.boost(tx, bo, post.id))
    note = await fetch(web, post.uri)
    assert note["likes"]["totalItems"] == 1
    assert (await fetch(web, note["likes"]["id"]))["totalItems"] == 1
    assert (await fetch(web, note["shares"]["id"]))["totalItems"] == 1
    create = await fetch(web, f"{post.uri}/activity")
    assert create["object"]["id"] == post.uri
    announce = await fetch(web, boost.uri)
    assert (announce["type"], announce["object"]) == ("Announce", post.uri)


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_everyone_looks_like_nothing(
    web: httpx.AsyncClient, house: House, ada: Account, visibility: str
) -> None:
    post = house.post(ada, "secret", visibility=visibility)
    nothing = await web.get("/ap/posts/123456789", headers=AP)
    for path in ("", "/activity", "/replies", "/likes", "/shares"):
        answer = await web.get(f"{post.uri}{path}", headers=AP)
        assert (answer.status_code, answer.content) == (404, nothing.content)
    outbox = await fetch(web, f"{ada.uri}/outbox?page=true")
    assert outbox["orderedItems"] == []
    hidden = await web.get(f"/ap/contexts/{post.id}", headers=AP)
    assert hidden.status_code == 404


async def test_remote_things_are_not_ours_to_serve(web: httpx.AsyncClient, house: House) -> None:
    bo = house.remote("bo", "other.test")
    for path in ("", "/followers", "/following", "/outbox"):
        answer = await web.get(f"/ap/users/{bo.id}{path}", headers=AP)
        assert answer.status_code == 404


@pytest.mark.parametrize("id_", ["0", "x", "9" * 30, "-1", "18446744073709551615"])
async def test_ids_of_nothing(web: httpx.AsyncClient, id_: str) -> None:
    for path in ("users", "posts", "contexts"):
        assert (await web.get(f"/ap/{path}/{id_}", headers=AP)).status_code == 404


async def test_a_deleted_post_is_a_tombstone(
    web: httpx.AsyncClient, house: House, ada: Account
) -> None:
    post = house.post(ada, "oops")
    house.db.write_now(lambda tx: deleting.delete(tx, ada, post.id))
    answer = await web.get(post.uri, headers=AP)
    assert answer.status_code == 410
    assert answer.json()["type"] == "Tombstone"


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_was_hidden_leaves_no_trace(
    web: httpx.AsyncClient, house: House, ada: Account, visibility: Visibility
) -> None:
    """Also not by another status than what never was."""
    post = house.post(ada, "between us", visibility=visibility)
    before = await web.get(post.uri, headers=AP)
    house.db.write_now(lambda tx: deleting.delete(tx, ada, post.id))
    after = await web.get(post.uri, headers=AP)
    assert after.status_code == before.status_code == 404
    assert after.content == before.content


async def test_an_answer_that_nobody_agreed_to_leaves_no_trace_either(
    web: httpx.AsyncClient, house: House, ada: Account
) -> None:
    bob, mine = house.person("bob"), house.post(ada, policy={"reply": Rule(("me",), ("everyone",))})
    waits = house.post(bob, "may I", reply_to_id=mine.id)
    house.db.write_now(lambda tx: deleting.delete(tx, bob, waits.id))
    assert (await web.get(waits.uri, headers=AP)).status_code == 404


async def test_an_outbox_in_pages(web: httpx.AsyncClient, house: House, ada: Account) -> None:
    said = [house.post(ada, f"line {n}").uri for n in range(25)][::-1]
    whole = await fetch(web, f"{ada.uri}/outbox")
    assert whole["totalItems"] == 25
    first = await fetch(web, whole["first"])
    second = await fetch(web, first["next"])
    third = await fetch(web, second["next"])
    items = first["orderedItems"] + second["orderedItems"]
    assert [item["object"]["id"] for item in items] == said
    assert {item["type"] for item in items} == {"Create"}
    assert third["orderedItems"] == []
    assert "next" not in third


async def test_followers_are_counted_not_named(web: httpx.AsyncClient, ada: Account) -> None:
    for name in ("followers", "following"):
        document = await fetch(web, f"{ada.uri}/{name}")
        assert document["totalItems"] == 0
        assert "first" not in document


async def test_a_conversation_and_its_replies(
    web: httpx.AsyncClient, house: House, ada: Account
) -> None:
    bo = house.person("bo")
    root = house.post(ada, "root")
    answer = house.post(bo, "answer", reply_to_id=root.id)
    house.post(bo, "whisper", reply_to_id=root.id, visibility="direct")
    deep = house.post(ada, "deep", reply_to_id=answer.id)
    replies = await fetch(web, f"{root.uri}/replies")
    assert replies["first"]["items"] == [answer.uri]
    assert "next" not in replies["first"]
    thread = await fetch(web, (await fetch(web, deep.uri))["context"])
    assert thread["totalItems"] == 3
    assert thread["first"]["items"] == [root.uri, answer.uri, deep.uri]
    assert thread["attributedTo"] == ada.uri


async def test_a_long_conversation_turns_pages(
    web: httpx.AsyncClient, house: House, ada: Account
) -> None:
    root = house.post(ada, "root")
    for n in range(70):
        house.post(ada, f"{n}", reply_to_id=root.id)
    page = (await fetch(web, f"{root.uri}/replies"))["first"]
    assert len(page["items"]) == 60
    rest = await fetch(web, page["next"])
    assert len(rest["items"]) == 10
    assert not set(page["items"]) & set(rest["items"])


# -- discovery --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "resource",
    [
        "acct:ada@weft.test",
        "acct:ADA@WEFT.test",
        "acct:@ada@weft.test",
        "ada@weft.test",
        "@ada@weft.test",
        "https://weft.test/@ada",
        "https://weft.test/@ada/",
    ],
)
async def test_webfinger_finds_a_member(
    web: httpx.AsyncClient, ada: Account, resource: str
) -> None:
    answer = await web.get("/.well-known/webfinger", params={"resource": resource})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/jrd+json")
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert found["subject"] == "acct:ada@weft.test"
    assert found["aliases"] == ["https://weft.test/@ada", ada.uri]
    links = {link["rel"]: link for link in found["links"]}
    assert links["self"] == {
        "rel": "self",
        "type": "application/activity+json",
        "href": ada.uri,
    }
    # The client's search takes an address from elsewhere and opens it here.
    template = links["http://ostatus.org/schema/1.0/subscribe"]["template"]
    assert template == "https://weft.test/search?q={uri}"


async def test_webfinger_by_actor_and_the_server_itself(
    web: httpx.AsyncClient, house: House, ada: Account
) -> None:
    server = house.db.write_now(accounts.instance_actor)
    for resource, uri in (
        (ada.uri, ada.uri),
        ("https://weft.test", server.uri),
        ("https://weft.test/", server.uri),
        ("acct:weft.test@weft.test", server.uri),
    ):
        answer = await web.get("/.well-known/webfinger", params={"resource": resource})
        assert answer.json()["aliases"][1] == uri
    assert (await fetch(web, server.uri))["type"] == "Application"


@pytest.mark.parametrize(
    "resource",
    [
        "acct:nobody@weft.test",
        "acct:ada@other.test",
        "acct:ada",
        "acct:@",
        "acct:bo@weft.test",
        "https://other.test/@ada",
        "https://weft.test/@nobody",
        "https://weft.test/ap/users/1",
        "https://weft.test/ap/users/99999999999999999999",
        "https://weft.test/about",
        "https://[",
        "\x00",
    ],
)
async def test_webfinger_does_not_find(
    web: httpx.AsyncClient, house: House, ada: Account, resource: str
) -> None:
    house.remote("bo", "other.test")
    answer = await web.get("/.well-known/webfinger", params={"resource": resource})
    assert answer.status_code == 404


async def test_webfinger_without_a_question(web: httpx.AsyncClient) -> None:
    assert (await web.get("/.well-known/webfinger")).status_code in (400, 422)


async def test_nodeinfo(web: httpx.AsyncClient, house: House, ada: Account) -> None:
    house.ai("helper", ada)
    house.post(ada, "hello")
    index = (await web.get("/.well-known/nodeinfo")).json()
    for link, version in zip(index["links"], ("2.0", "2.1"), strict=True):
        assert link["rel"] == f"http://nodeinfo.diaspora.software/ns/schema/{version}"
        answer = await web.get(link["href"])
        assert f"schema/{version}#" in answer.headers["content-type"]
        body = answer.json()
        assert body["version"] == version
        assert body["software"]["name"] == "weft"
        assert body["protocols"] == ["activitypub"]
        assert body["openRegistrations"] is True
        assert body["usage"] == {
            "users": {"total": 1, "activeMonth": 1, "activeHalfyear": 1},
            "localPosts": 1,
        }
        assert body["metadata"]["ais"] == 1


async def test_host_meta(web: httpx.AsyncClient) -> None:
    answer = await web.get("/.well-known/host-meta")
    assert "webfinger?resource={uri}" in answer.text
    assert answer.headers["content-type"].startswith("application/xrd+xml")
    assert "webfinger" in (await web.get("/.well-known/host-meta.json")).text


# -- the inbox route -----------------------------------------------------------------------------


async def test_an_inbox_hands_over_what_came(web: httpx.AsyncClient, taken: FakeInbox) -> None:
    for path in ("/inbox", "/ap/users/1/inbox", "/inbox?x=%41"):
        answer = await web.post(
            path,
            content=b'{"a": 1}',
            headers={"Content-Type": "application/activity+json", "Signature": "s"},
        )
        assert answer.status_code == 202
    assert [one.target for one in taken.got] == ["/inbox", "/ap/users/1/inbox", "/inbox?x=%41"]
    assert taken.got[0].body == b'{"a": 1}'
    assert taken.got[0].headers["signature"] == "s"


async def test_an_inbox_answers_what_it_is_told(web: httpx.AsyncClient, taken: FakeInbox) -> None:
    taken.status = 503
    answer = await web.post("/inbox", content=b"{}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")


async def test_an_inbox_stops_reading(web: httpx.AsyncClient, taken: FakeInbox) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    await web.post("/inbox", content=endless())
    assert 1024 * 1024 < len(taken.got[0].body) <= 1024 * 1024 + 65_536
