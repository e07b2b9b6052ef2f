"""Threads: every address ends in a slash, dates have no colon, url is a list of Links."""

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

ME = f"{PEER}/ap/users/17841400000000000/"
ACTORS = (
    {
        "@context": [AS, "https://w3id.org/security/v1", {"threads": "https://threads.net/ns#"}],
        "id": ME,
        "type": "Person",
        "preferredUsername": "tess",
        "name": "Tess",
        "summary": "hello<br/>there",
        "inbox": f"{ME}inbox/",
        "outbox": f"{ME}outbox/",
        "followers": f"{ME}followers/",
        "following": f"{ME}following/",
        "url": f"{PEER}/@tess",
        "icon": {"type": "Image", "url": "https://scontent.cdn.example/v/a.jpg?x=1&y=2"},
        "manuallyApprovesFollowers": False,
        "indexable": False,
        "discoverable": True,
        "published": "2023-07-05T16:00:00+0000",
        "publicKey": {"id": f"{ME}#main-key", "owner": ME, "publicKeyPem": PEM},
        "endpoints": {"sharedInbox": f"{PEER}/ap/inbox/"},
        "attachment": [],
    },
)


def post(slug: str, **more: object) -> Json:
    uri = f"{ME}post/{slug}/"
    return {
        "id": uri,
        "type": "Note",
        "attributedTo": ME,
        "content": "<p>hello fedi</p>",
        "contentMap": {"en": "<p>hello fedi</p>"},
        "published": "2026-11-09T18:00:00+0000",
        "updated": "2026-11-09T18:00:00+0000",
        "to": [PUBLIC],
        "cc": [f"{ME}followers/"],
        "url": [
            {"type": "Link", "href": f"{PEER}/@tess/post/C{slug}", "mediaType": "text/html"},
            {"type": "Link", "href": uri, "mediaType": "application/activity+json"},
        ],
        "tag": [],
        "attachment": [],
        "inReplyTo": None,
        "sensitive": None,
    } | more


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    return {
        "@context": AS,
        "id": f"{ME}{slug}/",
        "type": kind,
        "actor": ME,
        "object": what,
        "to": [PUBLIC],
        "cc": [f"{ME}followers/"],
    } | more


def create(one: Json) -> Json:
    return act("Create", one, "create/1", published=one["published"])


PAYLOADS = {
    "a post": Payload(
        "updated equals published; sensitive is null; the page is the first of two Links",
        create(post("1")),
        {
            "post": {
                "text": "hello fedi",
                "edited": False,
                "sensitive": False,
                "url": f"{PEER}/@tess/post/C1",
                "visibility": "public",
            }
        },
    ),
    "a film": Payload(
        "one attachment that is no list, its url a list of Links without an ending",
        create(
            post(
                "2",
                attachment={
                    "type": "Video",
                    "url": [
                        {
                            "type": "Link",
                            "href": "https://video.cdn.example/o1/v?x=1",
                            "mediaType": "video/mp4",
                            "width": 720,
                            "height": 1280,
                        }
                    ],
                    "name": None,
                },
            )
        ),
        {"post": {"files": [("https://video.cdn.example/o1/v?x=1", "", "video/mp4")]}},
    ),
    "pictures": Payload(
        "Image without a mediaType and without an ending in its address",
        create(
            post(
                "3",
                attachment=[
                    {
                        "type": "Image",
                        "url": "https://scontent.cdn.example/v/1?x=1",
                        "name": "A sea",
                    }
                ],
            )
        ),
        {"post": {"files": [("https://scontent.cdn.example/v/1?x=1", "A sea", "image/jpeg")]}},
    ),
    "a quote": Payload(
        "quoteUrl, _misskey_quote and a Link in tag, and the words say it too",
        create(
            post(
                "4",
                content=f'<p>see</p><span class="quote-inline"><br>RE: <a href="{POST}">{POST}</a></span>',
                contentMap={},
                quoteUrl=POST,
                quoteUri=POST,
                _misskey_quote=POST,
                tag=[
                    {
                        "type": "Link",
                        "href": POST,
                        "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/'
                        'activitystreams"',
                        "name": f"RE: {POST}",
                        "rel": "https://misskey-hub.net/ns#_misskey_quote",
                    }
                ],
            )
        ),
        {"post": {"quote": (None, None), "language": None}, "quotes": 0},
    ),
    "a poll": Payload(
        "Question whose options have counts and no type",
        create(
            post(
                "5",
                type="Question",
                endTime="2031-01-01T00:00:00+0000",
                oneOf=[
                    {"name": "yes", "replies": {"totalItems": 5}},
                    {"name": "no", "replies": {"totalItems": 6}},
                ],
            )
        ),
        {"post": {"poll": ["yes", "no"], "votes": [5, 6]}},
    ),
    "a reply": Payload(
        "its author is an object, the mention has a name and an address",
        create(
            post(
                "6",
                attributedTo={"id": ME, "type": "Person"},
                inReplyTo=POST,
                tag=[MENTION],
                cc=[f"{ME}followers/", ADA],
            )
        ),
        {"post": {"answers": True, "calls": True}, "replies": 1, "notices": ["mention"]},
        asked="",
    ),
    "a like": Payload("Like, its id with a slash", act("Like", POST, "like/1"), {"likes": 1}),
    "a repost": Payload(
        "Announce of somebody else's post", act("Announce", POST, "repost/1"), {"boosts": 1}
    ),
    "a yes to a follow": Payload(
        "Accept; dates of the actor without a colon, its icon at a server for files",
        act(
            "Accept",
            {"id": ASKED, "type": "Follow", "actor": ADA, "object": ME},
            "accept/1",
            to=None,
            cc=None,
        ),
        {
            "stands": ["following"],
            "actor": {
                "created_at": 1_688_572_800_000,
                "avatar": "https://scontent.cdn.example/v/a.jpg?x=1&y=2",
                "indexable": False,
            },
        },
        asked="request",
    ),
    "a deletion": Payload(
        "Delete of an object with nothing but an id",
        act("Delete", {"id": f"{ME}post/1/"}, "delete/1"),
        {"post": None},
        first=(create(post("1")),),
    ),
    "an edit": Payload(
        "Update with a later updated",
        act("Update", post("1", content="<p>bye</p>", updated="2026-11-09T18:09:00+0000"), "up/1"),
        {"post": {"edited": True, "text": "bye"}},
        first=(create(post("1")),),
    ),
}
