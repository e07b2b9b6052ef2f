"""The whole walk: who is who, every scene, and the broom."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from weft.conformance import walk_admin, walk_own, walk_people, walk_posts
from weft.conformance.caller import Caller, Result, Who, plain
from weft.conformance.walk_posts import Made
from weft.kernel.errors import WeftError
from weft.net.client import Client

UNTRIED = "this walk does not try it"


async def walk(
    client: Client, base: str, tokens: Mapping[Who, str]
) -> tuple[str, list[Result], list[str]]:
    """(the server's version, how each route did, routes that told no rate limit).

    Errors: WeftError when there is no such server, or the token is not good.
    """
    call = Caller(client, base, tokens)
    server = await call.quietly("GET", "/api/v2/instance", who="nobody")
    if not server.ok:
        server = await call.quietly("GET", "/api/v1/instance", who="nobody")
    if not server.ok:
        raise WeftError(f"{base} does not answer as a server with the Mastodon API")
    made = Made(tag=f"conformance{secrets.token_hex(4)}")
    me = await call.quietly("GET", "/api/v1/accounts/verify_credentials")
    if not me.ok:
        raise WeftError("The token is not valid there", 401)
    made.me = me.entity
    if call.may("second"):
        other = await call.quietly("GET", "/api/v1/accounts/verify_credentials", who="second")
        if not other.ok or other.get("id") == me.get("id"):
            raise WeftError("--second-token must be the token of another account")
        made.other = other.entity
        body = {"status": f"From the second account #{made.tag}"}
        post = await call.quietly("POST", "/api/v1/statuses", who="second", body=body)
        made.theirs += [post.get("id")] if post.get("id") else []
    try:
        for scenes in (walk_posts, walk_people, walk_own, walk_admin):
            for scene in scenes.SCENES:
                await scene(call, made)
    finally:
        await _sweep(call, made)
    call.skip(["GET /api/v1/streaming"], "streams are WebSockets and events without an end")
    for result in call.results.values():
        if result.state == "untried" and not result.problems:
            result.problems = [UNTRIED]
    return plain(server.get("version")), list(call.results.values()), call.unlimited


async def _sweep(call: Caller, made: Made) -> None:
    """Posts go; what else was made was taken away where it was made."""
    call.silent = 0  # also where nobody answered any more: perhaps again
    for number in made.posts:
        await call.quietly("DELETE", f"/api/v1/statuses/{number}")
    for number in made.theirs:
        await call.quietly("DELETE", f"/api/v1/statuses/{number}", who="second")
