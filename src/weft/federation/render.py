"""From what we keep to what we say: accounts, posts and acts as ActivityStreams JSON.

Pure functions: rows in, dicts out, without ``@context`` (``vocabulary.contextualise`` adds it to
the outermost one). Shapes are those that Mastodon, GoToSocial, Misskey and Threads all read:
``to``, ``cc``, ``tag`` and ``attachment`` are always lists, and ``actor`` is always an address.

Sources: https://www.w3.org/TR/activitypub, https://docs.joinmastodon.org/spec/activitypub
"""

from __future__ import annotations

from html import escape
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from weft.federation.vocabulary import (
    ACTOR_TYPES,
    PUBLIC,
    QUOTE_TERMS,
    Json,
    addresses,
    shared_inbox,
)
from weft.kernel.clock import iso
from weft.kernel.site import Site
from weft.people.model import Account
from weft.threads.model import Post, Visibility
from weft.threads.tokens import fold_tag


class Addressing(Struct, frozen=True):
    """Whom an activity is for, as addresses of actors and collections."""

    to: list[str]
    cc: list[str]

    @property
    def json(self) -> Json:
        return {"to": self.to, "cc": self.cc}


class Around(Struct, frozen=True):
    """What a note says of things beside the post itself."""

    answered: Account | None = None
    """Whose post it answers."""
    conversation: str = ""
    """Address of the whole thread, where it began here."""


# -- actors -----------------------------------------------------------------------------------


def actor(site: Site, account: Account, public_pem: str) -> Json:
    """The document of a local account. ``public_pem`` is its RSA key."""
    document: Json = {
        "id": account.uri,
        "type": "Service"
        if account.kind == "person" and account.bot
        else ACTOR_TYPES[account.kind],
        **addresses(account.uri),
        "preferredUsername": account.username,
        "webfinger": f"{account.username}@{site.domain}",
        "name": account.name or account.username,
        "summary": account.bio,
        "url": account.url,
        "manuallyApprovesFollowers": account.locked,
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "published": iso(account.created_at),
        "attachment": _fields(account),
        "tag": _emojis((account.profile or {}).get("emojis", [])),
        "endpoints": {"sharedInbox": shared_inbox(site)},
        "publicKey": {
            "id": account.key_id,
            "owner": account.uri,
            "publicKeyPem": public_pem,
        },
    }
    if account.avatar:
        document["icon"] = _image(site, account.avatar)
    if account.header:
        document["image"] = _image(site, account.header)
    if account.also_known_as:
        document["alsoKnownAs"] = account.also_known_as
    if account.moved_to:
        document["movedTo"] = account.moved_to
    return document | _label_terms(account)


def gone_actor(uri: str) -> Json:
    """What stands where an account was."""
    return {"id": uri, "type": "Tombstone"}


def _fields(account: Account) -> list[Json]:
    label = _label_fields(account)
    said = {row["name"] for row in label}
    return label + [_field(field) for field in account.fields if field["name"] not in said]


def _label_fields(account: Account) -> list[Json]:
    """The label where every server shows it to people: rows of the profile."""
    if account.ai is None:
        return []
    rows = [_property("AI", escape(str(account.ai.get("disclosure") or "This account is an AI.")))]
    operator: dict[str, Any] | None = account.ai.get("operator")
    if operator:
        link = (
            f'<a href="{escape(str(operator["url"]))}" rel="me nofollow noopener noreferrer">'
            f"@{escape(str(operator['acct']))}</a>"
        )
        rows.append(_property("Run by", link))
    return rows


def _label_terms(account: Account) -> Json:
    """The label where machines look for it."""
    if account.ai is None:
        return {}
    terms: Json = {"weft:aiLabel": account.ai.get("disclosure") or "This account is an AI."}
    operator: dict[str, Any] | None = account.ai.get("operator")
    if operator:
        terms["weft:operator"] = operator.get("uri") or operator["url"]
    if account.ai.get("model"):
        terms["weft:model"] = account.ai["model"]
    return terms


def _field(field: dict[str, Any]) -> Json:
    return _property(field["name"], field["value"])


def _property(name: str, value: str) -> Json:
    return {"type": "PropertyValue", "name": name, "value": value}


def _image(site: Site, key: str) -> Json:
    url = key if key.startswith(("https://", "http://")) else site.blob_url(key)
    return {"type": "Image", "mediaType": guess_type(key)[0] or "image/jpeg", "url": url}


