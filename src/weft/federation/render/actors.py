"""Accounts as actors."""

from __future__ import annotations

from html import escape
from mimetypes import guess_type
from typing import Any

from weft.federation import labelling
from weft.federation.render.besides import opt_outs
from weft.federation.render.consent import may_feature
from weft.federation.render.emojis import emojis
from weft.federation.vocabulary import ACTOR_TYPES, IMPLEMENTS, Json, addresses, shared_inbox
from weft.kernel.clock import iso
from weft.kernel.site import Site
from weft.people.model import Account
from weft.threads import signals


def actor(site: Site, account: Account, public_pem: str, multikey: str = "") -> Json:
    """The document of a local account. ``public_pem`` is its RSA key, which signs requests;
    ``multikey`` its Ed25519 key, which signs documents.
    """
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
        "interactionPolicy": may_feature(account),
        "published": iso(account.created_at),
        "attachment": _fields(account),
        "tag": [
            *emojis(site, (account.profile or {}).get("emojis", [])),
            *([labelling.label(site)] if account.ai is not None else []),
        ],
        "endpoints": {"sharedInbox": shared_inbox(site)},
        "publicKey": {
            "id": account.key_id,
            "owner": account.uri,
            "publicKeyPem": public_pem,
        },
    }
    if account.kind == "application":
        document["implements"] = IMPLEMENTS
    else:
        document["generator"] = {"type": "Application", "implements": IMPLEMENTS}
    if multikey:
        document["assertionMethod"] = [  # FEP-521a
            {
                "id": f"{account.uri}#ed25519-key",
                "type": "Multikey",
                "controller": account.uri,
                "publicKeyMultibase": multikey,
            }
        ]
    if account.avatar:
        document["icon"] = _image(site, account.avatar)
    if account.header:
        document["image"] = _image(site, account.header)
    if account.also_known_as:
        document["alsoKnownAs"] = account.also_known_as
    if account.moved_to:
        document["movedTo"] = account.moved_to
    return document | _label_terms(account) | opt_outs(signals.of_account(account))


def stub(document: Json) -> Json:
    """Of an actor document what is needed to verify its signatures, and no more."""
    kept = ("id", "type", "preferredUsername", "publicKey", "assertionMethod")
    return {name: document[name] for name in kept if name in document}


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
