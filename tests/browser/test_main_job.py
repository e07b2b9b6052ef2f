"""What Weft is for: a person asks in a thread, an AI answers there, labelled and with its source."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import DESK, PHONE, Tab
from tests.journeys.browser import allow
from weft.demo.seed import PASSWORD

QUESTION = "how do I follow people on other servers?"


def test_ask_an_ai_and_read_its_source(tab: Tab) -> None:
    page = tab.sign_in()
    tab.shot("home")
    page.keyboard.press("n")
    box = page.get_by_role("textbox", name="Post text")
    box.fill(f"@guide {QUESTION}")
    expect(page.get_by_text("is an AI: it will answer here")).to_be_visible()
    tab.shot("composer")
    box.press("Control+Enter")
    page.get_by_role("article").filter(has_text=QUESTION).first.get_by_role("time").first.click()
    page.wait_for_url("**/@sam/*")
    # The answer comes by itself, into the open thread.
    answer = page.get_by_role("article").filter(has_text="whole handle")
    expect(answer).to_be_visible(timeout=20_000)
    expect(answer.get_by_role("button", name="AI", exact=False).first).to_be_visible()
    tab.shot("thread")
    answer.get_by_role("button", name="Following people", exact=False).click()
    quote = answer.get_by_role("region", name="Sources")
    expect(quote).to_contain_text("type the whole handle")
    expect(quote.get_by_role("link", name="Open the source")).to_have_attribute(
        "href", f"{tab.base}/about/help/following"
    )
    tab.shot("source")


def test_who_runs_an_ai_stands_on_its_profile(tab: Tab) -> None:
    page = tab.open("/@crumb")
    expect(page.get_by_role("heading", name="Crumb of Kiln & Crumb", exact=True)).to_be_visible()
    expect(page.get_by_text("Run by").first).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Tomasz").first).to_be_visible()
    tab.shot("ai-profile")


def test_new_posts_wait_behind_a_pill(tab: Tab, community: str) -> None:
    """Somebody else posts while one reads: the page must not jump, and must say so."""
    page = tab.sign_in()
    first = page.get_by_role("article").first
    before = first.inner_text()
    text = "Fresh from the oven, seen without reloading"
    page.evaluate("window.scrollTo(0, 400)")
    _post_as("tomasz", community, text)
    pill = page.get_by_role("button", name="1 new post")
    expect(pill).to_be_visible()
    assert page.get_by_role("article").first.inner_text() == before
    tab.shot("pill")
    pill.click()
    expect(page.get_by_role("article").first).to_contain_text(text)


def _post_as(name: str, base: str, text: str) -> None:
    """Through the API, as another person's app would."""
    with httpx.Client(base_url=base) as http:
        out = "urn:ietf:wg:oauth:2.0:oob"
        app = http.post(
            "/api/v1/apps",
            json={"client_name": "Other", "redirect_uris": out, "scopes": "read write"},
        ).json()
        who = {"client_id": app["client_id"], "redirect_uri": out, "scope": "read write"}
        code = allow(
            f"{base}/oauth/authorize?{urlencode({'response_type': 'code'} | who)}", name, PASSWORD
        )[0]
        token = http.post(
            "/oauth/token",
            json=who
            | {"client_secret": app["client_secret"], "code": code}
            | {"grant_type": "authorization_code"},
        ).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        answer = http.post("/api/v1/statuses", json={"status": text}, headers=bearer)
        assert answer.status_code == 200, answer.text


def test_like_survives_a_reload(tab: Tab) -> None:
    page = tab.sign_in()
    post = page.get_by_role("article").filter(has_text="Oven off").first
    post.get_by_role("button", name="Like").click()
    expect(post.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "true")
    page.reload()
    post = page.get_by_role("article").filter(has_text="Oven off").first
    expect(post.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "true")


def test_keyboard_walks_the_timeline(tab: Tab) -> None:
    page = tab.sign_in()
    expect(page.get_by_role("article").nth(3)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    text = page.evaluate("document.activeElement.closest('article')?.innerText ?? ''")
    assert text == page.get_by_role("article").nth(1).inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/@*/*")


@pytest.mark.parametrize("context", [{"viewport": PHONE, "color_scheme": "dark"}], indirect=True)
def test_a_phone_shows_everything_without_sideways_scrolling(tab: Tab) -> None:
    page = tab.sign_in()
    for name, path in (
        ("home", "/"),
        ("explore", "/explore"),
        ("notifications", "/notifications"),
        ("search", "/search"),
        ("settings", "/settings"),
        ("profile", "/@ines"),
        ("ai-profile", "/@studio"),
    ):
        tab.open(path)
        page.get_by_role("heading").first.wait_for()
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
        tab.shot(f"phone-{name}")


@pytest.mark.parametrize("context", [{"locale": "ar", "viewport": DESK}], indirect=True)
def test_arabic_reads_from_right_to_left(tab: Tab) -> None:
    page = tab.open("/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("article").first).to_be_visible()
    tab.shot("arabic")


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_posts_and_profiles_read_without_scripts(context: BrowserContext, community: str) -> None:
    page = context.new_page()
    page.goto(f"{community}/@ines")
    expect(page.get_by_role("heading", name="Inês Carvalho", exact=True)).to_be_visible()
    page.get_by_role("article").filter(has_text="Actinia").get_by_role("time").first.click()
    expect(page.get_by_text("Two points make a line")).to_be_visible()
    page.goto(f"{community}/explore")
    expect(page.get_by_text("Oven off")).to_be_visible()
