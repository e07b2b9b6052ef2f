"""Whose signature it is: both dialects, several keys, new keys, proofs; and what is never believed."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.federation.conftest import Receiving
from tests.federation.sign import classic, modern, multikey, posted, proven
from tests.federation.stranger import create, key_pair, mention
from weft.federation import peers
from weft.federation.inbox import Inbox
from weft.federation.request import InboxRequest
from weft.net.signatures import PAST_SECONDS
from weft.people.model import Account

pytestmark = pytest.mark.anyio


@pytest.fixture
def ada(receiving: Receiving) -> Account:
    return receiving.house.person("ada")


def said(receiving: Receiving, actor: dict[str, Any], slug: str, ada: Account) -> dict[str, Any]:
    """A post to Ada that is told but not served: it is believed as it comes, or not at all."""
    note = receiving.other.note(actor, slug, tag=[mention(ada.uri)])
    receiving.other.unserve(note["id"])
    return create(note)


async def taken(receiving: Receiving, activity: dict[str, Any]) -> bool:
    await receiving.work()
    return await receiving.post(activity["object"]["id"]) is not None


async def dialect(receiving: Receiving) -> str:
    host = receiving.other.domain()
    return await receiving.db.read(lambda tx: peers.dialect(tx, host))


# -- RFC 9421 --------------------------------------------------------------------------------


async def test_rfc_9421_is_taken_in_and_answered_in_kind(
    receiving: Receiving, ada: Account
) -> None:
    bo = receiving.other.actor("bo")
    activity = said(receiving, bo, "1", ada)
    assert await dialect(receiving) == "cavage"
    request = posted(activity, modern(f"{bo['id']}#main-key"))
    assert await receiving.inbox.accept(request) == 202
    assert await taken(receiving, activity)
    assert await dialect(receiving) == "rfc9421"


async def test_draft_cavage_teaches_us_nothing_about_rfc_9421(
    receiving: Receiving, ada: Account
) -> None:
    bo = receiving.other.actor("bo")
    activity = said(receiving, bo, "1", ada)
    assert await receiving.inbox.accept(posted(activity, classic(f"{bo['id']}#main-key"))) == 202
    assert await dialect(receiving) == "cavage"


async def test_a_signature_that_does_not_fit_teaches_nothing_either(
    receiving: Receiving, ada: Account
) -> None:
    bo = receiving.other.actor("bo")
    activity = said(receiving, bo, "1", ada)
    request = posted(activity, modern(f"{bo['id']}#main-key", rsa=1))
    assert await receiving.inbox.accept(request) == 401
    assert not await taken(receiving, activity)
    assert await dialect(receiving) == "cavage"


async def test_what_was_signed_for_another_server_is_refused_here(
    receiving: Receiving, ada: Account
) -> None:
    bo = receiving.other.actor("bo")
    signer = modern(f"{bo['id']}#main-key")
    activity = said(receiving, bo, "1", ada)
    for to in ("http://else.test/inbox", "https://weft.test/inbox"):
        assert await receiving.inbox.accept(posted(activity, signer, to)) == 401


async def test_two_signatures_on_one_request_are_refused(
    receiving: Receiving, ada: Account
) -> None:
    bo = receiving.other.actor("bo")
    good = posted(said(receiving, bo, "1", ada), modern(f"{bo['id']}#main-key"))
    second = {name: good.headers[name].replace("sig1", "sig2") for name in good.headers}
    both = {
        **good.headers,
        **{
            name: f"{good.headers[name]}, {second[name]}"
            for name in ("signature", "signature-input")
        },
    }
    assert await receiving.inbox.accept(InboxRequest(good.target, both, good.body)) == 401
    assert await receiving.inbox.accept(good) == 202


# -- several keys ----------------------------------------------------------------------------


async def test_a_list_of_keys_and_a_multikey_may_each_sign(
    receiving: Receiving, ada: Account
) -> None:
    uri = f"{receiving.other.base()}/users/bo"
    pair = [
        {"id": f"{uri}#k{number}", "owner": uri, "publicKeyPem": key_pair(number).public_pem}
        for number in (0, 1)
    ]
    bo = receiving.other.actor("bo", publicKey=pair, assertionMethod=[multikey(uri)])
    signers = [
        classic(f"{uri}#k0", rsa=0),
        classic(f"{uri}#k1", rsa=1),
        modern(f"{uri}#k1", rsa=1),
        modern(f"{uri}#ed25519-key", rsa=None),
    ]
    for number, signer in enumerate(signers):
        activity = said(receiving, bo, str(number), ada)
        assert await receiving.inbox.accept(posted(activity, signer)) == 202
        assert await taken(receiving, activity)
    # Each id has its own key: one's signature is not good under another's name.
    wrong = posted(said(receiving, bo, "x", ada), classic(f"{uri}#k0", rsa=1))
    assert await receiving.inbox.accept(wrong) == 401


async def test_further_keys_are_kept_and_not_asked_for_again(
    receiving: Receiving, ada: Account
) -> None:
    uri = f"{receiving.other.base()}/users/bo"
    bo = receiving.other.actor("bo", assertionMethod=[multikey(uri)])
    await receiving.resolver.actor(uri)
    receiving.resolver.forget_keys(uri)
    receiving.other.asked.clear()
    activity = said(receiving, bo, "1", ada)
    signer = modern(f"{uri}#ed25519-key", rsa=None)
    assert await receiving.inbox.accept(posted(activity, signer)) == 202
    assert receiving.other.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"controller": "http://other.test/users/eve"},
        {"id": "on third.test"},
        {"publicKeyMultibase": "z6MkBroken"},
        {"publicKeyMultibase": ["z6Mk", 5]},
    ],
    ids=["another-s", "elsewhere", "broken", "no-text"],
)
async def test_a_multikey_that_is_not_the_actor_s_signs_nothing(
    receiving: Receiving, ada: Account, changes: dict[str, Any]
) -> None:
    uri = f"{receiving.other.base()}/users/bo"
    if "id" in changes:
        changes = {"id": f"{receiving.other.base('third.test')}/users/bo#ed25519-key"}
    bo = receiving.other.actor("bo", assertionMethod=[multikey(uri, **changes)])
    key_id = changes.get("id", f"{uri}#ed25519-key")
    request = posted(said(receiving, bo, "1", ada), modern(key_id, rsa=None))
    assert await receiving.inbox.accept(request) == 401
    usual = posted(said(receiving, bo, "2", ada), classic(f"{uri}#main-key"))
    assert await receiving.inbox.accept(usual) == 202


@pytest.mark.parametrize("new", ["cavage", "rfc9421"])
async def test_a_new_key_is_found_by_one_look_and_no_more(
    receiving: Receiving, ada: Account, new: str
) -> None:
    bo = receiving.other.actor("bo")
    make = modern if new == "rfc9421" else classic
    key_id = f"{bo['id']}#main-key"
    first = posted(said(receiving, bo, "1", ada), make(key_id, rsa=0))
    assert await receiving.inbox.accept(first) == 202
    bo = receiving.other.actor("bo", key=1)
    receiving.other.asked.clear()
    second = said(receiving, bo, "2", ada)
    assert await receiving.inbox.accept(posted(second, make(key_id, rsa=1))) == 202
    assert await taken(receiving, second)
    looked = len(receiving.other.asked)
    for slug in ("3", "4"):
        old = said(receiving, bo, slug, ada)
        assert await receiving.inbox.accept(posted(old, make(key_id, rsa=0))) == 401
    assert len(receiving.other.asked) <= 2 * looked


# -- proofs ----------------------------------------------------------------------------------


@pytest.fixture
def bo(receiving: Receiving) -> dict[str, Any]:
    """Somebody who proves what he does."""
    uri = f"{receiving.other.base()}/users/bo"
    return receiving.other.actor("bo", assertionMethod=[multikey(uri)])


@pytest.fixture
def relay(receiving: Receiving) -> str:
    """The key of somebody on another server, who passes things on."""
    return f"{receiving.other.actor('relay', host='third.test', key=1)['id']}#main-key"


async def test_a_good_proof_makes_what_is_forwarded_believable(
    receiving: Receiving, ada: Account, bo: dict[str, Any], relay: str
) -> None:
    bare, proved = said(receiving, bo, "1", ada), proven(said(receiving, bo, "2", ada))
    for activity in (bare, proved):
        assert await receiving.inbox.accept(posted(activity, classic(relay, rsa=1))) == 202
    assert not await taken(receiving, bare)  # looked for where it belongs, and not found there
    assert await taken(receiving, proved)


async def test_a_proof_that_is_changed_or_another_s_refuses_the_activity(
    receiving: Receiving, ada: Account, bo: dict[str, Any], relay: str
) -> None:
    good = proven(said(receiving, bo, "1", ada))
    eve = receiving.other.actor("eve", assertionMethod=[])
    eve |= {"assertionMethod": [multikey(eve["id"], 2)]}
    receiving.other.serve(eve["id"], eve)
    bad = [
        good | {"to": [*good["to"], "https://elsewhere.test/x"]},
        good | {"object": good["object"] | {"content": "<p>else</p>"}},
        good | {"proof": good["proof"] | {"expires": "2099-01-01T00:00:00Z"}},
        proven(said(receiving, bo, "1", ada), 2),
        proven(said(receiving, bo, "1", ada), 2, method=f"{eve['id']}#ed25519-key"),
    ]
    for activity in bad:
        for signer in (classic(relay, rsa=1), classic(f"{bo['id']}#main-key")):
            assert await receiving.inbox.accept(posted(activity, signer)) == 401
        assert not await taken(receiving, activity)
    assert await receiving.inbox.accept(posted(good, classic(relay, rsa=1))) == 202
    assert await taken(receiving, good)


async def test_only_keys_with_which_an_actor_asserts_prove(
    receiving: Receiving, ada: Account, relay: str
) -> None:
    uri = f"{receiving.other.base()}/users/bo"
    bo = receiving.other.actor("bo", publicKey=[multikey(uri)])
    activity = proven(said(receiving, bo, "1", ada))
    assert await receiving.inbox.accept(posted(activity, classic(relay, rsa=1))) == 401
    receiving.other.actor("bo", publicKey=[multikey(uri)], assertionMethod=f"{uri}#ed25519-key")
    later = Inbox(receiving.db, receiving.resolver)  # it remembers nothing
    assert await later.accept(posted(activity, classic(relay, rsa=1))) == 202
    assert await taken(receiving, activity)


async def test_an_old_proof_is_only_a_hint(
    receiving: Receiving, ada: Account, bo: dict[str, Any], relay: str
) -> None:
    """Or what was taken back since could be repeated by anyone, for ever."""
    activity = proven(said(receiving, bo, "1", ada), created=time.time() - PAST_SECONDS - 60)
    assert await receiving.inbox.accept(posted(activity, classic(relay, rsa=1))) == 202
    assert not await taken(receiving, activity)


async def test_a_signature_of_json_ld_makes_nothing_believable(
    receiving: Receiving, ada: Account, bo: dict[str, Any], relay: str
) -> None:
    activity = said(receiving, bo, "1", ada) | {
        "signature": {
            "type": "RsaSignature2017",
            "creator": f"{bo['id']}#main-key",
            "created": "2026-11-20T10:00:00Z",
            "signatureValue": "AAAA",
        }
    }
    assert await receiving.inbox.accept(posted(activity, classic(relay, rsa=1))) == 202
    assert not await taken(receiving, activity)


async def test_a_proof_with_a_new_key_is_looked_up_once(
    receiving: Receiving, ada: Account, bo: dict[str, Any], relay: str
) -> None:
    await receiving.resolver.actor(bo["id"])
    receiving.other.actor("bo", assertionMethod=[multikey(bo["id"], 3)])
    activity = proven(said(receiving, bo, "1", ada), 3)
    assert await receiving.inbox.accept(posted(activity, classic(relay, rsa=1))) == 202
    assert await taken(receiving, activity)


async def test_bad_proofs_of_somebody_do_not_hide_his_new_key(
    receiving: Receiving, ada: Account, bo: dict[str, Any], relay: str
) -> None:
    forged = proven(said(receiving, bo, "1", ada), 2)
    assert await receiving.inbox.accept(posted(forged, classic(relay, rsa=1))) == 401
    receiving.other.actor("bo", key=1, assertionMethod=[multikey(bo["id"])])
    request = posted(said(receiving, bo, "2", ada), classic(f"{bo['id']}#main-key", rsa=1))
    assert await receiving.inbox.accept(request) == 202
