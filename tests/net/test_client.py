"""The client against real servers on loopback, most of them hostile."""

import asyncio
import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import web

from tests.net.hostile import certificates, serving, speaking
from weft.net import client as client_module
from weft.net import keys
from weft.net.cavage import Signer, parse_signature, verify
from weft.net.client import MAX_POST_ANSWER, Client, OutboundFailed, Response
from weft.net.guard import Guard, OutboundRefused

pytestmark = pytest.mark.anyio

JSON = "application/activity+json"
LOOPBACK = Guard(["127.0.0.0/8"], allow_http=True)


def open_client(**resolve: str) -> Client:
    """A client that knows ``alpha`` and friends as ``*.test``."""
    names = {f"{name}.test": ip for name, ip in resolve.items()}
    return Client(user_agent="Weft/test", guard=LOOPBACK, resolve=names)


async def hello(request: web.Request) -> web.Response:
    return web.json_response({"path": request.path_qs}, headers={"Vary": "Accept"})


async def test_a_get_brings_status_final_url_headers_and_body() -> None:
    seen: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request)
        response = await hello(request)
        response.headers.add("Vary", "Signature")
        response.set_cookie("track", "me")
        return response

    async with serving(answer) as port, open_client(alpha="127.0.0.1") as client:
        await client.get(f"http://alpha.test:{port}/", accept=JSON)
        got = await client.get(f"http://alpha.test:{port}/a?b=c#d", accept=JSON)
    assert got.status == 200
    assert got.url == f"http://alpha.test:{port}/a?b=c"
    assert got.headers["vary"] == "Accept, Signature"
    assert got.body == b'{"path": "/a?b=c"}'
    assert seen[1].headers["Accept"] == JSON
    assert seen[1].headers["User-Agent"] == "Weft/test"
    assert seen[1].headers["Host"] == f"alpha.test:{port}"
    assert "Cookie" not in seen[1].headers
    assert seen[0].transport is seen[1].transport  # the connection was kept


async def test_an_error_status_is_an_answer() -> None:
    async def gone(_: web.Request) -> web.Response:
        return web.Response(status=410, text="gone")

    async with serving(gone) as port, open_client() as client:
        got = await client.get(f"http://127.0.0.1:{port}/", accept=JSON)
    assert (got.status, got.body) == (410, b"gone")


