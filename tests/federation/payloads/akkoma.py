"""Akkoma and Pleroma: litepub, an actor on every object, url of a file as a list of Links."""

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

ME = f"{PEER}/users/pia"
CONTEXT = [AS, f"{PEER}/schemas/litepub-0.1.jsonld", {"@language": "und"}]
ACTORS = (
    {
        "@context": CONTEXT,
        "id": ME,
        "type": "Person",
        "preferredUsername": "pia",
        "name": "Pia",
        "summary": "bio<br>of two lines",
        "url": ME,
        "inbox": f"{ME}/inbox",
        "outbox": f"{ME}/outbox",
        "followers": f"{ME}/followers",
        "following": f"{ME}/following",
        "featured": f"{ME}/collections/featured",
        "alsoKnownAs": [],
        "capabilities": {"acceptsChatMessages": False},
        "discoverable": False,
        "manuallyApprovesFollowers": False,
        "endpoints": {
            "oauthAuthorizationEndpoint": f"{PEER}/oauth/authorize",
            "sharedInbox": f"{PEER}/inbox",
            "uploadMedia": f"{PEER}/api/ap/upload_media",
        },
        "publicKey": {"id": f"{ME}#main-key", "owner": ME, "publicKeyPem": PEM},
        "attachment": [],
        "tag": [],
        "vcard:bday": None,
    },
)


def note(slug: str, **more: object) -> Json:
    return {
        "actor": ME,
        "attributedTo": ME,
        "attachment": [],
        "bcc": [],
        "bto": [],
        "cc": [f"{ME}/followers"],
        "content": "a <b>bold</b> word",
        "contentMap": {"en": "a <b>bold</b> word"},
        "context": f"{PEER}/contexts/{slug}",
        "conversation": f"{PEER}/contexts/{slug}",
        "id": f"{PEER}/objects/{slug}",
        "published": "2026-11-04T04:04:04.040404Z",
        "sensitive": None,
        "source": {"content": "a **bold** word", "mediaType": "text/markdown"},
        "summary": "",
        "tag": [],
        "to": [PUBLIC],
        "type": "Note",
        "repliesCount": 0,
    } | more


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    return {
        "@context": CONTEXT,
        "actor": ME,
        "bcc": [],
        "cc": [f"{ME}/followers"],
        "id": f"{PEER}/activities/{slug}",
        "object": what,
        "published": "2026-11-04T04:04:04.050505Z",
        "to": [PUBLIC],
        "type": kind,
    } | more


def create(one: Json) -> Json:
    return act("Create", one, f"c-{one['id'][-4:]}", to=one["to"], cc=one["cc"])


