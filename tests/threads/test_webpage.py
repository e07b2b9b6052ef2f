"""What a stranger's page says of itself, and that reading it is safe and takes no time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.threads import webpage

URL = "https://news.test/2026/loaf"
HTML = "text/html; charset=utf-8"

PAGE = """<!doctype html><html lang="de-AT"><head>
<!-- <meta property="og:title" content="not this"> -->
<script>var a = '<meta property="og:title" content="nor this">'</script>
<title>The loaf | News</title>
<meta charset=utf-8>
<meta property="og:title" content="The &quot;loaf&quot; > the roll">
<meta property='og:title' content='a second'>
<META NAME=description CONTENT="From the page">
<meta property="og:description" content="All
about   bread"><meta property="og:site_name" content="News">
<meta content="/img/loaf.jpg" property="og:image" />
<meta property="og:image:alt" content="A loaf">
<meta name="author" content="Ada"><meta property="article:author" content="https://news.test/ada">
<meta property="article:published_time" content="2026-01-02T03:04:05+01:00">
</head><body><h1>x</h1></body></html>"""


def test_a_page() -> None:
    facts = webpage.read(PAGE.encode(), HTML, URL)
    assert facts == webpage.Facts(
        title='The "loaf" > the roll',
        description="All\nabout   bread",
        language="de-AT",
        site="News",
        author="Ada",
        author_url="https://news.test/ada",
        image="https://news.test/img/loaf.jpg",
        image_description="A loaf",
        published_at=1767319445000,
    )


def test_a_bare_page_has_its_title() -> None:
    facts = webpage.read(b"<title>\n Just  this &amp; that</title>", "text/html", URL)
    assert facts == webpage.Facts(title="Just this & that")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<title>Größe</title>".encode("cp1252"), "text/html; charset=ISO-8859-1"),
        ("<meta charset='windows-1252'><title>Größe</title>".encode("cp1252"), "text/html"),
        ("<title>Größe</title>".encode("utf-16"), "text/html"),
        ("<title>Größe</title>".encode(), "text/html; charset=nonsense"),
        ("<title>Größe</title>".encode(), "text/html; charset=zlib"),
    ],
)
def test_encodings(body: bytes, kind: str) -> None:
    assert webpage.read(body, kind, URL).title == "Größe"


def test_words_are_bounded_and_plain() -> None:
    body = f"<title>{'long ' * 9_000}</title><meta name=description content='\u202eabc\x00{'x' * 5000}'>"
    facts = webpage.read(body.encode(), HTML, URL)
    assert len(facts.title) <= webpage.TITLE_CHARS
    assert facts.description == "" or "\x00" not in facts.description
    for image in (
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "http://[bad",
        "file:///etc",
    ):
        page = f"<title>x</title><meta property=og:image content='{image}'>"
        assert webpage.read(page.encode(), HTML, URL).image == ""


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes(body: bytes, kind: str) -> None:
    webpage.read(body, kind, URL)
    webpage.read(b'<meta property="og:title" content="' + body + b'"><title>' + body, kind, URL)


@pytest.mark.parametrize(
    "piece",
    [
        "<meta ",
        '<meta "',
        "<meta a=",
        "<meta '\"",
        "<title>",
        "<!--",
        "<script>",
        "<",
        "a=b ",
        "&#x",
    ],
)
def test_hostile_pages_take_no_time(piece: str) -> None:
    body = (piece * (1024 * 1024 // len(piece))).encode()
    begun = time.perf_counter()
    webpage.read(body, "text/html", URL)
    webpage.read(b"<meta name=x content='" + body, HTML, URL)
    assert time.perf_counter() - begun < 1.5  # about 0.05 s on a quiet machine
