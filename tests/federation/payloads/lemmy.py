"""Lemmy: communities are Groups that announce whole activities (FEP-1b12); posts are Pages."""

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

ME = f"{PEER}/u/lea"
GROUP = f"{PEER}/c/python"
CONTEXT = [f"{PEER}/context.json", AS, {"lemmy": "https://join-lemmy.org/ns#"}]


def who(uri: str, kind: str, name: str, **more: object) -> Json:
    return {
        "@context": CONTEXT,
        "type": kind,
        "id": uri,
        "preferredUsername": name,
        "name": name.title(),
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "endpoints": {"sharedInbox": f"{PEER}/inbox"},
        "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": PEM},
        "published": "2023-06-06T06:06:06.060606Z",
    } | more


ACTORS = (
    who(
        ME,
        "Person",
        "lea",
        summary="<p>bio</p>",
        source={"content": "bio", "mediaType": "text/markdown"},
        matrixUserId="@lea:matrix.example",
    ),
    who(
        GROUP,
        "Group",
        "python",
        followers=f"{GROUP}/followers",
        featured=f"{GROUP}/featured",
        attributedTo=f"{GROUP}/moderators",
        postingRestrictedToMods=False,
        language=[{"identifier": "en", "name": "English"}],
        sensitive=False,
        updated="2026-01-01T00:00:00.000000Z",
    ),
)
PAGE: Json = {
    "type": "Page",
    "id": f"{PEER}/post/1",
    "attributedTo": ME,
    "to": [GROUP, PUBLIC],
    "cc": [],
    "name": "Python 3.15 is out",
    "content": "<p>At last.</p>\n",
    "mediaType": "text/html",
    "source": {"content": "At last.", "mediaType": "text/markdown"},
    "attachment": [
        {"href": "https://python.example/news", "mediaType": "text/html", "type": "Link"}
    ],
    "image": {"type": "Image", "url": f"{PEER}/pictrs/1.webp"},
    "sensitive": False,
    "published": "2026-11-06T06:06:06.060606Z",
    "language": {"identifier": "en", "name": "English"},
    "audience": GROUP,
    "tag": [{"type": "Hashtag", "href": f"{PEER}/post/1", "name": "#python"}],
}
COMMENT: Json = {
    "type": "Note",
    "id": f"{PEER}/comment/2",
    "attributedTo": ME,
    "to": [PUBLIC],
    "cc": [GROUP, ADA],
    "content": "<p>I agree.</p>\n",
    "inReplyTo": POST,
    "mediaType": "text/html",
    "source": {"content": "I agree.", "mediaType": "text/markdown"},
    "published": "2026-11-06T07:06:06.060606Z",
    "tag": [MENTION],
    "distinguished": False,
    "language": {"identifier": "en", "name": "English"},
    "audience": GROUP,
    "attachment": [],
}


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    return {
        "@context": CONTEXT,
        "actor": ME,
        "to": [PUBLIC],
        "object": what,
        "cc": [GROUP],
        "type": kind,
        "id": f"{PEER}/activities/{kind.lower()}/{slug}",
        "audience": GROUP,
    } | more


def announced(inner: object, slug: str) -> Json:
    """What the community says that somebody in it did."""
    return {
        "@context": CONTEXT,
        "actor": GROUP,
        "to": [PUBLIC],
        "object": inner,
        "cc": [f"{GROUP}/followers"],
        "type": "Announce",
        "id": f"{PEER}/activities/announce/{slug}",
    }


def bare(activity: Json) -> Json:
    return {name: value for name, value in activity.items() if name != "@context"}


