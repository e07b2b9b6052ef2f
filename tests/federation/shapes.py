"""How servers say things: a post and its author in the shape of each, written from their documents.

``(actor, note, what a reader should see)``. The words are ours; the forms are theirs.
"""

from __future__ import annotations

from typing import Any

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
AS = "https://www.w3.org/ns/activitystreams"
KEY = "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n"


def actor(uri: str, handle: str, /, **more: Any) -> dict[str, Any]:
    return {
        "@context": [AS, "https://w3id.org/security/v1"],
        "id": uri,
        "type": "Person",
        "preferredUsername": handle,
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": KEY},
    } | more


SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {}

_m = "https://mastodon.example/ap/users/1155"
SHAPES["mastodon"] = (
    actor(
        _m,
        "mara",
        name="Mara :cat:",
        summary="<p>hello</p>",
        url="https://mastodon.example/@mara",
        manuallyApprovesFollowers=True,
        discoverable=True,
        indexable=True,
        published="2022-11-05T00:00:00Z",
        endpoints={"sharedInbox": "https://mastodon.example/inbox"},
        icon={
            "type": "Image",
            "mediaType": "image/png",
            "url": "https://files.mastodon.example/a.png",
        },
        image={"type": "Image", "url": "https://files.mastodon.example/h.png"},
        attachment=[
            {
                "type": "PropertyValue",
                "name": "Web",
                "value": '<a href="https://mara.example" rel="me nofollow">mara.example</a>',
            }
        ],
        tag=[],
    ),
    {
        "@context": [AS, {"ostatus": "http://ostatus.org#", "sensitive": "as:sensitive"}],
        "id": f"{_m}/statuses/99",
        "type": "Note",
        "summary": "food",
        "inReplyTo": None,
        "published": "2026-03-01T12:00:00Z",
        "updated": "2026-03-01T12:05:00Z",
        "url": "https://mastodon.example/@mara/99",
        "attributedTo": _m,
        "to": [PUBLIC],
        "cc": [f"{_m}/followers", "https://other.example/users/bo"],
        "sensitive": True,
        "atomUri": f"{_m}/statuses/99",
        "conversation": "tag:mastodon.example,2026-03-01:objectId=1:objectType=Conversation",
        "content": '<p>soup <a href="https://mastodon.example/tags/soup" class="mention hashtag" '
        'rel="tag">#<span>soup</span></a></p>',
        "contentMap": {
            "en": '<p>soup <a href="https://mastodon.example/tags/soup" '
            'class="mention hashtag" rel="tag">#<span>soup</span></a></p>'
        },
        "attachment": [
            {
                "type": "Document",
                "mediaType": "image/jpeg",
                "url": "https://files.mastodon.example/1.jpg",
                "name": "A bowl",
                "blurhash": "UFBWY:8_0Jxv4mx]t8t64.%M-:WUWAt6M}",
                "focalPoint": [0.5, -0.25],
                "width": 1200,
                "height": 800,
            }
        ],
        "tag": [
            {
                "type": "Mention",
                "href": "https://other.example/users/bo",
                "name": "@bo@other.example",
            },
            {"type": "Hashtag", "href": "https://mastodon.example/tags/soup", "name": "#soup"},
            {
                "id": "https://mastodon.example/emojis/7",
                "type": "Emoji",
                "name": ":cat:",
                "icon": {"type": "Image", "url": "https://files.mastodon.example/cat.png"},
            },
        ],
        "replies": {"id": f"{_m}/statuses/99/replies", "type": "Collection", "first": {}},
        "interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}},
    },
    {
        "visibility": "public",
        "language": "en",
        "spoiler": "food",
        "sensitive": True,
        "tags": ["soup"],
        "mentions": ["https://other.example/users/bo"],
        "url": "https://mastodon.example/@mara/99",
        "text": "soup #soup",
        "pictures": [("https://files.mastodon.example/1.jpg", "A bowl", "image/jpeg")],
        "edited": True,
        "emoji": ["cat"],
    },
)

