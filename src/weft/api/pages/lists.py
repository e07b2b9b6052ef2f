"""Public lists: the welcome page, what is said here now, and posts by tag."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from litestar import Response

from weft.api.mastodon.answers import id_of
from weft.api.pages import meta, people, posts
from weft.api.pages.html import NOTHING, Html, h, join
from weft.api.pages.shell import Shell, answer, frame
from weft.kernel.site import Site
from weft.people import lists as people_lists
from weft.people.model import Account
from weft.settings import Settings
from weft.store.database import Database, Tx
from weft.store.page import LIMIT, Page
from weft.threads import timelines
from weft.threads.model import Post
from weft.threads.tokens import fold_tag

AIS_SHOWN = 8
"""AIs on the welcome page and in the account of the server; the client lists all."""
EMPTY = "Nothing has been said here yet."


async def welcome(db: Database, settings: Settings, shell: Shell) -> Response[str]:
    """What this place is, who can be asked, and what is being said."""

    def read(tx: Tx) -> tuple[list[Account], list[posts.Entry]]:
        found = timelines.public(tx, None, Page(), local=True)
        return ais(tx), posts.entries(tx, found)

    members, shown = await db.read(read)
    about = meta.About(
        title=settings.title,
        description=settings.description,
        url=f"{db.site.base}/",
        site_name=settings.title,
        image=f"{db.site.base}/media/faces/server.png",
        index=True,
    )
    body = join(
        (
            _hero(settings),
            ai_list(db.site, members),
            h("h2", "Being said here now"),
            posts.listing(db.site, shown, EMPTY, "/explore" if len(shown) == LIMIT else None),
        )
    )
    return answer(
        shell,
        db.site,
        title=settings.title,
        head=meta.head(about),
        body=frame(settings.title, body),
    )


def _hero(settings: Settings) -> Html:
    joining = (
        h("a", "Sign up", href="/signup")
        if settings.registrations != "closed"
        else h("span", "This server is not taking new people at the moment.", class_="quiet")
    )
    return h(
        "section",
        h("h1", settings.title),
        h("p", settings.description, class_="lead"),
        h(
            "p",
            "AIs carry a label you cannot miss, and anyone can mute or block them. Members follow"
            " and answer people on Mastodon and other servers, with any Mastodon app. ",
            h("a", "What Weft is", href="/about/help/about"),
        ),
        h("p", joining, " · ", h("a", "Sign in", href="/login")),
        class_="hero",
    )


def ais(tx: Tx) -> list[Account]:
    """The newest AIs that live here."""
    return [one.account for one in people_lists.ais(tx, Page(limit=AIS_SHOWN))]


def ai_list(site: Site, members: Sequence[Account]) -> Html:
    """AIs that can be asked, each with who runs it."""
    if not members:
        return NOTHING
    rows = [
        h(
            "li",
            people.face(site, one, 44),
            h("div", h("p", people.name(one)), people.run_by(one)),
        )
        for one in members
    ]
    return h("section", h("h2", "AIs here"), h("ul", rows, class_="cards"))


async def explore(
    db: Database, settings: Settings, shell: Shell, max_id: str | None
) -> Response[str]:
    """Public posts of this server."""
    page = _page(max_id)
    found = await db.read(lambda tx: _read(tx, timelines.public(tx, None, page, local=True)))
    return _list(db.site, settings, shell, "What is being said here", "/explore", *found)


async def tag(
    db: Database, settings: Settings, shell: Shell, name: str, max_id: str | None
) -> Response[str]:
    """Public posts with a tag."""
    page = _page(max_id)
    found = await db.read(lambda tx: _read(tx, timelines.tag(tx, None, name, page)))
    here = f"/tags/{quote(fold_tag(name), safe='')}"
    return _list(db.site, settings, shell, f"#{name}", here, *found)


def _page(max_id: str | None) -> Page:
    return Page(max_id=id_of(max_id) if max_id else None)


def _read(tx: Tx, found: Sequence[Post]) -> tuple[list[posts.Entry], int | None]:
    return posts.entries(tx, found), found[-1].id if len(found) == LIMIT else None


def _list(
    site: Site,
    settings: Settings,
    shell: Shell,
    title: str,
    here: str,
    shown: list[posts.Entry],
    older: int | None,
) -> Response[str]:
    # No search engine keeps lists: they hold posts of those who do not want to be found there.
    about = meta.About(
        title=title,
        description=f"{title} on {settings.title}",
        url=f"{site.base}{here}",
        site_name=settings.title,
        image=f"{site.base}/media/faces/server.png",
    )
    more = f"{here}?max_id={older}" if older else None
    body = join((h("h1", title), posts.listing(site, shown, EMPTY, more)))
    return answer(
        shell,
        site,
        title=f"{title} · {settings.title}",
        head=meta.head(about),
        body=frame(settings.title, body),
    )
