"""What Mastodon's clients send, made plain: Rails' spelling of lists and nested values.

Clients were written against Rails, which reads ``id[]=1&id[]=2``, ``poll[options][]=a`` and
``media_ids[0]=5``, in queries, forms and multipart bodies alike. ``Rails`` (ASGI middleware)
turns such a query into plain repeated keys, and such a body into JSON, so that a handler takes
one typed Struct and knows of none of this. JSON bodies and plain queries pass untouched.

Routes that take files (``UPLOADS``) keep their multipart body and read it with ``read_form``.

Grammar: Rack's ``Rack::QueryParser`` (https://github.com/rack/rack, MIT), as far as Mastodon's
documentation uses it. Bounded in size, depth and number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import msgspec
import python_multipart
from litestar import Request
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct
from python_multipart.exceptions import FormParserError

from weft.kernel.errors import Invalid, WeftError

T = TypeVar("T")

FORM_BYTES = 1024 * 1024
"""A post of 5,000 characters is 60 kB when every one of them is escaped; files go elsewhere."""
FIELDS_MAX = 500
"""Fields of one form or query: asking for 300 relationships at once is the largest known use."""
DEPTH_MAX = 4
"""``media_attributes[][focus][x]`` is the deepest name in Mastodon's documentation."""
INDEX_MAX = 100
"""Highest index in ``name[7]=``."""
UPLOADS = re.compile(
    r"/api/v[12]/media|/api/v1/media/\d+|/api/v1/accounts/update_credentials|/api/v1/profile"
    r"|/api/weft/v1/ais/\d+/documents"
)
"""Routes that take files; they read their body themselves."""
_FORMS = (b"application/x-www-form-urlencoded", b"multipart/form-data")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PART = re.compile(r"\[([^\[\]]*)\]")
_INDEXED = re.compile(r"\[\d*\]$")
_LIST_TWICE = re.compile(r"(\[\])+$")
"""``id[][]=1``, as Mastodon.py sends some lists: a list of lists is wanted nowhere."""


class File(Struct, frozen=True):
    """A file that came in a form."""

    name: str
    type: str
    data: bytes


class Form(Struct, frozen=True):
    """A body as nested plain values, and the files in it by field name."""

    values: dict[str, Any]
    files: dict[str, File]

    def into(self, type_: type[T]) -> T:
        """The values as a Struct; texts become numbers and truth values where it wants them.
        Errors: Invalid.
        """
        try:
            return msgspec.convert(self.values, type_, strict=False)
        except msgspec.ValidationError as fault:
            raise Invalid(f"Validation failed: {fault}") from fault


class Rails:
    """The middleware. Malformed or oversized bodies answer 400 or 413 in Mastodon's form."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not _is_ours(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            query = scope["query_string"]
            if b"[" in query or b"%5B" in query or b"%5b" in query:
                scope["query_string"] = plain_query(query)  # pyright: ignore[reportGeneralTypeIssues]
            kind = _form_kind(scope)
            if kind is not None:
                receive = await _as_json(scope, receive, kind)
        except WeftError as refused:
            await _refuse(send, refused)
            return
        await self._app(scope, receive, send)


def _is_ours(path: str) -> bool:
    return path.startswith(("/api/", "/oauth/"))


def _form_kind(scope: Scope) -> bytes | None:
    if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
        return None
    for name, value in scope["headers"]:
        if name == b"content-type":
            if not value.lower().startswith(_FORMS):
                return None
            multipart = value[:9].lower() == b"multipart"
            return None if multipart and UPLOADS.fullmatch(scope["path"]) else value
    return None


async def _as_json(scope: Scope, receive: Receive, kind: bytes) -> Receive:
    body = await _read(receive)
    form = parse(kind, body)
    encoded = msgspec.json.encode(form.values)
    scope["headers"] = [  # pyright: ignore[reportGeneralTypeIssues]
        *((n, v) for n, v in scope["headers"] if n not in (b"content-type", b"content-length")),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(encoded)).encode()),
    ]
    sent = False

    async def receive_json() -> Any:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": encoded, "more_body": False}  # pyright: ignore[reportReturnType]

    return receive_json


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise WeftError("The request ended too early")
        size += len(message.get("body", b""))
        if size > FORM_BYTES:
            raise WeftError("The request is too large", 413)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _refuse(send: Send, refused: WeftError) -> None:
    body = msgspec.json.encode({"error": refused.text})
    start: Any = {
        "type": "http.response.start",
        "status": refused.status,
        "headers": [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The body of a route that takes files, whatever it came as. Errors: 400 malformed.

    How large it may be is the route's ``request_max_body_size``.
    """
    # Not ``request.headers``: the framework may have read those before ``Rails`` changed them.
    kind = next((value for name, value in request.scope["headers"] if name == b"content-type"), b"")
    body = await request.body()
    if not body:
        return Form({}, {})
    if kind.lower().startswith(b"application/json"):
        try:
            return Form(msgspec.json.decode(body, type=dict[str, Any]), {})
        except msgspec.DecodeError as fault:
            raise WeftError("The request body is not a JSON object") from fault
    return parse(kind, body)


