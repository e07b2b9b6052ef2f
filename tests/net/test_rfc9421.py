"""RFC 9421: what must be covered, that nothing else passes for a signature, and the RFC's own ones."""

import base64
import hashlib
from dataclasses import dataclass, field, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from weft.net import fields, keys
from weft.net.keys import PrivateKey, PublicKey
from weft.net.rfc9421 import Signature, Signer, parse_signature, require_digest, signature_base
from weft.net.signatures import FUTURE_SECONDS, PAST_SECONDS, SignatureRejected

NOW = 1_790_000_000.0
KEY_ID = "https://alpha.test/users/1#main-key"
BODY = b'{"type":"Create"}'
PAIR = keys.generate()
PRIVATE: dict[str, PrivateKey] = {
    "rsa": keys.private_key(PAIR.private_pem),
    "ed25519": Ed25519PrivateKey.from_private_bytes(b"\7" * 32),
}
PUBLIC: dict[str, PublicKey] = {kind: key.public_key() for kind, key in PRIVATE.items()}
KINDS = ["rsa", "ed25519"]

paths = st.from_regex(r"(/[a-z0-9@._~-]{0,8}){1,4}(\?[a-z]{1,4}=[a-z0-9%]{0,6})?", fullmatch=True)


@dataclass(frozen=True)
class Arrived:
    """A request at the other side."""

    method: str = "POST"
    target: str = "/inbox"
    body: bytes = BODY
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def check(
        self, kind: str = "rsa", now: float = NOW, hosts: tuple[str, ...] = ("beta.test",)
    ) -> Signature:
        made = parse_signature(self.headers["signature-input"], self.headers["signature"])
        made.verify(self, PUBLIC[kind], now, scheme="https", hosts=hosts)
        return made


def signed(
    kind: str = "rsa",
    method: str = "POST",
    path: str = "/inbox",
    body: bytes | None = BODY,
    now: float = NOW,
) -> Arrived:
    signer = Signer(KEY_ID, PRIVATE[kind])
    type_ = "application/activity+json" if body is not None else ""
    sent = signer.headers(method, f"https://beta.test{path}", now, body=body, content_type=type_)
    headers = {"host": "beta.test"} | {name.lower(): value for name, value in sent.items()}
    return Arrived(method, path, body or b"", headers)


def handmade(components: str, parameters: str = f';created={int(NOW)};keyid="k"') -> Arrived:
    """A signature over just these components, as another implementation would write it."""
    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    headers = {
        "host": "beta.test",
        "date": "Mon, 21 Sep 2026 14:13:20 GMT",
        "content-digest": f"sha-256=:{digest}:",
    }
    told = f"({components}){parameters}"
    covered = fields.dictionary(f"sig={told}")["sig"]
    assert isinstance(covered, fields.InnerList)
    base = signature_base(covered, "POST", "https", "beta.test", "/inbox?a=b", headers)
    made = base64.b64encode(Ed25519PrivateKey.from_private_bytes(b"\7" * 32).sign(base)).decode()
    headers |= {"signature-input": f"sig={told}", "signature": f"sig=:{made}:"}
    return Arrived(target="/inbox?a=b", headers=headers)


@pytest.mark.parametrize("kind", KINDS)
@given(path=paths, body=st.binary(max_size=300), now=st.floats(1e9, 4e9))
def test_what_is_signed_verifies(kind: str, path: str, body: bytes, now: float) -> None:
    made = signed(kind, path=path, body=body, now=now).check(kind, now)
    assert (made.key_id, made.dialect, made.created) == (KEY_ID, "rfc9421", int(now))


