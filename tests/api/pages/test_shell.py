"""The template around every page, and the client's files."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.api.pages.conftest import BUILT
from tests.api.pages.reading import read
from tests.conftest import SITE, House
from weft.api.pages.shell import BODY, HEAD, HERE, shell_headers
from weft.kernel.site import Site

Reader = TestClient[Any]
WEB = Path(__file__).parents[3] / "web"
CLIENT_ONLY = [
    "/notifications",
    "/rooms",
    "/search",
    "/settings",
    "/compose",
    "/login",
    "/signup",
    "/auth/callback",
]


def install(build: Path) -> None:
    (build / "index.html").write_text(BUILT)


def test_the_client_s_template_has_both_marks() -> None:
    template = (WEB / "index.html").read_text()
    assert template.count(HEAD) == template.count(BODY) == 1
    assert "<main" not in template


def test_the_plain_look_has_the_client_s_colours() -> None:
    def tokens(path: Path) -> dict[str, str]:
        text = " ".join(path.read_text().split())
        return dict(re.findall(r"(--[a-z0-9-]+): ([^;]+);", text.partition("}")[0]))

    theirs = tokens(WEB / "src/styles/tokens.css")
    ours = tokens(HERE / "plain.css")
    assert ours
    assert ours == {name: theirs[name] for name in ours}


def test_our_styles_use_tokens_that_exist() -> None:
    plain = (HERE / "plain.css").read_text()
    for name in re.findall(r"var\((--[a-z0-9-]+)\)", (HERE / "pages.css").read_text() + plain):
        assert f"{name}:" in plain


def test_without_a_client_the_same_words_stand_without_scripts(
    house: House, reader: Reader
) -> None:
    house.post(house.person("ada"), "readable")
    page = read(reader.get("/@ada"))
    assert "readable" in page.text
    assert not page.all("script")
    for link in page.all("link", rel="stylesheet"):
        style = reader.get(link["href"])
        assert style.headers["content-type"].startswith("text/css")
        assert "immutable" in style.headers["cache-control"]
    assert "any app that speaks" in read(reader.get("/login")).text


def test_with_a_client_it_takes_over_where_it_knows_the_way(
    house: House, reader: Reader, build: Path
) -> None:
    install(build)
    house.post(house.person("ada"), "readable")
    for path in ("/", "/@ada", "/explore", "/tags/x", *CLIENT_ONLY):
        page = read(reader.get(path))
        assert page.all("script", type="module"), path
        assert page.all("div", id="app")
    assert read(reader.get("/@nobody"), 404).all("script", type="module")
    assert "readable" in read(reader.get("/@ada")).text
    for path in ("/about", "/about/help", "/about/help/ais", "/privacy"):
        page = read(reader.get(path))
        assert not page.all("script", type="module"), path
        assert page.all("script", src="/assets/boot-0123abcd.js")


def test_a_new_build_is_taken_up_at_once(reader: Reader, build: Path) -> None:
    assert "module" not in reader.get("/login").text
    install(build)
    assert "app-0123abcd.js" in reader.get("/login").text
    (build / "index.html").write_text(BUILT.replace("app-0123abcd.js", "app-4567cdef.js"))
    os.utime(build / "index.html", ns=(1, 1))
    assert "app-4567cdef.js" in reader.get("/login").text


def test_the_client_knows_no_page_that_we_do_not_serve() -> None:
    routes = (WEB / "src/routes.ts").read_text()
    known = re.findall(r'^  "(/[^"]*)": \{ page', routes, re.MULTILINE)
    assert set(known) <= {"/", "/explore", *CLIENT_ONLY}


def test_on_loopback_pictures_and_streams_may_be_plain() -> None:
    policy = shell_headers(Site("127.0.0.1:1", "http://127.0.0.1:1"))["Content-Security-Policy"]
    assert "ws://127.0.0.1:1" in policy
    assert "https: http:" in policy
    assert " http:" not in shell_headers(SITE)["Content-Security-Policy"]


# -- files -------------------------------------------------------------------------------------

SCRIPT = b"export const x = 1;\n" * 200


def test_named_by_content_means_kept_for_ever(reader: Reader, build: Path) -> None:
    (build / "assets/app-Dme6-T4O.js").write_bytes(SCRIPT)
    answer = reader.get("/assets/app-Dme6-T4O.js", headers={"accept-encoding": "identity"})
    assert answer.content == SCRIPT
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    again = reader.get(
        "/assets/app-Dme6-T4O.js",
        headers={"accept-encoding": "identity", "if-none-match": answer.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")


def test_texts_are_packed_for_those_who_can_unpack(reader: Reader, build: Path) -> None:
    path = build / "assets/app-Dme6-T4O.js"
    path.write_bytes(SCRIPT)
    packed = reader.get("/assets/app-Dme6-T4O.js", headers={"accept-encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.content == SCRIPT
    (build / "assets/own-Dme6-T4O.js").write_bytes(SCRIPT)
    (build / "assets/own-Dme6-T4O.js.gz").write_bytes(gzip.compress(b"packed by the build"))
    own = reader.get("/assets/own-Dme6-T4O.js", headers={"accept-encoding": "gzip"})
    assert own.content == b"packed by the build"


def test_icons_and_such_are_asked_for_again(reader: Reader, build: Path) -> None:
    (build / "favicon.svg").write_text("<svg/>")
    (build / "manifest.webmanifest").write_text("{}")
    icon = reader.get("/favicon.svg")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in icon.headers["content-security-policy"]
    assert (
        reader.get("/manifest.webmanifest").headers["content-type"] == "application/manifest+json"
    )
    assert reader.get("/favicon.ico").headers["location"] == "/favicon.svg"
    (build / "favicon.svg").write_text("<svg>new</svg>")
    os.utime(build / "favicon.svg", ns=(1, 1))
    assert reader.get("/favicon.svg").text == "<svg>new</svg>"


@pytest.mark.parametrize(
    "path",
    [
        "/index.html",
        "/.vite",
        "/assets/..%2F..%2Fsecret.txt",
        "/..%2Fsecret.txt",
        "/assets/.hidden",
        "/assets",
        "/assets/%2Fetc%2Fpasswd",
        "/styles/nothing.css",
    ],
)
def test_nothing_else_is_served(reader: Reader, build: Path, path: str) -> None:
    install(build)
    (build.parent / "secret.txt").write_text("secret")
    (build / "assets/.hidden").write_text("hidden")
    assert reader.get(path).status_code == 404
