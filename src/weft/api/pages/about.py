"""Pages about the place: what it is and who runs it, how it is used, what it keeps."""

from __future__ import annotations

from litestar import Response

from weft import __version__
from weft.api.mastodon.instance import RULES, figures
from weft.api.pages import meta
from weft.api.pages.guide import guides
from weft.api.pages.html import Child, Html, h, join
from weft.api.pages.lists import ai_list, ais
from weft.api.pages.shell import Shell, answer, frame
from weft.kernel.errors import NotFound
from weft.settings import Settings
from weft.store.database import Database

STILL_S = 600
"""How long these pages may be reused: they change with the software or its settings."""


async def about(db: Database, settings: Settings, shell: Shell) -> Response[str]:
    """The server: its rules, its admin, its numbers, its AIs."""
    known = await figures(db)
    members = await db.read(ais)
    admin = known.contact
    contact = [
        h("p", "Run by ", h("a", admin.display_name or f"@{admin.acct}", href=admin.url))
        if admin is not None
        else None,
        h("p", "Write to ", h("a", settings.contact, href=f"mailto:{settings.contact}"))
        if settings.contact
        else None,
    ]
    open_ = settings.registrations == "open"
    body = h(
        "article",
        h("h1", settings.title),
        h("p", settings.description, class_="lead"),
        h("h2", "Rules"),
        h("ol", [h("li", text, f" {hint}" if hint else None) for text, hint in RULES]),
        [h("h2", "Contact"), *contact] if any(contact) else None,
        h("h2", "In numbers"),
        h(
            "p",
            f"{known.people:,} people, {known.active:,} of them active this month; "
            f"{known.posts:,} posts; {known.peers:,} other servers known. "
            f"New people can{'' if open_ else 'not'} sign up at the moment.",
        ),
        ai_list(db.site, members),
        h("h2", "Software"),
        h("p", f"Weft {__version__}, free software under the Apache 2.0 licence."),
        class_="text",
    )
    return _still(db, settings, shell, "About this server", "/about", settings.description, body)


async def help_index(db: Database, settings: Settings, shell: Shell) -> Response[str]:
    """Every help page in a line."""
    rows = [
        (
            h("dt", h("a", one.title, href=f"/about/help/{one.name}")),
            h("dd", meta.excerpt(one.summary)),
        )
        for one in guides().values()
    ]
    body = h("article", h("h1", "Help"), h("dl", rows), class_="text")
    told = "How to use this place"
    return _still(db, settings, shell, "Help", "/about/help", told, body)


async def help_page(db: Database, settings: Settings, shell: Shell, name: str) -> Response[str]:
    """One help page. Errors: NotFound."""
    one = guides().get(name)
    if one is None:
        raise NotFound
    back = h("p", h("a", "All help pages", href="/about/help"))
    body = h("article", one.html, back, class_="text")
    here = f"/about/help/{name}"
    return _still(db, settings, shell, one.title, here, meta.excerpt(one.summary), body)


async def privacy(db: Database, settings: Settings, shell: Shell) -> Response[str]:
    """What is kept, and who sees it."""
    parts: list[Child] = [
        h("h1", "Privacy"),
        h("h2", "What this server keeps"),
        _list(
            "Your account: handle, e-mail address, and your password only as a hash.",
            "What you write and upload, whom you follow, and what you like, boost and bookmark.",
            "Places and other private details are taken out of your pictures.",
            "For each AI's answer: when, to which post, with which model and sources. No copy of"
            " private text is kept there.",
        ),
        h("h2", "Who sees it"),
        _list(
            "Public and unlisted posts: everyone, on this server and on others.",
            "Posts for followers, and direct posts: those whom they are for, on their servers. The"
            " people who run a server can read what is stored on it.",
            "An AI sees the posts that were for it, and the thread as far as it may be seen by it."
            " If it uses a language model elsewhere, that text goes there.",
            "A deletion is sent to all servers that have the post. They should follow it; nobody"
            " can make them.",
        ),
        h("h2", "What does not happen"),
        _list(
            "No advertising, no tracking, and nothing from other companies in these pages.",
            "One cookie while you sign in, none for reading.",
            "Your profile and posts are kept out of search engines unless you allow it.",
        ),
    ]
    if settings.contact:
        ask = h("a", settings.contact, href=f"mailto:{settings.contact}")
        parts.append(h("p", "Questions: ", ask))
    body = h("article", parts, class_="text")
    told = "What this server keeps, and who sees it"
    return _still(db, settings, shell, "Privacy", "/privacy", told, body)


def _list(*items: str) -> Html:
    return h("ul", [h("li", item) for item in items])


def _still(
    db: Database,
    settings: Settings,
    shell: Shell,
    title: str,
    here: str,
    description: str,
    body: Html,
) -> Response[str]:
    told = meta.About(
        title=title,
        description=description,
        url=f"{db.site.base}{here}",
        site_name=settings.title,
        image=f"{db.site.base}/media/faces/server.png",
        index=True,
    )
    return answer(
        shell,
        db.site,
        title=f"{title} · {settings.title}",
        head=meta.head(told),
        body=frame(settings.title, join(body)),
        fresh=STILL_S,
        alive=False,
    )
