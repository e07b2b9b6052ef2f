"""The two ways in: one WebSocket for any number of streams, and an event stream for each.

Source: https://docs.joinmastodon.org/methods/streaming/
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import msgspec
from litestar import Request, WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromQuery, QueryParameter, SkipValidation
from litestar.response import Stream
from msgspec import Struct

from weft.api.auth import Unauthorized, check_scopes, find_bearer, token_of
from weft.api.given import Db
from weft.api.streaming.channels import Channel, UnknownStream, check, open_channel
from weft.api.streaming.hub import Hub, Listener
from weft.kernel.errors import NotFound, WeftError
from weft.people.oauth import Bearer
from weft.store.database import Database

HEARTBEAT_S = 15.0
"""Proxies cut connections that are silent for 30 to 60 s; Mastodon's rhythm."""
FRAME_MAX = 4_096
"""Bytes of what a client says: a subscription is some 60."""
PACE_S = 0.02
"""Between two things that one client says: ten columns open at once in a fifth of a second, and
nobody keeps the server busy by asking again and again.
"""
CHANNELS_MAX = 30
"""Streams of one connection: more columns than fit on any screen."""

TheHub = NamedDependency[SkipValidation[Hub]]
"""``hub``, as ``assemble`` provides it."""


class Said(Struct):
    """What a client says on its WebSocket."""

    type: str
    stream: str = ""
    tag: str = ""
    list: str | int = ""
    room: str | int = ""


_said = msgspec.json.Decoder(Said)


@get("/api/v1/streaming/health", media_type="text/plain", sync_to_thread=False)
def health() -> str:
    return "OK"


@websocket(["/api/v1/streaming", "/api/v1/streaming/"])
async def socket_stream(socket: WebSocket[Any, Any, Any], db: Db, hub: TheHub) -> None:
    """Streams over a WebSocket. The token comes in the header, the query (``access_token``) or
    as the subprotocol, since browsers cannot set headers.
    """
    protocol = socket.headers.get("sec-websocket-protocol")
    token = token_of(socket) or protocol or ""
    try:
        bearer = await find_bearer(db, token)
        check_scopes(bearer, "read:statuses", "read:notifications")
        listener = _listener(bearer)
        hub.check_room(listener.account_id)
        first = socket.query_params.get("stream")
        opening = None
        if first:
            asked = (socket.query_params.get(name, "") for name in ("tag", "list", "room"))
            opening = open_channel(bearer, first, *asked)
            await check(db, bearer, opening)
    except WeftError as refused:
        await socket.close(code=4001 if refused.status == 401 else 4003, reason=refused.text)
        return
    await socket.accept(subprotocols=protocol)
    hub.enter(listener)
    if opening is not None:
        hub.join(listener, opening)
    talking = asyncio.create_task(_listen(socket, db, bearer, hub, listener))
    talking.add_done_callback(lambda _: listener.close())
    try:
        await _end_if_revoked(db, token, listener)
        while (item := await listener.next()) is not None:
            label, frame = item
            said = {"stream": label, "event": frame.event}
            if frame.payload is not None:
                said["payload"] = frame.payload
            await socket.send_data(msgspec.json.encode(said).decode())
        if not talking.done():
            await socket.close(code=4001, reason="The stream has ended")
    except (WebSocketDisconnect, RuntimeError):
        pass  # it went away while we were speaking
    finally:
        hub.leave(listener)
        talking.cancel()


async def _listen(
    socket: WebSocket[Any, Any, Any], db: Database, bearer: Bearer, hub: Hub, listener: Listener
) -> None:
    try:
        while True:
            raw = await socket.receive_data(mode="text")
            try:
                if len(raw) > FRAME_MAX:
                    raise WeftError("That is too long")
                said = _said.decode(raw)
                channel = open_channel(
                    bearer, said.stream, said.tag, str(said.list), str(said.room)
                )
                if said.type == "subscribe":
                    _check_room(listener, channel)
                    await check(db, bearer, channel)
                    hub.join(listener, channel)
                elif said.type == "unsubscribe":
                    hub.part(listener, channel)
                else:
                    raise WeftError("Unknown type: subscribe or unsubscribe")
            except (msgspec.DecodeError, RecursionError):  # nested by the thousand
                await _complain(socket, "This is not a JSON object with a type and a stream", 400)
            except UnknownStream as refused:
                await _complain(socket, "Unknown stream type", refused.status)
            except WeftError as refused:
                await _complain(socket, refused.text, refused.status)
            await asyncio.sleep(PACE_S)
    except (WebSocketDisconnect, RuntimeError):
        pass


