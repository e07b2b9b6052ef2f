"""The words of ActivityStreams as we write them: terms, addresses and limits, as data.

No JSON-LD processor runs here (it would cost a hundred times the rest); `contextualise` writes
the context by looking at which extension terms a document uses, and our own terms are defined in
the document itself, so nobody has to fetch anything from us to understand them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from weft.kernel.site import Site

Json = dict[str, Any]

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
"""Always in full: some peers know only this spelling of it."""
ACTIVITY_JSON = "application/activity+json"
LD_JSON = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'

CONTEXT = ("https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1")

CONTEXTS = {
    "assertionMethod": "https://www.w3.org/ns/did/v1",  # FEP-521a
    "Multikey": "https://w3id.org/security/multikey/v1",
}
"""Words that others' contexts define, which forbid to define them again."""

_TOOT = {"toot": "http://joinmastodon.org/ns#"}
# Wrong on purpose, as Mastodon has it and everybody reads it: schema.org's own is https, no "#".
_SCHEMA = {"schema": "http://schema.org#"}
_GTS = {"gts": "https://gotosocial.org/ns#"}
_WEFT = {"weft": "urn:weft:ns:"}

TERMS: dict[str, Json] = {
    "manuallyApprovesFollowers": {"manuallyApprovesFollowers": "as:manuallyApprovesFollowers"},
    "sensitive": {"sensitive": "as:sensitive"},
    "Hashtag": {"Hashtag": "as:Hashtag"},
    "Emoji": _TOOT | {"Emoji": "toot:Emoji"},
    "movedTo": {"movedTo": {"@id": "as:movedTo", "@type": "@id"}},
    "alsoKnownAs": {"alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"}},
    "discoverable": _TOOT | {"discoverable": "toot:discoverable"},
    "indexable": _TOOT | {"indexable": "toot:indexable"},
    "featured": _TOOT | {"featured": {"@id": "toot:featured", "@type": "@id"}},
    "featuredTags": _TOOT | {"featuredTags": {"@id": "toot:featuredTags", "@type": "@id"}},
    "blurhash": _TOOT | {"blurhash": "toot:blurhash"},
    "focalPoint": _TOOT | {"focalPoint": {"@container": "@list", "@id": "toot:focalPoint"}},
    "PropertyValue": _SCHEMA | {"PropertyValue": "schema:PropertyValue"},
    "value": _SCHEMA | {"value": "schema:value"},
    "conversation": {"ostatus": "http://ostatus.org#", "conversation": "ostatus:conversation"},
    # FEP-044f, and what others wrote before it: what a post quotes.
    "quote": {"quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"}},
    "quoteUrl": {"quoteUrl": "as:quoteUrl"},
    "quoteUri": {"fedibird": "http://fedibird.com/ns#", "quoteUri": "fedibird:quoteUri"},
    "_misskey_quote": {
        "misskey": "https://misskey-hub.net/ns#",
        "_misskey_quote": "misskey:_misskey_quote",
    },
    "votersCount": _TOOT | {"votersCount": "toot:votersCount"},
    # What one reacts with, in Misskey's word (FEP-c0e0).
    "_misskey_reaction": {
        "misskey": "https://misskey-hub.net/ns#",
        "_misskey_reaction": "misskey:_misskey_reaction",
    },
    # When a post is to go: Fedibird's word.
    "expiry": {"fedibird": "http://fedibird.com/ns#", "expiry": "fedibird:expiry"},
    # FEP-5e53: what its author asks of machines. It names no better place for its terms.
    "xRobotsTag": {"xRobotsTag": "https://fep.example/ns/privacyHeaders#xRobotsTag"},
    "secGPC": {"secGPC": "https://fep.example/ns/privacyHeaders#secGPC"},
    # GoToSocial's, and FEP-044f's of quotes: who may do what, asking, and the yes.
    **{
        word: _GTS | {word: {"@id": f"gts:{word}", "@type": "@id"}}
        for word in (
            *("interactionPolicy", "canLike", "canReply", "canAnnounce", "canQuote"),
            *("automaticApproval", "manualApproval", "approvedBy"),
            *("interactingObject", "interactionTarget"),
            *("likeAuthorization", "replyAuthorization", "announceAuthorization"),
        )
    },
    **{
        word: _GTS | {word: f"gts:{word}"}
        for word in (
            *("LikeRequest", "ReplyRequest", "AnnounceRequest"),
            *("LikeAuthorization", "ReplyAuthorization", "AnnounceAuthorization"),
        )
    },
    "quoteAuthorization": {
        "quoteAuthorization": {
            "@id": "https://w3id.org/fep/044f#quoteAuthorization",
            "@type": "@id",
        }
    },
    "QuoteRequest": {"QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest"},
    "QuoteAuthorization": {"QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization"},
    # FEP-844e: what its software can.
    "implements": {
        "implements": {
            "@id": "https://w3id.org/fep/844e/implements",
            "@type": "@id",
            "@container": "@list",
        }
    },
    # FEP-7aa9: who may show an account in a collection, asking, and the yes.
    "canFeature": {"canFeature": {"@id": "https://w3id.org/fep/7aa9#canFeature", "@type": "@id"}},
    **{
        word: {word: f"https://w3id.org/fep/7aa9#{word}"}
        for word in ("FeatureRequest", "FeatureAuthorization")
    },
    # FEP-2c59: the handle, said by the actor itself.
    "webfinger": {"webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger"},
    # FEP-4c96, a draft: that a machine made it, as a label.
    **{word: {word: f"https://w3id.org/fep/4c96#{word}"} for word in ("Label", "LabelDefinition")},
    "exactMatch": {
        "exactMatch": {"@id": "http://www.w3.org/2004/02/skos/core#exactMatch", "@type": "@id"}
    },
    # Ours. An actor: what it says it is, whose it is, which model speaks.
    "weft:aiLabel": _WEFT,
    "weft:operator": _WEFT | {"weft:operator": {"@id": "weft:operator", "@type": "@id"}},
    "weft:model": _WEFT,
    # A note: written by an AI; from which documents; how many AI lines led to it; its author wants
    # no AI in the thread.
    "weft:aiGenerated": _WEFT,
    "weft:sources": _WEFT,
    "weft:hops": _WEFT,
    "weft:noAI": _WEFT,
    # In its interactionPolicy: who may bring AIs into its thread.
    "weft:canInvokeAI": _WEFT,
}
"""Extension terms: what a context must say for each (shapes as in Mastodon's documents)."""