FIRE = act("EmojiReact", POST, "r1", content="🔥", to=[ADA, f"{ME}/followers"])
LIKE = act("Like", POST, "l1", context=f"{PEER}/contexts/x", to=[ADA])
PAYLOADS = {
    "a note with a file": Payload(
        "a list of Links as the file's url; sensitive is null; a single language",
        create(
            note(
                "aaaa",
                attachment=[
                    {
                        "mediaType": "image/png",
                        "name": "graph",
                        "type": "Document",
                        "blurhash": None,
                        "url": [
                            {"href": f"{PEER}/m/1.png", "mediaType": "image/png", "type": "Link"}
                        ],
                    }
                ],
                tag=[
                    {"href": f"{PEER}/tags/graph", "name": "#graph", "type": "Hashtag"},
                    "graph",
                ],
            )
        ),
        {
            "post": {
                "text": "a bold word",
                "language": "en",
                "tags": ["graph"],
                "sensitive": False,
                "files": [(f"{PEER}/m/1.png", "graph", "image/png")],
            }
        },
    ),
    "a direct message": Payload(
        "directMessage, and nobody in cc",
        create(note("bbbb", to=[ADA], cc=[], directMessage=True, tag=[MENTION])),
        {"post": {"visibility": "direct", "calls": True}},
        asked="",
    ),
    "a post for this server only": Payload(
        "local posts do not leave; one addressed to a server's own collection is nobody's",
        create(note("cccc", to=[f"{PEER}/#Public"], cc=[])),
        {"post": None},
    ),
    "a reply": Payload(
        "inReplyTo beside context and conversation that are addresses",
        create(note("dddd", inReplyTo=POST, to=[PUBLIC, ADA], tag=[MENTION])),
        {"post": {"answers": True, "visibility": "public"}, "replies": 1},
    ),
    "a quote": Payload(
        "quoteUri, which older ones call quoteUrl; nobody was asked",
        create(note("eeee", quoteUri=POST, quoteUrl=POST)),
        {"post": {"text": f"a bold word\n\nRE: {POST}", "quote": (None, None)}, "quotes": 0},
    ),
    "a question": Payload(
        "closed with a date, voters as a list",
        create(
            note(
                "ffff",
                type="Question",
                content="Which?",
                contentMap={"en": "Which?"},
                closed="2031-01-01T00:00:00Z",
                voters=["https://a.example/users/a"],
                oneOf=[
                    {
                        "type": "Note",
                        "name": name,
                        "replies": {"type": "Collection", "totalItems": n},
                    }
                    for name, n in (("x", 1), ("y", 0))
                ],
            )
        ),
        {"post": {"text": "Which?", "poll": ["x", "y"], "votes": [1, 0]}},
    ),
    "a reaction": Payload("EmojiReact", FIRE, {"reactions": [("🔥", 1)], "likes": 0}),
    "a reaction with a picture": Payload(
        "the emoji's name without colons in tag, with them in content",
        act(
            "EmojiReact",
            POST,
            "r2",
            content=":blobcat:",
            to=[ADA],
            tag=[
                {
                    "id": None,
                    "type": "Emoji",
                    "name": "blobcat",
                    "updated": "1970-01-01T00:00:00Z",
                    "icon": {"type": "Image", "url": f"{PEER}/emoji/blobcat.png"},
                }
            ],
        ),
        {"reactions": [("blobcat@peer.example", 1)]},
    ),
    "a reaction taken back": Payload(
        "the reaction by its id", act("Undo", FIRE["id"], "u1"), {"reactions": []}, first=(FIRE,)
    ),
    "a like": Payload("with a context", LIKE, {"likes": 1}),
    "a like taken back": Payload(
        "the whole Like", act("Undo", LIKE, "u2", to=[ADA]), {"likes": 0}, first=(LIKE,)
    ),
    "a boost": Payload(
        "Announce with a context, to one's followers and the author",
        act("Announce", POST, "n1", to=[PUBLIC, ADA], context=f"{PEER}/contexts/y"),
        {"boosts": 1},
    ),
    "a boost for followers": Payload(
        "Announce without everybody in it: private, of a post that is not",
        act("Announce", POST, "n2", to=[f"{ME}/followers", ADA], cc=[]),
        {"boosts": 1},
    ),
    "a follow": Payload(
        "state: pending, and cc is empty",
        act("Follow", ADA, "f1", to=[ADA], cc=[], state="pending"),
        {"stands": ["followed_by"], "actor": {"discoverable": False, "bio": "bio<br>of two lines"}},
        asked="",
    ),
    "a yes to a follow": Payload(
        "the Follow with to, cc and type in it",
        act(
            "Accept",
            {
                "actor": ADA,
                "cc": [],
                "id": ASKED,
                "object": ME,
                "published": "2026-11-04T04:04:04Z",
                "to": [ME],
                "type": "Follow",
            },
            "y1",
            to=[ADA],
            cc=[],
        ),
        {"stands": ["following"]},
        asked="request",
    ),
    "an edit": Payload(
        "formerRepresentations beside updated",
        act(
            "Update",
            note(
                "aaaa",
                content="new",
                contentMap=None,
                updated="2026-11-05T04:04:04Z",
                formerRepresentations={
                    "type": "OrderedCollection",
                    "totalItems": 1,
                    "orderedItems": [{"type": "Note", "content": "a <b>bold</b> word"}],
                },
            ),
            "e1",
        ),
        {"post": {"text": "new", "edited": True}},
        first=(create(note("aaaa")),),
    ),
    "a chat message": Payload(
        "ChatMessage is nothing that a post could be",
        act("Create", note("gggg", type="ChatMessage", to=[ADA], cc=[]), "m1", to=[ADA], cc=[]),
        {"post": None, "notices": []},
        asked="",
    ),
    "a report": Payload(
        "objects with their posts as documents in the list",
        act(
            "Flag",
            [ADA, {"type": "Note", "id": POST, "content": "hello", "actor": {"id": ADA}}],
            "g1",
            content="see this",
            to=[ADA],
            cc=[],
        ),
        {"reports": [("see this", 1)]},
    ),
}
