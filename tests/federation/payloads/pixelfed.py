"""Pixelfed: pictures first, many of them; often no words at all."""

from __future__ import annotations

from tests.federation.payloads import ADA, AS, MENTION, PEER, PEM, POST, PUBLIC, Json, Payload

ME = f"{PEER}/users/pix"
CONTEXT = [
    AS,
    {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive", "pixelfed": "http://pixelfed.org/ns#"},
]
ACTORS = (
    {
        "@context": [AS, "https://w3id.org/security/v1", {"PropertyValue": "schema:PropertyValue"}],
        "id": ME,
        "type": "Person",
        "following": f"{ME}/following",
        "followers": f"{ME}/followers",
        "inbox": f"{ME}/inbox",
        "outbox": f"{ME}/outbox",
        "preferredUsername": "pix",
        "name": "Pix",
        "summary": "film &amp; light",
        "url": f"{PEER}/pix",
        "manuallyApprovesFollowers": False,
        "indexable": False,
        "published": "2021-01-01T00:00:00Z",
        "publicKey": {"id": f"{ME}#main-key", "owner": ME, "publicKeyPem": PEM},
        "icon": {"type": "Image", "mediaType": "image/jpeg", "url": f"{PEER}/a.jpg?v=2"},
        "endpoints": {"sharedInbox": f"{PEER}/f/inbox"},
        "attachment": [],
    },
)


def photo(number: int, **more: object) -> Json:
    return {
        "id": f"{PEER}/p/pix/{number}",
        "type": "Note",
        "summary": None,
        "content": "",
        "inReplyTo": None,
        "published": "2026-11-05T05:05:05+00:00",
        "url": f"{PEER}/p/pix/{number}",
        "attributedTo": ME,
        "to": [PUBLIC],
        "cc": [f"{ME}/followers"],
        "sensitive": False,
        "attachment": [
            {
                "type": "Image",
                "mediaType": "image/jpeg",
                "url": f"{PEER}/s/{number}.jpg",
                "name": None,
                "blurhash": "U4Rfzst8?bt7ogayj[j[~pfQ9Goft7j[WBj[",
                "width": 1080,
                "height": 1350,
            }
        ],
        "tag": [],
        "commentsEnabled": True,
        "capabilities": {"announce": PUBLIC, "like": PUBLIC, "reply": PUBLIC},
        "location": None,
    } | more


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    uri = f"{ME}#{slug}"
    return {"@context": CONTEXT, "id": uri, "type": kind, "actor": ME, "object": what} | more


def create(one: Json) -> Json:
    return {
        "@context": CONTEXT,
        "id": f"{one['id']}/activity",
        "type": "Create",
        "actor": ME,
        "published": one["published"],
        "to": one["to"],
        "cc": one["cc"],
        "object": one,
    }


PAYLOADS = {
    "a picture and no words": Payload(
        "empty content, a description that is null, capabilities instead of a policy",
        create(photo(1)),
        {"post": {"text": "", "files": [(f"{PEER}/s/1.jpg", "", "image/jpeg")]}},
    ),
    "an album": Payload(
        "up to 20 pictures, more than anyone else: 16 are kept",
        create(
            photo(
                2,
                content="my walk",
                attachment=[
                    {
                        "type": "Image",
                        "mediaType": "image/jpeg",
                        "url": f"{PEER}/s/{n}.jpg",
                        "name": f"{n}",
                    }
                    for n in range(20)
                ],
                tag=[{"type": "Hashtag", "name": "#Film", "href": f"{PEER}/discover/tags/film"}],
            )
        ),
        {
            "post": {
                "text": "my walk",
                "tags": ["Film"],
                "files": [(f"{PEER}/s/{n}.jpg", f"{n}", "image/jpeg") for n in range(16)],
            }
        },
    ),
    "a picture somewhere": Payload(
        "location is a Place with coordinates, which nobody asked for",
        create(
            photo(
                3,
                content="here",
                location={
                    "type": "Place",
                    "name": "Basel",
                    "longitude": "7.58",
                    "latitude": "47.55",
                    "country": "Switzerland",
                },
            )
        ),
        {"post": {"text": "here", "visibility": "public"}},
    ),
    "a film": Payload(
        "Video as a Document, its type only in mediaType",
        create(
            photo(
                4,
                attachment=[
                    {
                        "type": "Document",
                        "mediaType": "video/mp4",
                        "url": f"{PEER}/s/4.mp4",
                        "name": "sea",
                    }
                ],
            )
        ),
        {"post": {"files": [(f"{PEER}/s/4.mp4", "sea", "video/mp4")]}},
    ),
    "a comment": Payload(
        "a mention without a domain in its name",
        create(
            photo(
                5,
                content=f'<a href="{ADA}" class="u-url mention">@ada</a> so nice',
                inReplyTo=POST,
                attachment=[],
                cc=[f"{ME}/followers", ADA],
                tag=[{"type": "Mention", "href": ADA, "name": "@ada"}],
            )
        ),
        {"post": {"answers": True, "calls": True, "text": "@ada so nice"}, "notices": ["mention"]},
        asked="",
    ),
    "a direct message with a picture": Payload(
        "addressed to one; the mention has its server",
        create(photo(6, to=[ADA], cc=[], tag=[MENTION])),
        {
            "post": {
                "visibility": "direct",
                "files": [(f"{PEER}/s/6.jpg", "", "image/jpeg")],
                "calls": True,
            }
        },
        asked="",
    ),
    "a story": Payload(
        "a request to fetch something that goes in a day, with a bearer's token",
        {
            "@context": CONTEXT,
            "id": f"{PEER}/stories/pix/1/activity",
            "type": "Create",
            "actor": ME,
            "to": [f"{ME}/followers"],
            "object": {
                "id": f"{PEER}/stories/pix/1",
                "type": "Story",
                "attributedTo": ME,
                "bearcap": {"type": "Bearcap", "uri": f"bear:?t=x&u={PEER}/stories/pix/1"},
                "expiresAt": "2026-11-06T05:05:05+00:00",
            },
        },
        {"post": None, "notices": []},
    ),
    "a like": Payload("id is a fragment", act("Like", POST, "likes/1"), {"likes": 1}),
    "a share": Payload(
        "Announce whose id is a post's of its own",
        act(
            "Announce",
            POST,
            "",
            id=f"{PEER}/p/pix/9/activity",
            to=[PUBLIC],
            cc=[ADA, f"{ME}/followers"],
            published="2026-11-05T05:05:05+00:00",
        ),
        {"boosts": 1},
    ),
    "a share taken back": Payload(
        "the Announce in the Undo has no id of its own",
        act("Undo", {"type": "Announce", "actor": ME, "object": POST}, "undo/9"),
        {"boosts": 0},
        first=(
            act(
                "Announce",
                POST,
                "",
                id=f"{PEER}/p/pix/9/activity",
                to=[PUBLIC],
                cc=[f"{ME}/followers"],
            ),
        ),
    ),
    "a deletion": Payload(
        "the Delete's object is a Tombstone",
        act("Delete", {"id": f"{PEER}/p/pix/1", "type": "Tombstone"}, "delete/1", to=[PUBLIC]),
        {"post": None},
        first=(create(photo(1)),),
    ),
}
