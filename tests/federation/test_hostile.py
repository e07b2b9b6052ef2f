"""What arrives and is a lie, an accident or an attack: each case has hurt some server."""

from __future__ import annotations

import time
from typing import Any

import pytest
import sqlalchemy as sa

from tests.federation.conftest import Receiving
from tests.federation.stranger import PUBLIC, create, key_pair, mention
from weft.federation import limits
from weft.federation.request import InboxRequest
from weft.federation.tables import seen
from weft.net.signatures import PAST_SECONDS
from weft.people import blocks
from weft.people.tables import accounts
from weft.threads.tables import notifications
from weft.threads.tables import posts as post_table
from weft.work.tables import jobs

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(receiving: Receiving) -> Receiving:
    receiving.house.person("ada")
    return receiving


def to_ada(world: Receiving, actor: Any, slug: str = "1", **changes: Any) -> Any:
    ada = world.house.db.read_now(
        lambda tx: tx.scalar(sa.select(accounts.c.uri).where(accounts.c.username == "ada"))
    )
    return world.other.note(actor, slug, tag=[mention(ada)], **changes)


async def count(world: Receiving, table: sa.Table) -> int:
    return await world.db.read(lambda tx: tx.scalar(sa.select(sa.func.count()).select_from(table)))


async def nothing_happened(world: Receiving) -> bool:
    return not (await count(world, post_table) or await count(world, notifications))


# -- signatures -----------------------------------------------------------------------------


async def test_unsigned(world: Receiving) -> None:
    request = world.other.request(create(to_ada(world, world.other.actor("bo"))))
    headers = {name: value for name, value in request.headers.items() if name != "signature"}
    assert await world.inbox.accept(InboxRequest("/inbox", headers, request.body)) == 401
    assert world.other.asked == []
    assert await nothing_happened(world)


async def test_forged_with_another_key(world: Receiving) -> None:
    bo = world.other.actor("bo")
    assert await world.send(create(to_ada(world, bo)), key=1) == 401
    assert await nothing_happened(world)


async def test_a_key_that_names_another_owner(world: Receiving) -> None:
    bo = world.other.actor("bo")
    mallory = world.other.actor("mallory", key=1)
    forged = create(to_ada(world, bo))
    # Same server, signed well, but by somebody else's key.
    assert await world.send(forged, key=1, key_id=f"{mallory['id']}#main-key") == 401
    # Mallory lists a key and says that it is Bo's.
    world.other.actor(
        "mallory",
        key=1,
        publicKey={
            "id": f"{mallory['id']}#main-key",
            "owner": bo["id"],
            "publicKeyPem": key_pair(1).public_pem,
        },
    )
    assert await world.send(forged, key=1, key_id=f"{mallory['id']}#main-key") == 401
    assert await nothing_happened(world)


async def test_a_key_of_another_host_makes_it_a_hint_only(world: Receiving) -> None:
    bo = world.other.actor("bo")
    mallory = world.other.actor("mallory", host="third.test", key=1)
    note = to_ada(world, bo)
    world.other.unserve(note["id"])
    sent = await world.send(create(note), key=1, key_id=f"{mallory['id']}#main-key")
    assert sent == 202
    await world.work()
    assert await nothing_happened(world)


async def test_a_key_document_that_claims_somebody_elsewhere(world: Receiving) -> None:
    bo = world.other.actor("bo")
    key_id = f"{world.other.base('third.test')}/keys/1"
    pem = key_pair(1).public_pem
    world.other.serve(key_id, {"id": key_id, "owner": bo["id"], "publicKeyPem": pem})
    assert await world.send(create(to_ada(world, bo)), key=1, key_id=key_id) == 401
    assert await nothing_happened(world)


async def test_the_body_was_changed_on_the_way(world: Receiving) -> None:
    request = world.other.request(create(to_ada(world, world.other.actor("bo"))))
    changed = InboxRequest(
        request.target, request.headers, request.body.replace(b"hello", b"jello")
    )
    assert await world.inbox.accept(changed) == 401
    assert await nothing_happened(world)


async def test_replayed_a_day_later(world: Receiving) -> None:
    old = time.time() - PAST_SECONDS - 60
    assert await world.send(create(to_ada(world, world.other.actor("bo"))), at=old) == 401
    assert await nothing_happened(world)


