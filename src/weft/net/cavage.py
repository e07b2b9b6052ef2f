"""HTTP signatures by draft-cavage-http-signatures-12: what everybody sends and accepts."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from typing import ClassVar
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from weft.net.keys import PublicKey
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

# The draft has six parameters.
MAX_PARAMETERS = 16

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_PARAMETER = re.compile(
    r'\s*([A-Za-z]{1,32})\s*=\s*(?:"([\x20\x21\x23-\x5b\x5d-\x7e]*)"|([0-9]{1,16}))\s*(,|\Z)'
)
_HEADER_NAME = re.compile(r"\((?:request-target|created|expires)\)|[a-z0-9-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,11}")
# By `hs2019` the draft means "as the key says", and for RSA the whole fediverse reads PKCS #1 v1.5
# with SHA-256.
_RSA_ALGORITHMS = frozenset({None, "rsa-sha256", "hs2019"})
_ED25519_ALGORITHMS = frozenset({None, "ed25519", "hs2019"})


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as the actor whose key is ``key_id``, with rsa-sha256, which everybody verifies.
    ``more``: further headers to send, signed as the others.
    """

    key_id: str
    private_key: RSAPrivateKey
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
        """``Host``, ``Date`` and ``Signature``; with a body ``Digest`` and ``Content-Type`` too."""
        parts = urlsplit(url)
        path = parts.path or "/"
        target = f"{path}?{parts.query}" if parts.query else path
        sent = {
            "Host": parts.netloc.removesuffix(_DEFAULT_PORTS.get(parts.scheme, "")),
            "Date": formatdate(now, usegmt=True),
        }
        if body is not None:
            sent |= {"Digest": f"SHA-256={_sha256(body)}", "Content-Type": content_type}
        sent |= self.more
        lower = {name.lower(): value for name, value in sent.items()}
        names = ("(request-target)", *lower)
        text = _signed_text(names, f"{method.lower()} {target}", lower, {})
        signed = self.private_key.sign(text, PKCS1v15(), SHA256())
        sent["Signature"] = (
            f'keyId="{self.key_id}",algorithm="rsa-sha256",headers="{" ".join(names)}",'
            f'signature="{base64.b64encode(signed).decode()}"'
        )
        return sent


@dataclass(frozen=True, slots=True)
class Signature:
    """A ``Signature`` header taken apart, nothing believed yet.

    ``headers`` are the covered names, lower-case, in order; ``times`` holds the epoch seconds of
    ``(created)`` and ``(expires)`` where given, as digits.
    """

    key_id: str
    algorithm: str | None
    headers: tuple[str, ...]
    signature: bytes
    times: Mapping[str, str]
    dialect: ClassVar[Dialect] = "cavage"

    def covers(self, header: str) -> bool:
        """See `signatures.Signature`."""
        return header in self.headers

    def verify(
        self,
        request: Request,
        key: PublicKey,
        now: float,
        *,
        scheme: str = "https",  # noqa: ARG002 - this dialect does not sign it
        hosts: Collection[str] = (),
    ) -> None:
        """See `signatures.Signature`."""
        verify(
            self,
            request.method,
            request.target,
            request.headers,
            request.body,
            key,
            now,
            hosts=hosts,
        )


def parse_signature(header: str) -> Signature:
    """Take a ``Signature`` header apart, strictly; raises only `SignatureRejected`."""
    found = _parameters(header)
    key_id, encoded = found.get("keyId"), found.get("signature")
    if not key_id or not encoded:
        raise SignatureRejected("keyId or signature is missing")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureRejected("signature is not base64") from None
    headers = tuple(found.get("headers", "date").lower().split())
    if len(headers) > MAX_SIGNED or len(set(headers)) != len(headers):
        raise SignatureRejected("headers are too many or repeated")
    if not all(_HEADER_NAME.fullmatch(name) for name in headers):
        raise SignatureRejected("headers names something that is no header")
    times = {f"({name})": found[name] for name in ("created", "expires") if name in found}
    if not all(_SECONDS.fullmatch(digits) for digits in times.values()):
        raise SignatureRejected("created or expires is not a time")
    algorithm = found.get("algorithm")
    return Signature(
        key_id, algorithm.lower() if algorithm is not None else None, headers, signature, times
    )


