"""Groups of other servers, in the shapes of those that have them: our own renderings."""

from __future__ import annotations

from typing import Any

from tests.federation.stranger import PUBLIC, Stranger, key_pair

Json = dict[str, Any]


def lemmy(other: Stranger, name: str = "knitting", **changes: Any) -> Json:
    base = f"{other.base()}/c/{name}"
    return _group(
        other,
        name,
        base,
        {
            "attributedTo": f"{base}/moderators",
            "featured": f"{base}/featured",
            "postingRestrictedToMods": False,
            "source": {"content": "wool", "mediaType": "text/markdown"},
        }
        | changes,
    )


def piefed(other: Stranger, name: str = "knitting") -> Json:
    base = f"{other.base()}/c/{name}"
    return _group(other, name, base, {"moderators": f"{base}/moderators", "nsfl": False})


def nodebb(other: Stranger, name: str = "knitting") -> Json:
    return _group(
        other, name, f"{other.base()}/category/{name}", {"postingRestrictedToMods": False}
    )


def _group(other: Stranger, name: str, uri: str, changes: Json) -> Json:
    document = other.actor(
        name,
        id=uri,
        type="Group",
        inbox=f"{uri}/inbox",
        outbox=f"{uri}/outbox",
        followers=f"{uri}/followers",
        publicKey={
            "id": f"{uri}#main-key",
            "owner": uri,
            "publicKeyPem": key_pair(0).public_pem,
        },
        **changes,
    )
    other.unserve(f"{other.base()}/users/{name}")
    other.serve(uri, document)
    return document


def page(other: Stranger, author: Json, group: Json, slug: str, **changes: Any) -> Json:
    """A Lemmy post: a title, a link, and no mention of anybody."""
    return other.note(
        author,
        slug,
        type="Page",
        name=f"About {slug}",
        to=[group["id"], PUBLIC],
        cc=[],
        audience=group["id"],
        attachment=[{"type": "Link", "href": f"https://news.example/{slug}"}],
        commentsEnabled=True,
        **changes,
    )


def comment(other: Stranger, author: Json, group: Json, slug: str, above: Json) -> Json:
    return other.note(
        author,
        slug,
        to=[PUBLIC],
        cc=[group["id"], above["attributedTo"]],
        audience=group["id"],
        inReplyTo=above["id"],
        distinguished=False,
    )


def did(kind: str, actor: Json, what: Any, group: Json, **changes: Any) -> Json:
    """What somebody did in a group, as it is sent to it."""
    named = what["id"] if isinstance(what, dict) else what
    return {
        "id": f"{actor['id']}/activities/{kind.lower()}/{named.rsplit('/', 1)[-1]}",
        "type": kind,
        "actor": actor["id"],
        "to": [PUBLIC],
        "cc": [group["id"]],
        "audience": group["id"],
        "object": what,
    } | changes


_made = iter(range(1_000_000))


def announce(group: Json, what: Any, **changes: Any) -> Json:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{group['id']}/activities/announce/{next(_made)}",
        "type": "Announce",
        "actor": group["id"],
        "to": [PUBLIC],
        "cc": [group["followers"]],
        "object": what,
    } | changes


def moderated_by(other: Stranger, group: Json, *who: Json) -> None:
    address = f"{group['id']}/moderators"
    other.serve(
        address,
        {
            "id": address,
            "type": "OrderedCollection",
            "orderedItems": [one["id"] for one in who],
        },
    )
