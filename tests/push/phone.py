"""A phone and its push service, as the RFCs describe them: written from the documents, not from
our code, so that both must agree.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def spelled(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


class Phone:
    """What subscribes, and what opens the letters."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.secret = secrets.token_bytes(16)

    def keys(self) -> dict[str, str]:
        return {"p256dh": spelled(self.public), "auth": spelled(self.secret)}

    def open(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        if headers["content-encoding"] == "aes128gcm":
            return json.loads(self._open_standard(body))
        return json.loads(self._open_draft(headers, body))

    def _open_standard(self, body: bytes) -> bytes:
        """RFC 8188 and 8291."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        info = b"WebPush: info\0" + self.public + sender
        secret = derive(self._agreed(sender), self.secret, info, 32)
        key = derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(secret, salt, b"Content-Encoding: nonce\0", 12)
        text = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert text.endswith(b"\2")
        return text[:-1]

    def _open_draft(self, headers: dict[str, str], body: bytes) -> bytes:
        """draft-ietf-webpush-encryption-04."""
        salt = raw(headers["encryption"].split("salt=")[1])
        sender = raw(headers["crypto-key"].split("dh=")[1].split(";")[0])
        secret = derive(self._agreed(sender), self.secret, b"Content-Encoding: auth\0", 32)
        both = b"\0\x41" + self.public + b"\0\x41" + sender
        key = derive(secret, salt, b"Content-Encoding: aesgcm\0P-256\0" + both, 16)
        nonce = derive(secret, salt, b"Content-Encoding: nonce\0P-256\0" + both, 12)
        text = AESGCM(key).decrypt(nonce, body, None)
        padding = int.from_bytes(text[:2], "big")
        assert text[2 : 2 + padding] == bytes(padding)
        return text[2 + padding :]

    def _agreed(self, sender: bytes) -> bytes:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        return self.private.exchange(ec.ECDH(), theirs)


class Service:
    """A push service: takes letters (RFC 8030), or answers as it is told to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        """What the next requests are answered with; then 201."""

    def signer(self, headers: dict[str, str]) -> bytes:
        """RFC 8292: checks the statement of who sends, and gives their public key."""
        said = headers["authorization"]
        standard = re.fullmatch(r"vapid t=([^,]+), k=(.+)", said)
        if standard is not None:
            token, key = standard.groups()
        else:
            kind, _, token = said.partition(" ")
            assert kind == "WebPush"
            key = headers["crypto-key"].split("p256ecdsa=")[1]
        head, claims, signature = token.split(".")
        both = raw(signature)
        numbers = (int.from_bytes(half, "big") for half in (both[:32], both[32:]))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key))
        public.verify(
            encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ec.ECDSA(SHA256())
        )
        said_so = json.loads(raw(claims))
        assert said_so["aud"] == self.url
        assert time.time() < said_so["exp"] <= time.time() + 86_400
        assert said_so["sub"].startswith(("https://", "http://", "mailto:"))
        return raw(key)


@contextmanager
def serving() -> Generator[Service]:
    """On an ephemeral port of this machine."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = service.answers.pop(0) if service.answers else 201
            service.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    service = Service(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
