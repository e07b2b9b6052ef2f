"""PeerTube: accounts and channels, films with dozens of Links, pictures in every size."""

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

ME = f"{PEER}/accounts/val"
CHANNEL = f"{PEER}/video-channels/knitting"
CONTEXT = [AS, {"pt": "https://joinpeertube.org/ns#", "sc": "http://schema.org/"}]


def who(uri: str, kind: str, name: str, **more: object) -> Json:
    return {
        "@context": CONTEXT,
        "type": kind,
        "id": uri,
        "following": f"{uri}/following",
        "followers": f"{uri}/followers",
        "playlists": f"{uri}/playlists",
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "preferredUsername": name,
        "url": uri,
        "name": name.title(),
        "endpoints": {"sharedInbox": f"{PEER}/inbox"},
        "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": PEM},
        "published": "2022-02-02T02:02:02.222Z",
        "icon": [
            {
                "type": "Image",
                "mediaType": "image/png",
                "height": size,
                "width": size,
                "url": f"{PEER}/lazy-static/avatars/{size}.png",
            }
            for size in (48, 120, 600)
        ],
        "summary": None,
    } | more


ACTORS = (
    who(ME, "Person", "val"),
    who(
        CHANNEL,
        "Group",
        "knitting",
        support="by post",
        attributedTo=[{"type": "Person", "id": ME}],
        image={"type": "Image", "mediaType": "image/png", "url": f"{PEER}/banner.png"},
    ),
)
VIDEO: Json = {
    "type": "Video",
    "id": f"{PEER}/videos/watch/u1",
    "name": "How to knit",
    "duration": "PT120S",
    "uuid": "u1",
    "category": {"identifier": "12", "name": "How To"},
    "licence": {"identifier": "1", "name": "Attribution"},
    "language": {"identifier": "en", "name": "English"},
    "views": 7,
    "sensitive": False,
    "waitTranscoding": True,
    "state": 1,
    "commentsEnabled": True,
    "canReply": PUBLIC,
    "downloadEnabled": True,
    "published": "2026-11-07T07:07:07.777Z",
    "updated": "2026-11-07T08:07:07.777Z",
    "mediaType": "text/markdown",
    "content": "Needles and **wool**.",
    "support": None,
    "subtitleLanguage": [],
    "icon": [
        {
            "type": "Image",
            "url": f"{PEER}/thumbnails/1.jpg",
            "mediaType": "image/jpeg",
            "width": 280,
            "height": 157,
        }
    ],
    "preview": [{"type": "Image", "rel": ["storyboard"], "url": [{"href": f"{PEER}/sb.jpg"}]}],
    "url": [
        {"type": "Link", "mediaType": "text/html", "href": f"{PEER}/videos/watch/u1"},
        {
            "type": "Link",
            "mediaType": "application/x-mpegURL",
            "href": f"{PEER}/hls/master.m3u8",
            "tag": [
                {
                    "type": "Link",
                    "mediaType": "video/mp4",
                    "href": f"{PEER}/hls/720.mp4",
                    "height": 720,
                    "size": 1_000,
                    "fps": 30,
                }
            ],
        },
        {
            "type": "Link",
            "mediaType": "application/x-bittorrent;x-scheme-handler/magnet",
            "href": "magnet:?xt=urn:btih:x",
        },
    ],
    "likes": f"{PEER}/videos/watch/u1/likes",
    "dislikes": f"{PEER}/videos/watch/u1/dislikes",
    "shares": f"{PEER}/videos/watch/u1/announces",
    "comments": f"{PEER}/videos/watch/u1/comments",
    "attributedTo": [{"type": "Person", "id": ME}, {"type": "Group", "id": CHANNEL}],
    "tag": [{"type": "Hashtag", "name": "wool"}],
    "isLiveBroadcast": False,
    "liveSaveReplay": None,
    "permanentLive": None,
    "to": [PUBLIC],
    "cc": [f"{ME}/followers"],
}
SHARE: Json = {
    "@context": CONTEXT,
    "type": "Announce",
    "id": f"{VIDEO['id']}/announces/3",
    "actor": CHANNEL,
    "object": VIDEO["id"],
    "to": [PUBLIC, f"{CHANNEL}/followers"],
    "cc": [],
}


def act(kind: str, what: object, slug: str, **more: object) -> Json:
    return {
        "@context": CONTEXT,
        "type": kind,
        "id": f"{ME}/{slug}",
        "actor": ME,
        "object": what,
        "to": [PUBLIC],
        "cc": [f"{ME}/followers"],
    } | more