# -- notes ------------------------------------------------------------------------------------


def addressing(post: Post, author: Account, answered: Account | None = None) -> Addressing:
    """Whom a post is for. A public reply also goes to whom it answers, mentioned or not: their
    server takes it for that alone.
    """
    named = [mention["uri"] for mention in post.mentions]
    listed = post.visibility in ("public", "unlisted")
    if listed and answered is not None and answered.id != author.id:
        named = list(dict.fromkeys([*named, answered.uri]))
    return address(post.visibility, author.followers_uri, named)


def address(visibility: Visibility, followers: str, named: list[str]) -> Addressing:
    """As Mastodon reads visibility back from ``to`` and ``cc``."""
    if visibility == "public":
        return Addressing([PUBLIC], [followers, *named])
    if visibility == "unlisted":
        return Addressing([followers], [PUBLIC, *named])
    if visibility == "private":
        return Addressing([followers], named)
    return Addressing(named, [])


def note(site: Site, post: Post, author: Account, around: Around) -> Json:
    """A post as a Note."""
    content = post.html + _sources(post)
    document: Json = {
        "id": post.uri,
        "type": "Note",
        "attributedTo": author.uri,
        "url": post.url,
        "inReplyTo": post.reply_to_uri,
        "published": iso(post.created_at),
        **addressing(post, author, around.answered).json,
        "summary": post.spoiler or None,
        "sensitive": post.sensitive,
        "content": content,
        "attachment": [_attachment(site, media) for media in post.media],
        "tag": [
            *_mention_tags(site, post, author, around.answered),
            *_hashtags(site, post),
            *_emojis(post.emojis),
        ],
        "replies": _replies(post.uri),
        "likes": count(f"{post.uri}/likes", post.likes_count),
        "shares": count(f"{post.uri}/shares", post.boosts_count),
    }
    if post.edited_at is not None:
        document["updated"] = iso(post.edited_at)
    if post.language:
        document["contentMap"] = {post.language: content}
    if around.conversation:
        document["context"] = document["conversation"] = around.conversation
    if post.quote_uri is not None and post.quote_state == "accepted":
        document |= dict.fromkeys(QUOTE_TERMS, post.quote_uri)
    if post.no_ai:
        document["weft:noAI"] = True
    if author.kind == "ai":
        document["weft:aiGenerated"] = True
        document["weft:hops"] = int((post.ai or {}).get("hops", 1))
        if sources := _told_sources(post):
            document["weft:sources"] = sources
    return document


def tombstone(uri: str) -> Json:
    return {"id": uri, "type": "Tombstone"}


def count(uri: str, total: int) -> Json:
    """A collection of which only the size is told."""
    return {"id": uri, "type": "Collection", "totalItems": total}


def _replies(uri: str) -> Json:
    at = f"{uri}/replies"
    first = {"type": "CollectionPage", "next": f"{at}?page=true", "partOf": at, "items": []}
    return {"id": at, "type": "Collection", "first": first}


def _mention_tags(site: Site, post: Post, author: Account, answered: Account | None) -> list[Json]:
    tags = {mention["uri"]: _full(site, mention["acct"]) for mention in post.mentions}
    listed = post.visibility in ("public", "unlisted")
    if listed and answered is not None and answered.id != author.id:
        tags.setdefault(answered.uri, _full(site, answered.acct))
    return [{"type": "Mention", "href": uri, "name": name} for uri, name in tags.items()]


def _full(site: Site, acct: str) -> str:
    return f"@{acct}" if "@" in acct else f"@{acct}@{site.domain}"


def _hashtags(site: Site, post: Post) -> list[Json]:
    return [
        {"type": "Hashtag", "href": site.tag_url(quote(fold_tag(tag))), "name": f"#{tag}"}
        for tag in post.tags
    ]


def _emojis(named: list[dict[str, Any]]) -> list[Json]:
    return [
        {
            "type": "Emoji",
            "name": f":{emoji['shortcode']}:",
            "icon": {"type": "Image", "url": emoji["url"]},
        }
        for emoji in named
    ]


