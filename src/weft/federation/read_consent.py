"""What a post from elsewhere says of consent: who may do what with it, what it quotes, and where the
others' yes to it is to be found.

Two vocabularies say the same: GoToSocial's ``automaticApproval`` and ``manualApproval``, and its
older ``always`` and ``approvalRequired``. A part that is not there, or empty, is the usual: JSON-LD
knows no empty list. Only of our own ``canInvokeAI`` nobody can be said by one.

https://docs.gotosocial.org/en/latest/federation/interaction_policy/, FEP-044f, FEP-e232
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from weft.federation import limits, plain
from weft.federation.plain import Json
from weft.people.model import Account
from weft.threads import consent
from weft.threads.model import Deed, Rule

PARTS: dict[Deed, str] = {
    "like": "canLike",
    "reply": "canReply",
    "announce": "canAnnounce",
    "quote": "canQuote",
    "invoke": "canInvokeAI",
}
_STAMPS: dict[Deed, str] = {"quote": "quoteAuthorization", "reply": "replyAuthorization"}
_OLDER_QUOTES = ("quoteUrl", "quoteUri", "_misskey_quote")
_QUOTE_RELS = ("https://misskey-hub.net/ns#_misskey_quote", "https://w3id.org/fep/044f#quote")
_INVOKE_WORDS: dict[Any, Rule] = {
    "everyone": consent.EVERYONE,
    "public": consent.EVERYONE,
    "followers": Rule(("followers",)),
    "mentioned": Rule(("mentioned",)),
}


class Told(Struct, frozen=True):
    """``rules``: by deed the addresses of who always may, and of who has to ask; of who may bring
    AIs also a word. ``quote``: what it quotes and asks consent for; ``linked``: what it quotes in
    an older way, which nobody consents to. ``stamps``: by deed where the yes is.
    """

    rules: dict[Deed, tuple[list[str], list[str]]] = {}
    invoke: Rule | None = None
    quote: str | None = None
    linked: str | None = None
    stamps: dict[Deed, str] = {}


NOTHING = Told()


def read_consent(document: Json) -> Told:
    """For any document something: what cannot be read is not said."""
    whole = plain.first(document.get("interactionPolicy"))
    policy: Json = whole if isinstance(whole, dict) else {}
    rules: dict[Deed, tuple[list[str], list[str]]] = {}
    for deed, part in PARTS.items():
        if deed != "invoke" and (lists := _lists(policy.get(part))) != ([], []):
            rules[deed] = lists
    invoke = plain.term(policy, PARTS["invoke"])
    if invoke is None:
        invoke = plain.term(document, PARTS["invoke"])
    inner = plain.first(invoke)
    if isinstance(inner, dict):
        rules["invoke"] = _lists(inner)
    word = _INVOKE_WORDS.get(inner) if isinstance(inner, str) else None
    quote = plain.uri(document.get("quote")) or None
    linked = None if quote else _linked(document)
    found: dict[Deed, str] = {deed: plain.uri(document.get(name)) for deed, name in _STAMPS.items()}
    if not found["reply"]:
        found["reply"] = plain.uri(document.get("approvedBy"))  # GoToSocial until 0.20
    stamps: dict[Deed, str] = {deed: uri for deed, uri in found.items() if uri}
    if not (rules or word or quote or linked or stamps):
        return NOTHING
    return Told(rules, word, quote, linked, stamps)


def rules_of(told: Told, author: Account) -> dict[Deed, Rule] | None:
    """The same in our own words, now that the author is known; None: nothing was said."""
    rules: dict[Deed, Rule] = {
        deed: consent.tidy(deed, _words(always, author), _words(ask, author))
        for deed, (always, ask) in told.rules.items()
    }
    if told.invoke is not None:
        rules["invoke"] = told.invoke
    return rules or None


def _lists(value: Any) -> tuple[list[str], list[str]]:
    part = plain.first(value)
    if not isinstance(part, dict):
        return [], []
    newer = _addresses(part, "automaticApproval"), _addresses(part, "manualApproval")
    if newer != ([], []):
        return newer
    return _addresses(part, "always"), _addresses(part, "approvalRequired")


def _addresses(part: Json, name: str) -> list[str]:
    return plain.addressees(part.get(name, part.get(f"gts:{name}")))[: limits.POLICY_ENTRIES]


def _words(addresses: list[str], author: Account) -> tuple[str, ...]:
    return tuple(_word(one, author) for one in addresses)


def _word(address: str, author: Account) -> str:
    if plain.is_public(address):
        return "everyone"
    if address == author.uri:
        return "me"
    if author.followers_uri and address == author.followers_uri:
        return "followers"
    # Nobody is known by this address, and every server that has such a collection calls it so.
    if address.endswith("/following") and plain.same_origin(address, author.uri):
        return "following"
    return address


def _linked(document: Json) -> str | None:
    for name in _OLDER_QUOTES:
        if found := plain.uri(document.get(name)):
            return found
    for entry in plain.entries(document.get("tag"), limits.TAG_ENTRIES):
        rels = plain.items(entry.get("rel"), 10)
        if plain.kind(entry) == "Link" and any(rel in _QUOTE_RELS for rel in rels):
            return plain.link(entry.get("href")) or None
    return None
