"""Hubzilla (and Friendica and Streams beside it): conversations that are passed on by their owner,
bbcode beside HTML, channels that live at several servers, posts that expire.
"""

from __future__ import annotations

from tests.federation.payloads import (
    ADA,
    AS,
    ASKED,
    MENTION,
    PEER,
    PEM,
    POST,
    PUBLIC,
    Json,
    Payload,
)

ME = f"{PEER}/channel/hugo"
CONTEXT = [
    AS,
    "https://w3id.org/security/v1",
    {"zot": f"{PEER}/apschema#", "diaspora": "https://x#"},
]
ACTORS = (
    {
        "@context": CONTEXT,
        "type": "Person",
        "id": ME,
        "preferredUsername": "hugo",
        "name": "Hugo",
        "updated": "2026-01-01T00:00:00Z",
        "icon": {
            "type": "Image",
            "mediaType": "image/png",
            "updated": "2026-01-01T00:00:00Z",
            "url": f"{PEER}/photo/profile/l/2",
            "height": 300,
            "width": 300,
        },
        "url": ME,
        "publicKey": {
            "id": ME,
            "owner": ME,
            "signatureAlgorithm": "rsa-sha256",
            "publicKeyPem": PEM,
        },
        "tag": [{"type": "PropertyValue", "name": "Protocol", "value": "zot6"}],
        "inbox": f"{PEER}/inbox/hugo",
        "outbox": f"{PEER}/outbox/hugo",
        "followers": f"{PEER}/followers/hugo",
        "following": f"{PEER}/following/hugo",
        "endpoints": {"sharedInbox": f"{PEER}/inbox"},
        "discoverable": True,
        "webfinger": "hugo@peer.example",
        "assertionMethod": [
            {
                "id": f"{ME}#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ3XJPt4swbTQ2",
                "type": "Multikey",
                "controller": ME,
                "publicKeyMultibase": "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ3XJPt4swbTQ2",
            }
        ],
        "copiedTo": ["https://clone.example/channel/hugo"],
    },
)


def item(slug: str, **more: object) -> Json:
    return {
        "type": "Note",
        "id": f"{PEER}/item/{slug}",
        "diaspora:guid": slug,
        "published": "2026-11-10T10:10:10Z",
        "commentPolicy": "contacts",
        "directMessage": False,
        "attributedTo": ME,
        "context": f"{PEER}/conversation/{slug}",
        "conversation": f"{PEER}/item/{slug}",
        "content": "a <strong>long</strong> story",
        "source": {"content": "a [b]long[/b] story", "mediaType": "text/bbcode"},
        "actor": ME,
        "url": {
            "type": "Link",
            "rel": "alternate",
            "mediaType": "text/html",
            "href": f"{PEER}/display/{slug}",
        },
        "tag": [],
        "to": [PUBLIC],
        "cc": [f"{PEER}/followers/hugo"],
    } | more


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    return {
        "@context": CONTEXT,
        "type": kind,
        "id": f"{PEER}/activity/{slug}",
        "diaspora:guid": slug,
        "published": "2026-11-10T10:10:10Z",
        "actor": ME,
        "object": what,
        "to": [PUBLIC],
        "cc": [f"{PEER}/followers/hugo"],
        "signature": {
            "@context": [AS, "https://w3id.org/security/v1"],
            "type": "RsaSignature2017",
            "nonce": "0" * 64,
            "creator": ME,
            "created": "2026-11-10T10:10:10Z",
            "signatureValue": "bm90IGxvb2tlZCBhdA==",
        },
    } | more


def create(one: Json) -> Json:
    return act("Create", one, one["diaspora:guid"], to=one["to"], cc=one["cc"])


