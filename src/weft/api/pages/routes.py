"""The addresses of the pages, all in one place."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from litestar import HttpMethod, Request, Response, Router, route
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct

import weft
from weft.ai.disclosure.marks import PURPOSE, Marks
from weft.api.given import Counters, Db, Set
from weft.api.limits import address_of
from weft.api.mastodon.async_refreshes import Sealing
from weft.api.pages import about, faults, feed, lists, made, meta, profile, thread
from weft.api.pages.html import h
from weft.api.pages.shell import STYLES, Around, Shell, answer, frame
from weft.api.pages.static import Assets, File, Static, as_file, send
from weft.kernel.errors import NotFound

STATIC = Path(weft.__file__).parent / "static"
"""Where the client's build goes."""
CLIENT = [
    "/rooms",
    "/rooms/{room_id:str}",
    "/notifications",
    "/search",
    "/settings",
    "/compose",
    "/login",
    "/signup",
    "/auth/callback",
]
"""Addresses that mean something to the client only (``web/src/routes.ts``)."""
ROBOTS = """\
# Read by people, kept by search engines as each author wishes (see each page), and not to be
# gathered for training models.
{trainers}
Disallow: /

User-agent: *
Disallow: /api/
Disallow: /oauth/
Disallow: /auth/
Disallow: /search
Disallow: /settings
"""
TRAINERS = (
    "AI2Bot",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "cohere-training-data-crawler",
    "Google-Extended",
    "GPTBot",
    "Meta-ExternalAgent",
)
"""Crawlers that say of themselves that they gather texts to train models."""

page = partial(route, http_method=[HttpMethod.GET, HttpMethod.HEAD])
"""Checkers of links ask for the head alone; the server leaves the body out."""
Asked = Request[Any, Any, Any]
MaxId = FromQuery[str | None]


class Text(Struct):
    text: str = ""


@page("/")
async def welcome(db: Db, settings: Set, shell: Around) -> Response[str]:
    return await lists.welcome(db, settings, shell)


@page("/explore")
async def explore(db: Db, settings: Set, shell: Around, max_id: MaxId = None) -> Response[str]:
    return await lists.explore(db, settings, shell, max_id)


@page("/tags/{name:str}")
async def tag(
    db: Db, settings: Set, shell: Around, name: FromPath[str], max_id: MaxId = None
) -> Response[str]:
    return await lists.tag(db, settings, shell, name, max_id)


@page("/about")
async def about_server(db: Db, settings: Set, shell: Around) -> Response[str]:
    return await about.about(db, settings, shell)


@page("/about/help")
async def help_index(db: Db, settings: Set, shell: Around) -> Response[str]:
    return await about.help_index(db, settings, shell)


@page("/about/help/{name:str}")
async def help_page(db: Db, settings: Set, shell: Around, name: FromPath[str]) -> Response[str]:
    return await about.help_page(db, settings, shell, name)


@page("/privacy")
async def privacy(db: Db, settings: Set, shell: Around) -> Response[str]:
    return await about.privacy(db, settings, shell)


@page(made.HERE, sync_to_thread=False)
def ai_made(db: Db, settings: Set, shell: Around) -> Response[str]:
    return made.form(db, settings, shell)


