"""Misskey: its own terms beside every usual one, null for what is not, reactions for likes."""

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

ME = f"{PEER}/users/9abcdefghi"
TERMS = {
    "misskey": "https://misskey-hub.net/ns#",
    "_misskey_content": "misskey:_misskey_content",
    "_misskey_quote": "misskey:_misskey_quote",
    "isCat": "misskey:isCat",
}
BLOB = {
    "id": f"{PEER}/emojis/blobcat",
    "type": "Emoji",
    "name": ":blobcat:",
    "updated": "2026-01-01T00:00:00.000Z",
    "icon": {"type": "Image", "mediaType": "image/png", "url": f"{PEER}/files/e"},
    "_misskey_license": {"freeText": None},
}
ACTORS = (
    {
        "@context": [AS, SECURITY, TERMS],
        "type": "Person",
        "id": ME,
        "inbox": f"{ME}/inbox",
        "outbox": f"{ME}/outbox",
        "followers": f"{ME}/followers",
        "following": f"{ME}/following",
        "featured": f"{ME}/collections/featured",
        "sharedInbox": f"{PEER}/inbox",
        "endpoints": {"sharedInbox": f"{PEER}/inbox"},
        "url": f"{PEER}/@mio",
        "preferredUsername": "mio",
        "name": None,
        "summary": None,
        "_misskey_summary": None,
        "_misskey_followedMessage": None,
        "_misskey_requireSigninToViewContents": False,
        "icon": {"type": "Image", "url": f"{PEER}/files/a", "sensitive": False, "name": None},
        "image": None,
        "backgroundUrl": None,
        "tag": [],
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "publicKey": {"id": f"{ME}#main-key", "type": "Key", "owner": ME, "publicKeyPem": PEM},
        "isCat": True,
        "vcard:bday": "2001-02-03",
        "attachment": [],
    },
)


def note(slug: str, **more: object) -> Json:
    return {
        "id": f"{PEER}/notes/{slug}",
        "type": "Note",
        "attributedTo": ME,
        "summary": None,
        "content": "<p><span>meow<br>meow</span></p>",
        "_misskey_content": "meow\nmeow",
        "source": {"content": "meow\nmeow", "mediaType": "text/x.misskeymarkdown"},
        "published": "2026-11-03T02:02:02.222Z",
        "to": [PUBLIC],
        "cc": [f"{ME}/followers"],
        "inReplyTo": None,
        "attachment": [],
        "sensitive": False,
        "tag": [],
    } | more


def create(one: Json) -> Json:
    return {
        "@context": [AS, TERMS],
        "id": f"{one['id']}/activity",
        "actor": ME,
        "type": "Create",
        "published": one["published"],
        "object": one,
        "to": one["to"],
        "cc": one["cc"],
    }


def reaction(emoji: str, **more: object) -> Json:
    return {
        "@context": [AS, TERMS],
        "type": "Like",
        "id": f"{PEER}/likes/9r",
        "actor": ME,
        "object": POST,
        "content": emoji,
        "_misskey_reaction": emoji,
    } | more