async def test_signed_for_another_server(world: Receiving) -> None:
    activity = create(to_ada(world, world.other.actor("bo")))
    assert await world.send(activity, to="http://elsewhere.test/inbox") == 401
    assert await nothing_happened(world)


async def test_signed_for_another_path(world: Receiving) -> None:
    request = world.other.request(create(to_ada(world, world.other.actor("bo"))))
    moved = InboxRequest("/users/1/inbox", request.headers, request.body)
    assert await world.inbox.accept(moved) == 401


async def test_a_new_key_is_found_and_bad_ones_do_not_make_us_ask_again_and_again(
    world: Receiving,
) -> None:
    bo = world.other.actor("bo")
    assert await world.send(create(to_ada(world, bo, "1"))) == 202
    world.other.actor("bo", key=1)
    assert await world.send(create(to_ada(world, bo, "2")), key=1) == 202
    assert await count(world, post_table) == 2
    asked = len(world.other.asked)
    for slug in "abcdef":
        assert await world.send(create(to_ada(world, bo, slug)), key=2) == 401
    assert len(world.other.asked) - asked <= 2


async def test_503_when_the_key_cannot_be_had_now(world: Receiving) -> None:
    bo = world.other.actor("bo")
    world.other.serve(bo["id"], "busy", status=500)
    assert await world.send(create(to_ada(world, bo))) == 503
    world.other.actor("bo")
    assert await world.send(create(to_ada(world, bo))) == 202
    assert await count(world, post_table) == 1


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_401_when_there_is_no_such_actor_and_it_is_not_asked_for_again(
    world: Receiving, status: int
) -> None:
    bo = world.other.actor("bo")
    note = to_ada(world, bo)
    world.other.serve(bo["id"], "", status=status)
    for _ in range(5):
        assert await world.send(create(note)) == 401
    assert len(world.other.asked) == 1


async def test_a_weak_key_is_no_key(world: Receiving) -> None:
    bo = world.other.actor("bo", publicKey={"id": "x", "publicKeyPem": "-----BEGIN"})
    assert await world.send(create(to_ada(world, bo))) == 401


async def test_a_key_behind_a_redirect_into_the_private_network(world: Receiving) -> None:
    bo = world.other.actor("bo")
    note = to_ada(world, bo)
    world.other.serve(bo["id"], "", status=302, Location="http://private.test/actor")
    assert await world.send(create(note)) == 401
    assert await nothing_happened(world)


@pytest.mark.parametrize(
    "actor",
    ["http://10.0.0.1/a", "http://[::1]/a", "http://weft.test/ap/users/1", "file:///etc/passwd"],
)
async def test_actors_where_no_stranger_can_be(world: Receiving, actor: str) -> None:
    activity = {"id": f"{actor}#1", "type": "Follow", "actor": actor, "object": "x"}
    assert await world.send(activity) in {400, 401}


# -- size and shape -------------------------------------------------------------------------


async def test_a_huge_body(world: Receiving) -> None:
    bo = world.other.actor("bo")
    body = b'{"a":"' + b"x" * limits.DOCUMENT_BYTES + b'"}'
    assert await world.send({"actor": bo["id"]}, body=body) == 413
    assert world.other.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"type":"Create","actor":"http://other.test/a","object":'
        + b'{"object":' * 100
        + b"1"
        + b"}" * 101,
        b'{"type":"Create"}',
        b'{"actor":"http://other.test/a"}',
        b'{"type":"Create","actor":[[[]]],"object":{}}',
        b'{"type":"OrderedCollection","actor":"http://other.test/a","orderedItems":[]}',
        b'{"type":"Create","actor":"http://other.test/a","id":"http://third.test/1","object":{}}',
        b'{"type":"Create","actor":"http://other.test/a\\u0000","object":{}}',
    ],
)
async def test_what_is_no_activity(world: Receiving, body: bytes) -> None:
    assert await world.send({"actor": "http://other.test/a"}, body=body) == 400
    assert world.other.asked == []


