"""Each server's way of saying it is understood; and nothing that anybody says breaks the reader."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.federation.shapes import SHAPES
from weft.federation import limits, plain
from weft.federation.plain import Malformed
from weft.federation.read_activity import read_activity
from weft.federation.read_actor import read_actor
from weft.federation.read_keys import key_document
from weft.federation.read_note import read_note
from weft.kernel.errors import WeftError
from weft.threads.sanitize import html_to_text


@pytest.mark.parametrize("name", SHAPES)
def test_actors(name: str) -> None:
    document, _, _ = SHAPES[name]
    actor = read_actor(document)
    assert actor.id == document["id"]
    assert actor.username == document["preferredUsername"]
    assert {key.owner for key in actor.keys} == {actor.id}
    assert actor.inbox.startswith(plain.origin(actor.id))


def test_what_an_actor_says_of_itself() -> None:
    mastodon, threads = read_actor(SHAPES["mastodon"][0]), read_actor(SHAPES["threads"][0])
    assert mastodon.locked
    assert mastodon.indexable
    assert mastodon.shared_inbox == "https://mastodon.example/inbox"
    assert mastodon.avatar == "https://files.mastodon.example/a.png"
    assert mastodon.fields[0]["name"] == "Web"
    assert 'href="https://mara.example"' in mastodon.fields[0]["value"]
    assert threads.url == "https://www.threads.example/@tess"
    assert threads.avatar == "https://cdn.threads.example/a.jpg"
    assert threads.published is not None
    assert read_actor(SHAPES["gotosocial"][0]).fields[0]["name"] == "one"
    assert read_actor(SHAPES["misskey"][0]).name == ""


@pytest.mark.parametrize("name", SHAPES)
def test_posts(name: str) -> None:
    author, document, expected = SHAPES[name]
    note = read_note(document)
    assert note.author == author["id"]
    assert note.published is not None
    assert html_to_text(note.html) == expected["text"]
    assert note.visibility(read_actor(author).followers) == expected["visibility"]
    assert note.language == expected.get("language")
    assert note.spoiler == expected.get("spoiler", "")
    assert note.sensitive == expected.get("sensitive", False)
    assert note.tags == expected.get("tags", [])
    assert note.mentions == expected.get("mentions", [])
    assert note.reply_to == expected.get("reply_to")
    assert [emoji["shortcode"] for emoji in note.emojis] == expected.get("emoji", [])
    assert bool(note.updated) == (expected.get("edited", False) or note.updated == note.published)
    if "url" in expected:
        assert note.url == expected["url"]
    if "count" in expected:
        assert len(note.attachments) == expected["count"]
    else:
        found = [(file.url, file.description, file.mime) for file in note.attachments]
        assert found == expected.get("pictures", [])


def test_a_picture_keeps_its_focus_and_its_colours() -> None:
    picture = read_note(SHAPES["mastodon"][1]).attachments[0]
    assert (picture.focus_x, picture.focus_y) == (0.5, -0.25)
    assert (picture.width, picture.height) == (1200, 800)
    assert picture.blurhash


# -- limits ---------------------------------------------------------------------------------


def test_what_is_too_long_is_cut_and_what_cannot_be_cut_is_refused() -> None:
    document, note, _ = copy.deepcopy(SHAPES["mastodon"])
    actor = read_actor(
        document
        | {
            "name": "n" * 5_000,
            "summary": "<p>" + "b" * 50_000,
            "attachment": [
                {"type": "PropertyValue", "name": "k" * 5_000, "value": "v" * 5_000}
                for _ in range(100)
            ],
            "alsoKnownAs": [f"https://a.test/{number}" for number in range(500)],
            "publicKey": [
                document["publicKey"] | {"id": f"{document['id']}#{number}"} for number in range(50)
            ],
        }
    )
    assert len(actor.name) == 2_048
    assert len(actor.bio) <= 20_010
    assert len(actor.fields) == 50
    assert len(actor.fields[0]["name"]) == len(actor.fields[0]["value"]) == 2_047
    assert len(actor.also_known_as) == 256
    assert len(actor.keys) == limits.KEYS
    with pytest.raises(Malformed):
        read_actor(document | {"preferredUsername": "u" * 2_049})

    flood = read_note(
        note
        | {
            "content": "<p>" + "x" * 500_000,
            "summary": "s" * 5_000,
            "tag": [
                {"type": kind, "name": f"#t{n}", "href": f"https://a.test/{n}"}
                for n in range(120)
                for kind in ("Mention", "Hashtag")
            ],
            "attachment": [note["attachment"][0] | {"name": "d" * 20_000}] * 50,
        }
    )
    assert len(flood.html) < limits.HTML_CHARS + 500
    assert flood.url in flood.html
    assert len(flood.spoiler) == limits.SPOILER_CHARS
    assert len(flood.mentions) == limits.MENTIONS
    assert len(flood.tags) == limits.HASHTAGS
    assert len(flood.attachments) == limits.ATTACHMENTS
    assert len(flood.attachments[0].description) == 10_000


@pytest.mark.parametrize(
    "username", ["", "a b", "a@b", "a/b", "<b>", 'a"', "a\nb", None, 3, ["", "x"]]
)
def test_usernames_that_are_none(username: Any) -> None:
    with pytest.raises(Malformed):
        read_actor(SHAPES["mastodon"][0] | {"preferredUsername": username})


def test_a_server_is_named_by_its_domain_and_port() -> None:
    """What such a server signs (reports, what it asks for) was not taken."""
    there = "http://127.0.0.3:8080"
    document = SHAPES["mastodon"][0] | {"id": f"{there}/actor", "inbox": f"{there}/inbox"}
    named = document | {"preferredUsername": "127.0.0.3:8080"}
    assert read_actor(named).username == "127.0.0.3:8080"
    with pytest.raises(Malformed):
        read_actor(document | {"preferredUsername": "127.0.0.4:8080"})


def test_inboxes_stay_on_their_own_server() -> None:
    document = SHAPES["mastodon"][0]
    stolen = document | {"endpoints": {"sharedInbox": "https://third.example/inbox"}}
    assert read_actor(stolen).shared_inbox == ""
    with pytest.raises(Malformed):
        read_actor(document | {"inbox": "https://third.example/inbox"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.test/1", "https://a.test/2", True),
        ("https://a.test/1", "https://A.TEST:443/2", True),
        ("https://a.test/1", "http://a.test/1", False),
        ("https://a.test/1", "https://a.test:8443/1", False),
        ("https://a.test/1", "https://b.a.test/1", False),
        ("https://a.test/1", "https://a.test.evil.test/1", False),
        ("https://a.test/1", "https://a.test@evil.test/1", False),
        ("https://a.test/1", "", False),
        ("", "", False),
        ("https://a.test:99999/", "https://a.test:99999/", False),
        ("https://[::1", "https://[::1", False),
    ],
)
def test_origins(one: str, other: str, same: bool) -> None:
    assert plain.same_origin(one, other) is same


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-01T00:00:00Z", 1_767_225_600_000),
        ("2026-01-01T00:00:00+00:00", 1_767_225_600_000),
        ("2026-01-01T00:00:00+0000", 1_767_225_600_000),
        ("2026-01-01T01:00:00.000000+01:00", 1_767_225_600_000),
        ("0001-01-01T00:00:00Z", None),
        ("9999-99-99", None),
        ("soon", None),
        (1_767_225_600, None),
    ],
)
def test_dates(written: Any, read: int | None) -> None:
    assert plain.date(written) == read


@pytest.mark.parametrize(
    "term",
    [
        {"weft:noAI": True},
        {"canInvokeAI": "nobody"},
        {"weft:canInvokeAI": {}},
    ],
)
def test_ais_are_kept_out_in_every_spelling(term: dict[str, Any]) -> None:
    note = SHAPES["mastodon"][1]
    assert read_note(note | term).no_ai
    assert not read_note(note).no_ai


# -- nothing breaks it ------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "id", "type", "object", "actor", "to", "cc", "tag", "url", "href", "name", "content",
        "contentMap", "summary", "attachment", "attributedTo", "inbox", "publicKey", "icon",
        "preferredUsername", "endpoints", "sharedInbox", "published", "weft:hops", "oneOf",
        "inReplyTo", "mediaType", "focalPoint", "width", "language", "publicKeyPem", "owner",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "Note", "Person", "Create", "Mention", "Hashtag", "Emoji", "Question", "Article",
            "https://a.test/1", "https://a.test/2", "as:Public", "<b>x", "2026-01-01T00:00:00+0000",
            "PropertyValue", "Document", "https://[", "https://a.test:x/", "\u0000", "😀" * 9,
        ]
    ),
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | TEXTS, inner, max_size=8),
    max_leaves=30,
)
READERS = (read_activity, read_actor, read_note, key_document)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def read_all(document: dict[str, Any]) -> None:
    for reader in READERS:
        try:
            found = reader(document)
        except WeftError:
            continue
        # Whatever is kept of it is text that both databases take.
        assert reader is read_activity or b"\\u0000" not in msgspec.json.encode(found)


@QUICK
@given(st.dictionaries(WORDS | TEXTS, JSON, max_size=10))
def test_any_json(document: dict[str, Any]) -> None:
    read_all(document)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [at] * bool(at) + [
        path
        for key, child in inner
        for path in (_paths(child, (*at, key)) if isinstance(child, (dict, list)) else [(*at, key)])
    ]


@QUICK
@given(st.data())
def test_real_shapes_with_one_thing_changed(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SHAPES)))
    document = copy.deepcopy(SHAPES[name][data.draw(st.integers(0, 1))])
    for path in data.draw(st.lists(st.sampled_from(_paths(document)), min_size=1, max_size=3)):
        holder: Any = document
        try:
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = data.draw(JSON)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    read_all(document)
    activity = {"type": "Create", "actor": "https://a.test/1", "object": document}
    read_all(activity)


@QUICK
@given(st.binary(max_size=200) | JSON.map(lambda value: repr(value).encode()))
def test_any_bytes(body: bytes) -> None:
    with contextlib.suppress(Malformed):
        plain.parse(body)


@QUICK
@given(JSON)
def test_every_small_reader_takes_everything(value: Any) -> None:
    for small in (
        plain.text, plain.uri, plain.uris, plain.kind, plain.link, plain.date, plain.flag,
        plain.addressees, plain.first, plain.language_of, plain.items,
    ):  # fmt: skip
        small(value)
