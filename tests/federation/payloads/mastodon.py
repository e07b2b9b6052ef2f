"""Mastodon: `toot:` terms, atomUri, contentMap, ids with a fragment for what is no document."""

from __future__ import annotations

from tests.federation.payloads import (
    ADA,
    AS,
    ASKED,
    MENTION,
    PEER,
    PEM,
    POLL,
    POST,
    PUBLIC,
    SECURITY,
    Json,
    Payload,
)

ME = f"{PEER}/users/mara"
NEW = f"{PEER}/users/newmara"
SERVER = f"{PEER}/actor"
CONTEXT = [AS, {"ostatus": "http://ostatus.org#", "toot": "http://joinmastodon.org/ns#"}]


def person(uri: str, name: str, **more: object) -> Json:
    return {
        "@context": [AS, SECURITY, {"toot": "http://joinmastodon.org/ns#"}],
        "id": uri,
        "type": "Person",
        "following": f"{uri}/following",
        "followers": f"{uri}/followers",
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "featured": f"{uri}/collections/featured",
        "featuredTags": f"{uri}/collections/tags",
        "preferredUsername": name,
        "name": "Mara :cat:",
        "summary": '<p>I draw <a href="https://peer.example/tags/cats" class="mention hashtag" '
        'rel="tag">#<span>cats</span></a></p>',
        "url": f"{PEER}/@{name}",
        "manuallyApprovesFollowers": True,
        "discoverable": True,
        "indexable": True,
        "published": "2022-11-05T00:00:00Z",
        "memorial": False,
        "devices": f"{uri}/collections/devices",
        "attributionDomains": ["mara.example"],
        "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": PEM},
        "tag": [
            {
                "id": f"{PEER}/emojis/7",
                "type": "Emoji",
                "name": ":cat:",
                "updated": "2023-01-01T00:00:00Z",
                "icon": {"type": "Image", "mediaType": "image/png", "url": f"{PEER}/cat.png"},
            }
        ],
        "attachment": [
            {
                "type": "PropertyValue",
                "name": "Web",
                "value": '<a href="https://mara.example" rel="me nofollow noopener">mara</a>',
            }
        ],
        "endpoints": {"sharedInbox": f"{PEER}/inbox"},
        "icon": {"type": "Image", "mediaType": "image/jpeg", "url": f"{PEER}/a.jpg"},
        "image": {"type": "Image", "mediaType": "image/jpeg", "url": f"{PEER}/h.jpg"},
    } | more


ACTORS = (
    person(ME, "mara"),
    person(NEW, "newmara", alsoKnownAs=[ME], manuallyApprovesFollowers=False),
    person(SERVER, "peer.example", type="Application", featured=None, tag=[], attachment=[]),
)


def status(number: int, **more: object) -> Json:
    uri = f"{ME}/statuses/{number}"
    return {
        "id": uri,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2026-11-01T12:00:00Z",
        "url": f"{PEER}/@mara/{number}",
        "attributedTo": ME,
        "to": [PUBLIC],
        "cc": [f"{ME}/followers"],
        "sensitive": False,
        "atomUri": uri,
        "inReplyToAtomUri": None,
        "conversation": f"tag:peer.example,2026-11-01:objectId={number}:objectType=Conversation",
        "context": f"{PEER}/contexts/{number}",
        "content": "<p>soup</p>",
        "contentMap": {"en": "<p>soup</p>"},
        "attachment": [],
        "tag": [],
        "replies": {
            "id": f"{uri}/replies",
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "next": f"{uri}/replies?only_other_accounts=true&page=true",
                "partOf": f"{uri}/replies",
                "items": [],
            },
        },
        "likes": {"id": f"{uri}/likes", "type": "Collection", "totalItems": 0},
        "shares": {"id": f"{uri}/shares", "type": "Collection", "totalItems": 0},
    } | more


def create(note: Json) -> Json:
    return {
        "@context": CONTEXT,
        "id": f"{note['id']}/activity",
        "type": "Create",
        "actor": ME,
        "published": note.get("published"),
        "to": note["to"],
        "cc": note.get("cc"),
        "object": note,
        "signature": {
            "type": "RsaSignature2017",
            "creator": f"{ME}#main-key",
            "created": "2026-11-01T12:00:00Z",
            "signatureValue": "bm90IGxvb2tlZCBhdA==",
        },
    }


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    uri = f"{ME}#{slug}"
    return {"@context": CONTEXT, "id": uri, "type": kind, "actor": ME, "object": what} | more


