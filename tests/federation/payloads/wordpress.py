"""WordPress: articles with a summary, authors by query strings, a blog that is an actor itself."""

from __future__ import annotations

from tests.federation.payloads import ADA, AS, ASKED, PEER, PEM, POST, PUBLIC, Json, Payload

ME = f"{PEER}/?author=1"
REST = f"{PEER}/wp-json/activitypub/1.0"
CONTEXT = [AS, {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"}]
ACTORS = (
    {
        "@context": [
            AS,
            "https://w3id.org/security/v1",
            "https://purl.archive.org/socialweb/webfinger",
        ],
        "id": ME,
        "type": "Person",
        "name": "Will &amp; Words",
        "summary": "<p>bread</p>",
        "preferredUsername": "will",
        "webfinger": "will@peer.example",
        "url": f"{PEER}/author/will/",
        "icon": {"type": "Image", "url": "https://secure.gravatar.example/avatar/1?s=120"},
        "inbox": f"{REST}/actors/1/inbox",
        "outbox": f"{REST}/actors/1/outbox",
        "followers": f"{REST}/actors/1/followers",
        "following": f"{REST}/actors/1/following",
        "featured": f"{REST}/actors/1/collections/featured",
        "featuredTags": f"{REST}/actors/1/collections/tags",
        "endpoints": {"sharedInbox": f"{REST}/inbox"},
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": True,
        "publicKey": {"id": f"{ME}#main-key", "owner": ME, "publicKeyPem": PEM},
        "attachment": [
            {
                "type": "PropertyValue",
                "name": "Blog",
                "value": f'<p><a rel="me" title="{PEER}/" target="_blank" href="{PEER}/">peer</a></p>',
            },
            {"type": "Link", "name": "Blog", "href": f"{PEER}/", "rel": ["me"]},
        ],
        "tag": [],
        "generator": {"type": "Application", "implements": {"href": "https://x.example/sign"}},
    },
)
ARTICLE: Json = {
    "id": f"{PEER}/?p=12",
    "type": "Article",
    "attributedTo": ME,
    "audience": f"{PEER}/?author=0",
    "attachment": [
        {"type": "Image", "url": f"{PEER}/up/b.jpg", "mediaType": "image/jpeg", "name": "A loaf"}
    ],
    "content": "<p>First a <em>very</em> long introduction.</p>\n<p>Then flour.</p>",
    "contentMap": {"en": "<p>First a <em>very</em> long introduction.</p>\n<p>Then flour.</p>"},
    "name": "Bread & butter",
    "nameMap": {"en": "Bread & butter"},
    "summary": "<p>First a very long introduction. [&hellip;]</p>",
    "summaryMap": {"en": "<p>First a very long introduction. [&hellip;]</p>"},
    "preview": {"type": "Note", "content": "<p>Bread</p>"},
    "icon": {"type": "Image", "url": f"{PEER}/icon.png"},
    "published": "2026-11-08T08:08:08Z",
    "updated": "2026-11-08T09:08:08Z",
    "url": f"{PEER}/2026/11/bread/",
    "to": [PUBLIC],
    "cc": [f"{REST}/actors/1/followers"],
    "mediaType": "text/html",
    "replies": {
        "id": f"{REST}/posts/12/replies",
        "type": "Collection",
        "first": {"id": f"{REST}/posts/12/replies?page=1", "type": "CollectionPage", "items": []},
    },
    "likes": {"id": f"{REST}/posts/12/likes", "type": "Collection", "totalItems": 4},
    "shares": {"id": f"{REST}/posts/12/shares", "type": "Collection", "totalItems": 1},
    "sensitive": False,
    "tag": [{"type": "Hashtag", "href": f"{PEER}/tag/bread/", "name": "#bread"}],
    "dcterms": {"subject": "bread"},
}
COMMENT: Json = {
    "id": f"{PEER}/?c=7",
    "type": "Note",
    "attributedTo": ME,
    "content": "<p>Thanks!</p>",
    "contentMap": {"en": "<p>Thanks!</p>"},
    "inReplyTo": POST,
    "published": "2026-11-08T10:08:08Z",
    "url": f"{PEER}/2026/11/bread/#comment-7",
    "to": [PUBLIC],
    "cc": [f"{REST}/actors/1/followers", ADA],
    "tag": [{"type": "Mention", "href": ADA, "name": "@ada@weft.example"}],
    "mediaType": "text/html",
}


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    return {
        "@context": CONTEXT,
        "id": f"{PEER}/?p=12#activity-{slug}",
        "type": kind,
        "actor": ME,
        "object": what,
        "to": [PUBLIC],
        "cc": [f"{REST}/actors/1/followers"],
    } | more


PAYLOADS = {
    "an article": Payload(
        "a summary that is no content warning, its page elsewhere than its id",
        act("Create", ARTICLE, "create-1", published=ARTICLE["published"]),
        {
            "post": {
                "text": "Bread & butter\n\nFirst a very long introduction. […]\n\n"
                f"{PEER}/2026/11/bread/",
                "spoiler": "",
                "language": "en",
                "tags": ["bread"],
                "url": f"{PEER}/2026/11/bread/",
                "files": [(f"{PEER}/up/b.jpg", "A loaf", "image/jpeg")],
            }
        },
    ),
    "a changed article": Payload(
        "Update whose id ends in the time",
        act(
            "Update",
            ARTICLE | {"name": "Bread", "nameMap": None, "updated": "2026-11-09T08:08:08Z"},
            "update-2026-11-09T08:08:08Z",
            published=ARTICLE["published"],
            updated="2026-11-09T08:08:08Z",
        ),
        {
            "post": {
                "text": f"Bread\n\nFirst a very long introduction. […]\n\n{PEER}/2026/11/bread/",
                "edited": True,
            }
        },
        first=(act("Create", ARTICLE, "create-1"),),
    ),
    "an article is gone": Payload(
        "Delete of a Tombstone",
        act("Delete", {"id": ARTICLE["id"], "type": "Tombstone"}, "delete-1"),
        {"post": None},
        first=(act("Create", ARTICLE, "create-1"),),
    ),
    "a comment": Payload(
        "Note whose id and whose page have a query",
        act("Create", COMMENT, "create-7", id=f"{PEER}/?c=7#activity-create"),
        {"post": {"answers": True, "calls": True, "language": "en"}, "notices": ["mention"]},
        asked="",
    ),
    "a note of the blog": Payload(
        "a post without a title is a Note",
        act(
            "Create",
            ARTICLE
            | {
                "type": "Note",
                "id": f"{PEER}/?p=13",
                "name": None,
                "nameMap": None,
                "summary": None,
            }
            | {"summaryMap": None, "content": "<p>short</p>", "contentMap": {"en": "<p>short</p>"}},
            "create-13",
        ),
        {"post": {"text": "short", "spoiler": ""}},
    ),
    "a yes to a follow": Payload(
        "Accept; the icon is of another site",
        {
            "@context": CONTEXT,
            "id": f"{ME}#activity-accept-1",
            "type": "Accept",
            "actor": ME,
            "object": {"id": ASKED, "type": "Follow", "actor": ADA, "object": ME},
            "to": [ADA],
        },
        {
            "stands": ["following"],
            "actor": {
                "avatar": "https://secure.gravatar.example/avatar/1?s=120",
                "url": f"{PEER}/author/will/",
                "username": "will",
            },
        },
        asked="request",
    ),
    "a boost": Payload(
        "Announce by the author",
        act("Announce", POST, "announce-1", published="2026-11-08T08:08:08Z"),
        {"boosts": 1},
    ),
    "a like": Payload("Like to everybody", act("Like", POST, "like-1"), {"likes": 1}),
    "a follow": Payload(
        "Follow to a list of one",
        act("Follow", ADA, "follow-1", id=f"{ME}#follow-ada", to=[ADA], cc=None),
        {"stands": ["followed_by"]},
        asked="",
    ),
}