COMMENT: Json = {
    "type": "Note",
    "id": f"{VIDEO['id']}/comments/5",
    "content": "<p>@ada thanks</p>",
    "mediaType": "text/markdown",
    "inReplyTo": POST,
    "updated": "2026-11-07T09:07:07.777Z",
    "published": "2026-11-07T09:07:07.777Z",
    "url": f"{VIDEO['id']}/comments/5",
    "attributedTo": ME,
    "tag": [MENTION],
    "replyApproval": None,
    "to": [PUBLIC],
    "cc": [f"{ME}/followers", ADA],
}
PAYLOADS = {
    "a film": Payload(
        "Video: two in attributedTo, of whom the person is its author; words in Markdown",
        act("Create", VIDEO, "activity/1"),
        {
            "post": {
                "text": f"How to knit\n\nNeedles and **wool**.\n\n{PEER}/videos/watch/u1",
                "by": ME,
                "tags": ["wool"],
                "url": f"{PEER}/videos/watch/u1",
                "visibility": "public",
            }
        },
    ),
    "a film that a channel shares": Payload(
        "how PeerTube publishes: the channel announces what the account made",
        SHARE,
        {"post": {"by": ME, "tags": ["wool"]}},
        serves=(VIDEO,),
    ),
    "a film that is no longer shared": Payload(
        "the whole Announce in the Undo; the film stays, the channel shows it no more",
        act("Undo", SHARE, "undo", id=f"{SHARE['id']}/undo", actor=CHANNEL),
        {"post": {"by": ME}},
        first=(SHARE,),
        serves=(VIDEO,),
        about=VIDEO["id"],
    ),
    "a comment": Payload(
        "Note whose updated is its published: no edit",
        act("Create", COMMENT, "comments/5/activity"),
        {"post": {"answers": True, "calls": True, "edited": False}, "replies": 1},
        asked="",
    ),
    "a changed film": Payload(
        "Update of a Video, of which only the title is new",
        act(
            "Update",
            VIDEO | {"name": "How to sew", "updated": "2026-11-08T00:00:00.000Z"},
            "updates/2026-11-08",
        ),
        {
            "post": {
                "text": f"How to sew\n\nNeedles and **wool**.\n\n{PEER}/videos/watch/u1",
                "edited": True,
            }
        },
        first=(act("Create", VIDEO, "activity/1"),),
    ),
    "a film is gone": Payload(
        "Delete by id",
        act("Delete", VIDEO["id"], "delete/1"),
        {"post": None},
        first=(act("Create", VIDEO, "activity/1"),),
    ),
    "a comment is gone": Payload(
        "Delete of a Tombstone that tells what it was of",
        act(
            "Delete",
            {
                "id": COMMENT["id"],
                "type": "Tombstone",
                "formerType": "Note",
                "inReplyTo": POST,
                "published": COMMENT["published"],
                "deleted": "2026-11-08T00:00:00.000Z",
            },
            "delete/2",
        ),
        {"post": None, "replies": 0},
        first=(act("Create", COMMENT, "comments/5/activity"),),
        asked="",
    ),
    "a like": Payload(
        "the id has the number of what is liked", act("Like", POST, "likes/9"), {"likes": 1}
    ),
    "a dislike": Payload(
        "Dislike means nothing here", act("Dislike", POST, "dislikes/9"), {"likes": 0}
    ),
    "somebody watches": Payload(
        "View, one for each who looks: means nothing here",
        {
            "@context": CONTEXT,
            "id": f"{ME}/views/videos/1/2026-11-07",
            "type": "View",
            "actor": ME,
            "object": VIDEO["id"],
            "expires": "2026-11-07T07:17:07.777Z",
            "result": {"type": "InteractionCounter", "userInteractionCount": 3},
        },
        {"post": None, "notices": []},
    ),
    "a list of films": Payload(
        "Playlist, which is no post",
        act(
            "Create",
            {
                "type": "Playlist",
                "id": f"{PEER}/video-playlists/p1",
                "name": "Favourites",
                "attributedTo": [CHANNEL],
                "totalItems": 1,
            },
            "playlists/1",
        ),
        {"post": None},
    ),
    "a channel says yes": Payload(
        "Accept by a Group, icon in three sizes",
        {
            "@context": CONTEXT,
            "type": "Accept",
            "id": f"{CHANNEL}/accepts/follows/1",
            "actor": CHANNEL,
            "object": {"type": "Follow", "id": ASKED, "actor": ADA, "object": CHANNEL},
        },
        {
            "stands": ["following"],
            "actor": {
                "kind": "group",
                "avatar": f"{PEER}/lazy-static/avatars/48.png",
                "header": f"{PEER}/banner.png",
            },
        },
        asked="request",
    ),
}
