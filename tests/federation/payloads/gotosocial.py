"""GoToSocial: one of a kind is no list, keys at an address of their own, interaction policies."""

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
    SECURITY,
    Json,
    Payload,
)

ME = f"{PEER}/users/gil"
GTS = [AS, {"gts": "https://gotosocial.org/ns#"}]
ACTORS = (
    {
        "@context": [SECURITY, AS, "http://joinmastodon.org/ns"],
        "id": ME,
        "type": "Person",
        "preferredUsername": "gil",
        "name": "Gil",
        "summary": "<p>slow</p>",
        "url": f"{PEER}/@gil",
        "inbox": f"{ME}/inbox",
        "outbox": f"{ME}/outbox",
        "followers": f"{ME}/followers",
        "following": f"{ME}/following",
        "featured": f"{ME}/collections/featured",
        "endpoints": {"sharedInbox": f"{PEER}/sharedInbox"},
        "discoverable": True,
        "hidesToPublicFromUnauthedWeb": False,
        "manuallyApprovesFollowers": True,
        "published": "2023-05-05T00:00:00Z",
        "attachment": {"type": "PropertyValue", "name": "one", "value": "alone"},
        "icon": {"type": "Image", "mediaType": "image/webp", "url": f"{PEER}/a.webp", "name": "me"},
        "publicKey": {"id": f"{ME}/main-key", "owner": ME, "publicKeyPem": PEM},
        "tag": [],
    },
)


def status(slug: str, **more: object) -> Json:
    uri = f"{ME}/statuses/{slug}"
    return {
        "@context": GTS,
        "id": uri,
        "type": "Note",
        "attributedTo": ME,
        "to": PUBLIC,
        "cc": f"{ME}/followers",
        "content": "<p>slow</p>",
        "contentMap": {"de": "<p>slow</p>"},
        "published": "2026-11-02T03:04:05.678Z",
        "replies": {
            "first": {
                "id": f"{uri}/replies?page=true",
                "next": f"{uri}/replies?page=true&only_other_accounts=false",
                "partOf": f"{uri}/replies",
                "type": "CollectionPage",
            },
            "id": f"{uri}/replies",
            "type": "Collection",
        },
        "sensitive": False,
        "summary": "",
        "tag": [],
        "attachment": [],
        "url": f"{PEER}/@gil/statuses/{slug}",
        "interactionPolicy": {
            "canLike": {"automaticApproval": [PUBLIC], "manualApproval": []},
            "canReply": {"automaticApproval": [PUBLIC], "manualApproval": []},
            "canAnnounce": {"automaticApproval": [PUBLIC], "manualApproval": []},
        },
    } | more


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    uri = f"{ME}/{slug}"
    return {"@context": GTS, "id": uri, "type": kind, "actor": ME, "object": what} | more


def create(note: Json) -> Json:
    return act(
        "Create", note, f"statuses/{note['id'].rsplit('/')[-1]}/activity#Create",
        to=note["to"], cc=note.get("cc"), published=note["published"],
    )  # fmt: skip


FOLLOW = act("Follow", ADA, "follow/01F", to=ADA)
ANSWER = status("01R", inReplyTo=POST, to=[PUBLIC], cc=[f"{ME}/followers", ADA], tag=MENTION)
PAYLOADS = {
    "a note with one picture": Payload(
        "to, cc and attachment are no lists; the description is a summary",
        create(
            status(
                "01A",
                attachment={
                    "type": "Image",
                    "mediaType": "image/png",
                    "url": f"{PEER}/f/1.png",
                    "summary": "A sloth",
                    "name": "",
                    "blurhash": "L26*j+~qE1RP",
                },
            )
        ),
        {
            "post": {
                "text": "slow",
                "visibility": "public",
                "language": "de",
                "files": [(f"{PEER}/f/1.png", "A sloth", "image/png")],
            }
        },
    ),
    "a note whose author wants to be asked": Payload(
        "automatic for followers, manual for all others",
        create(
            status(
                "01B",
                interactionPolicy={
                    "canReply": {
                        "automaticApproval": [ME, f"{ME}/followers"],
                        "manualApproval": PUBLIC,
                    }
                },
            )
        ),
        {"post": {"may_answer": [["followers"], ["everyone"]]}},
    ),
    "a policy of before 0.20": Payload(
        "always and approvalRequired, a single value for a list",
        create(
            status(
                "01C",
                interactionPolicy={"canReply": {"always": ME, "approvalRequired": [PUBLIC]}},
            )
        ),
        {"post": {"may_answer": [["me"], ["everyone"]]}},
    ),
    "a reply": Payload(
        "tag is the one mention",
        create(ANSWER),
        {"post": {"answers": True, "calls": True}, "replies": 1, "notices": ["mention"]},
    ),
    "a request to reply": Payload(
        "ReplyRequest (0.20) with the reply inside",
        act("ReplyRequest", POST, "interaction_requests/01Q", instrument=ANSWER, to=ADA),
        {"post": {"answers": True, "approval": "accepted"}, "replies": 1},
        about=ANSWER["id"],
    ),
    "a request to like": Payload(
        "LikeRequest, whose instrument is the Like",
        act(
            "LikeRequest",
            POST,
            "interaction_requests/01L",
            instrument=act("Like", POST, "liked/01L"),
            to=ADA,
        ),
        {"likes": 1, "notices": ["favourite"]},
        asked="",
    ),
    "a request to boost": Payload(
        "AnnounceRequest, whose instrument is the Announce",
        act(
            "AnnounceRequest",
            POST,
            "interaction_requests/01N",
            instrument=act("Announce", POST, "statuses/01N", to=PUBLIC, cc=f"{ME}/followers"),
            to=ADA,
        ),
        {"boosts": 1, "notices": ["reblog"]},
        asked="",
    ),
    "a yes to a follow": Payload(
        "Accept with the Follow rewritten: only who and whom are left",
        act(
            "Accept",
            {"actor": ADA, "id": ASKED, "object": ME, "to": ME, "type": "Follow"},
            "accepts/01F",
            to=ADA,
        ),
        {"stands": ["following"]},
        asked="request",
    ),
    "a follow taken back": Payload(
        "Undo, addressed to one as a string",
        act("Undo", FOLLOW, "undo/01F", to=ADA),
        {"stands": []},
        first=(FOLLOW,),
        asked="",
    ),
    "a block": Payload(
        "Block addressed to whom it is of",
        act("Block", ADA, "blocks/01K", to=ADA),
        {"stands": ["blocked_by"]},
    ),
    "a boost": Payload(
        "Announce with its date; to and cc are strings",
        act(
            "Announce",
            POST,
            "statuses/01S",
            to=PUBLIC,
            cc=[ADA, f"{ME}/followers"],
            published="2026-11-02T03:04:05Z",
        ),
        {"boosts": 1},
    ),
    "a deletion": Payload(
        "Delete names the post by its id alone",
        act("Delete", f"{ME}/statuses/01A", "statuses/01A#delete", to=PUBLIC),
        {"post": None},
        first=(create(status("01A")),),
    ),
    "an edit": Payload(
        "Update of a note, its updated beside its published",
        act(
            "Update",
            status("01A", content="<p>slower</p>", updated="2026-11-03T00:00:00Z"),
            "statuses/01A#update",
            to=PUBLIC,
        ),
        {"post": {"text": "slower", "edited": True}},
        first=(create(status("01A")),),
    ),
    "a report": Payload(
        "Flag by a person, whose account stands in the list too",
        act("Flag", [ADA, POST], "reports/01X", content="not nice"),
        {"reports": [("not nice", 1)]},
    ),
}
