"""How often one may ask: windows of a few minutes, counted in this process.

Clients pace themselves by ``X-RateLimit-*`` (Mastodon.py waits on them), so every answer of the
API carries them. With several server processes each counts for itself: the limits are there
against loops and guessing, not for billing.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address

import msgspec
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct

from weft.kernel.clock import HOUR, MINUTE, iso, now_ms
from weft.kernel.errors import WeftError

KEYS_MAX = 20_000
"""Counters held at once (about 3 MB); beyond it the oldest is forgotten."""


class Rule(Struct, frozen=True):
    """``most`` requests within ``window`` ms."""

    most: int
    window: int


API = Rule(300, 5 * MINUTE)
"""Per token, or per address without one: Mastodon's number, which its clients are built for."""
SIGN_UPS = Rule(5, 30 * MINUTE)
"""New accounts per address: Mastodon's number. A school class behind one address has to wait."""
NEW_APPS = Rule(60, 10 * MINUTE)
"""Registrations of apps per address; a web client registers once per browser."""
SIGN_INS = Rule(10, 15 * MINUTE)
"""Failed passwords per account and address: a forgetful person gets in, a dictionary does not."""
SIGN_INS_ADDRESS = Rule(50, HOUR)
"""Failed passwords per address, whatever the account: one guess at each of many members."""


LOOKS = Rule(60, HOUR)
"""Threads and profiles that are read at other servers because somebody without an account opened
them, all of those together: a crawler opens everything, and others would pay for it."""
DETECTIONS = Rule(60, HOUR)
"""Texts that an address has looked up among what AIs said here: a newsroom's afternoon, and no
search through private answers.
"""


class TooMany(WeftError):
    """Asked more often than the rule allows."""

    status = 429

    def __init__(self, text: str = "Too many requests") -> None:
        super().__init__(text)


class Windows:
    """Counts per key in fixed windows, most recently begun last."""

    def __init__(self, rule: Rule, clock: Callable[[], int] = now_ms) -> None:
        self.rule = rule
        self._clock = clock
        self._counts: OrderedDict[str, list[int]] = OrderedDict()  # key → [count, ends at ms]

    def count(self, key: str) -> tuple[int, int]:
        """One more for this key: (how many are left, -1 when over; when the window ends, ms)."""
        now = self._clock()
        entry = self._counts.get(key)
        if entry is None or entry[1] <= now:
            self._counts.pop(key, None)
            if len(self._counts) >= KEYS_MAX:
                self._counts.popitem(last=False)
            entry = self._counts[key] = [0, now + self.rule.window]
        entry[0] += 1
        return max(self.rule.most - entry[0], -1), entry[1]

    def is_over(self, key: str) -> bool:
        """Whether the next one would be too many; counts nothing."""
        entry = self._counts.get(key)
        return entry is not None and entry[1] > self._clock() and entry[0] >= self.rule.most

    def take(self, key: str) -> None:
        """Count, and refuse when over. Errors: TooMany."""
        left, _ = self.count(key)
        if left < 0:
            raise TooMany

    def give_back(self, key: str) -> None:
        """The last one was in order after all."""
        entry = self._counts.get(key)
        if entry is not None and entry[0] > 0:
            entry[0] -= 1

    def forget(self, key: str) -> None:
        self._counts.pop(key, None)


class Limits:
    """All counters of a server; ``generous`` (tests, benchmarks) multiplies every rule."""

    def __init__(self, generous: int = 1) -> None:
        def windows(rule: Rule) -> Windows:
            return Windows(Rule(rule.most * generous, rule.window))

        self.api = windows(API)
        self.sign_ups = windows(SIGN_UPS)
        self.new_apps = windows(NEW_APPS)
        self.sign_ins = windows(SIGN_INS)
        self.sign_ins_address = windows(SIGN_INS_ADDRESS)
        self.looks = windows(LOOKS)
        self.detections = windows(DETECTIONS)


def address_of(scope: Scope) -> str:
    """Who is at the other end. Behind a proxy the server (uvicorn) has already put the
    forwarded address there, for proxies that it trusts. Of IPv6 the first half: one line at home
    has more addresses than there are counters.
    """
    client = scope.get("client")
    shown = client[0] if client else ""
    if ":" not in shown:
        return shown
    try:
        whole = IPv6Address(shown)
    except ValueError:
        return shown
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return str(IPv6Address(int(whole) >> 64 << 64))


def limited(limits: Limits) -> Callable[[ASGIApp], ASGIApp]:
    """ASGI middleware: counts what is asked under ``/api/`` and ``/oauth/`` and says so in the
    answer.
    """

    def wrap(app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/oauth/")):
                await app(scope, receive, send)
                return
            left, ends = limits.api.count(_who(scope))
            headers = [
                (b"x-ratelimit-limit", str(limits.api.rule.most).encode()),
                (b"x-ratelimit-remaining", str(max(left, 0)).encode()),
                (b"x-ratelimit-reset", iso(ends).encode()),
            ]

            async def send_counted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], *headers]
                await send(message)

            if left < 0 and scope["method"] != "OPTIONS":
                await _refuse(send_counted, ends)
            else:
                await app(scope, receive, send_counted)

        return counted

    return wrap


def _who(scope: Scope) -> str:
    # Under /oauth/ the header holds no token of ours: another one each time would never be over.
    headers = scope["headers"] if scope["path"].startswith("/api/") else ()
    for name, value in headers:
        if name == b"authorization":
            # Nobody's token lies about in a table of counters.
            return hashlib.blake2b(value, digest_size=16).hexdigest()
    return address_of(scope)


async def _refuse(send: Send, ends: int) -> None:
    wait = max((ends - now_ms()) // 1000, 1)
    await send(
        {
            "type": "http.response.start",
            "status": 429,
            "headers": [
                (b"content-type", b"application/json"),
                (b"retry-after", str(wait).encode()),
            ],
        }
    )
    body = msgspec.json.encode({"error": "Too many requests"})
    await send({"type": "http.response.body", "body": body, "more_body": False})
