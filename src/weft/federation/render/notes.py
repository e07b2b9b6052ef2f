"""Posts as notes."""

from __future__ import annotations

from html import escape
from typing import Any

from msgspec import Struct

from weft.federation import labelling
from weft.federation.render.addressing import addressing
from weft.federation.render.besides import add, opt_outs
from weft.federation.render.collections import count
from weft.federation.render.consent import policy
from weft.federation.render.emojis import emojis
from weft.federation.render.hashtags import hashtag
from weft.federation.vocabulary import LD_JSON, QUOTE_REL, QUOTE_TERMS, Json
from weft.kernel.clock import iso
from weft.kernel.site import Site
from weft.people.model import Account
from weft.threads import signals
from weft.threads.model import Post


class Around(Struct, frozen=True):
    """What a note says of things beside the post itself."""

    answered: Account | None = None
    """Whose post it answers."""
    group: Account | None = None
    """The group that it was written to (FEP-1b12)."""
    conversation: str = ""
    """Address of the whole thread; "" for one that has none."""
    more: Json = {}
    """What few notes say: a poll, further languages, their end."""
    signals: frozenset[str] = frozenset()
    """What this one asks of machines, besides what its author does: ``threads.signals``."""


def note(site: Site, post: Post, author: Account, around: Around) -> Json:
    """A post as a Note, or the Question that a poll makes of it."""
    content = post.html + _sources(post)
    document: Json = {
        "id": post.uri,
        "type": "Note",
        "attributedTo": author.uri,
        "url": post.url,
        "inReplyTo": post.reply_to_uri,
        "published": iso(post.created_at),
        **addressing(post, author, around.answered, around.group).json,
        "summary": post.spoiler or None,
        "sensitive": post.sensitive,
        "content": content,
        "attachment": [_attachment(site, media) for media in post.media],
        "tag": [
            *_mention_tags(site, post, author, around.answered),
            *(hashtag(site, tag) for tag in post.tags),
            *emojis(site, post.emojis),
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
    if around.group is not None:
        document["audience"] = around.group.uri
    document["interactionPolicy"] = policy(post, author)
    if post.quote_uri is not None and post.quote_state == "accepted":
        document |= dict.fromkeys(QUOTE_TERMS, post.quote_uri)
        document["tag"].append(_quote_link(post.quote_uri))
    elif post.quote_uri is not None and post.quote_state == "pending":
        # For those who ask for consent; others would show it without.
        document["quote"] = post.quote_uri
    if post.no_ai:
        document["weft:noAI"] = True
    if author.kind == "ai":
        document["weft:aiGenerated"] = True
        document["tag"].append(labelling.label(site))
        document["weft:hops"] = int((post.ai or {}).get("hops", 1))
        if sources := _told_sources(post):
            document["weft:sources"] = sources
    add(document, around.more)
    return document | opt_outs(around.signals | signals.of_account(author))


def _quote_link(uri: str) -> Json:
    """FEP-e232."""
    return {"type": "Link", "mediaType": LD_JSON, "rel": [QUOTE_REL], "href": uri}


def tombstone(uri: str) -> Json:
    return {"id": uri, "type": "Tombstone"}


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
