"""RSA and Ed25519 keys: made, written as PEM or Multikey (FEP-521a), and read once.

RSA signs requests, because everybody verifies it; Ed25519 signs documents. Signing with RSA costs 0.24 ms, and reading a private key with OpenSSL's checks 30 ms. So parsed keys stay in
a cache, and the checks are left out for private keys, which only ever come from our own database:
they find a key that was *made* wrong, and `generate` made it. Public keys come from strangers and
are read with everything there is.
"""

import base64
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from weft.kernel.errors import WeftError
from weft.net import multibase

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
PublicKey = RSAPublicKey | Ed25519PublicKey

# What every fediverse server makes and can verify.
RSA_BITS = 2048
# Below, a key can be broken; above, each verification would cost us more than a request is worth.
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
# An RSA-8192 public key in PEM is 1.5 KB.
MAX_PEM = 4096
# The same as Multikey in base 58, whose reading takes the square of its length.
MAX_MULTIKEY = 1600
# https://github.com/multiformats/multicodec: ed25519-pub and rsa-pub, as varints.
_ED25519_CODE, _RSA_CODE = b"\xed\x01", b"\x85\x24"
# A private key takes 7 KB once it has signed, a public one 1 to 3. These numbers cover the accounts
# and peers of a busy quarter of an hour, in less than 10 MB.
CACHED_PRIVATE_KEYS = 512
CACHED_PUBLIC_KEYS = 2048


class KeyRejected(WeftError):
    """A public key that cannot be used: not PEM, of a kind we do not verify, or too weak."""

    status = 401

    def __init__(self, cause: str) -> None:
        super().__init__("That public key cannot be used", cause=cause)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Both halves as PEM: PKCS #8 unencrypted, and SubjectPublicKeyInfo as actors publish it."""

    private_pem: str
    public_pem: str


def generate() -> KeyPair:
    """A new RSA-2048 pair. Takes 20-200 ms of CPU without the GIL: call it in a thread."""
    key = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return KeyPair(
        private_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        public_pem=key.public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


@lru_cache(CACHED_PRIVATE_KEYS)
def private_key(pem: str) -> RSAPrivateKey:
    """One of our own private keys, from the PEM that `generate` wrote. Cached."""
    key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"our own key is no RSA key but {type(key).__name__}")
    return key


def generate_seed() -> str:
    """A new Ed25519 key: its 32 bytes, base64. Takes microseconds."""
    return base64.b64encode(os.urandom(32)).decode()


@lru_cache(CACHED_PRIVATE_KEYS)
def ed25519(seed: str) -> Ed25519PrivateKey:
    """One of our own Ed25519 keys, from what `generate_seed` gave. Cached."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed))


def multikey(key: Ed25519PublicKey) -> str:
    """``publicKeyMultibase`` of a key, as FEP-521a wants it."""
    return multibase.encode(_ED25519_CODE + key.public_bytes_raw())


@lru_cache(CACHED_PUBLIC_KEYS)
def pem_of_multikey(text: str) -> str:
    """The PEM of a stranger's ``publicKeyMultibase``, Ed25519 or RSA; `KeyRejected`. Cached."""
    if len(text) > MAX_MULTIKEY:
        raise KeyRejected("Multikey too long")
    try:
        raw = multibase.decode(text)
        if raw.startswith(_ED25519_CODE):
            key = Ed25519PublicKey.from_public_bytes(raw[2:])
        elif raw.startswith(_RSA_CODE):
            key = load_der_public_key(raw[2:])
        else:
            raise KeyRejected("unsupported kind of Multikey")
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRejected(f"not a Multikey: {error}") from None
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@lru_cache(CACHED_PUBLIC_KEYS)
def public_key(pem: str) -> PublicKey:
    """A stranger's public key from PEM, RSA (2048-8192 bits) or Ed25519; `KeyRejected`. Cached."""
    if len(pem) > MAX_PEM:
        raise KeyRejected("PEM too long")
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRejected(f"not a public key: {error}") from None
    if isinstance(key, RSAPublicKey) and not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise KeyRejected(f"RSA key of {key.key_size} bits")
    if not isinstance(key, PublicKey):
        raise KeyRejected(f"unsupported kind of key: {type(key).__name__}")
    return key