async def test_other_types_of_content(world: Receiving) -> None:
    request = world.other.request(create(to_ada(world, world.other.actor("bo"))))
    form = dict(request.headers) | {"content-type": "application/x-www-form-urlencoded"}
    assert await world.inbox.accept(InboxRequest("/inbox", form, request.body)) == 415


async def test_a_key_document_larger_than_it_says(world: Receiving) -> None:
    bo = world.other.actor("bo")
    note = to_ada(world, bo)
    world.other.serve(bo["id"], bo | {"summary": "x" * 2 * limits.DOCUMENT_BYTES})
    assert await world.send(create(note)) == 401


# -- who may say what -----------------------------------------------------------------------


async def test_a_post_of_somebody_else(world: Receiving) -> None:
    bo, mallory = world.other.actor("bo"), world.other.actor("mallory", key=1)
    note = to_ada(world, bo)
    activity = create(note, actor=mallory["id"], id=f"{mallory['id']}#1")
    assert await world.send(activity, key=1) == 202
    assert await nothing_happened(world)


async def test_a_post_with_an_id_of_another_server(world: Receiving) -> None:
    bo = world.other.actor("bo")
    note = to_ada(world, bo) | {"id": f"{world.other.base('third.test')}/notes/1"}
    assert await world.send(create(note, id=f"{bo['id']}#1")) in {202, 400}
    assert await nothing_happened(world)


async def test_only_the_author_edits_and_deletes(world: Receiving) -> None:
    bo = world.other.actor("bo")
    mallory = world.other.actor("mallory", key=1)
    cy = world.other.actor("cy", host="third.test", key=2)
    note = to_ada(world, bo)
    await world.send(create(note))
    await world.resolver.actor(mallory["id"])
    await world.resolver.actor(cy["id"])
    for actor, key in ((mallory, 1), (cy, 2)):
        forged = note | {"attributedTo": actor["id"], "content": "forged"}
        for number, inner in enumerate((forged, note | {"content": "forged"})):
            update = {
                "id": f"{actor['id']}#u/{number}",
                "type": "Update",
                "actor": actor["id"],
                "object": inner,
            }
            assert await world.send(update, key=key) in {202, 400}
        delete = {
            "id": f"{actor['id']}#d",
            "type": "Delete",
            "actor": actor["id"],
            "object": note["id"],
        }
        assert await world.send(delete, key=key) == 202
    post = await world.post(note["id"])
    assert post is not None
    assert post.html == "<p>hello</p>"


async def test_nobody_deletes_in_advance_what_another_will_say(world: Receiving) -> None:
    bo, mallory = world.other.actor("bo"), world.other.actor("mallory", key=1)
    await world.resolver.actor(mallory["id"])
    note = to_ada(world, bo)
    delete = {
        "id": f"{mallory['id']}#d",
        "type": "Delete",
        "actor": mallory["id"],
        "object": note["id"],
    }
    assert await world.send(delete, key=1) == 202
    assert await world.send(create(note)) == 202
    assert await world.post(note["id"]) is not None


async def test_nobody_deletes_a_post_or_an_account_of_ours(world: Receiving) -> None:
    ada = await world.db.read(
        lambda tx: tx.row(sa.select(accounts.c.uri).where(accounts.c.username == "ada"))
    )
    assert ada is not None
    member = await world.account(ada.uri)
    assert member is not None
    mine = world.house.post(member, "mine")
    bo = world.other.actor("bo")
    await world.resolver.actor(bo["id"])
    for number, target in enumerate((mine.uri, ada.uri)):
        delete = {
            "id": f"{bo['id']}#d{number}",
            "type": "Delete",
            "actor": bo["id"],
            "object": target,
        }
        assert await world.send(delete) == 202
    assert await world.post(mine.uri) is not None
    still = await world.account(ada.uri)
    assert still is not None
    assert still.suspended_at is None


async def test_a_profile_is_changed_by_its_owner_only(world: Receiving) -> None:
    bo, mallory = world.other.actor("bo"), world.other.actor("mallory", key=1)
    await world.resolver.actor(bo["id"])
    await world.resolver.actor(mallory["id"])
    update = {
        "id": f"{mallory['id']}#u",
        "type": "Update",
        "actor": mallory["id"],
        "object": bo | {"name": "pwned", "publicKey": mallory["publicKey"]},
    }
    assert await world.send(update, key=1) == 202
    account = await world.account(bo["id"])
    assert account is not None
    assert account.name == "Bo"


