"""Asks one route at a time, and judges the answer: status, type, shape, links, rates."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from weft.conformance import facts, shape
from weft.kernel.errors import WeftError
from weft.net.client import Client, Response

Who = Literal["main", "second", "admin", "app", "nobody"]
State = Literal["works", "differs", "missing", "fails", "untried"]
ANSWER_MAX = 4 * 1024 * 1024
"""Bytes of one answer: a page of posts has some 200 kB."""
PAUSE_S = 0.2
"""Between requests to servers elsewhere: five a second are within everybody's limits."""
REST_S = 0.3
"""Between two looks at something that takes its time."""
NOT_HERE = (404, 405, 410, 501)
SILENT_MAX = 5
"""Requests in a row without an answer, each waited for: then nobody is there any more."""
ID_CHARS = 500
"""Of what a server names its things by; group keys are the longest."""
SAID_CHARS = 200
"""Of what a server says of itself that is passed on to a terminal."""
_LINK = re.compile(r'<([^>]+)>;\s*rel="(next|prev)"')


class Result(Struct):
    """How one route did. ``status``: of HTTP; 0 when there was no answer. ``ms``: its duration."""

    method: str
    path: str
    clients: tuple[str, ...]
    state: State = "untried"
    status: int = 0
    ms: int = 0
    problems: list[str] = []


class Answer(Struct, frozen=True):
    """``value``: the JSON, or None. ``ok``: the status was as documented."""

    ok: bool
    value: Any

    def get(self, *names: str | int) -> Any:
        """A value inside; None where there is none."""
        inner: Any = self.value if self.ok else None
        for name in names:
            try:
                inner = inner[name]
            except (KeyError, IndexError, TypeError):
                return None
        return inner

    @property
    def entity(self) -> dict[str, Any]:
        """The value where it is a hash, as entities are; else an empty one."""
        inner: Any = self.get()
        return inner if isinstance(inner, dict) else {}

    def entities(self, *names: str | int) -> list[dict[str, Any]]:
        """The hashes of a list inside; none where there is no list."""
        inner: Any = self.get(*names)
        listed: list[Any] = inner if isinstance(inner, list) else []
        return [one for one in listed if isinstance(one, dict)]


class Upload(Struct, frozen=True):
    """A file in a form, beside plain fields."""

    name: str
    mime: str
    data: bytes
    fields: dict[str, str] = {}


