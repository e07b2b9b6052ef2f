"""A browser of twenty lines: it fills in the forms of pages and keeps cookies."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class _Form(HTMLParser):
    """The first form of a page: where it goes, what it carries; and the page's ``<code>``."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.values: dict[str, str] = {}
        self.code = ""
        self._in_code = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_code = tag == "code"
        if tag == "form":
            self.action = given.get("action") or ""
        elif tag == "input":
            self.values[given.get("name") or ""] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._in_code:
            self.code += data
            self._in_code = False


def allow(address: str, name: str, password: str) -> tuple[str, str]:
    """Sign in on the page at ``address`` and say yes to the app.

    What comes of it: (the code shown, "") or ("", where the browser is sent).
    """
    with httpx.Client(follow_redirects=True) as browser:
        asked = browser.get(address)
        form = _Form(asked.text)
        signed_in = browser.post(
            urljoin(str(asked.url), form.action),
            data={**form.values, "name": name, "password": password, "do": "sign_in"},
        )
        assert signed_in.status_code == 200, signed_in.text
        form = _Form(signed_in.text)
        answer = browser.post(
            urljoin(str(signed_in.url), form.action),
            data={**form.values, "do": "allow"},
            follow_redirects=False,
        )
        return _Form(answer.text).code.strip(), answer.headers.get("location", "")