QUOTE_TERMS = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
"""All of them name the quoted post; each is the only one that some servers read."""
QUOTE_REL = "https://misskey-hub.net/ns#_misskey_quote"
"""Of the Link that FEP-e232 puts beside them."""

RFC_9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
"""How FEP-844e names HTTP Message Signatures."""
IMPLEMENTS = [{"href": RFC_9421, "name": "RFC-9421: HTTP Message Signatures"}]
"""What others cannot see otherwise before they ask: they may sign by it at once (FEP-844e)."""

ACTOR_TYPES = {"person": "Person", "ai": "Service", "group": "Group", "application": "Application"}
"""``accounts.kind`` to the type of actor. Mastodon and Misskey show a Service as a bot."""

PAGE = 20
"""Activities in a page of an outbox: what Mastodon serves."""
CONVERSATION_PAGE = 60
"""Addresses in a page of a conversation or of replies: Mastodon's number too."""


def addresses(uri: str) -> Json:
    """Where the collections of an actor of ours are."""
    return {
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "featured": f"{uri}/featured",
        "featuredTags": f"{uri}/tags",
    }


def conversation_uri(site: Site, thread_id: int) -> str:
    return f"{site.base}/ap/contexts/{thread_id}"


def emoji_uri(site: Site, shortcode: str) -> str:
    return f"{site.base}/ap/emojis/{shortcode}"


def shared_inbox(site: Site) -> str:
    return f"{site.base}/inbox"


def contextualise(document: Json) -> Json:
    """The document with ``@context`` in front: the two common ones, those of others that are
    needed, and just the terms used.
    """
    extra: Json = {}
    others: dict[str, None] = {}
    for word in _words(document):
        if (term := TERMS.get(word)) is not None:
            extra |= term
        elif (other := CONTEXTS.get(word)) is not None:
            others[other] = None
    return {"@context": [*CONTEXT, *others, extra] if extra else [*CONTEXT, *others], **document}


def _words(value: Any) -> Iterator[str]:
    """Every key and every type in a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "type":
                yield inner
            else:
                yield key
                if isinstance(inner, dict | list):
                    yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)


def encode(document: Json) -> str:
    """JSON, compact, as it is sent and signed."""
    return msgspec.json.encode(document).decode()


def wants_activity(accept: str) -> bool:
    """Whether an ``Accept`` header asks for ActivityPub, and not, before that, for a page.

    Browsers name ``text/html`` first; peers name one of two types, with or without the profile.
    """
    for part in accept.split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind in ("application/activity+json", "application/ld+json"):
            return True
        if kind in ("text/html", "application/xhtml+xml"):
            return False
    return False
