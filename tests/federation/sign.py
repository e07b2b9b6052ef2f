"""Signing as another implementation would: in either dialect, with either kind of key."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.federation.stranger import ACTIVITY, key_pair
from weft.federation.request import InboxRequest
from weft.net import cavage, keys, proofs, rfc9421
from weft.net.signatures import RequestSigner

PROOFS = "https://w3id.org/security/data-integrity/v1"


@cache
def ed25519(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def multikey(actor_uri: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """An entry of an actor's ``assertionMethod``."""
    return {
        "id": f"{actor_uri}#ed25519-key",
        "type": "Multikey",
        "controller": actor_uri,
        "publicKeyMultibase": keys.multikey(ed25519(number).public_key()),
    } | changes


def modern(key_id: str, *, rsa: int | None = 0, ed: int = 1) -> rfc9421.Signer:
    """Signs by RFC 9421, with the RSA key of this number or else with the Ed25519 one."""
    if rsa is None:
        return rfc9421.Signer(key_id, ed25519(ed))
    return rfc9421.Signer(key_id, keys.private_key(key_pair(rsa).private_pem))


def classic(key_id: str, *, rsa: int = 0) -> cavage.Signer:
    return cavage.Signer(key_id, keys.private_key(key_pair(rsa).private_pem))


def posted(
    activity: Any,
    signer: RequestSigner,
    to: str = "http://weft.test/inbox",
    at: float | None = None,
) -> InboxRequest:
    """A delivery as it arrives."""
    body = json.dumps(activity).encode()
    return _arrived("POST", signer, to, body, at)


def got(url: str, signer: RequestSigner, at: float | None = None) -> InboxRequest:
    """A signed GET as it arrives."""
    return _arrived("GET", signer, url, None, at)


def _arrived(
    method: str, signer: RequestSigner, to: str, body: bytes | None, at: float | None
) -> InboxRequest:
    kind = ACTIVITY if body is not None else ""
    now = time.time() if at is None else at
    sent = signer.headers(method, to, now, body=body, content_type=kind)
    parts = urlsplit(to)
    headers = {"host": parts.netloc} | {name.lower(): value for name, value in sent.items()}
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return InboxRequest(target, headers, body or b"", method)


def proven(
    activity: dict[str, Any], number: int = 1, *, method: str = "", created: float | None = None
) -> dict[str, Any]:
    """The activity with a proof by its actor's Ed25519 key of this number."""
    context = ["https://www.w3.org/ns/activitystreams", PROOFS]
    moment = time.gmtime(time.time() if created is None else created)
    return proofs.prove(
        {**activity, "@context": context},
        ed25519(number),
        method or f"{activity['actor']}#ed25519-key",
        time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
    )
