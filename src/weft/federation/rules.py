"""What the admins' rules about other servers do to what comes from them: ``moderation.domains``
says it, here it happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import structs

from weft.federation import plain
from weft.federation.read_keys import Key
from weft.moderation import domains
from weft.moderation.jobs import settle
from weft.net.client import Check
from weft.net.guard import OutboundRefused
from weft.people import accounts, remote_details
from weft.people.accounts import RemoteAccount
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads.model import Incoming


def page_check(db: Database) -> Check:
    """For whoever shows what pages say of themselves: nothing of a server that is suspended. Where only
    listed servers are spoken with, members still link to the whole web: pages are not spoken with.
    """

    async def check(url: str) -> None:
        host = plain.host(url)
        rule = await db.glance(lambda tx: domains.rule_for(tx, host))
        if rule is not None and rule.severity == "suspend":
            raise OutboundRefused(f"{host} is kept out by a rule")

    return check


def put_actor(
    tx: Tx,
    remote: RemoteAccount,
    links: Mapping[str, str] | None = None,
    keys: Iterable[Key] = (),
) -> Account:
    """Keep an account elsewhere as the rule about its server wants it: limited, suspended,
    without pictures. ``links``: where its collections are; ``keys``: all that it has.
    """
    rule = domains.rule_for(tx, remote.domain)
    if rule is not None and rule.reject_media:
        profile = {name: it for name, it in (remote.profile or {}).items() if name != "emojis"}
        remote = structs.replace(remote, avatar="", header="", profile=profile or None)
    account = settle(tx, accounts.put_remote(tx, remote), rule)
    # What an account's row says of its key is what nearly everybody has: one, for requests.
    further = [
        {"id": key.id, "pem": key.pem, "proves": key.proves}
        for key in keys
        if key.id != remote.key_id or key.proves
    ]
    told: dict[str, Any] = {"links": dict(links)} if links else {}
    remote_details.put(tx, account.id, keys=further, **told)
    return account


def keys_of(tx: Tx, account: Account) -> list[Key]:
    """The keys of an account elsewhere, as `put_actor` kept them."""
    known = {account.key_id: Key(account.key_id, account.uri, account.public_key)}
    for details in remote_details.of(tx, [account.id]).values():
        for key in details.keys:
            known[key["id"]] = Key(key["id"], account.uri, key["pem"], key["proves"])
    return list(known.values()) if account.public_key else []


def admitted(tx: Tx, author: Account, post: Incoming) -> Incoming:
    """A post without its media, where the rule about its server says so."""
    if (post.media or post.emojis) and domains.rejects_media(tx, author.domain):
        return structs.replace(post, media=(), emojis=())
    return post
