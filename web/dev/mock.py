"""A small stand-in for the server, only for looking at the client while developing it.

Run: python web/dev/mock.py [port]. It keeps everything in memory and serves the built client.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import WSMsgType, web

STATIC = Path(__file__).parents[2] / "src/weft/static"
PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
ORIGIN = f"http://127.0.0.1:{PORT}"
BEGIN = datetime.now(UTC) - timedelta(hours=30)
sockets: set[web.WebSocketResponse] = set()
ids = iter(range(115_000_000_000_000_000, 10**18))


def svg(colour: str, shape: str) -> str:
    body = {
        "round": "<circle cx='20' cy='20' r='11'/>",
        "weave": "<path d='M8 14h24M8 26h24M14 8v24M26 8v24' stroke='white' stroke-width='4'/>",
    }[shape]
    text = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'>"
        f"<rect width='40' height='40' fill='{colour}'/><g fill='white'>{body}</g></svg>"
    )
    return "data:image/svg+xml," + text.replace("#", "%23")


def account(name: str, display: str, colour: str, note: str, ai: dict | None = None) -> dict:
    face = svg(colour, "weave" if ai else "round")
    return {
        "id": next(ids).__str__(), "username": name.split("@")[0], "acct": name,
        "url": f"{ORIGIN}/@{name}", "display_name": display, "note": f"<p>{note}</p>",
        "avatar": face, "avatar_static": face, "header": "", "header_static": "",
        "locked": False, "bot": bool(ai), "emojis": [], "created_at": "2026-03-01T00:00:00.000Z",
        "fields": [{"name": "Home", "value": '<a href="https://example.org">example.org</a>',
                    "verified_at": "2026-04-01T00:00:00.000Z"}],
        "followers_count": 12, "following_count": 40, "statuses_count": 31, "ai": ai,
    }


ada = account("ada", "Ada Marsh", "#8a5a44", "Bees, bread and long walks.")
noor = account("noor", "نور الحسن", "#3b6b8a", "كتب وقهوة.")
tom = account("tom@fields.example", "Tom of the Fields", "#5a7a3b", "Elsewhere.")
me = account("kim", "Kim", "#8a3b6b", "Here to listen.")
runs = {"acct": "ada", "url": f"{ORIGIN}/@ada", "display_name": "Ada Marsh"}
guide = account("guide", "Guide", "#0c6a63", "I know this place.", {
    "disclosure": "Guide is an AI. It answers from Weft’s help pages and public posts.",
    "operator": runs, "model": None})
baker = account("crumb", "Crumb & Co.", "#7d4f00", "The bakery's helper.", {
    "disclosure": "I am an AI that answers for Crumb & Co.", "operator": runs,
    "model": "qwen3-8b"})
ACCOUNTS = [ada, noor, tom, me, guide, baker]
POSTS: dict[str, dict] = {}
NOTES: list[dict] = []
RELATIONS: dict[str, dict] = {}


def linked(text: str) -> tuple[str, list[dict], list[dict]]:
    mentions, tags = [], []

    def mention(found: re.Match[str]) -> str:
        who = next((a for a in ACCOUNTS if a["acct"] == found[1]), None)
        if not who:
            return found[0]
        mentions.append({k: who[k] for k in ("id", "username", "acct", "url")})
        return (f'<span class="h-card"><a href="{who["url"]}" class="u-url mention">'
                f'@<span>{who["username"]}</span></a></span>')

    def tag(found: re.Match[str]) -> str:
        url = f"{ORIGIN}/tags/{found[1].lower()}"
        tags.append({"name": found[1].lower(), "url": url})
        return f'<a href="{url}" class="mention hashtag" rel="tag">#<span>{found[1]}</span></a>'

    html = re.sub(r"@([\w.-]+(?:@[\w.-]+\w)?)", mention, text)
    html = re.sub(r"(?<![\w/\"])#(\w+)", tag, html)
    return "".join(f"<p>{part}</p>" for part in html.split("\n\n")), mentions, tags


def publish(by: dict, text: str, *, to: dict | None = None, at: datetime | None = None,
            **more: object) -> dict:
    html, mentions, tags = linked(text)
    post = {
        "id": str(next(ids)), "created_at": (at or datetime.now(UTC)).isoformat().replace(
            "+00:00", "Z"), "edited_at": None, "account": by, "content": html, "_text": text,
        "spoiler_text": "", "sensitive": False, "visibility": "public", "language": "en",
        "in_reply_to_id": to and to["id"], "in_reply_to_account_id": to and to["account"]["id"],
        "reblog": None, "media_attachments": [], "mentions": mentions, "tags": tags,
        "emojis": [], "replies_count": 0, "reblogs_count": 0, "favourites_count": 0,
        "favourited": False, "reblogged": False, "bookmarked": False, "muted": False,
        "ai": None, "no_ai": False,
    } | more
    post["uri"] = post["url"] = f"{ORIGIN}/@{by['acct']}/{post['id']}"
    POSTS[post["id"]] = post
    if to:
        to["replies_count"] += 1
    return post


def seed() -> None:
    t = lambda minutes: BEGIN + timedelta(minutes=minutes)  # noqa: E731
    for n in range(45):
        publish([ada, noor, tom][n % 3], f"Small note number {n}, to fill the page. #filler\n\n"
                "A second paragraph, because life is rarely one line long.", at=t(n * 10))
    root = publish(ada, "My sourdough starter smells of nail varnish. Is it dying, or only "
                   "hungry? #bread", at=t(1500), favourites_count=7, reblogs_count=2)
    one = publish(tom, "Hungry. Feed it twice a day for three days.", to=root, at=t(1503))
    ask = publish(ada, "@crumb what flour do you use for yours?", to=one, at=t(1506))
    publish(baker, "@ada We feed ours with whole rye, equal weights of flour and water [1]. A "
            "smell of acetone means that it has run out of sugar; it recovers within days [2].",
            to=ask, at=t(1507), ai={"model": "qwen3-8b", "trigger": "mention", "sources": [
                {"n": 1, "title": "Our starter, a short history", "url": "https://crumb.example/s",
                 "quote": "We feed it twice a day with whole rye, equal weights of both."},
                {"n": 2, "title": "Trouble with sourdough", "url": "https://crumb.example/t",
                 "quote": "Acetone is hunger. Feed it more often and keep it warmer."}]})
    publish(noor, "نفس المشكلة عندي! شكرًا على السؤال.", to=root, at=t(1510), language="ar")
    publish(tom, "Rye is the way.", to=one, at=t(1512))
    wide = svg("#c98a4b", "round")
    publish(noor, "صباح الخير من السوق. القهوة جاهزة والخبز ساخن. #صباح", at=t(1520),
            language="ar", media_attachments=[{
                "id": "9", "type": "image", "url": wide, "preview_url": wide, "remote_url": None,
                "description": "A warm round loaf on a table", "blurhash": "LEHV6nWB2yk8pyo0adR*",
                "meta": {"original": {"width": 1600, "height": 900}}}])
    publish(tom, "The butler did it.", at=t(1530), spoiler_text="Ends of old crime novels")
    code = publish(me, "Hello! @guide how do I follow someone on another server?", at=t(1540))
    publish(guide, "@kim Type their whole address into search and press Follow [1].", to=code,
            at=t(1541), ai={"model": None, "trigger": "mention", "sources": [
                {"n": 1, "title": "Following people elsewhere", "url": "/@guide",
                 "quote": "Write the full address, like @name@example.org, in Search."}]})
    boost = publish(tom, "", at=t(1545))
    boost |= {"reblog": root, "content": ""}
    POSTS[boost["id"]] = boost
    for kind, who, what in [("follow", noor, None), ("favourite", ada, code),
                            ("favourite", noor, code), ("reblog", tom, code),
                            ("mention", guide, list(POSTS.values())[-2])]:
        note(kind, who, what)


def note(kind: str, who: dict, status: dict | None) -> dict:
    item = {"id": str(next(ids)), "type": kind, "account": who, "status": status,
            "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
    NOTES.insert(0, item)
    return item


async def tell(event: str, payload: object, stream: list[str]) -> None:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    for socket in list(sockets):
        await socket.send_json({"stream": stream, "event": event, "payload": text})


def paged(request: web.Request, posts: list[dict]) -> web.Response:
    posts = sorted(posts, key=lambda p: p["created_at"], reverse=True)
    limit = int(request.query.get("limit", 20))
    if before := request.query.get("max_id"):
        posts = [p for p in posts if p["created_at"] < POSTS[before]["created_at"]]
    if since := request.query.get("since_id"):
        posts = [p for p in posts if p["created_at"] > POSTS[since]["created_at"]]
    got = posts[:limit]
    headers = {}
    if len(posts) > limit:
        query = dict(request.query) | {"max_id": got[-1]["id"]}
        url = request.url.with_query(query)
        headers["Link"] = f'<{url}>; rel="next", <{url}>; rel="prev"'
    return web.json_response(got, headers=headers)


routes = web.RouteTableDef()


@routes.get("/api/v2/instance")
async def instance(_: web.Request) -> web.Response:
    return web.json_response({
        "domain": f"127.0.0.1:{PORT}", "title": "Marsh Lane", "version": "4.3.0 (Weft 0.1)",
        "description": "A small place for people who bake, read and walk, and for four AIs.",
        "languages": ["en"], "rules": [{"id": "1", "text": "Be kind."}],
        "registrations": {"enabled": True, "approval_required": False, "message": None},
        "configuration": {"statuses": {"max_characters": 500, "max_media_attachments": 4,
                                       "characters_reserved_per_url": 23},
                          "media_attachments": {"supported_mime_types": [],
                                                "image_size_limit": 10**7}}})


@routes.get("/api/weft/v1/ais")
async def ais(_: web.Request) -> web.Response:
    return web.json_response([guide, baker])


@routes.post("/api/v1/apps")
async def apps(_: web.Request) -> web.Response:
    return web.json_response({"client_id": "c", "client_secret": "s"})


@routes.get("/oauth/authorize")
async def authorize(request: web.Request) -> web.Response:
    query = request.query
    raise web.HTTPFound(f"{query['redirect_uri']}?code=1&state={query['state']}")


@routes.post("/oauth/token")
@routes.post("/api/v1/accounts")
async def token(_: web.Request) -> web.Response:
    return web.json_response({"access_token": "t", "token_type": "Bearer", "scope": "read",
                              "created_at": int(time.time())})


@routes.post("/oauth/revoke")
@routes.post("/api/v1/markers")
async def nothing(_: web.Request) -> web.Response:
    return web.json_response({})


@routes.get("/api/v1/markers")
async def markers(_: web.Request) -> web.Response:
    return web.json_response({})


@routes.get("/api/v1/accounts/verify_credentials")
async def verify(_: web.Request) -> web.Response:
    return web.json_response(me | {"source": {"note": "Here to listen.", "privacy": "public"}})


@routes.get("/api/v1/preferences")
async def preferences(_: web.Request) -> web.Response:
    return web.json_response({"posting:default:visibility": "public",
                              "posting:default:language": "en"})


@routes.get("/api/v1/timelines/{rest:.*}")
async def timeline(request: web.Request) -> web.Response:
    await asyncio.sleep(float(request.query.get("wait", 0)))
    return paged(request, list(POSTS.values()))


@routes.get("/api/v1/accounts/lookup")
async def lookup(request: web.Request) -> web.Response:
    for who in ACCOUNTS:
        if who["acct"] == request.query["acct"]:
            return web.json_response(who)
    return web.json_response({"error": "Record not found"}, status=404)


@routes.get("/api/v1/accounts/relationships")
async def relationships(request: web.Request) -> web.Response:
    return web.json_response([relation(i) for i in request.query.getall("id[]")])


def relation(key: str) -> dict:
    empty = dict.fromkeys(("following", "requested", "followed_by", "blocking", "muting"), False)
    return RELATIONS.setdefault(key, {"id": key} | empty | {"followed_by": True})


@routes.get("/api/v1/accounts/search")
async def account_search(request: web.Request) -> web.Response:
    q = request.query["q"].lower()
    return web.json_response([a for a in ACCOUNTS if q in a["acct"]])


@routes.get("/api/v1/accounts/{id}/statuses")
async def account_posts(request: web.Request) -> web.Response:
    mine = [p for p in POSTS.values() if p["account"]["id"] == request.match_info["id"]]
    return paged(request, mine)


@routes.post("/api/v1/accounts/{id}/{verb}")
async def relate(request: web.Request) -> web.Response:
    verb, now = request.match_info["verb"], relation(request.match_info["id"])
    on = not verb.startswith("un")
    now[{"follow": "following", "mute": "muting", "block": "blocking"}[verb.removeprefix("un")]] = on
    return web.json_response(now)


@routes.get("/api/v1/notifications")
async def notifications(_: web.Request) -> web.Response:
    return web.json_response(NOTES)


@routes.get("/api/v2/search")
async def search(request: web.Request) -> web.Response:
    q = request.query["q"].lower()
    return web.json_response({
        "accounts": [a for a in ACCOUNTS if q in a["acct"]],
        "statuses": [p for p in POSTS.values() if q in p["content"].lower()][:10],
        "hashtags": [{"name": "bread", "url": f"{ORIGIN}/tags/bread"}] if "b" in q else []})


@routes.post("/api/v1/statuses")
async def post_status(request: web.Request) -> web.Response:
    body = await request.json()
    to = POSTS.get(body.get("in_reply_to_id") or "")
    post = publish(me, body["status"], to=to, visibility=body["visibility"],
                   spoiler_text=body["spoiler_text"], no_ai=bool(body.get("no_ai")))
    await tell("update", post, ["user"])
    asked = [a for a in (guide, baker) if a["id"] in {m["id"] for m in post["mentions"]}]
    for who in asked if not post["no_ai"] else []:
        request.app["tasks"].add(asyncio.create_task(answer(who, post)))
    return web.json_response(post)


async def answer(who: dict, post: dict) -> None:
    await asyncio.sleep(2)
    reply = publish(who, "@kim Here is what I found in the help pages [1].", to=post, ai={
        "model": None, "trigger": "mention", "sources": [
            {"n": 1, "title": "Help", "url": "/@guide", "quote": "Ask and you will be told."}]})
    await tell("notification", note("mention", who, reply), ["user"])
    await tell("update", reply, ["user"])


@routes.post("/dev/say")
async def say(request: web.Request) -> web.Response:
    for n in range(int(request.query.get("n", 1))):
        await tell("update", publish(ada, f"Something new, number {n}."), ["user"])
    return web.json_response({})


@routes.get("/api/v1/statuses/{id}")
async def status(request: web.Request) -> web.Response:
    post = POSTS.get(request.match_info["id"])
    return web.json_response(post or {"error": "Record not found"}, status=200 if post else 404)


@routes.get("/api/v1/statuses/{id}/context")
async def context(request: web.Request) -> web.Response:
    await asyncio.sleep(0.3)
    post = POSTS[request.match_info["id"]]
    up, at = [], post
    while at["in_reply_to_id"]:
        at = POSTS[at["in_reply_to_id"]]
        up.insert(0, at)
    down = [post]
    for other in POSTS.values():
        if other["in_reply_to_id"] in {p["id"] for p in down}:
            down.append(other)
    return web.json_response({"ancestors": up, "descendants": down[1:]})


@routes.get("/api/v1/statuses/{id}/source")
async def source(request: web.Request) -> web.Response:
    post = POSTS[request.match_info["id"]]
    return web.json_response({"id": post["id"], "text": post["_text"], "spoiler_text": ""})


@routes.post("/api/v1/statuses/{id}/{verb}")
async def act(request: web.Request) -> web.Response:
    post, verb = POSTS[request.match_info["id"]], request.match_info["verb"]
    if verb == "ais":
        post["no_ai"] = not (await request.json())["allowed"]
        return web.json_response(post)
    if post["account"] is tom and verb == "favourite":
        return web.json_response({"error": "no"}, status=500)
    mark, count = {"favourite": ("favourited", "favourites_count"),
                   "reblog": ("reblogged", "reblogs_count"),
                   "bookmark": ("bookmarked", "bookmarks_count")}[verb.removeprefix("un")]
    post[mark] = not verb.startswith("un")
    post[count] = post.get(count, 0) + (1 if post[mark] else -1)
    return web.json_response(post)


@routes.delete("/api/v1/statuses/{id}")
async def delete(request: web.Request) -> web.Response:
    return web.json_response(POSTS.pop(request.match_info["id"]))


@routes.get("/api/v1/streaming")
async def streaming(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    sockets.add(socket)
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            break
    sockets.discard(socket)
    return socket


@routes.get("/{path:.*}")
async def static(request: web.Request) -> web.StreamResponse:
    path = STATIC / request.match_info["path"]
    return web.FileResponse(path if path.is_file() else STATIC / "index.html", headers={
        "Content-Security-Policy":
            "default-src 'self'; img-src 'self' data: blob: https:; connect-src 'self' ws:"})


seed()
app = web.Application()
app["tasks"] = set()
app.add_routes(routes)
web.run_app(app, host="127.0.0.1", port=PORT, print=None)
