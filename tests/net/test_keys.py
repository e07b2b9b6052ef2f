import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from weft.net import keys, multibase


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


def test_multikeys_are_read_as_what_they_are(pair: keys.KeyPair) -> None:
    """FEP-521a: Ed25519, and RSA too."""
    own = keys.ed25519(keys.generate_seed()).public_key()
    assert keys.public_key(keys.pem_of_multikey(keys.multikey(own))) == own
    public = keys.public_key(pair.public_pem)
    der = public.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert keys.public_key(keys.pem_of_multikey(multibase.encode(b"\x85\x24" + der))) == public


@given(st.text(max_size=200) | st.binary(max_size=80).map(multibase.encode))
def test_no_multikey_breaks_the_reader(text: str) -> None:
    try:
        keys.public_key(keys.pem_of_multikey(text))
    except keys.KeyRejected:
        return


def test_a_multikey_without_end_is_not_read() -> None:
    with pytest.raises(keys.KeyRejected) as refused:
        keys.pem_of_multikey("z" + "2" * 100_000)
    assert "too long" in (refused.value.cause or "")
