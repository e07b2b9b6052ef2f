"""What a stranger would find if nobody looked: a route without a lock, or with the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from litestar import Litestar
from litestar.handlers import BaseRouteHandler

from weft.api import auth
from weft.api.activitypub.negotiate import Negotiate
from weft.api.app import build
from weft.people.apps import SCOPES

PUBLIC = {
    # Signing in, before there is a token; each checks its own secrets.
    ("POST", "/api/v1/apps"),
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/authorize"),
    ("POST", "/oauth/token"),
    ("POST", "/oauth/revoke"),
    ("GET", "/.well-known/oauth-authorization-server"),
    # What the server is.
    ("GET", "/health"),
    ("GET", "/api/v1/instance"),
    ("GET", "/api/v2/instance"),
    ("GET", "/api/v1/instance/activity"),
    ("GET", "/api/v1/instance/extended_description"),
    ("GET", "/api/v1/instance/languages"),
    ("GET", "/api/v1/instance/peers"),
    ("GET", "/api/v1/instance/privacy_policy"),
    ("GET", "/api/v1/instance/domain_blocks"),
    ("GET", "/api/v1/instance/rules"),
    ("GET", "/api/v1/instance/translation_languages"),
    ("GET", "/api/v1/instance/terms_of_service"),
    ("GET", "/api/v1/instance/terms_of_service/{date:str}"),
    ("GET", "/api/v1/peers/search"),
    ("GET", "/api/v1/custom_emojis"),
    ("GET", "/api/v1/trends"),
    ("GET", "/api/v1/streaming/health"),
    ("GET", "/api/oembed"),
    ("GET", "/api/openapi/openapi.json"),
    ("GET", "/api/openapi"),
    ("GET", "/api/openapi/{path:str}"),
    # Streams look at the token themselves, since browsers can send it in other places only.
    ("WS", "/api/v1/streaming"),
    ("GET", "/api/v1/streaming/direct"),
    ("GET", "/api/v1/streaming/{rest:path}"),
    ("GET", "/api/v1/streaming/list"),
    ("GET", "/api/v1/streaming"),
    ("GET", "/api/v1/streaming/hashtag"),
    ("GET", "/api/v1/streaming/hashtag/local"),
    ("GET", "/api/v1/streaming/public"),
    ("GET", "/api/v1/streaming/public/local"),
    ("GET", "/api/v1/streaming/public/remote"),
    ("GET", "/api/v1/streaming/room"),
    ("GET", "/api/v1/streaming/rooms"),
    ("GET", "/api/v1/streaming/user"),
    ("GET", "/api/v1/streaming/user/notification"),
    # Other servers: the inbox believes signatures only, the rest shows what everyone may see.
    ("POST", "/inbox"),
    ("POST", "/ap/users/{account_id:str}/inbox"),
    ("GET", "/ap/users/{account_id:str}"),
    ("GET", "/ap/users/{account_id:str}/featured"),
    ("GET", "/ap/users/{account_id:str}/followers"),
    ("GET", "/ap/users/{account_id:str}/followers_synchronization"),  # looks at the signature
    ("GET", "/ap/users/{account_id:str}/following"),
    ("GET", "/ap/users/{account_id:str}/tags"),
    ("GET", "/ap/users/{account_id:str}/outbox"),
    ("GET", "/ap/users/{account_id:str}/stamps/{stamp_id:str}"),  # looks at the signature
    ("GET", "/ap/emojis/{shortcode:str}"),
    ("GET", "/ap/labels"),
    ("GET", "/ap/labels/ai-generated"),
    ("GET", "/ap/named/{username:str}"),
    ("GET", "/ap/posts/{post_id:str}"),
    ("GET", "/ap/posts/{post_id:str}/activity"),
    ("GET", "/ap/posts/{post_id:str}/likes"),
    ("GET", "/ap/posts/{post_id:str}/replies"),
    ("GET", "/ap/posts/{post_id:str}/shares"),
    ("GET", "/ap/contexts/{thread_id:str}"),
    ("GET", "/.well-known/webfinger"),
    ("GET", "/.well-known/nodeinfo"),
    ("GET", "/.well-known/host-meta"),
    ("GET", "/.well-known/host-meta.json"),
    ("GET", "/nodeinfo/2.0"),
    ("GET", "/nodeinfo/2.1"),
    # Pictures, by names that nobody guesses.
    ("GET", "/media/{folder:str}/{name:str}"),
    ("GET", "/media/remote/{mark:str}/{text:str}"),  # the mark is the lock
    ("GET", "/media/faces/server.png"),
    ("GET", "/media/faces/{file:str}"),
    ("GET", "/media/faces/{account_id:str}/header.png"),
    # Whether an AI of this server made a text: anybody's right to know.
    ("POST", "/api/weft/v1/ai/detect"),
    ("POST", "/ai-made"),
    # Pages of what is public, and the client, which holds its own token.
    *(
        (method, path)
        for method in ("GET", "HEAD")
        for path in (
            "/",
            "/about",
            "/about/help",
            "/about/help/{name:str}",
            "/ai-made",
            "/assets/{name:str}",
            "/auth/callback",
            "/compose",
            "/explore",
            "/favicon.ico",
            "/login",
            "/notifications",
            "/privacy",
            "/robots.txt",
            "/rooms",
            "/rooms/{room_id:str}",
            "/search",
            "/settings",
            "/signup",
            "/styles/{name:str}",
            "/tags/{name:str}",
            "/{handle:str}",
            "/{handle:str}/tagged/{name:str}",
            "/{handle:str}/{post_id:str}",
        )
    ),
}
"""Every route that asks for no token: a new one has to be written down here on purpose."""
READS = {
    "/api/v1/statuses/{status_id:str}/translate",
    "/api/v1/admin/canonical_email_blocks/test",
    "/api/v1/admin/measures",
    "/api/v1/admin/dimensions",
    "/api/v1/admin/retention",
}
"""Routes that change nothing although they are asked by POST."""


def doors() -> Iterator[tuple[str, str, BaseRouteHandler]]:
    things = (
        "db",
        "settings",
        "blobs",
        "client",
        "hub",
        "inbox",
        "keys",
        "media_cache",
        "resolver",
        "seal",
        "translator",
    )
    app = cast("Litestar", cast("Negotiate", build(dict.fromkeys(things)))._app)
    for route in app.routes:
        handlers = cast("Any", route).route_handlers if hasattr(route, "route_handlers") else ()
        for handler in handlers or (cast("Any", route).route_handler,):
            for method in getattr(handler, "http_methods", ("WS",)):
                if method != "OPTIONS":
                    yield str(method).rpartition(".")[2], route.path, handler


def locks(handler: BaseRouteHandler) -> list[tuple[str, tuple[str, ...]]]:
    """(which guard, its alternatives) of a handler, as `auth` made them."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for guard in handler.resolve_guards():
        made = getattr(guard, "__qualname__", "").partition(".")[0]
        assert made in {auth.scope.__name__, auth.scope_if_any.__name__, auth.admin.__name__}
        cells = [cell.cell_contents for cell in getattr(guard, "__closure__", None) or ()]
        found.append((made, next((cell for cell in cells if isinstance(cell, tuple)), ())))
    return found


def test_every_door_has_a_lock_or_is_open_on_purpose() -> None:
    open_doors = {(method, path) for method, path, handler in doors() if not locks(handler)}
    assert open_doors == PUBLIC
    assert len(list(doors())) > 100  # else the look itself is broken


def test_locks_ask_for_scopes_that_exist_and_fit() -> None:
    for method, path, handler in doors():
        for made, alternatives in locks(handler):
            assert set(alternatives) <= SCOPES, path
            if method not in {"GET", "HEAD"} and made != auth.admin.__name__:
                assert made == "scope", f"{method} {path} changes something without a token"
                assert alternatives, path
                fitting = (
                    ("read:", "admin:read") if path in READS else ("write", "admin:write", "push")
                )
                assert all(one.startswith(fitting) for one in alternatives), path


def test_what_is_for_admins_asks_for_an_admin_and_for_an_admins_scope() -> None:
    for _method, path, handler in doors():
        if path.startswith(("/api/v1/admin/", "/api/v2/admin/")):
            made = dict(locks(handler))
            assert set(made) == {auth.scope.__name__, auth.admin.__name__}, path
            assert all(one.startswith("admin:") for one in made[auth.scope.__name__]), path
