"""Web Push against the documents' own examples, and what is refused."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from weft.kernel.errors import Invalid
from weft.net import webpush
from weft.net.webpush import BODY_MAX, TEXT_MAX, Receiver, ServerKey


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(text), "big"), ec.SECP256R1())


def test_the_example_of_rfc_8291() -> None:
    """Section 5 and appendix A."""
    made = webpush.seal(
        b"When I grow up, I want to be a watermelon",
        Receiver.read(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        ),
        salt=raw("DGv6ra1nlYgDCS1FRnbzlw"),
        sender=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        pad_to=0,
    )
    assert made.headers == {"Content-Encoding": "aes128gcm"}
    assert webpush.base64url(made.body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
        "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Q"
        "ulcy4a-fN"
    )


def test_the_example_of_the_draft_before() -> None:
    """draft-ietf-webpush-encryption-04, section 5."""
    made = webpush.seal_as_before(
        b"I am the walrus",
        Receiver.read(
            "BCEkBjzL8Z3C-oi2Q7oE5t2Np-p7osjGLg93qUP0wvqRT21EEWyf0cQDQcakQMqz4hQKYOQ3il2nNZct4HgAUQU",
            "R29vIGdvbyBnJyBqb29iIQ",
        ),
        salt=raw("lngarbyKfMoi9Z75xYXmkg"),
        sender=private("nCScek-QpEjmOOlT-rQ38nZzvdPlqa00Zy0i6m2OJvY"),
        pad_to=0,
    )
    assert webpush.base64url(made.body) == "6nqAQUME8hNqw5J3kl8cpVVJylXKYqZOeseZG8UueKpA"
    assert made.headers["Encryption"] == "salt=lngarbyKfMoi9Z75xYXmkg"
    assert made.headers["Crypto-Key"] == (
        "dh=BNoRDbb84JGm8g5Z5CFxurSqsXWJ11ItfXEWYVLE85Y7CYkDjXsIEc4aqxYaQ1G8BqkXCJ6DPpDrWtdWj_mugHU"
    )


@given(st.binary(max_size=TEXT_MAX))
def test_no_body_is_too_large_and_lengths_say_little(text: bytes) -> None:
    receiver = Receiver(ServerKey.make().public, b"0" * 16)
    for seal in (webpush.seal, webpush.seal_as_before):
        assert len(seal(text, receiver).body) <= BODY_MAX
        if len(text) < 512:
            assert len(seal(text, receiver).body) in {
                len(seal(b"x", receiver).body),
                len(seal(b"", receiver).body),
            }


def test_the_token_is_signed_with_the_key_that_is_shown() -> None:
    key = ServerKey.read(ServerKey.make().text())
    head, claims, signature = key.token("https://push.example", "https://w.test", 99).split(".")
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(raw(claims)) == {
        "aud": "https://push.example",
        "exp": 99,
        "sub": "https://w.test",
    }
    both = raw(signature)
    assert len(both) == 64
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key.shown)).verify(
        encode_dss_signature(int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big")),
        f"{head}.{claims}".encode(),
        ec.ECDSA(SHA256()),
    )


GOOD = base64.b64encode(ServerKey.make().public).decode()  # as Mastodon.py spells it
AUTH = base64.b64encode(b"\xff" * 16).decode()


def test_either_alphabet_of_base64_is_read() -> None:
    assert Receiver.read(GOOD, AUTH) == Receiver.read(
        GOOD.replace("+", "-").replace("/", "_").rstrip("="), AUTH.replace("/", "_").rstrip("=")
    )


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        ("not base64 at all!", AUTH),
        (base64.b64encode(b"\4" + bytes(64)).decode(), AUTH),  # not on the curve
        (base64.b64encode(b"\0").decode(), AUTH),  # the point at infinity
        (GOOD, ""),
        (GOOD, "short"),
        (GOOD, "\ud800é"),
    ],
    # Not by their values: the good key is another one in every process.
    ids=("no key", "no base64", "off the curve", "infinity", "no secret", "short", "surrogate"),
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(Invalid):
        Receiver.read(p256dh, auth)
