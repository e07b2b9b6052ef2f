import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from weft.net import keys


def pem(public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> str:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_pair_belongs_together_and_is_read_once(pair: keys.KeyPair) -> None:
    private, public = keys.private_key(pair.private_pem), keys.public_key(pair.public_pem)
    assert private.public_key() == public
    assert private.key_size == 2048
    assert keys.private_key(pair.private_pem) is private
    assert keys.public_key(pair.public_pem) is public


def test_other_shapes_that_peers_publish_are_read(pair: keys.KeyPair) -> None:
    public = keys.private_key(pair.private_pem).public_key()
    pkcs1 = public.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert keys.public_key(pkcs1) == public
    assert keys.public_key(pair.public_pem.replace("\n", "\r\n")) == public
    edwards = ed25519.Ed25519PrivateKey.generate().public_key()
    assert keys.public_key(pem(edwards)) == edwards


def test_weak_heavy_and_foreign_keys_are_refused(pair: keys.KeyPair) -> None:
    weak = rsa.generate_private_key(65537, 1024).public_key()
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    for text in (pem(weak), pem(curve), pair.private_pem, "", "x" * 10_000, "\ud800"):
        with pytest.raises(keys.KeyRejected):
            keys.public_key(text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(keys.KeyRejected):
        keys.public_key(f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----")
