"""Proofs inside documents: FEP-8b32 with ``eddsa-jcs-2022``.

    what is signed = SHA-256(canonical proof without its value) + SHA-256(canonical document without it)

The *whole* proof but its value goes into the hash, whatever it says. Libraries have been found that
hash only the options which they know; then whoever passes a document on can add an ``expires`` or
change a ``domain``. (Signatures of JSON-LD, under ``signature``, are another thing: never believed,
and left out before the proof is checked, as the FEP wants it.)

Sources: FEP-8b32; https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022;
https://www.w3.org/TR/vc-data-integrity/#proofs
"""

import hashlib
from dataclasses import dataclass
from typing import Any, TypeGuard

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from weft.kernel.clock import parse_iso
from weft.net import multibase
from weft.net.jcs import NotCanonical, canonical
from weft.net.keys import PublicKey
from weft.net.signatures import (
    SignatureMismatch,
    SignatureRejected,
    require_recent,
    require_unexpired,
)

Json = dict[str, Any]

SUITE = "eddsa-jcs-2022"
CONTEXT = "https://w3id.org/security/data-integrity/v1"
# 64 bytes in base 58, and the letter that says so.
_MAX_VALUE = 90


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof taken apart, nothing believed yet. ``created`` in epoch seconds, None if not told;
    ``hashed``: the bytes to be signed, in each way in which peers make them.
    """

    method: str
    created: float | None
    expires: float | None
    value: bytes
    hashed: tuple[bytes, ...]

    def verify(self, key: PublicKey, now: float) -> None:
        """Raise `SignatureRejected` unless the owner of ``key`` made it and it still holds."""
        if self.expires is not None:
            require_unexpired(self.expires, now)
        if not isinstance(key, Ed25519PublicKey):
            raise SignatureMismatch("the proof's key is no Ed25519 key")
        for hashed in self.hashed:
            try:
                key.verify(self.value, hashed)
            except InvalidSignature:
                continue
            return
        raise SignatureMismatch("the proof does not match the document")

    def is_recent(self, now: float) -> bool:
        """Whether it was made within the time for which a signed request is good. Older ones are
        true, but somebody may be repeating what was taken back since.
        """
        try:
            require_recent(self.created or 0, now)
        except SignatureRejected:
            return False
        return True


def prove(document: Json, key: Ed25519PrivateKey, method: str, created: str) -> Json:
    """The document with a proof. ``method``: id of the key in its actor's ``assertionMethod``;
    ``created``: a date in UTC without fractions of seconds, which some would rewrite and then not
    find what was hashed.
    """
    options: Json = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "created": created,
    }
    value = multibase.encode(key.sign(_hash(options) + _hash(document)))
    return document | {"proof": options | {"proofValue": value}}


def proof_in(document: Json) -> Proof | None:
    """The proof that a document has; None for none of a kind that is known here.

    Errors: SignatureRejected for one that is not as it must be, and for several.
    """
    found = document.get("proof")
    ours: list[Json] = [
        one for one in (found if isinstance(found, list) else [found]) if _is_ours(one)
    ]
    if not ours:
        return None
    if len(ours) > 1:
        raise SignatureRejected("more than one proof")
    [proof] = ours
    method, value = proof.get("verificationMethod"), proof.get("proofValue")
    if not isinstance(method, str) or not isinstance(value, str) or len(value) > _MAX_VALUE:
        raise SignatureRejected("malformed proof")
    if proof.get("proofPurpose") != "assertionMethod":
        raise SignatureRejected("the proof is for another purpose")
    try:
        signature = multibase.decode(value)
        hashed = _hashes(document, proof)
    except NotCanonical as error:
        raise SignatureRejected(f"the document has no canonical form: {error}") from None
    except ValueError:
        raise SignatureRejected("malformed proof") from None
    return Proof(method, _time(proof, "created"), _time(proof, "expires"), signature, hashed)


def _is_ours(proof: object) -> TypeGuard[Json]:
    return (
        isinstance(proof, dict)
        and proof.get("type") == "DataIntegrityProof"
        and proof.get("cryptosuite") == SUITE
    )


def _hashes(document: Json, proof: Json) -> tuple[bytes, ...]:
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    bare = {name: value for name, value in document.items() if name not in {"proof", "signature"}}
    if "@context" not in options:
        # Fedify leaves it out of what it sends, though not out of what it hashes; others do both.
        whole = _hash(bare)
        with_context = options | {"@context": bare["@context"]} if "@context" in bare else options
        return (_hash(with_context) + whole, _hash(options) + whole)
    of_proof, of_document = _listed(options["@context"]), _listed(bare.get("@context"))
    if of_document[: len(of_proof)] != of_proof:
        raise SignatureRejected("the proof is for another context")
    return (_hash(options) + _hash(bare | {"@context": options["@context"]}),)


def _listed(context: object) -> list[object]:
    return list[object](context) if isinstance(context, list) else [context]


def _hash(value: Json) -> bytes:
    return hashlib.sha256(canonical(value)).digest()


def _time(proof: Json, name: str) -> float | None:
    told = proof.get(name)
    if told is None:
        return None
    moment = parse_iso(told) if isinstance(told, str) and len(told) <= 64 else None
    if moment is None:
        raise SignatureRejected(f"{name} of the proof is no date")
    return moment / 1000