_g = "https://gts.example/users/gil"
SHAPES["gotosocial"] = (
    actor(
        _g,
        "gil",
        url="https://gts.example/@gil",
        publicKey={"id": f"{_g}/main-key", "owner": _g, "publicKeyPem": KEY},
        icon={"type": "Image", "mediaType": "image/webp", "url": "https://gts.example/f/a.webp"},
        attachment={"type": "PropertyValue", "name": "one", "value": "alone, not in a list"},
        tag=None,
    ),
    {
        "@context": [AS, {"gts": "https://gotosocial.org/ns#"}],
        "id": f"{_g}/statuses/01ABC",
        "type": "Note",
        "attributedTo": _g,
        "attachment": {
            "type": "Image",
            "mediaType": "image/png",
            "url": "https://gts.example/f/1.png",
            "summary": "A sloth",
            "name": "",
        },
        "cc": f"{_g}/followers",
        "to": PUBLIC,
        "content": "<p>slow</p>",
        "contentMap": {"de": "<p>slow</p>"},
        "interactionPolicy": {"canLike": {"automaticApproval": [PUBLIC], "manualApproval": []}},
        "published": "2026-01-02T03:04:05.678Z",
        "replies": {"first": {"id": "x", "next": "y"}, "type": "Collection"},
        "sensitive": False,
        "summary": "",
        "tag": [],
        "url": "https://gts.example/@gil/statuses/01ABC",
    },
    {
        "visibility": "public",
        "language": "de",
        "text": "slow",
        "pictures": [("https://gts.example/f/1.png", "A sloth", "image/png")],
        "url": "https://gts.example/@gil/statuses/01ABC",
    },
)

_k = "https://misskey.example/users/9abcd"
SHAPES["misskey"] = (
    actor(
        _k,
        "mio",
        name=None,
        summary=None,
        _misskey_summary="hi",
        sharedInbox="https://misskey.example/inbox",
        endpoints={"sharedInbox": "https://misskey.example/inbox"},
        url="https://misskey.example/@mio",
        icon={
            "type": "Image",
            "url": "https://misskey.example/f/a",
            "sensitive": False,
            "name": None,
        },
        image=None,
        isCat=True,
        attachment=[],
    ),
    {
        "id": "https://misskey.example/notes/xyz",
        "type": "Note",
        "attributedTo": _k,
        "summary": None,
        "content": "<p><span>meow<br>meow</span></p>",
        "_misskey_content": "meow\nmeow",
        "source": {"content": "meow\nmeow", "mediaType": "text/x.misskeymarkdown"},
        "published": "2026-02-02T02:02:02.222Z",
        "to": [f"{_k}/followers"],
        "cc": ["as:Public", "https://other.example/users/bo"],
        "inReplyTo": "https://other.example/notes/1",
        "attachment": [
            {
                "type": "Document",
                "mediaType": "image/webp",
                "url": "https://misskey.example/f/1.webp",
                "name": None,
                "sensitive": True,
            }
        ],
        "sensitive": True,
        "tag": [
            {
                "type": "Mention",
                "href": "https://other.example/users/bo",
                "name": "@bo@other.example",
            },
            {
                "id": "https://misskey.example/emojis/blob",
                "type": "Emoji",
                "name": ":blob_cat:",
                "updated": "2026-01-01T00:00:00.000Z",
                "icon": {
                    "type": "Image",
                    "mediaType": "image/png",
                    "url": "https://misskey.example/e",
                },
            },
        ],
    },
    {
        "visibility": "unlisted",
        "text": "meow\nmeow",
        "reply_to": "https://other.example/notes/1",
        "sensitive": True,
        "mentions": ["https://other.example/users/bo"],
        "pictures": [("https://misskey.example/f/1.webp", "", "image/webp")],
        "emoji": ["blob_cat"],
    },
)