POLLED = note(
    "poll",
    type="Question",
    content="<p>Which?</p>",
    _misskey_content="Which?",
    endTime="2031-01-01T00:00:00.000Z",
    anyOf=[
        {
            "type": "Note",
            "name": name,
            "replies": {"type": "Collection", "totalItems": votes},
            "_misskey_votes": votes,
        }
        for name, votes in (("a", 2), ("b", 3))
    ],
)
PAYLOADS = {
    "a note": Payload(
        "summary, inReplyTo and name are null; line breaks in a span",
        create(
            note(
                "a",
                tag=[BLOB],
                attachment=[
                    {
                        "type": "Document",
                        "mediaType": "image/webp",
                        "url": f"{PEER}/files/1",
                        "name": None,
                        "sensitive": True,
                    }
                ],
                sensitive=True,
            )
        ),
        {
            "post": {
                "text": "meow\nmeow",
                "spoiler": "",
                "sensitive": True,
                "emoji": ["blobcat"],
                "files": [(f"{PEER}/files/1", "", "image/webp")],
            }
        },
    ),
    "a home note that answers": Payload(
        "home is unlisted: followers in to, everybody in cc",
        create(note("b", to=[f"{ME}/followers"], cc=[PUBLIC, ADA], inReplyTo=POST, tag=[MENTION])),
        {"post": {"visibility": "unlisted", "answers": True, "calls": True}, "replies": 1},
    ),
    "a quote": Payload(
        "_misskey_quote, quoteUrl and a Link in tag; nobody was asked: it is a link",
        create(
            note(
                "c",
                content=f"<p>look<br><br>RE: {POST}</p>",
                _misskey_quote=POST,
                quoteUrl=POST,
                tag=[
                    {
                        "type": "Link",
                        "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/'
                        'activitystreams"',
                        "rel": "https://misskey-hub.net/ns#_misskey_quote",
                        "href": POST,
                    }
                ],
            )
        ),
        {"post": {"text": f"look\n\nRE: {POST}", "quote": (None, None)}, "quotes": 0},
    ),
    "a poll with several choices": Payload(
        "anyOf, _misskey_votes, no votersCount",
        create(POLLED),
        {"post": {"poll": ["a", "b"], "votes": [2, 3]}},
    ),
    "a vote": Payload(
        "name and no content, to a list of one",
        {
            "@context": AS,
            "id": f"{ME}#votes/9/activity",
            "actor": ME,
            "type": "Create",
            "to": [ADA],
            "published": "2026-11-03T02:02:02.222Z",
            "object": {
                "id": f"{ME}#votes/9",
                "type": "Note",
                "attributedTo": ME,
                "to": [ADA],
                "inReplyTo": POLL,
                "name": "tea",
            },
        },
        {"ballots": [1, 0]},
        asked="",
    ),
    "a reaction": Payload(
        "a Like with content and _misskey_reaction", reaction("👍"), {"reactions": [("👍", 1)]}
    ),
    "a reaction with a picture": Payload(
        "the emoji in tag, its licence beside it",
        reaction(":blobcat:", tag=[BLOB]),
        {"reactions": [("blobcat@peer.example", 1)], "likes": 0},
    ),
    "a heart that was only pressed": Payload(
        "a heart in a Like is a like", reaction("❤"), {"reactions": [], "likes": 1}
    ),
    "a reaction taken back": Payload(
        "the whole Like in the Undo, which has an id since lately",
        {
            "@context": AS,
            "type": "Undo",
            "id": f"{PEER}/likes/9r/undo",
            "actor": ME,
            "object": reaction("👍"),
            "published": "2026-11-03T02:02:02.222Z",
        },
        {"reactions": [], "likes": 0},
        first=(reaction("👍"),),
    ),
    "a renote": Payload(
        "Announce with the renoted author nowhere named",
        {
            "@context": AS,
            "id": f"{PEER}/notes/rn/activity",
            "actor": ME,
            "type": "Announce",
            "published": "2026-11-03T02:02:02.222Z",
            "to": [PUBLIC],
            "cc": [f"{ME}/followers"],
            "object": POST,
        },
        {"boosts": 1, "notices": ["reblog"]},
    ),
    "a follow": Payload(
        "the id is made of both accounts' numbers; name and summary of the actor are null",
        {
            "@context": AS,
            "id": f"{PEER}/follows/9abc/ada",
            "type": "Follow",
            "actor": ME,
            "object": ADA,
        },
        {"stands": ["followed_by"], "actor": {"name": "", "avatar": f"{PEER}/files/a"}},
        asked="",
    ),
    "a yes to a follow": Payload(
        "the Accept and its Follow are as short as can be",
        {
            "@context": AS,
            "id": f"{PEER}/8a-accept",
            "type": "Accept",
            "actor": ME,
            "object": {"id": ASKED, "type": "Follow", "actor": ADA, "object": ME},
        },
        {"stands": ["following"]},
        asked="request",
    ),
    "a report": Payload(
        "object is the account alone, posts stand in the words",
        {
            "@context": AS,
            "id": f"{PEER}/flags/1",
            "type": "Flag",
            "actor": ME,
            "content": f"Note: {POST}\n-----\nrude",
            "object": ADA,
        },
        {"reports": [(f"Note: {POST}\n-----\nrude", 0)]},
    ),
    "a deletion": Payload(
        "a Tombstone by id, the Delete without an id",
        {
            "@context": AS,
            "type": "Delete",
            "actor": ME,
            "object": {"id": f"{PEER}/notes/a", "type": "Tombstone"},
            "published": "2026-11-03T02:02:02.222Z",
        },
        {"post": None},
        first=(create(note("a")),),
    ),
}
