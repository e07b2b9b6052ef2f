"""What every HTTP signature of the fediverse is to us: who signs, what is refused, how long it is good.

Two dialects are spoken, each in a room of its own: `cavage` (draft-cavage-http-signatures-12, which
everybody sends and accepts) and `rfc9421` (RFC 9421, which some send first). Nothing outside these
rooms knows what a signature looks like: whoever sends has a `RequestSigner`, whoever receives a
`Signature`.

A signature is worth only what it covers. One over ``date`` alone is valid for any path and any body,
and libraries have been found accepting it. So both dialects first demand the cover (request line,
host, time, and the digest of a body) and only then do arithmetic.
"""

from collections.abc import Collection, Mapping
from typing import ClassVar, Literal, Protocol

from weft.kernel.errors import WeftError
from weft.net.keys import PublicKey

Dialect = Literal["cavage", "rfc9421"]

# Mastodon's is about 600 bytes; an RSA-8192 signature adds 1,366. The rest is room for a long key id.
MAX_HEADER = 8192
# Real peers sign at most eight headers.
MAX_SIGNED = 32
# A peer's clock may be fast by a forgotten summer time (Mastodon's margin too).
FUTURE_SECONDS = 3600
# Mastodon's cap. Peers sign when they queue and deliver later, and clocks are set to the wrong zone.
# What a replay within it could do again is only what the inbox already knows by its id.
PAST_SECONDS = 12 * 3600


class SignatureRejected(WeftError):
    """No good signature. The text names the fault: it is about the sender's own request."""

    status = 401

    def __init__(self, cause: str) -> None:
        super().__init__(f"Signature not accepted: {cause}", cause=cause)


class SignatureMismatch(SignatureRejected):
    """Everything is as it should be, but this key did not make it: perhaps the sender has a new one."""


class RequestSigner(Protocol):
    """Whatever can sign a request that is about to leave."""

    def headers(
        self, method: str, url: str, now: float, *, body: bytes | None, content_type: str
    ) -> dict[str, str]:
        """The headers to send: those signed, and the signature.

        ``url`` is absolute and exactly as it will be requested; ``now`` is in epoch seconds. Sign
        each attempt and each redirect anew: host, path and time are part of it.
        """
        ...


class Request(Protocol):
    """A request as it came. ``target`` is path and query exactly as they came over the wire;
    ``headers`` have lower-case names, a repeated one joined by ``", "``.
    """

    @property
    def method(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


class Signature(Protocol):
    """A signature taken apart, nothing believed yet."""

    dialect: ClassVar[Dialect]

    @property
    def key_id(self) -> str: ...

    def covers(self, header: str) -> bool:
        """Whether a header (its name in lower case) is part of what is signed."""
        ...

    def verify(
        self,
        request: Request,
        key: PublicKey,
        now: float,
        *,
        scheme: str = "https",
        hosts: Collection[str] = (),
    ) -> None:
        """Raise `SignatureRejected` unless the owner of ``key`` sent just this request, recently.

        With ``hosts``, it must have been sent to one of them, so that what was signed for another
        server cannot be replayed to this one. ``scheme`` is how this server is reached.
        """
        ...


def require_recent(signed_at: float, now: float) -> None:
    """Errors: SignatureRejected for what was signed at a time (epoch seconds) too far from now."""
    if signed_at > now + FUTURE_SECONDS:
        raise SignatureRejected("signed in the future; is your clock right?")
    if signed_at < now - PAST_SECONDS:
        raise SignatureRejected("signed too long ago; is your clock right?")


def require_unexpired(expires: float, now: float) -> None:
    """Errors: SignatureRejected after the time until which the signer wanted it to be good."""
    if expires < now - FUTURE_SECONDS:
        raise SignatureRejected("expired")
