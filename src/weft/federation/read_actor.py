"""From an actor document, of whatever server, to an account's details: see `read_activity`.

Sources besides: FEP-2677 and common use (the types).
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from msgspec import Struct

from weft.federation import labelling, limits, plain, read_group
from weft.federation.plain import Json, Malformed
from weft.federation.read_emoji import read_emojis
from weft.federation.read_extras import read_signals
from weft.federation.read_keys import Key, keys_of
from weft.people.model import Kind
from weft.threads.limits import (
    REMOTE_BIO_CHARS,
    REMOTE_FIELD_CHARS,
    REMOTE_FIELDS,
    REMOTE_NAME_CHARS,
)
from weft.threads.sanitize import clean_html, clean_name, html_to_text

ACTORS: dict[str, Kind] = {
    "Person": "person",
    "Organization": "person",
    "Group": "group",
    "Service": "ai",  # what acts by itself; with a label it is an AI, without one a bot
    "Application": "application",
}
_USERNAME = re.compile(r"[^\s@/\\:?#%<>\"'&\x00-\x1f\x7f]+")
_HREF = re.compile(r'href="(https?://[^"]+)"')
_ACCT = re.compile(r"@?([^\s@/]+@[^\s@/]+)|@([^\s@/]+)")


class IncomingActor(Struct, frozen=True):
    """An actor document. ``bio`` and field values are safe HTML; times in ms."""

    id: str
    kind: Kind
    username: str
    url: str
    inbox: str
    shared_inbox: str
    followers: str
    name: str
    bio: str
    fields: list[dict[str, Any]]
    avatar: str
    header: str
    locked: bool
    discoverable: bool
    indexable: bool
    ai: dict[str, Any] | None
    also_known_as: list[str]
    moved_to: str | None
    keys: list[Key]
    published: int | None
    links: dict[str, str] = {}  # where its collections are: remote_details.links
    profile: dict[str, Any] | None = None  # accounts.profile


def read_actor(document: Json) -> IncomingActor:
    """Read an actor. Errors: Malformed (no id, no name, no inbox of its own server)."""
    actor_id = plain.uri(document)
    named = next((name for name in plain.kinds(document) if name in ACTORS), "")
    if not actor_id or not named:
        raise Malformed("no actor")
    username = plain.text(document.get("preferredUsername"))
    # A server itself is named by its domain, which may have a port.
    usable = _USERNAME.fullmatch(username) or username == plain.host(actor_id)
    if len(username) > limits.USERNAME_CHARS or not usable:
        raise Malformed("no usable preferredUsername")
    inbox = plain.uri(document.get("inbox"))
    if not plain.same_origin(inbox, actor_id):
        raise Malformed("the inbox is missing or on another server")
    fields = _fields(document.get("attachment"))
    page = plain.link(document.get("url"), "text/html")
    return IncomingActor(
        id=actor_id,
        kind=ACTORS[named],
        username=username,
        url=page if plain.same_site(page, actor_id) else actor_id,
        inbox=inbox,
        shared_inbox=_shared_inbox(document, actor_id),
        followers=_of_same_origin(document.get("followers"), actor_id),
        name=clean_name(plain.text(document.get("name")), REMOTE_NAME_CHARS),
        bio=clean_html(plain.mapped(document, "summary")[0][:REMOTE_BIO_CHARS]),
        fields=fields,
        avatar=plain.link(document.get("icon"), "image/"),
        header=plain.link(document.get("image"), "image/"),
        locked=plain.flag(document.get("manuallyApprovesFollowers")),
        discoverable=plain.flag(document.get("discoverable")),
        indexable=plain.flag(document.get("indexable")),
        ai=_label(document, named, fields),
        also_known_as=plain.uris(document.get("alsoKnownAs"), limits.ALSO_KNOWN_AS),
        moved_to=plain.uri(document.get("movedTo")) or None,
        keys=keys_of(document, actor_id),
        published=plain.date(document.get("published")),
        links=_links(document, actor_id),
        profile=_profile(document),
    )


def _profile(document: Json) -> dict[str, Any] | None:
    """What few actors have: custom emoji in their words, opt-outs (FEP-5e53)."""
    told = {"emojis": read_emojis(document.get("tag")), "signals": read_signals(document)}
    return {name: value for name, value in told.items() if value} or None


def _shared_inbox(document: Json, actor_id: str) -> str:
    endpoints = plain.first(document.get("endpoints"))
    named = endpoints.get("sharedInbox") if isinstance(endpoints, dict) else None
    found = plain.uri(named or document.get("sharedInbox"))  # Misskey had it at the top
    # GoToSocial's rule: or a stranger could have everybody's posts to him sent to a third server.
    return found if plain.same_site(found, actor_id) else ""


_LINKS = {
    "outbox": "outbox",
    "following": "following",
    "featured": "featured",
    "featured_tags": "featuredTags",
}


def _links(document: Json, actor_id: str) -> dict[str, str]:
    found = {name: _of_same_origin(document.get(term), actor_id) for name, term in _LINKS.items()}
    found["moderators"] = _of_same_origin(read_group.moderators(document), actor_id)
    return {name: uri for name, uri in found.items() if uri}


def _of_same_origin(value: Any, actor_id: str) -> str:
    found = plain.uri(value)
    return found if plain.same_origin(found, actor_id) else ""


def _fields(value: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for entry in plain.entries(value, REMOTE_FIELDS):
        name = clean_name(plain.text(entry.get("name")), REMOTE_FIELD_CHARS)
        if "PropertyValue" not in plain.kinds(entry) or not name:
            continue
        shown = clean_html(plain.text(entry.get("value"))[:REMOTE_FIELD_CHARS])
        found.append({"name": name, "value": shown, "verified_at": None})
    return found


# -- what AIs say about themselves ----------------------------------------------------------

_AI_FIELDS = frozenset({"ai", "artificial intelligence", "ki", "ia"})
_OPERATOR_FIELDS = frozenset(
    {"run by", "operated by", "operator", "owner", "bot owner", "maintainer", "betrieben von"}
)
_MODEL_FIELDS = frozenset({"model", "ai model", "language model"})


def _label(document: Json, named: str, fields: list[dict[str, Any]]) -> dict[str, Any] | None:
    """``{disclosure, operator, model}`` of an automated actor that says it is an AI, by Weft's
    terms, by a content label or by the profile fields that people use; None for one that does not say so.
    """
    if ACTORS[named] not in {"ai", "application"}:
        return None
    by_name = {field["name"].lower().rstrip(":"): field["value"] for field in reversed(fields)}
    said = _field(by_name, _AI_FIELDS)
    disclosure = _one_line(plain.term(document, "aiLabel"), limits.DISCLOSURE_CHARS)
    model = _one_line(plain.term(document, "model"), limits.MODEL_CHARS) or _words(
        _field(by_name, _MODEL_FIELDS), limits.MODEL_CHARS
    )
    labelled = labelling.says_ai(document, plain.uri(document))
    if not disclosure and not model and said is None and not labelled:
        return None
    return {
        "disclosure": disclosure or _words(said, limits.DISCLOSURE_CHARS) or labelled,
        "operator": _operator(
            plain.uri(plain.term(document, "operator")), _field(by_name, _OPERATOR_FIELDS)
        ),
        "model": model or None,
    }


def _field(by_name: dict[str, str], names: frozenset[str]) -> str | None:
    return next((value for name, value in by_name.items() if name in names), None)


def _operator(operator: str, shown: str | None) -> dict[str, Any] | None:
    """Who runs an AI: ``uri`` of the term; name, handle and page of the profile field."""
    words = _words(shown, limits.OPERATOR_CHARS)
    if not operator and not words:
        return None
    page, handle = _HREF.search(shown or ""), _ACCT.fullmatch(words)
    url = unescape(page[1]) if page else operator
    acct = ""
    if handle is not None:
        # Without a domain it is a member of the server that the link leads to.
        acct = handle[1] or f"{handle[2]}@{plain.host(url)}"
    return {"acct": acct, "url": url, "uri": operator, "display_name": "" if acct else words}


def _words(html: str | None, most: int) -> str:
    return clean_name(html_to_text(html or ""), most)


def _one_line(value: Any, most: int) -> str:
    return clean_name(plain.text(value), most)
