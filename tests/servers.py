"""Real servers for tests: ``weft serve`` as a process of its own, which may be killed and started
again, and the command line beside it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import pytest

from weft.cli import main

T = TypeVar("T")

START_S = 180.0
"""Until a server answers: the imports alone take seconds on a busy machine."""
LOOK_S = 0.1
DEADLINE_S = 25.0
"""For something that must happen elsewhere: a delivery, an answer."""
PASSWORD = "correct horse battery"

_TAGS = re.compile(r"<[^>]+>")


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], T], what: str = "", *, within: float = DEADLINE_S) -> T:
    """The first truthy result of ``look``, asked again and again. Fails with ``what``."""
    end = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"Not within {within} s: {what or look}; last seen: {found!r}")
        time.sleep(LOOK_S)


def plain(status: dict[str, Any]) -> str:
    """The text of a post, without its tags."""
    return _TAGS.sub("", status["content"].replace("</p><p>", "\n\n"))


class Process:
    """A child with its output in a file; ended with SIGKILL or SIGINT, and startable again."""

    def __init__(self, command: list[str], log: Path, environ: dict[str, str]) -> None:
        self.command = command
        self.log = log
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith("WEFT_")
        } | environ
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(
                self.command,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def kill(self) -> None:
        """As the kernel does when memory ends: no word, no clean-up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As Ctrl-C does."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self.child is not None:
            self.child.send_signal(how)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
            self.child = None

    def said(self, last: int = 6_000) -> str:
        """The end of its output, for failures."""
        return self.log.read_text("utf-8", "replace")[-last:] if self.log.exists() else ""


class Server(Process):
    """One ``weft serve`` on a loopback address, with its own data folder.

    ``domain`` is its address with the port, so that handles such as ``@ada@127.0.0.2:4711`` work
    without any name server.
    """

    def __init__(
        self, folder: Path, host: str = "127.0.0.1", *, database: str = "", **environ: str
    ) -> None:
        self.host, self.port = host, free_port(host)
        self.data = folder
        self.domain = f"{host}:{self.port}"
        self.url = f"http://{self.domain}"
        self.database = database
        self._clients = contextlib.ExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(
            [
                *(sys.executable, "-m", "weft", "serve", "--data", str(folder), "--host", host),
                *("--port", str(self.port), "--domain", self.domain),
                *(("--database", database) if database else ()),
            ],
            folder / "serve.log",
            {"WEFT_REACH_PRIVATE": "127.0.0.0/8", "WEFT_REACH_HTTP": "true"}
            | {"WEFT_GENEROUS": "100"}
            | environ,
        )

    def __enter__(self) -> Self:
        self.start()
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._clients.close()
        self.kill()

    def wait(self) -> None:
        """Until ``GET /health`` answers 200."""

        def healthy() -> bool:
            assert self.running, f"The server ended:\n{self.said()}"
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
            return False

        until(healthy, f"a healthy server\n{self.said()}", within=START_S)

    def weft(self, *arguments: str) -> str:
        """What a command prints, run on this data folder beside the server.

        In this process: starting another one takes seconds, and there is nothing else in it.
        """
        where = ["--data", str(self.data), *(("--database", self.database) * bool(self.database))]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as end:
            main([*arguments, *where])
        assert not end.value.code, f"weft {' '.join(arguments)}: {end.value.code}"
        return printed.getvalue().strip()

    def person(self, name: str, *more: str) -> Client:
        """A new member, and a client signed in as it."""
        email = f"{name}@example.org"
        self.weft("person", "create", name, "--email", email, "--password", PASSWORD, *more)
        return self.client(name)

    def client(self, name: str, token: str = "") -> Client:
        made = Client(self, name, token or self.weft("token", "create", name))
        self._clients.enter_context(made.http)
        return made


class Client:
    """A member at a server: the Mastodon API in as few words as possible."""

    def __init__(self, server: Server, name: str, token: str) -> None:
        self.server = server
        self.name = name
        self.token = token
        self.acct = f"{name}@{server.domain}"
        self.http = httpx.Client(
            base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=20
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._asked(self.http.get(f"/api/{path}", params=query))

    def send(self, path: str, *, key: str = "", **form: Any) -> Any:
        """POST. ``key``: the Idempotency-Key."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._asked(self.http.post(f"/api/{path}", json=form, headers=headers))

    def put(self, path: str, **form: Any) -> Any:
        return self._asked(self.http.put(f"/api/{path}", json=form))

    def delete(self, path: str) -> Any:
        return self._asked(self.http.delete(f"/api/{path}"))

    def post(self, text: str, *, key: str = "", **form: Any) -> dict[str, Any]:
        return self.send("v1/statuses", key=key, status=text, **form)

    def picture(self, image: bytes, description: str) -> str:
        """Upload; the id, once it is ready."""
        made = self._asked(
            self.http.post(
                "/api/v2/media",
                files={"file": ("picture.png", image, "image/png")},
                data={"description": description},
            )
        )
        until(lambda: self.http.get(f"/api/v1/media/{made['id']}").status_code == 200, "a picture")
        return str(made["id"])

    def find(self, acct: str) -> dict[str, Any]:
        """An account anywhere, looked up there if need be."""
        found = self.get("v2/search", q=acct, type="accounts", resolve="true")["accounts"]
        assert found, f"{self.acct} does not find {acct}\n{self.server.said()}"
        return found[0]

    def open(self, uri: str) -> dict[str, Any]:
        """A post anywhere, by its address."""
        found = self.get("v2/search", q=uri, type="statuses", resolve="true")["statuses"]
        assert found, f"{self.acct} does not find {uri}\n{self.server.said()}"
        return found[0]

    def me(self) -> dict[str, Any]:
        return self.get("v1/accounts/verify_credentials")

    def home(self) -> list[dict[str, Any]]:
        return self.get("v1/timelines/home", limit=40)

    def notices(self, kind: str) -> list[dict[str, Any]]:
        return self.get("v1/notifications", **{"types[]": kind, "limit": 40})

    def below(self, status_id: str) -> list[dict[str, Any]]:
        return self.get(f"v1/statuses/{status_id}/context")["descendants"]

    def sees(self, what: str, look: Callable[[], T], *, within: float = DEADLINE_S) -> T:
        """Wait until ``look`` finds it; what the server said goes into the failure."""
        try:
            return until(look, f"{self.acct} sees {what}", within=within)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.server.said()}") from None

    def _asked(self, answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            raise Refused(answer)
        return answer.json()


class Refused(AssertionError):
    """The server answered with an error."""

    def __init__(self, answer: httpx.Response) -> None:
        asked = answer.request
        super().__init__(f"{asked.method} {asked.url}: {answer.status_code} {answer.text[:500]}")
        self.status = answer.status_code
