"""Documents for those who sign: followers-only posts, and *authorized fetch*."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.di import Provide

from tests.federation.conftest import Receiving
from tests.federation.sign import classic, got, modern
from tests.federation.stranger import key_pair
from weft.api import errors
from weft.api.activitypub import actors, posts
from weft.api.activitypub.negotiate import Negotiate
from weft.api.activitypub.reading import Reading
from weft.federation.keys import Keys
from weft.federation.readers import Readers
from weft.moderation import domains
from weft.net.signatures import RequestSigner
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.threads.model import Post

pytestmark = pytest.mark.anyio
AP = {"accept": "application/activity+json"}
HERE = "http://weft.test"


class Door:
    """The documents of a house, asked by whoever."""

    def __init__(self, receiving: Receiving, *, demanded: bool) -> None:
        db = receiving.db
        given: dict[str, Any] = {"db": db, "keys": Keys(db), "inbox": receiving.inbox}

        def provider(value: Any) -> Provide:
            return Provide(lambda: value, sync_to_thread=False)

        app = Litestar(
            [*actors.ROUTES, *posts.ROUTES],
            dependencies={name: provider(value) for name, value in given.items()},
            exception_handlers=errors.HANDLERS,
            openapi_config=None,
            logging_config=None,
        )
        readers = Readers(db, receiving.resolver, demanded=demanded)
        self._transport = httpx.ASGITransport(app=Reading(Negotiate(app), readers))  # pyright: ignore[reportArgumentType]

    async def __call__(
        self, url: str, signer: RequestSigner | None = None, **headers: str
    ) -> httpx.Response:
        sent = AP | headers
        if signer is not None:
            sent = AP | dict(got(url, signer).headers) | headers
        async with httpx.AsyncClient(transport=self._transport, base_url=HERE) as client:
            return await client.get(url, headers=sent)


Opened = Callable[[bool], Door]


@pytest.fixture
def ada(receiving: Receiving) -> Account:
    return receiving.house.person("ada")


@pytest.fixture
def door(receiving: Receiving) -> Opened:
    return lambda demanded: Door(receiving, demanded=demanded)


def server(receiving: Receiving, host: str, key: int = 0) -> RequestSigner:
    """The signer of a server's own actor."""
    name = host.partition(".")[0]
    document = receiving.other.actor(name, host=host, key=key, type="Application")
    return classic(f"{document['id']}#main-key", rsa=key)


async def followed(receiving: Receiving, ada: Account, host: str = "other.test") -> Account:
    """Somebody there follows Ada."""
    bo = await receiving.resolver.actor(receiving.other.actor("bo", host=host)["id"])
    await receiving.db.write(lambda tx: follows.follow(tx, bo, ada, uri=f"{bo.uri}#follows/1"))
    return bo


def written(receiving: Receiving, ada: Account, visibility: str, **more: Any) -> Post:
    return receiving.house.post(ada, "to my own", visibility=visibility, **more)


# -- what is not for everybody ---------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["cavage", "rfc9421"])
@pytest.mark.parametrize("demanded", [False, True], ids=["open", "demanded"])
async def test_a_server_with_a_follower_reads_what_is_for_followers(
    receiving: Receiving, ada: Account, door: Opened, dialect: str, demanded: bool
) -> None:
    await followed(receiving, ada)
    ask, post = door(demanded), written(receiving, ada, "private")
    document = receiving.other.actor("other", type="Application")
    signer = (classic if dialect == "cavage" else modern)(f"{document['id']}#main-key")
    answer = await ask(post.uri, signer)
    assert (answer.status_code, answer.json()["id"]) == (200, post.uri)
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Signature" in answer.headers["vary"]
    told = await ask(f"{post.uri}/activity", signer)
    assert told.json()["type"] == "Create"


@pytest.mark.parametrize("demanded", [False, True], ids=["open", "demanded"])
async def test_nobody_else_learns_that_it_is_there(
    receiving: Receiving, ada: Account, door: Opened, demanded: bool
) -> None:
    bo = await followed(receiving, ada)
    ask, post = door(demanded), written(receiving, ada, "private")
    stranger = server(receiving, "third.test", 1)
    nothing = f"{HERE}/ap/posts/1"
    for url in (post.uri, nothing):
        assert (await ask(url, stranger)).status_code == 404
        unsigned = await ask(url)
        assert unsigned.status_code == (401 if demanded else 404)
        forged = await ask(url, classic(f"{bo.uri}#main-key", rsa=1))
        assert forged.status_code == (401 if demanded else 404)


async def test_who_has_not_been_let_in_yet_reads_nothing(
    receiving: Receiving, door: Opened
) -> None:
    ada = receiving.house.person("ada", locked=True)
    await followed(receiving, ada)
    post = written(receiving, ada, "private")
    assert (await door(False)(post.uri, server(receiving, "other.test"))).status_code == 404


async def test_who_is_blocked_reads_nothing_although_others_there_may(
    receiving: Receiving, ada: Account, door: Opened
) -> None:
    await followed(receiving, ada)
    eve = await receiving.resolver.actor(receiving.other.actor("eve")["id"])
    await receiving.db.write(lambda tx: blocks.block(tx, ada, eve))
    post, public = written(receiving, ada, "private"), written(receiving, ada, "public")
    signer = classic(f"{eve.uri}#main-key")
    assert (await door(False)(post.uri, signer)).status_code == 404
    assert (await door(True)(post.uri, signer)).status_code == 404
    assert (await door(True)(public.uri, signer)).status_code == 404


