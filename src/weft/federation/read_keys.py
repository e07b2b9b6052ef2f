"""The public keys in an actor document: ``publicKey``, one or a list, and Multikeys under
``assertionMethod`` (FEP-521a).

Any of them may sign requests; documents only those that the actor asserts with.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs

from weft.federation import limits, plain
from weft.federation.plain import Json
from weft.net.keys import KeyRejected, pem_of_multikey


class Key(Struct, frozen=True):
    """A public key an actor names. ``pem`` is "" when it stands in a document of its own;
    ``proves``: the actor's proofs are made with it.
    """

    id: str
    owner: str
    pem: str
    proves: bool = False


def keys_of(document: Json, actor_id: str) -> list[Key]:
    """Those that an actor names, each once, the first under ``publicKey`` first."""
    found: dict[str, Key] = {}
    for value in plain.items(document.get("publicKey"), limits.KEYS):
        if (key := _key(value, actor_id)) is not None:
            found.setdefault(key.id, key)
    for value in plain.items(document.get("assertionMethod"), limits.KEYS):
        if (key := _key(value, actor_id)) is not None:
            known = found.get(key.id)
            found[key.id] = structs.replace(known if known and known.pem else key, proves=True)
    return list(found.values())[: limits.KEYS]


def key_document(document: Json) -> Key | None:
    """A key that stands in a document of its own, or in a stub of its actor (GoToSocial)."""
    inner = plain.first(document.get("publicKey"))
    return _key(inner if isinstance(inner, dict) else document, plain.uri(document))


def _key(value: Any, owner: str) -> Key | None:
    key_id = plain.uri(value)
    if not key_id:
        return None
    if not isinstance(value, dict):
        return Key(key_id, owner, "")
    named = plain.uri(value.get("owner", value.get("controller"))) or owner
    multikey = plain.text(value.get("publicKeyMultibase"))
    if not multikey:
        return Key(key_id, named, plain.text(value.get("publicKeyPem")))
    try:
        return Key(key_id, named, pem_of_multikey(multikey))
    except KeyRejected:
        return None
