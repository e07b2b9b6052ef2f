"""The cryptography of Web Push: pure functions from bytes to bytes.

What a server sends to a phone passes through a push service that is neither's. So the message is
encrypted for the phone (RFC 8291), and the server shows the service who it is with a signed token
(VAPID, RFC 8292). Apps that were written before the standard take an older draft of both:
draft-ietf-webpush-encryption-04 (``aesgcm``) and draft-ietf-webpush-vapid-01.
"""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from weft.kernel.errors import Invalid

# A push service must take this much (RFC 8030 section 7.2), and some take no more.
BODY_MAX = 4096
_HEADER = 16 + 4 + 1 + 65  # salt, record size, length of the key id, our public key
_TAG = 16
# What fits, in either form: the newer has a header and one byte that ends the text.
TEXT_MAX = BODY_MAX - _HEADER - _TAG - 1
# Texts are filled up to a multiple of this, so that their length says little about them.
PAD_TO = 512
_CURVE = ec.SECP256R1()
_POINT = 65  # bytes of an uncompressed point on that curve
_SECRET = 16


@dataclass(frozen=True, slots=True)
class Receiver:
    """A phone or browser: its public key (an uncompressed point) and its secret (16 bytes)."""

    key: bytes
    secret: bytes

    @staticmethod
    def read(p256dh: str, auth: str) -> "Receiver":
        """From what clients send, in either alphabet of Base64. Errors: Invalid."""
        key, secret = _unbase64(p256dh), _unbase64(auth)
        if key is None or len(key) != _POINT or key[0] != 4 or not _is_on_curve(key):
            raise Invalid("Validation failed: Key p256dh is invalid")
        if secret is None or len(secret) != _SECRET:
            raise Invalid("Validation failed: Key auth is invalid")
        return Receiver(key, secret)


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to the push service: a body, and the headers that say how to read it."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class ServerKey:
    """Our own key pair, made once: a phone's subscription is bound to it."""

    private: ec.EllipticCurvePrivateKey

    @staticmethod
    def make() -> "ServerKey":
        return ServerKey(ec.generate_private_key(_CURVE))

    @staticmethod
    def read(text: str) -> "ServerKey":
        """From what ``text`` gave."""
        return ServerKey(ec.derive_private_key(int(text, 16), _CURVE))

    def text(self) -> str:
        """The secret half, for keeping."""
        return f"{self.private.private_numbers().private_value:064x}"

    @property
    def public(self) -> bytes:
        return _point(self.private)

    @property
    def shown(self) -> str:
        """The public half as clients are told it: URL-safe Base64 with its padding."""
        return base64.urlsafe_b64encode(self.public).decode()

    def token(self, audience: str, subject: str, expires: int) -> str:
        """A signed statement to a push service (RFC 8292 section 2). ``audience``: its origin;
        ``subject``: where we are reached; ``expires``: seconds since 1970, at most a day ahead.
        """
        head = _json64({"typ": "JWT", "alg": "ES256"})
        claims = _json64({"aud": audience, "exp": expires, "sub": subject})
        signed = f"{head}.{claims}"
        r, s = decode_dss_signature(self.private.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def seal(
    text: bytes,
    receiver: Receiver,
    *,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
    pad_to: int = PAD_TO,
) -> Message:
    """Encrypt for a receiver by RFC 8291 (``aes128gcm``). At most `TEXT_MAX` bytes.

    ``salt`` and ``sender`` are drawn anew for each message; only tests give them.
    """
    salt, sender = salt or secrets.token_bytes(16), sender or ec.generate_private_key(_CURVE)
    ours = _point(sender)
    shared = _agree(sender, receiver.key)
    secret = _derive(shared, receiver.secret, b"WebPush: info\0" + receiver.key + ours, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    record = text + b"\2" + bytes(_padding(len(text), pad_to))
    head = salt + BODY_MAX.to_bytes(4, "big") + bytes([_POINT]) + ours
    return Message(
        head + AESGCM(key).encrypt(nonce, record, None), {"Content-Encoding": "aes128gcm"}
    )


def seal_as_before(
    text: bytes,
    receiver: Receiver,
    *,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
    pad_to: int = PAD_TO,
) -> Message:
    """The same by the fourth draft (``aesgcm``), as `seal`; keys travel in headers."""
    salt, sender = salt or secrets.token_bytes(16), sender or ec.generate_private_key(_CURVE)
    ours = _point(sender)
    shared = _agree(sender, receiver.key)
    secret = _derive(shared, receiver.secret, b"Content-Encoding: auth\0", 32)
    size = _POINT.to_bytes(2, "big")
    context = b"P-256\0" + size + receiver.key + size + ours
    key = _derive(secret, salt, b"Content-Encoding: aesgcm\0" + context, 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0" + context, 12)
    padding = _padding(len(text), pad_to)
    record = padding.to_bytes(2, "big") + bytes(padding) + text
    return Message(
        AESGCM(key).encrypt(nonce, record, None),
        {
            "Content-Encoding": "aesgcm",
            "Encryption": f"salt={base64url(salt)}",
            "Crypto-Key": f"dh={base64url(ours)}",
        },
    )


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _padding(length: int, pad_to: int) -> int:
    if length > TEXT_MAX:
        raise ValueError(f"a push of {length} bytes")
    wanted = -length % pad_to if pad_to else 0
    return min(wanted, TEXT_MAX - length)


def _agree(ours: ec.EllipticCurvePrivateKey, theirs: bytes) -> bytes:
    return ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs))


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _is_on_curve(key: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, key)
    except ValueError:
        return False
    return True


def _json64(value: dict[str, Any]) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def _unbase64(text: str) -> bytes | None:
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
