"""Proofs in documents: the FEP's own one, and that every byte that counts is covered."""

import copy
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from weft.net import keys, multibase, proofs
from weft.net.jcs import canonical
from weft.net.proofs import proof_in, prove
from weft.net.signatures import PAST_SECONDS, SignatureRejected

NOW = 1_700_000_000.0
KEY = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
METHOD = "https://a.test/users/1#ed25519-key"
CREATED = "2023-11-14T22:13:20Z"
CONTEXT = ["https://www.w3.org/ns/activitystreams", proofs.CONTEXT]
ACTIVITY: dict[str, Any] = {
    "@context": CONTEXT,
    "id": "https://a.test/activities/1",
    "type": "Create",
    "actor": "https://a.test/users/1",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
    "object": {"id": "https://a.test/notes/1", "type": "Note", "content": "Grüße", "n": 1.5},
}


def digest(value: dict[str, Any]) -> bytes:
    return hashlib.sha256(canonical(value)).digest()


def check(document: dict[str, Any], now: float = NOW) -> None:
    proof = proof_in(document)
    assert proof is not None
    proof.verify(KEY.public_key(), now)


def again(**options: Any) -> dict[str, Any]:
    """The activity with a proof that has these options; None leaves one out. Signed as they stand."""
    whole = {
        "@context": CONTEXT,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "created": CREATED,
    } | options
    kept = {name: value for name, value in whole.items() if value is not None}
    value = KEY.sign(digest(kept) + digest(ACTIVITY))
    return ACTIVITY | {"proof": kept | {"proofValue": multibase.encode(value)}}


def test_the_fep_s_own_proof() -> None:
    """FEP-8b32, fep-8b32.feature: made byte for byte, and good."""
    context = [CONTEXT[0], "https://w3id.org/security/data-integrity/v2"]
    document = {
        "@context": context,
        "id": "https://server.example/activities/1",
        "type": "Create",
        "actor": "https://server.example/users/alice",
        "object": {
            "id": "https://server.example/objects/1",
            "type": "Note",
            "attributedTo": "https://server.example/users/alice",
            "content": "Hello world",
            "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
        },
    }
    secret = multibase.decode("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")[2:]
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert keys.multikey(key.public_key()) == "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    method = "https://server.example/users/alice#ed25519-key"
    proven = prove(document, key, method, "2023-02-24T23:36:38Z")
    assert proven["proof"] == {
        "@context": context,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "proofValue": "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCx"
        "UDe9SdL",
        "created": "2023-02-24T23:36:38Z",
    }
    proof = proof_in(proven)
    assert proof is not None
    proof.verify(key.public_key(), NOW)


def test_what_is_proven_is_good_however_it_was_written_down() -> None:
    proven = prove(ACTIVITY, KEY, METHOD, CREATED)
    check(proven)
    text = json.dumps(proven, indent=3, sort_keys=True)
    assert "\\u00fc" in text
    check(json.loads(text))


@pytest.mark.parametrize(
    "path",
    [("id",), ("actor",), ("to",), ("object", "content"), ("object", "n"), ("@context",)]
    + [("proof", name) for name in ("created", "verificationMethod", "@context", "proofValue")],
    ids="/".join,
)
def test_whatever_is_changed_or_taken_away_or_added_is_seen(path: tuple[str, ...]) -> None:
    for change in ("else", None, "added"):
        document = copy.deepcopy(prove(ACTIVITY, KEY, METHOD, CREATED))
        inner = document
        for name in path[:-1]:
            inner = inner[name]
        if change is None:
            del inner[path[-1]]
            # Without a context of its own a proof has that of the document: the same one, then.
            if path == ("proof", "@context"):
                check(document)
                continue
        elif change == "added":
            inner[f"{path[-1]}2"] = "x"
        else:
            inner[path[-1]] = "2023-11-14T22:13:21Z" if path[-1] == "created" else "zzz"
        with pytest.raises(SignatureRejected):
            check(document)


@given(st.text(min_size=1), st.none() | st.booleans() | st.integers(-9, 9) | st.text())
def test_no_option_of_a_proof_is_outside_what_is_signed(name: str, value: Any) -> None:
    document = copy.deepcopy(prove(ACTIVITY, KEY, METHOD, CREATED))
    if document["proof"].get(name, ...) == value:
        return
    document["proof"][name] = value
    try:
        proof = proof_in(document)
    except SignatureRejected:
        return
    if proof is None:  # of another type or suite: nothing that we would believe
        assert name in {"type", "cryptosuite"}
        return
    with pytest.raises(SignatureRejected):
        proof.verify(KEY.public_key(), NOW)