async def test_direct_posts_are_for_those_they_are_written_to(
    receiving: Receiving, ada: Account, door: Opened
) -> None:
    bo = await followed(receiving, ada)
    post = receiving.house.post(ada, f"@{bo.username}@{bo.domain} a word", visibility="direct")
    ask = door(False)
    assert (await ask(post.uri, server(receiving, "other.test"))).status_code == 404
    assert (await ask(post.uri, classic(f"{bo.uri}#main-key"))).status_code == 200


async def test_a_signed_answer_of_a_key_that_stands_alone_is_looked_up_once(
    receiving: Receiving, ada: Account, door: Opened
) -> None:
    """GoToSocial's keys: an address of their own, with a stub of the actor behind it."""
    await followed(receiving, ada)
    uri = f"{receiving.other.base()}/users/gts"
    key = {"id": f"{uri}/main-key", "owner": uri, "publicKeyPem": key_pair(2).public_pem}
    receiving.other.actor("gts", publicKey=key)
    receiving.other.serve(key["id"], {"id": uri, "type": "Person", "publicKey": key})
    receiving.other.serve(
        key["id"], {"id": key["id"], "type": "Key", "owner": uri, "publicKeyPem": ""} | key
    )
    ask, post = door(False), written(receiving, ada, "private")
    signer = classic(key["id"], rsa=2)
    assert (await ask(post.uri, signer)).status_code == 200
    receiving.other.asked.clear()
    assert (await ask(post.uri, signer)).status_code == 200
    assert receiving.other.asked == []


# -- for everybody, without the setting ------------------------------------------------------


async def test_signatures_on_what_is_for_everybody_cost_no_look_up(
    receiving: Receiving, ada: Account, door: Opened
) -> None:
    post, signer = written(receiving, ada, "public"), server(receiving, "other.test")
    for url in (post.uri, ada.uri, f"{ada.uri}/outbox"):
        answer = await door(False)(url, signer)
        assert answer.status_code == 200
        assert answer.headers["cache-control"].startswith("public")
    assert receiving.other.asked == []


@pytest.mark.parametrize("demanded", [False, True], ids=["open", "demanded"])
async def test_a_server_that_is_kept_out_reads_nothing(
    receiving: Receiving, ada: Account, door: Opened, demanded: bool
) -> None:
    post, signer = written(receiving, ada, "public"), server(receiving, "other.test")
    await receiving.db.write(lambda tx: domains.add(tx, "other.test", severity="suspend"))
    for url in (post.uri, ada.uri, f"{ada.uri}/followers", f"{HERE}/@ada"):
        assert (await door(demanded)(url, signer)).status_code == 404
    assert receiving.other.asked == []


# -- authorized fetch ------------------------------------------------------------------------


async def test_unsigned_requests_get_nothing_but_keys(
    receiving: Receiving, ada: Account, door: Opened
) -> None:
    ask, post = door(True), written(receiving, ada, "public")
    for url in (post.uri, f"{post.uri}/replies", f"{ada.uri}/outbox", f"{ada.uri}/followers"):
        answer = await ask(url)
        assert answer.status_code == 401
        assert answer.headers["accept-signature"] == 'sig1=("@method" "@target-uri");created'
        assert answer.headers["vary"] == "Accept, Signature"
        assert answer.headers["cache-control"] == "private, no-store"
    for url in (ada.uri, f"{HERE}/@ada"):
        stub = (await ask(url)).json()
        assert set(stub) == {
            *("@context", "id", "type", "preferredUsername", "publicKey", "assertionMethod")
        }
        assert stub["publicKey"]["id"] == ada.key_id


async def test_the_server_s_own_actor_is_everybody_s(receiving: Receiving, door: Opened) -> None:
    own = await receiving.db.write(accounts.instance_actor)
    whole = (await door(True)(own.uri)).json()
    assert whole["inbox"] == f"{own.uri}/inbox"
    # Not even a bad signature stands before it: they need its key to look at ours.
    bad = classic(f"{receiving.other.base()}/users/none#main-key")
    assert (await door(True)(own.uri, bad)).status_code == 200


async def test_signed_requests_are_answered(
    receiving: Receiving, ada: Account, door: Opened
) -> None:
    ask, post = door(True), written(receiving, ada, "public")
    signer = server(receiving, "other.test")
    for url in (post.uri, ada.uri, f"{HERE}/@ada", f"{ada.uri}/outbox?page=true"):
        answer = await ask(url, signer)
        assert answer.status_code == 200, url
        assert answer.headers["cache-control"] == "private, no-store"
    assert (await ask(ada.uri, signer)).json()["inbox"]


async def test_a_signature_for_something_else_is_none(
    receiving: Receiving, ada: Account, door: Opened
) -> None:
    post, signer = written(receiving, ada, "public"), server(receiving, "other.test")
    key_id = f"{receiving.other.base()}/users/other#main-key"
    headers = dict(got(ada.uri, signer).headers)
    answer = await door(True)(post.uri, None, **headers)
    assert answer.status_code == 401
    headers = dict(got(f"{post.uri}?page=1", modern(key_id)).headers)
    assert (await door(True)(f"{post.uri}?page=2", None, **headers)).status_code == 401


async def test_people_are_shown_the_page_all_the_same(
    receiving: Receiving, ada: Account, door: Opened
) -> None:
    ask, post = door(True), written(receiving, ada, "public")
    page = await ask(post.uri, accept="text/html")
    assert (page.status_code, page.headers["location"]) == (302, post.url)
    assert (await ask(f"{ada.uri}/outbox", accept="text/html")).status_code == 401