async def _end_if_revoked(db: Database, token: str, listener: Listener) -> None:
    """The token may have been revoked after it was looked at, and before the hub knew of us."""
    try:
        await find_bearer(db, token)
    except WeftError:
        listener.close()


def _check_room(listener: Listener, channel: Channel) -> None:
    if channel.key not in listener.channels and len(listener.channels) >= CHANNELS_MAX:
        raise WeftError(f"At most {CHANNELS_MAX} streams on one connection", 422)


async def _complain(socket: WebSocket[Any, Any, Any], text: str, status: int) -> None:
    await socket.send_data(msgspec.json.encode({"error": text, "status": status}).decode())


def _listener(bearer: Bearer) -> Listener:
    """Errors: Unauthorized, for the token of an app alone."""
    if bearer.account is None:
        raise Unauthorized
    return Listener(
        bearer.account.id, bearer.token_id, notifications=bearer.may("read:notifications")
    )


@get(
    [
        "/api/v1/streaming/user",
        "/api/v1/streaming/user/notification",
        "/api/v1/streaming/public",
        "/api/v1/streaming/public/local",
        "/api/v1/streaming/public/remote",
        "/api/v1/streaming/hashtag",
        "/api/v1/streaming/hashtag/local",
        "/api/v1/streaming/list",
        "/api/v1/streaming/direct",
        "/api/v1/streaming/room",
        "/api/v1/streaming/rooms",
    ],
    media_type="text/event-stream",
)
async def event_stream(
    request: Request[Any, Any, Any],
    db: Db,
    hub: TheHub,
    tag: FromQuery[str] = "",
    list_: Annotated[str, QueryParameter(name="list")] = "",
    room: FromQuery[str] = "",
    only_media: FromQuery[bool] = False,
) -> Stream:
    """One stream as server-sent events; a comment line every 15 s keeps it open."""
    token = token_of(request) or ""
    bearer = await find_bearer(db, token)
    name = request.url.path.removeprefix("/api/v1/streaming/").strip("/").replace("/", ":")
    channel = open_channel(bearer, name, tag, list_, room, only_media=only_media)
    await check(db, bearer, channel)
    listener = _listener(bearer)
    listener.single = True
    hub.check_room(listener.account_id)
    return Stream(
        _events(db, token, hub, listener, channel),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _events(
    db: Database, token: str, hub: Hub, listener: Listener, channel: Channel
) -> AsyncGenerator[bytes]:
    hub.join(listener, channel)
    try:
        await _end_if_revoked(db, token, listener)
        yield b":)\n\n"
        while True:
            try:
                # Not wait_for: on Python 3.11 it can swallow the cancellation of a stop.
                async with asyncio.timeout(HEARTBEAT_S):
                    item = await listener.next()
            except TimeoutError:
                yield b":thump\n\n"
                continue
            if item is None:
                return
            # "undefined" is what Mastodon writes where there is nothing to say.
            said = "undefined" if item[1].payload is None else item[1].payload
            yield f"event: {item[1].event}\ndata: {said}\n\n".encode()
    finally:
        hub.leave(listener)


@get("/api/v1/streaming/{rest:path}", sync_to_thread=False)
def no_stream() -> None:
    """Errors: 400, in the words that clients know."""
    raise UnknownStream


@get("/api/v1/streaming", sync_to_thread=False)
def this_server() -> None:
    """Errors: 404, which says that streams are here and not on a server of their own."""
    raise NotFound


ROUTES = [health, socket_stream, event_stream, no_stream, this_server]