_t = "https://threads.example/ap/users/17841400000000000/"
SHAPES["threads"] = (
    actor(
        _t,
        "tess",
        inbox=f"{_t}inbox/",
        outbox=f"{_t}outbox/",
        followers=f"{_t}followers/",
        url=["https://www.threads.example/@tess", "https://threads.example/ap/users/1784/"],
        icon=[{"type": "Image", "url": "https://cdn.threads.example/a.jpg"}],
        publicKey={"id": f"{_t}#main-key", "owner": _t, "publicKeyPem": KEY},
        endpoints={"sharedInbox": "https://threads.example/ap/inbox/"},
        published="2023-07-05T16:00:00+0000",
    ),
    {
        "@context": [AS],
        "id": f"{_t}post/18000000000000001/",
        "type": "Note",
        "attributedTo": {"id": _t, "type": "Person"},
        "content": '<p>hello fedi</p><span class="quote-inline">RE: x</span>',
        "contentMap": {},
        "published": "2026-03-21T18:00:00+0000",
        "updated": "2026-03-21T18:00:00+0000",
        "to": PUBLIC,
        "cc": [f"{_t}followers/"],
        "url": [
            {
                "type": "Link",
                "href": "https://www.threads.example/@tess/post/C4",
                "mediaType": "text/html",
            },
            {"type": "Link", "href": f"{_t}post/18/", "mediaType": "application/activity+json"},
        ],
        "attachment": {
            "type": "Video",
            "url": [
                {"type": "Link", "href": "https://cdn.threads.example/v", "mediaType": "video/mp4"}
            ],
            "name": None,
        },
        "tag": None,
        "inReplyTo": None,
        "sensitive": None,
    },
    {
        "visibility": "public",
        "text": "hello fedi\n\nRE: x",
        "url": "https://www.threads.example/@tess/post/C4",
        "pictures": [("https://cdn.threads.example/v", "", "video/mp4")],
    },
)

_p = "https://akkoma.example/users/pia"
SHAPES["akkoma"] = (
    actor(
        _p,
        "pia",
        url=_p,
        summary="bio",
        capabilities={"acceptsChatMessages": True},
        endpoints={
            "oauthAuthorizationEndpoint": "https://akkoma.example/oauth",
            "sharedInbox": "https://akkoma.example/inbox",
        },
        tag=[],
    ),
    {
        "@context": [AS, "https://akkoma.example/schemas/litepub-0.1.jsonld", {"@language": "und"}],
        "actor": _p,
        "attachment": [
            {
                "mediaType": "image/png",
                "name": "graph",
                "type": "Document",
                "url": [
                    {
                        "href": "https://akkoma.example/m/1.png",
                        "mediaType": "image/png",
                        "type": "Link",
                    }
                ],
            }
        ],
        "attributedTo": _p,
        "bcc": [],
        "cc": [],
        "content": "just <b>you</b>",
        "context": "https://akkoma.example/contexts/1",
        "conversation": "https://akkoma.example/contexts/1",
        "directMessage": True,
        "id": "https://akkoma.example/objects/11",
        "published": "2026-04-04T04:04:04.040404Z",
        "sensitive": None,
        "source": {"content": "just **you**", "mediaType": "text/markdown"},
        "summary": "",
        "tag": [{"href": "https://akkoma.example/tags/graph", "name": "#graph", "type": "Hashtag"}],
        "to": ["https://other.example/users/bo"],
        "type": "Note",
    },
    {
        "visibility": "direct",
        "text": "just you",
        "tags": ["graph"],
        "pictures": [("https://akkoma.example/m/1.png", "graph", "image/png")],
    },
)

