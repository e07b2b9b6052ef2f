"""``/@name`` and ``/@name@domain``: who this is, and what they said in public."""

from __future__ import annotations

from litestar import Response
from litestar.response import Redirect
from msgspec import Struct

from weft.api.limits import Limits
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_accounts import avatar_url
from weft.api.opening import visit_elsewhere
from weft.api.pages import meta, people, posts
from weft.api.pages.html import Html, h, join
from weft.api.pages.shell import Shell, answer, frame
from weft.kernel.errors import NotFound
from weft.kernel.site import Site
from weft.people import accounts, remote_details
from weft.people.model import Account
from weft.settings import Settings
from weft.store.database import Database, Tx
from weft.store.page import LIMIT, Page
from weft.threads import signals, timelines
from weft.threads.sanitize import html_to_text

TABS = {"posts": "Posts", "replies": "Posts and answers", "media": "Pictures"}
"""What a profile shows, as the client's addresses name it (``?tab=``)."""


class Profile(Struct, frozen=True):
    account: Account
    tab: str
    entries: list[posts.Entry]
    older: int | None


def find(tx: Tx, named: str) -> Account:
    """An account by ``name`` or ``name@domain``. Errors: NotFound, also for suspended ones."""
    username, _, domain = named.partition("@")
    account = accounts.by_handle(tx, username, domain)
    if account is None or account.suspended_at is not None:
        raise NotFound
    return account


async def profile(
    db: Database,
    settings: Settings,
    shell: Shell,
    limits: Limits,
    named: str,
    tab: str,
    max_id: str | None,
) -> Response[str] | Redirect:
    """A profile as a page. Errors: NotFound."""
    below = id_of(max_id) if max_id else None

    def read(tx: Tx) -> Profile:
        account = find(tx, named)
        account = remote_details.with_counts(tx, [account])[account.id]
        shown = tab if tab in TABS else _usual(account)
        found = timelines.account_posts(
            tx,
            None,
            account.id,
            Page(max_id=below),
            exclude_replies=shown == "posts",
            exclude_boosts=shown == "media",
            only_media=shown == "media",
        )
        older = found[-1].id if len(found) == LIMIT else None
        return Profile(account, shown, posts.entries(tx, found), older)

    shown = await db.read(read)
    if shown.account.kind == "application" and shown.account.local:
        return Redirect("/about")  # the server itself has no life to show
    if below is None:
        await visit_elsewhere(db, limits, None, shown.account.id)
    about = _about(db.site, settings, shown.account, first=below is None and not tab)
    return answer(
        shell,
        db.site,
        title=f"{about.title} · {settings.title}",
        head=meta.head(about, *_links(db.site, shown.account)),
        body=frame(settings.title, _body(db.site, shown)),
    )


def _usual(account: Account) -> str:
    """People begin conversations; what an AI says is mostly answers."""
    return "replies" if people.is_ai(account) else "posts"


def _about(site: Site, settings: Settings, account: Account, *, first: bool) -> meta.About:
    handle = people.handle(site, account)
    mark = ", an AI" if people.is_ai(account) else ""
    said = (account.ai or {}).get("disclosure", "")
    bio = html_to_text(account.bio)
    return meta.About(
        title=f"{account.display_name} ({handle}){mark}",
        description=meta.excerpt(f"{said} {bio}") or f"{handle} on {settings.title}",
        url=account.url or account.uri,
        site_name=settings.title,
        kind="profile",
        image=avatar_url(site, account),
        index=account.local and account.indexable and first,
        asks=signals.of_account(account),
        made_by_ai=account.ai is not None,
    )


def _links(site: Site, account: Account) -> list[Html]:
    links = [meta.activity(account.uri)]
    if account.local:
        links += (
            h("meta", property="profile:username", content=people.handle(site, account)[1:]),
            h(
                "link",
                rel="alternate",
                type="application/rss+xml",
                title=f"Posts of {account.display_name}",
                href=f"{people.path(account)}.rss",
            ),
        )
    return links


def _body(site: Site, shown: Profile) -> Html:
    here = people.path(shown.account)
    tabs = [
        h(
            "a",
            words,
            href=f"{here}?tab={name}",
            aria_current="page" if name == shown.tab else None,
        )
        for name, words in TABS.items()
    ]
    older = f"{here}?tab={shown.tab}&max_id={shown.older}" if shown.older else None
    return join(
        (
            people.card(site, shown.account),
            h("nav", tabs, class_="tabs", aria_label="What to show"),
            h("h2", TABS[shown.tab], class_="hidden"),
            posts.listing(site, shown.entries, "Nothing to see here yet.", older),
        )
    )
