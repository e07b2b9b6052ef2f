"""Another server, small and under the tests' control: actors, posts, WebFinger, signed requests.

It listens on loopback under any number of host names, which the client under test resolves by its
``resolve`` map. What it serves are plain dicts; tests bend them.
"""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any, Self
from urllib.parse import urlsplit

from aiohttp import web

from weft.federation.request import InboxRequest
from weft.net import keys
from weft.net.cavage import Signer

ACTIVITY = "application/activity+json"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@cache
def key_pair(number: int) -> keys.KeyPair:
    """Making keys takes longer than most tests; a few serve all."""
    return keys.generate()


class Answer:
    """What stands at a path."""

    def __init__(
        self, body: Any, *, status: int = 200, kind: str = ACTIVITY, **headers: str
    ) -> None:
        self.body = body
        self.status = status
        self.kind = kind
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Stranger:
    """``async with Stranger("a.test", "b.test") as other:``"""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts or ("other.test",)
        self.answers: dict[tuple[str, str], Answer] = {}
        self.asked: list[str] = []
        self.signed: list[str] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        where = f"{request.host.partition(':')[0]}{request.path_qs}"
        self.asked.append(where)
        if "Signature" in request.headers:
            self.signed.append(where)
        answer = self.answers.get((request.host.partition(":")[0], request.path_qs))
        if answer is None:
            return web.Response(status=404)
        body = answer.body if isinstance(answer.body, str | bytes) else json.dumps(answer.body)
        return web.Response(
            status=answer.status,
            body=body.encode() if isinstance(body, str) else body,
            headers={"Content-Type": answer.kind, **answer.headers},
        )

    @property
    def resolve(self) -> dict[str, str]:
        return dict.fromkeys(self.hosts, "127.0.0.1")

    def base(self, host: str = "") -> str:
        return f"http://{host or self.hosts[0]}:{self.port}"

    def domain(self, host: str = "") -> str:
        return f"{host or self.hosts[0]}:{self.port}"

    # -- what it serves ---------------------------------------------------------------------

    def serve(self, url: str, body: Any, **more: Any) -> None:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.answers[parts.hostname or "", path] = Answer(body, **more)

    def unserve(self, url: str) -> None:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        del self.answers[parts.hostname or "", path]

    def actor(self, name: str, *, host: str = "", key: int = 0, **changes: Any) -> dict[str, Any]:
        """An actor and its WebFinger entry; gives the document that is served."""
        base = self.base(host)
        uri = f"{base}/users/{name}"
        document: dict[str, Any] = {
            "@context": ["https://www.w3.org/ns/activitystreams"],
            "id": uri,
            "type": "Person",
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{uri}/inbox",
            "followers": f"{uri}/followers",
            "endpoints": {"sharedInbox": f"{base}/inbox"},
            "url": f"{base}/@{name}",
            "publicKey": {
                "id": f"{uri}#main-key",
                "owner": uri,
                "publicKeyPem": key_pair(key).public_pem,
            },
        }
        document |= changes
        self.serve(uri, document)
        self.webfinger(document["preferredUsername"], document["id"], host=host)
        return document

    def webfinger(self, name: str, uri: str, *, host: str = "", subject: str = "") -> None:
        domain = self.domain(host)
        acct = f"acct:{name}@{domain}"
        self.answers[host or self.hosts[0], f"/.well-known/webfinger?resource={acct}"] = Answer(
            {
                "subject": subject or acct,
                "links": [{"rel": "self", "type": ACTIVITY, "href": uri}],
            },
            kind="application/jrd+json",
        )

    def note(self, actor: dict[str, Any], slug: str, text: str = "hello", **changes: Any) -> Any:
        """A public note, served under its id."""
        base = "/".join(actor["id"].split("/")[:3])
        document = {
            "id": f"{base}/notes/{slug}",
            "type": "Note",
            "attributedTo": actor["id"],
            "content": f"<p>{text}</p>",
            "published": "2026-11-20T10:00:00Z",
            "to": [PUBLIC],
            "cc": [actor["followers"]],
            "tag": [],
        } | changes
        self.serve(document["id"], document)
        return document

    # -- what it sends ----------------------------------------------------------------------

    def request(
        self,
        activity: Any,
        *,
        key: int = 0,
        key_id: str = "",
        to: str = "http://weft.test/inbox",
        at: float | None = None,
        body: bytes | None = None,
    ) -> InboxRequest:
        """The activity as a signed POST; ``key_id`` defaults to its actor's main key."""
        raw = json.dumps(activity).encode() if body is None else body
        signer = Signer(
            key_id or f"{activity['actor']}#main-key", keys.private_key(key_pair(key).private_pem)
        )
        sent = signer.headers(
            "POST", to, time.time() if at is None else at, body=raw, content_type=ACTIVITY
        )
        headers = {name.lower(): value for name, value in sent.items()}
        return InboxRequest(urlsplit(to).path, headers, raw)


def mention(uri: str, name: str = "@ada@weft.test") -> dict[str, str]:
    return {"type": "Mention", "href": uri, "name": name}


def create(note: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{note['id']}/activity",
        "type": "Create",
        "actor": note["attributedTo"],
        "to": note.get("to", []),
        "cc": note.get("cc", []),
        "object": note,
    } | changes
