"""Consent as documents: a post's policy, stamps, what asks and what answers.

Every part of a policy is written, also where it is the usual: that is how others know that it is
kept here.
"""

from __future__ import annotations

from weft.federation.read_consent import PARTS
from weft.federation.vocabulary import PUBLIC, Json
from weft.people.model import Account
from weft.threads import consent
from weft.threads.model import Agreed, Deed, Post, Rule
from weft.threads.stamps import Stamp

_NAMES: dict[Agreed, str] = {
    "like": "Like",
    "reply": "Reply",
    "announce": "Announce",
    "quote": "Quote",
    "feature": "Feature",
}


def policy(post: Post, author: Account) -> Json:
    """``interactionPolicy``."""
    kept = consent.of(post)
    return {
        ("weft:" if deed == "invoke" else "") + part: _part(deed, kept.rule(deed), post, author)
        for deed, part in PARTS.items()
    }


def stamp(given: Stamp, giver: Account) -> Json:
    """By addresses alone: whoever looks at it learns nothing of what these hold."""
    return {
        "id": given.uri,
        "type": f"{_NAMES[given.kind]}Authorization",
        "attributedTo": giver.uri,
        "interactingObject": given.interacting,
        "interactionTarget": given.target,
    }


def request(deed: Agreed, uri: str, by: Account, target: str, instrument: str | Json) -> Json:
    """May I? Also how the asking is named in the answer."""
    return {
        "id": uri,
        "type": f"{_NAMES[deed]}Request",
        "actor": by.uri,
        "object": target,
        "instrument": instrument,
    }


def answer(
    kind: str, uri: str, owner: Account, by: Account, asked: str | Json, target: str, *, also: str
) -> Json:
    """Accept or Reject; ``also``: a collection that is told too, or ""."""
    return {
        "id": uri,
        "type": kind,
        "actor": owner.uri,
        "to": [by.uri],
        "cc": [also] if also else [],
        "object": asked,
        "target": target,
    }


def may_feature(account: Account) -> Json:
    """The ``interactionPolicy`` of an account: who may show it in a collection (FEP-7aa9)."""
    who = account.followers_uri if account.locked else PUBLIC
    return {"canFeature": {"automaticApproval": [who if account.discoverable else account.uri]}}


def _part(deed: Deed, rule: Rule, post: Post, author: Account) -> Json:
    named = [mention["uri"] for mention in post.mentions]
    # No collection holds the mutuals: followers have to ask, and those among them are let in.
    always = tuple(one for one in rule.always if one != "mutuals")
    ask = (*rule.ask, *("followers" for one in rule.always if one == "mutuals"))
    part = {
        "automaticApproval": _addresses(always, author, named),
        "manualApproval": _addresses(ask, author, named),
    }
    if deed != "invoke" and PUBLIC not in part["automaticApproval"]:
        own = [author.uri, *(named if deed == "reply" else ())]
        part["automaticApproval"] = list(dict.fromkeys([*own, *part["automaticApproval"]]))
    return {name: value for name, value in part.items() if value or deed == "invoke"}


def _addresses(entries: tuple[str, ...], author: Account, named: list[str]) -> list[str]:
    known = {
        "everyone": [PUBLIC],
        "me": [author.uri],
        "mentioned": named,
        "following": [f"{author.uri}/following"],
        "followers": [author.followers_uri],
        "mutuals": [author.followers_uri],
    }
    found = [address for entry in entries for address in known.get(entry, [entry])]
    return list(dict.fromkeys(found))
