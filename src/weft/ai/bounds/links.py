"""Links in what an AI says: only those that it was given, and only where its owner allows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from urllib.parse import urlsplit

from weft.ai.bounds.fold import fold

LEFT_OUT = "(link left out)"

_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'“”‘’()\[\]{}|\\^`]+", re.IGNORECASE)
_WEB = re.compile(r"\b(?:https?|ftp)://[^\s<>\"'“”‘’()\[\]{}|\\^`]+", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w@./:-])(?:www\.(?:[\w-]+\.)+[a-z]{2,24}|(?:[\w-]+\.)+(?:com|org|net|info|biz|io|co|ai|app|dev"
    r"|me|tv|xyz|site|online|shop|store|club|top|example|test|uk|de|fr|es|it|nl|pl|ru|cn|jp|br|in|ca|au"
    r"|us|eu|ch|at|be|se|no|dk|fi|cz|pt|ie|gr|tr|ua|kr|nz|za|mx|ar))(?::\d+)?(?:/[^\s<>\"']*)?(?![\w-])"
)
"""What people read as an address although it has no scheme."""
_URL_TAIL = ".,;:!?…"


def links(text: str) -> set[str]:
    """The web addresses in a text, without the punctuation that follows them."""
    return {found.group().rstrip(_URL_TAIL) for found in _WEB.finditer(text)}


def host_of(url: str) -> str:
    """The host of an address, or of what looks like one; "" for none."""
    try:
        return (urlsplit(url if "://" in url else f"//{url}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def on(hosts: Iterable[str], url: str) -> bool:
    """Whether an address is on one of these hosts, or below one."""
    host = host_of(url)
    return any(host == one or host.endswith(f".{one}") for one in hosts if one)


def without_links(text: str, allowed: Collection[str], hosts: Collection[str] | None = None) -> str:
    """The text with every address that is not exactly in ``allowed`` replaced by a note: a made-up
    or extended link could lead astray, or carry away what the thread holds. ``hosts``: where links
    may go besides (None: anywhere); then also what only looks like an address is left out.
    """

    def stays(url: str) -> bool:
        return url in allowed and (hosts is None or on(hosts, url))

    text = _cut(text, _URL, stays)
    if hosts is None:
        return text
    return _cut(text, _BARE, lambda bare: on(hosts, bare))


def _cut(text: str, pattern: re.Pattern[str], stays: Callable[[str], bool]) -> str:
    folded = fold(text)
    parts: list[str] = []
    end = 0
    for found in pattern.finditer(folded.text):
        url = found.group().rstrip(_URL_TAIL)
        start, stop = folded.span(found.start(), found.start() + len(url))
        if start < end or stays(text[start:stop]):
            continue
        parts += [text[end:start], LEFT_OUT]
        end = stop
    return "".join([*parts, text[end:]])
