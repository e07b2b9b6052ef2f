"""Which addresses this server may be sent to by strangers (SSRF).

Every URL that Weft fetches was written by somebody else: an actor's inbox, a key's id, a link in a
post. So each is judged twice. Its text is judged before anything happens (`Guard.check_url`), and
each address is judged when it is known (`Guard.check_address`): after the name was resolved, and
once more for the very address a socket is about to connect to.

Python's own ``ipaddress`` flags changed meaning between patch releases, so the tables here are ours:
the IANA special-purpose registries for IPv4 and IPv6, and what has been used to get around guards.
"""

import re
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from yarl import URL

from weft.kernel.errors import WeftError

# https://www.iana.org/assignments/iana-ipv4-special-registry
_PRIVATE_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # "this network"; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; also some clouds' metadata (100.100.100.200)
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's wire server: a public number, a private service
        "169.254.0.0/16",  # link-local, and most clouds' metadata (169.254.169.254)
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata (192.0.0.192)
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, retired
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Only this block is handed out as public IPv6. It leaves out loopback, unique-local, link-local,
# site-local, multicast, IPv4-mapped, IPv4-compatible, discard-only and local-use NAT64 at once.
_PUBLIC_V6 = IPv6Network("2000::/3")
# https://www.iana.org/assignments/iana-ipv6-special-registry
_PRIVATE_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)
# RFC 5214: in a network that tunnels IPv6 over its IPv4 (ISATAP), the machine behind the IPv4 address
# that stands after these 32 bits. One of them says whether that is a public one; no matter.
_ISATAP, _ISATAP_MASK = 0x0000_5EFE, 0xFDFF_FFFF
# RFC 6052: on a network with IPv6 only, the whole IPv4 world arrives under this prefix, so what
# counts is the IPv4 address inside.
_NAT64 = IPv6Network("64:ff9b::/96")

# Longer than any real id on the network; the same bound as Mastodon's.
MAX_URL = 2048
# The web's own ports, and everything that needs no privilege to open: peers do live on 8443 and
# 3000. What is below 1024 and not the web speaks older line protocols (SSH, SMTP, IMAP …) that can
# be made to read an HTTP request as commands.
_WEB_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1024
# For the same reason browsers refuse these above 1024: https://fetch.spec.whatwg.org/#port-blocking
_LINE_PROTOCOL_PORTS = frozenset(
    (1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080)
) | frozenset(range(6665, 6670))

_WEB_ADDRESS = re.compile(r"https?://(?P<authority>[^/?#]+)", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
# What the URL standard reads as an IPv4 number: 2130706433, 0x7f.1, 0177.0.0.1, 127.1.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


class OutboundRefused(WeftError):
    """The guard said no, or the answer broke a bound. Trying again gives the same answer."""

    status = 422

    def __init__(self, cause: str) -> None:
        super().__init__("That address cannot be fetched from here", cause=cause)


def is_public(ip: str) -> bool:
    """Whether ``ip``, a textual address, lies in the public internet. False for anything else.

    >>> is_public("1.1.1.1"), is_public("127.0.0.1"), is_public("::ffff:1.1.1.1"), is_public("x")
    (True, False, False, False)
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    return _is_public(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _PRIVATE_V4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    if (int(address) >> 32) & _ISATAP_MASK == _ISATAP:
        return False
    return address in _PUBLIC_V6 and not any(address in block for block in _PRIVATE_V6)


class Guard:
    """The rule for one server: the public internet by https, and what its admin allows besides.

    ``allow`` names networks reached although they are not public (``127.0.0.0/8`` for tests, the
    demo, or a peer in the same rack). ``allow_http`` permits plain http.
    """

    def __init__(self, allow: Iterable[str] = (), *, allow_http: bool = False) -> None:
        self._allow = tuple(ip_network(block) for block in allow)
        self._schemes = frozenset({"http", "https"} if allow_http else {"https"})

    def check_address(self, ip: str) -> None:
        """Raise `OutboundRefused` unless ``ip`` may be connected to."""
        if is_public(ip):
            return
        try:
            address = ip_address(ip)
        except ValueError:
            raise OutboundRefused(f"not an address: {ip!r}") from None
        if not any(address in block for block in self._allow):
            raise OutboundRefused(f"not a public address: {ip}")

    def check_url(self, url: str) -> URL:
        """The URL as it will be requested, without its fragment, or `OutboundRefused`.

        The name in it is not resolved here, so its addresses are still to be checked.
        """
        address = _WEB_ADDRESS.match(url)
        if address is None or len(url) > MAX_URL or _UNSAFE.search(url):
            raise OutboundRefused(f"not a web address: {url[:100]!r}")
        if "@" in address["authority"]:
            raise OutboundRefused("address carries a name or password")
        try:
            parsed = URL(url).with_fragment(None)
            port = parsed.port
        except ValueError as error:
            raise OutboundRefused(f"not a web address: {error}") from None
        if len(str(parsed)) > MAX_URL:
            raise OutboundRefused("address too long once encoded")
        if parsed.scheme not in self._schemes:
            raise OutboundRefused(f"scheme {parsed.scheme} is not allowed")
        if port is None or not self._is_open(port):
            raise OutboundRefused(f"port {port} is not allowed")
        self._check_host(parsed.raw_host or "")
        return parsed

    def _check_host(self, host: str) -> None:
        if ":" in host or _NUMERIC.fullmatch(host):
            self.check_address(host)
        elif not _NAME.fullmatch(host):
            raise OutboundRefused(f"not a host name: {host[:100]!r}")
        elif "." not in host and not self._allow:
            # The resolver's search domains would make "intranet" a machine next door.
            raise OutboundRefused(f"not a public host name: {host}")

    @staticmethod
    def _is_open(port: int) -> bool:
        if port in _WEB_PORTS:
            return True
        return port >= _FIRST_FREE_PORT and port not in _LINE_PROTOCOL_PORTS


class OneServer(Guard):
    """The rule for the one server that an admin named, wherever it stands, and for nothing else: it
    may not send us on to its neighbours.
    """

    def __init__(self, url: str) -> None:
        super().__init__(("0.0.0.0/0", "::/0"), allow_http=True)
        self._origin = super().check_url(url).origin()

    def check_url(self, url: str) -> URL:
        checked = super().check_url(url)
        if checked.origin() != self._origin:
            raise OutboundRefused(f"not the server at {self._origin}")
        return checked
