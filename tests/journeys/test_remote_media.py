"""A real server shows the pictures of another, is killed over one of them, and says what they cost."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.servers import Server, until
from weft.assemble import open_database
from weft.people import accounts
from weft.people.accounts import RemoteAccount
from weft.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n".ljust(300_000, b".")


class Pictures(ThreadingHTTPServer):
    """Sends half of ``/slow.png`` and waits; then tells ``half``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Picture)
        self.half = threading.Event()
        self.go_on = threading.Event()
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Picture(BaseHTTPRequestHandler):
    server: Pictures  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/gone.png":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(PNG)))
        self.end_headers()
        if self.path == "/slow.png":
            self.wfile.write(PNG[:200_000])
            self.wfile.flush()
            self.server.half.set()
            self.server.go_on.wait(30)
            self.wfile.write(PNG[200_000:])
        else:
            self.wfile.write(PNG)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nobody reads it."""


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    with Pictures() as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def stranger(server: Server, name: str, picture: str) -> str:
    """Somebody elsewhere with this face; where it is seen here."""
    actor = f"https://elsewhere.test/users/{name}"
    remote = RemoteAccount(
        uri=actor,
        username=name,
        domain="elsewhere.test",
        kind="person",
        url=actor,
        inbox=f"{actor}/inbox",
        avatar=picture,
    )
    db = open_database(Settings(data=server.data))
    try:
        known = db.write_now(lambda tx: accounts.put_remote(tx, remote))
    finally:
        db.close()
    return httpx.get(f"{server.url}/api/v1/accounts/{known.id}").json()["avatar"]


def test_pictures_of_others_are_seen_from_here_also_after_a_kill(
    tmp_path: Path, pictures: Pictures
) -> None:
    with Server(tmp_path / "data", "127.0.0.2") as server:
        seen = stranger(server, "bee", f"{pictures.url}/face.png")
        assert seen.startswith(f"{server.url}/media/remote/")
        for _ in range(3):
            answer = httpx.get(seen)
            assert answer.content == PNG
            assert answer.headers["content-type"] == "image/png"
        part = httpx.get(seen, headers={"Range": "bytes=0-7"})
        assert (part.status_code, part.content) == (206, PNG[:8])
        gone = stranger(server, "gone", f"{pictures.url}/gone.png")
        assert httpx.get(gone).status_code == 404
        slow = stranger(server, "slow", f"{pictures.url}/slow.png")

        def look() -> None:
            with contextlib.suppress(httpx.TransportError):  # the server is killed meanwhile
                httpx.get(slow, timeout=30)

        looking = threading.Thread(target=look)
        looking.start()
        assert pictures.half.wait(20)
        server.kill()
        looking.join()
        pictures.go_on.set()
        server.start()
        server.wait()
        # Its secret is the same, so that what apps remember still leads there.
        assert httpx.get(slow).content == PNG
        assert httpx.get(seen).content == PNG
        assert pictures.asked == ["/face.png", "/gone.png", "/slow.png", "/slow.png"]
        status = server.weft("media", "status")
        assert status.startswith("2 files, 0.6 MB of 2048 MB"), status
        assert f"1  127.0.0.1:{pictures.server_port}" in status
        assert server.weft("media", "prune").startswith("2 files, 0.6 MB")
        kept = tmp_path / "data" / "remote-media"
        assert [path for path in kept.glob("*/*") if path.parent.name != "arriving"] == []
        assert httpx.get(seen).content == PNG
        until(lambda: server.weft("media", "status").startswith("1 files"), "one file again")