@route(made.HERE, http_method=[HttpMethod.POST], status_code=200)
async def ai_made_asked(
    request: Asked,
    db: Db,
    settings: Set,
    shell: Around,
    seal: Sealing,
    limits: Counters,
    data: Annotated[Text, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    who, log = address_of(request.scope), Marks(seal.key_for(PURPOSE))
    return await made.asked(db, settings, shell, log, limits.detections, who, data.text)


@page(CLIENT)
async def client(db: Db, settings: Set, shell: Around) -> Response[str]:
    """What only the client can show."""
    about_page = meta.About(
        title=settings.title,
        description=settings.description,
        url=db.site.base,
        site_name=settings.title,
        canonical=False,
    )
    missing = h(
        "p",
        "The web client is not part of this installation. Members can use any app that speaks the"
        f" Mastodon API, with the server {db.site.domain}.",
    )
    return answer(
        shell,
        db.site,
        title=settings.title,
        head=meta.head(about_page),
        body=frame(settings.title, None if shell.built else missing),
        fresh=0,
    )


@page("/robots.txt", sync_to_thread=False)
def robots() -> Response[str]:
    trainers = "\n".join(f"User-agent: {name}" for name in TRAINERS)
    return Response(ROBOTS.format(trainers=trainers), media_type="text/plain")


@page("/favicon.ico", sync_to_thread=False)
def favicon() -> Redirect:
    """Asked for by browsers of pages that name no icon."""
    return Redirect("/favicon.svg")


@page("/styles/{name:str}", sync_to_thread=False)
def style(request: Asked, name: FromPath[str]) -> Response[bytes]:
    data = STYLES.get(f"/styles/{name}")
    if data is None:
        raise NotFound
    return _sent(request, as_file(name, data), name)


@page("/assets/{name:str}")
async def asset(request: Asked, static: Assets, name: FromPath[str]) -> Response[bytes]:
    return _sent(request, await static.file(f"assets/{name}"), name)


@page("/{handle:str}")
async def named(
    request: Asked,
    db: Db,
    settings: Set,
    shell: Around,
    static: Assets,
    limits: Counters,
    handle: FromPath[str],
    tab: FromQuery[str] = "",
    max_id: MaxId = None,
) -> Response[Any]:
    """``/@name``, ``/@name@domain``, ``/@name.rss``, and files such as the icon. The router knows
    no parts of a segment, so they are told apart here.
    """
    if not handle.startswith("@"):
        return _sent(request, await static.file(handle), handle)
    if handle.endswith(".rss"):
        return await feed.feed(db, settings, handle[1:-4])
    return await profile.profile(db, settings, shell, limits, handle[1:], tab, max_id)


@page("/{handle:str}/{post_id:str}")
async def post(
    db: Db,
    settings: Set,
    shell: Around,
    limits: Counters,
    handle: FromPath[str],
    post_id: FromPath[str],
) -> Response[Any]:
    """``/@name/{id}``"""
    if not handle.startswith("@"):
        raise NotFound
    return await thread.thread(db, settings, shell, limits, handle[1:], post_id)


@page("/{handle:str}/tagged/{name:str}", sync_to_thread=False)
def tagged(handle: FromPath[str], name: FromPath[str]) -> Redirect:
    """``/@name/tagged/{tag}``: the address of a featured tag, as on Mastodon. Shown is all that is
    said with it.
    """
    if not handle.startswith("@"):
        raise NotFound
    return Redirect(f"/tags/{quote(name, safe='')}")


def _sent(request: Asked, file: File, name: str) -> Response[bytes]:
    headers = request.headers
    return send(file, name, headers.get("accept-encoding", ""), headers.get("if-none-match", ""))


def router(shell: Shell, static: Static) -> Router:
    """All pages, around a client's build."""
    return Router(
        "/",
        route_handlers=[
            welcome,
            explore,
            tag,
            about_server,
            help_index,
            help_page,
            privacy,
            ai_made,
            ai_made_asked,
            client,
            robots,
            favicon,
            style,
            asset,
            named,
            post,
            tagged,
        ],
        dependencies={
            "shell": Provide(lambda: shell, sync_to_thread=False),
            "static": Provide(lambda: static, sync_to_thread=False),
        },
        exception_handlers=faults.handlers(shell),
        include_in_schema=False,
    )


_shell = Shell(STATIC)
ROUTES = [router(_shell, Static(STATIC))]
"""For ``assemble``."""
HANDLERS: faults.Handlers = {NotFoundException: faults.not_found(_shell)}
"""For the application's ``exception_handlers``, beside those of ``api.errors``: paths that lead
nowhere show a page to people, and stay JSON for programs.
"""