async def test_nobody_renames_themselves_into_somebody(world: Receiving) -> None:
    bo = world.other.actor("bo")
    eve = world.other.actor("eve", key=1)
    await world.resolver.actor(bo["id"])
    await world.resolver.actor(eve["id"])
    update = {
        "id": f"{eve['id']}#u",
        "type": "Update",
        "actor": eve["id"],
        "object": eve | {"preferredUsername": "bo"},
    }
    world.other.serve(eve["id"], eve | {"preferredUsername": "bo"})
    assert await world.send(update, key=1) == 202
    await world.work()
    account = await world.account(eve["id"])
    assert account is not None
    assert account.username == "eve"


async def test_an_accept_nobody_asked_for(world: Receiving) -> None:
    ada = await world.db.read(
        lambda tx: tx.scalar(sa.select(accounts.c.uri).where(accounts.c.username == "ada"))
    )
    bo = world.other.actor("bo")
    await world.resolver.actor(bo["id"])
    accept = {
        "id": f"{bo['id']}#a",
        "type": "Accept",
        "actor": bo["id"],
        "object": {"id": "http://x.test/1", "type": "Follow", "actor": ada, "object": bo["id"]},
    }
    assert await world.send(accept) == 202
    account = await world.account(bo["id"])
    assert account is not None
    assert account.followers_count == 0


async def test_undo_of_what_another_did(world: Receiving) -> None:
    ada = await world.db.read(
        lambda tx: tx.scalar(sa.select(accounts.c.uri).where(accounts.c.username == "ada"))
    )
    bo, mallory = world.other.actor("bo"), world.other.actor("mallory", key=1)
    follow = {"id": f"{bo['id']}#f", "type": "Follow", "actor": bo["id"], "object": ada}
    await world.send(follow)
    await world.resolver.actor(mallory["id"])
    for number, inner in enumerate((follow, follow["id"], {**follow, "actor": mallory["id"]})):
        undo = {
            "id": f"{mallory['id']}#u{number}",
            "type": "Undo",
            "actor": mallory["id"],
            "object": inner,
        }
        assert await world.send(undo, key=1) == 202
    member = await world.account(ada)
    assert member is not None
    assert member.followers_count == 1


async def test_a_boost_of_a_foreign_fake(world: Receiving) -> None:
    """The embedded copy is never believed, and a post served at a wrong place neither."""
    ada = await world.account(
        await world.db.read(
            lambda tx: tx.scalar(sa.select(accounts.c.uri).where(accounts.c.username == "ada"))
        )
    )
    assert ada is not None
    bo, cy = world.other.actor("bo"), world.other.actor("cy", host="third.test", key=1)
    await world.follow(ada, bo["id"])
    fake = world.other.note(cy, "9") | {"content": "<p>cy never said so</p>"}
    world.other.unserve(fake["id"])
    at_bo = f"{world.other.base()}/media/fake.json"
    world.other.serve(at_bo, fake)
    for number, inner in enumerate((fake, at_bo)):
        boost = {
            "id": f"{bo['id']}#b/{number}",
            "type": "Announce",
            "actor": bo["id"],
            "to": PUBLIC,
            "object": inner,
        }
        assert await world.send(boost) == 202
    await world.work()
    assert await nothing_happened(world)


async def test_a_private_post_cannot_be_boosted_open(world: Receiving) -> None:
    ada = await world.db.read(
        lambda tx: tx.scalar(sa.select(accounts.c.uri).where(accounts.c.username == "ada"))
    )
    member = await world.account(ada)
    assert member is not None
    secret = world.house.post(member, "for friends", visibility="private")
    bo = world.other.actor("bo")
    boost = {
        "id": f"{bo['id']}#b",
        "type": "Announce",
        "actor": bo["id"],
        "to": PUBLIC,
        "object": secret.uri,
    }
    like = boost | {"id": f"{bo['id']}#l", "type": "Like"}
    assert await world.send(boost) == 202
    assert await world.send(like) == 202
    post = await world.post(secret.uri)
    assert post is not None
    assert (post.boosts_count, post.likes_count) == (0, 0)