_x = "https://pixelfed.example/users/pix"
SHAPES["pixelfed"] = (
    actor(_x, "pix", url="https://pixelfed.example/pix", indexable=False, attachment=[]),
    {
        "@context": [AS, {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"}],
        "id": "https://pixelfed.example/p/pix/1",
        "type": "Note",
        "summary": None,
        "content": "",
        "inReplyTo": None,
        "published": "2026-05-05T05:05:05+00:00",
        "url": "https://pixelfed.example/p/pix/1",
        "attributedTo": _x,
        "to": [PUBLIC],
        "cc": [f"{_x}/followers"],
        "sensitive": False,
        "attachment": [
            {
                "type": "Image",
                "mediaType": "image/jpeg",
                "url": f"https://pixelfed.example/s/{number}.jpg",
                "name": f"picture {number}",
                "blurhash": "",
            }
            for number in range(20)
        ],
        "tag": [{"type": "Hashtag", "name": "#Film", "href": "https://pixelfed.example/d/film"}],
        "location": None,
    },
    {"visibility": "public", "text": "", "count": 16, "tags": ["Film"]},
)

_l = "https://lemmy.example/u/lea"
SHAPES["lemmy"] = (
    actor(
        _l,
        "lea",
        published="2023-06-06T06:06:06.060606Z",
        source={"content": "bio", "mediaType": "text/markdown"},
        matrixUserId=None,
    ),
    {
        "type": "Page",
        "id": "https://lemmy.example/post/1",
        "attributedTo": _l,
        "to": ["https://lemmy.example/c/python", PUBLIC],
        "cc": [],
        "name": "Python 3.15 <is> out",
        "content": "<p>At last.</p>",
        "mediaType": "text/html",
        "source": {"content": "At last.", "mediaType": "text/markdown"},
        "attachment": [{"type": "Link", "href": "https://python.example/news"}],
        "image": {"type": "Image", "url": "https://lemmy.example/pictrs/1.webp"},
        "sensitive": False,
        "published": "2026-06-06T06:06:06.060606+00:00",
        "language": {"identifier": "en", "name": "English"},
        "audience": "https://lemmy.example/c/python",
        "tag": [{"type": "Hashtag", "href": "https://lemmy.example/post/1", "name": "#python"}],
    },
    {
        "visibility": "public",
        "text": "Python 3.15 <is> out\n\nAt last.\n\nhttps://python.example/news\n\n"
        "https://lemmy.example/post/1",
        "tags": ["python"],
        "pictures": [("https://lemmy.example/pictrs/1.webp", "", "image/webp")],
    },
)

_v = "https://peertube.example/accounts/val"
SHAPES["peertube"] = (
    actor(
        _v,
        "val",
        url=_v,
        icon=[
            {
                "type": "Image",
                "mediaType": "image/png",
                "height": 48,
                "url": "https://peertube.example/48.png",
            },
            {
                "type": "Image",
                "mediaType": "image/png",
                "height": 120,
                "url": "https://peertube.example/120.png",
            },
        ],
    ),
    {
        "type": "Video",
        "id": "https://peertube.example/videos/watch/1",
        "name": "How to knit",
        "duration": "PT120S",
        "uuid": "1",
        "content": "Needles and wool.",
        "mediaType": "text/markdown",
        "published": "2026-07-07T07:07:07.070Z",
        "to": [PUBLIC],
        "cc": [f"{_v}/followers"],
        "attributedTo": [
            {"type": "Person", "id": _v},
            {"type": "Group", "id": "https://peertube.example/video-channels/knit"},
        ],
        "sensitive": False,
        "tag": [{"type": "Hashtag", "name": "knitting"}],
        "url": [
            {
                "type": "Link",
                "mediaType": "application/x-mpegURL",
                "href": "https://peertube.example/1.m3u8",
            },
            {"type": "Link", "mediaType": "text/html", "href": "https://peertube.example/w/1"},
        ],
        "icon": [{"type": "Image", "url": "https://peertube.example/t.jpg"}],
        "subtitleLanguage": [],
        "language": {"identifier": "en", "name": "English"},
    },
    {
        "visibility": "public",
        "text": "How to knit\n\nNeedles and wool.\n\nhttps://peertube.example/w/1",
        "url": "https://peertube.example/w/1",
        "tags": ["knitting"],
    },
)

_w = "https://blog.example/?author=1"
SHAPES["wordpress"] = (
    actor(
        _w,
        "wim",
        inbox="https://blog.example/wp-json/activitypub/1.0/actors/1/inbox",
        outbox="https://blog.example/wp-json/activitypub/1.0/actors/1/outbox",
        followers="https://blog.example/wp-json/activitypub/1.0/actors/1/followers",
        url="https://blog.example/author/wim/",
        type=["Person", "https://schema.example/Author"],
        publicKey={"id": f"{_w}#main-key", "owner": _w, "publicKeyPem": KEY},
    ),
    {
        "id": "https://blog.example/?p=5",
        "type": "Article",
        "attributedTo": _w,
        "name": "On bread",
        "summary": "A short piece &amp; a recipe.",
        "content": "<h2>Bread</h2><p>Long text…</p>" * 5,
        "contentMap": {"en-US": "<h2>Bread</h2><p>Long text…</p>" * 5},
        "published": "2026-08-08T08:08:08Z",
        "url": "https://blog.example/bread/",
        "to": [PUBLIC, "https://blog.example/wp-json/activitypub/1.0/actors/1/followers"],
        "cc": [],
        "attachment": [],
        "image": {"type": "Image", "url": "https://blog.example/b.jpg", "mediaType": "image/jpeg"},
        "tag": [{"type": "Hashtag", "href": "https://blog.example/tag/bread", "name": "#bread"}],
    },
    {
        "visibility": "public",
        "language": "en-US",
        "text": "On bread\n\nA short piece & a recipe.\n\nhttps://blog.example/bread/",
        "spoiler": "",
        "tags": ["bread"],
        "pictures": [("https://blog.example/b.jpg", "", "image/jpeg")],
    },
)

_f = "https://friendica.example/profile/fay"
SHAPES["friendica"] = (
    actor(
        _f,
        "fay",
        vcard_hasAddress=None,
        icon={"type": "Image", "url": "https://friendica.example/p/1"},
    ),
    {
        "id": "https://friendica.example/objects/f-1",
        "type": "Note",
        "summary": None,
        "inReplyTo": "https://other.example/notes/1",
        "diaspora:guid": "f-1",
        "published": "2026-09-09T09:09:09Z",
        "url": "https://friendica.example/display/f-1",
        "attributedTo": _f,
        "sensitive": False,
        "context": "https://friendica.example/contexts/1",
        "content": "<div>a reply</div><div>of two</div>",
        "contentMap": {"fr": "<div>a reply</div><div>of two</div>"},
        "source": {"content": "a reply", "mediaType": "text/bbcode"},
        "attachment": [],
        "tag": [
            {
                "type": "Mention",
                "href": "https://other.example/users/bo",
                "name": "@bo@other.example",
            }
        ],
        "to": [f"{_f}/followers", "https://other.example/users/bo"],
        "cc": [],
    },
    {
        "visibility": "private",
        "language": "fr",
        "text": "a reply\n\nof two",
        "reply_to": "https://other.example/notes/1",
        "mentions": ["https://other.example/users/bo"],
    },
)

_h = "https://ghost.example/.ghost/activitypub/users/index"
SHAPES["ghost"] = (
    actor(
        _h,
        "index",
        name="The Paper",
        publicKey=[
            {"id": f"{_h}#main-key", "type": "CryptographicKey", "owner": _h, "publicKeyPem": KEY}
        ],
        assertionMethod=[{"type": "Multikey", "id": f"{_h}#k2", "controller": _h}],
        url="https://ghost.example/",
    ),
    {
        "@context": [AS, "https://w3id.org/security/data-integrity/v1"],
        "id": "https://ghost.example/.ghost/activitypub/note/1",
        "type": "Note",
        "attributedTo": [_h],
        "content": "<p>read it</p>",
        "published": "2026-10-10T10:10:10Z",
        "to": "as:Public",
        "cc": f"{_h}/followers",
        "url": "https://ghost.example/.ghost/activitypub/note/1",
        "proof": {"type": "DataIntegrityProof"},
    },
    {"visibility": "public", "text": "read it"},
)

_b = "https://bridge.example/bo.example"
SHAPES["bridge"] = (
    actor(_b, "bo.example", type="Person", url=["https://bridge.example/r/https://bo.example/"]),
    {
        "type": ["Note"],
        "id": "https://bridge.example/convert/ap/at://did:plc:abc/app.post/3k",
        "attributedTo": [{"id": _b, "type": "Person", "url": "https://bo.example/"}],
        "content": "<p>from over there</p>",
        "content_is_html": True,
        "published": "2026-10-11T10:10:10.123456+00:00",
        "to": [PUBLIC],
        "url": ["https://elsewhere.example/profile/bo/post/3k"],
        "tag": {"type": "Hashtag", "name": "#single", "href": "https://x.example"},
    },
    {
        "visibility": "public",
        "text": "from over there",
        # Another site's address is not taken as this post's page.
        "url": "https://bridge.example/convert/ap/at://did:plc:abc/app.post/3k",
        "tags": ["single"],
    },
)

_q = "https://poll.example/users/que"
SHAPES["poll"] = (
    actor(_q, "que"),
    {
        "id": f"{_q}/statuses/5",
        "type": "Question",
        "attributedTo": _q,
        "content": "<p>Tea?</p>",
        "published": "2026-10-12T10:10:10Z",
        "endTime": "2026-10-13T10:10:10Z",
        "votersCount": 3,
        "to": [PUBLIC],
        "cc": [],
        "oneOf": [
            {"type": "Note", "name": "yes", "replies": {"type": "Collection", "totalItems": 2}},
            {"type": "Note", "name": "<no>", "replies": {"type": "Collection", "totalItems": 1}},
        ],
    },
    {"visibility": "public", "text": "Tea?"},
)
