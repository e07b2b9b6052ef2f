"""Apps that members use: how they register, and what scopes they may ask for.

https://docs.joinmastodon.org/methods/apps/, …/api/oauth-scopes/. What they get: ``oauth``.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.errors import Invalid
from weft.kernel.ids import new_id
from weft.people.tables import apps
from weft.store.database import Tx

OOB = "urn:ietf:wg:oauth:2.0:oob"
"""Redirect address of apps that have none: the code is shown for copying."""
APP_NAME_MAX = 200
URI_MAX = 2_000
URIS_MAX = 20
"""Mastodon has no limit on redirect addresses; twenty covers every app that is known."""

_PARTS = (
    *("accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows"),
    *("lists", "mutes"),
)
READ = frozenset(f"read:{part}" for part in (*_PARTS, "notifications", "search", "statuses"))
WRITE = frozenset(
    f"write:{part}"
    for part in (*_PARTS, "conversations", "media", "notifications", "reports", "statuses")
)
ADMIN_PARTS = (
    *("accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks"),
    *("email_domain_blocks", "canonical_email_blocks"),
)
ADMIN = frozenset(
    f"admin:{verb}{part}"
    for verb in ("read", "write")
    for part in ("", *(f":{part}" for part in ADMIN_PARTS))
)
SCOPES = frozenset({"profile", "read", "write", "follow", "push"}) | READ | WRITE | ADMIN
"""https://docs.joinmastodon.org/api/oauth-scopes/"""
_FOLLOW = frozenset(
    f"{verb}:{part}" for verb in ("read", "write") for part in ("blocks", "follows", "mutes")
)


class App(Struct, frozen=True):
    """Field for field the columns of ``apps``."""

    id: int
    client_id: str
    client_secret: str
    name: str
    website: str | None
    redirect_uris: list[str]
    scopes: str
    created_at: int


# -- scopes -----------------------------------------------------------------------------------


def covers(held: frozenset[str], wanted: str) -> bool:
    """``read`` covers ``read:accounts``; ``follow`` the old bundle of follows, blocks, mutes."""
    if wanted in held or wanted.rpartition(":")[0] in held:
        return True
    return (wanted.startswith("admin:") and ":".join(wanted.split(":")[:2]) in held) or (
        "follow" in held and wanted in _FOLLOW
    )


def parse_scopes(text: str) -> frozenset[str] | None:
    """The scopes in a space-separated list; None when one of them does not exist."""
    wanted = frozenset(text.replace("+", " ").split())
    return wanted if wanted <= SCOPES else None


def within(app: App, wanted: frozenset[str]) -> bool:
    """Whether an app registered for all that it now asks for."""
    registered = frozenset(app.scopes.split())
    return all(covers(registered, scope) for scope in wanted)


# -- apps -------------------------------------------------------------------------------------

_APP_COLUMNS = tuple(apps.c[field] for field in App.__struct_fields__)
_APP = sa.select(*_APP_COLUMNS).where(apps.c.client_id == sa.bindparam("client_id"))
_APP_BY_ID = sa.select(*_APP_COLUMNS).where(apps.c.id == sa.bindparam("id"))


def create(
    tx: Tx,
    name: str,
    redirect_uris: Iterable[str],
    *,
    scopes: str = "read",
    website: str | None = None,
) -> App:
    """Register an app. Errors: Invalid (no name, a redirect address that is none, scopes that do
    not exist).
    """
    name = _printable(name)
    if not name:
        raise Invalid("Validation failed: Application name can't be blank")
    uris = list(dict.fromkeys(uri.strip() for uri in redirect_uris if uri.strip()))
    if not uris:
        raise Invalid("Validation failed: Redirect URI can't be blank")
    if len(uris) > URIS_MAX or not all(map(_may_redirect_to, uris)):
        raise Invalid("Validation failed: Redirect URI must be an absolute URI.")
    wanted = parse_scopes(scopes or "read")
    if wanted is None:
        raise Invalid("Validation failed: Scopes don't match configured on the server.")
    app = App(
        id=new_id(),
        client_id=secrets.token_urlsafe(32),
        client_secret=secrets.token_urlsafe(32),
        name=name[:APP_NAME_MAX],
        website=_printable(website or "")[:URI_MAX] or None,
        redirect_uris=uris,
        scopes=" ".join(dict.fromkeys((scopes or "read").split())),
        created_at=tx.now,
    )
    tx.run(apps.insert(), {field: getattr(app, field) for field in App.__struct_fields__})
    return app


def _printable(text: str) -> str:
    """What an app says of itself stands on the page on which one says yes to it."""
    return "".join(char for char in text if char.isprintable()).strip()


def _may_redirect_to(uri: str) -> bool:
    """Absolute, no fragment (RFC 6749 §3.1.2), nothing that runs in this server's pages."""
    scheme, colon, rest = uri.partition(":")
    return bool(
        colon
        and rest
        and len(uri) <= URI_MAX
        and scheme.isascii()
        and scheme[:1].isalpha()
        and scheme.replace("+", "").replace("-", "").replace(".", "").isalnum()
        and scheme.lower() not in {"javascript", "data", "vbscript", "file", "blob", "about"}
        and (scheme.lower() not in {"http", "https"} or (len(rest) > 2 and rest.startswith("//")))
        and "#" not in uri
        and uri.isprintable()
        and " " not in uri
    )


def by_client_id(tx: Tx, client_id: str) -> App | None:
    row = tx.row(_APP, client_id=client_id)
    return App(*row) if row is not None else None


def by_id(tx: Tx, app_id: int) -> App | None:
    row = tx.row(_APP_BY_ID, id=app_id)
    return App(*row) if row is not None else None


def knows_secret(app: App, secret: str) -> bool:
    return hmac.compare_digest(app.client_secret.encode(), secret.encode())


def as_json(app: App | None) -> dict[str, Any] | None:
    """What a post remembers of the app it was written with: {name, website}."""
    return {"name": app.name, "website": app.website} if app is not None else None
