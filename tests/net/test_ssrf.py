"""Every trick that is known to lead a server to what stands behind it, tried with real sockets.

A trap listens on loopback, which the client may not reach. Each address below would lead there, or
to something like it, if one check were missing; names that it would look up lead to the trap too.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.net.hostile import certificates, serving
from weft.kernel.errors import WeftError
from weft.net import client as client_module
from weft.net.client import Client, OutboundFailed, OutboundPaced
from weft.net.guard import Guard, OutboundRefused
from weft.net.pace import HOSTS_MAX, WINDOW_SECONDS, Pace
from weft.net.resolver import MAX_ADDRESSES

pytestmark = pytest.mark.anyio

# Where the innocent server stands that redirects to the trap: the one address that may be reached.
START = "127.0.0.2"
GUARD = Guard([f"{START}/32"], allow_http=True)

# {port} is the trap's. Whatever is not an address in itself is looked up, and found at the trap.
ADDRESSES = {
    # -- IPv4, as URLs spell it
    "loopback": "http://127.0.0.1:{port}/",
    "loopback, elsewhere in its block": "http://127.1.2.3:{port}/",
    "one number": "http://2130706433:{port}/",
    "one octal number": "http://017700000001:{port}/",
    "one hexadecimal number": "http://0x7f000001:{port}/",
    "hexadecimal, capitals": "http://0X7F.1:{port}/",
    "hexadecimal parts": "http://0x7f.0x0.0x0.0x1:{port}/",
    "nothing after 0x": "http://0x:{port}/",
    "octal parts": "http://0177.0.0.01:{port}/",
    "octal with many zeros": "http://0000000177.0.0.1:{port}/",
    "mixed bases": "http://0x7f.0.01:{port}/",
    "two parts": "http://127.1:{port}/",
    "three parts": "http://127.0.1:{port}/",
    "one part, zero": "http://0:{port}/",
    "overflow of a part": "http://127.0.0.257:{port}/",
    "overflow of the number": "http://4294967297:{port}/",
    "leading zero": "http://127.0.0.01:{port}/",
    "trailing dot": "http://127.0.0.1.:{port}/",
    "name that ends in a number": "http://evil.example.1:{port}/",
    "this network": "http://0.0.0.0:{port}/",
    "private, class A": "http://10.0.0.1:{port}/",
    "private, class B": "http://172.16.0.1:{port}/",
    "private, class C": "http://192.168.0.1:{port}/",
    "carrier-grade NAT": "http://100.64.0.1:{port}/",
    "link-local": "http://169.254.1.1:{port}/",
    "protocol assignments": "http://192.0.0.8:{port}/",
    "documentation": "http://192.0.2.1:{port}/",
    "retired 6to4 relay": "http://192.88.99.1:{port}/",
    "benchmarks": "http://198.18.0.1:{port}/",
    "multicast": "http://224.0.0.1:{port}/",
    "reserved": "http://240.0.0.1:{port}/",
    "broadcast": "http://255.255.255.255:{port}/",
    # -- IPv6
    "six: loopback": "http://[::1]:{port}/",
    "six: loopback in full": "http://[0:0:0:0:0:0:0:1]:{port}/",
    "six: unspecified": "http://[::]:{port}/",
    "six: IPv4-mapped": "http://[::ffff:127.0.0.1]:{port}/",
    "six: IPv4-mapped, hexadecimal": "http://[::ffff:7f00:1]:{port}/",
    "six: IPv4-compatible": "http://[::127.0.0.1]:{port}/",
    "six: IPv4-translated": "http://[::ffff:0:127.0.0.1]:{port}/",
    "six: NAT64": "http://[64:ff9b::127.0.0.1]:{port}/",
    "six: NAT64 to metadata": "http://[64:ff9b::a9fe:a9fe]:{port}/",
    "six: local NAT64": "http://[64:ff9b:1::7f00:1]:{port}/",
    "six: 6to4": "http://[2002:7f00:1::]:{port}/",
    "six: Teredo": "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:{port}/",
    "six: ISATAP": "http://[2a01:4f8::5efe:7f00:1]:{port}/",
    "six: ISATAP, universal bit": "http://[2a01:4f8::200:5efe:7f00:1]:{port}/",
    "six: benchmarks": "http://[2001:2::1]:{port}/",
    "six: ORCHID": "http://[2001:20::1]:{port}/",
    "six: documentation": "http://[2001:db8::1]:{port}/",
    "six: new documentation": "http://[3fff::1]:{port}/",
    "six: discard": "http://[100::1]:{port}/",
    "six: segment routing": "http://[5f00::1]:{port}/",
    "six: unique local": "http://[fc00::1]:{port}/",
    "six: link-local": "http://[fe80::1]:{port}/",
    "six: link-local with a zone": "http://[fe80::1%25lo]:{port}/",
    "six: zone, not encoded": "http://[fe80::1%lo]:{port}/",
    "six: loopback with a zone": "http://[::1%25lo]:{port}/",
    "six: public with a zone": "http://[2606:4700:4700::1111%25lo]:{port}/",
    "six: site-local": "http://[fec0::1]:{port}/",
    "six: multicast": "http://[ff02::1]:{port}/",
    "six: broken": "http://[::1:{port}/",
    "six: a future version": "http://[v1.127.0.0.1]:{port}/",
    # -- the clouds' own services
    "metadata of most clouds": "http://169.254.169.254/latest/meta-data/",
    "metadata as a number": "http://2852039166/latest/meta-data/",
    "metadata of Amazon's containers": "http://169.254.170.2/v2/credentials/",
    "metadata of Amazon, six": "http://[fd00:ec2::254]/latest/meta-data/",
    "metadata of Google, six": "http://[fd20:ce::254]/computeMetadata/v1/",
    "metadata of Google by name": "http://metadata.google.internal/computeMetadata/v1/",
    "metadata of Oracle": "http://192.0.0.192/latest/",
    "metadata of Oracle, six": "http://[fd00:c1::a9fe:a9fe]/opc/v2/",
    "metadata of OpenStack, six": "http://[fe80::a9fe:a9fe]/openstack/",
    "metadata of Alibaba": "http://100.100.100.200/latest/meta-data/",
    "wire server of Azure": "http://168.63.129.16/machine?comp=goalstate",
    # -- names
    "localhost": "http://localhost:{port}/",
    "LOCALHOST": "http://LOCALHOST:{port}/",
    "localhost with a dot": "http://localhost.:{port}/",
    "below localhost": "http://app.localhost:{port}/",
    "localhost.localdomain": "http://localhost.localdomain:{port}/",
    "ip6-localhost": "http://ip6-localhost:{port}/",
    "a machine next door": "http://intranet:{port}/",
    "a name next door": "http://printer.local:{port}/",
    "a name that holds an address": "http://127.0.0.1.nip.io:{port}/",
    "a name that leads inward": "http://innocent.example:{port}/",
    "a name with a dot at its end": "http://innocent.example.:{port}/",
    "an empty label": "http://innocent..example:{port}/",
    "a label that is too long": "http://" + "a" * 64 + ".example:{port}/",
    "a name that is too long": "http://" + "a." * 130 + "example:{port}/",
    # -- what IDNA makes of them
    "full-width digits": "http://１２７.０.０.１:{port}/",
    "circled digits": "http://①②⑦.⓪.⓪.①:{port}/",
    "ideographic full stops": "http://127。0。0。1:{port}/",
    "half-width full stops": "http://127｡0｡0｡1:{port}/",
    "circled letters": "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/",
    "a soft hyphen": "http://local\u00adhost:{port}/",
    "a zero-width joiner": "http://local\u200dhost:{port}/",
    "the Kelvin sign": "http://\u212aelvin.example:{port}/",
    "encoded dots": "http://127%2e0%2e0%2e1:{port}/",
    "encoded digits": "http://%31%32%37.0.0.1:{port}/",
    # -- who is asked is not who it looks like
    "a name before the @": "http://innocent.example@127.0.0.1:{port}/",
    "a password": "http://user:password@127.0.0.1:{port}/",
    "nothing before the @": "http://@127.0.0.1:{port}/",
    "only a colon before the @": "http://:@127.0.0.1:{port}/",
    "a backslash before the @": "http://127.0.0.1:{port}\\@innocent.example/",
    "a backslash after the host": "http://innocent.example\\@127.0.0.1:{port}/",
    "an encoded slash": "http://innocent.example%2f@127.0.0.1:{port}/",
    "an encoded hash": "http://innocent.example%23@127.0.0.1:{port}/",
    "an encoded NUL": "http://127.0.0.1%00.innocent.example:{port}/",
    "a NUL": "http://127.0.0.1\x00.innocent.example:{port}/",
    "a tab": "http://127.0.0.1\t:{port}/",
    "a line end in the host": "http://127.0.0.1\n.innocent.example:{port}/",
    "a header in the path": "http://127.0.0.1:{port}/\r\nHost: innocent.example",
    "a space before": " http://127.0.0.1:{port}/",
    "a space within": "http://127.0.0.1 :{port}/",
    "a comma": "http://127.0.0.1,innocent.example:{port}/",
    "a semicolon": "http://127.0.0.1;innocent.example:{port}/",
    "three slashes": "http:///127.0.0.1:{port}/",
    "no slash": "http:127.0.0.1:{port}",
    "no host": "http://:{port}/",
    "two ports": "http://127.0.0.1:80:{port}/",
    # -- ports of other protocols
    "port of SSH": "http://innocent.example:22/",
    "port of mail": "http://innocent.example:25/",
    "port of chat": "http://innocent.example:6667/",
    "port of X11": "http://innocent.example:6000/",
    "port of a directory": "http://innocent.example:389/",
    "port 0": "http://innocent.example:0/",
    "port too large": "http://innocent.example:65616/",
    "port below 0": "http://innocent.example:-1/",
    "port in full-width digits": "http://innocent.example:８０/",
    "port that is none": "http://innocent.example:http/",
    # -- schemes
    "file": "file:///etc/passwd",
    "file with a host": "file://127.0.0.1/etc/passwd",
    "gopher": "gopher://127.0.0.1:{port}/_GET%20/",
    "dict": "dict://127.0.0.1:{port}/info",
    "ftp": "ftp://127.0.0.1:{port}/",
    "ldap": "ldap://127.0.0.1:{port}/",
    "a socket of the system": "unix:///var/run/docker.sock",
    "WebSocket": "ws://127.0.0.1:{port}/",
    "data": "data:text/plain,hello",
    "script": "javascript:alert(1)",
    "a scheme within a scheme": "url:http://127.0.0.1:{port}/",
    "too long": "http://127.0.0.1:{port}/" + "a" * 2048,
    "too long once encoded": "http://127.0.0.1:{port}/" + "ä" * 1000,
}
# These mean something else when they are read from where one stands.
NOT_A_REDIRECT = {"three slashes", "no slash", "no host", "a space before"}
LOCATIONS = {
    "without a scheme": "//127.0.0.1:{port}/",
    "without a scheme, by name": "//innocent.example:{port}/",
    "without a scheme, backslashes": "\\\\127.0.0.1:{port}/",
    "half a backslash": "/\\127.0.0.1:{port}/",
    "upwards and out": "/..//127.0.0.1:{port}/\\",
    "a space, then an address": " http://127.0.0.1:{port}/",
}


class Trap:
    """Listens where nothing may arrive, and counts what does."""

    port = 0
    caught = 0

    def look_up(self, host: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        """Every name leads here."""
        address = {"start.test": START, "start": START}.get(host, "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]


@asynccontextmanager
async def trapping() -> AsyncGenerator[Trap]:
    trap = Trap()

    async def catch(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trap.caught += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
        writer.close()

    four = await asyncio.start_server(catch, "0.0.0.0")
    trap.port = four.sockets[0].getsockname()[1]
    six = await asyncio.start_server(catch, "::1", trap.port)
    try:
        yield trap
    finally:
        four.close()
        six.close()


@pytest.fixture
async def trap(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Trap]:
    async with trapping() as made:
        monkeypatch.setattr("weft.net.resolver.socket.getaddrinfo", made.look_up)
        yield made


async def whole(client: Client, url: str) -> bytes:
    async with client.open(url, accept="*/*", max_bytes=1000, timeout=5) as coming:
        return b"".join([part async for part in coming.parts()])


def ways(client: Client, folder: Path) -> dict[str, Callable[[str], Awaitable[object]]]:
    """Every way out that the client has."""
    return {
        "get": lambda url: client.get(url, accept="*/*", timeout=5),
        "open": lambda url: whole(client, url),
        "post": lambda url: client.post(url, b"{}", "application/json", timeout=5),
        "ask": lambda url: client.ask("GET", url, headers={"Host": "innocent.example"}, timeout=5),
        "download": lambda url: client.download(url, folder / "file", max_bytes=1000),
    }


def test_there_are_more_tricks_than_sixty() -> None:
    assert len(ADDRESSES) + len(LOCATIONS) > 120


@pytest.mark.parametrize("trick", ADDRESSES)
async def test_no_address_leads_inward(trick: str, trap: Trap, tmp_path: Path) -> None:
    url = ADDRESSES[trick].replace("{port}", str(trap.port))
    async with Client(user_agent="t", guard=GUARD) as client:
        for name, way in ways(client, tmp_path).items():
            with pytest.raises(OutboundRefused):
                await way(url)
            assert trap.caught == 0, name


@pytest.mark.parametrize("trick", sorted((set(ADDRESSES) - NOT_A_REDIRECT) | set(LOCATIONS)))
async def test_no_redirect_leads_inward(trick: str, trap: Trap, tmp_path: Path) -> None:
    location = (ADDRESSES | LOCATIONS)[trick].replace("{port}", str(trap.port))
    asked: list[str] = []

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split(" ")[1])
        said = f"HTTP/1.1 307 Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        writer.write(said.encode() if asked[-1] == "/" else b"HTTP/1.1 404 No\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(redirect, START)
    start = f"http://start.test:{server.sockets[0].getsockname()[1]}/"
    async with server, Client(user_agent="t", guard=GUARD) as client:
        for name, way in ways(client, tmp_path).items():
            if name == "ask":  # follows none
                continue
            try:
                answer = await way(start)
            except WeftError:
                pass
            else:
                # What is no other address is one of the server that said it, and stands there.
                assert asked[-1] != "/", name
                assert b"secret" not in str(answer).encode(), name
            assert trap.caught == 0, name


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_leads_from_https_to_http(
    status: int, trap: Trap, tmp_path: Path
) -> None:
    """Not even to where plain http may be spoken: somebody between would read and change it."""
    tls, authority = certificates(tmp_path, "start.test")
    asked: list[str] = []

    async def down(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": f"http://start.test:{port}/low"})

    async with (
        serving(down, START, tls) as port,
        Client(user_agent="t", guard=GUARD, ca_file=authority) as client,
    ):
        for way in ("get", "open", "download"):
            with pytest.raises(OutboundRefused):
                await ways(client, tmp_path)[way](f"https://start.test:{port}/")
    assert asked == ["/"] * 3
    assert trap.caught == 0


# What one look-up after another answers. START may be reached; the second is what is asked for then.
ANSWERS = {
    "public, then private": [[START], ["127.0.0.1"]],
    "public, then metadata": [[START], ["169.254.169.254"]],
    "public, then private in IPv6": [[START], ["::1"]],
    "public, then mapped": [[START], ["::ffff:127.0.0.1"]],
    "both at once, the public first": [[START], [START, "127.0.0.1"]],
    "both at once, the private first": [[START], ["127.0.0.1", START]],
    "private behind many": [[START], [*[START] * 40, "10.0.0.1"]],
    "both families": [[START], [START, "::1"]],
    "a zone": [[START], ["fe80::1%lo"]],
    "unspecified": [[START], ["0.0.0.0"]],
    "a name instead of an address": [[START], ["localhost"]],  # a CNAME that was not followed
    "short form": [[START], ["127.1"]],
}


@pytest.mark.parametrize("trick", ANSWERS)
async def test_a_name_that_changes_its_mind_leads_nowhere(
    trick: str, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, then = ANSWERS[trick]
    looked = 0

    def rebind(*_: object, **__: object) -> list[tuple[Any, ...]]:
        nonlocal looked
        looked += 1
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0))
            for one in (first if looked == 1 else then)
        ]

    monkeypatch.setattr("weft.net.resolver.socket.getaddrinfo", rebind)
    monkeypatch.setattr(client_module, "DNS_CACHE_SECONDS", 0.01)

    async def close(_: web.Request) -> web.Response:
        return web.Response(headers={"Connection": "close"})

    async with (
        serving(close, START) as port,
        Client(user_agent="t", guard=GUARD) as client,
    ):
        assert (await client.get(f"http://moving.test:{port}/", accept="*/*")).status == 200
        await asyncio.sleep(0.02)  # longer than the answer is kept
        with pytest.raises(OutboundRefused):
            await client.get(f"http://moving.test:{trap.port}/", accept="*/*")
    assert looked == 2
    assert trap.caught == 0


async def test_a_name_with_a_thousand_addresses_is_tried_at_a_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []
    addresses = [f"127.7.{n // 250}.{n % 250}" for n in range(1_000)]

    def many(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses]

    check = Guard.check_address

    def note(self: Guard, ip: str) -> None:
        tried.append(ip)
        check(self, ip)

    monkeypatch.setattr("weft.net.resolver.socket.getaddrinfo", many)
    monkeypatch.setattr(Guard, "check_address", note)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and does not listen: all of them say no
        guard = Guard(["127.0.0.0/8"], allow_http=True)
        async with Client(user_agent="t", guard=guard) as client:
            with pytest.raises(OutboundFailed):
                await client.get(f"http://many.test:{free.getsockname()[1]}/", accept="*/*")
    assert tried[: len(addresses)] == addresses  # each was checked
    assert set(tried[len(addresses) :]) == set(addresses[:MAX_ADDRESSES])
    assert len(tried) < len(addresses) + 5


async def test_no_host_is_asked_more_than_a_few_times_at_once() -> None:
    now = most = 0

    async def slow(_: web.Request) -> web.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        return web.Response()

    async with serving(slow, START) as port, Client(user_agent="t", guard=GUARD) as client:
        await asyncio.gather(
            *(client.get(f"http://{START}:{port}/{n}", accept="*/*") for n in range(40))
        )
    assert most <= client_module.MAX_SOCKETS_PER_HOST


async def test_what_strangers_choose_asks_nobody_too_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "PACED_A_MINUTE", 5)
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.host)
        if request.host.startswith("front"):
            raise web.HTTPFound(f"http://victim.test:{port}/")
        return web.Response()

    fronts = {f"front{n}.test": START for n in range(20)}
    async with (
        serving(answer, START) as port,
        Client(user_agent="t", guard=GUARD, resolve={"victim.test": START, **fronts}) as client,
    ):
        for front in fronts:  # many names, one victim
            with_pace = client.get(f"http://{front}:{port}/", accept="*/*", paced=True)
            if asked.count(f"victim.test:{port}") < 5:
                await with_pace
            else:
                with pytest.raises(OutboundPaced):
                    await with_pace
        # What members and admins chose is not held back by it.
        assert (await client.get(f"http://victim.test:{port}/", accept="*/*")).status == 200
    assert asked.count(f"victim.test:{port}") == 6


def test_a_minute_later_one_may_ask_again_and_memory_is_bounded() -> None:
    now = 0.0
    pace = Pace(2, lambda: now)
    assert [pace.may("a") for _ in range(3)] == [True, True, False]
    assert pace.may("b")
    now = WINDOW_SECONDS
    assert pace.may("a")
    for n in range(HOSTS_MAX * 2):
        pace.may(str(n))
    assert len(pace._counts) == HOSTS_MAX
