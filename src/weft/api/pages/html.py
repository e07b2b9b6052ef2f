"""HTML from Python, escaped unless it says that it is HTML already.

``h("p", "Hello ", h("b", name), class_="greeting")``. Whatever a stranger wrote goes in as plain
``str`` and comes out as text. ``Html`` is what this module made, or what ``safe`` vouches for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape


class Html(str):
    """A string that is HTML. Joined with a plain one it is plain again, and gets escaped."""

    __slots__ = ()


Child = str | int | None | Iterable["Child"]
Value = str | int | bool | None

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_ADDRESS = frozenset({"href", "src", "poster", "action"})
_REACHABLE = re.compile(r"https?://|mailto:|/(?!/)|[#?]", re.IGNORECASE)
"""Where a link may lead: the web, a mailbox, our own pages. Never ``javascript:`` or ``data:``."""

NOTHING = Html("")


def h(tag: str, /, *children: Child, **attributes: Value) -> Html:
    """An element. Attribute names as in HTML, with ``_`` for ``-`` and one behind Python's own
    words (``class_``, ``for_``). None and False leave an attribute out, True gives it bare; an
    address that leads nowhere good is left out too.
    """
    opened = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    return Html(opened if tag in VOID else f"{opened}{join(children)}</{tag}>")


def join(children: Child) -> Html:
    """Children side by side: text is escaped, HTML stays, None is nothing."""
    if children is None:
        return NOTHING
    if isinstance(children, Html):
        return children
    if isinstance(children, str):
        return Html(escape(children, quote=False))
    if isinstance(children, int):
        return Html(children)
    return Html("".join(join(child) for child in children))


def safe(html: str) -> Html:
    """What was cleaned or rendered elsewhere (``threads.sanitize``, ``threads.markup``)."""
    return Html(html)


def reachable(address: str) -> bool:
    """Whether a stranger's address may stand in a page at all."""
    return _REACHABLE.match(address) is not None


def _attribute(name: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = name.removesuffix("_").replace("_", "-")
    if value is True:
        return f" {name}"
    if name in _ADDRESS and not reachable(str(value)):
        return ""
    return f' {name}="{escape(str(value))}"'