class Caller:
    """``tokens``: by who asks; those that are missing cannot ask."""

    def __init__(self, client: Client, base: str, tokens: Mapping[Who, str]) -> None:
        self.base = base.rstrip("/")
        self.tokens = dict(tokens)
        self.results = {
            route.key: Result(route.method, route.path, route.clients, problems=[])
            for route in facts.routes()
        }
        self.unlimited: list[str] = []
        """Routes that told no rate limit."""
        self._client = client
        local = base.startswith(("http://127.", "http://localhost"))
        self._pause = 0.0 if local else PAUSE_S
        self.silent = 0
        """Requests in a row that nobody answered."""

    def may(self, who: Who) -> bool:
        return who == "nobody" or who in self.tokens

    def skip(self, keys: Sequence[str], why: str) -> None:
        """Say why routes are not tried."""
        for key in keys:
            if self.results[key].state == "untried":
                self.results[key].problems = [why]

    async def call(
        self,
        key: str,
        *values: object,
        returns: str = "any",
        who: Who = "main",
        send: str = "",
        query: Mapping[str, object] | None = None,
        body: Any = None,
        ok: Sequence[int] = (200,),
        paged: bool = False,
    ) -> Answer:
        """Try a route: ``key`` is ``GET /api/v1/accounts/:id`` with ``values`` for its parts.
        ``send``: another method than the key's. ``paged``: a full page must have links.
        """
        result = self.results[key]
        if not self.may(who):
            result.problems = result.problems or [f"needs --{who}-token"]
            return Answer(ok=False, value=None)
        if not all(map(_names, values)):
            result.problems = result.problems or ["what it is about could not be made"]
            return Answer(ok=False, value=None)
        path = _filled(result.path, values)
        answer, ms = await self._ask(send or result.method, path, query, body, who)
        worked_before = result.state == "works"
        if answer is None:
            result.state, result.problems = "fails", ["no answer"]
            return Answer(ok=False, value=None)
        value, found = _judge(answer, returns, ok)
        if answer.status in ok:
            found += self._links(answer, value, paged=paged)
        if answer.status in ok and "x-ratelimit-limit" not in answer.headers:
            self.unlimited.append(key)
        if worked_before and not found:
            return Answer(ok=True, value=value)  # another way to use it works as well
        result.status, result.ms, result.problems = answer.status, ms, found
        if answer.status in ok:
            result.state = "differs" if found else "works"
        else:
            result.state = "missing" if answer.status in NOT_HERE else "fails"
        return Answer(ok=answer.status in ok, value=value)

    async def quietly(
        self, method: str, path: str, *, who: Who = "main", body: Any = None
    ) -> Answer:
        """Ask without judging: to prepare, to look, to clean up."""
        if not self.may(who):
            return Answer(ok=False, value=None)
        answer, _ms = await self._ask(method, path, None, body, who)
        if answer is None:
            return Answer(ok=False, value=None)
        value, _found = _judge(answer, "any", (200, 202, 204, 206))
        return Answer(ok=answer.status < 300, value=value)

    async def rest(self) -> None:
        """Let the server work for a moment."""
        await asyncio.sleep(REST_S)

    async def _ask(
        self, method: str, path: str, query: Mapping[str, object] | None, body: Any, who: Who
    ) -> tuple[Response | None, int]:
        if self.silent >= SILENT_MAX:
            return None, 0
        headers = {"Accept": "application/json"}
        if who in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        data: bytes | None = None
        if isinstance(body, Upload):
            headers["Content-Type"], data = _multipart(body)
        elif body is not None:
            headers["Content-Type"] = "application/json"
            data = msgspec.json.encode(body)
        asked = f"?{urlencode(query, doseq=True)}" if query else ""
        await asyncio.sleep(self._pause)
        began = time.monotonic()
        try:
            answer = await self._client.ask(
                method,
                f"{self.base}{path}{asked}",
                headers=headers,
                body=data,
                max_bytes=ANSWER_MAX,
            )
        except WeftError:
            self.silent += 1
            return None, 0
        self.silent = 0
        return answer, round((time.monotonic() - began) * 1_000)

    def _links(self, answer: Response, value: Any, *, paged: bool) -> list[str]:
        if not paged or not value:
            return []
        links = {rel: address for address, rel in _LINK.findall(answer.headers.get("link", ""))}
        if not links:
            return ["no Link header on a page with entries"]
        foreign = [one for one in links.values() if not one.startswith(f"{self.base}/")]
        return ["the Link header leads to another server"] if foreign else []


def plain(said: object) -> str:
    """What a server said, as one short line that a terminal shows and does not obey."""
    text = str(said) if isinstance(said, str | int | float) else ""
    return "".join(char for char in text[:SAID_CHARS] if char.isprintable())


def _names(value: object) -> bool:
    """Whether something can be asked for by this."""
    return isinstance(value, str | int) and 0 < len(str(value)) <= ID_CHARS


def _filled(path: str, values: Sequence[object]) -> str:
    parts = iter(values)
    return "/".join(
        quote(str(next(parts)), safe="") if piece.startswith(":") else piece
        for piece in path.split("/")
    )


def _judge(answer: Response, returns: str, ok: Sequence[int]) -> tuple[Any, list[str]]:
    """The value of an answer, and what is wrong with it."""
    type_ = answer.headers.get("content-type", "").partition(";")[0].strip()
    value: Any = None
    if answer.body:
        try:
            value = msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None, ["the answer is no JSON"]
    if answer.status not in ok:
        said = value.get("error") if isinstance(value, dict) else None
        found = [f"answers {answer.status}: {plain(said)}" if said else f"answers {answer.status}"]
        if said is None:
            found.append("the error is not told as documented")
        return value, found
    if answer.status == 204:
        return None, []
    if type_ != "application/json":
        return value, [f"the type is {plain(type_) or 'not told'}"]
    return value, shape.problems(value, returns)


def _multipart(upload: Upload) -> tuple[str, bytes]:
    edge = "weft-conformance-boundary"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in upload.fields.items()
    ]
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="{upload.name}"; filename="a.png"\r\n'
        f"Content-Type: {upload.mime}\r\n\r\n"
    )
    parts += [head.encode(), upload.data, f"\r\n--{edge}--\r\n".encode()]
    return f"multipart/form-data; boundary={edge}", b"".join(parts)