def parse(content_type: bytes, body: bytes) -> Form:
    """A form body of either kind. Errors: 400 malformed or over a bound."""
    if content_type[:9].lower() == b"multipart":
        return _multipart(content_type, body)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError as fault:  # UnicodeDecodeError is one
        raise WeftError("The form is malformed", cause=str(fault)) from fault
    return Form(nest(pairs), {})


def _multipart(content_type: bytes, body: bytes) -> Form:
    pairs: list[tuple[str, str]] = []
    files: dict[str, File] = {}

    def count() -> None:
        if len(pairs) + len(files) >= FIELDS_MAX:
            raise WeftError("The form has too many fields")

    def on_field(field: Any) -> None:
        count()
        pairs.append(((field.field_name or b"").decode(), (field.value or b"").decode()))

    def on_file(file: Any) -> None:
        count()
        file.file_object.seek(0)
        files[(file.field_name or b"").decode()] = File(
            (file.file_name or b"").decode(errors="replace"),
            file.content_type or "",
            file.file_object.read(),
        )

    if not body.rstrip().endswith(b"--"):
        raise WeftError("The form is cut off")
    try:
        parser = python_multipart.create_form_parser(
            {"Content-Type": content_type},
            on_field,
            on_file,
            config={"MAX_MEMORY_FILE_SIZE": len(body) + 1},
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as fault:
        raise WeftError("The form is malformed", cause=str(fault)) from fault
    return Form(nest(pairs), files)


def plain_query(query: bytes) -> bytes:
    """``id[]=1&types[0]=a`` as ``id=1&types=a``; nested names stay as they are."""
    try:
        pairs = parse_qsl(
            query.decode("latin-1"), keep_blank_values=True, max_num_fields=FIELDS_MAX
        )
    except ValueError as fault:
        raise WeftError("The query is malformed", cause=str(fault)) from fault
    return urlencode([(_INDEXED.sub("", name), value) for name, value in pairs]).encode()


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Form fields as nested values: ``a[]`` appends, ``a[b]`` nests, ``a[0]`` is a place in a
    list, ``a[][b]`` begins a new element when ``b`` is there already. A plain name twice makes a
    list. Errors: 400 for names that contradict each other or go too deep.
    """
    root: dict[str, Any] = {}
    for name, value in pairs:
        path = _path(name)
        if path is not None:
            _put(root, path, value)
    return {key: _lists(value) for key, value in root.items()}


def _path(name: str) -> list[str] | None:
    head, bracket, _ = name.partition("[")
    if not head:
        return None
    if not bracket:
        return [head]
    tail = _LIST_TWICE.sub("[]", name[len(head) :])
    parts = _PART.findall(tail)
    if "".join(f"[{part}]" for part in parts) != tail:
        raise WeftError("The form has a malformed name")
    if len(parts) > DEPTH_MAX:
        raise WeftError("The form is nested too deeply")
    return [head, *parts]


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    key, rest = path[0], path[1:]
    if not rest:
        if key in into:
            known = into[key]
            if isinstance(known, dict):
                raise WeftError("The form contradicts itself")
            into[key] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            into[key] = value
        return
    if rest[0] == "":
        items = into.setdefault(key, [])
        if not isinstance(items, list):
            raise WeftError("The form contradicts itself")
        if len(rest) == 1:
            items.append(value)
            return
        inner = rest[1:]
        if not items or not isinstance(items[-1], dict) or _holds(items[-1], inner):
            items.append({})
        _put(items[-1], inner, value)
        return
    inside = into.setdefault(key, {})
    if not isinstance(inside, dict):
        raise WeftError("The form contradicts itself")
    _put(inside, rest, value)


def _holds(element: dict[str, Any], path: list[str]) -> bool:
    """Whether an element already has a value where this name would put one."""
    if path[0] not in element:
        return False
    if len(path) == 1:
        return True
    if path[1] == "":
        return False
    inside = element[path[0]]
    return not isinstance(inside, dict) or _holds(inside, path[1:])


def _lists(value: Any) -> Any:
    """Nested values whose every name is a number are lists, in the numbers' order."""
    if isinstance(value, list):
        return [_lists(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value and all(key.isascii() and key.isdigit() and int(key) < INDEX_MAX for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(item) for key, item in value.items()}