LISTED = {"type": "Collection", "id": f"{PEER}/conversation/1", "attributedTo": ME}
PAYLOADS = {
    "a post": Payload(
        "url is one Link, HTML without paragraphs, bbcode beside it, a key whose id is the actor's",
        create(item("1")),
        {"post": {"text": "a long story", "url": f"{PEER}/display/1", "visibility": "public"}},
    ),
    "an article with a title": Payload(
        "Article with name, summary and an attachment that is a Link",
        create(
            item(
                "2",
                type="Article",
                name="A title",
                summary="in short",
                attachment=[
                    {"type": "Link", "href": "https://x.example/", "mediaType": "text/html"}
                ],
            )
        ),
        {
            "post": {
                "text": f"A title\n\nin short\n\nhttps://x.example/\n\n{PEER}/display/2",
                "files": [],
                "spoiler": "",
            }
        },
    ),
    "a post that expires": Payload(
        "expires, a date beside published",
        create(item("3", expires="2031-01-01T00:00:00Z")),
        {"post": {"expires": True}},
    ),
    "a comment": Payload(
        "Note with inReplyTo, mentioned by href and a bare name",
        create(
            item(
                "4",
                inReplyTo=POST,
                tag=[{"type": "Mention", "href": ADA, "name": "ada"}],
                to=[PUBLIC, ADA],
            )
        ),
        {"post": {"answers": True, "calls": True}, "replies": 1, "notices": ["mention"]},
        asked="",
    ),
    "a private message": Payload(
        "directMessage is true, and to has one",
        create(item("5", directMessage=True, to=[ADA], cc=[], tag=[MENTION])),
        {"post": {"visibility": "direct", "calls": True}},
        asked="",
    ),
    "an event": Payload(
        "Event with startTime and a place",
        create(
            item(
                "6",
                type="Event",
                name="A walk",
                startTime="2030-06-01T10:00:00Z",
                endTime="2030-06-01T12:00:00Z",
                location={"type": "Place", "name": "the park"},
            )
        ),
        {
            "post": {
                "text": f"A walk\n\na long story\n\n{PEER}/display/6",
                "expires": False,
            }
        },
    ),
    "a question": Payload(
        "Question with the old commentPolicy",
        create(
            item(
                "7",
                type="Question",
                anyOf=[
                    {
                        "type": "Note",
                        "name": "a",
                        "replies": {"type": "Collection", "totalItems": 0},
                    },
                    {
                        "type": "Note",
                        "name": "b",
                        "replies": {"type": "Collection", "totalItems": 2},
                    },
                ],
                endTime="2031-01-01T00:00:00Z",
            )
        ),
        {"post": {"poll": ["a", "b"], "votes": [0, 2]}},
    ),
    "an answer added to a conversation": Payload(
        "Add of a whole Create to a collection that is no profile (FEP-171b): nothing is pinned",
        act("Add", create(item("8")), "add-8", target=LISTED),
        {"pins": [], "post": None},
        about=f"{PEER}/item/8",
    ),
    "a like": Payload(
        "Like of an object given whole, with its author",
        act("Like", {"type": "Note", "id": POST, "attributedTo": ADA}, "9"),
        {"likes": 1},
    ),
    "a share": Payload(
        "Announce with the shared post's bbcode in it",
        act("Announce", POST, "10", source={"content": "[share]", "mediaType": "text/bbcode"}),
        {"boosts": 1},
    ),
    "a follow": Payload(
        "the key's id is the actor's own, and it has a second of another kind",
        act("Follow", ADA, "11", to=[ADA], cc=[]),
        {"stands": ["followed_by"], "actor": {"key_id": ME, "avatar": f"{PEER}/photo/profile/l/2"}},
        asked="",
    ),
    "a yes to a follow": Payload(
        "Accept with the Follow whole",
        act("Accept", {"id": ASKED, "type": "Follow", "actor": ADA, "object": ME}, "12", to=[ADA]),
        {"stands": ["following"]},
        asked="request",
    ),
    "a deletion": Payload(
        "Delete of a Tombstone",
        act("Delete", {"type": "Tombstone", "id": f"{PEER}/item/1"}, "13"),
        {"post": None},
        first=(create(item("1")),),
    ),
    "an edit": Payload(
        "Update with updated",
        act("Update", item("1", content="short", updated="2026-11-11T10:10:10Z"), "14"),
        {"post": {"text": "short", "edited": True}},
        first=(create(item("1")),),
    ),
    "a new profile": Payload(
        "Update of an actor whose key has the actor's own id",
        act("Update", ACTORS[0] | {"name": "Hugo Two"}, "15"),
        {"actor": {"name": "Hugo Two"}},
    ),
}
