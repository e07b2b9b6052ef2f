"""People who use a screen reader or a keyboard: every screen must pass axe."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Tab

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@pytest.mark.parametrize("context", [{"color_scheme": s} for s in ("light", "dark")], indirect=True)
def test_axe_finds_nothing(tab: Tab) -> None:
    found: list[str] = []

    def look(name: str) -> None:
        tab.page.get_by_role("heading").first.wait_for()
        tab.page.wait_for_load_state("networkidle")
        report = Axe().run(tab.page, options=RULES)
        for fault in report.response["violations"]:
            nodes = [node["html"][:160] for node in fault["nodes"][:3]]
            found.append(f"{name}: {fault['id']} ({fault['impact']}): {nodes}")

    tab.open("/")
    look("welcome")
    page = tab.sign_in()
    look("home")
    for name, path in (
        ("explore", "/explore"),
        ("notifications", "/notifications"),
        ("search", "/search"),
        ("settings", "/settings"),
        ("profile", "/@ines"),
        ("AI profile", "/@crumb"),
    ):
        tab.open(path)
        look(name)
    tab.open("/")
    page.get_by_role("article").filter(has_text="Oven off").first.get_by_role("time").first.click()
    page.wait_for_url("**/@tomasz/*")
    look("thread")
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Post text").wait_for()
    look("composer")
    assert found == []
