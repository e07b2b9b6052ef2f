"""What we write, we read: two Weft servers lose nothing of one another's posts and people."""

from __future__ import annotations

from tests.conftest import House
from tests.federation.stranger import key_pair
from weft.federation import render
from weft.federation.convert import ai_record
from weft.federation.read_activity import read_activity
from weft.federation.read_actor import read_actor
from weft.federation.read_note import read_note
from weft.people import accounts
from weft.threads.model import Post
from weft.threads.sanitize import html_to_text


def rendered(house: House, post: Post) -> dict[str, object]:
    author = house.db.read_now(lambda tx: accounts.get(tx, post.author_id))
    return render.note(house.db.site, post, author, render.Around())


def test_a_person(house: House) -> None:
    ada = house.person("ada", bio="<p>hello</p>", indexable=True, locked=True)
    told = read_actor(render.actor(house.db.site, ada, key_pair(0).public_pem))
    assert (told.id, told.username, told.name) == (ada.uri, "ada", "Ada")
    assert (told.inbox, told.shared_inbox) == (ada.inbox, ada.shared_inbox)
    assert told.followers == ada.followers_uri
    assert told.url == ada.url
    assert told.bio == "<p>hello</p>"
    assert told.locked
    assert told.indexable
    assert told.ai is None
    assert (told.keys[0].id, told.keys[0].pem) == (ada.key_id, key_pair(0).public_pem)


def test_an_ai_keeps_its_label(house: House) -> None:
    ada = house.person("ada")
    helper = house.ai("helper", ada)
    told = read_actor(render.actor(house.db.site, helper, key_pair(0).public_pem))
    assert told.kind == "ai"
    assert told.ai is not None
    assert told.ai["disclosure"] == "Helper is an AI."
    assert told.ai["operator"]["url"] == ada.url
    assert told.ai["operator"]["acct"] == "ada@weft.test"


def test_a_post(house: House) -> None:
    ada = house.person("ada")
    house.person("eve")
    post = house.post(
        ada, "hi @eve, *this* is #Weft https://weft.test/x", spoiler="new", language="en"
    )
    told = read_note(rendered(house, post))
    # Links gain a rel, as everything from elsewhere does; not a word is lost.
    assert html_to_text(told.html) == html_to_text(post.html)
    assert told.spoiler == "new"
    assert told.language == "en"
    assert told.tags == post.tags == ["Weft"]
    assert told.mentions == [mention["uri"] for mention in post.mentions]
    assert told.published == post.created_at
    assert told.visibility(ada.followers_uri) == "public"
    assert not told.no_ai


def test_every_visibility(house: House) -> None:
    ada = house.person("ada")
    house.person("eve")
    for visibility in ("public", "unlisted", "private", "direct"):
        post = house.post(ada, "@eve psst", visibility=visibility)
        assert read_note(rendered(house, post)).visibility(ada.followers_uri) == visibility


def test_an_ais_post_says_how_many_lines_of_ais_led_to_it(house: House) -> None:
    helper = house.ai("helper", house.person("ada"))
    post = house.post(helper, "an answer", ai={"hops": 2, "sources": []})
    told = read_note(rendered(house, post))
    assert told.ai
    assert ai_record(told, helper) == {"hops": 2}


def test_a_thread_without_ais(house: House) -> None:
    post = house.post(house.person("ada"), "no machines please", no_ai=True)
    assert read_note(rendered(house, post)).no_ai


def test_an_activity(house: House) -> None:
    ada = house.person("ada")
    post = house.post(ada, "hi")
    told = read_activity(render.create(house.db.site, post, ada, render.Around()))
    assert (told.type, told.actor, told.object_id) == ("Create", ada.uri, post.uri)
    assert told.object_kind == "Note"
