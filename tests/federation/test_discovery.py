"""Finding people and posts elsewhere, and not being told who somebody is by somebody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.federation.conftest import Receiving
from tests.federation.stranger import PUBLIC
from weft.federation import peers
from weft.people.model import Account
from weft.threads.model import Post

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("form", ["@bo@{}", "bo@{}", "acct:bo@{}", " @BO@{} "])
async def test_by_handle(receiving: Receiving, form: str) -> None:
    receiving.other.actor("bo")
    receiving.other.webfinger("BO", f"{receiving.other.base()}/users/bo")
    found = await receiving.resolver.resolve(form.format(receiving.other.domain()))
    assert isinstance(found, Account)
    assert found.acct == f"bo@{receiving.other.domain()}"


async def test_by_address(receiving: Receiving) -> None:
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1")
    # The page answers with the same document, whose id is elsewhere on that server.
    receiving.other.serve(f"{receiving.other.base()}/@bo/1", note)
    account = await receiving.resolver.resolve(bo["id"])
    assert isinstance(account, Account)
    post = await receiving.resolver.resolve(f"{receiving.other.base()}/@bo/1")
    assert isinstance(post, Post)
    assert post.uri == note["id"]
    assert post.author_id == account.id
    assert await receiving.resolver.resolve(note["id"]) == post


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@ada",
        "@ada@weft.test",
        "hello there",
        "http://",
        "http://weft.test/x",
        "@@@",
        "@a@nowhere.invalid",
        "http://10.0.0.1/x",
        "@a@10.0.0.1:80",
        "a" * 9000 + "@b.test",
    ],
)
async def test_what_leads_nowhere(receiving: Receiving, text: str) -> None:
    assert await receiving.resolver.resolve(text) is None


async def test_a_handle_on_another_domain_than_the_server(receiving: Receiving) -> None:
    other = receiving.other
    bo = other.actor("bo")
    subject = f"acct:bo@{other.domain('split.test')}"
    other.webfinger("bo", bo["id"], subject=subject)
    # The domain does not agree yet.
    assert await receiving.resolver.resolve(bo["id"]) is None
    other.webfinger("bo", bo["id"], host="split.test", subject=subject)
    receiving.resolver._fetcher._missing._kept.clear()
    found = await receiving.resolver.resolve(f"@bo@{other.domain('split.test')}")
    assert isinstance(found, Account)
    assert found.domain == other.domain("split.test")


async def test_nobody_takes_a_name_on_another_server_or_here(receiving: Receiving) -> None:
    other = receiving.other
    mallory = other.actor("mallory")
    for domain in (other.domain("third.test"), "weft.test"):
        other.webfinger("mallory", mallory["id"], subject=f"acct:mallory@{domain}")
        assert await receiving.resolver.resolve(mallory["id"]) is None
    other.actor("cy", host="third.test")
    other.webfinger("mallory", f"{other.base('third.test')}/users/cy")
    assert await receiving.resolver.resolve(mallory["id"]) is None


async def test_a_document_served_in_the_wrong_place_is_asked_for_at_the_right_one(
    receiving: Receiving,
) -> None:
    other = receiving.other
    cy = other.actor("cy", host="third.test")
    note = other.note(cy, "1", "as cy wrote it")
    other.serve(f"{other.base()}/copy", note | {"content": "<p>as bo changed it</p>"})
    found = await receiving.resolver.resolve(f"{other.base()}/copy")
    assert isinstance(found, Post)
    assert found.html == "<p>as cy wrote it</p>"


async def test_a_document_that_says_its_id_is_elsewhere_again_and_again(
    receiving: Receiving,
) -> None:
    other = receiving.other
    cy = other.actor("cy", host="third.test")
    note = other.note(cy, "1")
    for step in range(5):
        there = f"{other.base()}/{step + 1}"
        other.serve(f"{other.base()}/{step}", note | {"id": there})
    assert await receiving.resolver.resolve(f"{other.base()}/0") is None
    assert len([path for path in other.asked if path.startswith("other.test/")]) == 2


async def test_a_private_post_shown_by_mistake_is_not_kept(receiving: Receiving) -> None:
    bo = receiving.other.actor("bo")
    note = receiving.other.note(bo, "1", to=[bo["followers"]], cc=[])
    assert await receiving.resolver.resolve(note["id"]) is None
    assert await receiving.post(note["id"]) is None


async def test_many_who_ask_for_one_actor_cost_one_request(receiving: Receiving) -> None:
    bo = receiving.other.actor("bo")
    found = await asyncio.gather(*(receiving.resolver.actor(bo["id"]) for _ in range(20)))
    assert len({account.id for account in found}) == 1
    assert receiving.other.asked.count("other.test/users/bo") == 1


async def test_a_key_in_a_document_of_its_own(receiving: Receiving) -> None:
    other = receiving.other
    key_id = f"{other.base()}/keys/bo"
    bo = other.actor("bo")
    pem = bo["publicKey"]["publicKeyPem"]
    other.actor("bo", publicKey=key_id)
    other.serve(key_id, {"id": key_id, "owner": bo["id"], "publicKeyPem": pem})
    account = await receiving.resolver.actor(bo["id"])
    assert account.key_id == key_id
    assert account.public_key == pem


async def test_a_server_that_asks_for_a_pause_gets_one(receiving: Receiving) -> None:
    other = receiving.other
    bo = other.actor("bo")
    other.serve(bo["id"], "", status=429, Retry_After="120")
    for number in range(4):
        assert await receiving.resolver.resolve(f"{other.base()}/users/x{number}") is None
        assert await receiving.resolver.resolve(bo["id"]) is None
    assert other.asked.count("other.test/users/bo") == 1
    assert len(other.asked) == 2


async def test_an_old_thread_comes_whole(receiving: Receiving) -> None:
    other = receiving.other
    bo, cy = other.actor("bo"), other.actor("cy", host="third.test", key=1)
    root = other.note(cy, "root")
    reply = other.note(bo, "reply", inReplyTo=root["id"])
    found = await receiving.resolver.resolve(reply["id"])
    assert isinstance(found, Post)
    above = await receiving.post(root["id"])
    assert above is not None
    assert found.reply_to_id == above.id


async def test_posts_in_a_circle(receiving: Receiving) -> None:
    other = receiving.other
    bo = other.actor("bo")
    base = other.base()
    other.note(bo, "a", inReplyTo=f"{base}/notes/b")
    other.note(bo, "b", inReplyTo=f"{base}/notes/a", to=[PUBLIC])
    assert isinstance(await receiving.resolver.resolve(f"{base}/notes/a"), Post)


RFC9421 = {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421"}
OTHER = {"href": "https://w3id.org/fep/844e"}


@pytest.mark.parametrize(
    ("said", "dialect"),
    [
        ({"generator": {"type": "Application", "implements": [OTHER, RFC9421]}}, "rfc9421"),
        ({"generator": [{"implements": RFC9421["href"]}]}, "rfc9421"),
        ({"type": "Application", "implements": [RFC9421]}, "rfc9421"),
        ({"generator": {"type": "Application", "implements": [OTHER]}}, "cavage"),
        ({"generator": "https://other.test/server", "implements": {"href": 7}}, "cavage"),
        ({}, "cavage"),
    ],
    ids=["generator", "one", "itself", "other", "nothing", "silent"],
)
async def test_who_says_that_it_takes_rfc_9421_is_asked_so(
    receiving: Receiving, said: dict[str, Any], dialect: str
) -> None:
    bo = receiving.other.actor("bo", **said)
    await receiving.resolver.actor(bo["id"])
    host = receiving.other.domain()
    assert await receiving.db.read(lambda tx: peers.dialect(tx, host)) == dialect


async def test_what_a_server_took_says_more_than_what_it_says(receiving: Receiving) -> None:
    """Something before it may drop the header that it knows; it is not to refuse us once for each actor."""
    host = receiving.other.domain()
    await receiving.db.write(lambda tx: peers.speaks(tx, host, "cavage"))
    bo = receiving.other.actor("bo", generator={"type": "Application", "implements": [RFC9421]})
    await receiving.resolver.actor(bo["id"])
    assert await receiving.db.read(lambda tx: peers.dialect(tx, host)) == "cavage"
