"""A room as people see it: two of them in two browsers, and an AI that answers from its documents."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import DESK, PHONE, Tab
from tests.browser.test_accessible import RULES
from weft.demo.seed import LOGIN, PASSWORD

ROOMS = "/api/weft/v1/rooms"


@pytest.fixture
def other(browser: Browser, community: str) -> Iterator[Tab]:
    """A second person's window, on a phone."""
    context = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        color_scheme="dark",
        locale="en-GB",
    )
    context.set_default_timeout(15_000)
    made = Tab(context.new_page(), community)
    made.sign_in("ines")
    yield made
    context.close()
    assert made.faults == []


def api(tab: Tab) -> httpx.Client:
    """The API as the person who is signed in there."""
    token = tab.page.evaluate("JSON.parse(localStorage.getItem('weft.session')).token")
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=tab.base, headers=bearer, timeout=20)


def sign_in(tab: Tab) -> Page:
    """Whatever language the client speaks: the server's own page speaks English."""
    page = tab.open("/login")
    page.get_by_role("main").get_by_role("button").last.click()
    page.get_by_label(re.compile("handle")).fill(LOGIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{tab.base}/")
    page.get_by_role("article").first.wait_for()
    return page


def ask(client: httpx.Client, method: str, path: str, **body: Any) -> Any:
    answer = client.request(method, f"{ROOMS}{path}", json=body or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def public_room(client: httpx.Client, name: str) -> str:
    return f"/{ask(client, 'POST', '', name=name, access='public')['id']}"


def bring_guide(client: httpx.Client, path: str) -> None:
    ais = client.get("/api/weft/v1/ais").json()
    guide = next(one["id"] for one in ais if one["acct"] == "guide")
    ask(client, "POST", f"{path}/members", account_id=guide)


def line(page: Page, text: str) -> Locator:
    return page.get_by_role("log").get_by_role("article").filter(has_text=text)


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Say something in")


def say(page: Page, text: str) -> None:
    box(page).fill(text)
    box(page).press("Enter")


def menu(page: Page, text: str, item: str) -> None:
    one = line(page, text).first
    one.hover()
    one.get_by_role("button", name="More about the line").click()
    page.get_by_role("menuitem", name=item).click()


def test_two_people_and_an_ai_talk(tab: Tab, other: Tab) -> None:
    page = tab.sign_in()
    tab.open("/rooms")
    page.get_by_role("button", name="New room").click()
    page.get_by_label("Name").fill("Kitchen table")
    page.get_by_label("Topic").fill("Bread, and what to eat with it")
    page.get_by_role("radio", name="Public").check()
    page.get_by_role("button", name="Make the room").click()
    page.wait_for_url("**/rooms/*")
    page.get_by_role("button", name="here now").click()
    page.get_by_role("button", name="Bring in Guide").click()
    expect(page.get_by_role("list", name="In this room").get_by_text("@guide")).to_be_visible()
    tab.shot("room-members")
    page.keyboard.press("Escape")

    there = other.open("/rooms")
    there.get_by_role("listitem").filter(has_text="Kitchen table").get_by_role(
        "button", name="Join"
    ).click()
    there.wait_for_url("**/rooms/*")
    expect(page.get_by_text("Inês Carvalho came in")).to_be_visible()
    expect(page.get_by_role("button", name="2 here now")).to_be_visible()

    say(page, "Who brings the *bread* tonight?")
    expect(line(there, "Who brings the bread tonight?")).to_be_visible()
    box(there).press_sequentially("I do")
    expect(page.get_by_text("Inês Carvalho is writing…")).to_be_visible()
    box(there).fill("")

    menu(there, "Who brings the bread", "Reply")
    say(there, "I do, the dark one")
    answer = line(page, "I do, the dark one")
    quote = answer.get_by_role("button", name="Answering Sam")
    expect(quote).to_be_visible()
    quote.click()
    expect(line(page, "Who brings the bread tonight?").first).to_be_focused()

    answer.hover()
    answer.get_by_role("button", name="React").click()
    page.get_by_role("button", name="React with 🎉").click()
    expect(line(there, "the dark one").get_by_role("button", name="🎉, 1 reaction")).to_be_visible()
    assert answer.get_by_role("button", name="🎉").get_attribute("aria-pressed") == "true"

    box(there).press("ArrowUp")
    expect(box(there)).to_have_value("I do, the dark one")
    box(there).fill("I do, the white one")
    box(there).press("Enter")
    expect(line(page, "I do, the white one")).to_contain_text("(edited)")

    box(page).press_sequentially("@gui")
    page.get_by_role("option").filter(has_text="@guide").wait_for()
    box(page).press("Enter")
    box(page).press_sequentially("how do I follow people on other servers?")
    box(page).press("Enter")
    told = line(page, "whole handle")
    expect(told).to_be_visible(timeout=20_000)
    expect(told.get_by_role("button", name="AI", exact=False).first).to_be_visible()
    expect(told.get_by_role("button", name="Following people", exact=False)).to_be_visible()
    tab.shot("room")
    expect(line(there, "whole handle")).to_be_visible()
    other.shot("room-phone")

    there.get_by_role("button", name="Hush AIs 1 h").click()
    for one in (page, there):
        expect(one.get_by_text("The AIs are hushed until")).to_be_visible()
    expect(page.get_by_text("Inês Carvalho hushed the AIs")).to_be_visible()
    expect(there.get_by_role("button", name="Let them speak")).to_have_count(0)
    page.get_by_role("button", name="Let them speak").click()
    expect(there.get_by_text("The AIs are hushed until")).to_have_count(0)

    menu(there, "the white one", "Take back")
    there.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(line(page, "the white one")).to_have_count(0)


def test_who_spoke_unasked_says_why_and_hears_of_it(tab: Tab, other: Tab) -> None:
    page = tab.sign_in()
    with api(tab) as client, api(other) as ines:
        path = public_room(client, "Questions")
        # Where one is alone with an AI, all that one says is for it.
        ask(ines, "POST", f"{path}/join")
        bring_guide(client, path)
        tab.open(f"/rooms{path}")
        say(page, "@guide how do I follow people on other servers?")
        expect(line(page, "whole handle")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Why I joined")).to_have_count(0)
        say(page, "and how do I block somebody?")
        why = page.get_by_role("group", name="Why I joined")
        expect(why).to_be_visible(timeout=20_000)
        not_now = why.get_by_role("button", name="Not now")
        with page.expect_response("**/feedback") as answer:
            not_now.click()
        assert answer.value.json() == {"verdict": "not_now"}
        expect(not_now).to_have_attribute("aria-pressed", "true")


def test_a_picture_is_sent_with_its_description(tab: Tab) -> None:
    page = tab.sign_in()
    with api(tab) as client:
        path = public_room(client, "Gallery")
    tab.open(f"/rooms{path}")
    picture = {"name": "field.png", "mimeType": "image/png", "buffer": painted()}
    page.get_by_label("Add pictures").set_input_files(files=[picture])  # pyright: ignore[reportArgumentType]
    page.get_by_label("Describe the picture").fill("An orange field")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log").get_by_role("img", name="An orange field")).to_be_visible()
    expect(page.get_by_label("Describe the picture")).to_have_count(0)


def painted() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 120, 40)).save(file, "PNG")
    return file.getvalue()


def test_how_ais_take_part_is_set_in_words(tab: Tab) -> None:
    page = tab.sign_in()
    with api(tab) as client:
        path = public_room(client, "Workshop")
        tab.open(f"/rooms{path}")
        page.get_by_role("button", name="About this room").click()
        page.get_by_role("menuitem", name="Settings").click()
        expect(page.get_by_role("radio", name="When it’s for it")).to_be_checked()
        page.get_by_role("radio", name="Helpful").check()
        page.get_by_role("slider").fill("2")
        tab.shot("room-settings")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        room = ask(client, "GET", path)
        assert (room["mode"], room["liveliness"]) == ("helpful", "lively")


def test_a_line_whose_answer_was_lost_is_said_once(tab: Tab) -> None:
    """The server took it, the connection broke before it could say so."""
    page = tab.sign_in()
    with api(tab) as client:
        path = public_room(client, "Tunnel")
        # Without the stream only the key tells the server that it has the line.
        page.route_web_socket("**/api/v1/streaming**", lambda _: None)
        tab.open(f"/rooms{path}")
        box(page).wait_for()

        def lose(route: Route) -> None:
            route.fetch()
            route.abort()

        lines = f"**{ROOMS}{path}/lines"
        page.route(lines, lose)
        say(page, "Can you hear me?")
        seen = line(page, "Can you hear me?")
        expect(seen).to_contain_text("Not sent")
        page.unroute(lines)
        seen.get_by_role("button", name="Try again").click()
        expect(seen).not_to_contain_text("Sending")
        expect(seen).not_to_contain_text("Not sent")
        expect(seen).to_have_count(1)
        said = [one for one in ask(client, "GET", f"{path}/lines") if one["kind"] == "line"]
        assert [one["text"] for one in said] == ["Can you hear me?"]
    assert all("ERR_FAILED" in fault for fault in tab.faults)
    tab.faults.clear()


def test_older_lines_come_without_a_jump_and_new_ones_wait(tab: Tab, other: Tab) -> None:
    page = tab.sign_in()
    with api(tab) as client:
        path = public_room(client, "Long talk")
        for n in range(130):
            ask(client, "POST", f"{path}/lines", text=f"Line number {n}.")
        tab.open(f"/rooms{path}")
        expect(line(page, "Line number 129.")).to_be_in_viewport()
        log = page.get_by_role("log")
        assert line(page, "Line number 20.").count() == 0
        first = line(page, "Line number 60.")
        before = first.evaluate(
            "node => { node.scrollIntoView(); return node.getBoundingClientRect().top }"
        )
        expect(line(page, "Line number 20.")).to_have_count(1)
        assert abs(first.evaluate("node => node.getBoundingClientRect().top") - before) < 2
        # Somebody else's line does not pull one down.
        where = log.evaluate("node => node.scrollTop")
        assert where > 0
        with api(other) as ines:
            ask(ines, "POST", f"{path}/join")
            ask(ines, "POST", f"{path}/lines", text="Are you still there?")
        fresh = page.get_by_role("button", name="new line")
        expect(fresh).to_be_visible()
        assert log.evaluate("node => node.scrollTop") == where
        fresh.click()
        expect(line(page, "Are you still there?")).to_be_in_viewport()


@pytest.mark.parametrize("context", [{"color_scheme": s} for s in ("light", "dark")], indirect=True)
def test_axe_finds_nothing_in_rooms(tab: Tab) -> None:
    found: list[str] = []
    page = tab.sign_in()
    # Both looks see the same server.
    name = f"Seen by axe {secrets.token_hex(3)}"

    def look(name: str) -> None:
        page.wait_for_load_state("networkidle")
        report = Axe().run(page, options=RULES)
        for fault in report.response["violations"]:
            nodes = [node["html"][:160] for node in fault["nodes"][:3]]
            found.append(f"{name}: {fault['id']} ({fault['impact']}): {nodes}")

    with api(tab) as client:
        path = public_room(client, name)
        bring_guide(client, path)
        said = ask(client, "POST", f"{path}/lines", text="Hello, **all** of you")
        ask(client, "PUT", f"{path}/lines/{said['id']}/reactions/👍")
        ask(client, "POST", f"{path}/lines", text="And again", in_reply_to_id=said["id"])
        ask(client, "POST", f"{path}/hush", duration=60)
    tab.open("/rooms")
    page.get_by_role("link", name=name).wait_for()
    look("rooms")
    page.get_by_role("button", name="New room").click()
    look("new room")
    page.keyboard.press("Escape")
    tab.open(f"/rooms{path}")
    line(page, "And again").first.hover()
    look("room")
    page.get_by_role("button", name="here now").click()
    page.get_by_role("dialog").wait_for()
    look("members")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="About this room").click()
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_role("dialog").wait_for()
    look("settings")
    assert found == []


