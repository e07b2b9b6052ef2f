"""What other servers read of us: shapes that Mastodon, GoToSocial, Misskey and Threads expect."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tests.conftest import House
from weft.federation import outbox, render
from weft.federation.read_capabilities import takes_rfc9421
from weft.federation.vocabulary import PUBLIC, contextualise
from weft.people import accounts
from weft.threads.model import Post


@pytest.fixture
def note(house: House) -> Any:
    def write(post: Post) -> dict[str, Any]:
        return house.db.read_now(
            lambda tx: render.create(
                tx.site, post, accounts.get(tx, post.author_id), outbox.around(tx, post)
            )
        )

    return write


def test_a_person(house: House) -> None:
    ada = house.person("ada", bio="<p>Hi</p>")
    document = contextualise(render.actor(house.db.site, ada, "PEM"))
    base = f"https://weft.test/ap/users/{ada.id}"
    assert document.pop("published").endswith("Z")
    context = document.pop("@context")
    assert context[:2] == [
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
    ]
    assert set(context[2]) == {
        "manuallyApprovesFollowers",
        "toot",
        "discoverable",
        *("interactionPolicy", "canFeature", "automaticApproval", "gts"),
        "featured",
        "featuredTags",
        "implements",
        "indexable",
        "webfinger",
    }
    assert takes_rfc9421(document)
    assert set(document.pop("generator")) == {"type", "implements"}
    assert document == {
        "id": base,
        "type": "Person",
        "inbox": f"{base}/inbox",
        "outbox": f"{base}/outbox",
        "followers": f"{base}/followers",
        "following": f"{base}/following",
        "featured": f"{base}/featured",
        "featuredTags": f"{base}/tags",
        "preferredUsername": "ada",
        "webfinger": "ada@weft.test",
        "name": "Ada",
        "summary": "<p>Hi</p>",
        "url": "https://weft.test/@ada",
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": False,
        "interactionPolicy": {"canFeature": {"automaticApproval": [PUBLIC]}},
        "attachment": [],
        "tag": [],
        "endpoints": {"sharedInbox": "https://weft.test/inbox"},
        "publicKey": {"id": f"{base}#main-key", "owner": base, "publicKeyPem": "PEM"},
    }


def test_the_server_says_what_it_takes(house: House) -> None:
    server = house.db.write_now(accounts.instance_actor)
    document = render.actor(house.db.site, server, "PEM")
    assert takes_rfc9421(document)
    assert "generator" not in document


def test_an_ai_says_that_it_is_one_four_ways(house: House) -> None:
    ada = house.person("ada")
    helper = house.ai("helper", ada)
    document = contextualise(render.actor(house.db.site, helper, "PEM"))
    assert document["type"] == "Service"
    assert [(row["name"], row["value"]) for row in document["attachment"]] == [
        ("AI", "Helper is an AI."),
        (
            "Run by",
            '<a href="https://weft.test/@ada" rel="me nofollow noopener noreferrer">@ada</a>',
        ),
    ]
    assert document["weft:aiLabel"] == "Helper is an AI."
    assert document["weft:operator"] == "https://weft.test/@ada"
    assert "weft:model" not in document
    assert document["@context"][2]["weft"] == "urn:weft:ns:"


def test_a_label_cannot_break_out_of_its_html(house: House) -> None:
    ada = house.person("ada")
    evil = structs.replace(
        house.ai("helper", ada),
        ai={
            "disclosure": "<b>x</b>",
            "operator": {"acct": "<i>", "url": 'https://a/"><script>'},
            "model": None,
        },
    )
    rows = render.actor(house.db.site, evil, "PEM")["attachment"]
    assert rows[0]["value"] == "&lt;b&gt;x&lt;/b&gt;"
    assert "<script>" not in rows[1]["value"]
    assert "<i>" not in rows[1]["value"]


@pytest.mark.parametrize(
    ("visibility", "to", "cc"),
    [
        ("public", [PUBLIC], ["FOLLOWERS", "BO"]),
        ("unlisted", ["FOLLOWERS"], [PUBLIC, "BO"]),
        ("private", ["FOLLOWERS"], ["BO"]),
        ("direct", ["BO"], []),
    ],
)
def test_whom_a_post_is_for(
    house: House, note: Any, visibility: str, to: list[str], cc: list[str]
) -> None:
    ada, bo = house.person("ada"), house.remote("bo", "other.test")
    names = {"FOLLOWERS": ada.followers_uri, "BO": bo.uri}
    created = note(house.post(ada, "Hello @bo@other.test", visibility=visibility))
    for document in (created, created["object"]):
        assert document["to"] == [names.get(one, one) for one in to]
        assert document["cc"] == [names.get(one, one) for one in cc]


def test_a_note(house: House, note: Any) -> None:
    ada = house.person("ada")
    house.remote("bo", "other.test")
    post = house.post(
        ada, "Hi @bo@other.test, #Weft https://a.test", language="en", spoiler="careful"
    )
    created = note(post)
    uri = f"https://weft.test/ap/posts/{post.id}"
    assert created["id"] == f"{uri}/activity"
    assert created["type"] == "Create"
    assert created["actor"] == ada.uri
    document = created["object"]
    assert document["published"] == created["published"]
    assert document["published"].endswith("Z")
    assert document["contentMap"] == {"en": document["content"]}
    assert document["content"] == post.html
    expected = {
        "id": uri,
        "type": "Note",
        "attributedTo": ada.uri,
        "url": f"https://weft.test/@ada/{post.id}",
        "inReplyTo": None,
        "summary": "careful",
        "sensitive": True,
        "attachment": [],
        "tag": [
            {
                "type": "Mention",
                "href": "https://other.test/users/bo",
                "name": "@bo@other.test",
            },
            {"type": "Hashtag", "href": "https://weft.test/tags/weft", "name": "#Weft"},
        ],
        "context": f"https://weft.test/ap/contexts/{post.id}",
        "conversation": f"https://weft.test/ap/contexts/{post.id}",
        "likes": {"id": f"{uri}/likes", "type": "Collection", "totalItems": 0},
        "shares": {"id": f"{uri}/shares", "type": "Collection", "totalItems": 0},
        "replies": {
            "id": f"{uri}/replies",
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "next": f"{uri}/replies?page=true",
                "partOf": f"{uri}/replies",
                "items": [],
            },
        },
    }
    assert {key: document[key] for key in expected} == expected
    assert "updated" not in document
    assert not [key for key in document if key.startswith("weft:")]


def test_pictures(house: House, note: Any) -> None:
    ada = house.person("ada")
    picture = {
        "id": "1",
        "mime": "image/webp",
        "blob": "ab/cd.webp",
        "remote_url": "",
        "description": "a loom",
        "blurhash": "LEHV6n",
        "width": 3,
        "height": 2,
        "focus_x": 0.5,
        "focus_y": -0.5,
    }
    document = note(structs.replace(house.post(ada), media=[picture]))["object"]
    assert document["attachment"] == [
        {
            "type": "Document",
            "mediaType": "image/webp",
            "url": "https://weft.test/media/ab/cd.webp",
            "name": "a loom",
            "blurhash": "LEHV6n",
            "width": 3,
            "height": 2,
            "focalPoint": [0.5, -0.5],
        }
    ]


def test_a_reply_is_addressed_to_whom_it_answers(house: House, note: Any) -> None:
    """Mastodon drops a public post that concerns nobody there: the parent's author is named."""
    ada, bo = house.person("ada"), house.person("bo")
    root = house.post(ada, "What is a weft?")
    document = note(house.post(bo, "The crossing thread", reply_to_id=root.id))["object"]
    assert document["inReplyTo"] == root.uri
    assert ada.uri in document["cc"]
    assert {"type": "Mention", "href": ada.uri, "name": "@ada@weft.test"} in document["tag"]
    assert document["context"] == f"https://weft.test/ap/contexts/{root.id}"