async def test_what_is_sent_signed_verifies_on_arrival_also_after_redirects(
    pair: keys.KeyPair,
) -> None:
    signer = Signer("https://weft.test/actor#key", keys.private_key(pair.private_pem))
    verified: list[tuple[str, str, str]] = []

    async def inbox(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        verify(
            parse_signature(headers["signature"]),
            request.method,
            request.raw_path,
            headers,
            body,
            keys.public_key(pair.public_pem),
            datetime.now(UTC).timestamp(),
            hosts=(request.host,),
        )
        verified.append((request.method, request.host, request.raw_path))
        if request.path == "/old":
            raise web.HTTPTemporaryRedirect(f"http://beta.test:{port}/new?x=%20y")
        return web.Response(status=202)

    async with (
        serving(inbox) as port,
        open_client(alpha="127.0.0.1", beta="127.0.0.1") as client,
    ):
        old = f"http://alpha.test:{port}/old"
        posted = await client.post(old, b'{"a":1}', JSON, signer=signer)
        got = await client.get(old, accept=JSON, signer=signer)
    assert posted.status == got.status == 202
    assert verified == [
        (method, f"{name}.test:{port}", path)
        for method in ("POST", "GET")
        for name, path in (("alpha", "/old"), ("beta", "/new?x=%20y"))
    ]


async def test_a_redirect_into_the_private_network_is_refused() -> None:
    reached: list[str] = []

    async def trap(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response(status=302, headers={"Location": request.query["to"]})

    async with (
        serving(trap) as port,
        open_client(alpha="127.0.0.1", inside="10.0.0.1", six="::1") as client,
    ):
        for to in (
            "http://10.0.0.1/secret",
            "http://inside.test/secret",
            f"http://six.test:{port}/secret",
            f"http://[::1]:{port}/secret",
            "http://169.254.169.254/latest/meta-data/",
            f"http://[::ffff:127.0.0.1]:{port}/secret",
            f"http://2130706433:{port}/secret",
            "//10.0.0.1/secret",
            f"http://user@127.0.0.1:{port}/secret",
            "http://127.0.0.1:22/secret",
            "file:///etc/passwd",
            "http://[broken/",
            "http://127.0.0.1:port/",
        ):
            with pytest.raises(OutboundRefused):
                await client.get(f"http://alpha.test:{port}/?{urlencode({'to': to})}", accept="*/*")
    assert set(reached) == {"/"}


async def test_redirects_are_counted_and_a_post_never_becomes_a_get() -> None:
    reached: list[str] = []

    async def moved(request: web.Request) -> web.Response:
        reached.append(request.method)
        raise web.HTTPFound(f"/{len(reached)}")

    async with serving(moved) as port, open_client() as client:
        with pytest.raises(OutboundRefused):
            await client.get(f"http://127.0.0.1:{port}/", accept="*/*")
        assert reached == ["GET"] * 4
        posted = await client.post(f"http://127.0.0.1:{port}/", b"{}", JSON)
    assert posted.status == 302
    assert reached == ["GET"] * 4 + ["POST"]


async def test_one_private_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(*_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", ("127.0.0.1", 0)), (2, 1, 6, "", ("10.0.0.1", 0))]

    async with serving(hello) as port, open_client() as client:
        monkeypatch.setattr("weft.net.resolver.socket.getaddrinfo", both)
        with pytest.raises(OutboundRefused):
            await client.get(f"http://two.test:{port}/", accept="*/*")


async def test_an_address_that_slips_past_the_resolver_is_caught_at_the_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached: list[str] = []

    async def note(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response()

    async with (
        serving(note) as port,
        Client(user_agent="t", guard=Guard(allow_http=True)) as client,
    ):
        monkeypatch.setattr(Guard, "_check_host", lambda *_: None)
        with pytest.raises(OutboundRefused):
            await client.get(f"http://127.0.0.1:{port}/", accept="*/*")
    assert reached == []


async def test_an_endless_body_is_left_when_the_bytes_are_spent() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with speaking(head, b"400\r\n" + b"x" * 1024 + b"\r\n") as url, open_client() as client:
        with pytest.raises(OutboundRefused):
            await client.get(url, accept="*/*", max_bytes=50_000)


async def test_a_long_answer_does_not_undo_a_delivery() -> None:
    head = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with speaking(head, b"400\r\n" + b"x" * 1024 + b"\r\n") as url, open_client() as client:
        posted = await client.post(url, b"{}", JSON)
    assert (posted.status, len(posted.body)) == (202, MAX_POST_ANSWER)


@pytest.mark.parametrize(
    ("head", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", OutboundFailed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", OutboundFailed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", OutboundFailed),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", OutboundFailed),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
            OutboundFailed,
        ),
        (b"SSH-2.0-OpenSSH_9\r\n", OutboundFailed),
        (b"", OutboundFailed),
    ],
)
async def test_a_lying_or_broken_answer_is_a_failure(head: bytes, error: type[Exception]) -> None:
    async with speaking(head) as url, open_client() as client:
        with pytest.raises(error):
            await client.get(url, accept="*/*")


async def test_bytes_beyond_the_declared_length_are_not_the_next_answer() -> None:
    smuggled = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    honest = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
    async with speaking(honest + smuggled) as url, open_client() as client:
        for _ in range(3):
            assert (await client.get(url, accept="*/*")).body == b"good"


async def test_a_slow_body_and_a_silent_server_end_with_the_time() -> None:
    drip = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    started = asyncio.get_running_loop().time()
    async with open_client() as client:
        async with speaking(drip, b"x", pause=0.05) as url:
            with pytest.raises(OutboundFailed):
                await client.get(url, accept="*/*", timeout=0.3)
        async with speaking(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", pause=0.05) as url:
            with pytest.raises(OutboundFailed):
                await client.post(url, b"{}", JSON, timeout=0.3)
    assert asyncio.get_running_loop().time() - started < 5


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_bomb_is_left_early(coding: str) -> None:
    plain = bytes(64 * 1024 * 1024)
    bomb = gzip.compress(plain, 9) if coding == "gzip" else zlib.compress(plain, 9)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": coding})

    async with serving(answer) as port, open_client() as client:
        tracemalloc.start()
        try:
            with pytest.raises(OutboundRefused):
                await client.get(f"http://127.0.0.1:{port}/", accept="*/*", max_bytes=100_000)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(bomb) < 100_000  # so that the size on the wire is no reason to refuse
    assert peak < 4 * 1024 * 1024


async def test_honest_compression_is_undone() -> None:
    async def answer(_: web.Request) -> web.Response:
        response = web.Response(text="hello " * 1000)
        response.enable_compression()
        return response

    async with serving(answer) as port, open_client() as client:
        got = await client.get(f"http://127.0.0.1:{port}/", accept="*/*", max_bytes=6000)
    assert got.headers["content-encoding"]
    assert got.body == b"hello " * 1000


async def test_nobody_there_is_a_failure_to_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(hello) as port:
        pass

    def unknown(*_: object, **__: object) -> None:
        raise OSError(-2, "Name or service not known")

    async with open_client() as client:
        with pytest.raises(OutboundFailed):
            await client.get(f"http://127.0.0.1:{port}/", accept="*/*")
        monkeypatch.setattr("weft.net.resolver.socket.getaddrinfo", unknown)
        with pytest.raises(OutboundFailed) as failed:
            await client.get("http://nowhere.test/", accept="*/*")
    assert "nowhere.test" in failed.value.cause
    assert "nowhere" not in failed.value.text


async def test_a_name_is_looked_up_when_no_override_knows_it() -> None:
    guard = Guard(["127.0.0.0/8", "::1/128"], allow_http=True)
    async with serving(hello) as port, Client(user_agent="t", guard=guard) as client:
        got = await client.get(f"http://localhost:{port}/", accept="*/*")
    assert got.status == 200


async def test_many_at_once_to_many_hosts_keep_few_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "MAX_KEPT_HOSTS", 10)
    open_now: set[asyncio.BaseTransport] = set()

    async def slow(request: web.Request) -> web.Response:
        assert request.transport is not None
        open_now.add(request.transport)
        await asyncio.sleep(0.05)
        return web.Response(status=202)

    hosts = {f"h{n}": "127.0.0.1" for n in range(128)}
    async with serving(slow) as port, open_client(**hosts) as client:
        started = asyncio.get_running_loop().time()
        answers = await asyncio.gather(
            *(client.post(f"http://{host}.test:{port}/inbox", b"{}", JSON) for host in hosts)
        )
        assert asyncio.get_running_loop().time() - started < 128 * 0.05 / 2
        assert {answer.status for answer in answers} == {202}
        async with asyncio.timeout(5):
            while sum(not transport.is_closing() for transport in open_now) > 10:  # noqa: ASYNC110 - a socket tells nobody
                await asyncio.sleep(0.01)
    assert len(open_now) == 128


async def test_tls_is_checked_against_the_name_though_the_address_is_pinned(
    tmp_path: Path,
) -> None:
    tls, authority = certificates(tmp_path, "alpha.test")
    names = {"alpha.test": "127.0.0.1", "beta.test": "127.0.0.1"}
    guard = Guard(["127.0.0.0/8"])

    async def downgrade(request: web.Request) -> web.Response:
        if request.path == "/down":
            raise web.HTTPFound("http://alpha.test/")
        return await hello(request)

    async def fetch(client: Client, host: str, path: str = "/") -> Response:
        return await client.get(f"https://{host}:{port}{path}", accept="*/*")

    async with serving(downgrade, tls=tls) as port:
        async with Client(user_agent="t", guard=guard, resolve=names) as stranger:
            with pytest.raises(OutboundFailed):
                await fetch(stranger, "alpha.test")
        async with Client(
            user_agent="t",
            guard=Guard(["127.0.0.0/8"], allow_http=True),
            resolve=names,
            ca_file=authority,
        ) as client:
            assert (await fetch(client, "alpha.test")).status == 200
            with pytest.raises(OutboundFailed):
                await fetch(client, "beta.test")
            with pytest.raises(OutboundRefused) as refused:
                await fetch(client, "alpha.test", "/down")
    assert "plain http" in refused.value.cause


ENDLESS = {
    "header lines": (b"HTTP/1.1 200 OK\r\n", b"X-Header: yes\r\n" * 1000),
    "different header lines": (
        b"HTTP/1.1 200 OK\r\n",
        b"".join(b"X-%d: yes\r\n" % n for n in range(1000)),
    ),
    "one header line": (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 50_000),
    "the status line": (b"HTTP/1.1 200 ", b"x" * 50_000),
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000),
    "empty lines": (b"", b"\r\n" * 20_000),
    "noise": (b"", b"\x16\x03\x01\x00" * 10_000),
    "a chunk's extension": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        b"x" * 50_000,
    ),
    "a chunk's size": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0" * 50_000),
    "trailers": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X-Trailer: yes\r\n" * 1000,
    ),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n" * 5_000,
    ),
    "a body without a length": (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 50_000),
    "a body of a length that no disk holds": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n",
        b"x" * 50_000,
    ),
}


@pytest.mark.parametrize("what", ENDLESS)
async def test_what_never_ends_is_left_in_time_and_fills_no_memory(what: str) -> None:
    head, then = ENDLESS[what]
    async with speaking(head, then) as url, open_client() as client:
        tracemalloc.start()
        try:
            with pytest.raises((OutboundRefused, OutboundFailed)):
                await client.get(url, accept="*/*", max_bytes=50_000, timeout=1.5)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 * 1024 * 1024