@pytest.mark.parametrize("kind", KINDS)
@given(path=paths)
def test_a_signed_get_verifies_and_covers_no_digest(kind: str, path: str) -> None:
    arrived = signed(kind, "GET", path, None)
    arrived.check(kind)
    assert "content-digest" not in arrived.headers


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_any_changed_byte_in_what_is_covered_fails(kind: str, data: st.DataObject) -> None:
    arrived = signed(kind, path="/users/1/inbox?a=b")
    part = data.draw(
        st.sampled_from(["host", "content-digest", "signature-input", "target", "body", "method"])
    )
    plain = {"target": arrived.target, "body": arrived.body.decode(), "method": "POST"}
    original = {**arrived.headers, **plain}[part]
    at = data.draw(st.integers(0, len(original) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = original[:at] + other + original[at + 1 :]
    # A label is only a name for both headers; the rest of them counts.
    if changed.lower() == original.lower() and part == "host":
        return
    if changed == original:
        return
    if part == "body":
        arrived = replace(arrived, body=changed.encode())
    elif part in plain:
        arrived = replace(arrived, **{part: changed})
    else:
        arrived = replace(arrived, headers={**arrived.headers, part: changed})
    with pytest.raises(SignatureRejected):
        arrived.check(kind, hosts=())


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_any_flipped_bit_in_the_signature_fails(kind: str, data: st.DataObject) -> None:
    arrived = signed(kind)
    made = parse_signature(arrived.headers["signature-input"], arrived.headers["signature"])
    at = data.draw(st.integers(0, len(made.signature) * 8 - 1))
    forged = bytearray(made.signature)
    forged[at // 8] ^= 1 << at % 8
    with pytest.raises(SignatureRejected):
        replace(made, signature=bytes(forged)).verify(arrived, PUBLIC[kind], NOW)


@pytest.mark.parametrize(
    "components",
    [
        '"@method" "@target-uri" "content-digest"',
        '"@method" "@target-uri" "@authority" "host" "date" "content-digest"',  # Fedify's
        '"content-digest" "@method" "@authority" "@request-target"',
        '"@method" "@authority" "@path" "@query" "content-digest"',
        '"@method" "host" "@path" "@query" "content-digest"',
    ],
)
def test_what_says_where_a_request_goes_may_be_said_in_several_ways(components: str) -> None:
    handmade(components).check("ed25519")


@pytest.mark.parametrize(
    "components",
    [
        "",
        '"date"',
        '"@target-uri" "content-digest"',
        '"@method" "content-digest"',
        '"@method" "@authority" "content-digest"',
        '"@method" "@authority" "@path" "content-digest"',  # any query would do
        '"@method" "@path" "@query" "content-digest"',  # any host would do
        '"@method" "@request-target" "content-digest"',
        '"@method" "@target-uri"',  # any body would do
        '"@method" "@target-uri" "date"',
    ],
)
def test_a_signature_that_covers_too_little_is_refused(components: str) -> None:
    with pytest.raises(SignatureRejected, match="signed"):
        handmade(components).check("ed25519")


def test_a_covered_header_that_is_missing_fails() -> None:
    for name in ("host", "content-digest"):
        arrived = signed()
        del arrived.headers[name]
        with pytest.raises(SignatureRejected):
            arrived.check(hosts=())


@pytest.mark.parametrize(
    "parameters",
    [
        ';keyid="k"',
        f";created={int(NOW)}",
        f';created={int(NOW)};keyid=""',
        f";created={int(NOW)};keyid=k",
        f';created="{int(NOW)}";keyid="k"',
        ';created;keyid="k"',
        ';created=-5;keyid="k"',
        ';created=999999999999;keyid="k"',
        f';created={int(NOW)};keyid="k";expires="soon"',
        f';created={int(NOW)};keyid="k";alg=ed25519',
        f';created={int(NOW)};keyid="k";alg="rsa-v1_5-sha256"',  # the key is no such key
        f';created={int(NOW)};keyid="k";alg="hmac-sha256"',
        f';created={int(NOW)};keyid="k";expires={int(NOW) - FUTURE_SECONDS - 1}',
    ],
)
def test_parameters_that_are_missing_or_wrong(parameters: str) -> None:
    with pytest.raises(SignatureRejected):
        handmade('"@method" "@target-uri" "content-digest"', parameters).check("ed25519")


def test_parameters_that_are_not_asked_for_are_covered_all_the_same() -> None:
    whole = '"@method" "@target-uri" "content-digest"'
    told = f';created={int(NOW)};keyid="k";expires={int(NOW)};nonce="x";tag="app";seen'
    arrived = handmade(whole, told)
    arrived.check("ed25519")
    arrived.headers["signature-input"] = arrived.headers["signature-input"].replace("app", "ape")
    with pytest.raises(SignatureRejected):
        arrived.check("ed25519")


def test_a_key_of_the_other_kind_does_not_verify() -> None:
    for kind, other in (KINDS, KINDS[::-1]):
        with pytest.raises(SignatureRejected):
            signed(kind).check(other)


def test_the_window_is_an_hour_ahead_and_twelve_hours_back() -> None:
    for now in (NOW - FUTURE_SECONDS, NOW, NOW + PAST_SECONDS):
        signed().check(now=now)
    for now in (NOW - FUTURE_SECONDS - 1, NOW + PAST_SECONDS + 1):
        with pytest.raises(SignatureRejected, match="clock"):
            signed().check(now=now)


def test_what_was_signed_for_another_server_is_not_replayed_here() -> None:
    with pytest.raises(SignatureRejected, match="host"):
        signed().check(hosts=("gamma.test",))


def test_what_was_signed_for_http_is_not_good_for_https() -> None:
    arrived = signed()
    made = parse_signature(arrived.headers["signature-input"], arrived.headers["signature"])
    with pytest.raises(SignatureRejected):
        made.verify(arrived, PUBLIC["rsa"], NOW, scheme="http")


def test_the_usual_port_may_be_named_or_not() -> None:
    arrived = signed()
    arrived.headers["host"] = "beta.test:443"
    arrived.check(hosts=())


GOOD = 'sig1=("@method");created=1;keyid="k"'


@pytest.mark.parametrize(
    ("told", "made"),
    [
        ("", ""),
        (GOOD, ""),
        ("", "sig1=:AAAA:"),
        (GOOD, "sig2=:AAAA:"),
        (GOOD, "sig1=AAAA"),
        (GOOD, 'sig1="AAAA"'),
        (GOOD, "sig1=::"),
        (GOOD, "sig1=:A:"),
        (GOOD, "sig1=:AAAA:, sig2=:AAAA:"),
        (f'{GOOD}, sig2=("@method");created=1;keyid="k"', "sig1=:AAAA:"),
        (f'{GOOD}, sig2=("@method");created=1;keyid="k"', "sig1=:AAAA:, sig2=:AAAA:"),
        (f"{GOOD}, {GOOD}", "sig1=:AAAA:"),
        (f"{GOOD},", "sig1=:AAAA:"),
        ("sig1", "sig1=:AAAA:"),
        ('sig1="@method"', "sig1=:AAAA:"),
        ('sig1=("@method" "@method");created=1;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("@method""date");created=1;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("@query-param";name="a");created=1;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("date";req);created=1;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("@method" date);created=1;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("Date");created=1;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("@method";created=1;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("@method");created=1.5;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("@method");created=1;created=2;keyid="k"', "sig1=:AAAA:"),
        ('sig1=("@method");created=1;keyid="k', "sig1=:AAAA:"),
        ('sig1=("@method");created=1;keyid="k\n"', "sig1=:AAAA:"),
        (f'sig1=("@method");created=1;keyid="{"k" * 9000}"', "sig1=:AAAA:"),
        (
            f'sig1=({" ".join(f"{chr(34)}h{n}{chr(34)}" for n in range(40))});created=1;keyid="k"',
            "sig1=:AAAA:",
        ),
    ],
    ids=str,
)
def test_a_malformed_signature_is_refused(told: str, made: str) -> None:
    with pytest.raises(SignatureRejected):
        parse_signature(told, made)


PIECES = [
    "sig1",
    "=",
    "(",
    ")",
    '"@method"',
    '"@target-uri"',
    '"content-digest"',
    ";",
    "created",
    "keyid",
    '"k"',
    ":AAAA:",
    "1",
    "-",
    ".",
    "?1",
    ",",
    " ",
    "\t",
    '"',
    "\\",
    ":",
    "é",
    "*",
]
texts = st.text() | st.lists(st.sampled_from(PIECES)).map("".join)


@given(texts, texts)
def test_no_header_breaks_the_parser(told: str, made: str) -> None:
    try:
        assert parse_signature(told, made).key_id
    except SignatureRejected:
        return


@given(
    st.dictionaries(st.sampled_from(["host", "content-digest", "date"]), texts), texts, st.binary()
)
def test_no_request_breaks_the_verifier(headers: dict[str, str], target: str, body: bytes) -> None:
    made = signed()
    told = {name: made.headers[name] for name in ("signature-input", "signature")}
    with pytest.raises(SignatureRejected):
        Arrived("POST", target, body, {**headers, **told}).check(hosts=())


@pytest.mark.parametrize(
    "header",
    [
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
        (
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJ"
            "wew==:"
        ),
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, unixsum=:AAAA:",
    ],
)
def test_the_digests_of_rfc_9530(header: str) -> None:
    require_digest(header, b'{"hello": "world"}')
    with pytest.raises(SignatureRejected):
        require_digest(header, b'{"hello": "World"}')


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha-256",
        "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "unixsum=:AAAA:",
        "sha-256=:AAAA:",
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, sha-512=:AAAA:",
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, sha-256=:AAAA:",
    ],
)
def test_every_digest_that_is_known_must_be_right(header: str) -> None:
    with pytest.raises(SignatureRejected, match="digest"):
        require_digest(header, b'{"hello": "world"}')


# RFC 9421, appendix B.2: the request that is signed there, and what is signed of it.
RFC_HEADERS = {
    "host": "example.com",
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvR"
    "wEmTHWXvJwew==:",
    "content-length": "18",
}
RFC_TARGET = "/foo?param=Value&Pet=dog"
RFC_SIGNED = {
    "B.2.1": (
        '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
        [],
    ),
    "B.2.3": (
        (
            '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" '
            '"content-length");created=1618884473;keyid="test-key-rsa-pss"'
        ),
        [
            '"date": Tue, 20 Apr 2021 02:07:55 GMT',
            '"@method": POST',
            '"@path": /foo',
            '"@query": ?param=Value&Pet=dog',
            '"@authority": example.com',
            '"content-type": application/json',
            f'"content-digest": {RFC_HEADERS["content-digest"]}',
            '"content-length": 18',
        ],
    ),
    "B.2.5": (
        '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
        [
            '"date": Tue, 20 Apr 2021 02:07:55 GMT',
            '"@authority": example.com',
            '"content-type": application/json',
        ],
    ),
    "B.2.6": (
        (
            '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;'
            'keyid="test-key-ed25519"'
        ),
        [
            '"date": Tue, 20 Apr 2021 02:07:55 GMT',
            '"@method": POST',
            '"@path": /foo',
            '"@authority": example.com',
            '"content-type": application/json',
            '"content-length": 18',
        ],
    ),
}


def rfc_base(told: str) -> bytes:
    covered = fields.dictionary(f"sig={told}")["sig"]
    assert isinstance(covered, fields.InnerList)
    return signature_base(covered, "POST", "https", "example.com", RFC_TARGET, RFC_HEADERS)


@pytest.mark.parametrize("section", RFC_SIGNED)
def test_what_the_rfc_signs(section: str) -> None:
    told, lines = RFC_SIGNED[section]
    assert rfc_base(told).decode() == "\n".join([*lines, f'"@signature-params": {told}'])


def test_the_rfc_s_signature_by_an_ed25519_key() -> None:
    """B.2.6, with the key of B.1.4."""
    key = Ed25519PublicKey.from_public_bytes(
        base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
    )
    made = (
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    key.verify(base64.b64decode(made), rfc_base(RFC_SIGNED["B.2.6"][0]))


def test_other_spaces_do_not_change_what_is_signed() -> None:
    told = '( "date"   "@method" );  created=1;keyid="a\\"b"'
    covered = fields.dictionary(f"sig={told}")["sig"]
    assert isinstance(covered, fields.InnerList)
    assert fields.written(covered) == '("date" "@method");created=1;keyid="a\\"b"'