def test_a_private_reply_is_not_widened_to_whom_it_answers(house: House, note: Any) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    root = house.post(ada, "What is a weft?")
    document = note(house.post(bo, "only mine", reply_to_id=root.id, visibility="private"))[
        "object"
    ]
    assert document["to"] == [bo.followers_uri]
    assert document["cc"] == []
    assert document["tag"] == []


def test_what_an_ai_wrote(house: House, note: Any) -> None:
    ada = house.person("ada")
    helper = house.ai("helper", ada)
    sources = [
        {"n": 1, "title": "Care <b>", "url": "https://a.test/care?x=1&y=2", "quote": "cold"},
        {"n": 2, "title": "Untitled", "url": None, "quote": "slow"},
    ]
    created = note(house.post(helper, "Wash cold.", ai={"sources": sources, "hops": 2}))
    document = created["object"]
    assert document["weft:aiGenerated"] is True
    assert document["weft:hops"] == 2
    assert document["content"].endswith(
        '<p>Sources: <a href="https://a.test/care?x=1&amp;y=2" rel="nofollow noopener noreferrer"'
        ' target="_blank">Care &lt;b&gt;</a></p>'
    )
    assert contextualise(created)["@context"][2]["weft"] == "urn:weft:ns:"


def test_a_thread_without_ais_says_so(house: House, note: Any) -> None:
    ada = house.person("ada")
    assert note(house.post(ada, "among us", no_ai=True))["object"]["weft:noAI"] is True


def test_taking_back_names_what(house: House) -> None:
    like = render.act(
        "Like", "https://a/ap/users/1#likes/2", "https://a/1", "https://b/2", "https://b"
    )
    undone = render.undo(like)
    assert undone["id"] == "https://a/ap/users/1#likes/2/undo"
    assert undone["object"] == {
        "id": "https://a/ap/users/1#likes/2",
        "type": "Like",
        "actor": "https://a/1",
        "to": ["https://b"],
        "cc": [],
        "object": "https://b/2",
    }


def test_lists_are_lists_and_actors_are_addresses(house: House, note: Any) -> None:
    """Threads cannot read an inlined actor, and some peers no single value where a list may be."""

    def check(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("to", "cc", "tag", "attachment", "items", "orderedItems"):
                    assert isinstance(inner, list), key
                if key in ("actor", "attributedTo"):
                    assert isinstance(inner, str), key
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    ada = house.person("ada")
    post = house.post(ada, "Hi #weft")
    check(note(post))
    check(render.update_actor(house.db.site, ada, "PEM"))
    whom = render.address("public", ada.followers_uri, [])
    check(render.delete(post.uri, ada, whom))


def test_a_quote_names_what_it_quotes_in_every_way_that_is_read(house: House, note: Any) -> None:
    ada = house.person("ada")
    post = house.post(ada, "an original")
    quoting = house.post(ada, "and this", quote_of_id=post.id)
    made = note(quoting)["object"]
    assert {made[term] for term in ("quote", "quoteUrl", "quoteUri", "_misskey_quote")} == {
        post.uri
    }
    assert made["content"].startswith('<p class="quote-inline">RE: <a href="')
    assert "quote" not in note(post)["object"]
