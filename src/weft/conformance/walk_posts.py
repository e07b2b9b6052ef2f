"""Posts and what is done with them: made, read, changed, reacted to, and taken away again."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from weft.conformance.caller import Caller, Upload

STATUS = "/api/v1/statuses/:id"
TRIES = 20
"""Looks at a picture that is being processed, a moment apart."""


class Made(Struct):
    """What the walk made, for later parts of it, and for the broom."""

    me: Any = None
    other: Any = None
    posts: list[str] = []
    theirs: list[str] = []
    report: Any = None
    """Its id."""
    post: Any = None
    """Public, of the main account, with a tag and a link."""
    tag: str = ""


def picture() -> bytes:
    """A small PNG, grey from black to white."""
    side = 64
    rows = b"".join(b"\0" + bytes(4 * x for x in range(side)) for _ in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    size = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


async def media(call: Caller, made: Made) -> None:
    """Uploads; one of them ends on a post."""
    file = Upload("file", "image/png", picture(), {"description": "Grey"})
    old = await call.call("POST /api/v1/media", returns="MediaAttachment", body=file)
    new = await call.call("POST /api/v2/media", returns="MediaAttachment", body=file, ok=(200, 202))
    number = new.get("id")
    for _ in range(TRIES):
        seen = await call.call(
            "GET /api/v1/media/:id", number, returns="MediaAttachment", ok=(200, 206)
        )
        if not seen.ok or seen.get("url"):
            break
        await call.rest()
    await call.call(
        "PUT /api/v1/media/:id",
        number,
        returns="MediaAttachment",
        body={"description": "Black to white", "focus": "0.5,0.5"},
    )
    if number:
        body = {"status": "A picture", "media_ids": [number], "visibility": "private"}
        with_picture = await call.call("POST /api/v1/statuses", returns="Status", body=body)
        if with_picture.ok:
            made.posts.append(with_picture.get("id"))
    await call.call("DELETE /api/v1/media/:id", old.get("id"))


async def writing(call: Caller, made: Made) -> None:
    """One post and its versions."""
    text = f"Weaving a test, see https://example.com/ #{made.tag}"
    body = {"status": text, "visibility": "public", "language": "en"}
    posted = await call.call("POST /api/v1/statuses", returns="Status", body=body)
    made.post, number = posted.entity, posted.get("id")
    if number:
        made.posts.append(number)
    await call.call(f"GET {STATUS}", number, returns="Status")
    await call.call("GET /api/v1/statuses", query={"id[]": [number or "0"]}, returns="[Status]")
    changed = {"status": f"{text} again", "language": "en"}
    await call.call(f"PUT {STATUS}", number, returns="Status", body=changed)
    await call.call(f"GET {STATUS}/history", number, returns="[StatusEdit]")
    await call.call(f"GET {STATUS}/source", number, returns="StatusSource")
    await call.call(f"GET {STATUS}/context", number, returns="Context")
    # A server without a translator says 403 or 404, as documented.
    await call.call(f"POST {STATUS}/translate", number, returns="any", ok=(200, 403, 404, 503))
    await call.call("GET /api/oembed", query={"url": posted.get("url") or ""}, who="nobody")
    await call.call(
        f"PUT {STATUS}/interaction_policy",
        number,
        returns="Status",
        body={"quote_approval_policy": "public"},
    )
    gone = await call.quietly("POST", "/api/v1/statuses", body={"status": "Not for long"})
    await call.call(f"DELETE {STATUS}", gone.get("id"), returns="Status")


async def reactions(call: Caller, made: Made) -> None:
    """What one does with somebody's post; the second account's, where there is one."""
    who = made.theirs[0] if made.theirs else (made.post or {}).get("id")
    number = (made.post or {}).get("id")
    for verb, back in (
        ("favourite", "unfavourite"),
        ("bookmark", "unbookmark"),
        ("reblog", "unreblog"),
    ):
        await call.call(f"POST {STATUS}/{verb}", who, returns="Status")
        if verb == "favourite":
            page = {"limit": 1}
            await call.call("GET /api/v1/favourites", returns="[Status]", query=page, paged=True)
            await call.call(f"GET {STATUS}/favourited_by", who, returns="[Account]")
        elif verb == "bookmark":
            await call.call(
                "GET /api/v1/bookmarks", returns="[Status]", query={"limit": 1}, paged=True
            )
        else:
            await call.call(f"GET {STATUS}/reblogged_by", who, returns="[Account]")
        await call.call(f"POST {STATUS}/{back}", who, returns="Status")
    for verb in ("mute", "unmute", "pin", "unpin"):
        await call.call(f"POST {STATUS}/{verb}", number, returns="Status")


async def quoting(call: Caller, made: Made) -> None:
    """The second account quotes; the first takes that away."""
    number = (made.post or {}).get("id")
    quotes = "GET /api/v1/statuses/:id/quotes"
    revoke = "POST /api/v1/statuses/:id/quotes/:id/revoke"
    if not call.may("second"):
        await call.call(quotes, number, returns="[Status]")
        call.skip([revoke], "needs --second-token")
        return
    body = {"status": "I quote this", "quoted_status_id": number}
    quote = await call.quietly("POST", "/api/v1/statuses", who="second", body=body)
    if quote.get("id"):
        made.theirs.append(quote.get("id"))
    await call.call(quotes, number, returns="[Status]")
    await call.call(revoke, number, quote.get("id"), returns="Status")


async def polls(call: Caller, made: Made) -> None:
    """A question; the second account answers it."""
    asked = {"options": ["warp", "weft"], "expires_in": 3_600}
    who = "second" if call.may("second") else "main"
    body = {"status": "Which thread?", "poll": asked}
    post = await call.quietly("POST", "/api/v1/statuses", who=who, body=body)
    if post.get("id"):
        (made.theirs if who == "second" else made.posts).append(post.get("id"))
    number = post.get("poll", "id")
    await call.call("GET /api/v1/polls/:id", number, returns="Poll")
    vote = "POST /api/v1/polls/:id/votes"
    if who == "main":
        call.skip([vote], "needs --second-token")
        return
    await call.call(vote, number, returns="Poll", body={"choices": [0]})


async def later(call: Caller, _made: Made) -> None:
    """A post for tomorrow that is called off."""
    at = datetime.now(UTC) + timedelta(days=1)
    body = {"status": "Tomorrow", "scheduled_at": at.isoformat()}
    post = await call.quietly("POST", "/api/v1/statuses", body=body)
    number = post.get("id") if post.get("scheduled_at") else None
    one = "/api/v1/scheduled_statuses/:id"
    await call.call("GET /api/v1/scheduled_statuses", returns="[ScheduledStatus]")
    await call.call(f"GET {one}", number, returns="ScheduledStatus")
    moved = {"scheduled_at": (at + timedelta(days=1)).isoformat()}
    await call.call(f"PUT {one}", number, returns="ScheduledStatus", body=moved)
    await call.call(f"DELETE {one}", number)
    if post.ok and number is None and post.get("id"):
        await call.quietly("DELETE", f"/api/v1/statuses/{post.get('id')}")


async def timelines(call: Caller, made: Made) -> None:
    """Lists of posts, one entry each, which must have links to the next."""
    one = {"limit": 1}
    for path in ("home", "public"):
        await call.call(f"GET /api/v1/timelines/{path}", returns="[Status]", query=one, paged=True)
    await call.call(
        "GET /api/v1/timelines/tag/:id", made.tag, returns="[Status]", query=one, paged=True
    )
    # No longer there since Mastodon 3: 404 is as documented.
    await call.call("GET /api/v1/timelines/direct", returns="any", ok=(200, 404))
    address = "https://example.com/"
    await call.call(
        "GET /api/v1/timelines/link", returns="any", query={"url": address}, ok=(200, 404)
    )
    await call.call("GET /api/v1/trends", returns="[Tag]")
    await call.call("GET /api/v1/trends/tags", returns="[Tag]")
    await call.call("GET /api/v1/trends/statuses", returns="[Status]")
    await call.call("GET /api/v1/trends/links", returns="[Trends::Link]")
    found = {"q": made.tag, "limit": 2, "resolve": "false"}
    await call.call("GET /api/v2/search", returns="Search", query=found)
    places = {"timeline[]": ["home", "notifications"]}
    read = await call.call("GET /api/v1/markers", query=places)
    # Where one was stays so: whoever uses the account goes on reading there.
    here = read.get("home", "last_read_id") or (made.post or {}).get("id") or "1"
    await call.call("POST /api/v1/markers", body={"home": {"last_read_id": here}})


SCENES = [writing, media, reactions, quoting, polls, later, timelines]
