"""The page around every page: the web client's own template, or a plain one without it.

The client's build writes ``static/index.html`` with two marks, one in its head and one where it
will mount. What a reader without scripts needs goes there; the client replaces it when it runs.
Where the client was not built, the same content stands in a template without any script.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from weft.api.pages.html import NOTHING, Html, h, join
from weft.kernel.site import Site

HERE = Path(__file__).parent
HEAD, BODY = "<!--weft:head-->", "<!--weft:body-->"
FRESH_S = 30
"""How long a public page may be reused: long enough for a rush of readers, and what was deleted
or edited is never older than that.
"""
_TITLE = re.compile(r"\s*<title>.*?</title>", re.DOTALL)
_CLIENT = re.compile(
    r'\s*(?:<script type="module".*?</script>|<link rel="modulepreload"[^>]*>)', re.DOTALL
)
"""What starts the client. The script that sets the reader's look stays."""


def _style(name: str) -> tuple[str, bytes]:
    """A style sheet of ours as (address, bytes); the address changes with the content."""
    data = (HERE / name).read_bytes()
    return f"/styles/{hashlib.sha256(data).hexdigest()[:10]}-{name}", data


STYLES = dict(_style(name) for name in ("pages.css", "plain.css"))
_PAGES, _PLAIN = STYLES
_PLAIN_TEMPLATE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="{_PLAIN}">
{HEAD}
</head>
<body>
<div id="app">{BODY}</div>
</body>
</html>
"""


class _Template(NamedTuple):
    before: str
    between: str
    after: str


class Shell:
    """``folder``: where the client's build is, if there is one."""

    def __init__(self, folder: Path) -> None:
        self._index = folder / "index.html"
        self._read(0)

    @property
    def built(self) -> bool:
        """Whether there is a client to take over."""
        return self._index.is_file()

    def document(self, title: str, head: Html, body: Html, *, alive: bool = True) -> str:
        """A whole document. ``head`` is what stands there beside the title. ``alive``: the client
        takes over; not on pages that it does not know.
        """
        self._refresh()
        template = self._alive if alive else self._still
        return "".join(
            (
                template.before,
                h("title", title),
                head,
                h("link", rel="stylesheet", href=_PAGES),
                template.between,
                body,
                template.after,
            )
        )

    def _refresh(self) -> None:
        """Take the template as it is now: a developer builds the client beside the server."""
        try:
            changed = self._index.stat().st_mtime_ns
        except OSError:
            changed = 0
        if changed != self._changed:
            self._read(changed)

    def _read(self, changed: int) -> None:
        text = self._index.read_text("utf-8") if changed else _PLAIN_TEMPLATE
        self._changed = changed
        self._alive = _split(text)
        self._still = _split(_CLIENT.sub("", text))


Around = NamedDependency[SkipValidation[Shell]]
"""``shell``: given to every route of these pages."""


def _split(text: str) -> _Template:
    before, _, rest = _TITLE.sub("", text, count=1).partition(HEAD)
    between, _, after = rest.partition(BODY)
    return _Template(before, between, after)


def shell_headers(site: Site) -> dict[str, str]:
    """What a page may do: run and load our own things, show pictures from anywhere, be framed by
    nobody. Pictures of other servers come from there, without TLS only where we have none.
    """
    plain = site.base.startswith("http://")
    host = site.base.partition("://")[2]
    pictures = "'self' data: blob: https:" + (" http:" if plain else "")
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": pictures,
        "media-src": pictures,
        "font-src": "'self'",
        # Older Safari does not count a WebSocket to this host as 'self'.
        "connect-src": f"'self' {'ws' if plain else 'wss'}://{host}",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {to}" for name, to in policy.items()),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def frame(name: str, *content: Html | None) -> Html:
    """The place's name above, ways on below, and the content between them."""
    above = h(
        "header",
        h("a", name, href="/", class_="brand"),
        h(
            "nav",
            h("a", "Explore", href="/explore"),
            h("a", "Help", href="/about/help"),
            h("a", "Sign in", href="/login"),
            aria_label="Main",
        ),
        class_="bar",
    )
    below = h(
        "footer",
        h("a", "About this server", href="/about"),
        h("a", "Privacy", href="/privacy"),
        h("a", "Made by an AI?", href="/ai-made"),
        h("a", "Help", href="/about/help"),
        class_="foot quiet small",
    )
    return h("div", above, h("main", join(content), id="content"), below, class_="page")


def answer(
    shell: Shell,
    site: Site,
    *,
    title: str,
    body: Html,
    head: Html = NOTHING,
    status: int = 200,
    fresh: int = FRESH_S,
    alive: bool = True,
) -> Response[str]:
    """A page as a response. ``fresh`` in seconds; 0: ask again every time. ``alive``: see
    ``Shell.document``.
    """
    kept = f"public, max-age={fresh}" if fresh else "no-cache"
    return Response(
        shell.document(title, head, body, alive=alive),
        status_code=status,
        media_type="text/html",
        headers={**shell_headers(site), "Cache-Control": kept},
    )
