"""A real Chromium before a real demo server."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.servers import Process, free_port, until
from weft.demo.seed import LOGIN, PASSWORD

HERE = Path(__file__).parent
SHOTS = HERE.parents[1] / "test-results" / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with this package: its event loop would be in the way of asynchronous tests."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        how = "Browser tests need Chromium: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(how)
        pytest.skip(how)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running ``weft demo``."""
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    command = [
        *(sys.executable, "-m", "weft", "demo"),
        *("--data", str(folder / "data"), "--port", str(port)),
    ]
    demo = Process(command, folder / "demo.log", {"WEFT_GENEROUS": "1000"})
    demo.start()
    try:
        until(lambda: "Ctrl-C" in demo.said() or not demo.running, "the demo", within=90)
        assert demo.running, demo.said()
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.stop()


class Tab:
    """A page of the web client; faults on its console fail the test."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.faults: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def _said(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind == "error" and "401" not in text:
            self.faults.append(text)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}")
        return self.page

    def sign_in(self, name: str = LOGIN, password: str = PASSWORD) -> Page:
        page = self.open("/login")
        page.get_by_role("button", name="Continue to sign in").click()
        page.get_by_label(re.compile("handle")).fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.base}/")
        page.get_by_role("heading", name="Home").wait_for()
        return page

    def shot(self, name: str) -> None:
        """A picture to look at, in test-results/screenshots."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """``@pytest.mark.parametrize("context", [{…}], indirect=True)`` sets Playwright's options."""
    options = {"viewport": DESK, "color_scheme": "light", "locale": "en-GB"}
    with_these = options | getattr(request, "param", {})
    made = browser.new_context(**with_these)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def tab(context: BrowserContext, community: str) -> Iterator[Tab]:
    made = Tab(context.new_page(), community)
    yield made
    assert made.faults == []
