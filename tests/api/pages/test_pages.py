"""What a stranger without JavaScript reads, and never reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from litestar.testing import TestClient

from tests.api.pages.reading import Read, read
from tests.conftest import House
from weft.people import accounts
from weft.people.model import Account
from weft.threads import profiles, publish, react
from weft.threads.ais import let_ais
from weft.threads.model import Incoming, Media, Post
from weft.threads.sanitize import clean_html

Reader = TestClient[Any]
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
VISIBILITIES = ("public", "unlisted", "private", "direct")
ACTIVITY = {"accept": "application/activity+json"}


def incoming(author: Account, name: str, html: str = "<p>hello</p>", **more: Any) -> Incoming:
    return Incoming(
        uri=f"https://{author.domain}/posts/{name}",
        url=f"https://{author.domain}/@{author.username}/{name}",
        html=html,
        visibility=more.pop("visibility", "public"),
        created_at=more.pop("created_at", 1_700_000_000_000),
        **more,
    )


def crawl(reader: Reader, *starts: str) -> dict[str, Read]:
    """Every page of ours that links lead to."""
    seen: dict[str, Read] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        answer = reader.get(path)
        if answer.status_code in (301, 302, 303, 307, 308):
            waiting.append(answer.headers["location"])
            continue
        seen[path] = read(answer, answer.status_code)
        for link in seen[path].links:
            parts = urlsplit(urljoin(f"https://weft.test{path.split('?')[0]}", link))
            if parts.netloc == "weft.test":
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return seen


# -- nothing private ---------------------------------------------------------------------------


def test_nothing_private_is_on_any_page_that_links_lead_to(house: House, reader: Reader) -> None:
    """Every visibility, and every visibility below each: what may be seen is found by following
    links, what may not is nowhere, and not at its own address.
    """
    ada, bob = house.person("ada"), house.person("bob")
    said: list[tuple[Account, Post, str]] = []
    for above in VISIBILITIES:
        warned = f"cw-{above}-root-end"
        root = house.post(ada, f"{above}-root-end #weaving @bob", visibility=above, spoiler=warned)
        said.append((ada, root, f"{above}-root-end"))
        for below in VISIBILITIES:
            word = f"{above}-{below}-end"
            answer = house.post(bob, f"{word} #weaving @ada", visibility=below, reply_to_id=root.id)
            said.append((bob, answer, word))
    for author, post, _ in said:
        if post.visibility != "direct":
            house.db.write_now(lambda tx, by=author, id_=post.id: react.boost(tx, by, id_))
    starts = ["/", "/explore", "/tags/weaving", "/about"]
    starts += [f"/@{one}{tab}" for one in ("ada", "bob") for tab in ("", "?tab=replies")]
    pages = crawl(reader, *starts)
    everything = "".join(str(page.elements) + page.text for page in pages.values())
    everything += reader.get("/@ada.rss").text + reader.get("/@bob.rss").text
    for author, post, word in said:
        seen = post.visibility in ("public", "unlisted")
        assert (word in everything) == seen, word
        answer = reader.get(f"/@{author.username}/{post.id}")
        assert answer.status_code == (200 if seen else 404), word
        assert (word in answer.text) == seen
    assert len(pages) > len(VISIBILITIES)


def test_unlisted_posts_are_in_no_public_list(house: House, reader: Reader) -> None:
    house.post(house.person("ada"), "quietly #weaving", visibility="unlisted")
    for path in ("/", "/explore", "/tags/weaving"):
        assert "quietly" not in read(reader.get(path)).text
    assert "quietly" not in reader.get("/@ada.rss").text
    assert "quietly" in read(reader.get("/@ada")).text


def test_a_suspended_member_is_not_there(house: House, reader: Reader) -> None:
    ada = house.person("ada")
    post = house.post(ada, "still here?")
    house.db.write_now(lambda tx: accounts.update(tx, ada.id, suspended_at=tx.now))
    for path in ("/@ada", f"/@ada/{post.id}", "/@ada.rss"):
        assert reader.get(path).status_code == 404
    assert "still here" not in read(reader.get("/explore")).text


# -- hostile members ---------------------------------------------------------------------------


def test_hostile_texts_stay_texts(house: House, reader: Reader) -> None:
    ada = house.person("ada")
    changes = profiles.Changes(
        name=HOSTILE[:30],
        bio=HOSTILE,
        fields=[(HOSTILE[:40], "javascript:alert(3)"), ("b", HOSTILE)],
    )
    house.db.write_now(lambda tx: profiles.change(tx, ada, changes))
    sources = [{"n": 1, "title": HOSTILE, "url": "javascript:alert(4)", "quote": HOSTILE}]
    post = house.post(ada, HOSTILE, spoiler=HOSTILE, ai={"sources": sources})
    for path in ("/", "/@ada", f"/@ada/{post.id}", "/explore"):
        page = read(reader.get(path))
        assert page.is_harmless()
        assert "alert(1)" in page.text
    ET.fromstring(reader.get("/@ada.rss").text)


def test_hostile_accounts_of_other_servers_stay_texts(house: House, reader: Reader) -> None:
    bo = house.remote(
        "bo",
        "other.test",
        avatar='https://other.test/a.png?"><script>',
        bio=clean_html(HOSTILE),
        fields=[{"name": HOSTILE, "value": clean_html(HOSTILE)}],
        ai={"disclosure": HOSTILE, "operator": {"acct": HOSTILE, "url": "javascript:alert(5)"}},
    )
    house.db.write_now(
        lambda tx: accounts.update(tx, bo.id, url="javascript:alert(6)", name=HOSTILE)
    )
    post = house.db.write_now(
        lambda tx: publish.receive(
            tx,
            bo,
            incoming(
                bo,
                "1",
                clean_html(f"<p>{HOSTILE}</p>"),
                media=(Media("1", "image/png", remote_url="javascript:alert(7)"),),
            ),
        )
    )
    assert post is not None
    for path in ("/@bo@other.test", f"/@bo@other.test/{post.id}"):
        assert read(reader.get(path)).is_harmless()


# -- profiles ----------------------------------------------------------------------------------


def test_a_profile_says_who_this_is_to_people_and_previews(house: House, reader: Reader) -> None:
    ada = house.person("ada", bio="<p>Weaves <b>things</b>.</p>")
    house.post(ada, "my first cloth")
    answer = reader.get("/@ada")
    page = read(answer)
    assert "Ada" in page.text
    assert "@ada@weft.test" in page.text
    assert "my first cloth" in page.text
    assert page.meta("og:title") == "Ada (@ada@weft.test)"
    assert page.meta("og:type") == "profile"
    assert page.meta("og:description") == "Weaves things."
    assert page.meta("og:url") == "https://weft.test/@ada"
    assert page.meta("og:site_name") == "Loom"
    assert page.meta("og:image") == f"https://weft.test/media/faces/{ada.id}.png"
    assert page.meta("twitter:card") == "summary"
    assert page.all("link", rel="canonical") == [{"rel": "canonical", "href": ada.url}]
    (alternate,) = page.all("link", type="application/activity+json")
    assert alternate["href"] == ada.uri
    assert page.all("link", type="application/rss+xml")[0]["href"] == "/@ada.rss"


@pytest.mark.parametrize("path", ["/@ADA", "/@ada@weft.test", "/@Ada@WEFT.test"])
def test_a_handle_is_found_however_it_is_written(house: House, reader: Reader, path: str) -> None:
    house.person("ada")
    assert read(reader.get(path)).meta("og:url") == "https://weft.test/@ada"


def test_search_engines_are_let_in_by_each_author(house: House, reader: Reader) -> None:
    ada, bob = house.person("ada", indexable=True), house.person("bob")
    first, second = house.post(ada, "find me"), house.post(bob, "do not find me")
    quiet = house.post(ada, "by link only", visibility="unlisted")
    assert read(reader.get("/@ada")).meta("robots") is None
    assert read(reader.get(f"/@ada/{first.id}")).meta("robots") is None
    for path in ("/@bob", f"/@bob/{second.id}", f"/@ada/{quiet.id}", "/explore", "/tags/x"):
        assert "noindex" in (read(reader.get(path)).meta("robots") or ""), path
    parts = {one["id"]: one for one in read(reader.get("/")).all("article")}
    assert "data-nosnippet" not in parts[f"p{first.id}"]
    assert "data-nosnippet" in parts[f"p{second.id}"]


def test_a_profile_from_elsewhere_leads_home_and_is_not_indexed(
    house: House, reader: Reader
) -> None:
    bo = house.remote("bo", "other.test", indexable=True)
    post = house.db.write_now(lambda tx: publish.receive(tx, bo, incoming(bo, "1")))
    assert post is not None
    page = read(reader.get("/@bo@other.test"))
    assert bo.url in page.links
    assert "A member of other.test" in page.text
    assert page.all("link", rel="canonical")[0]["href"] == bo.url
    assert "noindex" in (page.meta("robots") or "")
    thread = read(reader.get(f"/@bo@other.test/{post.id}"))
    assert "noindex" in (thread.meta("robots") or "")
    assert thread.all("link", rel="canonical")[0]["href"] == post.url
    assert reader.get("/@bo@other.test.rss").status_code == 404


def test_links_in_fields_say_me(house: House, reader: Reader) -> None:
    ada = house.person("ada")
    changes = profiles.Changes(fields=[("Site", "https://ada.example/")])
    house.db.write_now(lambda tx: profiles.change(tx, ada, changes))
    (link,) = read(reader.get("/@ada")).all("a", href="https://ada.example/")
    assert "me" in link["rel"].split()


def test_links_in_fields_from_elsewhere_do_not_say_me_here(house: House, reader: Reader) -> None:
    value = clean_html('<a href="https://bo.example/" rel="me">bo</a>')
    house.remote("bo", "other.test", fields=[{"name": "Site", "value": value}])
    (link,) = read(reader.get("/@bo@other.test")).all("a", href="https://bo.example/")
    assert "me" not in link["rel"].split()


def test_older_posts_are_one_link_away(house: House, reader: Reader) -> None:
    ada = house.person("ada")
    for number in range(23):
        house.post(ada, f"post{number:02d}.")
    for path in ("/@ada", "/explore"):
        page = read(reader.get(path))
        assert "post22." in page.text
        assert "post02." not in page.text
        (older,) = page.all("a", rel="next")
        last = read(reader.get(older["href"]))
        assert "post02." in last.text
        assert not last.all("a", rel="next")


def test_tabs_show_answers_and_boosts(house: House, reader: Reader) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    first = house.post(bob, "who weaves?")
    house.post(ada, "I do!", reply_to_id=first.id)
    house.db.write_now(lambda tx: react.boost(tx, ada, first.id))
    plain = read(reader.get("/@ada")).text
    assert "I do!" not in plain
    assert "Ada boosted" in plain
    assert "who weaves?" in plain
    assert "I do!" in read(reader.get("/@ada?tab=replies")).text
    assert "who weaves?" not in read(reader.get("/@ada?tab=media")).text


def test_the_server_itself_is_told_about_elsewhere(house: House, reader: Reader) -> None:
    house.db.write_now(accounts.instance_actor)
    assert reader.get("/@weft.test").headers["location"] == "/about"


# -- posts -------------------------------------------------------------------------------------


def test_a_post_stands_first_in_its_thread(house: House, reader: Reader) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    root = house.post(ada, "the beginning")
    middle = house.post(bob, "the middle", reply_to_id=root.id)
    house.post(ada, "the end", reply_to_id=middle.id)
    page = read(reader.get(f"/@bob/{middle.id}"))
    main = page.text[page.text.index("Sign in") :]
    assert main.index("the middle") < main.index("the end") < main.index("the beginning")
    assert page.meta("og:title") == "Bob: “the middle”"
    assert page.meta("og:type") == "article"
    assert page.all("link", type="application/activity+json")[0]["href"] == middle.uri
    assert len(page.all("h1")) == 1


def test_a_warning_comes_before_the_words_everywhere(house: House, reader: Reader) -> None:
    post = house.post(house.person("ada"), "the butler did it", spoiler="ending of a film")
    page = read(reader.get(f"/@ada/{post.id}"))
    assert page.all("details")
    told = " ".join(str(one) for one in page.all("meta"))
    assert "butler" not in told
    assert "ending of a film" in told
    feed = reader.get("/@ada.rss").text
    assert "butler" not in feed
    assert "ending of a film" in feed


@pytest.mark.parametrize("sensitive", [False, True])
def test_pictures_have_their_words_and_previews(
    house: House, reader: Reader, sensitive: bool
) -> None:
    bo = house.remote("bo", "other.test")
    picture = Media("1", "image/png", remote_url="https://other.test/a.png", description="a loom")
    sent = incoming(bo, "1", media=(picture,), sensitive=sensitive)
    post = house.db.write_now(lambda tx: publish.receive(tx, bo, sent))
    assert post is not None
    page = read(reader.get(f"/@bo@other.test/{post.id}"))
    assert page.all("img", alt="a loom")[0]["src"] == "https://other.test/a.png"
    assert bool(page.all("details")) == sensitive
    assert (page.meta("og:image") == "https://other.test/a.png") != sensitive
    assert page.meta("og:image:alt") == (None if sensitive else "a loom")


def test_a_boost_leads_to_what_was_boosted(house: House, reader: Reader) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    post = house.post(ada, "pass it on")
    boost = house.db.write_now(lambda tx: react.boost(tx, bob, post.id))
    assert reader.get(f"/@bob/{boost.id}").headers["location"] == f"/@ada/{post.id}"
    assert reader.get(f"/@bob/{post.id}").headers["location"] == f"/@ada/{post.id}"


# -- AIs ---------------------------------------------------------------------------------------


def test_an_ai_is_labelled_wherever_it_is_read(house: House, reader: Reader) -> None:
    ada = house.person("ada")
    helper = house.ai("helper", ada)
    question = house.post(ada, "when do you open?")
    source = {"n": 1, "title": "Opening hours", "url": "https://shop.test/h", "quote": "At nine."}
    post = house.post(
        helper,
        "At nine [1].",
        reply_to_id=question.id,
        ai={"sources": [source], "model": "small-1"},
    )
    for path in ("/@helper", f"/@helper/{post.id}", f"/@ada/{question.id}"):
        page = read(reader.get(path))
        assert page.all("span", **{"class": "ai-label"})
        assert "An AI, run by Ada" in page.text
        assert "/@ada" in page.links
        assert "Opening hours" in page.text
        assert "At nine." in page.text
        assert "https://shop.test/h" in page.links
    assert read(reader.get("/@helper")).meta("og:title") == "Helper (@helper@weft.test), an AI"
    assert "(AI)" in (read(reader.get(f"/@helper/{post.id}")).meta("og:title") or "")
    assert "Helper (AI)" in reader.get("/@helper.rss").text
    for path in ("/@helper", f"/@helper/{post.id}"):
        assert read(reader.get(path)).meta("ai-disclosure") == "autonomous"
    # People's posts beside it say nothing of the kind.
    answered = read(reader.get(f"/@ada/{question.id}"))
    assert answered.meta("ai-disclosure") is None
    assert len(answered.all("article", **{"ai-disclosure": "autonomous"})) == 1
    house.post(helper, "We are closed on Monday.")
    assert '&lt;div ai-disclosure="autonomous"&gt;' in reader.get("/@helper.rss").text
    assert "An AI, run by Ada" in read(reader.get("/")).text


def test_a_bot_from_elsewhere_has_the_label_too(house: House, reader: Reader) -> None:
    house.remote("bot", "other.test", kind="ai")
    page = read(reader.get("/@bot@other.test"))
    assert page.all("span", **{"class": "ai-label"})
    assert "someone its server does not name" in page.text


def test_a_thread_without_ais_says_so(house: House, reader: Reader) -> None:
    ada = house.person("ada")
    post = house.post(ada, "people only")
    house.db.write_now(lambda tx: let_ais(tx, ada, post.id, allowed=False))
    assert "AIs are switched off" in read(reader.get(f"/@ada/{post.id}")).text


# -- other readers -----------------------------------------------------------------------------


def test_servers_get_documents_where_people_get_pages(house: House, reader: Reader) -> None:
    ada = house.person("ada")
    post = house.post(ada, "both ways")
    for path, uri in (("/@ada", ada.uri), (f"/@ada/{post.id}", post.uri)):
        page = reader.get(path)
        assert "Accept" in page.headers["vary"]
        document = reader.get(path, headers=ACTIVITY)
        assert document.headers["content-type"].startswith("application/activity+json")
        assert "Accept" in document.headers["vary"]
        assert document.json()["id"] == uri
        assert read(reader.get(path))


def test_a_feed_has_public_posts_only(house: House, reader: Reader) -> None:
    ada, bob = house.person("ada"), house.person("bob")
    post = house.post(ada, "for *all* & everyone #loom", format="markdown")
    house.post(ada, "for followers", visibility="private")
    house.post(ada, "an answer", reply_to_id=house.post(bob, "a question").id)
    answer = reader.get("/@ada.rss")
    assert answer.headers["content-type"].startswith("application/rss+xml")
    channel = ET.fromstring(answer.text).find("channel")
    assert channel is not None
    (item,) = channel.findall("item")
    assert item.findtext("link") == post.url
    assert item.findtext("description") == post.html
    assert item.findtext("category") == "loom"
    assert item.findtext("pubDate", "").endswith("GMT")


def test_trainers_are_asked_to_stay_out(reader: Reader) -> None:
    rules = reader.get("/robots.txt")
    assert rules.headers["content-type"].startswith("text/plain")
    assert "User-agent: GPTBot" in rules.text
    assert re.search(r"User-agent: \*\nDisallow: /api/", rules.text)


# -- where nothing is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/@nobody", "/@nobody/1", "/@nobody/x", "/nothing", "/a/b/c/d", "/@ada?max_id=x"]
)
def test_where_nothing_is_people_are_told_so(house: House, reader: Reader, path: str) -> None:
    house.person("ada")
    page = read(reader.get(path), 404)
    assert "There is nothing here" in page.text
    assert "/explore" in page.links
    assert "noindex" in (page.meta("robots") or "")
    told = reader.get(path, headers={"accept": "application/json"})
    assert told.status_code == 404
    assert told.json() == {"error": "Record not found"}


def test_hidden_and_missing_posts_look_the_same(house: House, reader: Reader) -> None:
    post = house.post(house.person("ada"), "psst", visibility="private")
    hidden = reader.get(f"/@ada/{post.id}")
    missing = reader.get(f"/@ada/{post.id + 1}")
    assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text)


# -- every page --------------------------------------------------------------------------------


@pytest.fixture
def everywhere(house: House) -> Callable[[], list[str]]:
    def paths() -> list[str]:
        ada = house.person("ada")
        post = house.post(ada, "hello #loom")
        pages = ["/", "/explore", "/tags/loom", "/about", "/about/help", "/about/help/ais"]
        return [*pages, "/privacy", "/login", "/search?q=x", "/@ada", f"/@ada/{post.id}", "/none"]

    return paths


def test_no_page_may_run_or_load_what_is_not_ours(
    reader: Reader, everywhere: Callable[[], list[str]]
) -> None:
    for path in everywhere():
        headers = reader.get(path).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "wss://weft.test" in policy
        assert "unsafe" not in policy
        assert " http:" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "set-cookie" not in headers


def test_every_page_is_well_formed_and_titled(
    reader: Reader, everywhere: Callable[[], list[str]]
) -> None:
    for path in everywhere():
        answer = reader.get(path)
        page = read(answer, answer.status_code)
        assert answer.text.startswith("<!doctype html>")
        assert len(page.all("title")) == len(page.all("main")) == 1
        assert page.meta("og:title")
        assert all("alt" in image for image in page.all("img"))
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))


def test_help_reads_as_written(reader: Reader) -> None:
    index = read(reader.get("/about/help"))
    assert "AIs on Weft" in index.text
    page = read(reader.get("/about/help/ais"))
    assert [one["id"] for one in page.all("h2")][:2] == [
        "what-an-ai-is-here",
        "am-i-talking-to-an-ai",
    ]
    assert reader.get("/about/help/nothing").status_code == 404
    assert reader.get("/about/help/..%2Fpyproject").status_code == 404


def test_the_place_says_who_runs_it(house: House, reader: Reader) -> None:
    house.ai("helper", house.person("ada"))
    page = read(reader.get("/about"))
    assert "Be kind" in page.text
    assert "mailto:a@weft.test" in page.links
    assert "An AI, run by Ada" in page.text