LIKE = act("Like", POST, "likes/1")
BOOST = {
    "@context": CONTEXT,
    "id": f"{ME}/statuses/50/activity",
    "type": "Announce",
    "actor": ME,
    "published": "2026-11-01T12:00:00Z",
    "to": [PUBLIC],
    "cc": [ADA, f"{ME}/followers"],
    "object": POST,
}
FOLLOW = act("Follow", ADA, "", id=f"{PEER}/7c6d1b3a-follow")
BLOCK = act("Block", ADA, "", id=f"{PEER}/5e2f0d7b-block")
QUOTE = status(
    9,
    content='<p class="quote-inline">RE: <a href="https://weft.example/post">post</a></p><p>this</p>',
    contentMap=None,
    quote=POST,
    _misskey_quote=POST,
    quoteUri=POST,
    interactionPolicy={"canQuote": {"automaticApproval": [PUBLIC]}},
)
QUESTION = status(
    10,
    type="Question",
    content="<p>Tea?</p>",
    contentMap={"en": "<p>Tea?</p>"},
    votersCount=3,
    endTime="2031-01-01T00:00:00Z",
    oneOf=[
        {"type": "Note", "name": "yes", "replies": {"type": "Collection", "totalItems": 2}},
        {"type": "Note", "name": "no", "replies": {"type": "Collection", "totalItems": 1}},
    ],
)