def verify(
    signature: Signature,
    method: str,
    path_and_query: str,
    headers: Mapping[str, str],
    body: bytes,
    public_key: PublicKey,
    now: float,
    *,
    hosts: Collection[str] = (),
) -> None:
    """Raise `SignatureRejected` unless the owner of ``public_key`` sent just this request, recently.

    ``headers`` are the request's, names in lower case, a repeated one joined by ``", "``.
    ``path_and_query`` is as it came over the wire. With ``hosts``, the signed ``Host`` must be one of
    them, so that what was signed for another server cannot be replayed to this one.
    """
    _require_cover(signature, method, body)
    _require_recent(signature, headers, now)
    if "digest" in signature.headers:
        _require_digest(headers.get("digest", ""), body)
    if hosts and headers.get("host", "").lower() not in hosts:
        raise SignatureRejected("signed for another host")
    # Older Mastodon, and GoToSocial talking to it, leave the query out of what they sign.
    for target in dict.fromkeys((path_and_query, path_and_query.partition("?")[0])):
        request_line = f"{method.lower()} {target}"
        text = _signed_text(signature.headers, request_line, headers, signature.times)
        if _is_valid(signature, text, public_key):
            return
    raise SignatureMismatch("it does not match the request")


def _parameters(header: str) -> dict[str, str]:
    if len(header) > MAX_HEADER:
        raise SignatureRejected("header too long")
    found: dict[str, str] = {}
    position, more = 0, True
    while more:
        match = _PARAMETER.match(header, position)
        if match is None or match[1] in found or len(found) == MAX_PARAMETERS:
            raise SignatureRejected("malformed header")
        found[match[1]] = match[2] if match[2] is not None else match[3]
        position, more = match.end(), match[4] == ","
    return found


def _require_cover(signature: Signature, method: str, body: bytes) -> None:
    covered = signature.headers
    for name in ("(request-target)", "host"):
        if name not in covered:
            raise SignatureRejected(f"{name} is not signed")
    if "date" not in covered and "(created)" not in covered:
        raise SignatureRejected("neither date nor (created) is signed")
    if (body or method.upper() in {"POST", "PUT", "PATCH"}) and "digest" not in covered:
        raise SignatureRejected("digest is not signed")


def _require_recent(signature: Signature, headers: Mapping[str, str], now: float) -> None:
    covered, times = signature.headers, signature.times
    signed_at: list[float] = []
    if "date" in covered:
        signed_at.append(_http_date(headers.get("date", "")))
    if "(created)" in covered and "(created)" in times:
        signed_at.append(int(times["(created)"]))
    for moment in signed_at:
        require_recent(moment, now)
    if "(expires)" in times:
        require_unexpired(int(times["(expires)"]), now)


def _http_date(value: str) -> float:
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            raise SignatureRejected("date has no time zone")
        return moment.timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        raise SignatureRejected("date is not an HTTP date") from None


def _require_digest(value: str, body: bytes) -> None:
    given = [
        digest
        for name, _, digest in (part.strip().partition("=") for part in value.split(","))
        if name.lower() == "sha-256"
    ]
    if len(given) != 1:
        raise SignatureRejected("digest must have one SHA-256 value")
    if not hmac.compare_digest(given[0].encode(), _sha256(body).encode()):
        raise SignatureRejected("digest does not match the body")


def _sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def _signed_text(
    names: tuple[str, ...],
    request_line: str,
    headers: Mapping[str, str],
    times: Mapping[str, str],
) -> bytes:
    """The signing string of section 2.3: one line ``name: value`` for each covered name."""
    lines: list[str] = []
    for name in names:
        if name == "(request-target)":
            value = request_line
        else:
            value = (times if name.startswith("(") else headers).get(name)
        if value is None:
            raise SignatureRejected(f"{name} is signed but missing")
        lines.append(f"{name}: {value.strip()}")
    # Servers hand header bytes over as Latin-1; what is not came from no wire and matches nothing.
    return "\n".join(lines).encode("latin-1", "replace")


def _is_valid(signature: Signature, text: bytes, key: PublicKey) -> bool:
    try:
        if isinstance(key, RSAPublicKey):
            if signature.algorithm not in _RSA_ALGORITHMS:
                raise SignatureMismatch(f"algorithm {signature.algorithm} does not fit an RSA key")
            key.verify(signature.signature, text, PKCS1v15(), SHA256())
        else:
            if signature.algorithm not in _ED25519_ALGORITHMS:
                raise SignatureMismatch(
                    f"algorithm {signature.algorithm} does not fit an Ed25519 key"
                )
            key.verify(signature.signature, text)
    except InvalidSignature:
        return False
    return True
