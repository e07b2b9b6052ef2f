"""HTTP signatures by RFC 9421, with the digest of RFC 9530.

    Signature-Input: sig1=("@method" "@target-uri" "content-digest");created=…;keyid="…"
    Signature: sig1=:…:
    Content-Digest: sha-256=:…:

Of the RFC this is what the fediverse uses: one signature, over the request line, the body and plain
headers, by an RSA (``rsa-v1_5-sha256``) or an Ed25519 key. What it has beyond that (several
signatures, components with parameters, other algorithms) is refused and not guessed at.

Peers: Mastodon demands ``@method``, ``@target-uri`` and ``content-digest``; Fedify signs those and
``@authority``, ``host`` and ``date``.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from weft.net import fields
from weft.net.fields import BareItem, InnerList, Malformed
from weft.net.keys import PrivateKey, PublicKey
from weft.net.signatures import (
    MAX_HEADER,
    MAX_SIGNED,
    Dialect,
    Request,
    SignatureMismatch,
    SignatureRejected,
    require_recent,
    require_unexpired,
)

ACCEPTED = 'sig1=("@method" "@target-uri" "content-digest");created'
"""For ``Accept-Signature`` on an answer that asks for one (section 5.1)."""
ACCEPTED_WITHOUT_BODY = 'sig1=("@method" "@target-uri");created'

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_DIGESTS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
# What says where a request goes: the whole address, or its parts.
_PARTS = frozenset({"@authority", "host"})
_NEWEST = 99_999_999_999  # seconds: the year 5138, and far within what floats count exactly


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as the actor whose key is ``key_id``. ``more``: further headers to send, signed as the
    others.
    """

    key_id: str
    private_key: PrivateKey
    more: Mapping[str, str] = field(default_factory=dict[str, str])

    def headers(
        self,
        method: str,
        url: str,
        now: float,
        *,
        body: bytes | None = None,
        content_type: str = "",
    ) -> dict[str, str]:
        """``Signature-Input`` and ``Signature``; with a body ``Content-Digest`` and ``Content-Type``
        too.
        """
        rsa = isinstance(self.private_key, RSAPrivateKey)
        sent = dict(self.more)
        components = ["@method", "@target-uri", *(name.lower() for name in sent)]
        if body is not None:
            sent |= {"Content-Digest": content_digest(body), "Content-Type": content_type}
            components.append("content-digest")
        parameters: dict[str, BareItem] = {
            "created": int(now),
            "keyid": self.key_id,
            "alg": "rsa-v1_5-sha256" if rsa else "ed25519",
        }
        covered = InnerList(tuple(components), parameters)
        parts = urlsplit(url)
        path = parts.path or "/"
        base = signature_base(
            covered,
            method,
            parts.scheme,
            parts.netloc,
            f"{path}?{parts.query}" if parts.query else path,
            {name.lower(): value for name, value in sent.items()},
        )
        if isinstance(self.private_key, RSAPrivateKey):
            signed = self.private_key.sign(base, PKCS1v15(), SHA256())
        else:
            signed = self.private_key.sign(base)
        sent["Signature-Input"] = f"sig1={fields.written(covered)}"
        sent["Signature"] = f"sig1={fields.bare(signed)}"
        return sent


@dataclass(frozen=True, slots=True)
class Signature:
    """``Signature-Input`` and ``Signature`` taken apart, nothing believed yet. ``covered`` are the
    names of the components and their parameters; times in epoch seconds.
    """

    key_id: str
    covered: InnerList
    signature: bytes
    created: int
    expires: int | None
    algorithm: str | None
    dialect: ClassVar[Dialect] = "rfc9421"

    def covers(self, header: str) -> bool:
        """See `signatures.Signature`."""
        return header in self.covered.items

    def verify(
        self,
        request: Request,
        key: PublicKey,
        now: float,
        *,
        scheme: str = "https",
        hosts: Collection[str] = (),
    ) -> None:
        """See `signatures.Signature`."""
        self._require_cover(request)
        require_recent(self.created, now)
        if self.expires is not None:
            require_unexpired(self.expires, now)
        if "content-digest" in self.covered.items:
            require_digest(request.headers.get("content-digest", ""), request.body)
        authority = request.headers.get("host", "")
        if hosts and authority.lower() not in hosts:
            raise SignatureRejected("signed for another host")
        base = signature_base(
            self.covered, request.method, scheme, authority, request.target, request.headers
        )
        if not self._is_valid(base, key):
            raise SignatureMismatch("it does not match the request")

    def _require_cover(self, request: Request) -> None:
        covered = frozenset(self.covered.items)
        if "@method" not in covered:
            raise SignatureRejected("@method is not signed")
        if "@target-uri" not in covered:
            whole = "@request-target" in covered or (
                "@path" in covered and ("@query" in covered or "?" not in request.target)
            )
            if not whole or not covered & _PARTS:
                raise SignatureRejected("@target-uri is not signed")
        with_body = request.body or request.method.upper() in {"POST", "PUT", "PATCH"}
        if with_body and "content-digest" not in covered:
            raise SignatureRejected("content-digest is not signed")

    def _is_valid(self, base: bytes, key: PublicKey) -> bool:
        rsa = isinstance(key, RSAPublicKey)
        if self.algorithm not in {None, "rsa-v1_5-sha256" if rsa else "ed25519"}:
            raise SignatureMismatch(f"algorithm {self.algorithm} does not fit the key")
        try:
            if isinstance(key, RSAPublicKey):
                key.verify(self.signature, base, PKCS1v15(), SHA256())
            else:
                key.verify(self.signature, base)
        except InvalidSignature:
            return False
        return True


