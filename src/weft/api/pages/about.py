"""Pages about the place: what it is and who runs it, how it is used, what it keeps."""

from __future__ import annotations

from litestar import Response

from weft import __version__
from weft.api.mastodon.instance import figures
from weft.api.mastodon.policy import PRIVACY, RULES
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
    open_ = settings.registrations != "closed"
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
    parts: list[Child] = [h("h1", "Privacy")]
    for title, lines in PRIVACY:
        parts += [h("h2", title), h("ul", [h("li", line) for line in lines])]
    if settings.contact:
        ask = h("a", settings.contact, href=f"mailto:{settings.contact}")
        parts.append(h("p", "Questions: ", ask))
    body = h("article", parts, class_="text")
    told = "What this server keeps, and who sees it"
    return _still(db, settings, shell, "Privacy", "/privacy", told, body)


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