def _attachment(site: Site, media: dict[str, Any]) -> Json:
    document: Json = {
        "type": "Document",
        "mediaType": media["mime"],
        "url": media["remote_url"] or site.blob_url(media["blob"]),
        "name": media["description"] or None,
    }
    for key in ("blurhash", "width", "height"):
        if media.get(key) is not None:
            document[key] = media[key]
    if media.get("focus_x") or media.get("focus_y"):
        document["focalPoint"] = [media["focus_x"], media["focus_y"]]
    return document


def _sources(post: Post) -> str:
    """An AI's sources as links below its words: other servers show nothing else of them."""
    links = [
        f'<a href="{escape(source["url"])}" rel="nofollow noopener noreferrer" target="_blank">'
        f"{escape(source['title'])}</a>"
        for source in (post.ai or {}).get("sources") or ()
        if source.get("url") and escape(source["url"]) not in post.html
    ]
    return f"<p>Sources: {', '.join(dict.fromkeys(links))}</p>" if links else ""


def _told_sources(post: Post) -> list[Json]:
    """The same for Weft's readers: each with the words that it was taken from."""
    return [
        {
            "type": "Document",
            "name": source["title"],
            "content": source.get("quote") or None,
            **({"url": source["url"]} if source.get("url") else {}),
        }
        for source in (post.ai or {}).get("sources") or ()
    ]


# -- acts -------------------------------------------------------------------------------------


def create(site: Site, post: Post, author: Account, around: Around) -> Json:
    document = note(site, post, author, around)
    return {
        "id": f"{post.uri}/activity",
        "type": "Create",
        "actor": author.uri,
        "published": document["published"],
        "to": document["to"],
        "cc": document["cc"],
        "object": document,
    }


def update(site: Site, post: Post, author: Account, around: Around) -> Json:
    """An edit. Its id says which one."""
    document = note(site, post, author, around)
    return {
        "id": f"{post.uri}#updates/{post.edited_at}",
        "type": "Update",
        "actor": author.uri,
        "published": document.get("updated", document["published"]),
        "to": document["to"],
        "cc": document["cc"],
        "object": document,
    }


def update_actor(site: Site, account: Account, public_pem: str) -> Json:
    return {
        "id": f"{account.uri}#updates/{account.updated_at}",
        "type": "Update",
        "actor": account.uri,
        "to": [PUBLIC],
        "cc": [account.followers_uri],
        "object": actor(site, account, public_pem),
    }


def delete(uri: str, author: Account, whom: Addressing) -> Json:
    return {
        "id": f"{uri}#delete",
        "type": "Delete",
        "actor": author.uri,
        **whom.json,
        "object": tombstone(uri),
    }


def announce(boost: Post, booster: Account, object_uri: str, object_author_uri: str) -> Json:
    """A boost: its uri is the activity's own."""
    return {
        "id": boost.uri,
        "type": "Announce",
        "actor": booster.uri,
        "published": iso(boost.created_at),
        **address(boost.visibility, booster.followers_uri, [object_author_uri]).json,
        "object": object_uri,
    }


def act(kind: str, uri: str, actor_uri: str, object_: str | Json, to: str) -> Json:
    """Like, Follow, Block, Accept, Reject: one actor does one thing to one other's."""
    return {"id": uri, "type": kind, "actor": actor_uri, "to": [to], "cc": [], "object": object_}


def undo(inner: Json) -> Json:
    """Taking an activity back; the inner one is told in short, for those who never saw it."""
    known = ("id", "type", "actor", "object")
    return {
        "id": f"{inner['id']}{'/' if '#' in inner['id'] else '#'}undo",
        "type": "Undo",
        "actor": inner["actor"],
        "to": inner.get("to", []),
        "cc": inner.get("cc", []),
        "object": {key: inner[key] for key in known},
    }


def page_of(
    uri: str, items: list[Any], *, part_of: str, after: str | None, total: int | None = None
) -> Json:
    """A page of an ordered collection; ``after`` is the address of the next."""
    document: Json = {
        "id": uri,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": items,
    }
    if total is not None:
        document["totalItems"] = total
    if after is not None:
        document["next"] = after
    return document


def featured(uri: str, items: list[str]) -> Json:
    """What somebody put on top of their profile, by its addresses."""
    return collection(uri, len(items)) | {"orderedItems": items}


def collection(uri: str, total: int, *, first: str | None = None) -> Json:
    """An ordered collection; without ``first`` only its size is told."""
    document: Json = {"id": uri, "type": "OrderedCollection", "totalItems": total}
    if first is not None:
        document["first"] = first
    return document