@pytest.mark.parametrize(
    "context",
    [
        pytest.param({"viewport": PHONE}, id="phone"),
        pytest.param(
            {"viewport": PHONE, "locale": "ar", "color_scheme": "dark"}, id="arabic-phone"
        ),
        pytest.param({"viewport": DESK, "locale": "ar"}, id="arabic"),
    ],
    indirect=True,
)
def test_no_sideways_scrolling(tab: Tab, request: pytest.FixtureRequest) -> None:
    page = sign_in(tab)
    with api(tab) as client:
        path = public_room(client, f"الخبز والزيتون {secrets.token_hex(2)}")
        ask(client, "PATCH", path, topic="A topic that is longer than a phone is wide, on purpose")
        bring_guide(client, path)
        said = ask(client, "POST", f"{path}/lines", text="من يحضر الخبز **الليلة**؟")
        ask(client, "POST", f"{path}/lines", text="x" * 300, in_reply_to_id=said["id"])
        ask(client, "POST", f"{path}/lines", text="```\n" + "wide " * 60 + "\n```")
    for where in ("/rooms", f"/rooms{path}"):
        tab.open(where)
        page.get_by_role("heading").first.wait_for()
        page.wait_for_load_state("networkidle")
        inner = "[...document.querySelectorAll('html, [role=log]')]"
        wide = page.evaluate(f"Math.max(...{inner}.map(e => e.scrollWidth - e.clientWidth))")
        assert wide <= 0, f"{where} is {wide} px too wide"
        tab.shot(f"{request.node.callspec.id}-{'room' if where != '/rooms' else 'rooms'}")