def parse_signature(signature_input: str, signature: str) -> Signature:
    """Take the two headers apart, strictly; raises only `SignatureRejected`.

    Exactly one signature: whoever adds another wants to be two, and which of them is believed would
    be ours to guess (Mastodon's rule too).
    """
    if len(signature_input) > MAX_HEADER or len(signature) > MAX_HEADER:
        raise SignatureRejected("header too long")
    try:
        inputs, values = fields.dictionary(signature_input), fields.dictionary(signature)
    except Malformed as malformed:
        raise SignatureRejected(f"malformed header: {malformed}") from None
    if len(inputs) != 1 or inputs.keys() != values.keys():
        raise SignatureRejected("exactly one signature is wanted")
    [covered], [made] = inputs.values(), values.values()
    if not isinstance(covered, InnerList) or not isinstance(made, bytes) or not made:
        raise SignatureRejected("malformed header")
    if len(covered.items) > MAX_SIGNED or len(set(covered.items)) != len(covered.items):
        raise SignatureRejected("components are too many or repeated")
    told = covered.parameters
    key_id, algorithm = told.get("keyid"), told.get("alg")
    if type(key_id) is not str or not key_id:
        raise SignatureRejected("keyid is missing")
    created, expires = _time(told, "created"), _time(told, "expires")
    if created is None:
        raise SignatureRejected("created is missing")
    if algorithm is not None and type(algorithm) is not str:
        raise SignatureRejected("alg is no string")
    return Signature(key_id, covered, made, created, expires, algorithm)


def signature_base(
    covered: InnerList,
    method: str,
    scheme: str,
    authority: str,
    target: str,
    headers: Mapping[str, str],
) -> bytes:
    """What is signed (section 2.5): a line for each component, and one for the parameters.

    ``target`` is path and query. Errors: SignatureRejected for a component that is missing or that
    is not one of those of a request.
    """
    authority = authority.lower().removesuffix(_DEFAULT_PORTS.get(scheme, ""))
    path, mark, query = target.partition("?")
    derived = {
        "@method": method,
        "@target-uri": f"{scheme}://{authority}{target}",
        "@authority": authority,
        "@scheme": scheme,
        "@request-target": target,
        "@path": path or "/",
        "@query": f"?{query}" if mark else "?",
    }
    lines: list[str] = []
    for name in covered.items:
        value = derived.get(name) if name.startswith("@") else headers.get(name)
        if value is None:
            raise SignatureRejected(f"{name[:64]} is signed but missing")
        if "\n" in value or "\r" in value:
            raise SignatureRejected(f"{name[:64]} has several lines")
        lines.append(f'"{name}": {value.strip()}')
    lines.append(f'"@signature-params": {fields.written(covered)}')
    # Servers hand header bytes over as Latin-1; what is not came from no wire and matches nothing.
    return "\n".join(lines).encode("latin-1", "replace")


def content_digest(body: bytes) -> str:
    """The ``Content-Digest`` of a body (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def require_digest(header: str, body: bytes) -> None:
    """Errors: SignatureRejected unless every digest that we know, and at least one, is the body's."""
    try:
        given = fields.dictionary(header)
    except Malformed:
        raise SignatureRejected("malformed content-digest") from None
    known = [(name, given[name]) for name in _DIGESTS if name in given]
    if not known:
        raise SignatureRejected("content-digest must have a sha-256 or sha-512 value")
    for name, digest in known:
        made = _DIGESTS[name](body).digest()
        if not isinstance(digest, bytes) or not hmac.compare_digest(digest, made):
            raise SignatureRejected("content-digest does not match the body")


def _time(told: Mapping[str, BareItem], name: str) -> int | None:
    value = told.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _NEWEST:
        raise SignatureRejected(f"{name} is no time")
    return value
