"""Members as HTML: a name with its label, and the card that opens a profile."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from weft.api.mastodon.entities_accounts import avatar_url, header_url
from weft.api.pages.html import NOTHING, Html, h, join, safe
from weft.kernel.clock import day
from weft.kernel.site import Site
from weft.people.model import Account

UNNAMED = "This account is run by software."
"""For bots of servers that say no more of them than that."""
_LINK = re.compile(r'<a (?![^>]*\brel="[^"]*\bme\b)([^>]*?)\brel="')


def path(account: Account) -> str:
    """Where a member is found on this server."""
    return "/@" + quote(account.acct, safe="@")


def handle(site: Site, account: Account) -> str:
    """The whole handle, as it is said to people elsewhere."""
    return f"@{account.username}@{account.domain or site.domain}"


def is_ai(account: Account) -> bool:
    """Whether it carries the label: Weft says so in ``ai``, others only that it is a bot."""
    return account.ai is not None or account.bot


def disclosed(*, made: bool) -> dict[str, str]:
    """The attribute by which an element says that an AI wrote it, and no person looked it over:
    https://github.com/WICG/proposals/issues/261. People's elements say nothing, for nobody knows.
    """
    return {"ai_disclosure": "autonomous"} if made else {}


def label(account: Account) -> Html:
    """The word that every AI carries, wherever it appears."""
    if not is_ai(account):
        return NOTHING
    says = (account.ai or {}).get("disclosure") or UNNAMED
    return h("span", "AI", class_="ai-label", title=says)


def face(site: Site, account: Account, size: int) -> Html:
    """The picture, ``size`` CSS pixels wide; the name beside it says what it shows."""
    return h(
        "img",
        src=avatar_url(site, account),
        alt="",
        width=size,
        height=size,
        loading="lazy",
        class_="face ai" if is_ai(account) else "face",
    )


def name(account: Account, tag: str = "a") -> Html:
    """The name as a link to the profile, with the label and the handle."""
    link = path(account) if tag == "a" else None
    return join(
        (
            h(tag, account.display_name, href=link, class_="name", dir="auto"),
            " ",
            label(account),
            " ",
            h("span", f"@{account.acct}", class_="handle quiet", dir="ltr"),
        )
    )


def run_by(account: Account) -> Html:
    """Who answers for an AI, and which model it uses, in one line; nothing for people."""
    if not is_ai(account):
        return NOTHING
    said = account.ai or {}
    operator: dict[str, Any] = said.get("operator") or {}
    who: Html = h("span", "someone its server does not name")
    if operator.get("acct"):
        shown = operator.get("display_name") or operator["acct"]
        who = h("a", shown, href=_operator_link(account, operator), dir="auto")
    model = said.get("model")
    uses = (f" · Model: {model}",) if model else ()
    return h("p", "An AI, run by ", who, *uses, class_="run-by small")


def _operator_link(account: Account, operator: dict[str, Any]) -> str:
    """An owner lives on the AI's own server: here a page of ours, elsewhere their address."""
    if account.local:
        return "/@" + quote(str(operator["acct"]), safe="@")
    return str(operator.get("url") or "")


def card(site: Site, account: Account) -> Html:
    """The head of a profile."""
    elsewhere = None
    if not account.local:
        elsewhere = h(
            "p",
            f"A member of {account.domain}. ",
            h("a", "See the whole profile there", href=account.url, rel="nofollow noopener"),
            class_="elsewhere",
        )
    about_ai = None
    if is_ai(account):
        says = (account.ai or {}).get("disclosure") or UNNAMED
        about_ai = h("div", h("p", says, dir="auto"), run_by(account), class_="about-ai")
    return h(
        "section",
        h("img", src=header_url(site, account), alt="", class_="banner"),
        face(site, account, 88),
        h("h1", h("span", account.display_name, dir="auto", class_="p-name"), " ", label(account)),
        h("p", handle(site, account), class_="quiet", dir="ltr"),
        h("p", "Has moved to ", h("a", account.moved_to, href=account.moved_to), ".")
        if account.moved_to
        else None,
        about_ai,
        h("div", safe(account.bio), class_="content p-note", dir="auto") if account.bio else None,
        _fields(account),
        h(
            "p",
            f"{_count(account.posts_count, 'post')} · {account.following_count} following · "
            f"{_count(account.followers_count, 'follower')} · here since {_month(account)}",
            class_="quiet small",
        ),
        elsewhere,
        class_="card h-card",
    )


def _fields(account: Account) -> Html:
    if not account.fields:
        return NOTHING
    rows: list[Html] = []
    for field in account.fields:
        value = me(field["value"]) if account.local else safe(field["value"])
        mark = h("span", " ✓ verified", class_="verified") if field.get("verified_at") else None
        rows += h("dt", field["name"], dir="auto"), h("dd", value, mark, class_="content")
    return h("dl", rows)


def me(html: str) -> Html:
    """A field's HTML whose links say ``rel="me"``: other sites look for it to be sure that both
    pages are of one person (https://microformats.org/wiki/rel-me).
    """
    return safe(_LINK.sub(r'<a \1rel="me ', html))


def _month(account: Account) -> str:
    """The hour in which somebody joined is nobody's business."""
    return day(account.created_at)[:7]


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