def test_options_that_we_do_not_know_are_covered_and_allowed() -> None:
    document = again(domain="a.test", nonce="x")
    check(document)
    document["proof"]["domain"] = "b.test"
    with pytest.raises(SignatureRejected):
        check(document)


def test_a_proof_ends_when_it_says() -> None:
    check(again(expires="2023-11-14T23:00:00Z"))
    with pytest.raises(SignatureRejected, match="expired"):
        check(again(expires="2023-11-14T20:00:00Z"))


@pytest.mark.parametrize(
    "options",
    [
        {"proofPurpose": "authentication"},
        {"proofPurpose": None},
        {"verificationMethod": None},
        {"verificationMethod": {"id": METHOD}},
        {"created": "yesterday"},
        {"created": 5},
        {"expires": "never"},
        {"@context": ["https://www.w3.org/ns/credentials/v2"]},
        {"@context": [*CONTEXT, "https://a.test/more"]},
    ],
    ids=str,
)
def test_options_that_are_not_as_they_must_be(options: dict[str, Any]) -> None:
    with pytest.raises(SignatureRejected):
        check(again(**options))


@pytest.mark.parametrize("context", [None, CONTEXT, CONTEXT[:1]], ids=str)
def test_each_way_in_which_peers_hash_the_context(context: Any) -> None:
    """The whole of it, its beginning, or none. Fedify hashes it and leaves it out of what it sends."""
    if context == CONTEXT[:1]:
        value = {"@context": context}
        made = again(**value)["proof"]
        bare = ACTIVITY | value
        options = {name: made[name] for name in made if name != "proofValue"}
        signed = KEY.sign(digest(options) + digest(bare))
        check(ACTIVITY | {"proof": options | {"proofValue": multibase.encode(signed)}})
        return
    check(again(**{"@context": context}))
    fedify = again()
    del fedify["proof"]["@context"]
    check(fedify)


def test_a_signature_of_json_ld_beside_it_is_no_part_of_what_is_proven() -> None:
    check(prove(ACTIVITY, KEY, METHOD, CREATED) | {"signature": {"type": "RsaSignature2017"}})


def test_two_proofs_are_one_too_many() -> None:
    one = prove(ACTIVITY, KEY, METHOD, CREATED)["proof"]
    check(ACTIVITY | {"proof": [one]})
    check(ACTIVITY | {"proof": [{"type": "DataIntegrityProof", "cryptosuite": "other"}, one]})
    with pytest.raises(SignatureRejected):
        check(ACTIVITY | {"proof": [one, one]})


@pytest.mark.parametrize(
    "proof",
    [None, "x", [], {}, {"type": "RsaSignature2017"}, {"type": "DataIntegrityProof"}, [None, 5]],
    ids=str,
)
def test_what_is_no_proof_of_ours_is_none(proof: Any) -> None:
    assert proof_in(ACTIVITY | {"proof": proof}) is None


@given(
    st.dictionaries(
        st.sampled_from(["proofValue", "created", "verificationMethod", "@context", "expires"]),
        st.none() | st.text() | st.integers() | st.lists(st.text()) | st.floats(),
    )
)
def test_nothing_in_a_proof_breaks_the_reader(options: dict[str, Any]) -> None:
    document = copy.deepcopy(prove(ACTIVITY, KEY, METHOD, CREATED))
    document["proof"].update(options)
    try:
        check(document)
    except SignatureRejected:
        return
    assert not options


def test_another_key_does_not_prove_it() -> None:
    proof = proof_in(prove(ACTIVITY, KEY, METHOD, CREATED))
    assert proof is not None
    others = [
        Ed25519PrivateKey.generate().public_key(),
        keys.public_key(keys.generate().public_pem),
    ]
    for other in others:
        with pytest.raises(SignatureRejected):
            proof.verify(other, NOW)


def test_an_old_proof_is_good_but_not_recent() -> None:
    proof = proof_in(prove(ACTIVITY, KEY, METHOD, CREATED))
    assert proof is not None
    assert proof.is_recent(NOW)
    assert not proof.is_recent(NOW + PAST_SECONDS + 1)
    undated = proof_in(again(created=None))
    assert undated is not None
    undated.verify(KEY.public_key(), NOW)
    assert not undated.is_recent(NOW)