CREATED = act("Create", PAGE, "a1")
TEXT = f"Python 3.15 is out\n\nAt last.\n\nhttps://python.example/news\n\n{PEER}/post/1"
PAYLOADS = {
    "a post announced whole": Payload(
        "Announce of a Create of a Page: fetched from its own address, by its author",
        announced(bare(CREATED), "b1"),
        {"post": {"text": TEXT, "by": ME, "files": [(f"{PEER}/pictrs/1.webp", "", "image/webp")]}},
        serves=(PAGE,),
        about=PAGE["id"],
    ),
    "a post announced by its id": Payload(
        "for Mastodon's sake Lemmy announces the Page once more, alone",
        announced(PAGE["id"], "b2"),
        {"post": {"text": TEXT, "tags": ["python"]}},
        serves=(PAGE,),
    ),
    "a post of somebody who is followed": Payload(
        "Create of a Page, whose language is an object and whose link is an attachment",
        CREATED,
        {"post": {"text": TEXT, "visibility": "public", "sensitive": False}},
    ),
    "a comment on a member's post": Payload(
        "Create of a Note with a mention, for everybody and the community",
        act("Create", COMMENT, "a2", cc=[GROUP, ADA], tag=[MENTION]),
        {"post": {"answers": True, "calls": True, "text": "I agree."}, "replies": 1},
        asked="",
    ),
    "an upvote": Payload("Like with an audience", act("Like", POST, "v1"), {"likes": 1}, asked=""),
    "a downvote": Payload(
        "Dislike means nothing here", act("Dislike", POST, "v2"), {"likes": 0}, asked=""
    ),
    "an upvote taken back": Payload(
        "the whole Like in the Undo",
        act("Undo", bare(act("Like", POST, "v1")), "u1"),
        {"likes": 0},
        first=(act("Like", POST, "v1"),),
        asked="",
    ),
    "an upvote announced": Payload(
        "a community cannot say what somebody likes",
        announced(bare(act("Like", POST, "v3")), "b3"),
        {"likes": 0, "boosts": 0},
    ),
    "a community says yes": Payload(
        "Accept of a Follow, actor a Group; to is a list of one",
        {
            "@context": CONTEXT,
            "actor": GROUP,
            "to": [ADA],
            "object": {"actor": ADA, "to": [GROUP], "object": GROUP, "type": "Follow", "id": ASKED},
            "type": "Accept",
            "id": f"{PEER}/activities/accept/y1",
        },
        {"stands": ["following"], "actor": {"kind": "group", "username": "python"}},
        asked="request",
    ),
    "an edited post": Payload(
        "Update of a Page with updated",
        act(
            "Update",
            PAGE | {"name": "Python 3.15.1", "updated": "2026-11-07T06:06:06.060606Z"},
            "e1",
        ),
        {"post": {"text": TEXT.replace("3.15 is out", "3.15.1"), "edited": True}},
        first=(CREATED,),
    ),
    "a deletion by the author": Payload(
        "Delete by id, summary for a removal's reason",
        act("Delete", PAGE["id"], "d1"),
        {"post": None},
        first=(CREATED,),
    ),
    "a removal by a moderator": Payload(
        "the community announces a Delete of another's: looked at, not believed; it is still there",
        announced(
            bare(act("Delete", PAGE["id"], "d2", actor=f"{PEER}/u/mod", summary="spam")), "b4"
        ),
        {"post": {"by": ME}},
        first=(announced(bare(CREATED), "b1"),),
        serves=(PAGE,),
        about=PAGE["id"],
    ),
    "a private message": Payload(
        "ChatMessage until 0.19, a Note for one since then",
        {
            "@context": CONTEXT,
            "id": f"{PEER}/activities/create/p1",
            "actor": ME,
            "to": [ADA],
            "object": {
                "type": "Note",
                "id": f"{PEER}/private_message/3",
                "attributedTo": ME,
                "to": [ADA],
                "content": "<p>psst</p>\n",
                "mediaType": "text/html",
                "source": {"content": "psst", "mediaType": "text/markdown"},
                "published": "2026-11-06T08:06:06.060606Z",
            },
            "type": "Create",
        },
        {"post": {"visibility": "direct", "text": "psst"}},
        asked="",
    ),
    "a ban from a community": Payload(
        "Block with the community as target, of whom it is no block by anyone",
        act("Block", ADA, "k1", target=GROUP, removeData=False, summary="rude"),
        {"stands": []},
        asked="",
    ),
    "a ban from a community taken back": Payload(
        "Undo of that Block: who tells of it may block by themselves all the same",
        act("Undo", bare(act("Block", ADA, "k1", target=GROUP)), "k2"),
        {"stands": ["blocked_by"]},
        first=(act("Block", ADA, "k3"), act("Block", ADA, "k1", target=GROUP)),
        asked="",
    ),
    "a report": Payload(
        "Flag to the community, its reason in summary",
        {
            "@context": CONTEXT,
            "actor": ME,
            "to": [GROUP],
            "object": POST,
            "summary": "off topic",
            "type": "Flag",
            "id": f"{PEER}/activities/flag/g1",
            "audience": GROUP,
        },
        {"reports": [("off topic", 1)]},
    ),
}
