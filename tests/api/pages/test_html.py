"""What strangers write stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.pages.reading import Read
from weft.api.pages.html import Html, h, join, safe


def test_an_element_with_everything() -> None:
    made = h("p", "1 < 2 & ", h("b", "so"), None, [3, h("br")], class_="a b", data_x=True, id=None)
    assert made == '<p class="a b" data-x>1 &lt; 2 &amp; <b>so</b>3<br></p>'


@given(st.text(), st.text(), st.text())
def test_any_text_comes_out_as_that_text(body: str, title: str, link: str) -> None:
    seen = Read(h("p", h("a", body, title=title, href=link)))
    assert [tag for tag, _ in seen.elements] == ["p", "a"]
    # A reader of HTML sees one kind of line break, and no NUL.
    if not set(body + title) & set("\r\0"):
        assert seen.text == body
        assert seen.all("a")[0]["title"] == title


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "//elsewhere.test/",
        "vbscript:x",
        "",
    ],
)
def test_an_address_that_leads_nowhere_good_is_left_out(link: str) -> None:
    assert h("a", "x", href=link) == "<a>x</a>"
    assert h("img", src=link) == "<img>"


@pytest.mark.parametrize(
    "link", ["https://a.test/?b&c", "/@ada", "#p1", "?max_id=1", "mailto:a@b.test"]
)
def test_an_address_that_is_fine_stays(link: str) -> None:
    assert Read(h("a", "x", href=link)).links == [link]


def test_html_joined_with_text_is_text_again() -> None:
    assert h("p", h("b", "a") + "<i>") == "<p>&lt;b&gt;a&lt;/b&gt;&lt;i&gt;</p>"


def test_what_was_cleaned_stands_as_it_is() -> None:
    assert join(["<", safe("<i>x</i>")]) == "&lt;<i>x</i>"
    assert isinstance(join("x"), Html)