PAYLOADS = {
    "a note with everything": Payload(
        "content warning, picture with focus, hashtag, emoji, language by a map of one",
        create(
            status(
                1,
                summary="food",
                sensitive=True,
                content='<p>soup <a href="https://peer.example/tags/soup" class="mention hashtag" '
                'rel="tag">#<span>soup</span></a> :cat:</p>',
                contentMap={"de": "<p>Suppe</p>"},
                attachment=[
                    {
                        "type": "Document",
                        "mediaType": "image/jpeg",
                        "url": f"{PEER}/1.jpg",
                        "name": "A bowl",
                        "blurhash": "UFBWY:8_0Jxv4mx]t8t64.%M-:WUWAt6M}",
                        "focalPoint": [0.5, -0.25],
                        "width": 1200,
                        "height": 800,
                    }
                ],
                tag=[
                    {"type": "Hashtag", "href": f"{PEER}/tags/soup", "name": "#soup"},
                    {
                        "id": f"{PEER}/emojis/7",
                        "type": "Emoji",
                        "name": ":cat:",
                        "icon": {"type": "Image", "mediaType": "image/png", "url": f"{PEER}/c.png"},
                    },
                ],
            )
        ),
        {
            "post": {
                "text": "soup #soup :cat:",
                "visibility": "public",
                "spoiler": "food",
                "sensitive": True,
                "tags": ["soup"],
                "emoji": ["cat"],
                "files": [(f"{PEER}/1.jpg", "A bowl", "image/jpeg")],
                "url": f"{PEER}/@mara/1",
            }
        },
    ),
    "a note for followers that answers": Payload(
        "to is the followers' collection alone; a mention in cc",
        create(status(2, to=[f"{ME}/followers"], cc=[ADA], inReplyTo=POST, tag=[MENTION])),
        {
            "post": {"visibility": "private", "answers": True, "calls": True, "language": "en"},
            "notices": ["mention"],
        },
    ),
    "a direct message": Payload(
        "addressed to one, from somebody whom nobody here follows",
        create(status(3, to=[ADA], cc=[], tag=[MENTION])),
        {"post": {"visibility": "direct", "calls": True}, "notices": ["mention"]},
        asked="",
    ),
    "a note that concerns nobody": Payload(
        "public, but of somebody whom nobody follows",
        create(status(4)),
        {"post": None, "notices": []},
        asked="",
    ),
    "a question": Payload(
        "oneOf with counts as collections, votersCount",
        create(QUESTION),
        {"post": {"text": "Tea?", "poll": ["yes", "no"], "votes": [2, 1]}},
    ),
    "a question counted anew": Payload(
        "an Update without updated: votes are no edit",
        act(
            "Update",
            QUESTION
            | {
                "votersCount": 5,
                "oneOf": [
                    {
                        "type": "Note",
                        "name": name,
                        "replies": {"type": "Collection", "totalItems": n},
                    }
                    for name, n in (("yes", 4), ("no", 1))
                ],
            },
            "updates/1",
            to=[PUBLIC],
        ),
        {"post": {"poll": ["yes", "no"], "votes": [4, 1], "edited": False}},
        first=(create(QUESTION),),
    ),
    "a vote": Payload(
        "a Note with a name and no content, for the asker alone",
        {
            "@context": AS,
            "id": f"{ME}#votes/1/activity",
            "type": "Create",
            "actor": ME,
            "to": ADA,
            "object": {
                "id": f"{ME}#votes/1",
                "type": "Note",
                "name": "coffee",
                "attributedTo": ME,
                "to": ADA,
                "inReplyTo": POLL,
            },
        },
        {"ballots": [0, 1], "post": None},
    ),
    "an edit": Payload(
        "the whole note again, with updated; the activity's id is a fragment",
        act(
            "Update",
            status(1, content="<p>stew</p>", contentMap=None, updated="2026-11-01T13:00:00Z"),
            "updates/2",
            to=[PUBLIC],
        ),
        {"post": {"text": "stew", "edited": True}},
        first=(create(status(1)),),
    ),
    "a deletion": Payload(
        "a Tombstone with an atomUri, and a signature of JSON-LD that nobody checks",
        act(
            "Delete",
            {"id": f"{ME}/statuses/1", "type": "Tombstone", "atomUri": f"{ME}/statuses/1"},
            "",
            id=f"{ME}/statuses/1#delete",
            to=[PUBLIC],
        ),
        {"post": None},
        first=(create(status(1)),),
    ),
    "an account that leaves": Payload(
        "Delete of oneself",
        act("Delete", ME, "delete", to=[PUBLIC]),
        {"post": None, "stands": [], "actor": None},
        first=(create(status(1)),),
        about=f"{ME}/statuses/1",
    ),
    "a like": Payload("no addressees at all", LIKE, {"likes": 1, "notices": ["favourite"]}),
    "a like taken back": Payload(
        "the whole Like in the Undo",
        act("Undo", LIKE, "likes/1/undo"),
        {"likes": 0},
        first=(LIKE,),
    ),
    "a boost": Payload("the boosted author in cc", BOOST, {"boosts": 1, "notices": ["reblog"]}),
    "a boost taken back": Payload(
        "the whole Announce in the Undo",
        act("Undo", BOOST, "", id=f"{ME}/statuses/50/activity/undo", to=[PUBLIC]),
        {"boosts": 0},
        first=(BOOST,),
    ),
    "a follow": Payload(
        "the id is no address of an actor's",
        FOLLOW,
        {
            "stands": ["followed_by"],
            "notices": ["follow"],
            "actor": {"name": "Mara :cat:", "locked": True, "indexable": True, "kind": "person"},
        },
        asked="",
    ),
    "a follow taken back": Payload(
        "the whole Follow in the Undo",
        act("Undo", FOLLOW, "follows/1/undo"),
        {"stands": []},
        first=(FOLLOW,),
        asked="",
    ),
    "a yes to a follow": Payload(
        "our Follow as it was sent, in the Accept",
        act(
            "Accept",
            {"id": ASKED, "type": "Follow", "actor": ADA, "object": ME},
            "accepts/follows/1",
        ),
        {"stands": ["following"]},
        asked="request",
    ),
    "a no to a follow": Payload(
        "a Reject, also long after the yes: taken off the followers",
        act(
            "Reject",
            {"id": ASKED, "type": "Follow", "actor": ADA, "object": ME},
            "rejects/follows/1",
        ),
        {"stands": []},
    ),
    "a block": Payload("Mastodon tells who is blocked", BLOCK, {"stands": ["blocked_by"]}),
    "a block taken back": Payload(
        "the whole Block in the Undo",
        act("Undo", BLOCK, "blocks/1/undo"),
        {"stands": []},
        first=(BLOCK,),
    ),
    "a report": Payload(
        "by the server's own actor; account and posts in one list",
        {
            "@context": AS,
            "id": f"{PEER}/reports/1",
            "type": "Flag",
            "actor": SERVER,
            "content": "unkind",
            "object": [ADA, POST],
            "to": ADA,
        },
        {"reports": [("unkind", 1)]},
        asked="",
    ),
    "a move": Payload(
        "target; the new account names the old one",
        act("Move", ME, "moves/1", target=NEW, to=f"{ME}/followers"),
        {"actor": {"moved_to": NEW}},
    ),
    "a new profile": Payload(
        "Update of the actor, fields and emoji and all",
        act("Update", ACTORS[0] | {"name": "Mara Two"}, "updates/3", to=[PUBLIC]),
        {"actor": {"name": "Mara Two", "avatar": f"{PEER}/a.jpg"}},
    ),
    "a post on the profile": Payload(
        "Add by id, to the collection that the actor names",
        act("Add", f"{ME}/statuses/1", "add", id=None, target=f"{ME}/collections/featured"),
        {"pins": [f"{ME}/statuses/1"]},
        first=(create(status(1)),),
    ),
    "a post off the profile": Payload(
        "Remove, likewise without an id of its own",
        act("Remove", f"{ME}/statuses/1", "rm", id=None, target=f"{ME}/collections/featured"),
        {"pins": []},
        first=(
            create(status(1)),
            act("Add", f"{ME}/statuses/1", "add", id=None, target=f"{ME}/collections/featured"),
        ),
    ),
    "a hashtag on the profile": Payload(
        "Add of a Hashtag with the same target",
        act(
            "Add",
            {"type": "Hashtag", "href": f"{PEER}/@mara/tagged/cats", "name": "#cats"},
            "tag",
            id=None,
            target=f"{ME}/collections/featured",
        ),
        {"pins": []},
    ),
    "a request to quote": Payload(
        "QuoteRequest (FEP-044f) with the note as its instrument",
        act("QuoteRequest", POST, "quote_requests/1", instrument=QUOTE, to=ADA),
        {"post": {"quote": (POST, "accepted")}, "quotes": 1},
        about=f"{ME}/statuses/9",
    ),
    "a quote that nobody agreed to": Payload(
        "a note that quotes without a stamp: waiting until there is one",
        create(QUOTE),
        {"post": {"quote": (POST, "pending"), "visibility": "public"}, "quotes": 0},
    ),
}