async def test_an_uploaded_file_is_no_post(world: Receiving) -> None:
    """Whoever may upload a file to a server cannot speak for its members."""
    bo = world.other.actor("bo")
    note = world.other.note(bo, "1")
    for kind in ("application/json", "text/plain", "application/ld+json"):
        world.other.serve(note["id"], note, kind=kind)
        assert await world.resolver.resolve(note["id"]) is None
    world.other.serve(
        note["id"],
        note,
        kind='application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    )
    assert await world.resolver.resolve(note["id"]) is not None


# -- floods ---------------------------------------------------------------------------------


async def test_a_storm_of_deletions_costs_nothing(world: Receiving) -> None:
    base = world.other.base()
    for number in range(20):
        actor = f"{base}/users/gone{number}"
        delete = {
            "id": f"{actor}#delete",
            "type": "Delete",
            "actor": actor,
            "to": [PUBLIC],
            "object": actor,
        }
        assert await world.send(delete, key=1) == 202
        update = delete | {"id": f"{actor}#u", "type": "Update"}
        assert await world.send(update, key=1) == 202
    assert world.other.asked == []
    assert await count(world, seen) == 0


async def test_a_known_actor_is_not_deleted_by_a_bad_signature(world: Receiving) -> None:
    bo = world.other.actor("bo")
    await world.resolver.actor(bo["id"])
    delete = {"id": f"{bo['id']}#d", "type": "Delete", "actor": bo["id"], "object": bo["id"]}
    assert await world.send(delete, key=1) == 401
    account = await world.account(bo["id"])
    assert account is not None
    assert account.suspended_at is None
    # But its own server's word that it is gone is as good as a signature.
    world.other.serve(bo["id"], "", status=410)
    world.inbox._senders._looked.drop(bo["id"])
    assert await world.send(delete | {"id": f"{bo['id']}#d2"}, key=1) == 202
    await world.work()
    assert await world.account(bo["id"]) is None


async def test_a_flood_of_mentions_reaches_few(world: Receiving) -> None:
    members = [world.house.person(f"m{number}") for number in range(limits.MENTIONS + 10)]
    bo = world.other.actor("bo")
    note = world.other.note(bo, "1", tag=[mention(member.uri) for member in members])
    assert await world.send(create(note)) == 202
    assert await count(world, notifications) == limits.MENTIONS


async def test_new_actors_without_end_are_asked_to_wait(world: Receiving) -> None:
    base = world.other.base()
    statuses: list[int] = []
    for number in range(limits.KEY_LOOKUPS_PER_HOST + 5):
        actor = f"{base}/users/none{number}"
        follow = {"id": f"{actor}#f", "type": "Follow", "actor": actor, "object": "http://a.test"}
        statuses.append(await world.send(follow, key=1))
    assert statuses[0] == 401
    assert statuses[-1] == 503
    assert len(world.other.asked) == limits.KEY_LOOKUPS_PER_HOST


async def test_what_means_nothing_here_is_taken_politely(world: Receiving) -> None:
    bo = world.other.actor("bo")
    for kind in ("Flag", "Add", "Remove", "View", "Travel", "Move"):
        activity = {"id": f"{bo['id']}#{kind}", "type": kind, "actor": bo["id"], "object": bo["id"]}
        assert await world.send(activity) == 202
    chat = create(to_ada(world, bo) | {"type": "ChatMessage"})
    assert await world.send(chat) == 202
    vote = to_ada(world, bo, "v", name="Yes", content=None, inReplyTo="http://weft.test/1")
    assert await world.send(create(vote)) == 202
    assert await nothing_happened(world)
    assert await count(world, jobs) == 0


async def test_the_answer_does_not_tell_whom_a_member_blocks(world: Receiving) -> None:
    eve = world.house.person("eve")
    bo = world.other.actor("bo")
    account = await world.resolver.actor(bo["id"])
    await world.db.write(lambda tx: blocks.block(tx, eve, account))
    for number, target in enumerate((eve.uri, "http://weft.test/ap/users/12345")):
        follow = {
            "id": f"{bo['id']}#{number}",
            "type": "Follow",
            "actor": bo["id"],
            "object": target,
        }
        assert await world.send(follow) == 202
