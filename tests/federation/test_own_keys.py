"""The keys of members: shown, used, replaced; and what happens to those who had one before."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import House
from tests.federation.recording import (
    Received,
    client,
    delivering,
    follow,
    listening,
    remote,
    until,
)
from weft.commands.federation import command
from weft.commands.person import command as person
from weft.federation import jobs as federation_jobs
from weft.federation import render
from weft.federation.keys import Keys, new_keys
from weft.federation.read_actor import read_actor
from weft.federation.rotation import rotate
from weft.federation.vocabulary import contextualise
from weft.net import cavage
from weft.net import keys as made
from weft.net.proofs import proof_in
from weft.net.signatures import SignatureRejected
from weft.people import accounts, own_keys
from weft.people.model import Account
from weft.people.tables import private_keys
from weft.work import jobs

pytestmark = pytest.mark.anyio


@pytest.fixture
def ada(house: House) -> Account:
    federation_jobs.react(house.db)
    return house.person("ada")


async def test_an_actor_shows_both_keys_and_is_read_so(house: House, ada: Account) -> None:
    public = await Keys(house.db).public(ada)
    document = contextualise(render.actor(house.db.site, ada, public.pem, public.multikey))
    assert document["@context"][2:4] == [
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/multikey/v1",
    ]
    rsa, ed25519 = read_actor(document).keys
    assert (rsa.id, rsa.owner, rsa.pem, rsa.proves) == (ada.key_id, ada.uri, public.pem, False)
    assert (ed25519.id, ed25519.owner, ed25519.proves) == (
        f"{ada.uri}#ed25519-key",
        ada.uri,
        True,
    )
    signer = await Keys(house.db).signer(ada.id)
    assert made.public_key(ed25519.pem) == signer.ed25519.public_key()


async def test_who_had_one_key_gets_the_second_beside_it(house: House, ada: Account) -> None:
    before = await Keys(house.db).public(ada)
    house.db.write_now(lambda tx: tx.run(private_keys.update().values(ed25519=None)))
    after = await Keys(house.db).public(ada)
    assert after.pem == before.pem
    assert after.multikey != before.multikey
    assert (await Keys(house.db).public(ada)) == after


async def test_two_who_need_a_key_at_once_get_the_same(house: House, ada: Account) -> None:
    first, second = new_keys(), new_keys()
    kept = house.db.write_now(lambda tx: own_keys.put(tx, ada.id, first))
    assert house.db.write_now(lambda tx: own_keys.put(tx, ada.id, second)) == kept == first


async def test_every_activity_has_a_proof_that_its_actor_made_once(
    house: House, ada: Account
) -> None:
    async with listening() as far:
        for host in ("a.test", "b.test"):
            follow(house, remote(house, far, "bo", host), ada)
        async with delivering(house, ["a.test", "b.test"]):
            house.post(ada, "hello")
            await until(
                lambda: len([body for body in far.bodies() if body["type"] == "Create"]) == 2
            )
    one, other = [got for got in far.received if got.json["type"] == "Create"]
    assert one.body == other.body
    proof = proof_in(one.json)
    assert proof is not None
    assert proof.method == f"{ada.uri}#ed25519-key"
    proof.verify((await Keys(house.db).signer(ada.id)).ed25519.public_key(), 0)
    assert one.json["@context"][2] == "https://w3id.org/security/data-integrity/v1"
    assert all(proof_in(body) is not None for body in far.bodies())  # the answers to follows too


async def test_new_keys_sign_from_then_on_and_are_told(house: House, ada: Account) -> None:
    async with listening() as far:
        follow(house, remote(house, far, "bo", "a.test"), ada)
        async with delivering(house, ["a.test"]):
            house.post(ada, "before")
            await until(lambda: "Create" in [body["type"] for body in far.bodies()])
            old = (await Keys(house.db).public(ada)).pem
            keys = new_keys()
            house.db.write_now(lambda tx: rotate(tx, ada, keys))
            await until(lambda: "Update" in [body["type"] for body in far.bodies()])
            [update] = [got for got in far.received if got.json["type"] == "Update"]
            house.post(ada, "after")
            await until(lambda: len([b for b in far.bodies() if b["type"] == "Create"]) == 2)
    told = read_actor(update.json["object"])
    assert told.keys[0].pem == keys.public_pem != old
    assert told.keys[0].id == ada.key_id
    proof = proof_in(update.json)
    assert proof is not None
    proof.verify(made.public_key(told.keys[1].pem), 0)
    for got in (update, far.received[-1]):
        signature = cavage.parse_signature(got.headers["signature"])
        for pem, good in ((keys.public_pem, True), (old, False)):
            try:
                cavage.verify(
                    signature,
                    "POST",
                    got.path,
                    got.headers,
                    got.body,
                    made.public_key(pem),
                    _at(got),
                )
            except SignatureRejected:
                assert not good
            else:
                assert good


def _at(got: Received) -> float:
    return parsedate_to_datetime(got.headers["date"]).timestamp()


async def test_who_has_no_followers_signs_with_the_new_keys_too(house: House, ada: Account) -> None:
    async with client([]) as out:
        keys = Keys(house.db)
        before = (await keys.signer(ada.id)).rsa
        handlers = federation_jobs.handlers(house.db, out, keys)
        house.db.write_now(lambda tx: rotate(tx, ada, new_keys()))
        [job] = [
            job
            for job in house.db.write_now(lambda tx: jobs.claim(tx, "default", "me", 10))
            if job.kind == "federation.announce_actor"
        ]
        await handlers[job.kind].run(job)
        assert (await keys.signer(ada.id)).rsa is not before


async def test_keys_go_with_a_name_that_nobody_else_may_have(house: House, ada: Account) -> None:
    before = await Keys(house.db).public(ada)
    house.db.write_now(lambda tx: accounts.blank(tx, accounts.get(tx, ada.id)))
    assert await Keys(house.db).public(ada) == before


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    where = ["--data", str(tmp_path), "--domain", "weft.test"]
    run = CliRunner().invoke
    made_ = run(
        person, ["create", "ada", "--email", "a@weft.test", "--password", "long enough", *where]
    )
    assert made_.exit_code == 0, made_.output
    for handle in ("ada", "@ada@weft.test", "weft.test"):
        done = run(command, ["rotate-key", handle, *where])
        assert (done.exit_code, done.output) == (0, f"{handle} signs with new keys.\n")
    missing = run(command, ["rotate-key", "nobody", *where])
    assert missing.exit_code == 1
    assert "no member named nobody" in missing.output
